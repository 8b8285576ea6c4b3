// SPDX-License-Identifier: GPL-2.0-only
/*
 * Claim: take free frames from the buddy allocator and give them back
 *
 * A frame that is free in the buddy allocator can be had under zone->lock
 * alone. There is no isolation, no draining, no interprocessor call and no
 * sleep, so a claim works in any context that may take zone->lock. The same
 * code takes an evacuated range out of its isolated blocks.
 *
 * A claimed frame is raw at first: off the free lists, refcount 0, its content
 * and debug state still those of a free page. Raw frames go back with
 * cma_put_back() as if nothing had been; cma_prepare() makes them allocated
 * pages, which go back with cma_free().
 *
 * This layer knows frames and zones but no areas.
 */
#include <linux/mm.h>
#include <linux/page-isolation.h>
#include <linux/vmstat.h>

#include "../internal.h"
#include "../page_reporting.h"
#include "cma.h"
#include "compat.h"
#include "fault.h"

/* Free pages taken or returned in one go with interrupts off. */
#define LOCK_BATCH	64

/*
 * The order of the largest naturally aligned piece that starts at @start, ends
 * no later than @end and lies in one block.
 */
static unsigned int piece_order(unsigned long start, unsigned long end)
{
	unsigned int order = min_t(unsigned int, pageblock_order,
				   ilog2(end - start));

	return start ? min_t(unsigned int, order, __ffs(start)) : order;
}

/*
 * The head of the free page that @pfn belongs to, @pfn itself if it is not
 * free. Exact under zone->lock, a guess without.
 */
static unsigned long free_head(unsigned long pfn)
{
	unsigned long lowest = page_zone(pfn_to_page(pfn))->zone_start_pfn;
	unsigned int order;

	for (order = 0; order <= MAX_PAGE_ORDER; order++) {
		unsigned long head = pfn & ~((1UL << order) - 1);
		struct page *page = pfn_to_page(head);

		if (head < lowest)
			break;
		if (PageBuddy(page))
			return buddy_order_unsafe(page) >= order ? head : pfn;
	}
	return pfn;
}

/**
 * cma_free_frames() - how large is a free page?
 * @page: its head
 *
 * Context: Any; without zone->lock the answer is a guess, but never more than a
 * free page can have.
 * Return: number of frames.
 */
unsigned long cma_free_frames(struct page *page)
{
	return 1UL << min_t(unsigned long, buddy_order_unsafe(page),
			    MAX_PAGE_ORDER);
}

/**
 * cma_first_busy() - look for a frame that is not free
 * @start: first frame of the range
 * @end: end of the range
 *
 * Takes no lock, so the answer may be out of date and only serves to choose
 * what to try.
 *
 * Context: Any.
 * Return: the lowest frame that is not in the buddy allocator, or @end.
 */
unsigned long cma_first_busy(unsigned long start, unsigned long end)
{
	unsigned long pfn = start < end ? free_head(start) : end;

	while (pfn < end) {
		struct page *page = pfn_to_page(pfn);

		if (!PageBuddy(page))
			return max(pfn, start);
		pfn += cma_free_frames(page);
	}
	return end;
}

/**
 * cma_unused() - does nobody use the frames of a range?
 * @start: first frame of the range
 * @end: end of the range
 *
 * Context: Any; takes no lock, so the answer is a guess.
 * Return: whether each one is in the buddy allocator or in a per-CPU list of
 * free pages, from which drain_all_pages() gets it.
 */
bool cma_unused(unsigned long start, unsigned long end)
{
	/* Where a free page may have begun further down. */
	start = cma_first_busy(start, end);

	for (; start < end; start++) {
		struct page *page = pfn_to_page(start);

		if (page_ref_count(page) || PageTail(page) || PageHWPoison(page))
			return false;
		if (PageBuddy(page))
			start += cma_free_frames(page) - 1;
	}
	return true;
}

/**
 * cma_find_free() - look for a run of free frames
 * @start: first frame of the range to look at
 * @end: end of the range
 * @count: frames wanted
 * @align: wanted alignment, as an order of frames
 *
 * Takes no lock; see cma_first_busy().
 *
 * Context: Any. Time in proportion to the number of frames that are in use.
 * Return: first frame of the run, or @end.
 */
unsigned long cma_find_free(unsigned long start, unsigned long end,
			    unsigned long count, unsigned int align)
{
	unsigned long pfn = start < end ? free_head(start) : end;
	unsigned long run = ALIGN(start, 1UL << align);

	while (pfn < end) {
		struct page *page = pfn_to_page(pfn);

		if (PageBuddy(page)) {
			pfn += cma_free_frames(page);
			if (pfn >= run + count)
				return run + count <= end ? run : end;
		} else {
			pfn++;
			run = ALIGN(max(pfn, start), 1UL << align);
		}
	}
	return end;
}

