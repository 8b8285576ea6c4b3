// SPDX-License-Identifier: GPL-2.0-only
/*
 * Blocks by address, steered from user space
 *
 * The guest tests need somebody who calls cblock_alloc() and makes the mistakes
 * that drivers make. Files in <debugfs>/cma_cblock/, all blocks held stand in
 * one list, the newest last:
 *
 *	alloc	write "BYTES [SHIFT [managed]]": a cleared block, aligned to
 *		1 << SHIFT bytes, with interrupts off; "managed" makes it belong
 *		to a device
 *	free	write N: free the newest N
 *	list	read one line a block: address, bytes, size that the block knows
 *	largest	read the largest block that could be had, in bytes
 *	wrong	write twice|inside|outside|vmalloc: free what is no block
 *	overrun	write anything: write one byte behind the newest block
 *	late	write anything: free the newest block, then write to it
 *	pin	write 1: take another reference to the newest block's first page,
 *		0: put it
 *	unbind	write anything: take the device away from its driver
 *
 * Not for production kernels.
 */
#include <linux/cblock.h>
#include <linux/debugfs.h>
#include <linux/io.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "narrow.h"

struct block {
	struct list_head node;
	void *addr;
	size_t bytes;
	bool managed;
};

static DEFINE_MUTEX(lock);	/* guards all below */
static LIST_HEAD(blocks);
static struct platform_device *pdev;
static struct page *pinned;

static struct block *newest_locked(void)
{
	lockdep_assert_held(&lock);
	return list_empty(&blocks) ? NULL :
	       list_last_entry(&blocks, struct block, node);
}

static void *get(size_t bytes, unsigned int flags, bool managed)
{
	unsigned long irqs;
	void *addr;

	if (managed)
		return devm_cblock_alloc(&pdev->dev, bytes, flags);
	irqs = narrow_enter();
	addr = cblock_alloc(bytes, flags);
	narrow_leave(irqs);
	return addr;
}

static int add_block(size_t bytes, unsigned int flags, bool managed)
{
	struct block *block = kzalloc(sizeof(*block), GFP_KERNEL);

	if (!block)
		return -ENOMEM;
	block->bytes = bytes;
	block->managed = managed;
	block->addr = get(bytes, flags, managed);
	if (!block->addr) {
		kfree(block);
		return -ENOMEM;
	}
	mutex_lock(&lock);
	list_add_tail(&block->node, &blocks);
	mutex_unlock(&lock);
	return 0;
}

static void drop_newest_locked(void)
{
	struct block *block = newest_locked();

	list_del(&block->node);
	if (block->managed)
		devm_cblock_free(&pdev->dev, block->addr);
	else
		cblock_free(block->addr);
	kfree(block);
}

static char *command(const char __user *ubuf, size_t len)
{
	char *text = len && len < 64 ? memdup_user_nul(ubuf, len) :
				       ERR_PTR(-EINVAL);

	return IS_ERR(text) ? text : strim(text);
}

static ssize_t alloc_write(struct file *file, const char __user *ubuf,
			   size_t len, loff_t *ppos)
{
	char *text = command(ubuf, len), word[10] = "";
	unsigned int shift = 0;
	unsigned long bytes;
	int err = -EINVAL;

	if (IS_ERR(text))
		return PTR_ERR(text);
	if (sscanf(text, "%lu %u %9s", &bytes, &shift, word) >= 1 &&
	    shift < 64)
		err = add_block(bytes, CBLOCK_ZERO | CBLOCK_ALIGN(shift),
				!strcmp(word, "managed"));
	kfree(text);
	return err ?: len;
}

static const struct file_operations alloc_fops = {
	.open = simple_open,
	.write = alloc_write,
};

static int free_set(void *data, u64 n)
{
	int err = 0;

	mutex_lock(&lock);
	for (; n && !err; n--) {
		if (newest_locked())
			drop_newest_locked();
		else
			err = -ENOENT;
	}
	mutex_unlock(&lock);
	return err;
}
DEFINE_DEBUGFS_ATTRIBUTE(free_fops, NULL, free_set, "%llu\n");

