// SPDX-License-Identifier: GPL-2.0-only
/*
 * dma-buf heaps: every area has one, and what is asked of it is given or
 * refused with the right errno.
 *
 * Needs CONFIG_DMABUF_HEAPS_CMA, and CONFIG_DMABUF_HEAPS_CMA_TEST to see where a
 * buffer is.
 */
#include "../kselftest_harness.h"
#include "cma_heaps.h"
#include <pthread.h>

#define PAGE		((long long)cma_page_size())
#define NOBODY		65534

/* Failures that the kernel log tells of since the last look. */
static int log_lines(int kmsg)
{
	char line[8192];
	ssize_t len;
	int n = 0;

	while ((len = read(kmsg, line, sizeof(line) - 1)) > 0) {
		line[len] = 0;
		n += !!strstr(line, " alloc of ");
	}
	return n;
}

FIXTURE(heap) {
	struct cma_area area;
	struct heap_counts before;
	int fd, kmsg;
};

FIXTURE_SETUP(heap)
{
	self->fd = heap_open(HEAP_DEFAULT);
	if (self->fd < 0)
		SKIP(return, "no heap " HEAP_DEFAULT);
	ASSERT_EQ(0, heap_many_fds());
	ASSERT_TRUE(heap_area(HEAP_DEFAULT, &self->area));
	self->kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	ASSERT_LE(0, self->kmsg);
	lseek(self->kmsg, 0, SEEK_END);
	heap_count(&self->before);
}

FIXTURE_TEARDOWN(heap)
{
	EXPECT_SAME_COUNTS(&self->before);
	EXPECT_EQ(0, heap_limit(HEAP_DEFAULT, "max"));
	/* Of no test: such lines are limited in their rate, and the first few tell. */
	EXPECT_EQ(0, log_lines(self->kmsg));
	close(self->kmsg);
	close(self->fd);
}

TEST_F(heap, every_area_has_one)
{
	struct cma_area areas[CMA_MOST], area;
	char names[CMA_MOST][64];
	int n = cma_all_areas(areas, CMA_MOST);
	int heaps = heap_all(names, CMA_MOST);

	for (int i = 0; i < n; i++) {
		int found = 0;

		for (int h = 0; h < heaps; h++)
			if (heap_area(names[h], &area))
				found += !strcmp(area.name, areas[i].name);
		EXPECT_EQ(areas[i].order ? 0 : 1, found)
			TH_LOG("area %s", areas[i].name);
	}
	for (int h = 0; h < heaps; h++) {
		int fd = heap_open(names[h]);

		EXPECT_LE(0, fd)
			TH_LOG("heap %s", names[h]);
		EXPECT_TRUE(heap_area(names[h], &area));
		EXPECT_EQ(area.count * PAGE, heap_file(names[h], "size"));
		/* The default one has its area's name as well. */
		if (strcmp(names[h], HEAP_DEFAULT)) {
			EXPECT_STREQ(area.name, names[h]);
		}
		close(fd);
	}
}

/* The name that 6.12 gave it leads to the same memory and the same account. */
TEST_F(heap, old_name_is_kept)
{
	int heap = heap_open(self->area.name), buf;
	struct imp_view view;

	ASSERT_LE(0, heap);
	buf = heap_alloc(heap, 4 * PAGE);
	ASSERT_LE(0, buf);
	EXPECT_EQ(self->before.used + 4 * PAGE,
		  heap_file(HEAP_DEFAULT, "used"));
	if (!heap_is_bounced()) {
		ASSERT_EQ(0, heap_where(buf, &view));
		EXPECT_TRUE(cma_holds_pfn(&self->area, view.addr / PAGE));
	}
	close(buf);
	close(heap);
}

