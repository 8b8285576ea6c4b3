// SPDX-License-Identifier: GPL-2.0-only
/*
 * Buffers of heaps in use: mapped by programs and by the kernel, imported by
 * devices, one writing what the other one reads.
 *
 * Runs also where all DMA goes through bounce buffers (swiotlb=force). What the
 * CPU and a device see is then as far apart as a cache would make it, and only
 * the right calls in the right places bring it together.
 */
#include "../kselftest_harness.h"
#include "cma_heaps.h"
#include "../../../../mm/gup_test.h"

#define PAGE		((size_t)cma_page_size())
#define LEN		(16 * PAGE)	/* less than a bounce buffer may have */
#define START		DMA_BUF_SYNC_START
#define END		DMA_BUF_SYNC_END
#define READ		DMA_BUF_SYNC_READ
#define WRITE		DMA_BUF_SYNC_WRITE
#define RW		DMA_BUF_SYNC_RW

FIXTURE(heapmap) {
	struct heap_counts before;
	struct cma_area area;
	int heap, buf;
	void *map;
};

FIXTURE_SETUP(heapmap)
{
	self->heap = heap_open(HEAP_DEFAULT);
	if (self->heap < 0)
		SKIP(return, "no heap " HEAP_DEFAULT);
	ASSERT_TRUE(heap_area(HEAP_DEFAULT, &self->area));
	heap_count(&self->before);
	self->buf = heap_alloc(self->heap, LEN);
	ASSERT_LE(0, self->buf);
	self->map = heap_map(self->buf, LEN);
	ASSERT_NE(MAP_FAILED, self->map);
}

FIXTURE_TEARDOWN(heapmap)
{
	munmap(self->map, LEN);
	close(self->buf);
	EXPECT_SAME_COUNTS(&self->before);
	close(self->heap);
}

TEST_F(heapmap, parts_and_limits)
{
	void *part;

	heap_fill(self->map, LEN, 1);
	part = mmap(NULL, 3 * PAGE, PROT_READ, MAP_SHARED, self->buf, 13 * PAGE);
	ASSERT_TRUE(part != MAP_FAILED);
	EXPECT_EQ(0, memcmp(part, (char *)self->map + 13 * PAGE, 3 * PAGE));
	munmap(part, 3 * PAGE);

	EXPECT_TRUE(mmap(NULL, 4 * PAGE, PROT_READ, MAP_SHARED, self->buf,
			 13 * PAGE) == MAP_FAILED);
	EXPECT_EQ(EINVAL, errno);
	EXPECT_TRUE(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, self->buf, LEN) ==
		    MAP_FAILED);
	EXPECT_EQ(EINVAL, errno);
	EXPECT_TRUE(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, self->buf, 0) ==
		    MAP_FAILED);
	EXPECT_EQ(EINVAL, errno);
	EXPECT_TRUE(mremap(self->map, LEN, 2 * LEN, MREMAP_MAYMOVE) ==
		    MAP_FAILED);
	EXPECT_EQ(-1, madvise(self->map, LEN, MADV_DONTNEED));
	EXPECT_TRUE(heap_check(self->map, LEN, 1));
}

TEST_F(heapmap, all_mappings_are_one)
{
	void *other = heap_map(self->buf, LEN);
	int status;

	ASSERT_TRUE(other != MAP_FAILED);
	heap_fill(self->map, LEN, 2);
	EXPECT_TRUE(heap_check(other, LEN, 2));
	if (!fork()) {
		bool same = heap_check(self->map, LEN, 2);

		heap_fill(self->map, LEN, 3);
		_exit(!same);
	}
	wait(&status);
	EXPECT_EQ(0, status);
	EXPECT_TRUE(heap_check(other, LEN, 3));
	munmap(other, LEN);
}

