/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _MM_CMA_TESTS_INNER_H
#define _MM_CMA_TESTS_INNER_H
/*
 * Areas that a test can do to as it likes
 *
 * They lie in memory that is allocated from the largest area of the running
 * kernel: one that is lent, of two blocks, and an exclusive one of one block.
 */
#include "../cma.h"
#include "../validate.h"

#define BLOCK	((unsigned long)pageblock_nr_pages)

struct kunit;

/**
 * struct inner - the areas
 * @outer: where their memory comes from
 * @shared: two blocks, lent
 * @exclusive: one block, and one of those that cblock_alloc() uses
 * @verdict: room for a look at them
 */
struct inner {
	struct cma *outer;
	struct cma shared;
	struct cma exclusive;
	struct cma_findings verdict;
};

struct cma *inner_find_outer(void);
bool inner_make(struct kunit *test, struct cma *outer, struct cma *cma,
		const char *name, unsigned long count);
struct inner *inner_open(struct kunit *test);
void inner_close(struct kunit *test, struct inner *inner);
void inner_tell(struct kunit *test, const struct cma_findings *verdict);
void inner_expect_sound(struct kunit *test, struct inner *inner);
void cma_test_expect_sound(struct kunit *test, struct cma *cma);
struct page *pin_frame(unsigned long pfn);
void cma_test_exit_sound(struct kunit *test);

#endif /* _MM_CMA_TESTS_INNER_H */
