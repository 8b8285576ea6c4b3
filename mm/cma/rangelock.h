/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _MM_CMA_RANGELOCK_H
#define _MM_CMA_RANGELOCK_H
/*
 * A lock on a range of page frames
 */
#include <linux/types.h>

/**
 * struct cma_range_wait - the bounded waits of one caller, for however many ranges
 * @begun: there has been one
 * @end: when patience ends, in jiffies; set when the first wait begins
 * @contended: the last frame that could not be had, of the range that came too
 *	late: what lies behind it may be free
 */
struct cma_range_wait {
	bool begun;
	unsigned long end;
	unsigned long contended;
};

int cma_range_lock_killable(unsigned long start, unsigned long end, gfp_t gfp,
			    struct cma_range_wait *wait);
void cma_range_unlock(unsigned long start, unsigned long end);

#endif /* _MM_CMA_RANGELOCK_H */
