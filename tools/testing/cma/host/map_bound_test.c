// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does a search return to its caller in bounded time?
 *
 * The caller holds a spinlock with interrupts off. On maps whose holes all
 * refuse the alignment, each call may read a bounded number of words and get on
 * by a bounded number of holes, and the calls together must end with the right
 * answer, on a large map as on a small one.
 */
#include "stream.h"

/* Far above what one call needs, far below one pass over the large map. */
#define HOLES_BOUND	64
#define WORDS_BOUND	(HOLES_BOUND * 2048)

/**
 * struct cost - what a whole search cost
 * @calls: calls until its end
 * @words: words of a bitmap that the dearest call read
 * @advance: units that the longest call got on
 */
struct cost {
	unsigned long calls;
	unsigned long words;
	unsigned long advance;
};

static unsigned long search_all(const struct cma_map *map,
				const struct cma_map_want *want,
				struct cost *cost)
{
	unsigned long pos = 0, before, found;

	memset(cost, 0, sizeof(*cost));
	do {
		before = pos;
		host_words_read = 0;
		found = cma_map_search(map, &pos, want);
		cost->calls++;
		cost->words = max(cost->words, host_words_read);
		if (pos < map->nr)
			cost->advance = max(cost->advance, pos - before);
	} while (found == CMA_MAP_NONE && pos < map->nr && pos > before);
	return found;
}

/* Holes of @hole units, each behind as many taken ones; the map ends taken. */
static void make_comb(struct pair *pair, unsigned long nr, unsigned long hole)
{
	unsigned long i;

	pair_init(pair, nr, false);
	for (i = 0; i < nr; i += 2 * hole)
		pair_take(pair, i, hole);
}

/*
 * @want fits into no hole of the comb until one more unit, @opened, is given
 * back, and then at @place.
 */
static const char *comb(unsigned long nr, unsigned long hole,
			const struct cma_map_want *want, unsigned long opened,
			unsigned long place, struct cost *cost)
{
	unsigned long none, found;
	struct pair pair;
	struct cost last;

	make_comb(&pair, nr, hole);
	none = search_all(&pair.map, want, cost);
	pair_untake(&pair, opened, hole);
	found = search_all(&pair.map, want, &last);
	pair_exit(&pair);

	expect(none == CMA_MAP_NONE);
	expect(found == place);
	expect(cost->words <= WORDS_BOUND);
	expect(last.words <= WORDS_BOUND);
	expect(cost->advance <= HOLES_BOUND * max(2 * hole, want->align_mask + 1));
	expect(cost->calls <= nr / hole / 2 + 1);
	expect(last.calls <= cost->calls);
	return NULL;
}

/* Every other unit is taken, and only taken ones are aligned. */
static const char *comb_of_units(void)
{
	struct cma_map_want want = { .nr = 1, .align_mask = 1 };
	struct cost large, small;
	const char *why;

	why = comb(1UL << 20, 1, &want, (1UL << 20) - 2, (1UL << 20) - 2,
		   &large);
	why = why ?: comb(1UL << 14, 1, &want, (1UL << 14) - 2,
			  (1UL << 14) - 2, &small);
	if (!why)
		expect(large.words == small.words);
	return why;
}

/* The same with an offset, where a base that is not aligned turns it around. */
static const char *comb_with_offset(void)
{
	struct cma_map_want want = {
		.nr = 1, .align_mask = 511, .align_offset = 510
	};
	struct cost cost;

	return comb(1UL << 20, 1, &want, 514, 514, &cost);
}

/* Holes over several leaves, all too crooked for a request that is smaller. */
static const char *comb_of_leaves(void)
{
	struct cma_map_want want = { .nr = 1500, .align_mask = 4095 };
	struct cost cost;

	return comb(1UL << 20, 2048, &want, (1UL << 20) - 4096,
		    (1UL << 20) - 4096, &cost);
}

/* No hole is large enough: the tree's root alone says so. */
static const char *too_large(void)
{
	struct cma_map_want want = { .nr = 2 };
	struct pair pair;
	struct cost cost;
	unsigned long found;

	make_comb(&pair, 1UL << 20, 1);
	found = search_all(&pair.map, &want, &cost);
	pair_exit(&pair);
	expect(found == CMA_MAP_NONE);
	expect(cost.calls == 1);
	expect(cost.words == 0);
	return NULL;
}

/* The only hole that fits is the last of very many: found in one call. */
static const char *last_hole(void)
{
	struct cma_map_want want = { .nr = 3 };
	const unsigned long nr = 1UL << 20;
	unsigned long found;
	struct pair pair;
	struct cost cost;

	make_comb(&pair, nr, 1);
	pair_untake(&pair, nr - 2, 1);
	found = search_all(&pair.map, &want, &cost);
	pair_exit(&pair);
	expect(found == nr - 3);
	expect(cost.calls == 1);
	expect(cost.words <= 2048);
	return NULL;
}

void map_bound_tests(void)
{
	tap_result(comb_of_units(), "map: bounded search: every other unit taken");
	tap_result(comb_with_offset(), "map: bounded search: alignment with an offset");
	tap_result(comb_of_leaves(), "map: bounded search: holes over leaves");
	tap_result(too_large(), "map: bounded search: larger than any hole");
	tap_result(last_hole(), "map: bounded search: only the last hole fits");
}
