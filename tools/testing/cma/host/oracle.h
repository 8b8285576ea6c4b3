/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _CMA_HOST_ORACLE_H
#define _CMA_HOST_ORACLE_H
/*
 * The map once more, slow and simple: what mm/cma/map.c is measured against
 */
#include "../../../../mm/cma/map.h"

enum { UNTAKEN, IN_TRANSIT, OWNED };

/**
 * struct oracle_unit - one unit
 * @state: UNTAKEN, IN_TRANSIT or OWNED
 * @range: which owned range it belongs to; ranges are never numbered alike
 */
struct oracle_unit {
	u32 state;
	u32 range;
};

struct oracle {
	unsigned long nr;
	struct oracle_unit *unit;
	u32 ranges;
};

void oracle_init(struct oracle *oracle, unsigned long nr);
void oracle_set(struct oracle *oracle, unsigned long start, unsigned long nr,
		u32 state);
unsigned long oracle_search(const struct oracle *oracle, unsigned long from,
			    const struct cma_map_want *want);
int oracle_disown(struct oracle *oracle, unsigned long start, unsigned long nr);
unsigned long oracle_count(const struct oracle *oracle, u32 state);
unsigned long oracle_largest(const struct oracle *oracle);
bool oracle_hole(const struct oracle *oracle, unsigned long from,
		 unsigned long *start, unsigned long *nr);
bool oracle_same(const struct oracle *oracle, const struct cma_map *map);

#endif /* _CMA_HOST_ORACLE_H */
