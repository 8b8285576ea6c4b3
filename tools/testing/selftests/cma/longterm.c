// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages pinned for long leave the area first: buffers registered with io_uring
 * are migrated out, so the whole area can be had while they stay pinned. What
 * cannot leave it is not pinned.
 */
#include "../kselftest_harness.h"
#include "../../../../mm/gup_test.h"
#include "cma_inject.h"
#include "cma_load.h"
#include <linux/io_uring.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#define THP_SIZE	"/sys/kernel/mm/transparent_hugepage/hpage_pmd_size"

/* More steps than a pin of one page has. */
#define MOST_STEPS	500

FIXTURE(longterm) {
	struct cma_area area;
	struct cma_load load;
	int ring;
	int gup;	/* of the kernel's own test of pins, -1 without it */
};

FIXTURE_SETUP(longterm)
{
	struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	struct io_uring_params params = { 0 };

	self->load.fd = -1;
	if (!cma_find_area(&self->area))
		SKIP(return, "no area in " CMA_DEBUGFS);
	self->ring = syscall(SYS_io_uring_setup, 1, &params);
	if (self->ring < 0)
		SKIP(return, "no io_uring, nor another long-term pin");
	self->gup = open("/sys/kernel/debug/gup_test", O_RDWR);
	setrlimit(RLIMIT_MEMLOCK, &all);
	ASSERT_EQ(0, cma_settle(&self->area));
}

FIXTURE_TEARDOWN(longterm)
{
	close(self->ring);
	if (self->gup >= 0)
		close(self->gup);
	cma_load_drop(&self->load);
}

/* Pin for long, to write. Return: 0 or -errno. */
static int pin_to_write(int ring, void *map, size_t len)
{
	struct iovec iov = { .iov_base = map, .iov_len = len };

	return syscall(SYS_io_uring_register, ring, IORING_REGISTER_BUFFERS,
		       &iov, 1) ? -errno : 0;
}

static int unpin_to_write(int ring)
{
	return syscall(SYS_io_uring_register, ring, IORING_UNREGISTER_BUFFERS,
		       NULL, 0) ? -errno : 0;
}

/* Pin for long, to read. Return: 0 or -errno. */
static int pin_to_read(int gup, void *map, size_t len, unsigned int flags)
{
	struct pin_longterm_test args = {
		.addr = (uintptr_t)map, .size = len, .flags = flags,
	};

	return ioctl(gup, PIN_LONGTERM_TEST_START, &args) ? -errno : 0;
}

/* Memory of a kind in the area; some of it is. */
#define FILL_AREA(kind, bytes) do {					\
	int ballast;							\
									\
	ASSERT_EQ(0, cma_load_prepare(&self->load, kind, bytes, 9));	\
	ballast = cma_squeeze(&self->area, 4 * CMA_MIB);		\
	ASSERT_LE(0, ballast);						\
	ASSERT_EQ(0, cma_load_fill(&self->load));			\
	close(ballast);							\
	ASSERT_LT(0, cma_pages_inside(&self->area, self->load.map,	\
				      self->load.len));			\
} while (0)

/* All of the area can be had, and what was in it is unharmed elsewhere. */
#define EXPECT_ALL_TO_BE_HAD() do {					\
	long long taken = cma_take_all(&self->area);			\
									\
	EXPECT_LT(0, taken);						\
	EXPECT_EQ(self->area.count, cma_file(&self->area, "used"));	\
	EXPECT_EQ(0, cma_pages_inside(&self->area, self->load.map,	\
				      self->load.len));			\
	EXPECT_EQ(0, cma_load_wrong(&self->load));			\
	EXPECT_EQ(0, cma_give(&self->area, taken));			\
} while (0)

/* It is pinned: it has left the area. */
#define EXPECT_OUTSIDE() do {						\
	EXPECT_EQ(0, cma_pages_inside(&self->area, self->load.map,	\
				      self->load.len));			\
	EXPECT_EQ(0, cma_load_wrong(&self->load));			\
	EXPECT_ALL_TO_BE_HAD();						\
} while (0)

#define LEAVES_THE_AREA(kind) do {					\
	FILL_AREA(kind, self->area.count * cma_page_size() / 4);	\
	ASSERT_EQ(0, pin_to_write(self->ring, self->load.map,		\
				  self->load.len));			\
	EXPECT_OUTSIDE();						\
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

