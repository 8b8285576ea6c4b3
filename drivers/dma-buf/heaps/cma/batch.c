// SPDX-License-Identifier: GPL-2.0-only
/*
 * Several buffers in one call, with a say in alignment and effort
 *
 * The common command of all heaps makes one buffer and has no room for wishes.
 * Users of pools want dozens of equal ones, all or none, and want to say whether
 * they would rather wait or be told no at once. include/uapi/linux/cma-heap.h
 * is the interface.
 */
#include <linux/dma-buf.h>
#include <linux/dma-heap.h>
#include <linux/err.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <uapi/linux/cma-heap.h>
#include <uapi/linux/dma-heap.h>

#include "cma-heap.h"

/**
 * struct batch - one call on its way
 * @count: buffers wanted
 * @nr_fds: descriptors reserved so far, in @fds
 * @nr_bufs: buffers made so far, in @bufs
 * @fds: room for @count descriptors
 * @bufs: room for @count buffers
 */
struct batch {
	u32 count;
	u32 nr_fds;
	u32 nr_bufs;
	s32 *fds;
	struct dma_buf **bufs;
};

static int read_request(struct cma_heap_alloc *req, unsigned int cmd,
			unsigned long arg)
{
	size_t size = _IOC_SIZE(cmd);

	if (_IOC_TYPE(cmd) != DMA_HEAP_IOC_MAGIC ||
	    _IOC_NR(cmd) != _IOC_NR(CMA_HEAP_IOCTL_ALLOC))
		return -ENOTTY;
	if (size < CMA_HEAP_ALLOC_SIZE_VER0)
		return -EINVAL;
	return copy_struct_from_user(req, sizeof(*req), (void __user *)arg,
				     size);
}

static gfp_t gfp_of(u32 flags)
{
	if (flags & CMA_HEAP_NOWAIT)
		return GFP_NOWAIT;
	if (flags & CMA_HEAP_WAIT)
		return GFP_KERNEL | __GFP_RETRY_MAYFAIL;
	return GFP_KERNEL;
}

/* Is it a request that some area could serve? Then say it in our terms. */
static int check_request(const struct cma_heap_alloc *req,
			 struct cma_heap_want *want)
{
	if (req->reserved || !req->count || req->count > CMA_HEAP_MAX_COUNT ||
	    req->fd_flags & ~DMA_HEAP_VALID_FD_FLAGS ||
	    req->flags & ~(CMA_HEAP_NOWAIT | CMA_HEAP_WAIT) ||
	    req->flags == (CMA_HEAP_NOWAIT | CMA_HEAP_WAIT))
		return -EINVAL;
	if (!req->len || req->len > ULONG_MAX - PAGE_SIZE + 1)
		return -EINVAL;
	if (req->align && (!is_power_of_2(req->align) ||
			   req->align > ULONG_MAX / 2))
		return -EINVAL;

	want->len = PAGE_ALIGN(req->len);
	want->align = CMA_HEAP_ALIGN_AUTO;
	if (req->align)
		want->align = get_order(req->align);
	want->gfp = gfp_of(req->flags);
	want->fd_flags = req->fd_flags;
	return 0;
}

static int reserve_fds(struct batch *batch, u32 fd_flags)
{
	int fd;

	while (batch->nr_fds < batch->count) {
		fd = get_unused_fd_flags(fd_flags);
		if (fd < 0)
			return fd;
		batch->fds[batch->nr_fds++] = fd;
	}
	return 0;
}

static int make_buffers(struct batch *batch, struct dma_heap *dma_heap,
			const struct cma_heap_want *want)
{
	struct dma_buf *buf;

	while (batch->nr_bufs < batch->count) {
		buf = cma_heap_buffer(dma_heap, want);
		if (IS_ERR(buf))
			return PTR_ERR(buf);
		batch->bufs[batch->nr_bufs++] = buf;
	}
	return 0;
}

static void undo(struct batch *batch)
{
	while (batch->nr_bufs)
		dma_buf_put(batch->bufs[--batch->nr_bufs]);
	while (batch->nr_fds)
		put_unused_fd(batch->fds[--batch->nr_fds]);
}

/* From the first descriptor on, user space may close what it got: no way back. */
static void install(struct batch *batch)
{
	u32 i;

	for (i = 0; i < batch->count; i++)
		fd_install(batch->fds[i], batch->bufs[i]->file);
}

static int serve(struct batch *batch, struct dma_heap *dma_heap,
		 const struct cma_heap_want *want, s32 __user *fds)
{
	int err;

	err = reserve_fds(batch, want->fd_flags);
	if (!err)
		err = make_buffers(batch, dma_heap, want);
	if (!err && copy_to_user(fds, batch->fds,
				 batch->count * sizeof(*batch->fds)))
		err = -EFAULT;
	if (err)
		undo(batch);
	else
		install(batch);
	return err;
}

/**
 * cma_heap_ioctl() - commands that only these heaps have
 * @dma_heap: the heap
 * @cmd: the command
 * @arg: address of its argument in user space
 *
 * Context: Process context.
 * Return: 0; -ENOTTY if there is no such command; -EINVAL, -E2BIG or -EFAULT if
 * the argument is wrong; -EMFILE, -ENFILE, -ENOMEM, -EDQUOT, -EINTR if it
 * cannot be met. Then nothing has changed.
 */
long cma_heap_ioctl(struct dma_heap *dma_heap, unsigned int cmd,
		    unsigned long arg)
{
	struct cma_heap *heap = dma_heap_get_drvdata(dma_heap);
	struct cma_heap_alloc req;
	struct cma_heap_want want;
	struct batch batch = {};
	int err;

	err = read_request(&req, cmd, arg);
	if (!err)
		err = check_request(&req, &want);
	if (err)
		return err;
	if (want.len > cma_get_size(heap->cma) / req.count)
		return -ENOMEM;

	batch.count = req.count;
	batch.fds = kcalloc(req.count, sizeof(*batch.fds), GFP_KERNEL);
	batch.bufs = kcalloc(req.count, sizeof(*batch.bufs), GFP_KERNEL);
	err = -ENOMEM;
	if (batch.fds && batch.bufs)
		err = serve(&batch, dma_heap, &want, u64_to_user_ptr(req.fds));
	kfree(batch.bufs);
	kfree(batch.fds);
	return err;
}
