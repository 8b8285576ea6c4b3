// SPDX-License-Identifier: GPL-2.0-only
/*
 * Validate: compare all that is known of an area, frame by frame
 *
 * What must hold is written down here once: the map agrees with itself, with
 * the pocket, the red zones and the counters; a frame that is handed out is in
 * nobody's free list; a frame that is lent is free or in use by somebody who can
 * be asked to move; blocks can be lent.
 *
 * The system keeps running. A frame is looked at with zone->lock and cma->lock
 * held, so that neither its owner nor its state in the buddy allocator changes
 * meanwhile; but pages rest in per-CPU lists, are frozen for a moment or wait
 * with somebody who compacts memory. So whatever looks wrong is a suspect at
 * first, and a contradiction when it has looked wrong for as long as
 * %cma_validate_tries looks take.
 */
#include <linux/bitmap.h>
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/page-isolation.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include <linux/vmstat.h>

#include "../internal.h"
#include "cma.h"
#include "holders.h"
#include "validate.h"

/* Takes struct compact_control for declared. */
#include <trace/events/compaction.h>

/* Frames looked at under one hold of the locks. */
#define FRAMES_LOCKED	64UL

/* Suspects at a time. */
#define SUSPECTS	256

/* Pages of a free list that are looked at under one hold of the lock. */
#define LISTED		4096U

/*
 * How often a suspect is looked at, with pauses of 1, 2, 4 .. 64, 64 ms. Tests
 * that know that nobody is about do with less.
 */
unsigned int cma_validate_tries = 20;

/*
 * No contradiction but a remark: a page that has just been allocated looks the
 * same until its owner has put it where it belongs, and an owner who waits for
 * a disk, or for another task, may need any time for that.
 */
static const char unmoving[] = "lent, but nobody is seen who could move it";

/*
 * What compaction has collected to move pages to looks like this, on a list of
 * its own, until it has gone through its zone.
 */
static const char astray[] = "lent, but neither free nor in use";

/* So many looks more, while compaction is at work. */
#define COMPACTION_LOOKS	500

/**
 * struct suspects - frames that look wrong
 * @cma: their area
 * @verdict: what has been found so far
 * @looks: how often compaction may still put off a verdict
 * @nr: how many
 * @pfn: which
 * @rule: what is wrong with them
 */
struct suspects {
	struct cma *cma;
	struct cma_findings *verdict;
	unsigned int looks;
	unsigned int nr;
	unsigned long pfn[SUSPECTS];
	const char *rule[SUSPECTS];
};

static void blame(struct cma_findings *verdict, unsigned long pfn,
		  const char *rule)
{
	if (verdict->nr == CMA_VIOLATIONS)
		return;
	verdict->found[verdict->nr].pfn = pfn;
	verdict->found[verdict->nr++].rule = rule;
}

static void remark(struct cma_findings *verdict, unsigned long pfn)
{
	if (!verdict->nr_unmoving++)
		verdict->unmoving = pfn;
}

/* A pause that doubles, up to a limit. */
static void settle_pause(unsigned int try)
{
	if (try)
		msleep(1U << min(try - 1, 6U));
}

/* What is wrong with a page that is handed out? */
static const char *owned_page(struct page *page, bool free)
{
	if (free)
		return "allocated, but free in the buddy allocator";
	if (PageLRU(page))
		return "allocated, but on an LRU list";
	if (!page_ref_count(page) && !PageCompound(page))
		return "allocated, but nobody has a reference";
	return NULL;
}

/*
 * Does a page that is in use show how it can be moved? Anonymous memory and page
 * cache have a mapping, and stay on an LRU list when a file is cut off while
 * somebody holds its page; what a driver can move has a mapping of its own kind.
 * Behind the head of a large page there is nothing to be seen.
 */
static bool shows_a_mover(struct page *page)
{
	return READ_ONCE(page->flags) & (BIT(PG_lru) | BIT(PG_swapcache)) ||
	       READ_ONCE(page->mapping) || PageTail(page) || PageHuge(page);
}

