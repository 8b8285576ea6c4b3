// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of exclusive areas, of blocks by address and of holders
 *
 * They make an exclusive area of memory that they have allocated from a shared
 * one, so that they run wherever there is any area, and leave nothing behind.
 */
#include <kunit/test.h>
#include <linux/cblock.h>
#include <linux/cma.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/prandom.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "inner.h"
#include "narrow.h"
#include "../holders.h"
#include "../place.h"

#define FRAMES	(SZ_8M / PAGE_SIZE)

/* The area under test, and where its memory comes from. */
struct fixture {
	struct cma *outer;
	struct cma cma;
	void *map_mem;
};

static int exclusive_test_init(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	unsigned long pfn;

	KUNIT_ASSERT_NOT_NULL(test, f);
	f->outer = inner_find_outer();
	f->map_mem = kunit_kzalloc(test, cma_map_bytes(FRAMES), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, f->map_mem);
	/* Aligned to 2 MiB: tests count on it. */
	if (!f->outer || cma_alloc_range(f->outer, FRAMES, get_order(SZ_2M),
					 GFP_KERNEL | __GFP_NOWARN, &pfn)) {
		kunit_skip(test, "no area with 8 MiB");
		return 0;
	}
	strscpy(f->cma.name, "inner");
	f->cma.base_pfn = pfn;
	f->cma.count = FRAMES;
	f->cma.class = CMA_EXCLUSIVE;
	f->cma.zone = f->outer->zone;
	spin_lock_init(&f->cma.lock);
	init_waitqueue_head(&f->cma.released);
	cma_map_init(&f->cma.map, FRAMES, f->map_mem);
	list_add(&f->cma.cblock_node, &cma_cblocks);
	test->priv = f;
	return 0;
}

/* Everything came back, and the pages are as they were. */
static void exclusive_test_exit(struct kunit *test)
{
	struct fixture *f = test->priv;
	unsigned long i;

	if (!f)
		return;
	list_del(&f->cma.cblock_node);
	KUNIT_EXPECT_EQ(test, f->cma.map.nr_untaken, FRAMES);
	KUNIT_EXPECT_EQ(test, f->cma.releasing, 0U);
	cma_test_expect_sound(test, &f->cma);
	for (i = 0; i < FRAMES; i++)
		KUNIT_EXPECT_EQ(test, 1, page_ref_count(pfn_to_page(f->cma.base_pfn + i)));
	KUNIT_EXPECT_EQ(test, 0, cma_release_range(f->outer, f->cma.base_pfn,
						   FRAMES));
}

static struct cma *area_of(struct kunit *test)
{
	return &((struct fixture *)test->priv)->cma;
}

/* Return: the offset in the area. */
static unsigned long must_alloc(struct kunit *test, unsigned long count,
				unsigned int align)
{
	struct cma *cma = area_of(test);
	unsigned long pfn = 0;

	KUNIT_ASSERT_EQ(test, 0, cma_alloc_range(cma, count, align, GFP_NOWAIT,
						 &pfn));
	return pfn - cma->base_pfn;
}

static void must_release(struct kunit *test, unsigned long offset,
			 unsigned long count)
{
	struct cma *cma = area_of(test);

	KUNIT_EXPECT_EQ(test, 0, cma_release_range(cma, cma->base_pfn + offset,
						   count));
}

static void lowest_place_wins(struct kunit *test)
{
	unsigned long a = must_alloc(test, 10, 0), b = must_alloc(test, 20, 0);
	unsigned long c = must_alloc(test, 5, 0);

	KUNIT_EXPECT_EQ(test, a, 0UL);
	KUNIT_EXPECT_EQ(test, b, 10UL);
	KUNIT_EXPECT_EQ(test, c, 30UL);
	must_release(test, a, 10);
	KUNIT_EXPECT_EQ(test, must_alloc(test, 11, 0), 35UL);
	KUNIT_EXPECT_EQ(test, must_alloc(test, 4, 0), 0UL);
	must_release(test, 0, 4);
	must_release(test, b, 20);
	/* Free neighbours are one hole at once. */
	KUNIT_EXPECT_EQ(test, must_alloc(test, 30, 0), 0UL);
	must_release(test, 0, 30);
	must_release(test, c, 5);
	must_release(test, 35, 11);
}

