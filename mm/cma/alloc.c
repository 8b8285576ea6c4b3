// SPDX-License-Identifier: GPL-2.0-only
/*
 * One allocation: search, claim, evacuate, next hole, wait; and its release
 *
 * An allocation takes a place in the map first, so that no two of them work on
 * the same frames, and then gets the frames of that place. If it cannot, the
 * place is given up exactly as it was and the search goes on behind the frame
 * that stopped it: a frame that will not move is met once in a pass over the
 * area, not once for every place that contains it.
 *
 * A pass tries the cheap way first, a claim of free frames, here or further on;
 * only then does it evacuate. Passes repeat, with pauses, as long as the effort
 * allows.
 */
#define pr_fmt(fmt) "cma: " fmt
#define CREATE_TRACE_POINTS

#include <linux/export.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/page_ref.h>
#include <linux/ratelimit.h>
#include <linux/sched/signal.h>
#include <linux/swap.h>
#include <linux/vmstat.h>
#include <trace/events/cma.h>

#include "../internal.h"
#include "cma.h"
#include "effort.h"
#include "holders.h"

#undef MODULE_PARAM_PREFIX
#define MODULE_PARAM_PREFIX "cma."

static unsigned int short_wait_ms = 20;
module_param(short_wait_ms, uint, 0644);
MODULE_PARM_DESC(short_wait_ms,
		 "how long an ordinary allocation may wait for blockers to go");

static unsigned int long_wait_ms = 2000;
module_param(long_wait_ms, uint, 0644);
MODULE_PARM_DESC(long_wait_ms,
		 "how long a __GFP_RETRY_MAYFAIL allocation may wait for blockers to go");

/*
 * Frames that one pass looks at for a free run, in order to save an evacuation.
 * A look costs a few instructions a frame, a migration a few thousand. Who
 * cannot sleep must not look for long.
 */
#define FREE_LOOK	(32 * 1024UL)
#define FREE_LOOK_ATOMIC	2048UL

/* Free runs that one pass tries to claim before it evacuates. */
#define FREE_TRIES	8

/**
 * struct request - one allocation on its way
 * @cma: the area
 * @count: frames wanted
 * @align: alignment wanted, as an order of frames
 * @gfp: flags of the caller
 * @effort: what they allow
 * @want: size and alignment in units of the map
 * @ev: the evacuations made for it
 * @busy: a frame was in the way in this pass
 */
struct request {
	struct cma *cma;
	unsigned long count;
	unsigned int align;
	gfp_t gfp;
	struct cma_effort effort;
	struct cma_map_want want;
	struct cma_evacuation ev;
	bool busy;
};

static unsigned long frames_of(const struct request *req)
{
	return req->want.nr << req->cma->order_per_bit;
}

/* Search from @from on and take the place; %CMA_MAP_NONE if there is none. */
static unsigned long take_place(struct request *req, unsigned long *from)
{
	struct cma *cma = req->cma;
	unsigned long unit, flags;

	do {
		spin_lock_irqsave(&cma->lock, flags);
		unit = cma_map_search(&cma->map, from, &req->want);
		if (unit != CMA_MAP_NONE)
			cma_map_take(&cma->map, unit, req->want.nr);
		spin_unlock_irqrestore(&cma->lock, flags);
	} while (unit == CMA_MAP_NONE && *from < cma->map.nr);
	return unit;
}

/* Take the place at @unit if all of it is untaken. */
static bool take_place_at(struct request *req, unsigned long unit)
{
	unsigned long from = unit;
	unsigned long flags;
	bool taken;

	spin_lock_irqsave(&req->cma->lock, flags);
	taken = cma_map_search(&req->cma->map, &from, &req->want) == unit;
	if (taken)
		cma_map_take(&req->cma->map, unit, req->want.nr);
	spin_unlock_irqrestore(&req->cma->lock, flags);
	return taken;
}

static void give_up_place(struct cma *cma, unsigned long unit, unsigned long nr)
{
	unsigned long flags;

	spin_lock_irqsave(&cma->lock, flags);
	cma_map_untake(&cma->map, unit, nr);
	spin_unlock_irqrestore(&cma->lock, flags);
}

