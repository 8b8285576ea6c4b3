// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which heaps there are: one for every CMA area, named after it
 *
 * An area is memory; a heap is its name and its rights in /dev/dma_heap. The
 * default area has one name on all systems, default_cma_region, so that programs
 * need not know the device tree; the name it had in the stock kernel is kept as
 * a second heap. Every other area has a heap with its own name: the node of the
 * device tree, or what the command line made of it.
 *
 * An area whose units are larger than a page was set aside by another part of
 * the kernel for its own use, huge pages for instance. Those get no heap: a
 * single buffer could keep their owner from what he reserved.
 *
 * A heap cannot be removed, as the dma-buf core has no call for that.
 */
#define pr_fmt(fmt) "cma: " fmt

#include <linux/capability.h>
#include <linux/ctype.h>
#include <linux/dma-heap.h>
#include <linux/dma-map-ops.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/user_namespace.h>

#include "cma-heap.h"
#include "fault.h"

#define DEFAULT_NAME	"default_cma_region"
#define SYSTEM_NAME	"system"	/* of the heap of single pages */

static LIST_HEAD(heaps);
static DEFINE_MUTEX(heaps_lock);	/* guards the list of heaps */

/* May unprivileged users hold so much more? */
static bool within_limit_locked(const struct cma_heap *heap, unsigned long len)
{
	lockdep_assert_held(&heap->lock);
	return heap->user_used <= heap->user_limit &&
	       len <= heap->user_limit - heap->user_used;
}

/**
 * cma_heap_charge() - account for a buffer that is going to be allocated
 * @heap: its heap
 * @len: bytes
 * @user: receives whether it counts for unprivileged users
 *
 * Who may exceed limits of resources is not limited here either. What is larger
 * than the area is refused here, so that the sums cannot overflow and the area
 * is spared a search in vain.
 *
 * Context: Process context.
 * Return: 0; -ENOMEM if no area has so much; -EDQUOT if unprivileged users would
 * hold more than they may.
 */
int cma_heap_charge(struct cma_heap *heap, unsigned long len, bool *user)
{
	int err = 0;

	*user = !ns_capable_noaudit(&init_user_ns, CAP_SYS_RESOURCE);

	spin_lock(&heap->lock);
	if (len > cma_get_size(heap->cma))
		err = -ENOMEM;
	else if (*user && !within_limit_locked(heap, len))
		err = -EDQUOT;
	if (err) {
		heap->nr_failed++;
	} else {
		heap->used += len;
		heap->nr_buffers++;
		heap->user_used += *user ? len : 0;
	}
	spin_unlock(&heap->lock);
	return err;
}

/**
 * cma_heap_uncharge() - a buffer is gone
 * @heap: its heap
 * @len: bytes, as charged
 * @user: as cma_heap_charge() said
 *
 * Context: Process context.
 */
void cma_heap_uncharge(struct cma_heap *heap, unsigned long len, bool user)
{
	spin_lock(&heap->lock);
	heap->used -= len;
	heap->nr_buffers--;
	heap->user_used -= user ? len : 0;
	spin_unlock(&heap->lock);
}

/**
 * cma_heap_take_back() - a buffer that was charged could not be had
 * @heap: its heap
 * @len: bytes, as charged
 * @user: as cma_heap_charge() said
 *
 * Context: Process context.
 */
void cma_heap_take_back(struct cma_heap *heap, unsigned long len, bool user)
{
	cma_heap_uncharge(heap, len, user);
	spin_lock(&heap->lock);
	heap->nr_failed++;
	spin_unlock(&heap->lock);
}

static struct dma_buf *allocate(struct dma_heap *dma_heap, unsigned long len,
				u32 fd_flags, u64 heap_flags)
{
	struct cma_heap_want want = {
		.len = len,
		.align = CMA_HEAP_ALIGN_AUTO,
		.gfp = GFP_KERNEL,
		.fd_flags = fd_flags,
	};

	return cma_heap_buffer(dma_heap, &want);
}

