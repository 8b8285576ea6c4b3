// SPDX-License-Identifier: GPL-2.0-only
/*
 * A map beside its oracle
 *
 * Each operation goes to both; what they answer must agree.
 */
#include <stdlib.h>
#include "stream.h"

static void *copy_of(const void *from, size_t bytes)
{
	void *to = malloc(bytes);

	if (!to)
		abort();
	return memcpy(to, from, bytes);
}

/*
 * A step over the end of an array that lands in the next one is no error to the
 * sanitizers, so half of the tests give each array an allocation of its own.
 */
static void split_arrays(struct cma_map *map)
{
	size_t bytes = BITS_TO_LONGS(map->nr) * sizeof(long);

	map->taken = copy_of(map->taken, bytes);
	map->owned = copy_of(map->owned, bytes);
	map->first = copy_of(map->first, bytes);
	map->sum = copy_of(map->sum, 2 * map->nr_leaves * sizeof(*map->sum));
}

void pair_init(struct pair *pair, unsigned long nr, bool split)
{
	memset(pair, 0xa5, sizeof(*pair));
	pair->split = split;
	pair->mem = calloc(1, cma_map_bytes(nr));
	if (!pair->mem)
		abort();
	cma_map_init(&pair->map, nr, pair->mem);
	if (split)
		split_arrays(&pair->map);
	oracle_init(&pair->oracle, nr);
}

void pair_exit(struct pair *pair)
{
	if (pair->split) {
		free(pair->map.taken);
		free(pair->map.owned);
		free(pair->map.first);
		free(pair->map.sum);
	}
	free(pair->mem);
	free(pair->oracle.unit);
}

void pair_take(struct pair *pair, unsigned long start, unsigned long nr)
{
	cma_map_take(&pair->map, start, nr);
	oracle_set(&pair->oracle, start, nr, IN_TRANSIT);
}

void pair_untake(struct pair *pair, unsigned long start, unsigned long nr)
{
	cma_map_untake(&pair->map, start, nr);
	oracle_set(&pair->oracle, start, nr, UNTAKEN);
}

void pair_own(struct pair *pair, unsigned long start, unsigned long nr)
{
	cma_map_own(&pair->map, start, nr);
	oracle_set(&pair->oracle, start, nr, OWNED);
}

/* Release or try to; the answer must be the oracle's. @done: it was let. */
const char *pair_disown(struct pair *pair, unsigned long start,
			unsigned long nr, bool *done)
{
	int expected = oracle_disown(&pair->oracle, start, nr);
	int got = cma_map_disown(&pair->map, start, nr);

	*done = !got;
	if (got == expected)
		return NULL;
	return tap_why("disown(%lu, %lu) gave %d, not %d", start, nr, got,
		       expected);
}

/*
 * Search to the end, over as many calls as that takes. The place must be the
 * oracle's, each call must get on, and none may skip a place.
 */
const char *pair_search(struct pair *pair, unsigned long from,
			const struct cma_map_want *want, unsigned long *found)
{
	unsigned long expected = oracle_search(&pair->oracle, from, want);
	unsigned long nr = pair->map.nr;
	unsigned long pos = from, before;

	do {
		before = pos;
		*found = cma_map_search(&pair->map, &pos, want);
	} while (*found == CMA_MAP_NONE && pos < nr && pos > before &&
		 pos <= expected);

	if (*found != expected)
		return tap_why("search(%lu, {%lu, %#lx, %#lx}) gave %ld, not %ld",
			       from, want->nr, want->align_mask,
			       want->align_offset, (long)*found,
			       (long)expected);
	if (pos != (expected == CMA_MAP_NONE ? nr : expected))
		return tap_why("search left from at %lu of %lu", pos, nr);
	return NULL;
}

/* Do both agree? @deep compares all that there is. */
const char *pair_check(const struct pair *pair, bool deep)
{
	unsigned long largest = oracle_largest(&pair->oracle);
	unsigned long untaken = oracle_count(&pair->oracle, UNTAKEN);
	unsigned long owned = oracle_count(&pair->oracle, OWNED);

	if (cma_map_largest(&pair->map) != largest)
		return tap_why("largest hole %lu, not %lu",
			       cma_map_largest(&pair->map), largest);
	if (pair->map.nr_untaken != untaken)
		return tap_why("%lu untaken, not %lu", pair->map.nr_untaken,
			       untaken);
	if (pair->map.nr_owned != owned)
		return tap_why("%lu owned, not %lu", pair->map.nr_owned, owned);
	if (!deep)
		return NULL;
	if (!oracle_same(&pair->oracle, &pair->map))
		return "a unit has a wrong state";
	if (cma_map_validate(&pair->map))
		return "cma_map_validate() found damage";
	return NULL;
}