/* Put raw frames back on the free lists, a batch at a time. */
static void put_back_locked(unsigned long start, unsigned long end)
{
	while (start < end) {
		unsigned int order = piece_order(start, end);
		struct page *page = pfn_to_page(start);

		__putback_isolated_page(page, order,
					get_pageblock_migratetype(page));
		start += 1UL << order;
	}
}

/**
 * cma_put_back() - undo a claim
 * @start: first frame
 * @end: end of the range, all of it raw
 *
 * Context: Any. Takes zone->lock.
 */
void cma_put_back(unsigned long start, unsigned long end)
{
	struct zone *zone = page_zone(pfn_to_page(start));

	while (start < end) {
		unsigned long next = min(end, ALIGN(start + 1,
						    MAX_ORDER_NR_PAGES));
		unsigned long flags;

		spin_lock_irqsave(&zone->lock, flags);
		put_back_locked(start, next);
		spin_unlock_irqrestore(&zone->lock, flags);
		start = next;
	}
}

/*
 * Take the free page that @pfn belongs to off its list, and return what it has
 * outside of [@pfn, @end).
 */
static int claim_one_locked(unsigned long pfn, unsigned long end,
			    unsigned long *next)
{
	unsigned long head = free_head(pfn);
	struct page *page = pfn_to_page(head);
	unsigned long tail;

	if (!PageBuddy(page) || cma_step_fails(CMA_STEP_CLAIM))
		return -EBUSY;
	tail = head + (1UL << buddy_order(page));
	if (cma_step_fails(CMA_STEP_WATERMARK) ||
	    !__isolate_free_page(page, buddy_order(page)))
		return -EAGAIN;

	if (head < pfn)
		put_back_locked(head, pfn);
	if (end < tail)
		put_back_locked(end, tail);
	*next = min(end, tail);
	return 0;
}

/**
 * cma_claim() - take a range whose frames are all free
 * @start: first frame
 * @end: end of the range, in the same zone
 * @blocker: the lowest frame that was not free, set on error
 *
 * All or nothing: on error the frames that were free are back where they were.
 * The lock is dropped after every %LOCK_BATCH free pages, so that a range made
 * of single frames does not keep interrupts off.
 *
 * Context: Any. Takes zone->lock.
 * Return: 0; -EBUSY if a frame is in use; -EAGAIN if the zone is so short of
 * free memory that its watermark forbids taking this range from it: the way is
 * evacuation then, which is not bound by watermarks because it frees as much as
 * it takes.
 */
int cma_claim(unsigned long start, unsigned long end, unsigned long *blocker)
{
	struct zone *zone = page_zone(pfn_to_page(start));
	unsigned long pfn = start;
	int err = 0;

	while (pfn < end && !err) {
		unsigned long flags;
		int batch;

		spin_lock_irqsave(&zone->lock, flags);
		for (batch = 0; batch < LOCK_BATCH && pfn < end; batch++) {
			err = claim_one_locked(pfn, end, &pfn);
			if (err)
				break;
		}
		spin_unlock_irqrestore(&zone->lock, flags);
	}
	if (!err)
		return 0;

	*blocker = pfn;
	cma_put_back(start, pfn);
	return err;
}

/*
 * Allocate one piece. Each piece gets a KASAN tag of its own, which would make
 * an access that crosses into the next piece look wrong: none has a tag then.
 */
static void prepare_piece(struct page *page, unsigned int order, gfp_t gfp)
{
	unsigned long i;

	post_alloc_hook(page, order, gfp);
	cma_set_refcount_prepared(page);
	for (i = 0; i < 1UL << order; i++)
		page_kasan_tag_reset(page + i);
}

/**
 * cma_prepare() - make claimed frames allocated pages
 * @start: first frame
 * @end: end of the range, all of it raw
 * @gfp: flags of the allocation: with __GFP_COMP one compound page, for which
 *	the range must have a size of a power of two and be aligned to it;
 *	otherwise separate pages with a refcount of 1 each
 *
 * Accounts the pages to the calling line.
 *
 * Context: Any.
 * Return: the first page.
 */
struct page *cma_prepare_noprof(unsigned long start, unsigned long end,
				gfp_t gfp)
{
	struct page *first = pfn_to_page(start);
	unsigned int order;

	if (gfp & __GFP_COMP) {
		order = ilog2(end - start);
		prepare_piece(first, order, gfp);
		prep_compound_page(first, order);
		clear_page_pfmemalloc(first);
		return first;
	}
	for (; start < end; start += 1UL << order) {
		struct page *page = pfn_to_page(start);

		order = piece_order(start, end);
		prepare_piece(page, order, gfp);
		if (order)
			split_page(page, order);
	}
	return first;
}

