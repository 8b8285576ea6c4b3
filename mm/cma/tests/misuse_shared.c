// SPDX-License-Identifier: GPL-2.0-only
/*
 * Misuse of areas that are lent: allocation, folios, release
 */
#include <kunit/test.h>
#include <linux/cma.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/sched.h>

#include "misuse.h"

/* Allocation: values out of range */

static bool alloc_null(struct ctx *c)
{
	return !cma_alloc(NULL, 1, 0, false);
}

static bool alloc_none(struct ctx *c)
{
	return !cma_alloc(c->cma, 0, 0, true);
}

static bool alloc_one_too_many(struct ctx *c)
{
	return !cma_alloc(c->cma, c->cma->count + 1, 0, true);
}

static bool alloc_one_too_many_loud(struct ctx *c)
{
	return !cma_alloc(c->cma, c->cma->count + 1, 0, false);
}

static bool alloc_ulong_max(struct ctx *c)
{
	return !cma_alloc(c->cma, ULONG_MAX, 0, true);
}

static bool alloc_minus_few(struct ctx *c)
{
	return !cma_alloc(c->cma, -64UL, 0, true);
}

static bool alloc_sign_bit(struct ctx *c)
{
	return !cma_alloc(c->cma, 1UL << (BITS_PER_LONG - 1), 0, true);
}

static bool alloc_bytes_overflow(struct ctx *c)
{
	return !cma_alloc(c->cma, (ULONG_MAX >> PAGE_SHIFT) + 2, 0, true);
}

static bool alloc_align_word(struct ctx *c)
{
	return !cma_alloc(c->cma, 1, BITS_PER_LONG, true);
}

static bool alloc_align_top_bit(struct ctx *c)
{
	return !cma_alloc(c->cma, 1, BITS_PER_LONG - 1, true);
}

static bool alloc_align_uint_max(struct ctx *c)
{
	return !cma_alloc(c->cma, 1, UINT_MAX, true);
}

static bool alloc_align_and_count(struct ctx *c)
{
	return !cma_alloc(c->cma, ULONG_MAX, UINT_MAX, true);
}

static bool alloc_atomic_too_many(struct ctx *c)
{
	return no_frames(c->cma, c->cma->count + 1, 0,
			 GFP_ATOMIC | __GFP_NOWARN);
}

/* Areas that cannot serve */

static bool alloc_before_activation(struct ctx *c)
{
	struct cma *cma = kunit_kzalloc(c->test, sizeof(*cma), GFP_KERNEL);

	cma->base_pfn = c->cma->base_pfn;
	cma->count = c->cma->count;
	return !cma_alloc(cma, 1, 0, true);
}

static bool release_before_activation(struct ctx *c)
{
	struct cma *cma = kunit_kzalloc(c->test, sizeof(*cma), GFP_KERNEL);

	cma->base_pfn = c->cma->base_pfn;
	cma->count = c->cma->count;
	return not_released(cma, c->a, HELD);
}

/* An area whose memory is not there: activation gives it up. */
static __ref struct cma *dead(struct ctx *c)
{
	struct cma *cma = kunit_kzalloc(c->test, sizeof(*cma), GFP_KERNEL);

	strscpy(cma->name, "dead");
	cma->base_pfn = ALIGN_DOWN(PHYS_PFN(PHYS_ADDR_MAX), BLOCK);
	cma->count = BLOCK;
	cma->reserve_pages_on_error = true;
	totalcma_pages += BLOCK;
	KUNIT_EXPECT_EQ(c->test, -EINVAL, cma_area_activate(cma));
	misuse_hush();
	return cma;
}

static bool alloc_dead(struct ctx *c)
{
	return !cma_alloc(dead(c), 1, 0, true);
}

static bool release_dead(struct ctx *c)
{
	struct cma *cma = dead(c);

	return not_ours(cma, c->a, HELD) && not_ours(cma, cma->base_pfn, 1);
}

/* Folios */

static bool folio_order_0(struct ctx *c)
{
	return !cma_alloc_folio(c->cma, 0, QUIET | __GFP_COMP);
}

static bool folio_order_negative(struct ctx *c)
{
	return !cma_alloc_folio(c->cma, -1, QUIET | __GFP_COMP);
}

static bool folio_order_int_min(struct ctx *c)
{
	return !cma_alloc_folio(c->cma, INT_MIN, QUIET | __GFP_COMP);
}

static bool folio_order_word(struct ctx *c)
{
	return !cma_alloc_folio(c->cma, BITS_PER_LONG, QUIET | __GFP_COMP);
}

static bool folio_too_large(struct ctx *c)
{
	return !cma_alloc_folio(c->cma, pageblock_order + 2, QUIET | __GFP_COMP);
}