/* The place at @unit was claimed: hand it out. */
static void own_place(struct request *req, unsigned long unit,
		      unsigned long *pfn)
{
	unsigned long flags;

	*pfn = cma_unit_to_pfn(req->cma, unit);
	cma_prepare(*pfn, *pfn + frames_of(req), req->gfp);
	spin_lock_irqsave(&req->cma->lock, flags);
	cma_map_own(&req->cma->map, unit, req->want.nr);
	spin_unlock_irqrestore(&req->cma->lock, flags);
}

/* Search on from the first unit behind the blocker. */
static unsigned long unit_behind(const struct request *req,
				 unsigned long blocker)
{
	return ((blocker - req->cma->base_pfn) >> req->cma->order_per_bit) + 1;
}

/* Is so much lent memory free, in this area and others, that a look pays? */
static bool free_run_possible(struct cma *cma, unsigned long frames)
{
	return zone_page_state(cma->zone, NR_FREE_CMA_PAGES) >= frames;
}

/*
 * Claim a place whose frames are all free. The first place is tried at once;
 * after that the state of the frames leads the way, not the map: a frame that is
 * free is not taken either.
 */
static int claim_pass(struct request *req, unsigned long *pfn)
{
	struct cma *cma = req->cma;
	unsigned long end = cma->base_pfn + cma->count;
	unsigned long from = 0, frames = frames_of(req);
	unsigned long unit = take_place(req, &from);
	unsigned int align = max(req->align, cma->order_per_bit);
	unsigned long window = req->effort.evacuate ? FREE_LOOK :
						      FREE_LOOK_ATOMIC;
	int tries;

	if (unit == CMA_MAP_NONE)
		return -ENOSPC;
	*pfn = cma_unit_to_pfn(cma, unit);
	end = min(end, *pfn + max(window, frames));

	for (tries = 1;; tries++) {
		req->ev.blocker = *pfn;
		if (unit != CMA_MAP_NONE) {
			int err = cma_claim(*pfn, *pfn + frames,
					    &req->ev.blocker);

			if (!err) {
				own_place(req, unit, pfn);
				return 0;
			}
			give_up_place(cma, unit, req->want.nr);
			if (err == -EAGAIN || !free_run_possible(cma, frames))
				break;
		}
		/* Before another place is taken: none is left behind. */
		if (tries == FREE_TRIES)
			break;
		*pfn = cma_find_free(req->ev.blocker + 1, end, frames, align);
		if (*pfn >= end)
			break;
		unit = (*pfn - cma->base_pfn) >> cma->order_per_bit;
		*pfn = cma_unit_to_pfn(cma, unit);
		if (!take_place_at(req, unit))
			unit = CMA_MAP_NONE;
	}
	req->busy = true;
	return -EBUSY;
}

/* A frame in [start, end) that evacuation could not move, or @end. */
static unsigned long look(struct request *req, unsigned long start,
			  unsigned long end)
{
	unsigned long hopeless = cma_last_hopeless(start, end);

	if (hopeless == end || req->ev.drained)
		return hopeless;
	/* It may only have been in a per-CPU batch. */
	lru_add_drain_all();
	req->ev.drained = true;
	return cma_last_hopeless(start, end);
}

/* Evacuate one place after the other until one of them can be had. */
static int evacuate_pass(struct request *req, unsigned long *pfn)
{
	struct cma *cma = req->cma;
	unsigned long from = 0;
	int err;

	req->ev.drained = false;
	for (;;) {
		unsigned long unit = take_place(req, &from);
		unsigned long end;

		if (unit == CMA_MAP_NONE)
			return req->busy ? -EBUSY : -ENOSPC;
		*pfn = cma_unit_to_pfn(cma, unit);
		end = *pfn + frames_of(req);

		req->ev.blocker = look(req, *pfn, end);
		err = -EBUSY;
		if (req->ev.blocker == end)
			err = cma_evacuate(&req->ev, *pfn, end);
		if (!err) {
			own_place(req, unit, pfn);
			return 0;
		}
		give_up_place(cma, unit, req->want.nr);
		if (err == -EINTR || fatal_signal_pending(current))
			return -EINTR;

		req->busy = true;
		trace_cma_alloc_busy_retry(cma->name, *pfn, pfn_to_page(*pfn),
					   req->count, req->align);
		from = max(unit_behind(req, req->ev.blocker), unit + 1);
	}
}