TEST_F(heap, buffers_are_contiguous_and_in_their_area)
{
	static const unsigned int pages[] = { 1, 3, 16, 257, 1024 };
	char names[CMA_MOST][64];
	int heaps = heap_all(names, CMA_MOST);
	struct imp_view view;
	struct cma_area area;

	if (heap_is_bounced())
		SKIP(return, "addresses of bounce buffers tell nothing");
	for (int h = 0; h < heaps; h++) {
		int heap = heap_open(names[h]);

		ASSERT_TRUE(heap_area(names[h], &area));
		for (size_t i = 0; i < ARRAY_SIZE(pages); i++) {
			int buf = heap_alloc(heap, pages[i] * PAGE - 1);

			ASSERT_LE(0, buf)
				TH_LOG("%s: %u pages", names[h], pages[i]);
			ASSERT_EQ(0, heap_where(buf, &view));
			EXPECT_EQ(1, view.entries);
			EXPECT_EQ(pages[i] * PAGE, view.bytes);
			EXPECT_TRUE(cma_holds_pfn(&area, view.addr / PAGE));
			EXPECT_TRUE(cma_holds_pfn(&area, view.addr / PAGE +
							 pages[i] - 1));
			close(buf);
		}
		close(heap);
	}
}

TEST_F(heap, buffers_are_zeroed)
{
	static const unsigned int pages[] = { 1, 5, 64, 257, 1024 };

	for (size_t i = 0; i < ARRAY_SIZE(pages); i++) {
		size_t len = pages[i] * PAGE;

		/* The same place again, as a first fit goes. */
		for (int round = 0; round < 3; round++) {
			int buf = heap_alloc(self->fd, len);
			void *map = heap_map(buf, len);

			ASSERT_LE(0, buf);
			ASSERT_TRUE(map != MAP_FAILED);
			EXPECT_EQ(0, heap_sync(buf, DMA_BUF_SYNC_START | DMA_BUF_SYNC_RW));
			EXPECT_TRUE(heap_is_zero(map, len));
			memset(map, 0xa5, len);
			EXPECT_EQ(0, heap_sync(buf, DMA_BUF_SYNC_END | DMA_BUF_SYNC_RW));
			munmap(map, len);
			close(buf);
		}
	}
}

TEST_F(heap, flags_are_honoured)
{
	int buf = heap_alloc_flags(self->fd, PAGE, O_RDONLY);
	void *map;

	ASSERT_LE(0, buf);
	EXPECT_EQ(0, fcntl(buf, F_GETFD) & FD_CLOEXEC);
	EXPECT_EQ(O_RDONLY, fcntl(buf, F_GETFL) & O_ACCMODE);
	EXPECT_TRUE(heap_map(buf, PAGE) == MAP_FAILED);
	EXPECT_EQ(EACCES, errno);
	map = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, buf, 0);
	ASSERT_TRUE(map != MAP_FAILED);
	EXPECT_EQ(-1, mprotect(map, PAGE, PROT_READ | PROT_WRITE));
	EXPECT_EQ(EACCES, errno);
	munmap(map, PAGE);
	close(buf);

	buf = heap_alloc_flags(self->fd, PAGE, O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, buf);
	EXPECT_EQ(FD_CLOEXEC, fcntl(buf, F_GETFD));
	EXPECT_EQ(O_RDWR, fcntl(buf, F_GETFL) & O_ACCMODE);
	close(buf);
}