static bool folio_not_compound(struct ctx *c)
{
	return !cma_alloc_folio(c->cma, 2, QUIET);
}

static bool compound_of_three(struct ctx *c)
{
	return !cma_alloc_gfp(c->cma, 3, 2, QUIET | __GFP_COMP);
}

static bool compound_unaligned(struct ctx *c)
{
	return !cma_alloc_gfp(c->cma, 8, 2, QUIET | __GFP_COMP);
}

static bool compound_of_none(struct ctx *c)
{
	return !cma_alloc_gfp(c->cma, 0, 2, QUIET | __GFP_COMP);
}

static bool folio_in_part(struct ctx *c)
{
	struct folio *folio = cma_alloc_folio(c->cma, 4, QUIET | __GFP_COMP);
	bool refused = folio && not_released(c->cma, folio_pfn(folio), 8);

	return folio && cma_free_folio(c->cma, folio) && refused;
}

static bool folio_by_its_tail(struct ctx *c)
{
	struct folio *folio = cma_alloc_folio(c->cma, 4, QUIET | __GFP_COMP);
	bool refused = folio && not_released(c->cma, folio_pfn(folio) + 8, 8);

	return folio && cma_free_folio(c->cma, folio) && refused;
}

static bool folio_of_one_page(struct ctx *c)
{
	return !cma_free_folio(c->cma, page_folio(pfn_to_page(c->a)));
}

static bool folio_without_area(struct ctx *c)
{
	struct folio *folio = cma_alloc_folio(c->cma, 4, QUIET | __GFP_COMP);
	bool refused = folio && !cma_free_folio(NULL, folio);

	return folio && cma_free_folio(c->cma, folio) && refused;
}

static bool folio_of_another_area(struct ctx *c)
{
	struct folio *folio = cma_alloc_folio(c->cma, 4, QUIET | __GFP_COMP);
	bool refused = folio && !cma_free_folio(c->excl, folio);

	return folio && cma_free_folio(c->cma, folio) && refused;
}

/* Release of what was not allocated, or not like this */

static bool release_null_page(struct ctx *c)
{
	return !cma_release(c->cma, NULL, 1);
}

static bool release_null_area(struct ctx *c)
{
	return not_ours(NULL, c->a, HELD);
}

static bool release_foreign_page(struct ctx *c)
{
	struct page *page = alloc_page(GFP_KERNEL);
	bool refused = page && !cma_release(c->cma, page, 1) &&
		       page_ref_count(page) == 1;

	if (page)
		__free_page(page);
	return refused;
}

static bool release_below(struct ctx *c)
{
	return not_ours(c->cma, c->cma->base_pfn - 1, 2);
}

static bool release_behind(struct ctx *c)
{
	return not_ours(c->cma, c->cma->base_pfn + c->cma->count, 1);
}

static bool release_none(struct ctx *c)
{
	return not_released(c->cma, c->a, 0);
}

static bool release_past_the_end(struct ctx *c)
{
	return not_released(c->cma, c->a, c->cma->count + 1);
}

static bool release_ulong_max(struct ctx *c)
{
	return not_released(c->cma, c->a, ULONG_MAX);
}

static bool release_minus_one_block(struct ctx *c)
{
	return not_released(c->cma, c->a, -BLOCK);
}

static bool release_twice(struct ctx *c)
{
	unsigned long pfn = 0;

	if (cma_alloc_range(c->cma, HELD, 0, QUIET, &pfn) ||
	    cma_release_range(c->cma, pfn, HELD))
		return false;
	return not_released(c->cma, pfn, HELD);
}

static bool release_small_twice(struct ctx *c)
{
	unsigned long pfn = 0;

	if (cma_alloc_range(c->cma, 1, 0, QUIET, &pfn) ||
	    cma_release_range(c->cma, pfn, 1))
		return false;
	return not_released(c->cma, pfn, 1);
}

static bool release_part_twice(struct ctx *c)
{
	unsigned long pfn = 0;
	bool refused;

	if (cma_alloc_range(c->cma, HELD, 0, QUIET, &pfn) ||
	    cma_release_range(c->cma, pfn + 4, 4))
		return false;
	refused = not_released(c->cma, pfn, HELD);
	return !cma_release_range(c->cma, pfn, 4) &&
	       !cma_release_range(c->cma, pfn + 8, HELD - 8) && refused;
}

static bool release_lent(struct ctx *c)
{
	return not_released(c->cma, c->cma->base_pfn + BLOCK, BLOCK);
}

static bool release_one_more(struct ctx *c)
{
	return not_released(c->cma, c->b, HELD + 1);
}

static bool release_one_before(struct ctx *c)
{
	return not_released(c->cma, c->b - 1, HELD);
}