/* Is a pass that finds no hole worth repeating? */
static bool in_transit(struct cma *cma)
{
	unsigned long flags, taken, owned;

	spin_lock_irqsave(&cma->lock, flags);
	taken = cma->map.nr - cma->map.nr_untaken;
	owned = cma->map.nr_owned;
	spin_unlock_irqrestore(&cma->lock, flags);
	return taken != owned;
}

/*
 * Pause before the next pass; false if there is to be none. A release since the
 * pass began ends the pause early. Only pauses count as waiting: a pass that
 * took long does not cost its caller the next one.
 */
static bool pause(struct request *req, unsigned int round,
		  unsigned long releases, unsigned long *waited)
{
	unsigned int ms = cma_effort_pause(&req->effort, round,
					   jiffies_to_msecs(*waited));
	unsigned long began = jiffies;

	if (!ms)
		return false;
	if (!req->busy && !(req->gfp & __GFP_RETRY_MAYFAIL) &&
	    !in_transit(req->cma))
		return false;
	wait_event_killable_timeout(req->cma->released,
				    READ_ONCE(req->cma->releases) != releases,
				    msecs_to_jiffies(ms));
	*waited += jiffies - began;
	return !fatal_signal_pending(current);
}

static int allocate(struct request *req, unsigned long *pfn)
{
	unsigned long releases, waited = 0;
	unsigned int round = 0;
	int err;

	if (req->cma->class == CMA_EXCLUSIVE)
		return cma_exclusive_alloc(req->cma, &req->want, req->gfp, pfn);
	do {
		releases = READ_ONCE(req->cma->releases);
		req->busy = false;
		err = claim_pass(req, pfn);
		if (err == -EBUSY && req->effort.evacuate)
			err = evacuate_pass(req, pfn);
	} while (err && err != -EINTR && pause(req, round++, releases, &waited));

	return err && req->effort.evacuate && fatal_signal_pending(current) ?
	       -EINTR : err;
}

static DEFINE_RATELIMIT_STATE(report_limit, DEFAULT_RATELIMIT_INTERVAL,
			      DEFAULT_RATELIMIT_BURST);

/* Mappings of a page that may be on its way to somewhere else, -1 if it is. */
static int mappings(struct page *page)
{
	struct folio *folio = page_folio(page);
	int nr = -1;

	if (!folio_try_get(folio))
		return nr;
	if (page_folio(page) == folio)
		nr = folio_mapcount(folio);
	folio_put(folio);
	return nr;
}

/* One line that names the cause. */
static void report(const struct request *req, int err)
{
	struct cma *cma = req->cma;
	unsigned long flags, free, largest;
	struct page *page;

	if (req->gfp & __GFP_NOWARN || !__ratelimit(&report_limit))
		return;

	spin_lock_irqsave(&cma->lock, flags);
	free = cma->map.nr_untaken << cma->order_per_bit;
	largest = cma_map_largest(&cma->map) << cma->order_per_bit;
	spin_unlock_irqrestore(&cma->lock, flags);

	if (err == -EINTR) {
		pr_err("%s: alloc of %lu pages failed: interrupted by a fatal signal\n",
		       cma->name, req->count);
	} else if (req->count > cma->count) {
		pr_err("%s: alloc of %lu pages failed: larger than the area, %lu pages\n",
		       cma->name, req->count, cma->count);
	} else if (err == -EINVAL) {
		pr_err("%s: alloc of %lu pages failed: align order %u or folio size do not fit units of %lu pages\n",
		       cma->name, req->count, req->align,
		       1UL << cma->order_per_bit);
	} else if (err == -ENOSPC && free < req->count) {
		pr_err("%s: alloc of %lu pages failed: full, %lu of %lu pages free\n",
		       cma->name, req->count, free, cma->count);
	} else if (err == -ENOSPC) {
		pr_err("%s: alloc of %lu pages (align order %u) failed: fragmented, %lu pages free, largest hole %lu\n",
		       cma->name, req->count, req->align, free, largest);
	} else if (!req->effort.evacuate) {
		pr_err("%s: alloc of %lu pages failed: busy, no free run and the caller cannot sleep\n",
		       cma->name, req->count);
	} else {
		page = pfn_to_page(req->ev.blocker);
		pr_err("%s: alloc of %lu pages failed: busy, last blocker pfn %#lx flags %pGp refcount %d mapcount %d, %lu pages free, largest hole %lu\n",
		       cma->name, req->count, req->ev.blocker, &page->flags,
		       page_ref_count(page), mappings(page), free, largest);
	}
}

