// SPDX-License-Identifier: GPL-2.0-only
/*
 * Release: check what comes back, and lend it again
 *
 * Nothing happens before the range is known to be what was handed out; see map.c
 * for the states of its units.
 */
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/wait.h>
#include <trace/events/cma.h>

#include "cma.h"
#include "holders.h"
#include "trace.h"
#include "validate.h"

/* Does the release of part of an owned range end on a whole unit? */
static int check_partial_unit(struct cma *cma, unsigned long unit,
			      unsigned long count)
{
	unsigned long next = unit + cma_units(cma, count);

	if (IS_ALIGNED(count, 1UL << cma->order_per_bit) ||
	    next >= cma->map.nr || !test_bit(next, cma->map.owned) ||
	    test_bit(next, cma->map.first))
		return 0;
	return -EINVAL;
}

/* Make the range ours again, or say why it cannot be. */
static int disown_range(struct cma *cma, unsigned long pfn, unsigned long count)
{
	unsigned long offset = pfn - cma->base_pfn;
	struct folio *folio = page_folio(pfn_to_page(pfn));
	unsigned long unit = offset >> cma->order_per_bit;
	unsigned long flags;
	int err;

	if (!cma_area_active(cma) || !count || count > cma->count - offset ||
	    !IS_ALIGNED(offset, 1UL << cma->order_per_bit))
		return -EINVAL;

	spin_lock_irqsave(&cma->lock, flags);
	err = check_partial_unit(cma, unit, count);
	if (!err && test_bit(unit, cma->map.owned) && folio_test_large(folio) &&
	    (folio_pfn(folio) != pfn || folio_nr_pages(folio) != count))
		err = -EINVAL;
	if (!err)
		err = cma_map_disown(&cma->map, unit, cma_units(cma, count));
	if (!err)
		cma_count_disowned_locked(cma, count);
	spin_unlock_irqrestore(&cma->lock, flags);
	return err;
}

static bool is_owned(struct cma *cma, unsigned long pfn)
{
	unsigned long unit = (pfn - cma->base_pfn) >> cma->order_per_bit;
	unsigned long flags;
	bool owned;

	if (!cma_area_active(cma))
		return false;
	spin_lock_irqsave(&cma->lock, flags);
	owned = test_bit(unit, cma->map.owned);
	spin_unlock_irqrestore(&cma->lock, flags);
	return owned;
}

/* What a driver takes and returns all the time stays at hand. */
static bool to_pocket(struct cma *cma, unsigned long pfn, unsigned long count)
{
	int retired;

	if (!cma_pocket_fits(cma, count, 0) ||
	    pfn + count > cma_pocket_window(pfn))
		return false;
	retired = cma_retire(pfn, pfn + count);
	if (retired == 1)
		cma_pocket_put(cma, pfn, count);
	else if (retired)
		cma_untake(cma, pfn - cma->base_pfn, count);
	return retired;
}

/* Lend a disowned range. */
static void lend(struct cma *cma, unsigned long pfn, unsigned long count)
{
	unsigned long unit = (pfn - cma->base_pfn) >> cma->order_per_bit;
	unsigned long units = cma_units(cma, count);
	unsigned long held;

	held = cma_free(pfn, pfn + (units << cma->order_per_bit));
	WARN(held, "cma: %s: %lu of %lu pages released at pfn %#lx are still in use\n",
	     cma->name, held, count, pfn);
	cma_untake(cma, unit, units);
}

/**
 * cma_release_timed() - a release that was timed has ended
 * @cma: the area
 * @pfn: first frame
 * @count: frames
 * @began: when it began
 *
 * Context: Any.
 */
noinline void cma_release_timed(struct cma *cma, unsigned long pfn,
				unsigned long count, u64 began)
{
	u64 us = cma_clock_us(began);

	cma_stats_time(cma_stats_of(cma), CMA_TIMED_RELEASE, us);
	trace_cma_freed(cma->name, pfn, count, us);
}

