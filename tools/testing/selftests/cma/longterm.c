// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages pinned for long leave the area first: buffers registered with io_uring
 * are migrated out, so the whole area can be had while they stay pinned.
 */
#include "../kselftest_harness.h"
#include "cma_load.h"
#include <linux/io_uring.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>

FIXTURE(longterm) {
	struct cma_area area;
	struct cma_load load;
	int ring;
};

FIXTURE_SETUP(longterm)
{
	struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	struct io_uring_params params = { 0 };

	if (!cma_find_area(&self->area))
		SKIP(return, "no area in " CMA_DEBUGFS);
	self->ring = syscall(SYS_io_uring_setup, 1, &params);
	if (self->ring < 0)
		SKIP(return, "no io_uring, nor another long-term pin");
	setrlimit(RLIMIT_MEMLOCK, &all);
	ASSERT_EQ(0, cma_settle(&self->area));
}

FIXTURE_TEARDOWN(longterm)
{
	close(self->ring);
	cma_load_drop(&self->load);
}

/* Memory of a kind in the area; pinned, it has left it, and all can be had. */
#define LEAVES_THE_AREA(kind) do {					\
	size_t len = self->area.count * cma_page_size() / 4;		\
	struct iovec iov = { .iov_len = len };				\
	long long taken;						\
	int ballast;							\
									\
	ASSERT_EQ(0, cma_load_prepare(&self->load, kind, len, 9));	\
	ballast = cma_squeeze(&self->area, 4 * CMA_MIB);		\
	ASSERT_LE(0, ballast);						\
	ASSERT_EQ(0, cma_load_fill(&self->load));			\
	close(ballast);							\
	ASSERT_LT(0, cma_pages_inside(&self->area, self->load.map, len)); \
									\
	iov.iov_base = self->load.map;					\
	ASSERT_EQ(0, syscall(SYS_io_uring_register, self->ring,		\
			     IORING_REGISTER_BUFFERS, &iov, 1));	\
	EXPECT_EQ(0, cma_pages_inside(&self->area, self->load.map, len)); \
	EXPECT_EQ(0, cma_load_wrong(&self->load));			\
									\
	taken = cma_take_all(&self->area);				\
	EXPECT_LT(0, taken);						\
	EXPECT_EQ(self->area.count, cma_file(&self->area, "used"));	\
	EXPECT_EQ(0, cma_load_wrong(&self->load));			\
	EXPECT_EQ(0, cma_give(&self->area, taken));			\
} while (0)

TEST_F(longterm, registered_buffer_leaves_the_area)
{
	LEAVES_THE_AREA(CMA_ANON);
}

TEST_F(longterm, shared_memory_leaves_the_area)
{
	LEAVES_THE_AREA(CMA_SHMEM);
}

TEST_F(longterm, locked_memory_leaves_the_area)
{
	LEAVES_THE_AREA(CMA_LOCKED);
}

TEST_HARNESS_MAIN