static bool release_two_at_once(struct ctx *c)
{
	return not_released(c->cma, c->a, 2 * HELD);
}

static bool release_middle_to_middle(struct ctx *c)
{
	return not_released(c->cma, c->a + HELD / 2, HELD);
}

static bool release_by_wrong_area(struct ctx *c)
{
	return not_ours(c->excl, c->a, HELD);
}

static bool release_exclusive_by_shared(struct ctx *c)
{
	return not_ours(c->cma, c->e, HELD);
}

static bool release_frames_of_null(struct ctx *c)
{
	return !cma_release_pfns(NULL, c->a, HELD);
}

static bool release_frame_zero(struct ctx *c)
{
	return !cma_release_pfns(c->cma, 0, 1);
}

static bool release_last_frame_there_can_be(struct ctx *c)
{
	return !cma_release_pfns(c->cma, ULONG_MAX, 1);
}

static bool release_frames_twice(struct ctx *c)
{
	return cma_release_pfns(c->cma, c->cma->base_pfn + BLOCK, 4);
}

/* Units of several frames, in a map that lends nothing */
static struct cma *units_of_four(struct ctx *c, unsigned long *pfn)
{
	struct cma *cma = kunit_kzalloc(c->test, sizeof(*cma), GFP_KERNEL);
	void *mem = kunit_kzalloc(c->test, cma_map_bytes(HELD / 4), GFP_KERNEL);

	strscpy(cma->name, "units");
	cma->base_pfn = c->a;
	cma->count = HELD;
	cma->order_per_bit = 2;
	cma->zone = c->cma->zone;
	spin_lock_init(&cma->lock);
	cma_map_init(&cma->map, HELD / 4, mem);
	cma_map_take(&cma->map, 0, 4);
	cma_map_own(&cma->map, 0, 4);
	*pfn = cma->base_pfn;
	return cma;
}

static bool release_from_inside_a_unit(struct ctx *c)
{
	unsigned long pfn;
	struct cma *cma = units_of_four(c, &pfn);

	return not_released(cma, pfn + 1, 4) && cma->map.nr_owned == 4;
}

static bool release_up_to_inside_a_unit(struct ctx *c)
{
	unsigned long pfn;
	struct cma *cma = units_of_four(c, &pfn);

	return not_released(cma, pfn, 6) && cma->map.nr_owned == 4;
}

static bool compound_smaller_than_a_unit(struct ctx *c)
{
	unsigned long pfn;
	struct cma *cma = units_of_four(c, &pfn);

	return !cma_alloc_folio(cma, 1, QUIET | __GFP_COMP);
}

/* Release of what others still use: it stays theirs, and comes back in the end. */

static bool release_while_pinned(struct ctx *c)
{
	unsigned long pfn = 0;
	struct page *page;
	bool released;

	if (cma_alloc_range(c->cma, HELD, 0, QUIET, &pfn))
		return false;
	page = pfn_to_page(pfn + 3);
	get_page(page);
	released = cma_release(c->cma, pfn_to_page(pfn), HELD);
	released &= page_ref_count(page) == 1;
	put_page(page);
	drain_all_pages(c->cma->zone);
	return released;
}

/* Put a page into the page table of this task. Return: the address, 0 if not. */
static unsigned long map_page(struct ctx *c, struct page *page)
{
	unsigned long addr = kunit_vm_mmap(c->test, NULL, 0, PAGE_SIZE, PROT_READ,
					   MAP_PRIVATE | MAP_ANONYMOUS, 0);
	struct vm_area_struct *vma;

	if (!addr)
		return 0;
	mmap_write_lock(current->mm);
	vma = find_vma(current->mm, addr);
	if (!vma || vm_insert_page(vma, addr, page))
		addr = 0;
	mmap_write_unlock(current->mm);
	return addr;
}

static bool release_while_mapped(struct ctx *c)
{
	unsigned long pfn = 0, addr;
	struct page *page;
	bool released;

	if (cma_alloc_range(c->cma, HELD, 0, QUIET, &pfn))
		return false;
	page = pfn_to_page(pfn + HELD - 1);
	addr = map_page(c, page);
	released = cma_release(c->cma, pfn_to_page(pfn), HELD);
	if (!addr)
		return false;
	released &= page_ref_count(page) == 1 && page_mapped(page);
	vm_munmap(addr, PAGE_SIZE);
	released &= !page_ref_count(page);
	drain_all_pages(c->cma->zone);
	return released;
}