/**
 * cma_release_range() - give a range of frames back to its area
 * @cma: the area
 * @pfn: first frame, inside the area
 * @count: frames
 *
 * Context: Any that may take zone->lock.
 * Return: 0; with nothing changed -EINVAL if the range is empty, leaves the
 * area, or splits a unit or a compound page; -ENOENT if some of it is not
 * allocated; -EXDEV if it is more than one allocation.
 */
int cma_release_range(struct cma *cma, unsigned long pfn, unsigned long count)
{
	u64 began;
	int err;

	if (cma->class == CMA_EXCLUSIVE)
		return cma_exclusive_release(cma, pfn, count);
	began = cma_stats_first(cma_stats_of(cma), CMA_TIMED_RELEASE);
	cma_work_begin(cma);
	err = disown_range(cma, pfn, count);
	if (err)
		goto out;

	cma_holders_del(cma, pfn, count);
	if (!to_pocket(cma, pfn, count))
		lend(cma, pfn, count);

	atomic_long_inc(&cma->releases);
	if (wq_has_sleeper(&cma->released))
		wake_up_all(&cma->released);
	trace_cma_release(cma->name, pfn, pfn_to_page(pfn), count);
	if (unlikely(began))
		cma_release_timed(cma, pfn, count, began);
out:
	cma_work_end(cma);
	return err;
}

/**
 * cma_pages_valid() - do pages belong to an area?
 * @cma: the area, may be NULL
 * @pages: first page, may be NULL
 * @count: number of pages
 *
 * Context: Any.
 * Return: whether the first page is one of the area's.
 */
bool cma_pages_valid(struct cma *cma, const struct page *pages,
		     unsigned long count)
{
	return cma && pages && cma_area_contains(cma, page_to_pfn(pages));
}

/* Tell of a release that could not be. */
void cma_warn_refused(struct cma *cma, unsigned long pfn, unsigned long count,
		      int err)
{
	WARN(1, "cma: %s: release of %lu pages at pfn %#lx refused: %s\n",
	     cma->name, count, pfn,
	     err == -ENOENT ? "not allocated, or released before" :
	     err == -EXDEV ? "more than one allocation" :
	     "not inside the area, or part of a unit or a folio");
}

/**
 * cma_release() - give contiguous pages back
 * @cma: the area they came from, may be NULL
 * @pages: first page, may be NULL
 * @count: number of pages
 *
 * The pages must be one allocation or, in whole units, a part of one. Anything
 * else - pages that are not allocated, a second release, a range that leaves the
 * area or runs into another allocation - is refused with one warning and changes
 * nothing.
 *
 * Context: Any that may take zone->lock.
 * Return: false if the pages are not the area's, so that the caller has to give
 * them back elsewhere; else true, also when the release was refused.
 */
bool cma_release(struct cma *cma, const struct page *pages,
		 unsigned long count)
{
	unsigned long pfn = pages ? page_to_pfn(pages) : 0;
	int err;

	if (!cma || !pages || !cma_area_contains(cma, pfn))
		return false;

	err = cma_release_range(cma, pfn, count);
	if (err)
		cma_warn_refused(cma, pfn, count, err);
	return true;
}

/**
 * cma_free_folio() - give a large folio back
 * @cma: the area it came from, may be NULL
 * @folio: the folio
 *
 * hugetlb asks this of every folio that it frees. One that lies in the area but
 * was not allocated from it is lent memory, and goes back to the page allocator.
 *
 * Context: As cma_release().
 * Return: as cma_release(); false also for lent memory and for a folio that is
 * not large.
 */
bool cma_free_folio(struct cma *cma, const struct folio *folio)
{
	unsigned long pfn = page_to_pfn(&folio->page);
	unsigned long count = folio_nr_pages(folio);
	int err;

	if (WARN_ON_ONCE(!folio_test_large(folio)))
		return false;
	if (!cma || !cma_area_contains(cma, pfn))
		return false;

	if (!is_owned(cma, pfn))
		return false;
	err = cma_release_range(cma, pfn, count);
	if (err)
		cma_warn_refused(cma, pfn, count, err);
	return true;
}
