// SPDX-License-Identifier: GPL-2.0-only
/*
 * Evacuate: empty a range that is in use, then claim it
 *
 * The blocks of the range are isolated, so that what becomes free there stays
 * free; clean page cache is dropped and everything else migrated, a batch at a
 * time; then the range is claimed out of the isolated blocks and the isolation
 * undone. It is the work that alloc_contig_range() does, built here from the
 * same parts because three things matter to this allocator that it does not
 * offer: which frame stood in the way, a stop at the first such frame instead of
 * at the end of the range, and migration targets outside of every area.
 *
 * This layer knows frames and blocks but no areas.
 */
#include <linux/hugetlb.h>
#include <linux/migrate.h>
#include <linux/mm.h>
#include <linux/mm_inline.h>
#include <linux/moduleparam.h>
#include <linux/page-isolation.h>
#include <linux/pagemap.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/swap.h>
#include <trace/events/kmem.h>

#include "../internal.h"
#include "cma.h"
#include "fault.h"
#include "rangelock.h"
#include "trace.h"

#undef MODULE_PARAM_PREFIX
#define MODULE_PARAM_PREFIX "cma."

/* How often one frame may be found in use before it is a blocker. */
#define FRAME_TRIES	3

/* Frames that are isolated and then moved in one go: one flush of the TLBs. */
#define MOVE_BATCH	512

/* Targets that are allocated in one go: an order that per-CPU lists have. */
#define SPARE_ORDER	PAGE_ALLOC_COSTLY_ORDER

/*
 * Has the page references that no mapping and no cache accounts for? It may
 * change hands under our eyes, so nothing is followed, only counted.
 */
static bool single_page_held(struct page *page, unsigned long flags)
{
	const unsigned long swapcache = BIT(PG_swapbacked) | BIT(PG_swapcache);
	unsigned long mapping = (unsigned long)READ_ONCE(page->mapping);
	int expected = atomic_read(&page->_mapcount) + 1;

	expected += (mapping && !(mapping & PAGE_MAPPING_FLAGS)) ||
		    (flags & swapcache) == swapcache;
	expected += !!(flags & BIT(PG_private));
	return page_ref_count(page) > expected;
}

/**
 * cma_folio_held() - has a folio references that nothing accounts for?
 * @folio: the folio, to which the caller has a reference
 *
 * Context: Any; the answer is out of date at once.
 * Return: whether it has, apart from the caller's.
 */
bool cma_folio_held(struct folio *folio)
{
	int expected = 1 + folio_mapcount(folio);

	/* Its first user may map it at this moment, without any lock: a guess. */
	if (data_race(folio_mapping(folio)))
		expected += folio_nr_pages(folio);
	expected += folio_test_private(folio);
	return folio_ref_count(folio) > expected;
}

static bool large_folio_held(struct page *page)
{
	struct folio *folio = folio_get_nontail_page(page);
	bool held;

	if (!folio)
		return false;
	held = cma_folio_held(folio);
	folio_put(folio);
	return held;
}

/* The same for what is not a single page of user memory or page cache. */
static noinline bool other_frame_hopeless(struct page *page, bool taken)
{
	if (PageReserved(page))
		return true;
	if (PageHuge(page) || __PageMovable(page))
		return false;
	return !PageLRU(page) || (taken && large_folio_held(page));
}

/* Would migration surely fail on this frame, which is in use, as things are? */
static __always_inline bool used_frame_hopeless(struct page *page, bool taken)
{
	unsigned long flags = READ_ONCE(page->flags);

	if (likely((flags & (BIT(PG_lru) | BIT(PG_head))) == BIT(PG_lru)))
		return single_page_held(page, flags);
	return other_frame_hopeless(page, taken);
}

/**
 * cma_hopeless() - would migration surely fail on a frame, as things are?
 * @page: its page
 *
 * A frame that is broken is out of use, without a reference, and never free.
 *
 * Pages in per-CPU LRU batches look as if they were pinned: lru_add_drain_all()
 * first, to be sure.
 *
 * Context: Any; takes neither lock nor reference, so the answer is a guess.
 * Return: whether it would. Not if it is free, in a per-CPU list, or of a large
 * folio: see cma_lent_hopeless().
 */
bool cma_hopeless(struct page *page)
{
	return page_ref_count(page) ? used_frame_hopeless(page, false) :
				      PageHWPoison(page);
}