/*
 * Make allocated frames with a refcount of 0 raw. False if one of them is bad
 * memory, which is out of use then.
 */
static bool retire_piece(unsigned long start, unsigned int order)
{
	if (!free_pages_prepare(pfn_to_page(start), order))
		return false;
	count_vm_events(PGFREE, 1 << order);
	return true;
}

/* Free frames with a refcount of 0 in the largest pieces that fit. */
static void free_run(unsigned long start, unsigned long end)
{
	struct zone *zone = page_zone(pfn_to_page(start));

	while (start < end) {
		unsigned int order = cma_free_order(piece_order(start, end));
		unsigned long flags;

		if (retire_piece(start, order)) {
			spin_lock_irqsave(&zone->lock, flags);
			put_back_locked(start, start + (1UL << order));
			spin_unlock_irqrestore(&zone->lock, flags);
			page_reporting_notify_free(order);
		}
		start += 1UL << order;
	}
}

/*
 * Drop the one reference of each page from @first on, up to a page that has
 * another one, or none because the caller has put it already, or that is broken.
 * The barriers of all these atomic operations are joined into one on each side.
 */
static unsigned long drop_refs(struct page *first, unsigned long nr)
{
	struct page *page = first, *end = first + nr;

	smp_mb__before_atomic();	/* our last use of the pages */
	for (; page < end; page++) {
		if (unlikely(PageHWPoison(page)) ||
		    unlikely(atomic_cmpxchg_relaxed(&page->_refcount, 1, 0) != 1))
			break;
		/* The page allocator looks at the first page of a piece only. */
		if (unlikely(page_private(page)))
			set_page_private(page, 0);
	}
	smp_mb__after_atomic();		/* everybody else's */
	return page - first;
}

/**
 * cma_retire() - make allocated frames raw again
 * @start: first frame
 * @end: end of the range, a few frames as cma_prepare() left them
 *
 * Context: Any.
 * Return: 1 if all frames are raw now; 0 with nothing changed if somebody else
 * holds one of them, or they are a folio: cma_free() is the way then; -EIO if one
 * was bad memory: it is out of use, the others are free.
 */
int cma_retire(unsigned long start, unsigned long end)
{
	struct page *page = pfn_to_page(start);
	unsigned long nr = end - start;
	unsigned long dropped;

	if (PageCompound(page) || cma_step_fails(CMA_STEP_RETIRE))
		return 0;
	dropped = drop_refs(page, nr);
	if (dropped < nr) {
		while (dropped--)
			page_ref_unfreeze(page + dropped, 1);
		return 0;
	}
	while (start < end) {
		unsigned int order = cma_free_order(piece_order(start, end));

		if (!retire_piece(start, order)) {
			if (page_to_pfn(page) < start)
				cma_put_back(page_to_pfn(page), start);
			free_run(start + (1UL << order), end);
			return -EIO;
		}
		start += 1UL << order;
	}
	return 1;
}

/* Free a frame that drop_refs() has stopped at, if it is ours alone. */
static bool free_odd(unsigned long pfn)
{
	struct page *page = pfn_to_page(pfn);

	if (!page_ref_count(page) || !put_page_testzero(page))
		return false;
	/* Broken memory is only kept out of use when freed alone. */
	free_run(pfn, pfn + 1);
	return true;
}

/**
 * cma_free() - give allocated pages back to the buddy allocator
 * @start: first frame
 * @end: end of the range; the frames as cma_prepare() left them
 *
 * The frames go straight to the free lists, where the next claim finds them,
 * not to a per-CPU list that hands them to the next page fault. A frame that
 * somebody else holds a reference to stays with its holder, whose last put
 * frees it.
 *
 * Context: Any. Takes zone->lock.
 * Return: number of frames that stay with another holder.
 */
unsigned long cma_free(unsigned long start, unsigned long end)
{
	struct folio *folio = page_folio(pfn_to_page(start));
	unsigned long held = 0;

	if (folio_test_large(folio)) {
		held = folio_ref_count(folio) > 1 ? end - start : 0;
		folio_put(folio);
		return held;
	}
	while (start < end) {
		unsigned long nr = 1UL << piece_order(start, end);
		unsigned long dropped = drop_refs(pfn_to_page(start), nr);

		free_run(start, start + dropped);
		start += dropped;
		if (dropped < nr)
			held += !free_odd(start++);
	}
	return held;
}