static int largest_get(void *data, u64 *bytes)
{
	*bytes = cblock_largest();
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(largest_fops, largest_get, NULL, "%llu\n");

static int list_show(struct seq_file *m, void *unused)
{
	struct block *block;

	mutex_lock(&lock);
	list_for_each_entry(block, &blocks, node)
		seq_printf(m, "%#llx %zu %zu%s\n",
			   (u64)virt_to_phys(block->addr), block->bytes,
			   cblock_size(block->addr),
			   memchr_inv(block->addr, 0, block->bytes) ?
			   " dirty" : "");
	mutex_unlock(&lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(list);

static void free_wrong_locked(const char *how, void *addr)
{
	void *mem;

	if (!strcmp(how, "twice")) {
		drop_newest_locked();
		cblock_free(addr);
	} else if (!strcmp(how, "inside")) {
		cblock_free(addr + PAGE_SIZE);
	} else if (!strcmp(how, "outside")) {
		mem = (void *)__get_free_page(GFP_KERNEL);
		cblock_free(mem);
		free_page((unsigned long)mem);
	} else if (!strcmp(how, "vmalloc")) {
		mem = vmalloc(PAGE_SIZE);
		cblock_free(mem);
		vfree(mem);
	}
}

static ssize_t wrong_write(struct file *file, const char __user *ubuf,
			   size_t len, loff_t *ppos)
{
	char *text = command(ubuf, len);
	ssize_t ret = len;

	if (IS_ERR(text))
		return PTR_ERR(text);
	mutex_lock(&lock);
	if (newest_locked())
		free_wrong_locked(text, newest_locked()->addr);
	else
		ret = -ENOENT;
	mutex_unlock(&lock);
	kfree(text);
	return ret;
}

static const struct file_operations wrong_fops = {
	.open = simple_open,
	.write = wrong_write,
};

static int overrun_set(void *data, u64 unused)
{
	struct block *block;

	mutex_lock(&lock);
	block = newest_locked();
	if (block)
		WRITE_ONCE(*((u8 *)block->addr + PAGE_ALIGN(block->bytes)), 1);
	mutex_unlock(&lock);
	return block ? 0 : -ENOENT;
}
DEFINE_DEBUGFS_ATTRIBUTE(overrun_fops, NULL, overrun_set, "%llu\n");

static int late_set(void *data, u64 unused)
{
	struct block *block;
	void *addr;

	mutex_lock(&lock);
	block = newest_locked();
	if (block) {
		addr = block->addr;
		drop_newest_locked();
		WRITE_ONCE(*(u8 *)addr, 1);
	}
	mutex_unlock(&lock);
	return block ? 0 : -ENOENT;
}
DEFINE_DEBUGFS_ATTRIBUTE(late_fops, NULL, late_set, "%llu\n");

static int pin_set(void *data, u64 on)
{
	struct block *block;
	int err = -EINVAL;

	mutex_lock(&lock);
	block = newest_locked();
	if (on && block && !pinned) {
		pinned = virt_to_page(block->addr);
		get_page(pinned);
		err = 0;
	} else if (!on && pinned) {
		put_page(pinned);
		pinned = NULL;
		err = 0;
	}
	mutex_unlock(&lock);
	return err;
}
DEFINE_DEBUGFS_ATTRIBUTE(pin_fops, NULL, pin_set, "%llu\n");

/* The driver core gives back what is managed; forget it here. */
static int unbind_set(void *data, u64 unused)
{
	struct block *block, *next;

	device_release_driver(&pdev->dev);
	mutex_lock(&lock);
	list_for_each_entry_safe(block, next, &blocks, node) {
		if (!block->managed)
			continue;
		list_del(&block->node);
		kfree(block);
	}
	mutex_unlock(&lock);
	return device_attach(&pdev->dev) < 0 ? -EIO : 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(unbind_fops, NULL, unbind_set, "%llu\n");

static int cblock_dev_probe(struct platform_device *dev)
{
	return 0;
}

static struct platform_driver cblock_dev_driver = {
	.probe = cblock_dev_probe,
	.driver = { .name = "cma-cblock-test" },
};

static int __init cblock_dev_init(void)
{
	struct dentry *dir = debugfs_create_dir("cma_cblock", NULL);
	int err = platform_driver_register(&cblock_dev_driver);

	if (err)
		return err;
	pdev = platform_device_register_simple("cma-cblock-test", -1, NULL, 0);
	if (IS_ERR(pdev))
		return PTR_ERR(pdev);
	debugfs_create_file("alloc", 0200, dir, NULL, &alloc_fops);
	debugfs_create_file("free", 0200, dir, NULL, &free_fops);
	debugfs_create_file("list", 0400, dir, NULL, &list_fops);
	debugfs_create_file("largest", 0400, dir, NULL, &largest_fops);
	debugfs_create_file("wrong", 0200, dir, NULL, &wrong_fops);
	debugfs_create_file("overrun", 0200, dir, NULL, &overrun_fops);
	debugfs_create_file("late", 0200, dir, NULL, &late_fops);
	debugfs_create_file("pin", 0200, dir, NULL, &pin_fops);
	debugfs_create_file("unbind", 0200, dir, NULL, &unbind_fops);
	return 0;
}
device_initcall(cblock_dev_init);