/* With a page that is lent? */
static const char *lent_page(struct page *page, bool free)
{
	if (free || PageHWPoison(page))
		return NULL;
	/* A balloon's pages are offline, and those in areas can be moved. */
	if (PageReserved(page) || PageSlab(page) || PageTable(page) ||
	    (PageOffline(page) && !__PageMovable(page)))
		return "lent, but in use for what cannot move";
	if (!page_ref_count(page))
		return PageCompound(page) ? NULL : astray;
	return shows_a_mover(page) ? NULL : unmoving;
}

static bool in_pocket(const struct cma *cma, unsigned long pfn)
{
	return pfn >= cma->pocket.start &&
	       pfn - cma->pocket.start < BITS_PER_LONG &&
	       cma->pocket.raw & BIT(pfn - cma->pocket.start);
}

static const char *shared_frame(struct cma *cma, unsigned long pfn)
{
	unsigned long unit = (pfn - cma->base_pfn) >> cma->order_per_bit;
	struct page *page = pfn_to_page(pfn);
	bool free = cma_first_busy(pfn, pfn + 1) != pfn;

	if (page_zone(page) != cma->zone)
		return "not of the area's zone";
	if (pageblock_aligned(pfn) && !is_migrate_cma_page(page) &&
	    !(is_migrate_isolate_page(page) && atomic_read(&cma->working)))
		return "its block is not one that can be lent";
	if (test_bit(unit, cma->map.owned))
		return owned_page(page, free);
	if (!test_bit(unit, cma->map.taken))
		return lent_page(page, free);
	if (in_pocket(cma, pfn) && (free || page_ref_count(page)))
		return "in the pocket, but in use or free elsewhere";
	return NULL;
}

/* Pages of an exclusive area have a reference that is the area's own. */
static const char *exclusive_frame(struct cma *cma, unsigned long pfn)
{
	struct page *page = pfn_to_page(pfn);

	if (PageBuddy(page) || PageReserved(page) || PageLRU(page))
		return "exclusive, but the system uses it";
	if (!page_ref_count(page))
		return "exclusive, but the area has no reference";
	if (page_ref_count(page) > 1 && !PageHWPoison(page) &&
	    !test_bit(pfn - cma->base_pfn, cma->map.taken))
		return "idle, but somebody has a reference";
	return NULL;
}

static const char *frame_rule(struct cma *cma, unsigned long pfn)
{
	if (cma->class == CMA_EXCLUSIVE)
		return exclusive_frame(cma, pfn);
	return shared_frame(cma, pfn);
}

/* Where an area has pages, they are of one zone each. */
static void lock_frame(struct cma *cma, unsigned long pfn, unsigned long *flags)
	__acquires(&page_zone(pfn_to_page(pfn))->lock)
	__acquires(&cma->lock)
{
	spin_lock_irqsave(&page_zone(pfn_to_page(pfn))->lock, *flags);
	spin_lock(&cma->lock);
}

static void unlock_frame(struct cma *cma, unsigned long pfn,
			 unsigned long flags)
	__releases(&cma->lock)
	__releases(&page_zone(pfn_to_page(pfn))->lock)
{
	spin_unlock(&cma->lock);
	spin_unlock_irqrestore(&page_zone(pfn_to_page(pfn))->lock, flags);
}

static bool any_with(const struct suspects *s, const char *rule)
{
	unsigned int i;

	for (i = 0; i < s->nr; i++) {
		if (s->rule[i] == rule)
			return true;
	}
	return false;
}

/*
 * Zones being compacted at the moment. The free pages that are held meanwhile go
 * back before the end is said; the counters in vmstat stand still until then.
 */
static atomic_t compactions;

#ifdef CONFIG_COMPACTION
static void compaction_begins(void *data, struct compact_control *cc,
			      unsigned long start, unsigned long end, bool sync)
{
	atomic_inc(&compactions);
}

static void compaction_ends(void *data, struct compact_control *cc,
			    unsigned long start, unsigned long end, bool sync,
			    int status)
{
	atomic_dec(&compactions);
}

/* Before there is memory to compact, so that no end is seen without its begin. */
static int __init watch_compaction(void)
{
	int err = register_trace_mm_compaction_begin(compaction_begins, NULL);

	if (!err)
		err = register_trace_mm_compaction_end(compaction_ends, NULL);
	return err;
}
early_initcall(watch_compaction);
#endif

/*
 * Look at all suspects again; those that look well are none any more, nor are
 * those that look wrong in another way: they have changed hands.
 */
