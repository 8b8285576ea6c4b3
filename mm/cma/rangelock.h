/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _MM_CMA_RANGELOCK_H
#define _MM_CMA_RANGELOCK_H
/*
 * A lock on a range of page frames
 */
#include <linux/types.h>

int cma_range_lock_killable(unsigned long start, unsigned long end, gfp_t gfp);
void cma_range_unlock(unsigned long start, unsigned long end);

#endif /* _MM_CMA_RANGELOCK_H */
