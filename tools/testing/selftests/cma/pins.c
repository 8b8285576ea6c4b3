// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pinned pages in an area: an allocation finds the space between them, fails
 * cleanly when there is none, and succeeds once they are gone.
 */
#include "../kselftest_harness.h"
#include "cma_pins.h"

#define PATIENCE	10.0	/* seconds; an emulated CPU is slow */

FIXTURE(pins) {
	struct cma_area area;
	struct cma_counts before;
	struct cma_pins pins;
};

FIXTURE_SETUP(pins)
{
	if (!cma_find_area(&self->area))
		SKIP(return, "no area in " CMA_DEBUGFS);
	ASSERT_EQ(0, cma_settle(&self->area));
	cma_count(&self->area, &self->before);
	ASSERT_EQ(0, cma_pins_fill(&self->area, &self->pins));
	ASSERT_EQ(0, cma_pins_set(&self->area, &self->pins));
	cma_pins_thin(&self->pins);
	EXPECT_LE(CMA_PINS / 2, self->pins.count);
}

FIXTURE_TEARDOWN(pins)
{
	struct cma_counts now;

	EXPECT_EQ(0, cma_pins_drop(&self->pins));
	EXPECT_EQ(0, cma_settle(&self->area));
	cma_count(&self->area, &now);
	EXPECT_EQ(self->before.used, now.used);
	EXPECT_TRUE(cma_free_is_back(&self->before, &now))
		TH_LOG("%lld free, now %lld and %lld in per-CPU lists",
		       self->before.free_cma, now.free_cma, now.pcp);
}

/* Every size that fits between two pins, up to the largest gap exactly. */
TEST_F(pins, allocation_finds_the_gap)
{
	long long gap = cma_pins_gap(&self->area, &self->pins);
	long long step = 1LL << self->area.order;
	double start;

	ASSERT_LT(0, gap);
	gap = gap / step * step;
	for (long long n = gap; n >= step && n > gap / 32; n = n / 2 / step * step) {
		start = cma_seconds();
		EXPECT_EQ(0, cma_take(&self->area, n))
			TH_LOG("%lld pages", n);
		TH_LOG("%lld pages: %.1f ms", n, (cma_seconds() - start) * 1e3);
		EXPECT_EQ(0, cma_pins_wrong(&self->pins));
		EXPECT_EQ(0, cma_give(&self->area, n));
	}
}

TEST_F(pins, all_gaps_together_hold_most_of_the_area)
{
	long long step = 1LL << self->area.order, taken = 0, n;

	n = cma_pins_gap(&self->area, &self->pins) / 4 / step * step;
	ASSERT_LT(0, n);
	while (!cma_take(&self->area, n))
		taken += n;
	EXPECT_LT(self->area.count / 2, taken);
	EXPECT_EQ(0, cma_pins_wrong(&self->pins));
	EXPECT_EQ(0, cma_give(&self->area, taken));
}

TEST_F(pins, what_fits_nowhere_changes_nothing)
{
	size_t size = self->area.count;
	unsigned char *a = calloc(size, 1), *b = calloc(size, 1);
	long long gap = cma_pins_gap(&self->area, &self->pins);
	struct cma_counts before, now;
	double start, took;

	ASSERT_TRUE(a && b);
	ASSERT_LT(0, gap);
	cma_count(&self->area, &before);
	ASSERT_EQ((long long)size, cma_read_map(&self->area, a));

	start = cma_seconds();
	EXPECT_GT(0, cma_take(&self->area, gap + (1LL << self->area.order)));
	took = cma_seconds() - start;
	TH_LOG("refused after %.1f ms", took * 1e3);
	/* A search that meets each pin again and again takes half a minute. */
	EXPECT_GT(PATIENCE, took);

	cma_count(&self->area, &now);
	ASSERT_EQ((long long)size, cma_read_map(&self->area, b));
	EXPECT_EQ(0, memcmp(a, b, size));
	EXPECT_EQ(before.used, now.used);
	EXPECT_EQ(before.available, now.available);
	EXPECT_EQ(before.success, now.success);
	EXPECT_EQ(before.vm_fail + 1, now.vm_fail);
	EXPECT_TRUE(cma_free_is_back(&before, &now));
	EXPECT_EQ(0, cma_pins_wrong(&self->pins));
	free(a);
	free(b);
}

TEST_F(pins, succeeds_after_the_pins_are_gone)
{
	long long n = self->before.maxchunk;

	EXPECT_GT(0, cma_take(&self->area, n));
	EXPECT_EQ(0, cma_pins_drop(&self->pins));
	EXPECT_EQ(0, cma_take(&self->area, n));
	EXPECT_EQ(0, cma_give(&self->area, n));
}

TEST_HARNESS_MAIN
