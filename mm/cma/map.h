/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _MM_CMA_MAP_H
#define _MM_CMA_MAP_H
/*
 * The map of an area: which of its units are taken.
 *
 * A unit is 1 << order_per_bit page frames. The map counts in units from the
 * base of the area and knows nothing of pages, zones or locks: the caller
 * serializes all calls on one map (cma->lock), and map.c compiles unchanged in
 * user space.
 *
 * A unit is in one of three states:
 *
 *	untaken		lent to the buddy allocator; part of a hole
 *	in transit	taken, but with no owner: an allocation is still working on
 *			it, or a release has not finished
 *	owned		taken and handed out to a caller
 *
 *	untaken --take--> in transit --own--> owned
 *	untaken <-untake- in transit <-disown- owned
 *
 * Only owned units can be released, so neither a second release nor one that
 * strays into somebody else's range can change anything.
 */
#include "shim.h"

/* No such unit. */
#define CMA_MAP_NONE	(~0UL)

/**
 * struct cma_map_sum - summary of the holes in one piece of the map
 * @lead: untaken units at its low end
 * @best: units in its largest hole
 * @tail: untaken units at its high end
 */
struct cma_map_sum {
	unsigned int lead;
	unsigned int best;
	unsigned int tail;
};

/**
 * struct cma_map - the record of which units of an area are taken
 * @nr: units in the map; constant
 * @nr_untaken: units in state untaken
 * @nr_owned: units in state owned
 * @taken: a bit for each unit, set when taken
 * @owned: a bit for each unit, set when owned
 * @first: a bit for each unit, set on the first unit of each owned range
 * @sum: search index: a binary tree of summaries, node 1 is the root,
 *	node @nr_leaves + i covers the i-th piece of the map
 * @nr_leaves: leaves of the tree, a power of two; constant
 */
struct cma_map {
	unsigned long nr;
	unsigned long nr_untaken;
	unsigned long nr_owned;
	unsigned long *taken;
	unsigned long *owned;
	unsigned long *first;
	struct cma_map_sum *sum;
	unsigned long nr_leaves;
};

/**
 * struct cma_map_want - what a search looks for
 * @nr: units wanted, at least 1
 * @align_mask: alignment in units, minus one; a power of two minus one
 * @align_offset: what to add to a unit number before @align_mask applies,
 *	because the base of the area need not be aligned itself
 */
struct cma_map_want {
	unsigned long nr;
	unsigned long align_mask;
	unsigned long align_offset;
};

size_t cma_map_bytes(unsigned long nr);
void cma_map_init(struct cma_map *map, unsigned long nr, void *mem);
unsigned long cma_map_search(const struct cma_map *map, unsigned long *from,
			     const struct cma_map_want *want);
void cma_map_take(struct cma_map *map, unsigned long start, unsigned long nr);
void cma_map_untake(struct cma_map *map, unsigned long start, unsigned long nr);
void cma_map_own(struct cma_map *map, unsigned long start, unsigned long nr);
int cma_map_disown(struct cma_map *map, unsigned long start, unsigned long nr);
bool cma_map_hole(const struct cma_map *map, unsigned long from,
		  unsigned long *start, unsigned long *nr);
int cma_map_validate(const struct cma_map *map);

/* Units in the largest hole, in constant time. */
static inline unsigned long cma_map_largest(const struct cma_map *map)
{
	return map->sum[1].best;
}

#endif /* _MM_CMA_MAP_H */
