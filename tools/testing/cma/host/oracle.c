// SPDX-License-Identifier: GPL-2.0-only
/*
 * The map once more, slow and simple: what mm/cma/map.c is measured against
 *
 * An array of states and linear scans, written from the descriptions in map.h
 * and not from the code.
 */
#include <stdlib.h>
#include "oracle.h"

void oracle_init(struct oracle *oracle, unsigned long nr)
{
	oracle->nr = nr;
	oracle->ranges = 0;
	oracle->unit = calloc(nr, sizeof(*oracle->unit));
	if (!oracle->unit)
		abort();
}

/* Give [start, start + nr) a state; when it is OWNED, as one new range. */
void oracle_set(struct oracle *oracle, unsigned long start, unsigned long nr,
		u32 state)
{
	u32 range = state == OWNED ? ++oracle->ranges : 0;
	unsigned long i;

	for (i = start; i < start + nr; i++) {
		oracle->unit[i].state = state;
		oracle->unit[i].range = range;
	}
}

/* Return: the lowest place at @from or later, or CMA_MAP_NONE. */
unsigned long oracle_search(const struct oracle *oracle, unsigned long from,
			    const struct cma_map_want *want)
{
	unsigned long start = from, i;

	while (start < oracle->nr && want->nr <= oracle->nr - start) {
		if ((start + want->align_offset) & want->align_mask) {
			start++;
			continue;
		}
		for (i = 0; i < want->nr; i++) {
			if (oracle->unit[start + i].state != UNTAKEN)
				break;
		}
		if (i == want->nr)
			return start;
		start += i + 1;
	}
	return CMA_MAP_NONE;
}

/* Begin a release, or return why it must be refused, and change nothing. */
int oracle_disown(struct oracle *oracle, unsigned long start, unsigned long nr)
{
	unsigned long i;

	if (!nr || start >= oracle->nr || nr > oracle->nr - start)
		return -EINVAL;
	for (i = start; i < start + nr; i++) {
		if (oracle->unit[i].state != OWNED)
			return -ENOENT;
	}
	for (i = start; i < start + nr; i++) {
		if (oracle->unit[i].range != oracle->unit[start].range)
			return -EXDEV;
	}
	oracle_set(oracle, start, nr, IN_TRANSIT);
	return 0;
}

/* Return: how many units are in a state. */
unsigned long oracle_count(const struct oracle *oracle, u32 state)
{
	unsigned long i, nr = 0;

	for (i = 0; i < oracle->nr; i++)
		nr += oracle->unit[i].state == state;
	return nr;
}

unsigned long oracle_largest(const struct oracle *oracle)
{
	unsigned long i, run = 0, best = 0;

	for (i = 0; i < oracle->nr; i++) {
		run = oracle->unit[i].state == UNTAKEN ? run + 1 : 0;
		if (run > best)
			best = run;
	}
	return best;
}

/* As cma_map_hole(). */
bool oracle_hole(const struct oracle *oracle, unsigned long from,
		 unsigned long *start, unsigned long *nr)
{
	unsigned long i;

	for (i = from; i < oracle->nr; i++) {
		if (oracle->unit[i].state == UNTAKEN)
			break;
	}
	if (i >= oracle->nr)
		return false;
	*start = i;
	while (i < oracle->nr && oracle->unit[i].state == UNTAKEN)
		i++;
	*nr = i - *start;
	return true;
}

/* Does every bit of @map say what the oracle says? */
bool oracle_same(const struct oracle *oracle, const struct cma_map *map)
{
	u32 before = 0;
	unsigned long i;

	for (i = 0; i < oracle->nr; i++) {
		const struct oracle_unit *unit = &oracle->unit[i];
		bool taken = unit->state != UNTAKEN;
		bool owned = unit->state == OWNED;

		if (test_bit(i, map->taken) != taken ||
		    test_bit(i, map->owned) != owned ||
		    test_bit(i, map->first) != (owned && unit->range != before))
			return false;
		before = unit->range;
	}
	return true;
}
