// SPDX-License-Identifier: GPL-2.0-only
/*
 * One buffer: contiguous pages of an area, exported as a dma-buf
 *
 * The pages are cleared, belong to the buffer until its last reference is gone,
 * and are ordinary cached memory for every CPU. Devices that do not see the
 * caches get what the CPU wrote, and the other way round, when a mapping of
 * theirs begins or ends, or when a CPU access between DMA_BUF_IOCTL_SYNC calls
 * does.
 *
 * User space maps page frames, not pages: nobody can pin what it sees there, and
 * so nothing but a reference to the dma-buf can hold the memory.
 */
#include <linux/dma-buf.h>
#include <linux/dma-heap.h>
#include <linux/dma-map-ops.h>
#include <linux/err.h>
#include <linux/highmem.h>
#include <linux/iosys-map.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/scatterlist.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "cma-heap.h"

/* An entry of a scatter list holds 32 bits of length. */
#define MOST_OF_AN_ENTRY	((unsigned long)SZ_2G)

/* Pages cleared without a look at signals and the scheduler. */
#define CLEAR_BATCH		256

/**
 * struct cma_buffer - one buffer
 * @heap: what it counts for; constant
 * @page: the first page; constant
 * @len: bytes; constant
 * @user: an unprivileged user made it; constant
 * @lock: guards all that follows
 * @attached: the devices that use it, see struct attached
 * @vaddr: where the kernel has mapped it, if it needs a mapping for that
 * @written_back: the zeroes of the beginning are in memory, not in a cache
 */
struct cma_buffer {
	struct cma_heap *heap;
	struct page *page;
	unsigned long len;
	bool user;

	struct mutex lock;	/* guards the fields below */
	struct list_head attached;
	void *vaddr;
	bool written_back;
};

/**
 * struct attached - one attached device
 * @node: in the list of the buffer; buffer lock
 * @dev: the device; constant
 * @table: the buffer, as the device sees it while it is mapped
 * @dir: who writes while it is mapped, DMA_NONE while it is not; buffer lock
 */
struct attached {
	struct list_head node;
	struct device *dev;
	struct sg_table table;
	enum dma_data_direction dir;
};

static unsigned long nr_pages(const struct cma_buffer *buffer)
{
	return buffer->len >> PAGE_SHIFT;
}

/* One entry, unless the buffer is larger than an entry can say. */
static int describe(struct sg_table *table, const struct cma_buffer *buffer)
{
	unsigned long pfn = page_to_pfn(buffer->page), left = buffer->len;
	struct scatterlist *sg;
	int i, err;

	err = sg_alloc_table(table, DIV_ROUND_UP(left, MOST_OF_AN_ENTRY),
			     GFP_KERNEL);
	if (err)
		return err;
	for_each_sgtable_sg(table, sg, i) {
		unsigned long len = min(left, MOST_OF_AN_ENTRY);

		sg_set_page(sg, pfn_to_page(pfn), len, 0);
		pfn += PHYS_PFN(len);
		left -= len;
	}
	return 0;
}

static int buffer_attach(struct dma_buf *dmabuf,
			 struct dma_buf_attachment *attachment)
{
	struct cma_buffer *buffer = dmabuf->priv;
	struct attached *att = kzalloc(sizeof(*att), GFP_KERNEL);
	int err;

	if (!att)
		return -ENOMEM;
	err = describe(&att->table, buffer);
	if (err) {
		kfree(att);
		return err;
	}
	att->dev = attachment->dev;
	att->dir = DMA_NONE;
	attachment->priv = att;

	mutex_lock(&buffer->lock);
	list_add_tail(&att->node, &buffer->attached);
	mutex_unlock(&buffer->lock);
	return 0;
}

static void buffer_detach(struct dma_buf *dmabuf,
			  struct dma_buf_attachment *attachment)
{
	struct cma_buffer *buffer = dmabuf->priv;
	struct attached *att = attachment->priv;

	mutex_lock(&buffer->lock);
	list_del(&att->node);
	mutex_unlock(&buffer->lock);
	sg_free_table(&att->table);
	kfree(att);
}

/*
 * A mapping that only the device writes to may throw away what the caches hold.
 * If those are still our zeroes, memory would show what its last owner left
 * there. A mapping the other way round writes them back, once.
 */
static int write_back_locked(struct cma_buffer *buffer, struct attached *att,
			     enum dma_data_direction dir)
{
	int err;

	lockdep_assert_held(&buffer->lock);
	if (dir != DMA_FROM_DEVICE || buffer->written_back ||
	    dev_is_dma_coherent(att->dev))
		return 0;
	err = dma_map_sgtable(att->dev, &att->table, DMA_TO_DEVICE, 0);
	if (!err)
		dma_unmap_sgtable(att->dev, &att->table, DMA_TO_DEVICE, 0);
	return err;
}

