// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the map, as this kernel and compiler have built it
 *
 * The exhaustive tests run in user space, tools/testing/cma/host/; these show
 * that word size, endianness and bit operations of the machine agree with them.
 */
#include <kunit/test.h>
#include <linux/prandom.h>

#include "../map.h"

#define UNITS	2051UL

static struct cma_map *new_map(struct kunit *test, unsigned long nr)
{
	struct cma_map *map = kunit_kzalloc(test, sizeof(*map), GFP_KERNEL);
	void *mem = kunit_kzalloc(test, cma_map_bytes(nr), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, map);
	KUNIT_ASSERT_NOT_NULL(test, mem);
	cma_map_init(map, nr, mem);
	return map;
}

static unsigned long take(struct cma_map *map, unsigned long nr,
			  unsigned long align_mask)
{
	struct cma_map_want want = { .nr = nr, .align_mask = align_mask };
	unsigned long from = 0, unit;

	do {
		unit = cma_map_search(map, &from, &want);
	} while (unit == CMA_MAP_NONE && from < map->nr);
	if (unit == CMA_MAP_NONE)
		return unit;
	cma_map_take(map, unit, nr);
	cma_map_own(map, unit, nr);
	return unit;
}

static void map_first_fit(struct kunit *test)
{
	struct cma_map *map = new_map(test, UNITS);

	KUNIT_EXPECT_EQ(test, cma_map_largest(map), UNITS);
	KUNIT_EXPECT_EQ(test, take(map, 3, 0), 0UL);
	KUNIT_EXPECT_EQ(test, take(map, 8, 7), 8UL);
	KUNIT_EXPECT_EQ(test, take(map, 5, 0), 3UL);
	KUNIT_EXPECT_EQ(test, take(map, 600, 0), 16UL);
	KUNIT_EXPECT_EQ(test, take(map, UNITS - 616, 0), 616UL);
	KUNIT_EXPECT_EQ(test, take(map, 1, 0), CMA_MAP_NONE);
	KUNIT_EXPECT_EQ(test, map->nr_untaken, 0UL);
	KUNIT_EXPECT_EQ(test, cma_map_validate(map), 0);
}

static void map_refuses_wrong_release(struct kunit *test)
{
	struct cma_map *map = new_map(test, UNITS);

	take(map, 10, 0);
	take(map, 10, 0);
	KUNIT_EXPECT_EQ(test, cma_map_disown(map, 0, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, cma_map_disown(map, UNITS, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, cma_map_disown(map, 1, ~0UL), -EINVAL);
	KUNIT_EXPECT_EQ(test, cma_map_disown(map, 15, 10), -ENOENT);
	KUNIT_EXPECT_EQ(test, cma_map_disown(map, 5, 10), -EXDEV);
	KUNIT_EXPECT_EQ(test, map->nr_owned, 20UL);
	KUNIT_EXPECT_EQ(test, cma_map_disown(map, 3, 4), 0);
	KUNIT_EXPECT_EQ(test, cma_map_disown(map, 3, 4), -ENOENT);
	KUNIT_EXPECT_EQ(test, cma_map_disown(map, 7, 4), -EXDEV);
	KUNIT_EXPECT_EQ(test, cma_map_validate(map), 0);
}

static void map_random(struct kunit *test)
{
	struct cma_map *map = new_map(test, UNITS);
	unsigned long *start = kunit_kcalloc(test, 64, sizeof(long), GFP_KERNEL);
	unsigned long *nr = kunit_kcalloc(test, 64, sizeof(long), GFP_KERNEL);
	struct rnd_state rnd;
	int i;

	KUNIT_ASSERT_TRUE(test, start && nr);
	prandom_seed_state(&rnd, 1);
	for (i = 0; i < 5000; i++) {
		unsigned int slot = prandom_u32_state(&rnd) % 64;

		if (nr[slot]) {
			KUNIT_ASSERT_EQ(test, 0, cma_map_disown(map, start[slot],
								nr[slot]));
			cma_map_untake(map, start[slot], nr[slot]);
			nr[slot] = 0;
		} else {
			nr[slot] = 1 + prandom_u32_state(&rnd) % 100;
			start[slot] = take(map, nr[slot], 3);
			if (start[slot] == CMA_MAP_NONE)
				nr[slot] = 0;
			else
				KUNIT_ASSERT_EQ(test, start[slot] % 4, 0UL);
		}
		KUNIT_ASSERT_EQ(test, cma_map_validate(map), 0);
	}
}

static struct kunit_case map_cases[] = {
	KUNIT_CASE(map_first_fit),
	KUNIT_CASE(map_refuses_wrong_release),
	KUNIT_CASE(map_random),
	{}
};

static struct kunit_suite map_suite = {
	.name = "cma_map",
	.test_cases = map_cases,
};

kunit_test_suite(map_suite);
