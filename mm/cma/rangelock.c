// SPDX-License-Identifier: GPL-2.0-only
/*
 * A lock on a range of page frames
 *
 * Isolation works on whole blocks and refuses a block that is isolated already,
 * so two evacuations must not touch the same block at the same time. One lock
 * for everything would let a slow evacuation stall every other area; here only
 * those wait for each other that share a block.
 *
 * Memory is striped over a few mutexes, the lanes. A range takes the lanes of its
 * stripes in ascending order, so no two tasks can wait for each other. Ranges
 * that are far apart may share a lane by chance and wait needlessly; they never
 * fail. Being mutexes, the lanes hand themselves to a waiter that has been
 * overtaken, so nobody starves, inherit priorities where PREEMPT_RT makes
 * mutexes do so, and show in lockdep and in the lock:contention_* tracepoints.
 */
#include <linux/bitops.h>
#include <linux/gfp.h>
#include <linux/hugetlb.h>
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/mmzone.h>
#include <linux/mutex.h>
#include <linux/sched/signal.h>

#include "rangelock.h"

/* Few enough to be held all at once under lockdep, which counts 48 at most. */
#define NR_LANES	16

/*
 * The bound of waits that have to have one, for all lanes and all ranges of a
 * caller together: one that tries place after place is waited for, too.
 */
#define PATIENCE_MS	2000

/*
 * Free pages of isolated blocks merge with each other, and undoing the isolation
 * of one block must not find a part of another in them: a stripe is no smaller
 * than the largest free page.
 */
#define STRIPE_FRAMES							\
	max_t(unsigned long, pageblock_nr_pages, MAX_ORDER_NR_PAGES)

static struct mutex lanes[NR_LANES];
static struct lock_class_key lane_keys[NR_LANES];

/* The lanes of [start, end), a bit for each. */
static unsigned long lanes_of(unsigned long start, unsigned long end)
{
	unsigned long stripe = start / STRIPE_FRAMES;
	unsigned long last = (end - 1) / STRIPE_FRAMES;
	unsigned long mask = 0;

	if (last - stripe >= NR_LANES)
		return GENMASK(NR_LANES - 1, 0);
	for (; stripe <= last; stripe++)
		mask |= BIT(stripe % NR_LANES);
	return mask;
}

/*
 * Who must not start I/O may be what somebody's I/O waits for, and the holder of
 * the lane may wait for that I/O: such a task gives up.
 */
static int lock_lane(struct mutex *lane, gfp_t gfp, struct cma_range_wait *wait)
{
	if ((gfp & (__GFP_IO | __GFP_FS)) == (__GFP_IO | __GFP_FS))
		return mutex_lock_killable(lane);
	while (!mutex_trylock(lane)) {
		if (!wait->begun) {
			wait->begun = true;
			wait->end = jiffies + msecs_to_jiffies(PATIENCE_MS);
		}
		if (time_after(jiffies, wait->end))
			return -ETIMEDOUT;
		schedule_timeout_killable(1);
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return 0;
}

/* The last frame of [start, end) in that lane, which has one. */
static unsigned long last_of_lane(unsigned long start, unsigned long end,
				  unsigned int lane)
{
	unsigned long stripe = (end - 1) / STRIPE_FRAMES;

	while (stripe > start / STRIPE_FRAMES && stripe % NR_LANES != lane)
		stripe--;
	return min((stripe + 1) * STRIPE_FRAMES, end) - 1;
}

static void unlock_lanes(unsigned long mask)
{
	unsigned int lane;

	for_each_set_bit(lane, &mask, NR_LANES)
		mutex_unlock(&lanes[lane]);
}

/**
 * cma_range_lock_killable() - lock a range of frames
 * @start: first frame
 * @end: end of the range
 * @gfp: flags of the allocation; without __GFP_IO and __GFP_FS the wait is
 *	bounded, because the holder may wait for I/O that needs this caller
 * @wait: the bounded waits of the caller so far; zeroed before the first call
 *
 * Context: Process context. Sleeps until nobody else holds a range that shares
 * a block with this one. A task may hold one range at a time.
 * Return: 0; with nothing locked -EINTR if a fatal signal came first, -ETIMEDOUT
 * if a bounded wait is over.
 */
int cma_range_lock_killable(unsigned long start, unsigned long end, gfp_t gfp,
			    struct cma_range_wait *wait)
{
	unsigned long mask = lanes_of(start, end);
	unsigned int lane;

	for_each_set_bit(lane, &mask, NR_LANES) {
		int err = lock_lane(&lanes[lane], gfp, wait);

		if (err) {
			wait->contended = last_of_lane(start, end, lane);
			unlock_lanes(mask & (BIT(lane) - 1));
			return err;
		}
	}
	return 0;
}

/**
 * cma_range_unlock() - unlock a range of frames
 * @start: first frame
 * @end: end of the range, both as they were locked
 *
 * Context: Process context, by the task that locked it.
 */
void cma_range_unlock(unsigned long start, unsigned long end)
{
	unlock_lanes(lanes_of(start, end));
}

static int __init init_lanes(void)
{
	unsigned int lane;

	for (lane = 0; lane < NR_LANES; lane++)
		__mutex_init(&lanes[lane], "cma_range_lock", &lane_keys[lane]);
	return 0;
}
early_initcall(init_lanes);
