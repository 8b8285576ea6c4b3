// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of the map that measure it against the oracle
 *
 * Random operations at sizes around words, leaves and powers of two, and all
 * states of small maps, where every answer can be tried.
 */
#include "stream.h"

/* @share: parts of all random operations that this size gets. */
static const struct {
	unsigned long units;
	unsigned long share;
	unsigned long deep_every;
} sizes[] = {
	{ 1, 1, 1 }, { 2, 1, 1 }, { 3, 1, 1 }, { 31, 2, 1 }, { 32, 2, 1 },
	{ 33, 2, 1 }, { 63, 3, 1 }, { 64, 3, 1 }, { 65, 3, 1 }, { 127, 3, 1 },
	{ 129, 3, 1 }, { 511, 3, 1 }, { 512, 3, 1 }, { 513, 3, 1 },
	{ 1000, 3, 1 }, { 1023, 2, 1 }, { 1025, 2, 1 }, { 1537, 2, 1 },
	{ 4095, 3, 16 }, { 4096, 3, 16 }, { 4097, 3, 16 },
	{ 16385, 1, 64 }, { 100003, 1, 512 },
};

static void random_tests(u64 seed, unsigned long ops)
{
	unsigned long shares = 0, i;
	struct stream s;

	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		shares += sizes[i].share;
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		unsigned long part = DIV_ROUND_UP(ops, shares) * sizes[i].share;
		const char *why;

		memset(&s, 0, sizeof(s));
		s.draw = draw_from_seed(seed + i);
		pair_init(&s.pair, sizes[i].units, i & 1);
		why = stream_run(&s, part, sizes[i].deep_every);
		pair_exit(&s.pair);
		tap_result(why, "map: %lu random operations on %lu units", part,
			   sizes[i].units);
	}
}

/* Any search in a pair; all alignments up to 8 with all offsets. */
static const char *try_searches(struct pair *pair)
{
	struct cma_map_want want;
	unsigned long from, found;
	const char *why;
	u32 order;

	for (from = 0; from <= pair->map.nr; from++) {
		for (want.nr = 1; want.nr <= pair->map.nr + 1; want.nr++) {
			for (order = 0; order < 3; order++) {
				want.align_mask = (1UL << order) - 1;
				want.align_offset = from & want.align_mask;
				why = pair_search(pair, from, &want, &found);
				if (why)
					return why;
			}
		}
	}
	return NULL;
}

/* Every state of a small map, and every search in it. */
static const char *all_states(void)
{
	unsigned long nr = 10, state, i;
	const char *why = NULL;
	struct pair pair;

	for (state = 0; state < 1UL << nr && !why; state++) {
		pair_init(&pair, nr, true);
		for (i = 0; i < nr; i++) {
			if (state >> i & 1)
				pair_take(&pair, i, 1);
		}
		why = pair_check(&pair, true) ?: try_searches(&pair);
		pair_exit(&pair);
	}
	return why;
}

/* Maps of every size, untaken, taken and untaken again. */
static const char *all_sizes(void)
{
	const char *why = NULL;
	struct pair pair;
	unsigned long nr;

	for (nr = 1; nr <= 2100 && !why; nr++) {
		pair_init(&pair, nr, nr & 1);
		why = pair_check(&pair, true);
		pair_take(&pair, 0, nr);
		why = why ?: pair_check(&pair, true);
		pair_untake(&pair, 0, nr);
		why = why ?: pair_check(&pair, true);
		pair_exit(&pair);
	}
	return why;
}

/* One hole in a full map must be found whole, and nothing larger. */
static const char *try_hole(struct pair *pair, unsigned long start,
			    unsigned long nr)
{
	struct cma_map_want want = { .nr = nr };
	unsigned long found;
	const char *why;

	pair_untake(pair, start, nr);
	why = pair_check(pair, false);
	why = why ?: pair_search(pair, 0, &want, &found);
	why = why ?: pair_search(pair, start, &want, &found);
	why = why ?: pair_search(pair, start + 1, &want, &found);
	want.nr = nr + 1;
	why = why ?: pair_search(pair, 0, &want, &found);
	want.nr = (nr + 1) / 2;
	why = why ?: pair_search(pair, start + nr / 2, &want, &found);
	pair_take(pair, start, nr);
	return why;
}

/* Holes that begin and end near the seams between words and leaves. */
static const char *seams(void)
{
	static const int near[] = { -65, -64, -2, -1, 0, 1, 2, 63, 64, 65 };
	const unsigned long nr = 2 * 1024 + 100;
	const char *why = NULL;
	struct pair pair;
	unsigned long a, b, i, j;

	pair_init(&pair, nr, true);
	pair_take(&pair, 0, nr);
	for (a = 512; a < nr && !why; a += 512) {
		for (b = a; b < nr; b += 512) {
			for (i = 0; i < ARRAY_SIZE(near); i++) {
				for (j = 0; j < ARRAY_SIZE(near) && !why; j++) {
					unsigned long low = a + near[i];
					unsigned long end = b + near[j];

					if (low < end && end <= nr)
						why = try_hole(&pair, low,
							       end - low);
				}
			}
		}
	}
	pair_exit(&pair);
	return why;
}

/* Sizes that a map refuses, and the largest that it takes. */
static const char *sizes_refused(void)
{
	expect(cma_map_bytes(0) == 0);
	expect(cma_map_bytes(INT_MAX + 1UL) == 0);
	expect(cma_map_bytes(~0UL) == 0);
	expect(cma_map_bytes(~0UL - 510) == 0);
	expect(cma_map_bytes(1) >= 3 * sizeof(long));
	expect(cma_map_bytes(INT_MAX) > 3UL * (INT_MAX / 8));
	expect(cma_map_bytes(INT_MAX) < INT_MAX);
	return NULL;
}

void map_tests(u64 seed, unsigned long ops)
{
	tap_result(sizes_refused(), "map: sizes that are refused");
	tap_result(all_sizes(), "map: every size up to 2100 units");
	tap_result(all_states(), "map: every search in every state of 10 units");
	tap_result(seams(), "map: holes at the seams of words and leaves");
	random_tests(seed, ops);
}
