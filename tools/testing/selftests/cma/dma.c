// SPDX-License-Identifier: GPL-2.0-only
/*
 * Drivers and their areas: devices of the device tree, bound to the DMA test
 * driver, ask for coherent memory with and without a memory-region, in all
 * contexts, and must get it from the area that is theirs.
 *
 * Needs CONFIG_CMA_DMA_TEST and its devices in the device tree; each test
 * skips when its device is not there.
 */
#include "../kselftest_harness.h"
#include "cma_load.h"

#define DMA_DEBUGFS	"/sys/kernel/debug/cma_dma_test"
#define DMA_DRIVER	"/sys/bus/platform/drivers/cma-dma-test"
#define DYNAMIC_LOW	0x51000000ULL	/* alloc-ranges of the test tree */
#define DYNAMIC_END	0x58000000ULL

struct buffer {
	unsigned int index;
	unsigned long long phys, dma, bytes, usecs;
	char contig[4];
};

FIXTURE(dma) {
	struct cma_area area;
	struct cma_counts before;
	bool bound;
};

FIXTURE_VARIANT(dma) {
	const char *device;
	const char *pool;	/* start of its area's name; NULL: the default */
};

FIXTURE_VARIANT_ADD(dma, default_area) {
	.device = "cma-test-default",
};

FIXTURE_VARIANT_ADD(dma, noncoherent) {
	.device = "cma-test-noncoherent",
};

FIXTURE_VARIANT_ADD(dma, fixed_pool) {
	.device = "cma-test-fixed", .pool = "fixed-pool",
};

FIXTURE_VARIANT_ADD(dma, dynamic_pool) {
	.device = "cma-test-dynamic", .pool = "dynamic-pool",
};

static void dma_path(char *path, const char *device, const char *file)
{
	snprintf(path, CMA_PATH, DMA_DEBUGFS "/%s/%s", device, file);
}

static int dma_command(const char *device, const char *file, const char *text)
{
	char path[CMA_PATH];

	dma_path(path, device, file);
	return cma_write_text(path, text);
}

static int dma_take(const char *device, unsigned long long bytes,
		    const char *effort)
{
	char text[64];

	snprintf(text, sizeof(text), "%llu %s", bytes, effort);
	return dma_command(device, "alloc", text);
}

/* Return: buffers held, the first @max of them in @buf, or -errno. */
static int dma_list(const char *device, struct buffer *buf, int max)
{
	char path[CMA_PATH], text[4096], *line;
	int n = 0;

	dma_path(path, device, "list");
	if (cma_read_text(path, text, sizeof(text)) < 0)
		return -errno;
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		struct buffer *b = &buf[n];

		if (n == max || sscanf(line, "%u %llx %llx %llu %llu contig=%3s",
				       &b->index, &b->phys, &b->dma, &b->bytes,
				       &b->usecs, b->contig) != 6)
			return -EINVAL;
		n++;
	}
	return n;
}

static bool dma_verified(const char *device)
{
	char path[CMA_PATH], text[128];

	dma_path(path, device, "verify");
	return cma_read_text(path, text, sizeof(text)) > 0 &&
	       !strcmp(text, "ok\n");
}

static bool inside(const struct cma_area *area, const struct buffer *b)
{
	long long pages = (b->bytes + cma_page_size() - 1) / cma_page_size();
	long long pfn = b->phys / cma_page_size();

	return cma_holds_pfn(area, pfn) && cma_holds_pfn(area, pfn + pages - 1);
}

static bool find_pool(struct cma_area *area, const char *prefix)
{
	DIR *dir = opendir(CMA_DEBUGFS);
	bool found = false;
	struct dirent *e;

	while (dir && !found && (e = readdir(dir)))
		found = !strncmp(e->d_name, prefix, strlen(prefix)) &&
			cma_load_area(area, e->d_name);
	if (dir)
		closedir(dir);
	return found;
}

/* The area of a device without region: cma='s, else the tree's default. */
static bool find_default(struct cma_area *area)
{
	return cma_load_area(area, "reserved") ||
	       find_pool(area, "default-pool");
}

static bool device_bound(const char *device)
{
	char path[CMA_PATH];

	dma_path(path, device, "list");
	return !access(path, F_OK);
}

static int driver_command(const char *file, const char *device)
{
	char path[CMA_PATH];

	snprintf(path, sizeof(path), DMA_DRIVER "/%s", file);
	return cma_write_text(path, device);
}