/* Can this request be served by this area at all? */
static int prepare_request(struct request *req, struct cma *cma,
			   unsigned long count, unsigned int align, gfp_t gfp)
{
	if (!cma_area_active(cma) || !count)
		return -EINVAL;

	req->cma = cma;
	req->count = count;
	req->align = align;
	req->gfp = gfp;
	req->ev.gfp = gfp;
	req->effort = cma_effort_of(gfp, READ_ONCE(short_wait_ms),
				    READ_ONCE(long_wait_ms));
	/* Reclaim must not wait for itself. */
	if (current->flags & PF_MEMALLOC || cma->class == CMA_EXCLUSIVE)
		req->effort.evacuate = false;
	if (gfp & __GFP_COMP && cma->class == CMA_EXCLUSIVE)
		return -EINVAL;
	if (count > cma->count)
		return -ENOSPC;
	if (align >= BITS_PER_LONG ||
	    (gfp & __GFP_COMP && !IS_ALIGNED(count, 1UL << cma->order_per_bit)))
		return -EINVAL;

	req->want.nr = cma_units(cma, count);
	if (align > cma->order_per_bit) {
		unsigned long mask = (1UL << align) - 1;

		req->want.align_mask = mask >> cma->order_per_bit;
		req->want.align_offset = (cma->base_pfn & mask) >>
					 cma->order_per_bit;
	}
	return 0;
}

/**
 * cma_alloc_range() - allocate a range of frames from an area
 * @cma: the area, may be NULL
 * @count: frames wanted
 * @align: alignment of the first frame, as an order
 * @gfp: effort and form, see cma_alloc_gfp()
 * @pfn: receives the first frame
 *
 * Context: Process context if @gfp allows direct reclaim, else any.
 * Return: 0; -EINVAL if there is no such area, it is not active, or a value is
 * out of range; -ENOSPC if no hole fits; -EBUSY if one does, but not all of its
 * frames could be had; -EINTR on a fatal signal.
 */
int cma_alloc_range(struct cma *cma, unsigned long count, unsigned int align,
		    gfp_t gfp, unsigned long *pfn)
{
	const char *name = cma ? cma->name : NULL;
	struct request req = {};
	struct page *page;
	int err;

	trace_cma_alloc_start(name, count, align);
	err = prepare_request(&req, cma, count, align, gfp);
	if (!err) {
		might_sleep_if(req.effort.evacuate);
		err = allocate(&req, pfn);
	}
	if (err && req.cma)
		report(&req, err);

	if (!err)
		cma_holders_add(cma, *pfn, count);
	page = err || cma_area_nomap(cma) ? NULL : pfn_to_page(*pfn);
	trace_cma_alloc_finish(name, err ? 0 : *pfn, page, count, align, err);
	if (!err) {
		count_vm_event(CMA_ALLOC_SUCCESS);
		atomic64_add(count, &cma->nr_allocated);
	} else if (cma && count) {
		count_vm_event(CMA_ALLOC_FAIL);
		atomic64_add(count, &cma->nr_failed);
	}
	return err;
}

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

