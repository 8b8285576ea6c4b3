/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests know of dma-buf heaps on CMA areas: how to ask for buffers,
 * what the heaps count, and the importing devices of the test driver.
 *
 * As elsewhere in these tests, a negative result is -errno.
 */
#ifndef CMA_HEAPS_H
#define CMA_HEAPS_H

#include "cma_load.h"
#include <linux/cma-heap.h>
#include <linux/dma-buf.h>
#include <linux/dma-heap.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define HEAP_DEV	"/dev/dma_heap"
#define HEAP_SYSFS	"/sys/kernel/mm/cma_heap"
#define HEAP_DEFAULT	"default_cma_region"
#define HEAP_IMPORT	"/sys/kernel/debug/cma_import"
#define HEAP_RW		(O_RDWR | O_CLOEXEC)

/* What must be the same before and after whatever a test did. */
struct heap_counts {
	long long used;		/* bytes, of all heaps */
	long long buffers;
	long long taken;	/* pages, of all areas */
	long long cma_free;	/* kB, of all areas, lent memory left out */
	long long slab;		/* kB that cannot be reclaimed */
	long long bufs;		/* dma-bufs of the system */
	int fds;		/* of this process */
};

static inline int heap_open_in(const char *dir, const char *name)
{
	char path[CMA_PATH];
	int fd;

	snprintf(path, sizeof(path), "%.63s/%.63s", dir, name);
	fd = open(path, O_RDWR | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static inline int heap_open(const char *name)
{
	return heap_open_in(HEAP_DEV, name);
}

/* Return: a dma-buf. */
static inline int heap_alloc_flags(int heap, __u64 len, __u32 fd_flags)
{
	struct dma_heap_allocation_data data = {
		.len = len, .fd_flags = fd_flags,
	};

	return ioctl(heap, DMA_HEAP_IOCTL_ALLOC, &data) ? -errno : (int)data.fd;
}

static inline int heap_alloc(int heap, __u64 len)
{
	return heap_alloc_flags(heap, len, HEAP_RW);
}

/* All of @count or none. */
static inline int heap_alloc_many(int heap, __u64 len, __u64 align, int *fds,
				  __u32 count, __u32 flags)
{
	struct cma_heap_alloc req = {
		.len = len, .align = align, .fds = (uintptr_t)fds,
		.count = count, .fd_flags = HEAP_RW, .flags = flags,
	};

	return ioctl(heap, CMA_HEAP_IOCTL_ALLOC, &req) ? -errno : 0;
}

static inline void heap_close_many(const int *fds, int count)
{
	while (count--)
		close(fds[count]);
}

static inline int heap_alloc_aligned(int heap, __u64 len, __u64 align)
{
	int fd, err = heap_alloc_many(heap, len, align, &fd, 1, 0);

	return err ? err : fd;
}

static inline long long heap_file(const char *name, const char *file)
{
	char path[CMA_PATH];

	snprintf(path, sizeof(path), HEAP_SYSFS "/%.63s/%s", name, file);
	return cma_read_num(path);
}

static inline int heap_limit(const char *name, const char *text)
{
	char path[CMA_PATH];

	snprintf(path, sizeof(path), HEAP_SYSFS "/%.63s/user_limit", name);
	return cma_write_text(path, text);
}

/* The area that a heap takes from. */
static inline bool heap_area(const char *name, struct cma_area *area)
{
	char path[CMA_PATH], text[80];

	snprintf(path, sizeof(path), HEAP_SYSFS "/%.63s/area", name);
	if (cma_read_text(path, text, sizeof(text)) <= 0)
		return false;
	text[strcspn(text, "\n")] = 0;
	return cma_load_area(area, text);
}

/* Return: how many heaps have files, their names in @names. */
static inline int heap_all(char names[][64], int max)
{
	DIR *dir = opendir(HEAP_SYSFS);
	struct dirent *e;
	int n = 0;

	while (dir && n < max && (e = readdir(dir)))
		if (e->d_name[0] != '.')
			snprintf(names[n++], 64, "%.63s", e->d_name);
	if (dir)
		closedir(dir);
	return n;
}

static inline int heap_count_dir(const char *path)
{
	DIR *dir = opendir(path);
	int n = 0;

	while (dir && readdir(dir))
		n++;
	if (dir)
		closedir(dir);
	return n;
}

/* The last "Total" of what the dma-buf core tells; each buffer has one, too. */
static inline long long heap_dma_bufs(void)
{
	static char text[CMA_TEXT * 4];
	char *at, *total = NULL;

	if (cma_read_text("/sys/kernel/debug/dma_buf/bufinfo", text,
			  sizeof(text)) < 0)
		return -ENOENT;
	for (at = text; (at = strstr(at, "\nTotal ")); at++)
		total = at;
	return total ? strtoll(total + strlen("\nTotal "), NULL, 10) : -EINVAL;
}

static inline void heap_count(struct heap_counts *c)
{
	struct cma_area areas[CMA_MOST];
	char names[CMA_MOST][64];
	int n;

	memset(c, 0, sizeof(*c));
	n = heap_all(names, CMA_MOST);
	while (n--) {
		c->used += heap_file(names[n], "used");
		c->buffers += heap_file(names[n], "buffers");
	}
	n = cma_all_areas(areas, CMA_MOST);
	while (n--)
		c->taken += cma_file(&areas[n], "used");
	c->slab = cma_meminfo("SUnreclaim");
	c->bufs = heap_dma_bufs();
	c->fds = heap_count_dir("/proc/self/fd");
}

/* The last reference of a file goes in the background after its owner died. */
static inline bool heap_same(const struct heap_counts *a, struct heap_counts *b)
{
	for (int i = 0; i < 100; i++) {
		heap_count(b);
		if (a->used == b->used && a->buffers == b->buffers &&
		    a->taken == b->taken && a->bufs == b->bufs &&
		    a->fds == b->fds)
			return true;
		usleep(20000);
	}
	return false;
}

static inline const char *heap_tell(const struct heap_counts *c, char *text,
				    size_t size)
{
	snprintf(text, size,
		 "%lld bytes in %lld buffers, %lld pages, %lld dma-bufs, %d fds",
		 c->used, c->buffers, c->taken, c->bufs, c->fds);
	return text;
}

/* The slab is not compared, it has its own life. */
#define EXPECT_SAME_COUNTS(before) do {					\
	const struct heap_counts *_was = (before);			\
	struct heap_counts _now;					\
	char _a[128], _b[128];						\
									\
	EXPECT_TRUE(heap_same(_was, &_now))				\
		TH_LOG("before: %s; now: %s",				\
		       heap_tell(_was, _a, sizeof(_a)),			\
		       heap_tell(&_now, _b, sizeof(_b)));		\
} while (0)

static inline int heap_sync(int buf, __u64 flags)
{
	struct dma_buf_sync sync = { .flags = flags };

	return ioctl(buf, DMA_BUF_IOCTL_SYNC, &sync) ? -errno : 0;
}

static inline void *heap_map(int buf, size_t len)
{
	return mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, buf, 0);
}