static bool release_small_while_pinned(struct ctx *c)
{
	unsigned long pfn = 0;
	struct page *page;
	bool released;

	if (cma_alloc_range(c->cma, 2, 0, QUIET, &pfn))
		return false;
	page = pfn_to_page(pfn + 1);
	get_page(page);
	released = cma_release(c->cma, pfn_to_page(pfn), 2);
	released &= page_ref_count(page) == 1;
	put_page(page);
	drain_all_pages(c->cma->zone);
	return released;
}

static bool release_after_put(struct ctx *c)
{
	unsigned long pfn = 0;

	if (cma_alloc_range(c->cma, HELD, 0, QUIET, &pfn))
		return false;
	put_page(pfn_to_page(pfn + 5));
	drain_all_pages(c->cma->zone);
	return cma_release(c->cma, pfn_to_page(pfn), HELD);
}

const struct misuse misuses_shared[] = {
	{ "alloc: no area", alloc_null },
	{ "alloc: no pages", alloc_none },
	{ "alloc: one page too many", alloc_one_too_many },
	{ "alloc: one page too many, aloud", alloc_one_too_many_loud, LINE },
	{ "alloc: ULONG_MAX pages", alloc_ulong_max },
	{ "alloc: minus 64 pages", alloc_minus_few },
	{ "alloc: the sign bit", alloc_sign_bit },
	{ "alloc: bytes overflow", alloc_bytes_overflow },
	{ "alloc: aligned to a word of bits", alloc_align_word },
	{ "alloc: aligned to the top bit", alloc_align_top_bit },
	{ "alloc: aligned to UINT_MAX", alloc_align_uint_max },
	{ "alloc: count and alignment overflow", alloc_align_and_count },
	{ "alloc: atomic, one page too many", alloc_atomic_too_many },
	{ "alloc: before activation", alloc_before_activation },
	{ "alloc: dead area", alloc_dead },
	{ "folio: order 0", folio_order_0, FIRST },
	{ "folio: order -1", folio_order_negative, FIRST },
	{ "folio: order INT_MIN", folio_order_int_min, FIRST },
	{ "folio: order of a word", folio_order_word, FIRST },
	{ "folio: larger than the area", folio_too_large },
	{ "folio: not compound", folio_not_compound, FIRST },
	{ "folio: three pages", compound_of_three, FIRST },
	{ "folio: not aligned", compound_unaligned, FIRST },
	{ "folio: no pages", compound_of_none, FIRST },
	{ "folio: smaller than a unit", compound_smaller_than_a_unit },
	{ "folio: released in part", folio_in_part, ALWAYS },
	{ "folio: released by its tail", folio_by_its_tail, ALWAYS },
	{ "folio: one page freed as one", folio_of_one_page, FIRST },
	{ "folio: freed without an area", folio_without_area },
	{ "folio: freed to another area", folio_of_another_area },
	{ "release: no page", release_null_page },
	{ "release: no area", release_null_area },
	{ "release: foreign page", release_foreign_page },
	{ "release: page below the area", release_below },
	{ "release: page behind the area", release_behind },
	{ "release: before activation", release_before_activation, ALWAYS },
	{ "release: dead area", release_dead },
	{ "release: no pages", release_none, ALWAYS },
	{ "release: past the end", release_past_the_end, ALWAYS },
	{ "release: ULONG_MAX pages", release_ulong_max, ALWAYS },
	{ "release: minus a block", release_minus_one_block, ALWAYS },
	{ "release: twice", release_twice, ALWAYS },
	{ "release: a small one twice", release_small_twice, ALWAYS },
	{ "release: a part twice", release_part_twice, ALWAYS },
	{ "release: lent memory", release_lent, ALWAYS },
	{ "release: one page more", release_one_more, ALWAYS },
	{ "release: one page too early", release_one_before, ALWAYS },
	{ "release: two allocations at once", release_two_at_once, ALWAYS },
	{ "release: middle to middle", release_middle_to_middle, ALWAYS },
	{ "release: by the wrong area", release_by_wrong_area },
	{ "release: exclusive by shared", release_exclusive_by_shared },
	{ "release: frames of no area", release_frames_of_null },
	{ "release: frame 0", release_frame_zero },
	{ "release: frame ULONG_MAX", release_last_frame_there_can_be },
	{ "release: frames that are lent", release_frames_twice, ALWAYS },
	{ "release: from inside a unit", release_from_inside_a_unit, ALWAYS },
	{ "release: up to inside a unit", release_up_to_inside_a_unit, ALWAYS },
	{ "release: while pinned", release_while_pinned, ALWAYS },
	{ "release: while mapped", release_while_mapped, ALWAYS },
	{ "release: a small one while pinned", release_small_while_pinned, ALWAYS },
	{ "release: after the last put", release_after_put, ALWAYS },
};

const unsigned int nr_misuses_shared = ARRAY_SIZE(misuses_shared);