static void look_again(struct suspects *s)
{
	unsigned int i, left = 0;
	unsigned long flags;
	const char *rule;

	drain_all_pages(page_zone(pfn_to_page(s->pfn[0])));
	if (any_with(s, unmoving))
		lru_add_drain_all();
	for (i = 0; i < s->nr; i++) {
		unsigned long pfn = s->pfn[i];

		lock_frame(s->cma, pfn, &flags);
		rule = frame_rule(s->cma, pfn);
		unlock_frame(s->cma, pfn, flags);
		if (rule && rule == s->rule[i]) {
			s->rule[left] = rule;
			s->pfn[left++] = pfn;
		}
		cond_resched();
	}
	s->nr = left;
}

static void settle(struct suspects *s)
{
	unsigned int i, try = 0, pauses = 0;

	while (s->nr && try < cma_validate_tries) {
		settle_pause(pauses++);
		look_again(s);
		if (s->looks && any_with(s, astray) && atomic_read(&compactions))
			s->looks--;
		else
			try++;
	}
	for (i = 0; i < s->nr; i++) {
		if (s->rule[i] == unmoving)
			remark(s->verdict, s->pfn[i]);
		else
			blame(s->verdict, s->pfn[i], s->rule[i]);
	}
	s->nr = 0;
}

/* Of remarks, so many are enough: each takes its time. */
static bool is_suspect(const struct suspects *s, const char *rule)
{
	return rule && (rule != unmoving || s->verdict->nr_unmoving < CMA_VIOLATIONS);
}

/* Look at the frames of [pfn, end), which are few. */
static void look_at(struct suspects *s, unsigned long pfn, unsigned long end)
{
	unsigned long first = pfn, flags;

	lock_frame(s->cma, first, &flags);
	for (; pfn < end; pfn++) {
		s->pfn[s->nr] = pfn;
		s->rule[s->nr] = frame_rule(s->cma, pfn);
		s->nr += is_suspect(s, s->rule[s->nr]);
	}
	unlock_frame(s->cma, first, flags);
}

static void check_frames(struct suspects *s)
{
	struct cma *cma = s->cma;
	unsigned long pfn = cma->base_pfn, end = pfn + cma->count;

	while (pfn < end && s->verdict->nr < CMA_VIOLATIONS) {
		unsigned long next = min3(end, pageblock_end_pfn(pfn),
					  pfn + FRAMES_LOCKED);

		if (s->nr > SUSPECTS - FRAMES_LOCKED)
			settle(s);
		look_at(s, pfn, next);
		pfn = next;
		cond_resched();
	}
	settle(s);
}

/* The first unit whose state no sequence of calls leads to. */
static const char *map_rule(const struct cma *cma, unsigned long *unit)
{
	const struct cma_map *map = &cma->map;
	unsigned long start, end;

	*unit = find_next_andnot_bit(map->owned, map->taken, map->nr, 0);
	if (*unit < map->nr)
		return "map: owned, but not taken";
	*unit = find_next_andnot_bit(map->first, map->owned, map->nr, 0);
	if (*unit < map->nr)
		return "map: first of an allocation, but not owned";
	for_each_set_bitrange(start, end, map->owned, map->nr) {
		*unit = start;
		if (!test_bit(start, map->first))
			return "map: owned, but no allocation begins here";
	}
	*unit = 0;
	if (map->nr_untaken != map->nr - bitmap_weight(map->taken, map->nr))
		return "map: wrong number of untaken units";
	if (map->nr_owned != bitmap_weight(map->owned, map->nr))
		return "map: wrong number of owned units";
	if (cma_map_validate(map))
		return "map: the search index is wrong";
	return NULL;
}

/* Is each frame in the pocket in transit? */
static const char *pocket_rule(const struct cma *cma, unsigned long *unit)
{
	unsigned long raw = cma->pocket.raw;
	unsigned int bit;

	for_each_set_bit(bit, &raw, BITS_PER_LONG) {
		unsigned long pfn = cma->pocket.start + bit;

		*unit = cma_area_contains(cma, pfn) ? pfn - cma->base_pfn : 0;
		if (!cma_area_contains(cma, pfn) || cma->order_per_bit)
			return "pocket: a frame that the area does not have";
		if (!test_bit(*unit, cma->map.taken) ||
		    test_bit(*unit, cma->map.owned))
			return "pocket: a frame that is not in transit";
	}
	return NULL;
}

