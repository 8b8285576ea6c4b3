/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _MM_CMA_VALIDATE_H
#define _MM_CMA_VALIDATE_H
/*
 * Do all records of an area agree?
 *
 * Without CONFIG_CMA_VALIDATE nothing of it is left, and every area is sound.
 */
#include "cma.h"

struct dentry;

/* Contradictions that a verdict has room for. */
#define CMA_VIOLATIONS	32

/**
 * struct cma_violation - a contradiction
 * @pfn: the frame, or the first one of the area if it is none in particular
 * @rule: what is wrong with it
 */
struct cma_violation {
	unsigned long pfn;
	const char *rule;
};

/**
 * struct cma_findings - what a look at an area has found
 * @nr: contradictions found; the look ends when there is no room for more
 * @restless: somebody was at work all the time, so that counters and records
 *	could not be compared
 * @nr_unmoving: frames that are lent and in use, but show nothing by which they
 *	could be moved; new and not yet at their place, or astray
 * @unmoving: the first of these frames
 * @found: the contradictions
 */
struct cma_findings {
	unsigned int nr;
	bool restless;
	unsigned int nr_unmoving;
	unsigned long unmoving;
	struct cma_violation found[CMA_VIOLATIONS];
};

#ifdef CONFIG_CMA_VALIDATE

extern unsigned int cma_validate_tries;

unsigned int cma_validate(struct cma *cma, struct cma_findings *verdict);
unsigned int cma_validate_all(struct cma_findings *verdict);
void cma_validate_files(struct cma *cma, struct dentry *dir);

/* Somebody takes or untakes units, or accounts for it, up to cma_work_end(). */
static inline void cma_work_begin(struct cma *cma)
{
	atomic_inc(&cma->working);
}

static inline void cma_work_end(struct cma *cma)
{
	/* Pairs with the acquire of who finds nobody at work. */
	atomic_dec_return_release(&cma->working);
}

#else

static inline unsigned int cma_validate(struct cma *cma,
					struct cma_findings *verdict)
{
	*verdict = (struct cma_findings){};
	return 0;
}

static inline unsigned int cma_validate_all(struct cma_findings *verdict)
{
	*verdict = (struct cma_findings){};
	return 0;
}

static inline void cma_validate_files(struct cma *cma, struct dentry *dir) { }
static inline void cma_work_begin(struct cma *cma) { }
static inline void cma_work_end(struct cma *cma) { }

#endif

#endif /* _MM_CMA_VALIDATE_H */
