/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _MM_CMA_RANGELOCK_H
#define _MM_CMA_RANGELOCK_H
/*
 * A lock on a range of page frames
 */
#include <linux/list.h>
#include <linux/sched.h>

/**
 * struct cma_range_lock - one holder of, or waiter for, a range
 * @node: in the queue; guarded by its lock
 * @start: first frame; constant while queued
 * @end: end of the range; constant while queued
 * @ahead: overlapping entries further ahead in the queue; guarded by its lock
 * @task: who waits
 */
struct cma_range_lock {
	struct list_head node;
	unsigned long start;
	unsigned long end;
	unsigned int ahead;
	struct task_struct *task;
};

int cma_range_lock_killable(struct cma_range_lock *range, unsigned long start,
			    unsigned long end);
void cma_range_unlock(struct cma_range_lock *range);

#endif /* _MM_CMA_RANGELOCK_H */
