/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _CMA_BENCH_RIVAL_H
#define _CMA_BENCH_RIVAL_H
/*
 * Allocators of a span of units, to be compared with each other
 *
 * The same sources are part of the benchmark's kernel module and of a simulator
 * in user space; the file that includes them says what memory and numbers are.
 */

/* There is no such place. */
#define NOWHERE		(~0UL)

/* What a piece may ask for: its size and alignment, in units. */
struct want {
	unsigned long nr;
	unsigned long align;	/* a power of two */
};

/**
 * struct rival - one allocator
 * @name: how the results call it
 * @create: make one for a span of @units; NULL if there is no memory
 * @alloc: returns the first unit, %NOWHERE if nothing fits
 * @free: give a piece back
 * @destroy: free it
 * @lay: as @alloc, quickly, in a span from which nothing was freed yet; NULL if
 *	@alloc is quick
 */
struct rival {
	const char *name;
	void *(*create)(unsigned long units);
	unsigned long (*alloc)(void *self, const struct want *want);
	void (*free)(void *self, unsigned long start, unsigned long nr);
	void (*destroy)(void *self);
	unsigned long (*lay)(void *self, const struct want *want);
};

extern const struct rival next_fit_rival;
extern const struct rival first_fit_rival;
extern const struct rival best_fit_rival;
extern const struct rival roving_fit_rival;
extern const struct rival map_rival;

/* In the kernel alone. */
extern const struct rival genalloc_rival;
extern const struct rival live_rival;

#endif /* _CMA_BENCH_RIVAL_H */
