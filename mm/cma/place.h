/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _MM_CMA_PLACE_H
#define _MM_CMA_PLACE_H
/*
 * Where an exclusive area puts an allocation, and what stands at a place
 */
#include "map.h"

/**
 * struct cma_place - a search on its way; zero at the beginning
 * @from: lowest unit that has not been considered; the end of the map when the
 *	search is over
 * @steps: calls so far
 */
struct cma_place {
	unsigned long from;
	unsigned int steps;
};

unsigned long cma_place_step(const struct cma_map *map, struct cma_place *place,
			     const struct cma_map_want *want);
unsigned long cma_place_size(const struct cma_map *map, unsigned long unit);

#endif /* _MM_CMA_PLACE_H */
