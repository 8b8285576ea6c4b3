// SPDX-License-Identifier: GPL-2.0-only
/*
 * Allocations from an interrupt, for as long as a stress test wants them
 *
 * Writing "AREA SEED MICROSECONDS" to <debugfs>/cma_stress starts a timer that
 * allocates a few pages of the area and fills them, or checks and releases some
 * that it allocated before, each time it fires. Writing "stop" ends it and
 * releases what is left; reading tells what was done.
 */
#include <linux/cma.h>
#include <linux/debugfs.h>
#include <linux/hrtimer.h>
#include <linux/init.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/prandom.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>

#include "../cma.h"

#define SLOTS	16
#define MOST	32

/* A range that is held, filled with words that follow from @key. */
struct slot {
	struct page *page;
	unsigned int count;
	unsigned long key;
};

/*
 * The timer alone uses what stands behind it while it runs; @control guards
 * starting and stopping.
 */
static struct {
	struct mutex control;	/* starting and stopping */
	struct cma *cma;
	struct hrtimer timer;
	ktime_t period;
	struct rnd_state rnd;
	struct slot slots[SLOTS];
	unsigned long served;
	unsigned long refused;
	unsigned long wrong;
} stress = {
	.control = __MUTEX_INITIALIZER(stress.control),
};

static void fill(struct slot *slot)
{
	unsigned long *word = page_address(slot->page);
	unsigned long i, nr = slot->count * PAGE_SIZE / sizeof(*word);

	for (i = 0; i < nr; i += 64)
		word[i] = slot->key + i;
}

static bool intact(const struct slot *slot)
{
	unsigned long *word = page_address(slot->page);
	unsigned long i, nr = slot->count * PAGE_SIZE / sizeof(*word);

	for (i = 0; i < nr; i += 64) {
		if (word[i] != slot->key + i)
			return false;
	}
	return true;
}

static void get(struct slot *slot)
{
	slot->count = 1 + prandom_u32_state(&stress.rnd) % MOST;
	slot->key = prandom_u32_state(&stress.rnd);
	slot->page = cma_alloc_gfp(stress.cma, slot->count, 0,
				   GFP_ATOMIC | __GFP_NOWARN);
	if (!slot->page) {
		stress.refused++;
		return;
	}
	stress.served++;
	fill(slot);
}

static void put(struct slot *slot)
{
	if (!intact(slot))
		stress.wrong++;
	if (!cma_release(stress.cma, slot->page, slot->count))
		stress.wrong++;
	slot->page = NULL;
}

static enum hrtimer_restart tick(struct hrtimer *timer)
{
	struct slot *slot = &stress.slots[prandom_u32_state(&stress.rnd) % SLOTS];

	if (slot->page)
		put(slot);
	else
		get(slot);
	hrtimer_forward_now(timer, stress.period);
	return HRTIMER_RESTART;
}

static int start(const char *name, unsigned int seed, unsigned int us)
{
	struct cma *cma = cma_find_name(name);

	if (!cma || !cma_area_active(cma))
		return -ENOENT;
	if (!us || PageHighMem(pfn_to_page(cma->base_pfn)))
		return -EINVAL;
	if (stress.cma)
		return -EBUSY;
	stress.cma = cma;
	stress.served = 0;
	stress.refused = 0;
	stress.wrong = 0;
	stress.period = ns_to_ktime(1000ULL * us);
	prandom_seed_state(&stress.rnd, seed);
	hrtimer_init(&stress.timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	stress.timer.function = tick;
	hrtimer_start(&stress.timer, stress.period, HRTIMER_MODE_REL);
	return 0;
}

static int stop(void)
{
	unsigned int i;

	if (!stress.cma)
		return -ENOENT;
	hrtimer_cancel(&stress.timer);
	for (i = 0; i < SLOTS; i++) {
		if (stress.slots[i].page)
			put(&stress.slots[i]);
	}
	stress.cma = NULL;
	return 0;
}

static int command(const char *text)
{
	char name[CMA_MAX_NAME];
	unsigned int seed, us;

	if (sysfs_streq(text, "stop"))
		return stop();
	if (sscanf(text, "%63s %u %u", name, &seed, &us) != 3)
		return -EINVAL;
	return start(name, seed, us);
}

static ssize_t stress_write(struct file *file, const char __user *from,
			    size_t size, loff_t *pos)
{
	char text[CMA_MAX_NAME + 32] = "";
	int err;

	if (size >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, from, size))
		return -EFAULT;
	mutex_lock(&stress.control);
	err = command(text);
	mutex_unlock(&stress.control);
	return err ? err : size;
}

static int stress_show(struct seq_file *file, void *data)
{
	seq_printf(file, "served %lu refused %lu wrong %lu\n", stress.served,
		   stress.refused, stress.wrong);
	return 0;
}

static int stress_open(struct inode *inode, struct file *file)
{
	return single_open(file, stress_show, NULL);
}

static const struct file_operations stress_fops = {
	.owner = THIS_MODULE,
	.open = stress_open,
	.read = seq_read,
	.write = stress_write,
	.llseek = seq_lseek,
	.release = single_release,
};

static int __init stress_init(void)
{
	debugfs_create_file("cma_stress", 0600, NULL, NULL, &stress_fops);
	return 0;
}
late_initcall(stress_init);
