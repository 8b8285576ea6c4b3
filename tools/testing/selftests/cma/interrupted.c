// SPDX-License-Identifier: GPL-2.0-only
/*
 * A fatal signal ends an allocation in progress, soon and without a trace:
 * whoever is killed while an area is evacuated leaves nothing taken.
 */
#include "../kselftest_harness.h"
#include "cma_pins.h"
#include <signal.h>

#define PATIENCE	10.0	/* seconds; an emulated CPU is slow */

FIXTURE(interrupted) {
	struct cma_area area;
	struct cma_counts before;
	struct cma_pins pins;
};

FIXTURE_SETUP(interrupted)
{
	if (!cma_find_area(&self->area))
		SKIP(return, "no area in " CMA_DEBUGFS);
	ASSERT_EQ(0, cma_settle(&self->area));
	cma_count(&self->area, &self->before);
	/* Full of memory to migrate, and pins to meet: work for a while. */
	ASSERT_EQ(0, cma_pins_fill(&self->area, &self->pins));
	ASSERT_EQ(0, cma_pins_set(&self->area, &self->pins));
}

FIXTURE_TEARDOWN(interrupted)
{
	EXPECT_EQ(0, cma_pins_drop(&self->pins));
	EXPECT_EQ(0, cma_settle(&self->area));
}

/* Return: seconds from the kill to the death of a child that allocates. */
static double kill_allocation(const struct cma_area *area, long long pages,
			      int delay_us)
{
	pid_t child = fork();
	double start;

	if (!child) {
		while (1)
			cma_take(area, pages);
	}
	usleep(delay_us);
	start = cma_seconds();
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	return cma_seconds() - start;
}

static long pages_wrong(const struct cma_pins *pins)
{
	size_t size = cma_page_size();
	long wrong = 0;

	for (size_t at = 0; at < pins->len; at += size)
		wrong += !cma_check_page(pins->map + at,
					 cma_page_key(77, at / size));
	return wrong;
}

/* The request fits nowhere, so whatever the moment, nothing may be taken. */
TEST_F(interrupted, killed_while_it_cannot_succeed)
{
	static const int delays[] = { 0, 500, 2000, 10000, 50000, 200000 };
	long long n = cma_pins_gap(&self->area, &self->pins) +
		      (1LL << self->area.order);

	ASSERT_LT(1, n);
	for (size_t i = 0; i < ARRAY_SIZE(delays); i++) {
		EXPECT_GT(PATIENCE, kill_allocation(&self->area, n, delays[i]));
		EXPECT_EQ(self->before.used, cma_file(&self->area, "used"));
	}
	EXPECT_EQ(0, cma_pins_wrong(&self->pins));
	EXPECT_EQ(0, pages_wrong(&self->pins));
}

/* What it got before it died is accounted, and can be given back. */
TEST_F(interrupted, killed_while_it_succeeds)
{
	static const int delays[] = { 0, 1000, 5000, 20000, 100000 };
	long long step = 1LL << self->area.order, n, taken;
	struct cma_counts a, b;

	n = cma_pins_gap(&self->area, &self->pins) / 2 / step * step;
	ASSERT_LT(0, n);
	for (size_t i = 0; i < ARRAY_SIZE(delays); i++) {
		cma_count(&self->area, &a);
		EXPECT_GT(PATIENCE, kill_allocation(&self->area, n, delays[i]));
		cma_count(&self->area, &b);
		taken = b.success - a.success;
		EXPECT_EQ(a.used + taken, b.used);
		EXPECT_EQ(0, taken % n);
		if (taken)
			cma_give(&self->area, taken);
		EXPECT_EQ(self->before.used, cma_file(&self->area, "used"));
	}
	EXPECT_EQ(0, pages_wrong(&self->pins));
}

TEST_HARNESS_MAIN
