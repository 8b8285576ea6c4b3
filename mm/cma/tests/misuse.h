/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _MM_CMA_TESTS_MISUSE_H
#define _MM_CMA_TESTS_MISUSE_H
/*
 * Mistakes that callers make; misuse_test.c makes them all
 */
#include <linux/cma.h>
#include <linux/mm.h>

#include "inner.h"

#define QUIET	(GFP_KERNEL | __GFP_NOWARN)
#define HELD	24UL

/**
 * struct ctx - what a mistake is made with
 * @test: the test
 * @inner: the areas
 * @cma: the shared one
 * @excl: the exclusive one
 * @a: %HELD frames allocated from the shared area
 * @b: %HELD more, right behind them
 * @e: %HELD frames allocated from the exclusive area
 */
struct ctx {
	struct kunit *test;
	struct inner *inner;
	struct cma *cma;
	struct cma *excl;
	unsigned long a;
	unsigned long b;
	unsigned long e;
};

/* What is said, and how often. */
enum said {
	NEVER,		/* nothing */
	ALWAYS,		/* one line with a backtrace, each time */
	LINE,		/* one line without, each time */
	TRACE,		/* one backtrace that has no words of ours, each time */
	FIRST,		/* the same, the first time only */
};

/**
 * struct misuse - a mistake
 * @name: what
 * @commit: make it; returns whether it was refused
 * @said: what the log has to tell of it
 */
struct misuse {
	const char *name;
	bool (*commit)(struct ctx *c);
	enum said said;
};

/* What has been said so far does not count. */
void misuse_hush(void);

extern const struct misuse misuses_shared[];
extern const unsigned int nr_misuses_shared;
extern const struct misuse misuses_exclusive[];
extern const unsigned int nr_misuses_exclusive;

static inline bool no_frames(struct cma *cma, unsigned long count,
			     unsigned int align, gfp_t gfp)
{
	unsigned long pfn;

	return cma_alloc_range(cma, count, align, gfp, &pfn) < 0;
}

/* A refused release says "yes, mine", so that nobody frees the pages elsewhere. */
static inline bool not_released(struct cma *cma, unsigned long pfn,
				unsigned long count)
{
	return cma_release(cma, pfn_to_page(pfn), count);
}

static inline bool not_ours(struct cma *cma, unsigned long pfn,
			    unsigned long count)
{
	return !cma_release(cma, pfn_to_page(pfn), count);
}

#endif /* _MM_CMA_TESTS_MISUSE_H */