/* Nothing but the dma-buf itself may hold its pages. */
TEST_F(heapmap, pins_are_refused)
{
	static const unsigned int how[] = {
		GUP_FAST_BENCHMARK, PIN_FAST_BENCHMARK, PIN_LONGTERM_BENCHMARK,
	};
	struct gup_test gup = {
		.addr = (uintptr_t)self->map, .size = LEN, .nr_pages_per_call = 16,
		.gup_flags = 1,
	};
	int fd = open("/sys/kernel/debug/gup_test", O_RDWR);

	if (fd < 0)
		SKIP(return, "no CONFIG_GUP_TEST");
	for (size_t i = 0; i < ARRAY_SIZE(how); i++) {
		struct gup_test now = gup;

		/* It reports how much it got, not why it stopped. */
		EXPECT_TRUE(ioctl(fd, how[i], &now) || !now.size)
			TH_LOG("%llu bytes pinned", (unsigned long long)now.size);
	}
	close(fd);
}

/* Direct I/O wants to pin and cannot; other I/O copies. */
TEST_F(heapmap, file_io)
{
	char path[CMA_PATH];
	int fd;

	snprintf(path, sizeof(path), "%s/heap-io", cma_file_dir());
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (fd < 0)
		SKIP(return, "no file in %s", cma_file_dir());
	unlink(path);
	heap_fill(self->map, LEN, 4);
	EXPECT_EQ((ssize_t)LEN, pwrite(fd, self->map, LEN, 0));
	memset(self->map, 0, LEN);
	EXPECT_EQ((ssize_t)LEN, pread(fd, self->map, LEN, 0));
	EXPECT_TRUE(heap_check(self->map, LEN, 4));
	if (cma_has_disk() && !fcntl(fd, F_SETFL, O_DIRECT)) {
		EXPECT_EQ(-1, pwrite(fd, self->map, LEN, 0));
		EXPECT_EQ(EFAULT, errno);
	}
	close(fd);
}

TEST_F(heapmap, sync_flags)
{
	EXPECT_EQ(0, heap_sync(self->buf, START | READ));
	EXPECT_EQ(0, heap_sync(self->buf, END | READ));
	EXPECT_EQ(0, heap_sync(self->buf, START | WRITE));
	EXPECT_EQ(0, heap_sync(self->buf, END | WRITE));
	EXPECT_EQ(-EINVAL, heap_sync(self->buf, START));
	EXPECT_EQ(-EINVAL, heap_sync(self->buf, 1ULL << 40 | RW));
}

FIXTURE(device) {
	struct heap_counts before;
	int heap, buf, imp;
	void *map;
};

FIXTURE_VARIANT(device) {
	const char *name;
};

FIXTURE_VARIANT_ADD(device, coherent) { .name = "coherent" };
FIXTURE_VARIANT_ADD(device, noncoherent) { .name = "noncoherent" };

FIXTURE_SETUP(device)
{
	self->heap = heap_open(HEAP_DEFAULT);
	if (self->heap < 0)
		SKIP(return, "no heap " HEAP_DEFAULT);
	heap_count(&self->before);
	self->imp = imp_open(variant->name);
	ASSERT_LE(0, self->imp)
		TH_LOG("CONFIG_DMABUF_HEAPS_CMA_TEST is needed");
	self->buf = heap_alloc(self->heap, LEN);
	ASSERT_LE(0, self->buf);
	self->map = heap_map(self->buf, LEN);
	ASSERT_NE(MAP_FAILED, self->map);
	ASSERT_EQ(0, imp_do(self->imp, "attach %d", self->buf));
}

FIXTURE_TEARDOWN(device)
{
	munmap(self->map, LEN);
	close(self->buf);
	close(self->imp);
	EXPECT_SAME_COUNTS(&self->before);
	close(self->heap);
}

TEST_F(device, sees_zeroes)
{
	EXPECT_EQ(0, imp_do(self->imp, "map from"));
	EXPECT_TRUE(heap_is_bounced() || !imp_do(self->imp, "zero"));
	EXPECT_EQ(0, imp_do(self->imp, "unmap"));
	EXPECT_EQ(0, imp_do(self->imp, "map to"));
	EXPECT_EQ(0, imp_do(self->imp, "zero"));
}

TEST_F(device, one_entry)
{
	struct imp_view view;

	ASSERT_EQ(0, imp_do(self->imp, "map both"));
	ASSERT_EQ(0, imp_look(self->imp, &view));
	EXPECT_EQ(1, view.entries);
	EXPECT_EQ((long long)LEN, view.bytes);
	EXPECT_EQ(-EBUSY, imp_do(self->imp, "map both"));
}