/* The pattern of the test driver. */
static inline __u32 heap_word(__u32 seed, __u32 i)
{
	return seed ^ (i * 0x9e3779b1U);
}

static inline void heap_fill(void *map, size_t len, __u32 seed)
{
	__u32 *word = map;

	for (size_t i = 0; i < len / sizeof(*word); i++)
		word[i] = heap_word(seed, i);
}

/* Return: the first word that differs, or the number of words. */
static inline size_t heap_differs(const void *map, size_t len, __u32 seed)
{
	const __u32 *word = map;
	size_t i;

	for (i = 0; i < len / sizeof(*word); i++)
		if (word[i] != heap_word(seed, i))
			break;
	return i;
}

static inline bool heap_check(const void *map, size_t len, __u32 seed)
{
	return heap_differs(map, len, seed) == len / sizeof(__u32);
}

static inline bool heap_is_zero(const void *map, size_t len)
{
	const unsigned long *word = map;

	for (size_t i = 0; i < len / sizeof(*word); i++)
		if (word[i])
			return false;
	return true;
}

/* Return: an importer, "coherent" or "noncoherent". */
static inline int imp_open(const char *device)
{
	return heap_open_in(HEAP_IMPORT, device);
}

static inline __attribute__((format(printf, 2, 3)))
int imp_do(int imp, const char *format, ...)
{
	char text[64];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return write(imp, text, strlen(text)) < 0 ? -errno : 0;
}

/* What an importer sees: entries, DMA address and bytes. */
struct imp_view {
	int entries;
	long long addr, bytes;
};

static inline int imp_look(int imp, struct imp_view *view)
{
	char text[128];
	ssize_t n = pread(imp, text, sizeof(text) - 1, 0);

	if (n < 0)
		return -errno;
	text[n] = 0;
	return sscanf(text, "%d entries at %llx, %lld bytes", &view->entries,
		      (unsigned long long *)&view->addr, &view->bytes) == 3 ? 0 : -ENOTCONN;
}

/* Where a buffer is, as the coherent device sees it. Return: 0 or -errno. */
static inline int heap_where(int buf, struct imp_view *view)
{
	int imp = imp_open("coherent"), err;

	if (imp < 0)
		return imp;
	err = imp_do(imp, "attach %d", buf);
	if (!err)
		err = imp_do(imp, "map to");
	if (!err)
		err = imp_look(imp, view);
	close(imp);
	return err;
}

/* Everything between the CPU and a device is copied: the DMA address is another. */
static inline bool heap_is_bounced(void)
{
	char text[2048];

	return cma_read_text("/proc/cmdline", text, sizeof(text)) > 0 &&
	       strstr(text, "swiotlb=force");
}

static inline int heap_many_fds(void)
{
	struct rlimit limit = { 8192, 8192 };

	return setrlimit(RLIMIT_NOFILE, &limit) ? -errno : 0;
}

static inline __u64 heap_random(__u64 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

#endif /* CMA_HEAPS_H */
