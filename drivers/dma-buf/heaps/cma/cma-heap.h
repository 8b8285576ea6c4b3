/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DMABUF_CMA_HEAP_H
#define _DMABUF_CMA_HEAP_H
/*
 * dma-buf heaps on CMA areas: what their parts share
 *
 *	heap	an area as user space sees it: a name in /dev/dma_heap, a limit
 *	buffer	contiguous pages of an area, exported as one dma-buf
 *	batch	several buffers of one size, asked for in one call
 *
 * Lock order, outer to inner:
 *
 *	dma_buf->resv		held by the dma-buf core around map and vmap
 *	buffer->lock		who has mapped the buffer; sleeps
 *
 *	heap->lock		the counters of one heap; a leaf
 */
#include <linux/cma.h>
#include <linux/gfp_types.h>
#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct dma_buf;
struct dma_heap;

/* Room for the name of an area and a number that makes it unique. */
#define CMA_HEAP_NAME		(CMA_MAX_NAME + 12)

/* No limit for users, and no alignment asked for. */
#define CMA_HEAP_NO_LIMIT	ULONG_MAX
#define CMA_HEAP_ALIGN_AUTO	UINT_MAX

/**
 * struct cma_heap - the heap on one area
 * @node: in the list of all heaps; constant once added
 * @name: in /dev/dma_heap and sysfs; constant
 * @legacy: another name in /dev/dma_heap, or empty; constant once added
 * @cma: the area; constant
 * @kobj: its directory in sysfs; constant
 * @lock: guards all that follows
 * @used: bytes of all buffers, shared by all names that the area has
 * @nr_buffers: how many buffers that is
 * @user_used: those bytes that unprivileged users hold
 * @user_limit: what they may hold together, or CMA_HEAP_NO_LIMIT
 * @nr_failed: buffers that were asked for in vain since boot
 */
struct cma_heap {
	struct list_head node;
	char name[CMA_HEAP_NAME];
	char legacy[CMA_HEAP_NAME];
	struct cma *cma;
	struct kobject kobj;

	spinlock_t lock;	/* guards the counters below */
	unsigned long used;
	unsigned long nr_buffers;
	unsigned long user_used;
	unsigned long user_limit;
	unsigned long nr_failed;
};

/**
 * struct cma_heap_want - one buffer that is asked for
 * @len: bytes, a multiple of PAGE_SIZE
 * @align: order of pages that the address must be a multiple of, or
 *	CMA_HEAP_ALIGN_AUTO for the natural one if it can be had
 * @gfp: how hard to try
 * @fd_flags: access mode and O_CLOEXEC
 */
struct cma_heap_want {
	unsigned long len;
	unsigned int align;
	gfp_t gfp;
	u32 fd_flags;
};

/* heap.c */
int cma_heap_charge(struct cma_heap *heap, unsigned long len, bool *user);
void cma_heap_uncharge(struct cma_heap *heap, unsigned long len, bool user);
void cma_heap_take_back(struct cma_heap *heap, unsigned long len, bool user);

/* batch.c */
long cma_heap_ioctl(struct dma_heap *dma_heap, unsigned int cmd,
		    unsigned long arg);

/* buffer.c */
struct dma_buf *cma_heap_buffer(struct dma_heap *dma_heap,
				const struct cma_heap_want *want);

/* sysfs.c */
int cma_heap_sysfs_add(struct cma_heap *heap);

#endif /* _DMABUF_CMA_HEAP_H */