static void largest_hole_is_known(struct kunit *test)
{
	struct cma *cma = area_of(test);
	unsigned long a = must_alloc(test, FRAMES / 2, 0);
	unsigned long b = must_alloc(test, FRAMES / 16, 0);

	KUNIT_EXPECT_EQ(test, cma_map_largest(&cma->map),
			FRAMES - FRAMES / 2 - FRAMES / 16);
	must_release(test, a, FRAMES / 2);
	KUNIT_EXPECT_EQ(test, cma_map_largest(&cma->map), FRAMES / 2);
	must_release(test, b, FRAMES / 16);
	KUNIT_EXPECT_EQ(test, cma_map_largest(&cma->map), FRAMES);
}

static void alignments_are_kept(struct kunit *test)
{
	static const unsigned long sizes[] = { PAGE_SIZE, SZ_64K, SZ_1M, SZ_2M };
	struct cma *cma = area_of(test);
	unsigned long odd = must_alloc(test, 1, 0), got[ARRAY_SIZE(sizes)];
	int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		got[i] = must_alloc(test, 3, get_order(sizes[i]));
		KUNIT_EXPECT_TRUE(test, IS_ALIGNED(PFN_PHYS(cma->base_pfn + got[i]),
						   sizes[i]));
	}
	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		must_release(test, got[i], 3);
	must_release(test, odd, 1);
}

static void full_area_says_no(struct kunit *test)
{
	struct cma *cma = area_of(test);
	unsigned long all = must_alloc(test, FRAMES, 0), pfn;
	unsigned long failed = atomic64_read(&cma->nr_failed);

	KUNIT_EXPECT_EQ(test, -ENOSPC, cma_alloc_range(cma, 1, 0, GFP_KERNEL |
						       __GFP_RETRY_MAYFAIL |
						       __GFP_NOWARN, &pfn));
	KUNIT_EXPECT_EQ(test, failed + 1,
			(unsigned long)atomic64_read(&cma->nr_failed));
	must_release(test, all, FRAMES);
}

static void wrong_releases_are_refused(struct kunit *test)
{
	struct cma *cma = area_of(test);
	unsigned long base = cma->base_pfn;
	unsigned long a = must_alloc(test, 8, 0), b = must_alloc(test, 8, 0);

	KUNIT_EXPECT_EQ(test, -EINVAL, cma_release_range(cma, base + a, 0));
	KUNIT_EXPECT_EQ(test, -EXDEV, cma_release_range(cma, base + a, 9));
	KUNIT_EXPECT_EQ(test, -ENOENT, cma_release_range(cma, base + b, 9));
	KUNIT_EXPECT_EQ(test, -EINVAL, cma_release_range(cma, base + b, FRAMES));
	KUNIT_EXPECT_EQ(test, -ENOENT, cma_exclusive_release_whole(cma, base + a + 1));
	KUNIT_EXPECT_EQ(test, -ENOENT, cma_exclusive_release_whole(cma, base - 1));
	KUNIT_EXPECT_EQ(test, cma->map.nr_owned, 16UL);
	must_release(test, a, 8);
	KUNIT_EXPECT_EQ(test, -ENOENT, cma_release_range(cma, base + a, 8));
	KUNIT_EXPECT_EQ(test, 0, cma_exclusive_release_whole(cma, base + b));
	KUNIT_EXPECT_EQ(test, -ENOENT, cma_exclusive_release_whole(cma, base + b));
}

