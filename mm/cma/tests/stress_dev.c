// SPDX-License-Identifier: GPL-2.0-only
/*
 * Allocations from an interrupt, for as long as a stress test wants them
 *
 * Writing "AREA SEED MICROSECONDS" to <debugfs>/cma_stress starts a timer that
 * allocates a few pages of the area and fills them, or checks and releases some
 * that it allocated before, each time it fires. There may be several, for one
 * area or for several. Writing "stop" ends all of them and releases what is left;
 * reading tells what each one has done, until others are started.
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

#define TIMERS	2
#define SLOTS	16
#define MOST	32

/* A range that is held, filled with words that follow from @key. */
struct slot {
	struct page *page;
	unsigned int count;
	unsigned long key;
};

/**
 * struct stress - one timer and what it has done
 * @cma: the area; NULL if there is no such timer
 * @running: it has not been stopped
 * @timer: the timer; it alone uses what follows while it runs
 * @period: how often it fires
 * @rnd: what it does is drawn from here
 * @slots: what it holds
 * @served: allocations that succeeded
 * @refused: those that did not
 * @wrong: ranges whose content had changed, or that could not be released
 */
struct stress {
	struct cma *cma;
	bool running;
	struct hrtimer timer;
	ktime_t period;
	struct rnd_state rnd;
	struct slot slots[SLOTS];
	unsigned long served;
	unsigned long refused;
	unsigned long wrong;
};

static DEFINE_MUTEX(control);	/* starting and stopping */
static struct stress timers[TIMERS];

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

static void get(struct stress *stress, struct slot *slot)
{
	slot->count = 1 + prandom_u32_state(&stress->rnd) % MOST;
	slot->key = prandom_u32_state(&stress->rnd);
	slot->page = cma_alloc_gfp(stress->cma, slot->count, 0,
				   GFP_ATOMIC | __GFP_NOWARN);
	if (!slot->page) {
		stress->refused++;
		return;
	}
	stress->served++;
	fill(slot);
}

static void put(struct stress *stress, struct slot *slot)
{
	if (!intact(slot))
		stress->wrong++;
	if (!cma_release(stress->cma, slot->page, slot->count))
		stress->wrong++;
	slot->page = NULL;
}

static enum hrtimer_restart tick(struct hrtimer *timer)
{
	struct stress *stress = container_of(timer, struct stress, timer);
	struct slot *slot =
		&stress->slots[prandom_u32_state(&stress->rnd) % SLOTS];

	if (slot->page)
		put(stress, slot);
	else
		get(stress, slot);
	hrtimer_forward_now(timer, stress->period);
	return HRTIMER_RESTART;
}

/* One that is not running; when none is, all are forgotten. */
static struct stress *choose(void)
{
	unsigned int i, running = 0;

	for (i = 0; i < TIMERS; i++)
		running += timers[i].running;
	if (!running)
		memset(timers, 0, sizeof(timers));
	for (i = 0; i < TIMERS; i++) {
		if (!timers[i].cma)
			return &timers[i];
	}
	return NULL;
}

static int start(const char *name, unsigned int seed, unsigned int us)
{
	struct cma *cma = cma_find_name(name);
	struct stress *stress;

	if (!cma || !cma_area_active(cma))
		return -ENODEV;
	if (!us || PageHighMem(pfn_to_page(cma->base_pfn)))
		return -EINVAL;
	stress = choose();
	if (!stress)
		return -EBUSY;
	stress->cma = cma;
	stress->running = true;
	stress->period = ns_to_ktime(1000ULL * us);
	prandom_seed_state(&stress->rnd, seed);
	hrtimer_init(&stress->timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	stress->timer.function = tick;
	hrtimer_start(&stress->timer, stress->period, HRTIMER_MODE_REL);
	return 0;
}

static void stop_one(struct stress *stress)
{
	unsigned int i;

	hrtimer_cancel(&stress->timer);
	for (i = 0; i < SLOTS; i++) {
		if (stress->slots[i].page)
			put(stress, &stress->slots[i]);
	}
	stress->running = false;
}

static int stop(void)
{
	int i, err = -ENOENT;

	for (i = 0; i < TIMERS; i++) {
		if (!timers[i].running)
			continue;
		stop_one(&timers[i]);
		err = 0;
	}
	return err;
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
	mutex_lock(&control);
	err = command(text);
	mutex_unlock(&control);
	return err ? err : size;
}

static int stress_show(struct seq_file *file, void *data)
{
	unsigned int i;

	mutex_lock(&control);
	for (i = 0; i < TIMERS && timers[i].cma; i++)
		seq_printf(file, "%s: served %lu refused %lu wrong %lu\n",
			   timers[i].cma->name, timers[i].served,
			   timers[i].refused, timers[i].wrong);
	mutex_unlock(&control);
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