static void finish_release(struct cma *cma, unsigned long unit,
			   unsigned long nr)
{
	unsigned long flags;

	spin_lock_irqsave(&cma->lock, flags);
	cma_map_untake(&cma->map, unit, nr);
	WRITE_ONCE(cma->releases, cma->releases + 1);
	spin_unlock_irqrestore(&cma->lock, flags);
	if (wq_has_sleeper(&cma->released))
		wake_up_all(&cma->released);
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
	unsigned long unit = (pfn - cma->base_pfn) >> cma->order_per_bit;
	unsigned long units = cma_units(cma, count);
	unsigned long held;
	int err;

	if (cma->class == CMA_EXCLUSIVE)
		return cma_exclusive_release(cma, pfn, count);
	err = disown_range(cma, pfn, count);
	if (err)
		return err;

	cma_holders_del(cma, pfn, count);
	held = cma_free(pfn, pfn + (units << cma->order_per_bit));
	WARN(held, "cma: %s: %lu of %lu pages released at pfn %#lx are still in use\n",
	     cma->name, held, count, pfn);
	finish_release(cma, unit, units);
	atomic64_add(count, &cma->nr_released);
	trace_cma_release(cma->name, pfn, pfn_to_page(pfn), count);
	return 0;
}

/**
 * cma_alloc_gfp() - allocate contiguous pages
 * @cma: the area, may be NULL
 * @count: pages wanted
 * @align: alignment of the first page, as an order of pages; it counts from
 *	physical address 0, not from the base of the area
 * @gfp: how hard to try. Without __GFP_DIRECT_RECLAIM: take what is free, never
 *	sleep. With __GFP_NORETRY: evacuate, but do not wait. With
 *	__GFP_RETRY_MAYFAIL: wait long for blockers to go. Without any of these:
 *	wait for a short time. __GFP_IO and __GFP_FS limit what migration may
 *	enter, __GFP_NOWARN keeps the log quiet, __GFP_ZERO clears the pages,
 *	__GFP_COMP makes them one compound page (@count a power of two, @align
 *	its order). Zone, node and mobility flags mean nothing here.
 *
 * Context: Process context if @gfp allows direct reclaim, else any that may take
 * zone->lock.
 * Return: the first of @count pages with a refcount of 1 each, or NULL. Give
 * them back with cma_release().
 */
struct page *cma_alloc_gfp(struct cma *cma, unsigned long count,
			   unsigned int align, gfp_t gfp)
{
	unsigned long pfn;

	if (WARN_ON_ONCE(gfp & __GFP_COMP &&
			 (!is_power_of_2(count) || align < ilog2(count))))
		return NULL;
	/* Frames without a mapping may have no pages either. */
	if (cma && cma_area_nomap(cma))
		return NULL;
	if (cma_alloc_range(cma, count, align, gfp, &pfn))
		return NULL;
	return pfn_to_page(pfn);
}

/**
 * cma_alloc() - allocate contiguous pages
 * @cma: the area, may be NULL
 * @count: pages wanted
 * @align: alignment of the first page, as an order of pages
 * @no_warn: print nothing on failure
 *
 * Context: Process context.
 * Return: as cma_alloc_gfp() with GFP_KERNEL.
 */
struct page *cma_alloc(struct cma *cma, unsigned long count, unsigned int align,
		       bool no_warn)
{
	return cma_alloc_gfp(cma, count, align,
			     GFP_KERNEL | (no_warn ? __GFP_NOWARN : 0));
}

/**
 * cma_alloc_folio() - allocate a large folio
 * @cma: the area, may be NULL
 * @order: size of the folio, as an order of pages, at least 1
 * @gfp: as for cma_alloc_gfp(), with __GFP_COMP
 *
 * Context: As cma_alloc_gfp().
 * Return: the folio, aligned to its size, or NULL. Give it back with
 * cma_free_folio().
 */
struct folio *cma_alloc_folio(struct cma *cma, int order, gfp_t gfp)
{
	struct page *page;

	if (WARN_ON_ONCE(order <= 0 || order >= BITS_PER_LONG ||
			 !(gfp & __GFP_COMP)))
		return NULL;
	page = cma_alloc_gfp(cma, 1UL << order, order, gfp);
	return page ? page_folio(page) : NULL;
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
