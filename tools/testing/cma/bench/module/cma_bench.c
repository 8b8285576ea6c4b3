// SPDX-License-Identifier: GPL-2.0-only
/*
 * The benchmark's kernel side, the same source for every kernel: what user space
 * cannot ask for through the allocator's debugfs files.
 *
 * The memory comes through the DMA API. Files in <debugfs>/cma_bench/:
 *
 *	take	write BYTES: allocate one large buffer in the default area
 *	thin	write N: release every N-th page of it, and the last three pages:
 *		the only hole for two pages when N is 2
 *	drop	write anything: release what is left of it
 *	queue	write "DEPTH ROUNDS ORDER": allocate DEPTH single pages and release
 *		them in the ORDER "fifo", "lifo" or "random", ROUNDS times; read:
 *		the nanoseconds that one page took, both ways together
 *	pairs	write "PAGES ROUNDS PAUSE": allocate and release so many pages by the
 *		allocator's own functions, ROUNDS times, after PAUSE ms of sleep each;
 *		read: the nanoseconds that one pair took
 *	irqoff	write 1: start the meter; read: the longest lag of a timer's tick
 *		behind its time, ns, and where the processor was when the tick
 *		came at last; write 0: stop it
 *
 * The DMA API hands single pages of the default area to nobody, so the queue
 * uses the area of a device node that has one of its own. So do the pairs. No
 * module may call the allocator, so its functions' addresses come as parameters.
 */
#include <linux/bitmap.h>
#include <linux/cma.h>
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/hrtimer.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/of_reserved_mem.h>
#include <linux/platform_device.h>
#include <linux/prandom.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include <asm/irq_regs.h>

#define OWNER_NODE	"/cma-test-fixed"
#define MOST		64		/* pages in the queue */
#define PERIOD_NS	5000

static struct platform_device *pdev, *owner;
static struct dentry *dir;

static void *buffer;
static dma_addr_t buffer_dma;
static size_t pages;
static unsigned long *held;	/* pages of the buffer that are not released */

static unsigned long alloc_at, release_at;
module_param(alloc_at, ulong, 0400);
MODULE_PARM_DESC(alloc_at, "address of cma_alloc(), for pairs");
module_param(release_at, ulong, 0400);
MODULE_PARM_DESC(release_at, "address of cma_release(), for pairs");

static void *queued[MOST];
static dma_addr_t queued_dma[MOST];
static u64 queue_ns;
static u64 pair_cns;		/* hundredths of a nanosecond */

static struct hrtimer timer;
static s64 longest;		/* ns; written by the timer only while it runs */
static unsigned long longest_pc;
static unsigned int phase;	/* ns into the period, of the first tick */

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

/* The same pages in the same order for every kernel. */
static void order_queue(unsigned int *at, unsigned int depth, const char *order)
{
	struct rnd_state rnd;
	unsigned int i, other;

	prandom_seed_state(&rnd, depth);
	for (i = 0; i < depth; i++)
		at[i] = *order == 'l' ? depth - 1 - i : i;
	for (i = depth - 1; *order == 'r' && i; i--) {
		other = prandom_u32_state(&rnd) % (i + 1);
		swap(at[i], at[other]);
	}
}

static int fill_queue(unsigned int depth)
{
	unsigned int i;

	for (i = 0; i < depth; i++) {
		queued[i] = dma_alloc_coherent(&owner->dev, PAGE_SIZE,
					       &queued_dma[i], GFP_KERNEL);
		if (!queued[i])
			return -ENOMEM;
	}
	return 0;
}

static void empty_queue(const unsigned int *at, unsigned int depth)
{
	unsigned int i;

	for (i = 0; i < depth; i++) {
		if (queued[at[i]])
			dma_free_coherent(&owner->dev, PAGE_SIZE, queued[at[i]],
					  queued_dma[at[i]]);
		queued[at[i]] = NULL;
	}
}

static ssize_t queue_write(struct file *file, const char __user *from,
			   size_t count, loff_t *pos)
{
	unsigned int depth, rounds, i, at[MOST];
	char text[64] = "", order[8];
	ktime_t start;
	int err = 0;

	if (!owner->dev.cma_area)
		return -ENODEV;
	if (count >= sizeof(text) || copy_from_user(text, from, count))
		return -EINVAL;
	if (sscanf(text, "%u %u %7s", &depth, &rounds, order) != 3 ||
	    !depth || depth > MOST || !rounds)
		return -EINVAL;
	order_queue(at, depth, order);
	start = ktime_get();
	for (i = 0; !err && i < rounds; i++) {
		err = fill_queue(depth);
		empty_queue(at, depth);
	}
	queue_ns = div_u64(ktime_to_ns(ktime_sub(ktime_get(), start)),
			   rounds * depth);
	return err ? err : count;
}

static ssize_t queue_read(struct file *file, char __user *to, size_t count,
			  loff_t *pos)
{
	char text[24];
	int len = scnprintf(text, sizeof(text), "%llu\n", queue_ns);

	return simple_read_from_buffer(to, count, pos, text, len);
}

static const struct file_operations queue_fops = {
	.owner = THIS_MODULE,
	.read = queue_read,
	.write = queue_write,
};