/* Huge pages of the mapping, by what the kernel counts of it, in kB. */
static long long huge_kb(const void *map)
{
	char line[256], begin[32];
	FILE *file = fopen("/proc/self/smaps", "r");
	bool here = false;
	long long kb = 0;

	snprintf(begin, sizeof(begin), "%08lx-", (unsigned long)map);
	while (file && fgets(line, sizeof(line), file)) {
		if (!strncmp(line, begin, strlen(begin)))
			here = true;
		if (here && sscanf(line, "AnonHugePages: %lld", &kb) == 1)
			break;
	}
	if (file)
		fclose(file);
	return kb;
}

TEST_F(longterm, huge_pages_leave_the_area)
{
	long long size = cma_read_num(THP_SIZE);
	size_t len = self->area.count * cma_page_size() / 4;

	if (size <= 0 || cma_write_text("/sys/kernel/mm/transparent_hugepage/enabled",
					"madvise"))
		SKIP(return, "no huge pages");
	if ((long long)len < 2 * size)
		SKIP(return, "the area is too small for huge pages");
	FILL_AREA(CMA_THP, len);
	if (!huge_kb(self->load.map))
		SKIP(return, "the kernel had no huge page to give");
	TH_LOG("%lld kB of %zu in huge pages", huge_kb(self->load.map),
	       len / 1024);
	ASSERT_EQ(0, pin_to_write(self->ring, self->load.map, len));
	EXPECT_OUTSIDE();
}

/*
 * Page cache of a disk may not be pinned for long to be written to, because the
 * file system would not learn of it. It may be to be read.
 */
TEST_F(longterm, file_leaves_the_area)
{
	static const unsigned int how[] = { 0, PIN_LONGTERM_TEST_FLAG_USE_FAST };
	size_t len = self->area.count * cma_page_size() / 4;

	if (!cma_has_disk())
		SKIP(return, "no disk at %s", cma_file_dir());
	if (self->gup < 0)
		SKIP(return, "no CONFIG_GUP_TEST");
	for (size_t i = 0; i < ARRAY_SIZE(how); i++) {
		FILL_AREA(CMA_FILE_MAPPED, len);
		EXPECT_EQ(-EFAULT, pin_to_write(self->ring, self->load.map, len));
		ASSERT_EQ(0, pin_to_read(self->gup, self->load.map, len, how[i]));
		EXPECT_OUTSIDE();
		EXPECT_EQ(0, ioctl(self->gup, PIN_LONGTERM_TEST_STOP));
		cma_load_drop(&self->load);
	}
}

/* A page of the load that is in the area, or NULL */
static void *page_inside(const struct cma_area *area, const struct cma_load *load)
{
	char *map = load->map;

	for (size_t at = 0; at < load->len; at += cma_page_size()) {
		if (cma_holds_pfn(area, cma_pfn_of(map + at)))
			return map + at;
	}
	return NULL;
}

/*
 * Each step of a pin fails that wants memory, among them those of the migration
 * out of the area. Then there is no pin, and the page, wherever it is, can be
 * moved; or there is one, and the page is elsewhere.
 */
TEST_F(longterm, what_cannot_leave_is_not_pinned)
{
	int fail_nth = open("/proc/thread-self/fail-nth", O_RDWR);
	int refused = 0, unmoved = 0, err, n;
	bool met = true;

	if (fail_nth < 0 || !inject_ready())
		SKIP(return, "no fault injection in this kernel");
	FILL_AREA(CMA_ANON, self->area.count * cma_page_size() / 4);
	for (n = 1; met && n < MOST_STEPS; n++) {
		char *page = page_inside(&self->area, &self->load);
		long long failed = cma_vmstat("pgmigrate_fail");
		bool inside;

		ASSERT_NE(NULL, page);
		inject(fail_nth, n);
		err = pin_to_write(self->ring, page, cma_page_size());
		met = injected(fail_nth);
		inside = cma_holds_pfn(&self->area, cma_pfn_of(page));
		EXPECT_TRUE(!err || err == -ENOMEM)
			TH_LOG("step %d: errno %d", n, -err);
		EXPECT_TRUE(met || !err);
		EXPECT_TRUE(err || !inside) TH_LOG("step %d: pinned inside", n);
		refused += err != 0;
		unmoved += err && inside &&
			   cma_vmstat("pgmigrate_fail") > failed;
		if (!err)
			EXPECT_EQ(0, unpin_to_write(self->ring));
	}
	close(fail_nth);
	EXPECT_GT(MOST_STEPS, n);
	TH_LOG("%d steps, %d needed, %d of them to leave the area", n - 2,
	       refused, unmoved);
	EXPECT_LT(0, unmoved);
	EXPECT_ALL_TO_BE_HAD();
}

TEST_HARNESS_MAIN
