/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Buffers of contiguous memory for programs: dma-buf heaps in a few calls
 *
 * A header is all there is: include it and link nothing. What it needs of the
 * kernel is /dev/dma_heap; where the heap has no command for several buffers at
 * once, it asks for one after the other. cma_heap(3) describes each call.
 *
 * Every call returns a negative errno if it fails.
 */
#ifndef CMA_HEAP_CLIENT_H
#define CMA_HEAP_CLIENT_H

#include <errno.h>
#include <fcntl.h>
#include <linux/cma-heap.h>
#include <linux/dma-buf.h>
#include <linux/dma-heap.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

/* Kinds of access by the CPU */
#define CMA_HEAP_READ	DMA_BUF_SYNC_READ
#define CMA_HEAP_WRITE	DMA_BUF_SYNC_WRITE

/* A buffer that is mapped. @fd is what drivers take. */
struct cma_heap_buf {
	int fd;
	void *map;
	size_t len;
};

static inline int cma_heap_open_named(const char *name)
{
	char path[128];
	int fd, n;

	n = snprintf(path, sizeof(path), "/dev/dma_heap/%s", name);
	if (n < 0 || (size_t)n >= sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, O_RDWR | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* Names that the heap on the default area has, or had in older kernels. */
static inline int cma_heap_open(const char *name)
{
	static const char * const defaults[] = {
		"default_cma_region", "reserved", "linux,cma", "default-pool",
	};
	int fd = -ENOENT;
	size_t i;

	if (name)
		return cma_heap_open_named(name);
	for (i = 0; i < sizeof(defaults) / sizeof(*defaults); i++) {
		fd = cma_heap_open_named(defaults[i]);
		if (fd != -ENOENT)
			break;
	}
	return fd;
}

/* One buffer; its size is rounded up to whole pages. */
static inline int cma_heap_alloc(int heap, size_t len)
{
	struct dma_heap_allocation_data req = {
		.len = len,
		.fd_flags = O_RDWR | O_CLOEXEC,
	};

	return ioctl(heap, DMA_HEAP_IOCTL_ALLOC, &req) ? -errno : (int)req.fd;
}

static inline void cma_heap_close_many(const int *fds, unsigned int count)
{
	while (count)
		close(fds[--count]);
}

static inline int cma_heap_one_by_one(int heap, size_t len, int *fds,
				      unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		fds[i] = cma_heap_alloc(heap, len);
		if (fds[i] < 0) {
			int err = fds[i];

			cma_heap_close_many(fds, i);
			return err;
		}
	}
	return 0;
}

/*
 * All of @count buffers or none. @align: what the physical address is to be a
 * multiple of, 0 if it does not matter. @flags: 0, CMA_HEAP_NOWAIT or
 * CMA_HEAP_WAIT.
 */
static inline int cma_heap_alloc_many(int heap, size_t len, size_t align,
				      int *fds, unsigned int count,
				      unsigned int flags)
{
	struct cma_heap_alloc req = {
		.len = len,
		.align = align,
		.fds = (uintptr_t)fds,
		.count = count,
		.fd_flags = O_RDWR | O_CLOEXEC,
		.flags = flags,
	};

	if (!ioctl(heap, CMA_HEAP_IOCTL_ALLOC, &req))
		return 0;
	/* Another heap says EINVAL; an alignment is more than it can promise. */
	if ((errno != EINVAL && errno != ENOTTY) || align ||
	    (flags & ~(CMA_HEAP_NOWAIT | CMA_HEAP_WAIT)) || !count ||
	    count > CMA_HEAP_MAX_COUNT)
		return -errno;
	return cma_heap_one_by_one(heap, len, fds, count);
}

/* Map a buffer for reading and writing. The descriptor belongs to @buf then. */
static inline int cma_heap_map(struct cma_heap_buf *buf, int fd, size_t len)
{
	void *map = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (map == MAP_FAILED)
		return -errno;
	buf->fd = fd;
	buf->map = map;
	buf->len = len;
	return 0;
}

static inline void cma_heap_put(struct cma_heap_buf *buf)
{
	munmap(buf->map, buf->len);
	close(buf->fd);
	buf->map = NULL;
	buf->fd = -1;
}

/* A pool of mapped buffers, all or none. */
static inline int cma_heap_get_pool(int heap, struct cma_heap_buf *bufs,
				    unsigned int count, size_t len,
				    unsigned int flags)
{
	int fds[CMA_HEAP_MAX_COUNT];
	unsigned int i;
	int err;

	if (count > CMA_HEAP_MAX_COUNT)
		return -EINVAL;
	err = cma_heap_alloc_many(heap, len, 0, fds, count, flags);
	if (err)
		return err;
	for (i = 0; i < count; i++) {
		err = cma_heap_map(&bufs[i], fds[i], len);
		if (err) {
			cma_heap_close_many(fds + i, count - i);
			while (i)
				cma_heap_put(&bufs[--i]);
			return err;
		}
	}
	return 0;
}

static inline int cma_heap_sync(const struct cma_heap_buf *buf, uint64_t flags)
{
	struct dma_buf_sync sync = { .flags = flags };

	while (ioctl(buf->fd, DMA_BUF_IOCTL_SYNC, &sync)) {
		if (errno != EINTR && errno != EAGAIN)
			return -errno;
	}
	return 0;
}

/* Around every access by the CPU: CMA_HEAP_READ, CMA_HEAP_WRITE or both. */
static inline int cma_heap_begin(const struct cma_heap_buf *buf, uint64_t access)
{
	return cma_heap_sync(buf, DMA_BUF_SYNC_START | access);
}

static inline int cma_heap_end(const struct cma_heap_buf *buf, uint64_t access)
{
	return cma_heap_sync(buf, DMA_BUF_SYNC_END | access);
}

#endif /* CMA_HEAP_CLIENT_H */