/**
 * cma_last_hopeless() - look for a frame that cannot be evacuated
 * @start: first frame of the range, which the caller has taken
 * @end: end of the range
 * @in_pcp: set if a free frame seems to lie in a per-CPU list, else left alone
 *
 * A cheap look before any work is done. It looks from the end, because the
 * search for another place goes on behind the frame that it finds. On the way
 * down, frames without references are those of a free page, whose head comes
 * last; or they are in a per-CPU list.
 *
 * Context: Process context; takes no lock, so the answer is a guess.
 * Return: the highest frame on which migration would surely fail, or @end if
 * there is none.
 */
unsigned long cma_last_hopeless(unsigned long start, unsigned long end,
				bool *in_pcp)
{
	unsigned long pfn = end, loose = 0;

	while (pfn-- > start) {
		struct page *page = pfn_to_page(pfn);

		if (page_ref_count(page)) {
			if (used_frame_hopeless(page, true))
				return pfn;
			*in_pcp |= loose;
			loose = 0;
		} else if (unlikely(PageHWPoison(page))) {
			return pfn;
		} else if (PageBuddy(page)) {
			*in_pcp |= loose >= pfn + cma_free_frames(page);
			loose = 0;
		} else if (!loose && !PageTail(page)) {
			loose = pfn;
		}
		if (pageblock_aligned(pfn))
			cond_resched();
	}
	/* The free page may begin further down. */
	*in_pcp |= loose && cma_first_busy(loose, loose + 1) == loose;
	return end;
}

/**
 * struct move - a batch of folios on their way out
 * @cc: what has been isolated
 * @target: for targets that are allocated one by one
 * @nr_left: pages that have yet to be moved, at most
 * @nr_spare: targets at hand
 * @spare: the first of them; they lie in a row
 * @starved: there was no memory for the target of a single page
 */
struct move {
	struct compact_control *cc;
	struct migration_target_control target;
	unsigned long nr_left;
	unsigned int nr_spare;
	struct page *spare;
	bool starved;
};

unsigned int cma_favour __read_mostly = 50;

static int set_favour(const char *text, const struct kernel_param *param)
{
	return param_set_uint_minmax(text, param, 0, 100);
}

static const struct kernel_param_ops favour_ops = {
	.set = set_favour,
	.get = param_get_uint,
};
module_param_cb(favour, &favour_ops, &cma_favour, 0644);
MODULE_PARM_DESC(favour,
		 "percent of free memory in areas above which movable pages go there first");

/* The page allocator's own rule for movable pages: does it favour areas now? */
static bool areas_favoured(struct zone *zone)
{
	return zone_page_state(zone, NR_FREE_CMA_PAGES) >
	       zone_page_state(zone, NR_FREE_PAGES) / 100 * cma_favour;
}

/*
 * Allocate targets for single pages, several in one go and without effort. A page
 * that lands in an area is work for the next allocation there, so when the page
 * allocator would choose one, pages from elsewhere are asked for.
 */
static void fill_spare(struct move *move)
{
	struct zone *zone = move->cc->zone;
	bool favoured = areas_favoured(zone);
	unsigned int order = move->nr_left >> SPARE_ORDER ? SPARE_ORDER : 0;
	gfp_t gfp = (move->target.gfp_mask & ~__GFP_RECLAIM) | __GFP_NOWARN;
	unsigned int flags = 0;

	if (is_highmem(zone) || zone_idx(zone) == ZONE_MOVABLE)
		gfp |= __GFP_HIGHMEM;
	if (favoured)
		flags = memalloc_pin_save();
	move->spare = __alloc_pages_node(move->target.nid, gfp, order);
	if (!move->spare && order) {
		order = 0;
		move->spare = __alloc_pages_node(move->target.nid, gfp, order);
	}
	if (favoured)
		memalloc_pin_restore(flags);
	if (!move->spare)
		return;
	split_page(move->spare, order);
	move->nr_spare = 1U << order;
}

/* A large folio has no easy way. */
static struct folio *find_target(struct move *move, struct folio *src)
{
	if (cma_step_fails(CMA_STEP_TARGET))
		return NULL;
	if (!folio_test_large(src)) {
		if (!move->nr_spare)
			fill_spare(move);
		move->nr_left -= !!move->nr_left;
		if (move->nr_spare)
			return page_folio(move->spare + --move->nr_spare);
	}
	return alloc_migration_target(src, (unsigned long)&move->target);
}

/*
 * A new place for a folio. That there is none for a large one says nothing of
 * others: it may be split, or the only one of its size.
 */
static struct folio *alloc_target(struct folio *src, unsigned long private)
{
	struct move *move = (void *)private;
	struct folio *target = find_target(move, src);