/* Any part can go, in any order. */
static void parts_are_released(struct kunit *test)
{
	struct cma *cma = area_of(test);
	unsigned long a = must_alloc(test, 30, 0);

	must_release(test, a + 10, 10);
	KUNIT_EXPECT_EQ(test, cma_exclusive_size(cma, cma->base_pfn + a), 10UL);
	KUNIT_EXPECT_EQ(test, cma_exclusive_size(cma, cma->base_pfn + a + 20), 10UL);
	must_release(test, a, 10);
	must_release(test, a + 20, 10);
}

/* What the user of a page has left in it does not reach the next one. */
static void pages_come_back_clean(struct kunit *test)
{
	struct cma *cma = area_of(test);
	unsigned long a = must_alloc(test, 2, 0);
	struct page *page = pfn_to_page(cma->base_pfn + a);

	SetPageReserved(page);
	SetPageUptodate(page);
	set_page_private(page, 42);
	must_release(test, a, 2);
	KUNIT_EXPECT_FALSE(test, PageReserved(page));
	KUNIT_EXPECT_FALSE(test, PageUptodate(page));
	KUNIT_EXPECT_EQ(test, page_private(page), 0UL);
}

static void compound_pages_are_refused(struct kunit *test)
{
	struct cma *cma = area_of(test);
	unsigned long pfn;

	KUNIT_EXPECT_EQ(test, -EINVAL, cma_alloc_range(cma, 4, 2, GFP_KERNEL |
						       __GFP_COMP | __GFP_NOWARN,
						       &pfn));
}

/* No context is too narrow, whatever the flags say. */
static void any_context_will_do(struct kunit *test)
{
	struct cma *cma = area_of(test);
	unsigned long flags;
	struct page *page;
	void *block;

	flags = narrow_enter();
	page = cma_alloc(cma, FRAMES / 4, 0, false);
	block = cblock_alloc(SZ_1M, CBLOCK_ZERO | CBLOCK_ALIGN(20));
	if (page)
		cma_release(cma, page, FRAMES / 4);
	cblock_free(block);
	narrow_leave(flags);
	KUNIT_EXPECT_NOT_NULL(test, page);
	KUNIT_EXPECT_NOT_NULL(test, block);
}

static void memory_is_zeroed(struct kunit *test)
{
	void *block = cblock_alloc(SZ_64K, 0);

	KUNIT_ASSERT_NOT_NULL(test, block);
	memset(block, 0x77, SZ_64K);
	cblock_free(block);
	KUNIT_EXPECT_PTR_EQ(test, block, cblock_alloc(SZ_64K, CBLOCK_ZERO));
	KUNIT_EXPECT_NULL(test, memchr_inv(block, 0, SZ_64K));
	cblock_free(block);
}

/* With a no-map flag the frames are handed out and no page is touched. */
static void nomap_gives_frames_only(struct kunit *test)
{
	struct cma *cma = area_of(test);
	unsigned long pfn = 0;

	cma->flags = CMA_NOMAP;
	KUNIT_EXPECT_NULL(test, cma_alloc(cma, 4, 0, true));
	KUNIT_EXPECT_EQ(test, -EINVAL, cma_alloc_pfns(cma, 4, 0, GFP_NOWAIT |
						      __GFP_ZERO, &pfn));
	KUNIT_ASSERT_EQ(test, 0, cma_alloc_pfns(cma, 4, 0, GFP_NOWAIT, &pfn));
	KUNIT_EXPECT_NULL(test, cma_map_pfns(cma, pfn, 5, CMA_MAPPING_WC));
	KUNIT_EXPECT_TRUE(test, cma_release_pfns(cma, pfn, 4));
	KUNIT_EXPECT_NULL(test, cma_map_pfns(cma, pfn, 4, CMA_MAPPING_WC));
	KUNIT_EXPECT_FALSE(test, cma_release_pfns(cma, cma->base_pfn - 1, 1));
	cma->flags = 0;
}