TEST_F(device, what_it_wrote_is_seen_after_start)
{
	heap_fill(self->map, LEN, 10);
	ASSERT_EQ(0, imp_do(self->imp, "map from"));
	ASSERT_EQ(0, imp_do(self->imp, "fill 11"));
	/* The test can fail: without the call there are two versions. */
	EXPECT_EQ(!heap_is_bounced(), heap_check(self->map, LEN, 11));
	EXPECT_EQ(0, heap_sync(self->buf, START | READ));
	EXPECT_TRUE(heap_check(self->map, LEN, 11));
	EXPECT_EQ(0, heap_sync(self->buf, END | READ));
	/* Again, without a new mapping: the next frame. */
	ASSERT_EQ(0, imp_do(self->imp, "fill 12"));
	EXPECT_EQ(0, heap_sync(self->buf, START | READ));
	EXPECT_TRUE(heap_check(self->map, LEN, 12));
	EXPECT_EQ(0, heap_sync(self->buf, END | READ));
}

TEST_F(device, sees_what_was_written_before_end)
{
	heap_fill(self->map, LEN, 20);
	ASSERT_EQ(0, imp_do(self->imp, "map to"));
	EXPECT_EQ(0, imp_do(self->imp, "check 20"));
	EXPECT_EQ(0, heap_sync(self->buf, START | WRITE));
	heap_fill(self->map, LEN, 21);
	EXPECT_EQ(heap_is_bounced() ? -EILSEQ : 0,
		  imp_do(self->imp, "check 21"));
	EXPECT_EQ(0, heap_sync(self->buf, END | WRITE));
	EXPECT_EQ(0, imp_do(self->imp, "check 21"));
}

/* Whatever the program says it does, a mapping is synced as it was made. */
TEST_F(device, directions_that_do_not_match)
{
	heap_fill(self->map, LEN, 30);
	ASSERT_EQ(0, imp_do(self->imp, "map to"));
	EXPECT_EQ(0, heap_sync(self->buf, START | RW));
	heap_fill(self->map, LEN, 31);
	/* A second reader's START must not bring the old version back. */
	EXPECT_EQ(0, heap_sync(self->buf, START | READ));
	EXPECT_TRUE(heap_check(self->map, LEN, 31));
	EXPECT_EQ(0, heap_sync(self->buf, END | RW));
	EXPECT_EQ(0, imp_do(self->imp, "check 31"));
	ASSERT_EQ(0, imp_do(self->imp, "unmap"));

	ASSERT_EQ(0, imp_do(self->imp, "map both"));
	ASSERT_EQ(0, imp_do(self->imp, "fill 32"));
	/* Who writes one word of what a device wrote keeps the rest. */
	EXPECT_EQ(0, heap_sync(self->buf, START | WRITE));
	*(__u32 *)self->map = 99;
	EXPECT_EQ(0, heap_sync(self->buf, END | WRITE));
	EXPECT_EQ(0, heap_sync(self->buf, START | RW));
	EXPECT_EQ(99U, *(__u32 *)self->map);
	*(__u32 *)self->map = heap_word(32, 0);
	EXPECT_EQ(0, heap_sync(self->buf, END | RW));
	EXPECT_TRUE(heap_check(self->map, LEN, 32));
	EXPECT_EQ(0, imp_do(self->imp, "check 32"));
}

/* The kernel's own mapping, in low and in high memory. */
TEST_F(device, kernel_mapping)
{
	heap_fill(self->map, LEN, 40);
	ASSERT_EQ(0, imp_do(self->imp, "vmap"));
	EXPECT_EQ(0, imp_do(self->imp, "vcheck 40"));
	EXPECT_EQ(0, imp_do(self->imp, "begin both"));
	EXPECT_EQ(0, imp_do(self->imp, "vfill 41"));
	EXPECT_EQ(0, imp_do(self->imp, "end both"));
	EXPECT_TRUE(heap_check(self->map, LEN, 41));
	ASSERT_EQ(0, imp_do(self->imp, "map to"));
	EXPECT_EQ(0, imp_do(self->imp, "check 41"));
	EXPECT_EQ(0, imp_do(self->imp, "vunmap"));
	EXPECT_EQ(0, imp_do(self->imp, "vmap"));
	EXPECT_EQ(0, imp_do(self->imp, "vcheck 41"));
}