	move->starved |= !target && !folio_test_large(src);
	return target;
}

/* Set apart what is mapped. */
static void split_mapped(struct compact_control *cc, struct list_head *mapped,
			 unsigned long *nr_mapped)
{
	struct folio *folio, *next;

	list_for_each_entry_safe(folio, next, &cc->migratepages, lru) {
		if (folio_mapped(folio)) {
			*nr_mapped += folio_nr_pages(folio);
			list_move_tail(&folio->lru, mapped);
		}
	}
}

/*
 * Drop or migrate what has been isolated; what cannot go is put back. Clean page
 * cache is dropped, unless it is mapped: somebody is using that.
 */
static void move_batch(struct cma_evacuation *ev, struct compact_control *cc,
		       unsigned long pfn, unsigned long nr,
		       unsigned long *nr_mapped)
{
	struct move move = {
		.cc = cc,
		.target = {
			.reason = MR_CONTIG_RANGE,
			.gfp_mask = cc->gfp_mask,
			.nid = zone_to_nid(cc->zone),
		},
	};
	unsigned long dropped;
	unsigned int moved = 0;
	LIST_HEAD(mapped);
	int err = 0;

	split_mapped(cc, &mapped, nr_mapped);
	dropped = reclaim_clean_pages_from_list(cc->zone, &cc->migratepages);
	ev->nr_reclaimed += dropped;
	if (dropped)
		trace_cma_reclaim(ev->id, ev->name, pfn, dropped);
	move.nr_left = nr - min(dropped, nr);
	list_splice_tail(&mapped, &cc->migratepages);
	if (list_empty(&cc->migratepages))
		return;

	if (!cma_step_fails(CMA_STEP_MOVE))
		err = migrate_pages(&cc->migratepages, alloc_target, NULL,
				    (unsigned long)&move, cc->mode,
				    MR_CONTIG_RANGE, &moved);
	ev->starved = move.starved;
	ev->nr_migrated += moved;
	trace_cma_migrate(ev->id, ev->name, pfn, moved, max(err, 0),
			  min(err, 0));
	putback_movable_pages(&cc->migratepages);
	while (move.nr_spare)
		__free_page(move.spare + --move.nr_spare);
}

/*
 * Where isolation has to begin to get the frame at @pfn: a large folio can only
 * be moved whole. One that reaches into the range from below lies in the same
 * block, which is isolated.
 */
static unsigned long folio_start(unsigned long pfn)
{
	struct page *head = compound_head(pfn_to_page(pfn));

	return max(page_to_pfn(head), pageblock_start_pfn(pfn));
}

/*
 * Get frames out of the per-CPU lists, hugetlb's included, and keep LRU pages
 * out of their batches from now on.
 */
static void settle(struct zone *zone, bool *settled)
{
	if (!*settled)
		lru_cache_disable();
	*settled = true;
	drain_all_pages(zone);
	wait_for_freed_hugetlb_folios();
}

/*
 * Take pages off their lists, from @pfn on; cc->migrate_pfn says how far it got.
 * Only a fatal signal is an error: what cannot be isolated is seen afterwards.
 *
 * Where too many pages are isolated already, whoever comes with none in its hands
 * waits until there are fewer. That must not happen to who holds a batch.
 */
static int isolate_batch(struct compact_control *cc, unsigned long pfn,
			 unsigned long end, unsigned long *nr)
{
	int err;

	*nr = 0;
	cc->migrate_pfn = pfn;
	if (cma_step_fails(CMA_STEP_PAGES))
		return 0;
	do {
		unsigned int held = *nr ? 1 : 0;

		pfn = cc->migrate_pfn;
		cc->nr_migratepages = held;
		err = isolate_migratepages_range(cc, pfn, end);
		if (err == -EINTR || fatal_signal_pending(current))
			return -EINTR;
		*nr += cc->nr_migratepages - held;
	} while (!err && *nr < MOVE_BATCH && cc->migrate_pfn > pfn &&
		 cc->migrate_pfn < end);
	return 0;
}