FIXTURE_SETUP(dma)
{
	self->bound = device_bound(variant->device);
	if (!self->bound)
		SKIP(return, "no device %s", variant->device);
	ASSERT_TRUE(variant->pool ? find_pool(&self->area, variant->pool) :
				    find_default(&self->area));
	ASSERT_EQ(0, cma_settle(&self->area));
	cma_count(&self->area, &self->before);
}

FIXTURE_TEARDOWN(dma)
{
	struct cma_counts now;

	if (!self->bound)
		return;
	dma_command(variant->device, "free", "0");
	cma_count(&self->area, &now);
	EXPECT_EQ(self->before.used, now.used);
	EXPECT_EQ(self->before.maxchunk, now.maxchunk);
	EXPECT_TRUE(cma_free_is_back(&self->before, &now));
}

TEST_F(dma, buffers_come_from_the_devices_area)
{
	static const unsigned long long sizes[] = {
		2 * 4096, 40000, CMA_MIB, 4 * CMA_MIB, 1234567,
	};
	struct buffer b[ARRAY_SIZE(sizes)];
	int n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		if (sizes[i] > (unsigned long long)self->before.maxchunk *
			       cma_page_size() / 2)
			continue;
		EXPECT_EQ(0, dma_take(variant->device, sizes[i], "kernel"))
			TH_LOG("%llu bytes", sizes[i]);
		n++;
	}
	ASSERT_EQ(n, dma_list(variant->device, b, ARRAY_SIZE(sizes)));
	for (int i = 0; i < n; i++) {
		EXPECT_TRUE(inside(&self->area, &b[i]))
			TH_LOG("%llu bytes at %#llx", b[i].bytes, b[i].phys);
		EXPECT_EQ(0, strcmp(b[i].contig, "yes"));
	}
	/* As handed out they are zero; then they hold what is written. */
	EXPECT_TRUE(dma_verified(variant->device));
	EXPECT_EQ(0, dma_command(variant->device, "fill", "4711"));
	EXPECT_TRUE(dma_verified(variant->device));
	EXPECT_EQ(0, dma_command(variant->device, "free", "0"));
	EXPECT_EQ(0, dma_list(variant->device, b, ARRAY_SIZE(sizes)));
}

TEST_F(dma, each_effort_is_served_while_idle)
{
	static const char * const efforts[] = { "kernel", "noretry", "mayfail" };
	struct buffer b[ARRAY_SIZE(efforts)];

	for (size_t i = 0; i < ARRAY_SIZE(efforts); i++) {
		EXPECT_EQ(0, dma_take(variant->device, 256 << 10, efforts[i]))
			TH_LOG("%s", efforts[i]);
	}
	ASSERT_EQ(3, dma_list(variant->device, b, 3));
	for (int i = 0; i < 3; i++) {
		EXPECT_TRUE(inside(&self->area, &b[i]));
	}
}

/* Interrupts are off during these; stock answers them from elsewhere or not. */
TEST_F(dma, requests_that_may_not_sleep_are_served_while_idle)
{
	static const char * const efforts[] = { "atomic", "nowait" };
	struct buffer b;

	if (!strcmp(variant->device, "cma-test-noncoherent"))
		SKIP(return, "a remapped buffer needs context that may sleep");
	for (size_t i = 0; i < ARRAY_SIZE(efforts); i++) {
		ASSERT_EQ(0, dma_take(variant->device, CMA_MIB, efforts[i]))
			TH_LOG("%s", efforts[i]);
		ASSERT_EQ(1, dma_list(variant->device, &b, 1));
		EXPECT_TRUE(inside(&self->area, &b))
			TH_LOG("%s at %#llx", efforts[i], b.phys);
		EXPECT_TRUE(dma_verified(variant->device));
		EXPECT_EQ(0, dma_command(variant->device, "free", "1"));
	}
}

/* A device's own region serves all it asks; the default area no single page. */
TEST_F(dma, single_page_comes_from_an_own_region_only)
{
	struct buffer b;

	if (!strcmp(variant->device, "cma-test-noncoherent"))
		SKIP(return, "a page to remap may come from anywhere");
	ASSERT_EQ(0, dma_take(variant->device, cma_page_size(), "kernel"));
	ASSERT_EQ(1, dma_list(variant->device, &b, 1));
	EXPECT_EQ(!!variant->pool, inside(&self->area, &b) &&
		  cma_file(&self->area, "used") > self->before.used);
	EXPECT_EQ(!variant->pool,
		  cma_file(&self->area, "used") == self->before.used);
}

