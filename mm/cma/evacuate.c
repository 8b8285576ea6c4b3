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
#include <linux/page-isolation.h>
#include <linux/pagemap.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/swap.h>
#include <trace/events/kmem.h>

#include "../internal.h"
#include "cma.h"
#include "rangelock.h"

/* How often one frame may be found in use before it is a blocker. */
#define FRAME_TRIES	3

/*
 * Has the page references that no mapping and no cache accounts for? It may
 * change hands under our eyes, so nothing is followed, only counted.
 */
static bool single_page_held(struct page *page)
{
	unsigned long mapping = (unsigned long)READ_ONCE(page->mapping);
	int expected = atomic_read(&page->_mapcount) + 1;

	if ((mapping && !(mapping & PAGE_MAPPING_FLAGS)) ||
	    (test_bit(PG_swapbacked, &page->flags) &&
	     test_bit(PG_swapcache, &page->flags)))
		expected++;
	if (PagePrivate(page))
		expected++;
	return page_ref_count(page) > expected;
}

static bool large_folio_held(struct page *page)
{
	struct folio *folio = folio_get_nontail_page(page);
	int expected;
	bool held;

	if (!folio)
		return false;
	expected = 1 + folio_mapcount(folio);
	if (folio_mapping(folio))
		expected += folio_nr_pages(folio);
	if (folio_test_private(folio))
		expected++;
	held = folio_ref_count(folio) > expected;
	folio_put(folio);
	return held;
}

/* Would migration surely fail on this frame, as things are? */
static bool frame_hopeless(struct page *page)
{
	/* Free, in a per-CPU list, or behind the head of a large folio. */
	if (!page_ref_count(page))
		return false;
	if (PageReserved(page))
		return true;
	if (PageHuge(page) || __PageMovable(page))
		return false;
	if (!PageLRU(page))
		return true;
	return PageCompound(page) ? large_folio_held(page) :
				    single_page_held(page);
}

/**
 * cma_last_hopeless() - look for a frame that cannot be evacuated
 * @start: first frame of the range
 * @end: end of the range
 *
 * A cheap look before any work is done. It looks from the end, because the
 * search for another place goes on behind the frame that it finds. Pages in
 * per-CPU LRU batches look as if they were pinned: lru_add_drain_all() first,
 * to be sure.
 *
 * Context: Process context; takes no lock, so the answer is a guess.
 * Return: the highest such frame, or @end if there is none.
 */
unsigned long cma_last_hopeless(unsigned long start, unsigned long end)
{
	unsigned long pfn = end;

	while (pfn-- > start) {
		if (frame_hopeless(pfn_to_page(pfn)))
			return pfn;
		if (pageblock_aligned(pfn))
			cond_resched();
	}
	return end;
}

/* The page allocator's own rule for movable pages: does it favour areas now? */
static bool areas_favoured(struct zone *zone)
{
	return zone_page_state(zone, NR_FREE_CMA_PAGES) >
	       zone_page_state(zone, NR_FREE_PAGES) / 2;
}

/*
 * A new place for a folio. A page that lands in an area is work for the next
 * allocation there, so when the page allocator would choose one, a page from
 * elsewhere is asked for first, if it can be had without effort. A large folio
 * has no such easy way.
 */
static struct folio *alloc_target(struct folio *src, unsigned long private)
{
	struct migration_target_control *mtc = (void *)private;
	struct migration_target_control easy = {
		.nid = mtc->nid,
		.gfp_mask = (mtc->gfp_mask & ~__GFP_DIRECT_RECLAIM) |
			    __GFP_NOWARN,
		.reason = mtc->reason,
	};

	if (!folio_test_large(src) && areas_favoured(folio_zone(src))) {
		unsigned int flags = memalloc_pin_save();
		struct folio *folio;

		folio = alloc_migration_target(src, (unsigned long)&easy);
		memalloc_pin_restore(flags);
		if (folio)
			return folio;
	}
	return alloc_migration_target(src, private);
}

static unsigned long mapped_frames(struct list_head *folios)
{
	unsigned long nr = 0;
	struct folio *folio;

	list_for_each_entry(folio, folios, lru)
		nr += folio_mapped(folio) * folio_nr_pages(folio);
	return nr;
}

/* Drop or migrate what has been isolated; what cannot go is put back. */
static void move_batch(struct cma_evacuation *ev, struct compact_control *cc,
		       unsigned long *mapped)
{
	unsigned int moved = 0;
	struct migration_target_control mtc = {
		.reason = MR_CONTIG_RANGE,
		.gfp_mask = cc->gfp_mask,
		.nid = zone_to_nid(cc->zone),
	};

	if (list_empty(&cc->migratepages))
		return;
	ev->nr_reclaimed += reclaim_clean_pages_from_list(cc->zone,
							  &cc->migratepages);
	if (trace_mm_alloc_contig_migrate_range_info_enabled())
		*mapped += mapped_frames(&cc->migratepages);
	if (list_empty(&cc->migratepages))
		return;
	migrate_pages(&cc->migratepages, alloc_target, NULL,
		      (unsigned long)&mtc, cc->mode, MR_CONTIG_RANGE, &moved);
	ev->nr_migrated += moved;
	putback_movable_pages(&cc->migratepages);
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

/* Empty the frames of a range in isolated blocks. */
static int empty_range(struct cma_evacuation *ev, struct compact_control *cc,
		       unsigned long start, unsigned long end, bool *settled)
{
	unsigned long pfn = start, mapped = 0;
	unsigned long migrated = ev->nr_migrated, reclaimed = ev->nr_reclaimed;
	int tries = 0, err = 0;

	/* Frames of these blocks in per-CPU lists would serve as targets. */
	if (cma_first_busy(pfn, end) < end)
		drain_all_pages(cc->zone);

	while ((pfn = cma_first_busy(pfn, end)) < end) {
		unsigned long next;

		if (tries == FRAME_TRIES) {
			ev->blocker = pfn;
			err = -EBUSY;
			break;
		}
		if (tries)
			settle(cc->zone, settled);

		cc->nr_migratepages = 0;
		err = isolate_migratepages_range(cc, folio_start(pfn), end);
		if (err == -EINTR || fatal_signal_pending(current)) {
			putback_movable_pages(&cc->migratepages);
			err = -EINTR;
			break;
		}
		err = 0;
		move_batch(ev, cc, &mapped);

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
	return err ? err : cma_claim(start, end, &ev->blocker);
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
 * Return: 0; -EBUSY if a frame is still in use; -EINTR on a fatal signal.
 */
int cma_evacuate(struct cma_evacuation *ev, unsigned long start,
		 unsigned long end)
{
	int err;

	err = cma_range_lock_killable(start, end, current_gfp_context(ev->gfp));
	if (err)
		return err;

	err = start_isolate_page_range(start, end, MIGRATE_CMA, 0, ev->gfp);
	if (err) {
		ev->blocker = isolated_frame(start, end);
	} else {
		err = empty_and_claim(ev, start, end);
		undo_isolate_page_range(start, end, MIGRATE_CMA);
	}
	cma_range_unlock(start, end);
	return err == -EAGAIN ? -EBUSY : err;
}