static struct sg_table *buffer_map(struct dma_buf_attachment *attachment,
				   enum dma_data_direction dir)
{
	struct cma_buffer *buffer = attachment->dmabuf->priv;
	struct attached *att = attachment->priv;
	int err = -EBUSY;

	mutex_lock(&buffer->lock);
	if (att->dir == DMA_NONE)
		err = write_back_locked(buffer, att, dir);
	if (!err)
		err = dma_map_sgtable(att->dev, &att->table, dir, 0);
	if (!err) {
		att->dir = dir;
		if (!dev_is_dma_coherent(att->dev))
			buffer->written_back = true;
	}
	mutex_unlock(&buffer->lock);
	return err ? ERR_PTR(err) : &att->table;
}

static void buffer_unmap(struct dma_buf_attachment *attachment,
			 struct sg_table *table, enum dma_data_direction dir)
{
	struct cma_buffer *buffer = attachment->dmabuf->priv;
	struct attached *att = attachment->priv;

	mutex_lock(&buffer->lock);
	att->dir = DMA_NONE;
	dma_unmap_sgtable(att->dev, table, dir, 0);
	mutex_unlock(&buffer->lock);
}

/*
 * Caches are looked after as the mapping was made, whatever the caller says that
 * it is going to do: a mapping may only be synced in its own direction. Who
 * writes a part of what a device wrote needs the rest of it, too.
 */
static int buffer_begin_access(struct dma_buf *dmabuf,
			       enum dma_data_direction cpu)
{
	struct cma_buffer *buffer = dmabuf->priv;
	struct attached *att;

	mutex_lock(&buffer->lock);
	if (buffer->vaddr)
		invalidate_kernel_vmap_range(buffer->vaddr, buffer->len);
	list_for_each_entry(att, &buffer->attached, node) {
		if (att->dir != DMA_NONE && att->dir != DMA_TO_DEVICE)
			dma_sync_sgtable_for_cpu(att->dev, &att->table,
						 att->dir);
	}
	mutex_unlock(&buffer->lock);
	return 0;
}

/* Who only read has changed nothing that a device which only reads could miss. */
static int buffer_end_access(struct dma_buf *dmabuf,
			     enum dma_data_direction cpu)
{
	struct cma_buffer *buffer = dmabuf->priv;
	struct attached *att;

	mutex_lock(&buffer->lock);
	if (buffer->vaddr)
		flush_kernel_vmap_range(buffer->vaddr, buffer->len);
	list_for_each_entry(att, &buffer->attached, node) {
		if (att->dir == DMA_NONE ||
		    (att->dir == DMA_TO_DEVICE && cpu == DMA_FROM_DEVICE))
			continue;
		dma_sync_sgtable_for_device(att->dev, &att->table, att->dir);
	}
	mutex_unlock(&buffer->lock);
	return 0;
}

/*
 * All of it at once: it costs a third of what a fault for each page would, and
 * what can fail fails here and not in the midst of a frame. The core has checked that
 * the mapping lies inside of the buffer.
 */
static int buffer_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct cma_buffer *buffer = dmabuf->priv;

	/* A private copy of page frames is no buffer any more. */
	if (!(vma->vm_flags & VM_MAYSHARE))
		return -EINVAL;
	return remap_pfn_range(vma, vma->vm_start,
			       page_to_pfn(buffer->page) + vma->vm_pgoff,
			       vma->vm_end - vma->vm_start, vma->vm_page_prot);
}