TEST_F(heap, nonsense_is_refused)
{
	struct dma_heap_allocation_data data = { .len = PAGE, .fd_flags = HEAP_RW };
	__u64 too_much = (self->area.count + 1) * PAGE;
	bool wide = sizeof(long) == 8;

	EXPECT_EQ(-EINVAL, heap_alloc(self->fd, 0));
	EXPECT_EQ(-ENOMEM, heap_alloc(self->fd, too_much));
	EXPECT_EQ(-EINVAL, heap_alloc(self->fd, ~0ULL));
	EXPECT_EQ(wide ? -ENOMEM : -EINVAL, heap_alloc(self->fd, 1ULL << 62));
	/* What is left of these in 32 bits is a size that could be had. */
	EXPECT_EQ(wide ? -ENOMEM : -EINVAL,
		  heap_alloc(self->fd, (1ULL << 40) + PAGE));
	EXPECT_EQ(-EINVAL, heap_alloc_flags(self->fd, PAGE, O_RDWR | O_APPEND));

	data.heap_flags = 1;
	EXPECT_EQ(-1, ioctl(self->fd, DMA_HEAP_IOCTL_ALLOC, &data));
	EXPECT_EQ(EINVAL, errno);
	data.heap_flags = 0;
	data.fd = 7;
	EXPECT_EQ(-1, ioctl(self->fd, DMA_HEAP_IOCTL_ALLOC, &data));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, ioctl(self->fd, DMA_HEAP_IOCTL_ALLOC, 16));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, ioctl(self->fd, _IO('H', 0x81), 0));
	EXPECT_EQ(ENOTTY, errno);
	EXPECT_EQ(-1, ioctl(self->fd, _IO('H', 0x7f), 0));
	EXPECT_EQ(EINVAL, errno);
}

/* A descriptor that cannot be told to its owner must not keep a buffer. */
TEST_F(heap, result_that_cannot_be_written)
{
	struct dma_heap_allocation_data *data;

	data = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_TRUE(data != MAP_FAILED);
	data->len = PAGE;
	data->fd_flags = HEAP_RW;
	ASSERT_EQ(0, mprotect(data, PAGE, PROT_READ));
	EXPECT_EQ(-1, ioctl(self->fd, DMA_HEAP_IOCTL_ALLOC, data));
	EXPECT_EQ(EFAULT, errno);
	munmap(data, PAGE);
}

TEST_F(heap, many_from_one_open_device)
{
	static int bufs[512];
	int n;

	for (n = 0; n < 512; n++) {
		__u32 *map;

		bufs[n] = heap_alloc(self->fd, PAGE * (1 + n % 7));
		ASSERT_LE(0, bufs[n]);
		map = heap_map(bufs[n], PAGE);
		ASSERT_TRUE(map != MAP_FAILED);
		*map = n;
		munmap(map, PAGE);
	}
	EXPECT_EQ(self->before.buffers + 512,
		  heap_file(HEAP_DEFAULT, "buffers"));
	/* Each has kept what was written to it alone. */
	for (n = 0; n < 512; n++) {
		__u32 *map = heap_map(bufs[n], PAGE);

		ASSERT_TRUE(map != MAP_FAILED);
		EXPECT_EQ(n, (int)*map);
		munmap(map, PAGE);
		close(bufs[n]);
	}
}

TEST_F(heap, last_reference_frees)
{
	long long used = self->before.used;
	int imp = imp_open("coherent");
	int buf = heap_alloc(self->fd, 16 * PAGE), copy;
	__u32 *map;

	ASSERT_LE(0, imp);
	ASSERT_LE(0, buf);
	copy = dup(buf);
	map = heap_map(buf, 16 * PAGE);
	ASSERT_TRUE(map != MAP_FAILED);
	ASSERT_EQ(0, imp_do(imp, "attach %d", buf));
	ASSERT_EQ(0, imp_do(imp, "map both"));

	close(buf);
	EXPECT_EQ(used + 16 * PAGE, heap_file(HEAP_DEFAULT, "used"));
	close(copy);
	EXPECT_EQ(used + 16 * PAGE, heap_file(HEAP_DEFAULT, "used"));
	*map = 5;
	munmap(map, 15 * PAGE);
	EXPECT_EQ(used + 16 * PAGE, heap_file(HEAP_DEFAULT, "used"));
	munmap((char *)map + 15 * PAGE, PAGE);
	EXPECT_EQ(used + 16 * PAGE, heap_file(HEAP_DEFAULT, "used"));
	EXPECT_EQ(0, imp_do(imp, "unmap"));
	EXPECT_EQ(used + 16 * PAGE, heap_file(HEAP_DEFAULT, "used"));
	EXPECT_EQ(0, imp_do(imp, "detach"));
	EXPECT_EQ(used, heap_file(HEAP_DEFAULT, "used"));
	close(imp);
}

