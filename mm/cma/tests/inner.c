// SPDX-License-Identifier: GPL-2.0-only
/*
 * Areas inside an area, for tests that do damage
 */
#include <kunit/test.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "inner.h"

/* The largest area of the running kernel that other areas can be made in. */
struct cma *inner_find_outer(void)
{
	struct cma *cma, *best = NULL;

	for_each_cma(cma) {
		if (!cma_area_active(cma) || cma->class != CMA_SHARED ||
		    cma->order_per_bit ||
		    PageHighMem(pfn_to_page(cma->base_pfn)))
			continue;
		if (!best || cma->count > best->count)
			best = cma;
	}
	return best;
}

/**
 * inner_make() - make one area, whose memory is allocated
 * @test: the test
 * @outer: where its memory comes from, and goes back to in the end
 * @cma: becomes the area, at a block; zeroed
 * @name: what it is called
 * @count: its frames
 *
 * Return: whether there was room for it.
 */
bool inner_make(struct kunit *test, struct cma *outer, struct cma *cma,
		const char *name, unsigned long count)
{
	void *mem = kunit_kzalloc(test, cma_map_bytes(count), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, mem);
	if (cma_alloc_range(outer, count, pageblock_order,
			    GFP_KERNEL | __GFP_NOWARN, &cma->base_pfn))
		return false;
	strscpy(cma->name, name);
	cma->count = count;
	cma->zone = outer->zone;
	spin_lock_init(&cma->lock);
	init_waitqueue_head(&cma->released);
	cma_pocket_init(cma);
	cma_map_init(&cma->map, count, mem);
	return true;
}

/**
 * inner_open() - make the areas
 * @test: the test, which is skipped if there is no room for them
 *
 * Return: the areas, or NULL.
 */
struct inner *inner_open(struct kunit *test)
{
	struct inner *inner = kunit_kzalloc(test, sizeof(*inner), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, inner);
	inner->outer = inner_find_outer();
	if (!inner->outer ||
	    !inner_make(test, inner->outer, &inner->shared, "inner", 2 * BLOCK)) {
		kunit_skip(test, "no area with two free blocks");
		return NULL;
	}
	if (!inner_make(test, inner->outer, &inner->exclusive,
			"inner-exclusive", BLOCK)) {
		cma_release_range(inner->outer, inner->shared.base_pfn,
				  2 * BLOCK);
		kunit_skip(test, "no area with three free blocks");
		return NULL;
	}
	inner->exclusive.class = CMA_EXCLUSIVE;
	list_add(&inner->exclusive.cblock_node, &cma_cblocks);
	KUNIT_ASSERT_EQ(test, 0UL, cma_free(inner->shared.base_pfn,
					    inner->shared.base_pfn + 2 * BLOCK));
	return inner;
}

/**
 * inner_close() - give everything back
 * @test: the test
 * @inner: the areas, in which nothing may be allocated
 */
void inner_close(struct kunit *test, struct inner *inner)
{
	struct cma *cma = &inner->shared;
	unsigned long pfn = 0;

	list_del(&inner->exclusive.cblock_node);
	cma_pocket_empty(cma);
	cancel_delayed_work_sync(&cma->pocket.empty);
	KUNIT_EXPECT_EQ(test, 0, cma_release_range(inner->outer,
						   inner->exclusive.base_pfn,
						   BLOCK));
	/* If it cannot be had, it is better lost than freed twice. */
	KUNIT_ASSERT_EQ(test, 0, cma_alloc_range(cma, 2 * BLOCK, 0,
						 GFP_KERNEL | __GFP_RETRY_MAYFAIL,
						 &pfn));
	KUNIT_EXPECT_EQ(test, 0, cma_release_range(inner->outer, cma->base_pfn,
						   2 * BLOCK));
}

/**
 * inner_tell() - tell of the contradictions, in a test that has failed
 * @test: the test
 * @verdict: what was found
 */
void inner_tell(struct kunit *test, const struct cma_findings *verdict)
{
	unsigned int i;

	for (i = 0; test->status == KUNIT_FAILURE && i < verdict->nr; i++)
		kunit_err(test, "pfn %#lx: %s", verdict->found[i].pfn,
			  verdict->found[i].rule);
}

/* Nobody is at work, so nothing may go without comparison. */
static void expect_sound(struct kunit *test, struct cma *cma,
			 struct cma_findings *verdict)
{
	KUNIT_EXPECT_EQ_MSG(test, 0U, cma_validate(cma, verdict), "%s",
			    cma->name);
	KUNIT_EXPECT_FALSE_MSG(test, verdict->restless, "%s", cma->name);
	inner_tell(test, verdict);
}

/**
 * inner_expect_sound() - both areas are without contradictions or remarks
 * @test: the test
 * @inner: the areas
 */
void inner_expect_sound(struct kunit *test, struct inner *inner)
{
	expect_sound(test, &inner->shared, &inner->verdict);
	KUNIT_EXPECT_EQ_MSG(test, 0U, inner->verdict.nr_unmoving, "pfn %#lx",
			    inner->verdict.unmoving);
	expect_sound(test, &inner->exclusive, &inner->verdict);
}

/**
 * cma_test_expect_sound() - an area is without contradictions
 * @test: the test
 * @cma: the area
 */
void cma_test_expect_sound(struct kunit *test, struct cma *cma)
{
	struct cma_findings *verdict = kunit_kzalloc(test, sizeof(*verdict),
						    GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, verdict);
	expect_sound(test, cma, verdict);
}

/**
 * cma_test_exit_sound() - after a test, all areas are without contradictions
 * @test: the test
 */
void cma_test_exit_sound(struct kunit *test)
{
	struct cma *cma;

	for_each_cma(cma)
		cma_test_expect_sound(test, cma);
}

/**
 * pin_frame() - use a lent frame for what cannot be asked to move
 * @pfn: the frame
 *
 * A page taken straight from the free lists that never reaches an LRU list; it
 * goes back with __free_page().
 *
 * Return: its page, or NULL if the frame is in use.
 */
struct page *pin_frame(unsigned long pfn)
{
	unsigned long blocker;

	if (cma_claim(pfn, pfn + 1, &blocker))
		return NULL;
	return cma_prepare(pfn, pfn + 1, GFP_KERNEL);
}
