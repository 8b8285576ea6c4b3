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

#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/sched/signal.h>
#include <linux/swap.h>
#include <linux/vmstat.h>

/* The stock tracepoints are made here, ours in trace.c. */
#define CREATE_TRACE_POINTS
#include <trace/events/cma.h>
#undef CREATE_TRACE_POINTS

#include "../internal.h"
#include "cma.h"
#include "effort.h"
#include "holders.h"
#include "trace.h"
#include "validate.h"

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

/* Places whose cost is compared before the first evacuation. */
#define PLACES_COMPARED	32

/* How often a cheap place may turn out to be blocked. */
#define CHEAP_TRIES	4

/* Places in one pass for which there may be no memory to move pages to. */
#define STARVED_TRIES	4

/* Evacuations that may fail in one pass, for whatever reason. */
#define FAILED_TRIES	64

/* A wait in vain spares others theirs for so many times its length. */
#define VAIN_FACTOR	16

/* From here on an allocation that met blockers is remembered as slow. */
#define SLOW_US		(100 * USEC_PER_MSEC)

/**
 * struct request - one allocation on its way
 * @cma: the area
 * @count: frames wanted
 * @align: alignment wanted, as an order of frames
 * @gfp: flags of the caller
 * @dev: the device that it is for, or NULL
 * @effort: what they allow
 * @want: size and alignment in units of the map
 * @ev: the evacuations made for it
 * @busy: a frame was in the way in this pass
 * @starved: places that could not be emptied in this pass, because there was no
 *	memory to move pages to
 * @failed: evacuations that failed in this pass
 * @met: a frame was in the way of an evacuation, in any pass
 * @evacuated: what it got had to be evacuated
 * @rounds: passes that have failed so far
 * @pausing: a pause between two passes has begun and not ended
 * @pause_began: when the last pause began, in jiffies
 * @pause_end: when it will have ended
 * @began: when it began, 0 if nobody will ask
 */
struct request {
	struct cma *cma;
	unsigned long count;
	unsigned int align;
	gfp_t gfp;
	const struct device *dev;
	struct cma_effort effort;
	struct cma_map_want want;
	struct cma_evacuation ev;
	bool busy;
	unsigned int starved;
	unsigned int failed;
	bool met;
	bool evacuated;
	unsigned int rounds;
	bool pausing;
	unsigned long pause_began;
	unsigned long pause_end;
	u64 began;
};

static unsigned long frames_of(const struct request *req)
{
	return req->want.nr << req->cma->order_per_bit;
}

static __always_inline void trace_search(const struct request *req, unsigned long unit)
{
	trace_cma_search(req->ev.id, req->cma->name, unit == CMA_MAP_NONE ?
			 CMA_MAP_NONE : cma_unit_to_pfn(req->cma, unit),
			 frames_of(req));
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
	trace_search(req, unit);
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
	if (taken)
		trace_search(req, unit);
	return taken;
}

/**
 * cma_untake() - units in transit become untaken
 * @cma: the area
 * @unit: first unit
 * @nr: number of units
 *
 * Context: Any.
 */
void cma_untake(struct cma *cma, unsigned long unit, unsigned long nr)
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
	cma_count_owned_locked(req->cma, req->count, req->cma->map.nr_owned,
			       req->evacuated);
	spin_unlock_irqrestore(&req->cma->lock, flags);
}

/*
 * Take a place for a small request, and what is left of its hole up to the end
 * of the pocket's window.
 */
static unsigned long take_rest(struct request *req, unsigned long *pfn)
{
	struct cma *cma = req->cma;
	unsigned long from = 0, unit, nr = 0, flags;

	spin_lock_irqsave(&cma->lock, flags);
	unit = cma_map_search(&cma->map, &from, &req->want);
	if (unit != CMA_MAP_NONE) {
		*pfn = cma->base_pfn + unit;
		nr = max(req->want.nr, cma_pocket_window(*pfn) - *pfn);
		nr = find_next_bit(cma->map.taken, unit + nr, unit) - unit;
		cma_map_take(&cma->map, unit, nr);
	}
	spin_unlock_irqrestore(&cma->lock, flags);
	return nr;
}