/* Units in transit that nobody is working on: the first of them. */
static const char *stranded_rule(const struct cma *cma, unsigned long *unit)
{
	const struct cma_map *map = &cma->map;

	for (*unit = 0; *unit < map->nr; ++*unit) {
		*unit = find_next_andnot_bit(map->taken, map->owned, map->nr,
					     *unit);
		if (*unit < map->nr && !in_pocket(cma, cma_unit_to_pfn(cma, *unit)))
			return "stranded: taken, but nobody's";
	}
	return NULL;
}

/* In an exclusive area, they are red zones and frames in use by others. */
static const char *transit_rule(const struct cma *cma, unsigned long *unit)
{
	const struct cma_map *map = &cma->map;
	unsigned long transit = map->nr - map->nr_untaken - map->nr_owned;
	unsigned long guards = 0;

	*unit = 0;
	if (cma->releasing)
		return NULL;
	if (cma->guards) {
		guards = bitmap_weight(cma->guards, map->nr);
		*unit = find_next_andnot_bit(cma->guards, map->taken, map->nr, 0);
		if (*unit == map->nr)
			*unit = find_first_and_bit(cma->guards, map->owned,
						   map->nr);
		if (*unit < map->nr)
			return "red zone: not taken for one";
		*unit = 0;
	}
	if (transit != guards + cma->stuck)
		return "stranded: more or less taken than owned, guarded and stuck";
	return NULL;
}

static const char *counter_rule(struct cma *cma)
{
	s64 held = atomic64_read(&cma->nr_allocated) -
		   atomic64_read(&cma->nr_released);

	/* Parts of units are not counted. */
	if (!cma->order_per_bit && held != cma->map.nr_owned)
		return "counters: allocated and released do not give what is owned";
	return NULL;
}

/* What must hold when nobody is at work. */
static const char *quiet_rule(struct cma *cma, unsigned long *unit,
			      unsigned long *pfn)
{
	const char *rule = NULL;

	if (cma->class == CMA_SHARED)
		rule = stranded_rule(cma, unit);
	if (rule)
		return rule;
	*unit = 0;
	*pfn = cma->base_pfn;
	rule = counter_rule(cma);
	return rule ? rule : cma_holders_check(cma, pfn);
}

static void check_records(struct cma *cma, struct cma_findings *verdict)
{
	unsigned long unit = 0, flags;
	const char *rule;

	spin_lock_irqsave(&cma->lock, flags);
	rule = map_rule(cma, &unit);
	if (!rule)
		rule = cma->class == CMA_SHARED ? pocket_rule(cma, &unit) :
						  transit_rule(cma, &unit);
	spin_unlock_irqrestore(&cma->lock, flags);
	if (rule)
		blame(verdict, cma_unit_to_pfn(cma, unit), rule);
}

static void check_at_rest(struct cma *cma, struct cma_findings *verdict)
{
	unsigned long unit = 0, pfn = cma->base_pfn, flags;
	const char *rule = NULL;
	bool quiet = false;
	unsigned int try;

	for (try = 0; try < cma_validate_tries && !quiet; try++) {
		settle_pause(try);
		spin_lock_irqsave(&cma->lock, flags);
		/* Pairs with the release of cma_work_end(). */
		quiet = !atomic_read_acquire(&cma->working);
		if (quiet)
			rule = quiet_rule(cma, &unit, &pfn);
		spin_unlock_irqrestore(&cma->lock, flags);
	}
	verdict->restless |= !quiet;
	if (rule)
		blame(verdict, max(pfn, cma_unit_to_pfn(cma, unit)), rule);
}

static struct list_head *lent_list(struct zone *zone, unsigned int order)
{
	return &zone->free_area[order].free_list[MIGRATE_CMA];
}

/* Frames that the free lists of areas have, all areas of the zone together. */
static unsigned long count_lent_locked(struct zone *zone)
{
	unsigned long frames = 0;
	unsigned int order;

	for (order = 0; order < NR_PAGE_ORDERS; order++)
		frames += list_count_nodes(lent_list(zone, order)) << order;
	return frames;
}