static struct cma *find_nomap(void)
{
	struct cma *cma;

	for_each_cma(cma) {
		if (cma_area_active(cma) && cma_area_nomap(cma))
			return cma;
	}
	return NULL;
}

/* Both kinds of mapping reach the same frames. */
static void nomap_frames_are_mapped(struct kunit *test)
{
	u32 __iomem *uncached;
	struct cma *cma = find_nomap();
	unsigned long pfn = 0;
	u32 *wc;

	if (!cma)
		kunit_skip(test, "no area without a mapping");
	KUNIT_ASSERT_EQ(test, 0, cma_alloc_pfns(cma, 4, 0, GFP_NOWAIT, &pfn));
	wc = cma_map_pfns(cma, pfn, 4, CMA_MAPPING_WC);
	uncached = (void __iomem __force *)cma_map_pfns(cma, pfn, 4,
							CMA_MAPPING_UNCACHED);
	KUNIT_EXPECT_NOT_NULL(test, wc);
	KUNIT_EXPECT_TRUE(test, uncached);
	if (wc && uncached) {
		WRITE_ONCE(wc[1000], 0x12345678);
		mb(); /* out of the buffers that gather writes */
		KUNIT_EXPECT_EQ(test, readl_relaxed(&uncached[1000]), 0x12345678U);
	}
	cma_unmap_pfns(wc);
	cma_unmap_pfns((void __force *)uncached);
	KUNIT_EXPECT_EQ(test, 4UL, cma_exclusive_size(cma, pfn));
	KUNIT_EXPECT_TRUE(test, cma_release_pfns(cma, pfn, 4));
	KUNIT_EXPECT_EQ(test, cma->map.nr_owned, 0UL);
}

/* A red zone is part of no allocation, and goes with its last page. */
static void red_zones_are_kept(struct kunit *test)
{
	unsigned long guards[BITS_TO_LONGS(FRAMES)] = {};
	struct cma *cma = area_of(test);
	unsigned long a, b;

	cma->guards = guards;
	a = must_alloc(test, 4, 0);
	b = must_alloc(test, 4, 0);
	KUNIT_EXPECT_EQ(test, b, a + 5);
	KUNIT_EXPECT_EQ(test, cma->map.nr_untaken, FRAMES - 10);
	must_release(test, a, 2);
	KUNIT_EXPECT_EQ(test, cma->map.nr_untaken, FRAMES - 8);
	must_release(test, a + 2, 2);
	KUNIT_EXPECT_EQ(test, cma->map.nr_untaken, FRAMES - 5);
	must_release(test, b, 4);
	KUNIT_EXPECT_TRUE(test, bitmap_empty(guards, FRAMES));
	cma->guards = NULL;
}

static void blocks_know_their_size(struct kunit *test)
{
	char *a = cblock_alloc(1, 0), *b = cblock_alloc(SZ_1M + 1, CBLOCK_ALIGN(16));

	KUNIT_ASSERT_TRUE(test, a && b);
	KUNIT_EXPECT_EQ(test, cblock_size(a), PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, cblock_size(b), SZ_1M + PAGE_SIZE);
	KUNIT_EXPECT_TRUE(test, IS_ALIGNED(virt_to_phys(b), SZ_64K));
	KUNIT_EXPECT_EQ(test, cblock_size(b + PAGE_SIZE), 0UL);
	KUNIT_EXPECT_EQ(test, cblock_size(b + 1), 0UL);
	KUNIT_EXPECT_EQ(test, cblock_size(&b), 0UL);
	KUNIT_EXPECT_EQ(test, cblock_size(NULL), 0UL);
	cblock_free(a);
	cblock_free(b);
	KUNIT_EXPECT_EQ(test, cblock_size(b), 0UL);
	cblock_free(NULL);
}