/* No fallback can help: more than the area, more than the buddy allocator. */
TEST_F(dma, more_than_the_area_fails_cleanly)
{
	unsigned long long bytes = self->area.count * cma_page_size();

	EXPECT_EQ(-ENOMEM, dma_take(variant->device, bytes + 4096, "kernel"));
	EXPECT_EQ(self->before.used, cma_file(&self->area, "used"));
}

TEST_F(dma, bad_commands_get_an_errno)
{
	static const char * const bad[] = { "0", "-1", "text", "4096 eager",
		" ", "4096 kernel kernel", "99999999999999999999999" };

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_GT(0, dma_command(variant->device, "alloc", bad[i]))
			TH_LOG("alloc took '%s'", bad[i]);
	}
	EXPECT_EQ(-ENOENT, dma_command(variant->device, "free", "1"));
	EXPECT_EQ(-EINVAL, dma_command(variant->device, "free", "-1"));
	EXPECT_EQ(-EINVAL, dma_command(variant->device, "fill", "text"));
}

TEST_F(dma, unbind_gives_all_back)
{
	struct buffer b[4];

	for (int i = 0; i < 3; i++) {
		ASSERT_EQ(0, dma_take(variant->device, 500000, "kernel"));
	}
	EXPECT_LT(self->before.used, cma_file(&self->area, "used"));
	EXPECT_EQ(0, driver_command("unbind", variant->device));
	EXPECT_FALSE(device_bound(variant->device));
	EXPECT_EQ(self->before.used, cma_file(&self->area, "used"));

	ASSERT_EQ(0, driver_command("bind", variant->device));
	EXPECT_EQ(0, dma_list(variant->device, b, 4));
	/* The region came back with the device. */
	EXPECT_EQ(0, dma_take(variant->device, 500000, "kernel"));
	ASSERT_EQ(1, dma_list(variant->device, b, 4));
	EXPECT_TRUE(inside(&self->area, &b[0]));
}

/* Two devices of one area, and lent pages between: nothing overlaps. */
TEST_F(dma, buffers_and_lent_memory_do_not_overlap)
{
	size_t all = self->area.count * cma_page_size();
	struct cma_load load;
	int ballast, i;

	ASSERT_EQ(0, cma_load_prepare(&load, CMA_ANON, all / 4 * 3, 3));
	ballast = cma_squeeze(&self->area, 4 * CMA_MIB);
	ASSERT_LE(0, ballast);
	ASSERT_EQ(0, cma_load_fill(&load));
	close(ballast);
	for (i = 0; i < 4; i++) {
		EXPECT_EQ(0, dma_take(variant->device, all / 8, "kernel"));
	}
	EXPECT_EQ(0, dma_command(variant->device, "fill", "99"));
	EXPECT_EQ(0, cma_load_wrong(&load));
	cma_fill_map(&load);
	EXPECT_TRUE(dma_verified(variant->device));
	cma_load_drop(&load);
	dma_command(variant->device, "free", "0");
	EXPECT_EQ(0, cma_settle(&self->area));
}

TEST(fixed_pool_is_where_the_tree_says)
{
	struct cma_area area;

	if (!find_pool(&area, "fixed-pool"))
		SKIP(return, "no fixed pool");
	EXPECT_EQ(0x50000000LL / (long long)cma_page_size(), area.base);
	EXPECT_EQ(16 * (long long)CMA_MIB / (long long)cma_page_size(), area.count);
}

TEST(dynamic_pool_is_in_its_alloc_ranges)
{
	struct cma_area area;
	long long size = cma_page_size();

	if (!find_pool(&area, "dynamic-pool"))
		SKIP(return, "no dynamic pool");
	EXPECT_LE((long long)DYNAMIC_LOW, area.base * size);
	EXPECT_GE((long long)DYNAMIC_END, (area.base + area.count) * size);
	EXPECT_EQ(8 * (long long)CMA_MIB, area.count * size);
}

/* Where the tree places the default area, no second one may be reserved. */
TEST(tree_default_is_the_only_default)
{
	struct cma_area area;

	if (!find_pool(&area, "default-pool"))
		SKIP(return, "no linux,cma-default node");
	EXPECT_EQ(0x54000000LL / (long long)cma_page_size(), area.base);
	EXPECT_FALSE(cma_load_area(&area, "reserved"));
}

TEST_HARNESS_MAIN
