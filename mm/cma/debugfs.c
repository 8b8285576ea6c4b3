// SPDX-License-Identifier: GPL-2.0-only
/*
 * Allocate, release and look by hand in <debugfs>/cma/
 *
 * Every area has a directory. What is allocated by writing to "alloc" stays on a
 * stack until "free" takes it from there, newest first.
 */
#define pr_fmt(fmt) "cma: " fmt

#include <linux/debugfs.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/slab.h>

#include "cma.h"
#include "holders.h"
#include "validate.h"

/**
 * struct held - a range allocated by hand
 * @node: in the stack of the area
 * @pfn: first frame
 * @count: frames
 */
struct held {
	struct list_head node;
	unsigned long pfn;
	unsigned long count;
};

/**
 * struct area_files - an area's directory
 * @cma: the area
 * @lock: guards @stack
 * @stack: what is held, newest first
 * @used: the map's bitmap, as debugfs wants it
 */
struct area_files {
	struct cma *cma;
	struct mutex lock;	/* guards stack */
	struct list_head stack;
	struct debugfs_u32_array used;
};

static int alloc_set(void *data, u64 val)
{
	struct area_files *files = data;
	struct held *held;
	int err;

	if (!val || val > ULONG_MAX)
		return -EINVAL;
	held = kzalloc(sizeof(*held), GFP_KERNEL);
	if (!held)
		return -ENOMEM;
	held->count = val;
	err = cma_alloc_range(files->cma, val, 0, GFP_KERNEL, &held->pfn);
	if (err) {
		kfree(held);
		return err == -EINTR ? err : -ENOMEM;
	}
	mutex_lock(&files->lock);
	list_add(&held->node, &files->stack);
	mutex_unlock(&files->lock);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(alloc_fops, NULL, alloc_set, "%llu\n");

/* Release the newest range, or its first @max frames. */
static int free_newest_locked(struct area_files *files, u64 max, u64 *freed)
{
	struct held *held = list_first_entry_or_null(&files->stack,
						     struct held, node);
	unsigned long count;
	int err;

	lockdep_assert_held(&files->lock);
	if (!held)
		return -ENOENT;
	count = min(max, held->count);
	if (count < held->count && files->cma->order_per_bit)
		return -EINVAL;
	err = cma_release_range(files->cma, held->pfn, count);
	if (err)
		return err;
	*freed = count;
	held->pfn += count;
	held->count -= count;
	if (!held->count) {
		list_del(&held->node);
		kfree(held);
	}
	return 0;
}

static int free_set(void *data, u64 val)
{
	struct area_files *files = data;
	u64 freed;
	int err = 0;

	if (!val)
		return -EINVAL;
	mutex_lock(&files->lock);
	for (; val && !err; val -= freed) {
		freed = 0;
		err = free_newest_locked(files, val, &freed);
	}
	mutex_unlock(&files->lock);
	return err == -ENOENT ? 0 : err;
}
DEFINE_DEBUGFS_ATTRIBUTE(free_fops, NULL, free_set, "%llu\n");

static int used_get(void *data, u64 *val)
{
	*val = cma_used_frames(data);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(used_fops, used_get, NULL, "%llu\n");

static int maxchunk_get(void *data, u64 *val)
{
	struct cma *cma = data;
	unsigned long flags;

	cma_pocket_empty(cma);
	spin_lock_irqsave(&cma->lock, flags);
	*val = (u64)cma_map_largest(&cma->map) << cma->order_per_bit;
	spin_unlock_irqrestore(&cma->lock, flags);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(maxchunk_fops, maxchunk_get, NULL, "%llu\n");

static void __init add_area_files(struct cma *cma, struct dentry *root)
{
	struct area_files *files = kzalloc(sizeof(*files), GFP_KERNEL);
	struct dentry *dir;

	if (!files) {
		pr_warn("%s: no memory for its files in debugfs\n", cma->name);
		return;
	}
	files->cma = cma;
	mutex_init(&files->lock);
	INIT_LIST_HEAD(&files->stack);
	files->used.array = (u32 *)cma_used_map(cma);
	files->used.n_elements = DIV_ROUND_UP(cma->map.nr, 32);

	dir = debugfs_create_dir(cma->name, root);
	debugfs_create_file("alloc", 0200, dir, files, &alloc_fops);
	debugfs_create_file("free", 0200, dir, files, &free_fops);
	debugfs_create_ulong("base_pfn", 0444, dir, &cma->base_pfn);
	debugfs_create_ulong("count", 0444, dir, &cma->count);
	debugfs_create_u32("order_per_bit", 0444, dir, &cma->order_per_bit);
	debugfs_create_file("used", 0444, dir, cma, &used_fops);
	debugfs_create_file("maxchunk", 0444, dir, cma, &maxchunk_fops);
	debugfs_create_u32_array("bitmap", 0444, dir, &files->used);
	cma_holders_files(cma, dir);
	cma_walk_files(cma, dir);
	cma_failures_files(cma, dir);
	cma_validate_files(cma, dir);
}

static int __init cma_debugfs_start(void)
{
	struct dentry *root = debugfs_create_dir("cma", NULL);
	struct cma *cma;

	cma_validate_files(NULL, root);
	for_each_cma(cma) {
		if (cma_area_active(cma))
			add_area_files(cma, root);
	}
	return 0;
}
late_initcall(cma_debugfs_start);