static const struct dma_heap_ops heap_ops = {
	.allocate = allocate,
	.ioctl = cma_heap_ioctl,
};

static bool name_taken(const char *name)
{
	struct cma_heap *heap;

	if (!strcmp(name, SYSTEM_NAME) || !strcmp(name, DEFAULT_NAME))
		return true;
	list_for_each_entry(heap, &heaps, node) {
		if (!strcmp(heap->name, name) || !strcmp(heap->legacy, name))
			return true;
	}
	return false;
}

/*
 * A name becomes the name of a file, and is a format on its way there. What is
 * not usual in names of nodes is replaced; the core would put up a name twice
 * only with a backtrace.
 */
static void set_name(char *name, const char *wish)
{
	char plain[CMA_MAX_NAME];
	unsigned int i;
	char *c;

	strscpy(plain, wish);
	for (c = plain; *c; c++) {
		if (!isalnum(*c) && !strchr(",._+-@", *c))
			*c = '_';
	}
	strscpy(name, plain, CMA_HEAP_NAME);
	for (i = 2; name_taken(name); i++)
		snprintf(name, CMA_HEAP_NAME, "%s-%u", plain, i);
}

static int add_name(struct cma_heap *heap, const char *name)
{
	struct dma_heap_export_info info = {
		.name = name,
		.ops = &heap_ops,
		.priv = heap,
	};

	if (cma_step_fails(CMA_STEP_HEAP_NAME))
		return -ENOMEM;
	return PTR_ERR_OR_ZERO(dma_heap_add(&info));
}

static bool has_heap(struct cma *cma)
{
	struct cma_heap *heap;

	list_for_each_entry(heap, &heaps, node) {
		if (heap->cma == cma)
			return true;
	}
	return false;
}

/* The name that the stock kernel gave the heap on the default area. */
static void add_legacy_name(struct cma_heap *heap)
{
	if (!IS_ENABLED(CONFIG_DMABUF_HEAPS_CMA_LEGACY))
		return;
	set_name(heap->legacy, cma_get_name(heap->cma));
	if (add_name(heap, heap->legacy)) {
		pr_warn("heap %s has no second name %s\n", heap->name,
			heap->legacy);
		heap->legacy[0] = 0;
	}
}

static int add_heap(struct cma *cma, bool is_default)
{
	struct cma_heap *heap = NULL;
	int err;

	if (!cma_step_fails(CMA_STEP_HEAP))
		heap = kzalloc(sizeof(*heap), GFP_KERNEL);
	if (!heap)
		return -ENOMEM;
	heap->cma = cma;
	heap->user_limit = CMA_HEAP_NO_LIMIT;
	spin_lock_init(&heap->lock);
	if (is_default)
		strscpy(heap->name, DEFAULT_NAME);
	else
		set_name(heap->name, cma_get_name(cma));

	err = add_name(heap, heap->name);
	if (err) {
		kfree(heap);
		return err;
	}
	if (is_default)
		add_legacy_name(heap);
	list_add_tail(&heap->node, &heaps);
	if (cma_heap_sysfs_add(heap))
		pr_warn("heap %s has no files in sysfs\n", heap->name);
	return 0;
}

/* One area without a heap is no reason to leave the others without. */
static int add_area(struct cma *cma, void *data)
{
	int err;

	if (!cma_get_size(cma) || cma_get_unit(cma) > PAGE_SIZE ||
	    cma_is_nomap(cma) || has_heap(cma))
		return 0;
	err = add_heap(cma, cma == dev_get_cma_area(NULL));
	if (err)
		pr_err("area %s has no dma-buf heap: error %d\n",
		       cma_get_name(cma), err);
	return 0;
}

static int __init add_heaps(void)
{
	struct cma *default_area = dev_get_cma_area(NULL);

	mutex_lock(&heaps_lock);
	if (default_area)
		add_area(default_area, NULL);
	cma_for_each_area(add_area, NULL);
	mutex_unlock(&heaps_lock);
	return 0;
}
device_initcall(add_heaps);
