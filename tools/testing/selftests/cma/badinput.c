// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is not a page count gets an errno from the debugfs files, and the area
 * stays as it was.
 */
#include "../kselftest_harness.h"
#include "cma_util.h"

FIXTURE(badinput) {
	struct cma_area area;
	struct cma_counts before;
};

FIXTURE_SETUP(badinput)
{
	if (!cma_find_area(&self->area))
		SKIP(return, "no area in " CMA_DEBUGFS);
	ASSERT_EQ(0, cma_settle(&self->area));
	cma_count(&self->area, &self->before);
}

FIXTURE_TEARDOWN(badinput)
{
	struct cma_counts now;

	cma_count(&self->area, &now);
	EXPECT_EQ(self->before.used, now.used);
	EXPECT_EQ(self->before.maxchunk, now.maxchunk);
	EXPECT_EQ(self->before.success, now.success);
	EXPECT_EQ(self->before.released, now.released);
	EXPECT_TRUE(cma_free_is_back(&self->before, &now));
	/* Do not leave to later tests what should have been refused. */
	if (now.used > self->before.used)
		cma_give(&self->area, now.used - self->before.used);
}

/* The two last ones would be 1 and 4096 if cut to 32 bits. */
static const char * const bad[] = {
	"0", "-1", "-4096", "abc", "12abc", "0x", " ", "1 2",
	"18446744073709551615", "99999999999999999999999",
	"4294967297", "4294971392",
};

TEST_F(badinput, alloc_refuses)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_GT(0, cma_command(&self->area, "alloc", bad[i]))
			TH_LOG("alloc took '%s'", bad[i]);
		EXPECT_EQ(self->before.used, cma_file(&self->area, "used"));
	}
}

TEST_F(badinput, more_than_the_area_is_refused)
{
	long long n = self->area.count;

	EXPECT_GT(0, cma_take(&self->area, n + 1));
	EXPECT_GT(0, cma_take(&self->area, 2 * n));
	EXPECT_GT(0, cma_take(&self->area, INT_MAX));
}

TEST_F(badinput, free_refuses_what_is_no_count)
{
	static const char * const none[] = { "0", "-1", "abc", "12abc", " ",
		"99999999999999999999999" };

	ASSERT_EQ(0, cma_take(&self->area, 1LL << self->area.order));
	for (size_t i = 0; i < ARRAY_SIZE(none); i++) {
		EXPECT_GT(0, cma_command(&self->area, "free", none[i]))
			TH_LOG("free took '%s'", none[i]);
		EXPECT_LT(self->before.used, cma_file(&self->area, "used"));
	}
	EXPECT_EQ(0, cma_give(&self->area, 1LL << self->area.order));
	/* Teardown compares these two, and this test moved them on purpose. */
	self->before.success += 1LL << self->area.order;
	self->before.released += 1LL << self->area.order;
}

TEST_F(badinput, read_only_files_refuse_writes)
{
	static const char * const files[] = { "used", "maxchunk", "count",
		"base_pfn", "order_per_bit", "bitmap" };

	/* Root passes permission bits; the files themselves have no store. */
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		EXPECT_GT(0, cma_command(&self->area, files[i], "1"))
			TH_LOG("%s took a write", files[i]);
	}
}

TEST_F(badinput, absent_area_has_no_files)
{
	struct cma_area ghost = { .name = "no-such-area" };

	EXPECT_EQ(-ENOENT, cma_take(&ghost, 1));
	EXPECT_EQ(-ENOENT, cma_file(&ghost, "used"));
}

TEST_HARNESS_MAIN
