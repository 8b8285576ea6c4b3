/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _CMA_BENCH_SHIM_H
#define _CMA_BENCH_SHIM_H
/*
 * What the sources of the benchmark need, in the kernel and in user space
 */
#ifdef __KERNEL__

#include <linux/bitops.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/vmalloc.h>

#define bench_alloc(bytes)	vzalloc(bytes)
#define bench_free(mem)		vfree(mem)
#define bench_breath()		cond_resched()

#else

#include <stdlib.h>

/* The build includes the shim of the pure files of mm/cma first. */
#define bench_alloc(bytes)	calloc(1, bytes)
#define bench_free(mem)		free(mem)
#define bench_breath()		do { } while (0)

#endif

#endif /* _CMA_BENCH_SHIM_H */