/* Take all that is left of a heap, a page each. Return: how many. */
static int take_every_page(int heap, int *bufs, int max)
{
	int n = 0;

	for (__u32 step = CMA_HEAP_MAX_COUNT; step; step /= 2)
		while (n + (int)step <= max &&
		       !heap_alloc_many(heap, PAGE, 0, bufs + n, step, 0))
			n += step;
	return n;
}

/* A hole that fits, but only at an odd address: better that than nothing. */
TEST_F(heap, unaligned_rather_than_not_at_all)
{
	static int bufs[4096];
	static long long at[4096];
	int heap = -1, n, free = 0, buf;
	char names[CMA_MOST][64];
	struct imp_view view;
	struct cma_area area;

	if (heap_is_bounced())
		SKIP(return, "addresses of bounce buffers tell nothing");
	for (n = heap_all(names, CMA_MOST); heap < 0 && n--;)
		if (heap_area(names[n], &area) && area.count <= 2048)
			heap = heap_open(names[n]);
	if (heap < 0)
		SKIP(return, "no small area");

	n = take_every_page(heap, bufs, 4096);
	EXPECT_EQ(area.count, cma_file(&area, "used"));
	EXPECT_EQ(-ENOMEM, heap_alloc(heap, PAGE));
	for (int i = 0; i < n; i++) {
		ASSERT_EQ(0, heap_where(bufs[i], &view));
		at[i] = view.addr;
	}
	/* 64 pages from 8 pages behind a multiple of 64 on. */
	for (int i = 0; i < n; i++) {
		long long page = at[i] / PAGE - area.base;

		if (page >= 64 + 8 && page < 128 + 8) {
			close(bufs[i]);
			bufs[i] = -1;
			free++;
		}
	}
	ASSERT_EQ(64, free);
	EXPECT_EQ(-ENOMEM, heap_alloc_aligned(heap, 64 * PAGE, 64 * PAGE));
	EXPECT_EQ(-ENOMEM, heap_alloc_aligned(heap, 64 * PAGE, 16 * PAGE));
	buf = heap_alloc_aligned(heap, 64 * PAGE, 8 * PAGE);
	EXPECT_LE(0, buf);
	close(buf);
	buf = heap_alloc(heap, 64 * PAGE);
	EXPECT_LE(0, buf);
	EXPECT_EQ(0, heap_where(buf, &view));
	EXPECT_EQ((area.base + 64 + 8) * PAGE, view.addr);
	close(buf);
	for (int i = 0; i < n; i++)
		if (bufs[i] >= 0)
			close(bufs[i]);
	close(heap);
}

TEST_F(heap, alignment_asked_for)
{
	struct imp_view view;

	for (__u64 align = 1; align <= 4 * CMA_MIB; align *= 2) {
		int one = heap_alloc(self->fd, PAGE);
		int buf = heap_alloc_aligned(self->fd, 3 * PAGE, align);

		EXPECT_LE(0, one);
		ASSERT_LE(0, buf);
		if (!heap_is_bounced()) {
			ASSERT_EQ(0, heap_where(buf, &view));
			EXPECT_EQ(0, view.addr & (long long)(align - 1))
				TH_LOG("%llx", view.addr);
		}
		close(buf);
		close(one);
	}
	EXPECT_EQ(-EINVAL, heap_alloc_aligned(self->fd, PAGE, 3 * PAGE));
	EXPECT_EQ(-EINVAL, heap_alloc_aligned(self->fd, PAGE, 1ULL << 63));
	EXPECT_EQ(-ENOMEM, heap_alloc_aligned(self->fd, PAGE, 1U << 30));
}