static void impossible_blocks_are_refused(struct kunit *test)
{
	KUNIT_EXPECT_NULL(test, cblock_alloc(0, CBLOCK_NOWARN));
	KUNIT_EXPECT_NULL(test, cblock_alloc(SIZE_MAX, CBLOCK_NOWARN));
	KUNIT_EXPECT_NULL(test, cblock_alloc(SIZE_MAX / 2, CBLOCK_NOWARN));
	KUNIT_EXPECT_NULL(test, cblock_alloc(1, CBLOCK_NOWARN | CBLOCK_ALIGN(255)));
	KUNIT_EXPECT_NULL(test, cblock_alloc_node(1, CBLOCK_NOWARN |
						  CBLOCK_THISNODE, 4711));
}

/* Each block is asked in its turn, and a node is asked before the others. */
static void blocks_are_asked_in_order(struct kunit *test)
{
	struct cma *first = area_of(test), *second;
	unsigned long half = FRAMES / 2;
	void *a, *b, *c;

	second = kunit_kzalloc(test, sizeof(*second), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, second);
	*second = *first;
	spin_lock_init(&second->lock);
	second->base_pfn += half;
	second->count = half;
	cma_map_init(&second->map, half,
		     kunit_kzalloc(test, cma_map_bytes(half), GFP_KERNEL));
	first->count = half;
	cma_map_init(&first->map, half,
		     kunit_kzalloc(test, cma_map_bytes(half), GFP_KERNEL));
	list_add(&second->cblock_node, &first->cblock_node);

	a = cblock_alloc(SZ_2M + SZ_1M, 0);
	b = cblock_alloc(SZ_2M, 0);
	c = cblock_alloc_node(SZ_1M, 0, pfn_to_nid(first->base_pfn));
	KUNIT_EXPECT_EQ(test, first->map.nr_owned, (SZ_4M) / PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, second->map.nr_owned, SZ_2M / PAGE_SIZE);
	KUNIT_EXPECT_TRUE(test, cblock_largest() >= SZ_2M);
	cblock_free(a);
	cblock_free(b);
	cblock_free(c);
	KUNIT_EXPECT_EQ(test, second->map.nr_owned, 0UL);

	list_del(&second->cblock_node);
	first->count = FRAMES;
	cma_map_init(&first->map, FRAMES,
		     kunit_kzalloc(test, cma_map_bytes(FRAMES), GFP_KERNEL));
}

/* Of many tight holes the search does not look at all in one step. */
static void steps_are_bounded(struct kunit *test)
{
	struct cma_map_want want = { .nr = 1, .align_mask = 1, .align_offset = 1 };
	struct cma *cma = area_of(test);
	struct cma_place place = {};
	unsigned long i, unit;

	for (i = 0; i < FRAMES / 2; i++) {
		cma_map_take(&cma->map, 2 * i + 1, 1);
		cma_map_own(&cma->map, 2 * i + 1, 1);
		atomic64_inc(&cma->nr_allocated);
	}
	unit = cma_place_step(&cma->map, &place, &want);
	KUNIT_EXPECT_EQ(test, unit, CMA_MAP_NONE);
	KUNIT_EXPECT_LT(test, place.from, FRAMES);
	for (i = 0; i < FRAMES / 2; i++)
		must_release(test, 2 * i + 1, 1);
}

/* What code sees that walks over all areas, as the stock kernel's does. */
static int see_area(struct cma *cma, void *data)
{
	struct kunit *test = data;
	phys_addr_t base = cma_get_base(cma);
	unsigned long size = cma_get_size(cma);

	KUNIT_EXPECT_TRUE(test, cma_get_name(cma)[0]);
	KUNIT_EXPECT_PTR_EQ(test, cma, cma_find_name(cma_get_name(cma)));
	if (!size)
		return 0;
	KUNIT_EXPECT_TRUE(test, PAGE_ALIGNED(base) && PAGE_ALIGNED(size));
	if (cma_is_nomap(cma)) {
		KUNIT_EXPECT_TRUE(test, cma_is_exclusive(cma));
		KUNIT_EXPECT_NULL(test, cma_alloc(cma, 1, 0, true));
		return 0;
	}
	KUNIT_EXPECT_PTR_EQ(test, cma, cma_find(pfn_to_page(PHYS_PFN(base))));
	KUNIT_EXPECT_PTR_EQ(test, cma, cma_find(pfn_to_page(PHYS_PFN(base + size - 1))));
	KUNIT_EXPECT_TRUE(test, cma_pages_valid(cma, pfn_to_page(PHYS_PFN(base)), 1));
	return 0;
}

