/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory with known content, to be put into an area and found unchanged after
 * the area was evacuated: every kind of movable page the kernel lends CMA to.
 *
 * Each page carries a key mixed from the load's key and the page's index, and
 * words that count up from it, so a page that is lost, zeroed, torn or swapped
 * with another is noticed.
 */
#ifndef CMA_LOAD_H
#define CMA_LOAD_H

#include "cma_util.h"
#include <sys/mman.h>
#include <sys/stat.h>

#define CMA_MIB		(1024 * 1024ULL)

enum cma_kind {
	CMA_ANON,		/* private anonymous */
	CMA_LOCKED,		/* the same, mlocked */
	CMA_SHMEM,		/* shared memory, mapped */
	CMA_SHMEM_UNMAPPED,	/* shared memory, written through its fd */
	CMA_FILE,		/* clean page cache, unmapped */
	CMA_FILE_MAPPED,	/* clean page cache, mapped and touched */
	CMA_FILE_DIRTY,		/* page cache not yet written back */
	CMA_THP,		/* anonymous huge pages, if the kernel has them */
	CMA_HUGETLB,		/* hugetlb pages, if the kernel has them */
};

struct cma_load {
	enum cma_kind kind;
	size_t len;		/* bytes, whole pages */
	__u64 key;
	int fd;			/* -1 for anonymous kinds */
	void *map;		/* NULL while unmapped */
	char path[CMA_PATH];	/* of a file, else empty */
};

static inline size_t cma_page_size(void)
{
	return sysconf(_SC_PAGESIZE);
}

static inline __u64 cma_page_key(__u64 key, __u64 page)
{
	__u64 x = (key << 32) + page + 1;

	x = (x ^ x >> 31) * 0x9e3779b97f4a7c15ULL;
	return x ^ x >> 29;
}

static inline void cma_fill_page(void *page, __u64 key)
{
	__u64 *word = page;

	for (size_t i = 0; i < cma_page_size() / sizeof(*word); i++)
		word[i] = key + i;
}

static inline bool cma_check_page(const void *page, __u64 key)
{
	const __u64 *word = page;
	__u64 wrong = 0;

	for (size_t i = 0; i < cma_page_size() / sizeof(*word); i++)
		wrong |= word[i] ^ (key + i);
	return !wrong;
}

static inline void cma_fill_map(const struct cma_load *load)
{
	size_t size = cma_page_size();

	for (size_t at = 0; at < load->len; at += size)
		cma_fill_page((char *)load->map + at,
			      cma_page_key(load->key, at / size));
}

/* Return: 0, or -errno of the write that failed. */
static inline int cma_fill_fd(const struct cma_load *load)
{
	size_t size = cma_page_size();
	char *page = malloc(size);
	int err = page ? 0 : -ENOMEM;

	for (size_t at = 0; !err && at < load->len; at += size) {
		cma_fill_page(page, cma_page_key(load->key, at / size));
		if (pwrite(load->fd, page, size, at) != (ssize_t)size)
			err = errno ? -errno : -ENOSPC;
	}
	free(page);
	return err;
}

static inline void cma_touch_map(const struct cma_load *load)
{
	const volatile char *map = load->map;

	for (size_t at = 0; at < load->len; at += cma_page_size())
		(void)map[at];
}

/* Bring a file into the page cache page by page, readahead or not. */
static inline void cma_touch_fd(const struct cma_load *load)
{
	static char buf[1 << 16];

	for (size_t at = 0; at < load->len; at += sizeof(buf))
		if (pread(load->fd, buf, sizeof(buf), at) < 0)
			return;
}

/* Return: pages whose content is not what was put there. */
static inline long cma_load_wrong(const struct cma_load *load)
{
	size_t size = cma_page_size();
	char *buf = aligned_alloc(size, size);
	long wrong = 0;

	for (size_t at = 0; at < load->len; at += size) {
		const char *page = buf;

		if (load->map)
			page = (char *)load->map + at;
		else if (pread(load->fd, buf, size, at) != (ssize_t)size)
			memset(buf, 0, size);
		wrong += !cma_check_page(page, cma_page_key(load->key, at / size));
	}
	free(buf);
	return wrong;
}