static void check_count(struct cma *cma, struct cma_findings *verdict)
{
	unsigned long flags;
	bool agree = false;
	unsigned int try;

	for (try = 0; try < cma_validate_tries && !agree; try++) {
		settle_pause(try);
		spin_lock_irqsave(&cma->zone->lock, flags);
		agree = count_lent_locked(cma->zone) ==
			zone_page_state_snapshot(cma->zone, NR_FREE_CMA_PAGES);
		spin_unlock_irqrestore(&cma->zone->lock, flags);
	}
	if (!agree)
		blame(verdict, cma->base_pfn,
		      "zone: the free lists do not give its count of free area memory");
}

/* A frame of the area among the first pages of a list. */
static bool has_stray_locked(struct cma *cma, struct list_head *list,
			     unsigned long *pfn)
{
	unsigned int seen = 0;
	struct page *page;

	list_for_each_entry(page, list, buddy_list) {
		*pfn = page_to_pfn(page);
		if (cma_area_contains(cma, *pfn))
			return true;
		if (++seen == LISTED)
			break;
	}
	return false;
}

/*
 * Free memory of the area must not be where requests find it that could not give
 * it back. Isolated blocks are in nobody's reach.
 */
static void check_strays(struct cma *cma, struct cma_findings *verdict)
{
	unsigned long pfn, flags;
	unsigned int i;
	bool stray;

	for (i = 0; i < MIGRATE_TYPES * NR_PAGE_ORDERS; i++) {
		unsigned int type = i % MIGRATE_TYPES;
		struct free_area *area = &cma->zone->free_area[i / MIGRATE_TYPES];

		if (type == MIGRATE_CMA || type == MIGRATE_ISOLATE)
			continue;
		spin_lock_irqsave(&cma->zone->lock, flags);
		stray = has_stray_locked(cma, &area->free_list[type], &pfn);
		spin_unlock_irqrestore(&cma->zone->lock, flags);
		if (stray)
			blame(verdict, pfn, "free, but in a list of other memory");
		cond_resched();
	}
}

static void check_zone(struct cma *cma, struct cma_findings *verdict)
{
	if (!populated_zone(cma->zone)) {
		blame(verdict, cma->base_pfn, "not of the area's zone");
		return;
	}
	check_count(cma, verdict);
	check_strays(cma, verdict);
}

/* Look at one area; add to what the verdict has. */
static void validate_area(struct cma *cma, struct cma_findings *verdict,
			  struct suspects *s)
{
	if (!cma_area_active(cma))
		return;
	s->cma = cma;
	s->verdict = verdict;
	s->looks = COMPACTION_LOOKS;
	s->nr = 0;
	check_records(cma, verdict);
	check_at_rest(cma, verdict);
	if (cma->class == CMA_SHARED)
		check_zone(cma, verdict);
	if (!cma_area_nomap(cma))
		check_frames(s);
}

static struct suspects *begin(struct cma_findings *verdict)
{
	struct suspects *s = kmalloc(sizeof(*s), GFP_KERNEL);

	verdict->nr = 0;
	verdict->restless = false;
	verdict->nr_unmoving = 0;
	if (!s)
		blame(verdict, 0, "not looked at: no memory for it");
	return s;
}

/**
 * cma_validate() - look for contradictions in an area
 * @cma: the area
 * @verdict: receives what was found
 *
 * Context: Process context; sleeps. The caller is not inside an allocation or
 * release of the area.
 * Return: number of contradictions.
 */
unsigned int cma_validate(struct cma *cma, struct cma_findings *verdict)
{
	struct suspects *s = begin(verdict);

	if (s)
		validate_area(cma, verdict, s);
	kfree(s);
	return verdict->nr;
}

/**
 * cma_validate_all() - look for contradictions in all areas and between them
 * @verdict: receives what was found
 *
 * Context: As cma_validate().
 * Return: number of contradictions.
 */
unsigned int cma_validate_all(struct cma_findings *verdict)
{
	struct suspects *s = begin(verdict);
	unsigned long total = 0;
	struct cma *cma;

	for_each_cma(cma) {
		if (cma->class == CMA_SHARED)
			total += cma->count;
		if (s)
			validate_area(cma, verdict, s);
	}
	if (total != totalcma_pages)
		blame(verdict, 0, "CmaTotal is not the sum of all areas");
	kfree(s);
	return verdict->nr;
}