/* Empty the frames of a range in isolated blocks. */
static int empty_range(struct cma_evacuation *ev, struct compact_control *cc,
		       unsigned long start, unsigned long end, bool *settled)
{
	unsigned long pfn = start, mapped = 0;
	unsigned long migrated = ev->nr_migrated, reclaimed = ev->nr_reclaimed;
	int tries = 0, err = 0;

	/* They would serve as targets. */
	if (ev->in_pcp)
		drain_all_pages(cc->zone);

	while ((pfn = cma_first_busy(pfn, end)) < end) {
		unsigned long next, nr;

		if (tries == FRAME_TRIES || (tries && ev->starved)) {
			ev->blocker = pfn;
			err = ev->starved ? -ENOMEM : -EBUSY;
			break;
		}
		if (tries)
			settle(cc->zone, settled);

		ev->starved = false;
		err = isolate_batch(cc, folio_start(pfn), end, &nr);
		if (err) {
			putback_movable_pages(&cc->migratepages);
			break;
		}
		if (nr)
			move_batch(ev, cc, pfn, nr, &mapped);

		next = cma_first_busy(pfn, clamp(cc->migrate_pfn, pfn, end));
		tries = next > pfn ? 0 : tries + 1;
		pfn = next;
	}
	trace_mm_alloc_contig_migrate_range_info(start, end,
						 ev->nr_migrated - migrated,
						 ev->nr_reclaimed - reclaimed,
						 mapped, MIGRATE_CMA);
	return err;
}

/* With the blocks isolated: empty the range and claim it. */
static int empty_and_claim(struct cma_evacuation *ev, unsigned long start,
			   unsigned long end)
{
	gfp_t gfp = current_gfp_context(ev->gfp);
	const gfp_t io_fs = __GFP_IO | __GFP_FS;
	struct compact_control cc = {
		.order = -1,
		.zone = page_zone(pfn_to_page(start)),
		.gfp_mask = (gfp & (io_fs | __GFP_RECLAIM | __GFP_NOWARN)) |
			    __GFP_HARDWALL | __GFP_MOVABLE |
			    __GFP_RETRY_MAYFAIL,
		/* Only a caller who may enter file systems waits for them. */
		.mode = (gfp & io_fs) == io_fs ? MIGRATE_SYNC :
						 MIGRATE_SYNC_LIGHT,
		.ignore_skip_hint = true,
		.no_set_skip_hint = true,
		.alloc_contig = true,
	};
	bool settled = false;
	int err;

	INIT_LIST_HEAD(&cc.migratepages);
	err = empty_range(ev, &cc, start, end, &settled);
	if (settled)
		lru_cache_enable();
	if (err)
		return err;
	err = cma_claim(start, end, &ev->blocker);
	trace_cma_claim(ev->id, ev->name, start, end - start, err);
	return err;
}

/* The blocker where isolation was refused: a block that is isolated already. */
static unsigned long isolated_frame(unsigned long start, unsigned long end)
{
	unsigned long pfn;

	for (pfn = start; pfn < end; pfn = pageblock_end_pfn(pfn)) {
		if (is_migrate_isolate_page(pfn_to_page(pfn)))
			return min(pageblock_end_pfn(pfn), end) - 1;
	}
	return start;
}

/**
 * cma_evacuate() - empty a range and claim it
 * @ev: gfp flags in, blocker and figures out
 * @start: first frame
 * @end: end of the range, in the same zone
 *
 * On success the frames are raw, as cma_claim() leaves them. On failure
 * everything is where it was, except for pages that have moved in vain, and
 * @ev->blocker is the frame that stopped it.
 *
 * Context: Process context; sleeps, for long if pages are under writeback.
 * Return: 0; -EBUSY if a frame is still in use; -ENOMEM if it is, because there
 * was no memory to move its page to; -ETIMEDOUT if somebody else
 * evacuates there, and @ev has waited for others as long as it may; -EINTR on a
 * fatal signal.
 */
int cma_evacuate(struct cma_evacuation *ev, unsigned long start,
		 unsigned long end)
{
	int err;

	ev->blocker = start;
	if (cma_step_fails(CMA_STEP_LOCK))
		return -EBUSY;
	err = cma_range_lock_killable(start, end, current_gfp_context(ev->gfp),
				      &ev->wait);
	if (err) {
		ev->blocker = ev->wait.contended;
		return err;
	}

	err = -EBUSY;
	if (!cma_step_fails(CMA_STEP_BLOCKS))
		err = start_isolate_page_range(start, end, MIGRATE_CMA, 0,
					       ev->gfp);
	trace_cma_isolate(ev->id, ev->name, start, end - start, err);
	if (err) {
		ev->blocker = isolated_frame(start, end);
	} else {
		err = empty_and_claim(ev, start, end);
		undo_isolate_page_range(start, end, MIGRATE_CMA);
	}
	cma_range_unlock(start, end);
	return err == -EAGAIN ? -EBUSY : err;
}
