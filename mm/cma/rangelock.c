// SPDX-License-Identifier: GPL-2.0-only
/*
 * A lock on a range of page frames
 *
 * Isolation works on whole blocks and refuses a block that is isolated already,
 * so two evacuations must not touch the same block at the same time. One lock
 * for everything would let a slow evacuation stall every other area; this one
 * makes only those wait that share a block.
 *
 * All holders and waiters stand in one queue in order of arrival. An entry holds
 * its range when no overlapping entry stands ahead of it, so nobody can be
 * overtaken by somebody it would have to wait for, and nobody starves. The queue
 * has as many entries as there are tasks in evacuation: a few.
 *
 * The scheme is that of the kernel's proposed range locks (Jan Kara, 2013),
 * with a list for the interval tree.
 */
#include <linux/lockdep.h>
#include <linux/sched/signal.h>
#include <linux/spinlock.h>

#include "rangelock.h"

static LIST_HEAD(queue);
static DEFINE_SPINLOCK(queue_lock);	/* guards queue and its entries */

#ifdef CONFIG_LOCKDEP
static struct lockdep_map range_map =
	STATIC_LOCKDEP_MAP_INIT("cma_range_lock", &range_map);
#endif

static bool overlap(const struct cma_range_lock *a,
		    const struct cma_range_lock *b)
{
	return a->start < b->end && b->start < a->end;
}

static void enqueue(struct cma_range_lock *range)
{
	struct cma_range_lock *other;

	spin_lock(&queue_lock);
	list_for_each_entry(other, &queue, node)
		range->ahead += overlap(other, range);
	list_add_tail(&range->node, &queue);
	spin_unlock(&queue_lock);
}

static void dequeue(struct cma_range_lock *range)
{
	struct cma_range_lock *other = range;

	spin_lock(&queue_lock);
	list_for_each_entry_continue(other, &queue, node) {
		if (overlap(other, range) && !--other->ahead)
			wake_up_process(other->task);
	}
	list_del(&range->node);
	spin_unlock(&queue_lock);
}

static bool granted(struct cma_range_lock *range)
{
	bool yes;

	spin_lock(&queue_lock);
	yes = !range->ahead;
	spin_unlock(&queue_lock);
	return yes;
}

/**
 * cma_range_lock_killable() - lock a range of frames
 * @range: the lock entry, on the caller's stack
 * @start: first frame
 * @end: end of the range
 *
 * Context: Process context. Sleeps until no earlier caller holds, or waits for,
 * a range that overlaps. A task may hold one range at a time.
 * Return: 0, or -EINTR if a fatal signal came first; the range is not locked
 * then.
 */
int cma_range_lock_killable(struct cma_range_lock *range, unsigned long start,
			    unsigned long end)
{
	range->start = start;
	range->end = end;
	range->ahead = 0;
	range->task = current;

	might_sleep();
	lock_map_acquire(&range_map);
	enqueue(range);
	for (;;) {
		set_current_state(TASK_KILLABLE);
		if (granted(range) || fatal_signal_pending(current))
			break;
		schedule();
	}
	__set_current_state(TASK_RUNNING);
	if (granted(range))
		return 0;

	dequeue(range);
	lock_map_release(&range_map);
	return -EINTR;
}

/**
 * cma_range_unlock() - unlock a range of frames
 * @range: the entry that cma_range_lock_killable() has locked
 *
 * Context: Process context, by the task that locked it.
 */
void cma_range_unlock(struct cma_range_lock *range)
{
	dequeue(range);
	lock_map_release(&range_map);
}