/* Requests of 1 to 1024 pages at 75 % fill. Return: how many were refused. */
static int refused_of(int heap, const struct cma_area *area, bool natural,
		      int requests)
{
	struct { int fd; unsigned int pages; } held[2048];
	unsigned long long fill = 0;
	__u64 seed = 20261122;
	int n = 0, refused = 0;

	while (requests) {
		unsigned int pages = 1 + heap_random(&seed) % 1024;
		__u64 align = 1;
		int fd;

		while (align < pages && align < 256)
			align *= 2;
		while (n && fill + pages > area->count * 3ULL / 4) {
			int i = heap_random(&seed) % n;

			close(held[i].fd);
			fill -= held[i].pages;
			held[i] = held[--n];
		}
		fd = heap_alloc_aligned(heap, pages * PAGE,
					natural ? align * PAGE : 0);
		requests--;
		if (fd < 0) {
			refused++;
			continue;
		}
		held[n].fd = fd;
		held[n++].pages = pages;
		fill += pages;
	}
	while (n)
		close(held[--n].fd);
	return refused;
}

TEST_F(heap, random_mix_at_three_quarters)
{
	const char *wish = getenv("CMA_HEAP_REQUESTS");
	int requests = wish ? atoi(wish) : 300;
	int aligned = refused_of(self->fd, &self->area, true, requests);
	int any = refused_of(self->fd, &self->area, false, requests);

	TH_LOG("of %d requests refused: %d aligned by size, %d by default",
	       requests, aligned, any);
	EXPECT_LT(0, aligned);
	EXPECT_LT(any, aligned);
}

TEST_F(heap, failures_leave_the_log_alone)
{
	long long failed = heap_file(HEAP_DEFAULT, "failed");
	int hog;

	ASSERT_EQ(0, cma_settle(&self->area));
	hog = heap_alloc(self->fd, self->area.count / 2 * PAGE);
	ASSERT_LE(0, hog);
	lseek(self->kmsg, 0, SEEK_END);
	for (int i = 0; i < 100; i++) {
		EXPECT_EQ(-ENOMEM, heap_alloc(self->fd, self->area.count * PAGE));
		EXPECT_EQ(-ENOMEM, heap_alloc(self->fd, ~0UL - 2 * PAGE));
	}
	EXPECT_EQ(0, log_lines(self->kmsg));
	EXPECT_EQ(failed + 200, heap_file(HEAP_DEFAULT, "failed"));
	close(hog);
}