/* High memory only; all other memory the kernel has mapped anyway. */
static void *map_for_kernel(const struct cma_buffer *buffer)
{
	unsigned long i, count = nr_pages(buffer);
	unsigned long pfn = page_to_pfn(buffer->page);
	struct page **pages;
	void *vaddr;

	pages = kvmalloc_array(count, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return NULL;
	for (i = 0; i < count; i++)
		pages[i] = pfn_to_page(pfn + i);
	vaddr = vmap(pages, count, VM_MAP, PAGE_KERNEL);
	kvfree(pages);
	return vaddr;
}

static int buffer_vmap(struct dma_buf *dmabuf, struct iosys_map *map)
{
	struct cma_buffer *buffer = dmabuf->priv;
	void *vaddr;

	if (!PageHighMem(buffer->page)) {
		iosys_map_set_vaddr(map, page_address(buffer->page));
		return 0;
	}
	vaddr = map_for_kernel(buffer);
	if (!vaddr)
		return -ENOMEM;
	mutex_lock(&buffer->lock);
	buffer->vaddr = vaddr;
	mutex_unlock(&buffer->lock);
	iosys_map_set_vaddr(map, vaddr);
	return 0;
}

static void buffer_vunmap(struct dma_buf *dmabuf, struct iosys_map *map)
{
	struct cma_buffer *buffer = dmabuf->priv;
	void *vaddr;

	mutex_lock(&buffer->lock);
	vaddr = buffer->vaddr;
	buffer->vaddr = NULL;
	mutex_unlock(&buffer->lock);
	vunmap(vaddr);
	iosys_map_clear(map);
}

static void free_buffer(struct cma_buffer *buffer)
{
	cma_release(buffer->heap->cma, buffer->page, nr_pages(buffer));
	mutex_destroy(&buffer->lock);
	kfree(buffer);
}

static void buffer_release(struct dma_buf *dmabuf)
{
	struct cma_buffer *buffer = dmabuf->priv;
	struct cma_heap *heap = buffer->heap;
	unsigned long len = buffer->len;
	bool user = buffer->user;

	free_buffer(buffer);
	cma_heap_uncharge(heap, len, user);
}

static const struct dma_buf_ops buffer_ops = {
	.attach = buffer_attach,
	.detach = buffer_detach,
	.map_dma_buf = buffer_map,
	.unmap_dma_buf = buffer_unmap,
	.begin_cpu_access = buffer_begin_access,
	.end_cpu_access = buffer_end_access,
	.mmap = buffer_mmap,
	.vmap = buffer_vmap,
	.vunmap = buffer_vunmap,
	.release = buffer_release,
};

/*
 * A place with the alignment that the DMA API would give, if that is to be had
 * without waiting, else any place: few devices care, and an area that is mostly
 * taken has many more holes than aligned ones.
 */
static struct page *find_pages(struct cma *cma, const struct cma_heap_want *want)
{
	unsigned long count = want->len >> PAGE_SHIFT;
	gfp_t gfp = want->gfp | __GFP_NOWARN;
	unsigned int natural;
	struct page *page;

	if (want->align != CMA_HEAP_ALIGN_AUTO)
		return cma_alloc_gfp(cma, count, want->align, gfp);

	natural = min(get_order(want->len), CONFIG_CMA_ALIGNMENT);
	if (natural) {
		page = cma_alloc_gfp(cma, count, natural,
				     (gfp & ~__GFP_RETRY_MAYFAIL) |
				     __GFP_NORETRY);
		if (page || fatal_signal_pending(current))
			return page;
	}
	return cma_alloc_gfp(cma, count, 0, gfp);
}

/* Large buffers take a while; who is killed need not wait for the end. */
static int clear_buffer(const struct cma_buffer *buffer)
{
	unsigned long pfn = page_to_pfn(buffer->page);
	unsigned long i, count = nr_pages(buffer);

	for (i = 0; i < count; i++) {
		clear_highpage(pfn_to_page(pfn + i));
		if ((i + 1) % CLEAR_BATCH)
			continue;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

static struct cma_buffer *new_buffer(struct cma_heap *heap,
				     const struct cma_heap_want *want)
{
	struct cma_buffer *buffer;
	int err;

	buffer = kzalloc(sizeof(*buffer), GFP_KERNEL);
	if (!buffer)
		return ERR_PTR(-ENOMEM);
	buffer->heap = heap;
	buffer->len = want->len;
	mutex_init(&buffer->lock);
	INIT_LIST_HEAD(&buffer->attached);

	buffer->page = find_pages(heap->cma, want);
	if (!buffer->page) {
		kfree(buffer);
		return ERR_PTR(fatal_signal_pending(current) ? -EINTR :
							       -ENOMEM);
	}
	err = clear_buffer(buffer);
	if (err) {
		free_buffer(buffer);
		return ERR_PTR(err);
	}
	return buffer;
}

static struct dma_buf *export(struct cma_buffer *buffer, const char *name,
			      u32 fd_flags)
{
	DEFINE_DMA_BUF_EXPORT_INFO(info);

	info.exp_name = name;
	info.ops = &buffer_ops;
	info.size = buffer->len;
	info.flags = fd_flags;
	info.priv = buffer;
	return dma_buf_export(&info);
}

/**
 * cma_heap_buffer() - make a buffer
 * @dma_heap: the heap that was asked
 * @want: what for
 *
 * A failure is the caller's affair: nothing is printed.
 *
 * Context: Process context.
 * Return: the dma-buf; -EDQUOT, -ENOMEM, or -EINTR for who is being killed.
 */
struct dma_buf *cma_heap_buffer(struct dma_heap *dma_heap,
				const struct cma_heap_want *want)
{
	struct cma_heap *heap = dma_heap_get_drvdata(dma_heap);
	struct cma_buffer *buffer;
	struct dma_buf *dmabuf;
	bool user;
	int err;

	err = cma_heap_charge(heap, want->len, &user);
	if (err)
		return ERR_PTR(err);

	buffer = new_buffer(heap, want);
	if (IS_ERR(buffer)) {
		cma_heap_take_back(heap, want->len, user);
		return ERR_CAST(buffer);
	}
	buffer->user = user;

	dmabuf = export(buffer, dma_heap_get_name(dma_heap), want->fd_flags);
	if (IS_ERR(dmabuf)) {
		free_buffer(buffer);
		cma_heap_take_back(heap, want->len, user);
	}
	return dmabuf;
}
