/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _CMA_HOST_PLACE_STREAM_H
#define _CMA_HOST_PLACE_STREAM_H
/*
 * Streams of operations of an exclusive area on a map, and on its oracle
 */
#include "../../../../mm/cma/place.h"
#include "stream.h"

/* Steps in which the lowest place is found if there is one. */
#define PLACE_TIGHT_STEPS	4

const char *place_compare(struct pair *pair, const struct cma_map_want *want,
			  unsigned long *unit);
const char *place_run(struct stream *s, unsigned long ops,
		      unsigned long deep_every);

#endif /* _CMA_HOST_PLACE_STREAM_H */