/* Two at once; and an importer that dies with all of it in its hands. */
TEST_F(device, several_importers)
{
	int other = imp_open("coherent"), third;

	ASSERT_LE(0, other);
	heap_fill(self->map, LEN, 50);
	ASSERT_EQ(0, imp_do(self->imp, "map both"));
	ASSERT_EQ(0, imp_do(other, "attach %d", self->buf));
	ASSERT_EQ(0, imp_do(other, "map to"));
	EXPECT_EQ(0, imp_do(other, "check 50"));
	EXPECT_EQ(0, imp_do(self->imp, "check 50"));
	for (int i = 0; i < 20; i++) {
		third = imp_open(i % 2 ? "coherent" : "noncoherent");
		ASSERT_EQ(0, imp_do(third, "attach %d", self->buf));
		ASSERT_EQ(0, imp_do(third, "map to"));
		EXPECT_EQ(0, imp_do(third, "vmap"));
		close(third);
	}
	EXPECT_EQ(0, imp_do(other, "check 50"));
	close(other);
	EXPECT_EQ(0, imp_do(self->imp, "check 50"));
}

/* A camera writes, an encoder reads, a program looks: one buffer, no copy. */
TEST_F(heapmap, camera_to_encoder)
{
	int camera = imp_open("noncoherent"), encoder = imp_open("coherent");
	struct imp_view out, in;

	ASSERT_LE(0, camera);
	ASSERT_LE(0, encoder);
	ASSERT_EQ(0, imp_do(camera, "attach %d", self->buf));
	ASSERT_EQ(0, imp_do(encoder, "attach %d", self->buf));
	for (unsigned int frame = 100; frame < 110; frame++) {
		ASSERT_EQ(0, imp_do(camera, "map from"));
		ASSERT_EQ(0, imp_look(camera, &out));
		ASSERT_EQ(0, imp_do(camera, "fill %u", frame));
		ASSERT_EQ(0, imp_do(camera, "unmap"));

		EXPECT_EQ(0, heap_sync(self->buf, START | READ));
		EXPECT_TRUE(heap_check(self->map, LEN, frame));
		EXPECT_EQ(0, heap_sync(self->buf, END | READ));

		ASSERT_EQ(0, imp_do(encoder, "map to"));
		ASSERT_EQ(0, imp_look(encoder, &in));
		EXPECT_EQ(0, imp_do(encoder, "check %u", frame));
		EXPECT_EQ(-EILSEQ, imp_do(encoder, "check %u", frame + 1));
		ASSERT_EQ(0, imp_do(encoder, "unmap"));
		if (!heap_is_bounced()) {
			EXPECT_EQ(out.addr, in.addr);
			EXPECT_TRUE(cma_holds_pfn(&self->area, in.addr / PAGE));
		}
	}
	close(camera);
	close(encoder);
}

/* What a mapping costs: told, and bounded far above what it was measured at. */
TEST_F(heapmap, cost_of_a_mapping)
{
	size_t len = 4 * CMA_MIB;
	int buf = heap_alloc(self->heap, len);
	double start = cma_seconds(), mapped, touched;
	volatile char *map = heap_map(buf, len);

	ASSERT_TRUE((void *)map != MAP_FAILED);
	mapped = cma_seconds();
	for (size_t at = 0; at < len; at += PAGE)
		map[at] = 1;
	touched = cma_seconds();
	TH_LOG("%zu MiB: mmap %.0f us, first touch of every page %.0f us",
	       len >> 20, (mapped - start) * 1e6, (touched - mapped) * 1e6);
	EXPECT_GT(1.0, touched - start);
	munmap((void *)map, len);
	close(buf);
}

TEST_HARNESS_MAIN
