// SPDX-License-Identifier: GPL-2.0-only
/*
 * The benchmark's kernel side, the same source for every kernel: put holes into
 * the default area, and tell how long interrupts were off.
 *
 * The holes are made through the DMA API: one large coherent buffer, then single
 * pages of it are released. Files in <debugfs>/cma_bench/:
 *
 *	take	write BYTES: allocate the buffer
 *	thin	write N: release every N-th page, and the last three pages: the
 *		only hole for two pages when N is 2
 *	drop	write anything: release what is left
 *	irqoff	write 1: start the meter; read: the longest time between two
 *		ticks of a timer beyond its period, ns; write 0: stop
 */
#include <linux/bitmap.h>
#include <linux/debugfs.h>
#include <linux/dma-mapping.h>
#include <linux/hrtimer.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/vmalloc.h>

#define PERIOD_NS	5000

static struct platform_device *pdev;
static struct dentry *dir;

static void *buffer;
static dma_addr_t buffer_dma;
static size_t pages;
static unsigned long *held;	/* pages of the buffer that are not released */

static struct hrtimer timer;
static ktime_t last_tick;
static s64 longest;

static void release_page(size_t page)
{
	if (!test_and_clear_bit(page, held))
		return;
	dma_free_coherent(&pdev->dev, PAGE_SIZE, buffer + page * PAGE_SIZE,
			  buffer_dma + page * PAGE_SIZE);
	cond_resched();
}

static int take(void *data, u64 bytes)
{
	if (buffer)
		return -EBUSY;
	pages = bytes >> PAGE_SHIFT;
	held = vzalloc(BITS_TO_LONGS(pages) * sizeof(long));
	if (!held)
		return -ENOMEM;
	buffer = dma_alloc_coherent(&pdev->dev, bytes, &buffer_dma, GFP_KERNEL);
	if (!buffer) {
		vfree(held);
		return -ENOMEM;
	}
	bitmap_set(held, 0, pages);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(take_fops, NULL, take, "%llu\n");

static int thin(void *data, u64 step)
{
	size_t page;

	if (!buffer || step < 2 || pages < 4)
		return -EINVAL;
	for (page = 1; page < pages - 4; page += step)
		release_page(page);
	for (page = pages - 3; page < pages; page++)
		release_page(page);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(thin_fops, NULL, thin, "%llu\n");

static int drop(void *data, u64 unused)
{
	size_t page;

	if (!buffer)
		return 0;
	for (page = 0; page < pages; page++)
		release_page(page);
	buffer = NULL;
	vfree(held);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(drop_fops, NULL, drop, "%llu\n");

static enum hrtimer_restart tick(struct hrtimer *t)
{
	ktime_t now = ktime_get();

	longest = max(longest, ktime_to_ns(ktime_sub(now, last_tick)) - PERIOD_NS);
	last_tick = now;
	hrtimer_forward_now(t, PERIOD_NS);
	return HRTIMER_RESTART;
}

static int meter_set(void *data, u64 on)
{
	hrtimer_cancel(&timer);
	if (!on)
		return 0;
	longest = 0;
	last_tick = ktime_get();
	hrtimer_start(&timer, PERIOD_NS, HRTIMER_MODE_REL_HARD);
	return 0;
}

static int meter_get(void *data, u64 *ns)
{
	*ns = longest;
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(meter_fops, meter_get, meter_set, "%llu\n");

static int __init cma_bench_init(void)
{
	pdev = platform_device_register_simple("cma-bench", -1, NULL, 0);
	if (IS_ERR(pdev))
		return PTR_ERR(pdev);
	/* Coherent: its buffers are in the linear map, and can be split. */
	pdev->dev.dma_coherent = true;
	dma_coerce_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(64));
	hrtimer_init(&timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
	timer.function = tick;
	dir = debugfs_create_dir("cma_bench", NULL);
	debugfs_create_file("take", 0200, dir, NULL, &take_fops);
	debugfs_create_file("thin", 0200, dir, NULL, &thin_fops);
	debugfs_create_file("drop", 0200, dir, NULL, &drop_fops);
	debugfs_create_file("irqoff", 0600, dir, NULL, &meter_fops);
	return 0;
}
module_init(cma_bench_init);

static void __exit cma_bench_exit(void)
{
	debugfs_remove(dir);
	hrtimer_cancel(&timer);
	drop(NULL, 0);
	platform_device_unregister(pdev);
}
module_exit(cma_bench_exit);

MODULE_DESCRIPTION("Kernel side of the contiguous memory benchmark");
MODULE_LICENSE("GPL");
