// SPDX-License-Identifier: GPL-2.0-only
/*
 * Placement in exclusive areas (pure layer)
 *
 * First fit in order of address: the lowest place wins, and free neighbours are
 * one hole at once, because a map knows no other kind. Of the simple policies it
 * is the one that keeps large holes (P. Wilson and others, "Dynamic Storage
 * Allocation: A Survey and Critical Review", 1995; M. Johnstone and P. Wilson,
 * "The Memory Fragmentation Problem: Solved?", 1998). On the traces of the
 * benchmark best fit ends earlier, because what it leaves behind is of use to
 * nobody; next fit spreads small pieces all over; and next fit that remembers
 * the largest hole it has skipped is first fit, found in another way. What made
 * boards use it is the time that first fit takes on a list, and the search tree
 * of the map takes O(log n) whatever the number of holes.
 *
 * Only alignment can make a search step from hole to hole. After a few steps it
 * asks for a hole that is so large that it has an aligned place wherever it
 * lies, which the tree answers in one step. If there is no such hole, only
 * tight ones are left to look at, one by one, at most one for each aligned unit.
 */
#include "place.h"

/* Steps, of at most 32 holes each, before a roomy hole is asked for. */
#define TIGHT_STEPS	4

/* A place in a hole that is large enough for any alignment. */
static unsigned long roomy_place(const struct cma_map *map,
				 const struct cma_map_want *want)
{
	struct cma_map_want room = { .nr = want->nr };
	unsigned long from = 0, unit;

	if (check_add_overflow(room.nr, want->align_mask, &room.nr))
		return CMA_MAP_NONE;
	unit = cma_map_search(map, &from, &room);
	if (unit == CMA_MAP_NONE)
		return unit;
	return unit + (-(unit + want->align_offset) & want->align_mask);
}

/**
 * cma_place_step() - look for a place
 * @map: the map
 * @place: the search; zero in the first call
 * @want: size and alignment
 *
 * One call takes bounded time. As long as it returns %CMA_MAP_NONE with
 * @place->from below the end of the map, the caller may go on after a breath in
 * which the map may change.
 *
 * Return: first unit of the place: the lowest, unless alignment rules out many
 * lower holes; %CMA_MAP_NONE if there is none so far.
 */
unsigned long cma_place_step(const struct cma_map *map, struct cma_place *place,
			     const struct cma_map_want *want)
{
	unsigned long unit;

	if (place->steps++ == TIGHT_STEPS) {
		unit = roomy_place(map, want);
		if (unit != CMA_MAP_NONE)
			return unit;
	}
	return cma_map_search(map, &place->from, want);
}

/**
 * cma_place_size() - how large is the range that begins at a unit?
 * @map: the map
 * @unit: the unit; may be outside of the map
 *
 * Return: units of the owned range whose first unit @unit is, 0 if it is none.
 */
unsigned long cma_place_size(const struct cma_map *map, unsigned long unit)
{
	unsigned long end;

	if (unit >= map->nr || !test_bit(unit, map->first))
		return 0;
	end = find_next_zero_bit(map->owned, map->nr, unit);
	return find_next_bit(map->first, end, unit + 1) - unit;
}