/* Return: what a user without privileges gets for @len, as the child's status. */
static int alloc_as_nobody(int heap, __u64 len)
{
	int status = 0;
	pid_t child = fork();

	if (!child) {
		int fd = setgid(NOBODY) || setuid(NOBODY) ? -EPERM :
							    heap_alloc(heap, len);

		_exit(fd < 0 ? -fd : 0);
	}
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_F(heap, users_can_be_limited)
{
	struct heap_counts now;
	int mine;

	EXPECT_EQ(-EINVAL, heap_limit(HEAP_DEFAULT, "much"));
	EXPECT_EQ(-EINVAL, heap_limit(HEAP_DEFAULT, "-1"));
	EXPECT_EQ(0, alloc_as_nobody(self->fd, 64 * PAGE));
	EXPECT_TRUE(heap_same(&self->before, &now));

	ASSERT_EQ(0, heap_limit(HEAP_DEFAULT, "65536"));
	EXPECT_EQ(65536, heap_file(HEAP_DEFAULT, "user_limit"));
	EXPECT_EQ(0, alloc_as_nobody(self->fd, 65536));
	EXPECT_TRUE(heap_same(&self->before, &now));
	EXPECT_EQ(EDQUOT, alloc_as_nobody(self->fd, 65536 + PAGE));
	EXPECT_EQ(ENOMEM, alloc_as_nobody(self->fd, ~0UL - 2 * PAGE));
	ASSERT_EQ(0, heap_limit(HEAP_DEFAULT, "0"));
	EXPECT_EQ(EDQUOT, alloc_as_nobody(self->fd, PAGE));

	mine = heap_alloc(self->fd, 65536 + PAGE);
	EXPECT_LE(0, mine);
	EXPECT_EQ(0, heap_file(HEAP_DEFAULT, "user_used"));
	close(mine);
}

/* A limit holds for all users together, also for those who ask at once. */
TEST_F(heap, limit_holds_under_contention)
{
	int status, served = 0, go[2], stay[2];
	char c;

	ASSERT_EQ(0, heap_limit(HEAP_DEFAULT, "65536"));
	ASSERT_EQ(0, pipe(go));
	ASSERT_EQ(0, pipe(stay));
	for (int i = 0; i < 8; i++) {
		if (fork())
			continue;
		close(stay[1]);
		if (setuid(NOBODY))
			_exit(1);
		for (int n = 0; n < 8; n++)
			if (heap_alloc(self->fd, 4096 * 4) >= 0 &&
			    write(go[1], "x", 1) != 1)
				_exit(1);
		close(go[1]);
		/* Holds it until all have tried. */
		_exit(read(stay[0], &c, 1) != 0);
	}
	close(go[1]);
	close(stay[0]);
	while (read(go[0], &c, 1) == 1)
		served++;
	EXPECT_EQ(4, served);
	EXPECT_EQ(65536, heap_file(HEAP_DEFAULT, "user_used"));
	close(stay[1]);
	close(go[0]);
	for (int i = 0; i < 8; i++) {
		wait(&status);
		EXPECT_EQ(0, status);
	}
}

TEST_F(heap, use_is_visible)
{
	int buf = heap_alloc(self->fd, 5 * PAGE);
	char path[CMA_PATH], text[512];
	struct heap_counts now;

	ASSERT_LE(0, buf);
	EXPECT_EQ(self->before.used + 5 * PAGE, heap_file(HEAP_DEFAULT, "used"));
	EXPECT_EQ(self->before.buffers + 1, heap_file(HEAP_DEFAULT, "buffers"));
	heap_count(&now);
	EXPECT_EQ(self->before.taken + 5, now.taken);
	EXPECT_EQ(self->before.bufs + 1, now.bufs);
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", buf);
	EXPECT_EQ(5 * PAGE, cma_keyed(path, "size"));
	ASSERT_LT(0, cma_read_text(path, text, sizeof(text)));
	EXPECT_TRUE(!!strstr(text, "exp_name:\t" HEAP_DEFAULT "\n"));
	EXPECT_EQ(5 * PAGE, lseek(buf, 0, SEEK_END));
	close(buf);
}

TEST_F(heap, batch_is_all_or_nothing)
{
	int fds[64], many = self->area.count / 256 + 1;
	int *all = calloc(CMA_HEAP_MAX_COUNT, sizeof(*all));
	struct heap_counts now;

	ASSERT_EQ(0, heap_alloc_many(self->fd, CMA_MIB / 4, 0, fds, 64, 0));
	EXPECT_EQ(self->before.buffers + 64, heap_file(HEAP_DEFAULT, "buffers"));
	for (int i = 0; i < 64; i++) {
		EXPECT_EQ(CMA_MIB / 4, lseek(fds[i], 0, SEEK_END));
		EXPECT_EQ(FD_CLOEXEC, fcntl(fds[i], F_GETFD));
	}
	heap_close_many(fds, 64);
	EXPECT_SAME_COUNTS(&self->before);

	EXPECT_EQ(-ENOMEM, heap_alloc_many(self->fd, CMA_MIB, 0, all, many, 0));
	EXPECT_TRUE(heap_same(&self->before, &now));
	/* Fits by its size, and then does not: the last ones are refused. */
	fds[0] = heap_alloc(self->fd, CMA_MIB);
	EXPECT_EQ(-ENOMEM, heap_alloc_many(self->fd, CMA_MIB, 0, all, many - 1,
					   CMA_HEAP_NOWAIT));
	close(fds[0]);
	EXPECT_EQ(-EFAULT, heap_alloc_many(self->fd, PAGE, 0, (int *)16, 8, 0));
	free(all);
}

TEST_F(heap, batch_refuses_nonsense)
{
	struct cma_heap_alloc req = {
		.len = PAGE, .count = 1, .fd_flags = HEAP_RW,
	};
	struct { struct cma_heap_alloc req; __u64 more; } larger = {};
	int fds[2], fd;

	EXPECT_EQ(-EINVAL, heap_alloc_many(self->fd, PAGE, 0, fds, 0, 0));
	EXPECT_EQ(-EINVAL, heap_alloc_many(self->fd, PAGE, 0, fds,
					   CMA_HEAP_MAX_COUNT + 1, 0));
	EXPECT_EQ(-EINVAL, heap_alloc_many(self->fd, 0, 0, fds, 1, 0));
	EXPECT_EQ(-EINVAL, heap_alloc_many(self->fd, ~0ULL, 0, fds, 1, 0));
	EXPECT_EQ(-EINVAL, heap_alloc_many(self->fd, PAGE, 0, fds, 1, 4));
	EXPECT_EQ(-EINVAL, heap_alloc_many(self->fd, PAGE, 0, fds, 1,
					   CMA_HEAP_NOWAIT | CMA_HEAP_WAIT));
	req.fds = (uintptr_t)fds;
	req.reserved = 1;
	EXPECT_EQ(-1, ioctl(self->fd, CMA_HEAP_IOCTL_ALLOC, &req));
	EXPECT_EQ(EINVAL, errno);

	/* A program that is newer than the kernel, and one that cannot be. */
	req.reserved = 0;
	larger.req = req;
	EXPECT_EQ(0, ioctl(self->fd, _IOW('H', 0x80, larger), &larger));
	close(fds[0]);
	larger.more = 1;
	EXPECT_EQ(-1, ioctl(self->fd, _IOW('H', 0x80, larger), &larger));
	EXPECT_EQ(E2BIG, errno);
	EXPECT_EQ(-1, ioctl(self->fd, _IOW('H', 0x80, __u32), &req));
	EXPECT_EQ(EINVAL, errno);

	/* A heap that is none of ours knows no such command. */
	fd = heap_open("system");
	if (fd >= 0) {
		EXPECT_EQ(-EINVAL, heap_alloc_many(fd, PAGE, 0, fds, 1, 0));
		close(fd);
	}
}

static void *let_go(void *arg)
{
	usleep(300000);
	close(*(int *)arg);
	return NULL;
}

/* Who asks to wait is served when another one lets go; who does not, is not. */
TEST_F(heap, waiting_is_a_matter_of_choice)
{
	long long all;
	pthread_t thread;
	double start;
	int hog, buf;

	ASSERT_EQ(0, cma_settle(&self->area));
	all = cma_file(&self->area, "maxchunk");
	hog = heap_alloc(self->fd, all * PAGE);
	ASSERT_LE(0, hog);
	start = cma_seconds();
	EXPECT_EQ(-ENOMEM, heap_alloc_many(self->fd, all / 2 * PAGE, 0, &buf, 1,
					   CMA_HEAP_NOWAIT));
	EXPECT_GT(0.25, cma_seconds() - start);
	ASSERT_EQ(0, pthread_create(&thread, NULL, let_go, &hog));
	EXPECT_EQ(0, heap_alloc_many(self->fd, all / 2 * PAGE, 0, &buf, 1,
				     CMA_HEAP_WAIT));
	EXPECT_LT(0.1, cma_seconds() - start);
	pthread_join(thread, NULL);
	close(buf);
}

TEST_HARNESS_MAIN