static inline int cma_open_file(struct cma_load *load)
{
	int err;

	snprintf(load->path, sizeof(load->path), "%s/load-%d-%llu",
		 cma_file_dir(), getpid(), (unsigned long long)load->key);
	load->fd = open(load->path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (load->fd < 0)
		return -errno;
	/* On disk first: what is lent later is then clean, or rewritten. */
	err = cma_fill_fd(load);
	if (!err && fsync(load->fd))
		err = -errno;
	posix_fadvise(load->fd, 0, 0, POSIX_FADV_DONTNEED);
	return err;
}

static inline int cma_map(struct cma_load *load, int flags)
{
	load->map = mmap(NULL, load->len, PROT_READ | PROT_WRITE,
			 flags, load->fd, 0);
	if (load->map == MAP_FAILED) {
		load->map = NULL;
		return -errno;
	}
	return 0;
}

static inline bool cma_is_file(enum cma_kind kind)
{
	return kind == CMA_FILE || kind == CMA_FILE_MAPPED ||
	       kind == CMA_FILE_DIRTY;
}

/*
 * First half: all that may allocate memory which the load does not mean to
 * lend, as writing the file to disk. Return: 0 or -errno.
 */
static inline int cma_load_prepare(struct cma_load *load, enum cma_kind kind,
				   size_t len, __u64 key)
{
	memset(load, 0, sizeof(*load));
	load->kind = kind;
	load->len = len;
	load->key = key;
	load->fd = -1;
	if (cma_is_file(kind))
		return cma_open_file(load);
	if (kind == CMA_SHMEM || kind == CMA_SHMEM_UNMAPPED) {
		load->fd = memfd_create("cma-load", 0);
		if (load->fd < 0 || ftruncate(load->fd, len))
			return -errno;
	}
	return 0;
}

/* Second half: the pages come into being. Return: 0 or -errno. */
static inline int cma_load_fill(struct cma_load *load)
{
	int err = 0, private = MAP_PRIVATE | MAP_ANONYMOUS;

	switch (load->kind) {
	case CMA_SHMEM_UNMAPPED:
		return cma_fill_fd(load);
	case CMA_FILE_DIRTY:
		load->key++;
		return cma_fill_fd(load);
	case CMA_FILE:
		cma_touch_fd(load);
		return 0;
	case CMA_FILE_MAPPED:
		err = cma_map(load, MAP_SHARED);
		if (!err)
			cma_touch_map(load);
		return err;
	case CMA_SHMEM:
		err = cma_map(load, MAP_SHARED);
		break;
	case CMA_HUGETLB:
		err = cma_map(load, private | MAP_HUGETLB);
		break;
	default:
		err = cma_map(load, private);
	}
	if (err)
		return err;
	/* A kernel without huge pages does not know the advice. */
	if (load->kind == CMA_THP &&
	    madvise(load->map, load->len, MADV_HUGEPAGE) && errno != EINVAL)
		return -errno;
	cma_fill_map(load);
	if (load->kind == CMA_LOCKED && mlock(load->map, load->len))
		return -errno;
	return 0;
}

static inline void cma_load_drop(struct cma_load *load)
{
	if (load->map)
		munmap(load->map, load->len);
	if (load->fd >= 0)
		close(load->fd);
	if (load->path[0])
		unlink(load->path);
	memset(load, 0, sizeof(*load));
	load->fd = -1;
}

/*
 * The page frames behind @nr mapped pages from @addr on, -1 where there is none.
 * Needs root. The kernel looks at 2 MiB each time, however little is asked for.
 */
static inline void cma_pfns_of(const void *addr, size_t nr, long long *pfn)
{
	static int fd = -1;
	off_t at = (uintptr_t)addr / cma_page_size() * sizeof(__u64);

	if (fd < 0)
		fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	if (pread(fd, pfn, nr * sizeof(__u64), at) != (ssize_t)(nr * sizeof(__u64)))
		memset(pfn, 0, nr * sizeof(*pfn));
	/* The highest bit of an entry says that there is a page. */
	for (size_t i = 0; i < nr; i++)
		pfn[i] = pfn[i] < 0 ? pfn[i] & ((1LL << 55) - 1) : -1;
}

static inline long long cma_pfn_of(const void *addr)
{
	long long pfn;

	cma_pfns_of(addr, 1, &pfn);
	return pfn;
}

/* How many pages of @len bytes at @map lie in the area? */
static inline long cma_pages_inside(const struct cma_area *area,
				    const void *map, size_t len)
{
	size_t nr = len / cma_page_size();
	long long *pfn = malloc(nr * sizeof(*pfn));
	long inside = 0;

	if (!pfn)
		return -1;
	cma_pfns_of(map, nr, pfn);
	for (size_t i = 0; i < nr; i++)
		inside += cma_holds_pfn(area, pfn[i]);
	free(pfn);
	return inside;
}

/* Free memory that is not CMA, in bytes. */
static inline long long cma_other_free(void)
{
	return (cma_meminfo("MemFree") - cma_meminfo("CmaFree")) * 1024;
}

/*
 * Free memory below which the kernel serves nobody: the low marks of all zones
 * together, in bytes. The kernel raises them for a while when it has to take
 * memory of one kind for another.
 */
static inline long long cma_least(void)
{
	return cma_zoneinfo("\n        min ") * (long long)cma_page_size();
}

/*
 * Free memory below which the kernel reclaims and, with little to reclaim,
 * kills: its high watermark, which huge pages raise a lot, and some room.
 */
static inline long long cma_floor(void)
{
	return cma_least() / 2 * 3 + 12 * (long long)CMA_MIB;
}

/*
 * Squeeze: take ordinary memory away until the floor and @spare bytes of it
 * are free, so that the kernel lends the area to the next who asks. The area
 * is taken meanwhile: none of this ballast may sit in it. close() of the
 * returned fd gives the memory back. Return: an fd, or -errno.
 */
static inline int cma_squeeze(const struct cma_area *area, long long spare)
{
	int fd = memfd_create("cma-ballast", 0);
	long long leave = cma_floor() + spare;
	const long long step = 2 * CMA_MIB;
	long long taken;
	off_t at = 0;

	if (fd < 0)
		return -errno;
	cma_sync_files();
	/* Should it still come to that, the test dies and not its shell. */
	cma_write_text("/proc/self/oom_score_adj", "1000");
	taken = cma_take_all(area);
	if (taken < 0) {
		close(fd);
		return taken;
	}
	while (cma_other_free() > leave + step) {
		if (fallocate(fd, 0, at, step))
			break;
		at += step;
	}
	if (taken)
		cma_give(area, taken);
	return fd;
}

#endif /* CMA_LOAD_H */
