// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of placement in exclusive areas
 */
#include "place_stream.h"

static const struct {
	unsigned long units;
	unsigned long share;
	unsigned long deep_every;
} sizes[] = {
	{ 1, 1, 8 }, { 63, 4, 8 }, { 64, 4, 8 }, { 65, 4, 8 }, { 511, 4, 16 },
	{ 513, 4, 16 }, { 1025, 4, 32 }, { 2051, 4, 64 }, { 16387, 1, 512 },
};

static void random_tests(u64 seed, unsigned long ops)
{
	unsigned long shares = 0, i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		shares += sizes[i].share;
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		unsigned long part = DIV_ROUND_UP(ops, shares) * sizes[i].share;
		struct stream s = { .draw = draw_from_seed(seed + 100 + i) };
		const char *why;

		pair_init(&s.pair, sizes[i].units, i & 1);
		why = place_run(&s, part, sizes[i].deep_every);
		pair_exit(&s.pair);
		tap_result(why, "place: %lu random operations on %lu units",
			   part, sizes[i].units);
	}
}

/* Every unit that is aligned is taken but near the end. */
static void make_tight(struct pair *pair, unsigned long nr, unsigned long roomy)
{
	unsigned long i;

	pair_init(pair, nr, false);
	for (i = 0; i < nr - roomy; i += 2)
		pair_take(pair, i, 1);
}

/*
 * Of half a million holes that are too tight no more are looked at than a few
 * hundred, if one that is roomy is there.
 */
static const char *roomy_hole_ends_the_search(void)
{
	struct cma_map_want want = { .nr = 1, .align_mask = 1 };
	const unsigned long nr = 1UL << 20;
	struct cma_place place = {};
	unsigned long unit, steps = 0;
	struct pair pair;

	make_tight(&pair, nr, 8);
	host_words_read = 0;
	do {
		unit = cma_place_step(&pair.map, &place, &want);
		steps++;
	} while (unit == CMA_MAP_NONE && place.from < nr);
	pair_exit(&pair);
	expect(unit == nr - 8);
	expect(steps == PLACE_TIGHT_STEPS + 1);
	expect(host_words_read < 200 * 64);
	return NULL;
}

/* Without a roomy hole a tight one at the end is found all the same. */
static const char *tight_hole_is_found(void)
{
	struct cma_map_want want = { .nr = 1, .align_mask = 1 };
	const unsigned long nr = 1UL << 14;
	struct pair pair;
	unsigned long unit;
	const char *why;

	make_tight(&pair, nr, 0);
	pair_untake(&pair, nr - 2, 1);
	pair_take(&pair, nr - 3, 1);
	pair_take(&pair, nr - 1, 1);
	why = place_compare(&pair, &want, &unit);
	pair_exit(&pair);
	expect(why || unit == nr - 2);
	return why;
}

/* An alignment and a size that overflow together are no place. */
static const char *wild_wants(void)
{
	static const unsigned long wild[] = { 1, 2, 1000, ~0UL >> 1, ~0UL - 1, ~0UL };
	const char *why = NULL;
	struct pair pair;
	size_t i, j;

	make_tight(&pair, 1UL << 12, 1);
	for (i = 0; i < ARRAY_SIZE(wild) && !why; i++) {
		for (j = 0; j < (size_t)BITS_PER_LONG && !why; j++) {
			struct cma_map_want want = {
				.nr = wild[i],
				.align_mask = (1UL << j) - 1,
				.align_offset = wild[i] / 3,
			};
			unsigned long unit;

			why = place_compare(&pair, &want, &unit);
		}
	}
	pair_exit(&pair);
	return why;
}

static const char *sizes_of_ranges(void)
{
	struct pair pair;

	pair_init(&pair, 100, true);
	pair_take(&pair, 10, 30);
	pair_own(&pair, 10, 20);
	pair_own(&pair, 30, 10);
	expect(cma_place_size(&pair.map, 10) == 20);
	expect(cma_place_size(&pair.map, 11) == 0);
	expect(cma_place_size(&pair.map, 30) == 10);
	expect(cma_place_size(&pair.map, 40) == 0);
	expect(cma_place_size(&pair.map, 99) == 0);
	expect(cma_place_size(&pair.map, 100) == 0);
	expect(cma_place_size(&pair.map, ~0UL) == 0);
	pair_take(&pair, 99, 1);
	expect(cma_place_size(&pair.map, 99) == 0);
	pair_own(&pair, 99, 1);
	expect(cma_place_size(&pair.map, 99) == 1);
	pair_exit(&pair);
	return NULL;
}

void place_tests(u64 seed, unsigned long ops)
{
	tap_result(roomy_hole_ends_the_search(), "place: a roomy hole ends the search");
	tap_result(tight_hole_is_found(), "place: a tight hole is found");
	tap_result(wild_wants(), "place: sizes and alignments that overflow");
	tap_result(sizes_of_ranges(), "place: sizes of ranges");
	random_tests(seed, ops);
}