/* Time it if it is the first that the pocket does not serve in this tick. */
static void start_first(struct request *req)
{
	if (!req->began)
		req->began = cma_stats_first(cma_stats_of(req->cma),
					     CMA_TIMED_CLAIM);
}

/* Claim more than is wanted, and put it all into the pocket. */
static void fill_pocket(struct request *req)
{
	struct cma *cma = req->cma;
	unsigned long blocker, pfn, nr;

	cma_pocket_empty(cma);
	nr = take_rest(req, &pfn);
	if (!nr)
		return;
	if (pfn + nr > cma_pocket_window(pfn) ||
	    cma_claim(pfn, pfn + nr, &blocker))
		cma_untake(cma, pfn - cma->base_pfn, nr);
	else
		cma_pocket_put(cma, pfn, nr);
}

/* Serve a small request out of the pocket. */
static bool alloc_small(struct request *req, unsigned long *pfn)
{
	if (!cma_pocket_get(req->cma, req->count, req->align, pfn)) {
		start_first(req);
		fill_pocket(req);
		if (!cma_pocket_get(req->cma, req->count, req->align, pfn))
			return false;
	}
	cma_prepare(*pfn, *pfn + req->count, req->gfp);
	return true;
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

static int claim(struct request *req, unsigned long pfn, unsigned long frames)
{
	int err = cma_claim(pfn, pfn + frames, &req->ev.blocker);

	trace_cma_claim(req->ev.id, req->cma->name, pfn, frames, err);
	return err;
}

/*
 * Claim a place. Frames in per-CPU lists are free, too: they are not worth an
 * evacuation, nor another place.
 */
static int claim_place(struct request *req, unsigned long pfn,
		       unsigned long frames)
{
	int err = claim(req, pfn, frames);

	if (err != -EBUSY || !req->effort.evacuate || req->ev.pcp_drained ||
	    !cma_unused(req->ev.blocker, pfn + frames))
		return err;
	drain_all_pages(req->cma->zone);
	req->ev.pcp_drained = true;
	return claim(req, pfn, frames);
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
			int err = claim_place(req, *pfn, frames);

			if (!err) {
				own_place(req, unit, pfn);
				return 0;
			}
			cma_untake(cma, unit, req->want.nr);
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

/*
 * Is a page that looks as if it were pinned maybe only in a per-CPU batch? Pages
 * in batches are off the LRU lists, but for those that are being mlocked.
 */
static bool maybe_in_batch(const struct request *req, unsigned long pfn)
{
	unsigned long flags = READ_ONCE(pfn_to_page(pfn)->flags);

	return !req->ev.drained &&
	       (flags & (BIT(PG_lru) | BIT(PG_mlocked))) != BIT(PG_lru);
}

/* A frame in [start, end) that evacuation could not move, or @end. */
static unsigned long look(struct request *req, unsigned long start,
			  unsigned long end)
{
	unsigned long hopeless = cma_blocker_known(req->cma, start, end,
						   !req->rounds);
	unsigned long end_of_doubt;

	/* Another page may be in the frame of a blocker by now. */
	if (hopeless != end && !maybe_in_batch(req, hopeless))
		return hopeless;
	req->ev.in_pcp = false;
	hopeless = cma_last_hopeless(start, end, &req->ev.in_pcp);
	if (hopeless == end || req->ev.drained)
		return hopeless;
	/* It may only have been in a per-CPU batch. */
	lru_add_drain_all();
	req->ev.drained = true;
	end_of_doubt = hopeless + 1;
	hopeless = cma_last_hopeless(start, end_of_doubt, &req->ev.in_pcp);
	return hopeless == end_of_doubt ? end : hopeless;
}

/* Get the frames of the place at @unit, which is taken, or give it up. */
static int try_place(struct request *req, unsigned long unit,
		     unsigned long *pfn)
{
	struct cma *cma = req->cma;
	unsigned long end;
	int err = -EBUSY;

	*pfn = cma_unit_to_pfn(cma, unit);
	end = *pfn + frames_of(req);

	req->ev.blocker = look(req, *pfn, end);
	if (req->ev.blocker == end) {
		err = cma_evacuate(&req->ev, *pfn, end);
		req->failed += !!err;
	}
	if (!err) {
		req->evacuated = true;
		own_place(req, unit, pfn);
		return 0;
	}
	cma_untake(cma, unit, req->want.nr);
	if (err == -EINTR || fatal_signal_pending(current))
		return -EINTR;

	req->busy = true;
	req->met = true;
	/* Another evacuation ends, or memory is short: no blocker to remember. */
	req->starved += err == -ENOMEM;
	if (err == -EBUSY)
		cma_blocker_note(cma, req->ev.blocker);
	trace_cma_alloc_busy_retry(cma->name, *pfn, pfn_to_page(*pfn),
				   req->count, req->align);
	return -EBUSY;
}

static unsigned long place_cost(struct request *req, unsigned long pfn)
{
	unsigned long end = pfn + frames_of(req);

	if (cma_blocker_known(req->cma, pfn, end, !req->rounds) != end)
		return ULONG_MAX;
	return cma_cost(req->cma, pfn, end);
}

/*
 * Is there a place, not far behind the first one that can be emptied, that is so
 * much cheaper that it pays to leave the order? %CMA_MAP_NONE if not.
 */
static unsigned long cheaper_place(struct request *req)
{
	struct cma *cma = req->cma;
	unsigned long from = 0, best = CMA_MAP_NONE, unit, flags;
	unsigned long cost, least = ULONG_MAX;
	int i;

	for (i = 0; i < PLACES_COMPARED && least; i++) {
		spin_lock_irqsave(&cma->lock, flags);
		unit = cma_map_search(&cma->map, &from, &req->want);
		spin_unlock_irqrestore(&cma->lock, flags);
		if (unit == CMA_MAP_NONE)
			break;
		cost = place_cost(req, cma_unit_to_pfn(cma, unit));
		if (least == ULONG_MAX && cost != ULONG_MAX) {
			least = cost - cost / 4;
		} else if (cost < least) {
			best = unit;
			least = cost;
		}
		from = unit + max(req->want.nr / 4, 1UL);
	}
	return best;
}

/* What comes now is slow. */
static void start_clock(struct request *req)
{
	if (!req->began)
		req->began = cma_clock();
}

/*
 * Where there is no memory to move pages to, the next place will hardly fare
 * better, and each try reclaims in vain. Where dozens of pages would not move, there
 * may be as many as the area has frames.
 */
static bool enough(const struct request *req)
{
	return req->starved >= STARVED_TRIES || req->failed >= FAILED_TRIES;
}

/*
 * Evacuate one place after the other until one of them can be had, after the
 * cheapest among the first few.
 */
static int evacuate_pass(struct request *req, unsigned long *pfn)
{
	unsigned long from = 0, unit;
	int i, err;

	start_clock(req);
	req->ev.drained = false;
	for (i = 0; i < CHEAP_TRIES && !enough(req); i++) {
		unit = cheaper_place(req);
		if (unit == CMA_MAP_NONE || !take_place_at(req, unit))
			break;
		err = try_place(req, unit, pfn);
		if (err != -EBUSY)
			return err;
	}
	while (!enough(req)) {
		unit = take_place(req, &from);
		if (unit == CMA_MAP_NONE)
			break;
		err = try_place(req, unit, pfn);
		if (err != -EBUSY)
			return err;
		from = max(unit_behind(req, req->ev.blocker), unit + 1);
	}
	if (req->starved)
		return -ENOMEM;
	return req->busy ? -EBUSY : -ENOSPC;
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
 * Has a request of this size or smaller waited in vain a moment ago? Then an
 * ordinary one does not wait again, so that a driver that asks over and over for
 * what cannot be had spends a small part of its time waiting.
 */
static bool vain(const struct request *req)
{
	const struct cma *cma = req->cma;

	return req->count >= READ_ONCE(cma->vain_frames) &&
	       time_in_range_open(jiffies, READ_ONCE(cma->vain_since),
				  READ_ONCE(cma->vain_until));
}

/* May another pass find what this one has not found? */
static bool worth_waiting(const struct request *req)
{
	if (req->gfp & __GFP_RETRY_MAYFAIL || in_transit(req->cma))
		return true;
	return req->busy && !vain(req);
}

static void note_vain(const struct request *req, unsigned long waited)
{
	if (!waited)
		return;
	WRITE_ONCE(req->cma->vain_frames, req->count);
	WRITE_ONCE(req->cma->vain_since, jiffies);
	WRITE_ONCE(req->cma->vain_until, jiffies + VAIN_FACTOR * waited);
}

/* Is there to be a pause, and another pass behind it? Then it begins. */
static bool begin_pause(struct request *req, unsigned long waited)
{
	unsigned int ms = cma_effort_pause(&req->effort, req->rounds++,
					   jiffies_to_msecs(waited));

	if (!ms) {
		note_vain(req, waited);
		return false;
	}
	if (!worth_waiting(req))
		return false;
	start_clock(req);
	trace_cma_wait(req->ev.id, req->cma->name, ms,
		       req->busy ? req->ev.blocker : CMA_MAP_NONE);
	req->pausing = true;
	req->pause_began = jiffies;
	req->pause_end = jiffies + msecs_to_jiffies(ms);
	return true;
}

static bool released_since(const struct request *req, unsigned long releases)
{
	return atomic_long_read(&req->cma->releases) != releases;
}

/*
 * Pause before the next pass; false if there is to be none. Only pauses count as
 * waiting: a pass that took long does not cost its caller the next one.
 *
 * A release since the pass began interrupts the pause. If there was no hole,
 * that ends it. If there was one, but blockers in it, what is released is looked
 * at, and the pause goes on: whoever releases often must not make us evacuate
 * over and over.
 */
static bool pause(struct request *req, unsigned long releases,
		  unsigned long *waited)
{
	long left;

	if (!req->pausing && !begin_pause(req, *waited))
		return false;
	left = req->pause_end - jiffies;
	if (left > 0)
		left = wait_event_killable_timeout(req->cma->released,
						   released_since(req, releases),
						   left);
	if (!req->busy || left <= 0) {
		*waited += jiffies - req->pause_began;
		req->pausing = false;
	}
	return !fatal_signal_pending(current);
}

static int allocate_exclusive(struct request *req, unsigned long *pfn)
{
	int err;

	start_first(req);
	err = cma_exclusive_alloc(req->cma, &req->want, req->gfp, pfn);
	trace_cma_search(req->ev.id, req->cma->name,
			 err ? CMA_MAP_NONE : *pfn, frames_of(req));
	return err;
}

static int allocate(struct request *req, unsigned long *pfn)
{
	struct cma *cma = req->cma;
	unsigned long releases, waited = 0;
	int err;

	if (cma->class == CMA_EXCLUSIVE)
		return allocate_exclusive(req, pfn);
	if (!(req->gfp & __GFP_COMP) &&
	    cma_pocket_fits(cma, req->count, req->align) &&
	    alloc_small(req, pfn))
		return 0;
	start_first(req);
	do {
		releases = atomic_long_read(&cma->releases);
		req->busy = false;
		req->starved = 0;
		req->failed = 0;
		cma_pocket_empty(cma);
		err = claim_pass(req, pfn);
		if (err == -EBUSY && req->effort.evacuate && !req->pausing)
			err = evacuate_pass(req, pfn);
	} while (err && err != -EINTR && pause(req, releases, &waited));

	return err && req->effort.evacuate && fatal_signal_pending(current) ?
	       -EINTR : err;
}

/* An allocation is timed, perhaps because somebody follows it. */
static noinline void begin_timed(struct request *req)
{
	req->began = cma_stats_start(cma_stats_of(req->cma), CMA_TIMED_CLAIM);
	if (!cma_tracing())
		return;
	req->ev.id = cma_new_id();
	req->ev.name = req->cma->name;
	trace_cma_request(req->ev.id, req->cma->name, req->count, req->align,
			  req->gfp);
}

static struct cma_outcome outcome_of(const struct request *req, int err)
{
	struct cma_outcome outcome = {
		.id = req->ev.id,
		.err = err,
		.pages = req->count,
		.align = req->align,
		.gfp = req->gfp,
		.dev = req->dev,
		.began = req->began,
		.blocker = req->met ? req->ev.blocker : CMA_MAP_NONE,
		.migrated = req->ev.nr_migrated,
		.reclaimed = req->ev.nr_reclaimed,
		.passes = req->rounds,
		.evacuate = req->effort.evacuate,
	};

	cma_holes(req->cma, &outcome.available, &outcome.largest);
	return outcome;
}

/* An allocation has failed. */
static void end_failed(struct request *req, int err)
{
	struct cma_outcome outcome;

	/* One that was refused has not begun. */
	if (cma_tracing() && !req->began)
		begin_timed(req);
	outcome = outcome_of(req, err);
	cma_report_failure(req->cma, &outcome);
}

/* An allocation was timed because of what it took, or because it was its turn. */
static noinline void end_timed(struct request *req, int err, unsigned long pfn)
{
	struct cma *cma = req->cma;
	u64 us = cma_clock_us(req->began);
	const char *stage = req->evacuated ? "evacuated" : "claimed";

	cma_stats_moved(cma_stats_of(cma), req->ev.nr_reclaimed,
			req->ev.nr_migrated);
	if (!err)
		cma_stats_time(cma_stats_of(cma),
			       req->evacuated ? CMA_TIMED_EVACUATE :
						CMA_TIMED_CLAIM, us);
	if (!err && req->met && us > SLOW_US) {
		struct cma_outcome outcome = outcome_of(req, 0);

		outcome.cause = CMA_SLOW;
		cma_failures_note(cma, &outcome);
	}
	/* The one place that did not tell: it has no time to. */
	if (!err && !req->ev.blocker)
		trace_cma_claim(req->ev.id, cma->name, pfn, req->count, 0);
	trace_cma_done(req->ev.id, cma->name, pfn, req->count,
		       err ? "failed" : stage, us);
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
 * cma_alloc_range_for() - allocate a range of frames from an area for a device
 * @dev: the device, named to who looks for it; may be NULL
 * @cma: the area, may be NULL
 * @count: frames wanted
 * @align: alignment of the first frame, as an order
 * @gfp: effort and form, see cma_alloc_gfp()
 * @pfn: receives the first frame
 *
 * Context: Process context if @gfp allows direct reclaim, else any.
 * Return: 0; -EINVAL if there is no such area, it is not active, or a value is
 * out of range; -ENOSPC if no hole fits; -EBUSY if one does, but not all of its
 * frames could be had; -ENOMEM if that is because there was no memory to move
 * pages to; -EINTR on a fatal signal.
 */
int cma_alloc_range_for(const struct device *dev, struct cma *cma,
			unsigned long count, unsigned int align, gfp_t gfp,
			unsigned long *pfn)
{
	const char *name = cma ? cma->name : NULL;
	struct request req = { .dev = dev };
	struct page *page;
	int err;

	trace_cma_alloc_start(name, count, align);
	if (cma)
		cma_work_begin(cma);
	err = prepare_request(&req, cma, count, align, gfp);
	if (!err) {
		might_sleep_if(req.effort.evacuate);
		if (cma_stats_due(cma_stats_of(cma)))
			begin_timed(&req);
		err = allocate(&req, pfn);
	}
	if (err && req.cma)
		end_failed(&req, err);
	if (unlikely(req.began))
		end_timed(&req, err, err ? CMA_MAP_NONE : *pfn);

	if (!err)
		cma_holders_add(cma, *pfn, count, dev);
	page = err || cma_area_nomap(cma) ? NULL : pfn_to_page(*pfn);
	trace_cma_alloc_finish(name, err ? 0 : *pfn, page, count, align, err);
	if (!err) {
		count_vm_event(CMA_ALLOC_SUCCESS);
	} else if (cma && count) {
		count_vm_event(CMA_ALLOC_FAIL);
		atomic64_add(count, &cma->nr_failed);
	}
	if (cma)
		cma_work_end(cma);
	return err;
}
