// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of who may release what, one story each
 *
 * The random streams meet these cases as well; here each has a name.
 */
#include "stream.h"

/* Ranges of the stories below: A and B touch, C stands alone, D is in transit. */
#define A	100, 50
#define B	150, 50
#define C	300, 64
#define D	400, 10

static void make_ranges(struct pair *pair)
{
	pair_init(pair, 600, true);
	pair_take(pair, A);
	pair_take(pair, B);
	pair_take(pair, C);
	pair_take(pair, D);
	pair_own(pair, A);
	pair_own(pair, B);
	pair_own(pair, C);
}

static const struct {
	const char *name;
	unsigned long start;
	unsigned long nr;
	int err;
} refusals[] = {
	{ "nothing", 100, 0, -EINVAL },
	{ "nothing at the end", 600, 0, -EINVAL },
	{ "behind the end", 600, 1, -EINVAL },
	{ "over the end", 599, 2, -EINVAL },
	{ "all and one more", 0, 601, -EINVAL },
	{ "a size that wraps", 100, ~0UL, -EINVAL },
	{ "a size that wraps to the start", 100, 0UL - 100, -EINVAL },
	{ "a size that wraps into the range", 100, 0UL - 90, -EINVAL },
	{ "a start that wraps", ~0UL, 1, -EINVAL },
	{ "a start and size that wrap", ~0UL - 9, 120, -EINVAL },
	{ "untaken units", 0, 10, -ENOENT },
	{ "units in transit", D, -ENOENT },
	{ "one unit too low", 99, 51, -ENOENT },
	{ "one unit too high", 300, 65, -ENOENT },
	{ "the whole map", 0, 600, -ENOENT },
	{ "two ranges", 100, 100, -EXDEV },
	{ "a range and the first of the next", 100, 51, -EXDEV },
	{ "the last of a range and the next", 149, 51, -EXDEV },
	{ "a unit each of two ranges", 149, 2, -EXDEV },
	{ "two ranges and what lies between", 150, 214, -ENOENT },
};

static const char *refusal(unsigned long start, unsigned long nr, int err)
{
	struct pair pair;
	const char *why;
	int got;

	make_ranges(&pair);
	got = cma_map_disown(&pair.map, start, nr);
	why = pair_check(&pair, true);
	pair_exit(&pair);
	expect(got == err);
	return why;
}

/* Parts of range C and whether they may be released, in this order. */
struct parts {
	const char *name;
	struct {
		unsigned long start;
		unsigned long nr;
		int err;
	} part[5];
};

static const struct parts partial[] = {
	{ "a release, then the same again",
	  { { C, 0 }, { C, -ENOENT } } },
	{ "the head, then the rest",
	  { { 300, 10, 0 }, { 310, 54, 0 }, { C, -ENOENT } } },
	{ "the head, then all",
	  { { 300, 10, 0 }, { C, -ENOENT }, { 309, 2, -ENOENT },
	    { 310, 54, 0 } } },
	{ "the tail, then the rest",
	  { { 363, 1, 0 }, { C, -ENOENT }, { 300, 63, 0 } } },
	{ "the middle, then both ends",
	  { { 320, 20, 0 }, { 320, 20, -ENOENT }, { 319, 1, 0 },
	    { 340, 24, 0 }, { 300, 19, 0 } } },
	{ "every end of two touching ranges",
	  { { 149, 1, 0 }, { 150, 1, 0 }, { 100, 49, 0 }, { 151, 48, 0 },
	    { 199, 1, 0 } } },
	{ "a range whose neighbour is gone",
	  { { A, 0 }, { 149, 2, -ENOENT }, { B, 0 } } },
};

static const char *release_parts(const struct parts *parts)
{
	const char *why = NULL;
	struct pair pair;
	unsigned int i;
	bool done;

	make_ranges(&pair);
	for (i = 0; i < ARRAY_SIZE(parts->part) && !why; i++) {
		if (!parts->part[i].nr)
			break;
		why = pair_disown(&pair, parts->part[i].start,
				  parts->part[i].nr, &done);
		if (!why && done == !!parts->part[i].err)
			why = tap_why("part %u: done %d", i, done);
		why = why ?: pair_check(&pair, true);
	}
	pair_exit(&pair);
	return why;
}

/*
 * Somebody else gets the gap in the middle of a range: its two halves and the
 * newcomer are three ranges.
 */
static const char *gap_reused(void)
{
	const char *why;
	struct pair pair;
	bool done;

	make_ranges(&pair);
	why = pair_disown(&pair, 320, 20, &done);
	pair_untake(&pair, 320, 20);
	pair_take(&pair, 320, 20);
	pair_own(&pair, 320, 20);
	expect(cma_map_disown(&pair.map, C) == -EXDEV);
	expect(cma_map_disown(&pair.map, 319, 2) == -EXDEV);
	expect(cma_map_disown(&pair.map, 339, 2) == -EXDEV);
	why = why ?: pair_check(&pair, true);
	why = why ?: pair_disown(&pair, 340, 24, &done);
	why = why ?: pair_disown(&pair, 320, 20, &done);
	why = why ?: pair_disown(&pair, 300, 20, &done);
	why = why ?: pair_check(&pair, true);
	pair_exit(&pair);
	return why;
}

/* What is in transit is no hole, and can be given back in pieces. */
static const char *transit_pieces(void)
{
	struct cma_map_want want = { .nr = 190 };
	unsigned long found;
	struct pair pair;
	const char *why;

	make_ranges(&pair);
	why = pair_search(&pair, 0, &want, &found);
	expect(found == 410);
	pair_untake(&pair, 405, 5);
	why = why ?: pair_search(&pair, 0, &want, &found);
	expect(found == 405);
	pair_untake(&pair, 400, 5);
	want.nr = 236;
	why = why ?: pair_search(&pair, 0, &want, &found);
	expect(found == 364);
	why = why ?: pair_check(&pair, true);
	pair_exit(&pair);
	return why;
}

void map_state_tests(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(refusals); i++)
		tap_result(refusal(refusals[i].start, refusals[i].nr,
				   refusals[i].err),
			   "map: release refused: %s", refusals[i].name);
	for (i = 0; i < ARRAY_SIZE(partial); i++)
		tap_result(release_parts(&partial[i]), "map: release: %s",
			   partial[i].name);
	tap_result(gap_reused(), "map: release around a reused gap");
	tap_result(transit_pieces(), "map: transit ends in pieces");
}