static void walkers_see_sane_values(struct kunit *test)
{
	unsigned long shared = 0;
	struct cma *cma;

	KUNIT_EXPECT_EQ(test, 0, cma_for_each_area(see_area, test));
	for_each_cma(cma) {
		if (cma->class == CMA_SHARED)
			shared += cma->count;
	}
	KUNIT_EXPECT_EQ(test, totalcma_pages, shared);
}

/*
 * All of what is stuck used to be looked at with interrupts off; what came back
 * was not cleared where freed memory is to be.
 */
static void stuck_frames_come_back_in_steps(struct kunit *test)
{
	struct cma *cma = area_of(test);
	unsigned long first = cma->base_pfn, nr = 100, pfn;
	struct page *held = pfn_to_page(first + 70);
	unsigned long *word = page_address(pfn_to_page(first + 7));

	cma_map_take(&cma->map, 0, nr);
	cma->stuck = nr;
	get_page(held);
	*word = 0x5ec4e7;
	KUNIT_EXPECT_EQ(test, -ENOSPC,
			cma_alloc_range(cma, FRAMES, 0,
					GFP_KERNEL | __GFP_NOWARN, &pfn));
	KUNIT_EXPECT_EQ(test, 1UL, cma->stuck);
	KUNIT_EXPECT_EQ(test, FRAMES - 1, cma->map.nr_untaken);
	put_page(held);
	KUNIT_EXPECT_EQ(test, 0, cma_alloc_range(cma, FRAMES, 0, GFP_KERNEL, &pfn));
	KUNIT_EXPECT_EQ(test, want_init_on_free() ? 0UL : 0x5ec4e7UL, *word);
	KUNIT_EXPECT_EQ(test, 0, cma_release_range(cma, pfn, FRAMES));
	KUNIT_EXPECT_EQ(test, 0UL, cma->stuck);
}

static struct kunit_case exclusive_cases[] = {
	KUNIT_CASE(lowest_place_wins),
	KUNIT_CASE(largest_hole_is_known),
	KUNIT_CASE(alignments_are_kept),
	KUNIT_CASE(full_area_says_no),
	KUNIT_CASE(wrong_releases_are_refused),
	KUNIT_CASE(parts_are_released),
	KUNIT_CASE(pages_come_back_clean),
	KUNIT_CASE(compound_pages_are_refused),
	KUNIT_CASE(any_context_will_do),
	KUNIT_CASE(memory_is_zeroed),
	KUNIT_CASE(nomap_gives_frames_only),
	KUNIT_CASE(nomap_frames_are_mapped),
	KUNIT_CASE(red_zones_are_kept),
	KUNIT_CASE(blocks_know_their_size),
	KUNIT_CASE(impossible_blocks_are_refused),
	KUNIT_CASE(blocks_are_asked_in_order),
	KUNIT_CASE(steps_are_bounded),
	KUNIT_CASE(walkers_see_sane_values),
	KUNIT_CASE(stuck_frames_come_back_in_steps),
	{}
};

static struct kunit_suite exclusive_suite = {
	.name = "cma_exclusive",
	.init = exclusive_test_init,
	.exit = exclusive_test_exit,
	.test_cases = exclusive_cases,
};

kunit_test_suite(exclusive_suite);
