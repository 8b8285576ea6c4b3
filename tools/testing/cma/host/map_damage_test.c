// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does cma_map_validate() find damage?
 *
 * A checker that always says yes would let every other test pass, so each kind
 * of damage that it promises to find is planted, found, and taken out again.
 */
#include "stream.h"

/* [0, 7) and [100, 150) owned, [200, 230) in transit, over several leaves. */
static void make_map(struct pair *pair)
{
	pair_init(pair, 1700, true);
	pair_take(pair, 0, 7);
	pair_own(pair, 0, 7);
	pair_take(pair, 100, 50);
	pair_own(pair, 100, 50);
	pair_take(pair, 200, 30);
}

static void flip(unsigned long *bits, unsigned long unit)
{
	bits[unit / BITS_PER_LONG] ^= 1UL << (unit % BITS_PER_LONG);
}

/* A unit's bit flips in one of the three bitmaps; nothing else changes. */
static const char *bit_flip(unsigned long **bits, struct pair *pair,
			    unsigned long unit)
{
	flip(*bits, unit);
	expect(cma_map_validate(&pair->map) == -EUCLEAN);
	flip(*bits, unit);
	expect(cma_map_validate(&pair->map) == 0);
	return NULL;
}

static const char *taken_flips(struct pair *pair)
{
	const char *why = NULL;
	unsigned long unit;

	for (unit = 0; unit < pair->map.nr && !why; unit++)
		why = bit_flip(&pair->map.taken, pair, unit);
	return why;
}

static const char *owned_flips(struct pair *pair)
{
	const char *why = NULL;
	unsigned long unit;

	for (unit = 0; unit < pair->map.nr && !why; unit++)
		why = bit_flip(&pair->map.owned, pair, unit);
	return why;
}

/* The count agrees, so that only the start of a range gives a flip away. */
static const char *owned_without_first(struct pair *pair)
{
	flip(pair->map.owned, 210);
	pair->map.nr_owned++;
	expect(cma_map_validate(&pair->map) == -EUCLEAN);
	flip(pair->map.owned, 210);
	flip(pair->map.owned, 120);
	pair->map.nr_owned -= 2;
	expect(cma_map_validate(&pair->map) == -EUCLEAN);
	flip(pair->map.owned, 120);
	pair->map.nr_owned++;
	expect(cma_map_validate(&pair->map) == 0);
	return NULL;
}

/* A further range may begin inside an owned one; nowhere else. */
static const char *first_flips(struct pair *pair)
{
	static const unsigned long units[] = {
		0, 7, 50, 99, 100, 150, 199, 200, 210, 229, 230, 1699
	};
	const char *why = NULL;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(units) && !why; i++)
		why = bit_flip(&pair->map.first, pair, units[i]);
	return why;
}

static const char *wrong_counts(struct pair *pair)
{
	unsigned long *counts[] = {
		&pair->map.nr_untaken, &pair->map.nr_owned
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		++*counts[i];
		expect(cma_map_validate(&pair->map) == -EUCLEAN);
		*counts[i] -= 2;
		expect(cma_map_validate(&pair->map) == -EUCLEAN);
		++*counts[i];
		expect(cma_map_validate(&pair->map) == 0);
	}
	return NULL;
}

/* Each number in each node of the tree, one too large and one too small. */
static const char *wrong_sums(struct pair *pair)
{
	unsigned long node;

	for (node = 1; node < 2 * pair->map.nr_leaves; node++) {
		struct cma_map_sum *sum = &pair->map.sum[node];
		unsigned int *number[] = { &sum->lead, &sum->best, &sum->tail };
		unsigned int i;

		for (i = 0; i < ARRAY_SIZE(number); i++) {
			++*number[i];
			expect(cma_map_validate(&pair->map) == -EUCLEAN);
			*number[i] -= 2;
			expect(cma_map_validate(&pair->map) == -EUCLEAN);
			++*number[i];
		}
	}
	expect(cma_map_validate(&pair->map) == 0);
	return NULL;
}

/* The count and the tree agree that an owned unit is untaken. */
static const char *owned_untaken(struct pair *pair)
{
	cma_map_untake(&pair->map, 120, 1);
	expect(cma_map_validate(&pair->map) == -EUCLEAN);
	cma_map_take(&pair->map, 120, 1);
	expect(cma_map_validate(&pair->map) == 0);
	return NULL;
}

/* A bit moves: the count stays right and only the tree can tell. */
static const char *stale_sums(struct pair *pair)
{
	flip(pair->map.taken, 210);
	flip(pair->map.taken, 1600);
	expect(cma_map_validate(&pair->map) == -EUCLEAN);
	flip(pair->map.taken, 210);
	flip(pair->map.taken, 1600);
	expect(cma_map_validate(&pair->map) == 0);
	return NULL;
}

static const struct {
	const char *name;
	const char *(*test)(struct pair *pair);
} damages[] = {
	{ "a wrong bit in taken", taken_flips },
	{ "a wrong bit in owned", owned_flips },
	{ "a wrong bit in first", first_flips },
	{ "an owned range without a start", owned_without_first },
	{ "a wrong count", wrong_counts },
	{ "a wrong number in the tree", wrong_sums },
	{ "owned but untaken", owned_untaken },
	{ "a tree that lags behind", stale_sums },
};

void map_damage_tests(void)
{
	struct pair pair;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(damages); i++) {
		const char *why;

		make_map(&pair);
		why = pair_check(&pair, true) ?: damages[i].test(&pair);
		pair_exit(&pair);
		tap_result(why, "map: damage found: %s", damages[i].name);
	}
}