/* All of the time, or with pauses only that of the pairs. Return: ns, or -errno. */
static s64 run_pairs(unsigned long count, unsigned int rounds, unsigned int pause)
{
	typeof(cma_alloc) *alloc = (void *)alloc_at;
	typeof(cma_release) *release = (void *)release_at;
	struct cma *area = owner->dev.cma_area;
	ktime_t start = ktime_get();
	unsigned int i;
	s64 ns = 0;

	for (i = 0; i < rounds; i++) {
		struct page *page;

		if (pause) {
			msleep(pause);
			start = ktime_get();
		}
		page = alloc(area, count, 0, true);
		if (!page || !release(area, page, count))
			return -ENOMEM;
		if (pause)
			ns += ktime_to_ns(ktime_sub(ktime_get(), start));
	}
	return pause ? ns : ktime_to_ns(ktime_sub(ktime_get(), start));
}

static ssize_t pairs_write(struct file *file, const char __user *from,
			   size_t count, loff_t *pos)
{
	unsigned int rounds, pause;
	unsigned long nr;
	char text[64] = "";
	s64 ns;

	if (!owner->dev.cma_area || !alloc_at || !release_at)
		return -ENODEV;
	if (count >= sizeof(text) || copy_from_user(text, from, count))
		return -EINVAL;
	if (sscanf(text, "%lu %u %u", &nr, &rounds, &pause) != 3 || !rounds)
		return -EINVAL;
	ns = run_pairs(nr, rounds, pause);
	if (ns < 0)
		return ns;
	pair_cns = div_u64(100 * ns, rounds);
	return count;
}

static ssize_t pairs_read(struct file *file, char __user *to, size_t count,
			  loff_t *pos)
{
	char text[32];
	u32 rest;
	u64 whole = div_u64_rem(pair_cns, 100, &rest);
	int len = scnprintf(text, sizeof(text), "%llu.%02u\n", whole, rest);

	return simple_read_from_buffer(to, count, pos, text, len);
}

static const struct file_operations pairs_fops = {
	.owner = THIS_MODULE,
	.read = pairs_read,
	.write = pairs_write,
};

static enum hrtimer_restart tick(struct hrtimer *t)
{
	s64 lag = ktime_to_ns(ktime_sub(ktime_get(), hrtimer_get_expires(t)));
	struct pt_regs *regs = get_irq_regs();

	if (lag > longest) {
		longest = lag;
		longest_pc = regs && !user_mode(regs) ? instruction_pointer(regs) : 0;
	}
	hrtimer_forward_now(t, PERIOD_NS);
	return HRTIMER_RESTART;
}

static ssize_t meter_write(struct file *file, const char __user *from,
			   size_t count, loff_t *pos)
{
	char on;

	if (!count || get_user(on, from))
		return -EINVAL;
	hrtimer_cancel(&timer);
	if (on == '1') {
		longest = 0;
		/* Another phase each time: a call may be shorter than a period. */
		phase = (phase + 617) % PERIOD_NS;
		hrtimer_start(&timer, 500 + phase, HRTIMER_MODE_REL_HARD);
	}
	return count;
}

static ssize_t meter_read(struct file *file, char __user *to, size_t count,
			  loff_t *pos)
{
	char text[80];
	int len;

	hrtimer_cancel(&timer);
	if (longest_pc)
		len = scnprintf(text, sizeof(text), "%lld %ps\n", longest,
				(void *)longest_pc);
	else
		len = scnprintf(text, sizeof(text), "%lld user-space\n", longest);
	return simple_read_from_buffer(to, count, pos, text, len);
}

static const struct file_operations meter_fops = {
	.owner = THIS_MODULE,
	.read = meter_read,
	.write = meter_write,
};

static struct platform_device *make_device(const char *name)
{
	struct platform_device *p = platform_device_register_simple(name, -1, NULL, 0);

	if (IS_ERR(p))
		return p;
	/* Coherent: its buffers are in the linear map, and can be split. */
	p->dev.dma_coherent = true;
	dma_coerce_mask_and_coherent(&p->dev, DMA_BIT_MASK(64));
	return p;
}

/* Without the node the device has no area, and the queue refuses to work. */
static void find_area(struct device *dev)
{
	struct device_node *node = of_find_node_by_path(OWNER_NODE);

	if (!node)
		return;
	of_reserved_mem_device_init_by_idx(dev, node, 0);
	of_node_put(node);
}

static int __init cma_bench_init(void)
{
	pdev = make_device("cma-bench");
	if (IS_ERR(pdev))
		return PTR_ERR(pdev);
	owner = make_device("cma-bench-owner");
	if (IS_ERR(owner)) {
		platform_device_unregister(pdev);
		return PTR_ERR(owner);
	}
	find_area(&owner->dev);
	hrtimer_init(&timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
	timer.function = tick;
	dir = debugfs_create_dir("cma_bench", NULL);
	debugfs_create_file("take", 0200, dir, NULL, &take_fops);
	debugfs_create_file("thin", 0200, dir, NULL, &thin_fops);
	debugfs_create_file("drop", 0200, dir, NULL, &drop_fops);
	debugfs_create_file("queue", 0600, dir, NULL, &queue_fops);
	debugfs_create_file("pairs", 0600, dir, NULL, &pairs_fops);
	debugfs_create_file("irqoff", 0600, dir, NULL, &meter_fops);
	return 0;
}
module_init(cma_bench_init);

static void __exit cma_bench_exit(void)
{
	debugfs_remove(dir);
	hrtimer_cancel(&timer);
	drop(NULL, 0);
	of_reserved_mem_device_release(&owner->dev);
	platform_device_unregister(owner);
	platform_device_unregister(pdev);
}
module_exit(cma_bench_exit);

MODULE_DESCRIPTION("Kernel side of the contiguous memory benchmark");
MODULE_LICENSE("GPL");
