// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every counter of an area after allocations and releases of many sizes: each
 * moves by exactly what was asked, and all return.
 */
#include "../kselftest_harness.h"
#include "cma_util.h"

FIXTURE(accounting) {
	struct cma_area area;
	struct cma_counts before;
};

FIXTURE_SETUP(accounting)
{
	if (!cma_find_area(&self->area))
		SKIP(return, "no area in " CMA_DEBUGFS);
	ASSERT_EQ(0, cma_settle(&self->area));
	cma_count(&self->area, &self->before);
}

FIXTURE_TEARDOWN(accounting)
{
	struct cma_counts now;

	cma_count(&self->area, &now);
	EXPECT_EQ(self->before.used, now.used);
	EXPECT_TRUE(cma_free_is_back(&self->before, &now));
}

/* A file that is absent stays absent. */
static long long less(long long available, long long n)
{
	return available < 0 ? available : available - n;
}

TEST_F(accounting, each_size_moves_each_counter)
{
	static const long long sizes[] = {
		1, 2, 3, 7, 64, 255, 256, 257, 1000, 1024, 4096, 8192,
	};
	struct cma_counts a, b, c;

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		long long n = sizes[i];

		if (n > self->before.maxchunk || self->area.order)
			break;
		cma_count(&self->area, &a);
		ASSERT_EQ(0, cma_take(&self->area, n));
		cma_count(&self->area, &b);
		EXPECT_EQ(a.used + n, b.used);
		EXPECT_EQ(a.success + n, b.success);
		EXPECT_EQ(a.released, b.released);
		EXPECT_EQ(a.fail, b.fail);
		EXPECT_EQ(a.vm_success + 1, b.vm_success);
		EXPECT_EQ(a.vm_fail, b.vm_fail);
		EXPECT_EQ(less(a.available, n), b.available);

		ASSERT_EQ(0, cma_give(&self->area, n));
		cma_count(&self->area, &c);
		EXPECT_EQ(a.used, c.used);
		EXPECT_EQ(a.maxchunk, c.maxchunk);
		EXPECT_EQ(a.success + n, c.success);
		EXPECT_EQ(a.released + n, c.released);
		EXPECT_EQ(a.available, c.available);
		EXPECT_TRUE(cma_free_is_back(&a, &c));
	}
}

TEST_F(accounting, whole_area_taken_leaves_no_free_page)
{
	struct cma_counts full;
	long long taken = cma_take_all(&self->area);

	ASSERT_LT(0, taken);
	cma_count(&self->area, &full);
	EXPECT_EQ(self->area.count, full.used);
	EXPECT_EQ(0, full.maxchunk);
	EXPECT_GE(0, full.available);
	/* What is free now belongs to other areas. */
	EXPECT_GE(cma_untaken_elsewhere(&self->area), full.free_cma);
	EXPECT_EQ(0, cma_give(&self->area, taken));
}

TEST_F(accounting, used_and_maxchunk_agree_with_the_map)
{
	unsigned char *bits = calloc(self->area.count, 1);
	long long taken = 0, n, sum, step = 1LL << self->area.order;

	ASSERT_FALSE(!bits);
	/* Allocate and release at different sizes: holes of all lengths. */
	for (n = 16; n <= self->before.maxchunk / 8; n = n * 2 + 3 * step) {
		long long pages = n / step * step;

		if (!pages)
			continue;
		ASSERT_EQ(0, cma_take(&self->area, pages));
		taken += pages;
		ASSERT_EQ(self->area.count, cma_read_map(&self->area, bits));
		sum = 0;
		for (long long i = 0; i < self->area.count; i++)
			sum += bits[i];
		EXPECT_EQ(sum, cma_file(&self->area, "used"));
		EXPECT_EQ(cma_largest_hole(bits, self->area.count),
			  cma_file(&self->area, "maxchunk"));
	}
	EXPECT_EQ(0, cma_give(&self->area, taken));
	free(bits);
}

TEST_F(accounting, partial_release_from_one_allocation)
{
	long long n = 600;

	if (self->area.order || n > self->before.maxchunk)
		SKIP(return, "area too small or of large units");
	ASSERT_EQ(0, cma_take(&self->area, n));
	for (long long left = n - 7; left > 0; left -= 7) {
		ASSERT_EQ(0, cma_give(&self->area, 7));
		EXPECT_EQ(self->before.used + left,
			  cma_file(&self->area, "used"));
	}
	ASSERT_EQ(0, cma_give(&self->area, n % 7 ? n % 7 : 7));
	EXPECT_EQ(self->before.used, cma_file(&self->area, "used"));
}

/* A request larger than the area used to return before it was counted. */
TEST_F(accounting, early_failure_is_counted)
{
	long long n = self->area.count + (1LL << self->area.order);
	struct cma_counts now;

	EXPECT_GT(0, cma_take(&self->area, n));
	cma_count(&self->area, &now);
	EXPECT_EQ(self->before.fail + n, now.fail);
	EXPECT_EQ(self->before.vm_fail + 1, now.vm_fail);
	EXPECT_EQ(self->before.success, now.success);
}

TEST_HARNESS_MAIN
