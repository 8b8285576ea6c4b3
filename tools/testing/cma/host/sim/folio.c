// SPDX-License-Identifier: GPL-2.0-only
/*
 * Folios of others: LRU lists and batches, page cache, pins, and migration
 *
 * A folio is counted as the kernel counts: a reference for each mapping, for the
 * cache, for buffers, for a pin, for the per-CPU batch that it is in, and for who
 * has isolated it. The sum is checked at every step. What is in a folio has a
 * number that migration takes along, so that nothing is lost or there twice.
 */
#include "sim.h"
#include "model.h"

enum kind { ANON, SWAPPED, CACHE, MAPPED_CACHE, BUFFERS, MOVABLE, UNMOVABLE, KINDS };

static int a_file;

static bool test(const struct page *page, unsigned int flag)
{
	return page->flags & BIT(flag);
}

static void set(struct page *page, unsigned int flag, bool on)
{
	page->flags = on ? page->flags | BIT(flag) : page->flags & ~BIT(flag);
}

/* References of those who use it. */
static long users(const struct page *page)
{
	const struct folio *folio = (const struct folio *)page;
	long refs = folio_mapcount(folio) + test(page, PG_private);

	if (page->gone)
		return 0;
	if (folio_mapping(folio))
		refs += folio_nr_pages(folio);
	/* Neither mapped nor cached: the kernel's own. */
	return refs ? refs : 1;
}

static long others(const struct page *page)
{
	return page->pinned + page->batched + page->looked_at +
	       (page->isolator != SIM_NOBODY);
}

/* Is it counted right? */
void sim_check_folio(unsigned long pfn)
{
	const struct page *page = &sim_pages[pfn];

	if (page->state != SIM_FOREIGN || page->tail)
		return;
	if (page->refs != users(page) + others(page))
		sim_fail("a folio with wrong references", pfn);
	if (test(page, PG_lru) && (page->isolator || page->batched))
		sim_fail("a folio is on two lists", pfn);
}

static void drop(struct page *page)
{
	if (--page->refs)
		return;
	if (!page->gone || others(page))
		sim_fail("the last reference of a folio in use",
			 page_to_pfn(page));
	set(page, PG_lru, false);
	sim_free(page_to_pfn(page), page->order);
}

/* Those who use it do so no more. */
static void users_go(struct page *page)
{
	long nr = users(page);

	page->gone = true;
	page->mapping = NULL;
	page->_mapcount.v = -1;
	set(page, PG_swapcache, false);
	set(page, PG_private, false);
	set(page, PG_dirty, false);
	set(page, PG_writeback, false);
	sim.nr_alive--;
	page->refs -= nr - 1;
	drop(page);
}

static void drain_batch(void)
{
	while (sim.nr_batch) {
		struct page *page = &sim_pages[sim.batch[--sim.nr_batch]];

		if (page->state != SIM_FOREIGN || !page->batched)
			sim_fail("freed out of a batch", page_to_pfn(page));
		page->batched = false;
		set(page, PG_lru, true);
		drop(page);
	}
}

/* It begins its life on the LRU lists, or on the way there. */
static void add_to_lru(struct page *page)
{
	if (sim.disabled || sim_draw(2)) {
		set(page, PG_lru, true);
		return;
	}
	if (sim.nr_batch == SIM_BATCH)
		drain_batch();
	page->refs++;
	page->batched = true;
	sim.batch[sim.nr_batch++] = page_to_pfn(page);
}

void lru_add_drain_all(void)
{
	sim_check_effort("LRU batches are drained for free frames");
	sim_let_others_run();
	drain_batch();
}

/* A frame of the place has stayed although it was asked to go. */
void lru_cache_disable(void)
{
	const struct sim_place *place = &sim.places[sim.worker];
	unsigned long pfn = place->start;

	while (pfn < place->end && sim_pages[pfn].state == SIM_FREE)
		pfn++;
	if (!place->tried || pfn == place->end)
		sim_fail("LRU batches are disabled, but no frame stays",
			 place->start);
	sim.disabled++;
	lru_add_drain_all();
}

void lru_cache_enable(void)
{
	if (!sim.disabled--)
		sim_fail("LRU batches enabled once too often", 0);
}

static void make_compound(struct page *head, unsigned int order)
{
	unsigned long i;

	head->order = order;
	set(head, PG_head, order);
	for (i = 1; i < 1UL << order; i++) {
		head[i].tail = true;
		head[i].first = page_to_pfn(head);
		head[i].refs = 0;
	}
}

void sim_prep_compound(struct page *page, unsigned int order)
{
	make_compound(page, order);
}

static void set_kind(struct page *page, enum kind kind)
{
	bool anon = kind == ANON || kind == SWAPPED;

	page->mapping = kind == UNMOVABLE ? NULL : (void *)&a_file;
	if (anon)
		page->mapping = (void *)PAGE_MAPPING_ANON;
	if (kind == MOVABLE)
		page->mapping = (void *)PAGE_MAPPING_MOVABLE;
	page->_mapcount.v = anon || kind == MAPPED_CACHE ? 0 : -1;
	set(page, PG_swapbacked, anon);
	set(page, PG_swapcache, kind == SWAPPED);
	set(page, PG_private, kind == BUFFERS);
	set(page, PG_dirty, sim_draw(3));
	page->refs = users(page);
}

static bool kernels_own(const struct page *page)
{
	return !page->mapping || __PageMovable(page);
}

/* Somebody allocates a free frame, and perhaps its neighbours. */
static void folio_new(unsigned long pfn)
{
	unsigned int order = sim_draw(6) ? 1 + sim_random() % 4 : 0;
	struct page *page = &sim_pages[pfn];
	enum kind kind;

	if (page->state == SIM_PCP) {
		unsigned int i;

		for (i = 0; sim.pcp[i] != pfn; i++)
			;
		sim.pcp[i] = sim.pcp[--sim.nr_pcp];
		sim_set_state(pfn, SIM_FOREIGN);
		order = 0;
	} else {
		unsigned long head = sim_free_page_of(pfn);

		order = min(order, sim_pages[head].order);
		pfn &= ~((1UL << order) - 1);
		page = &sim_pages[pfn];
		sim_take_free(pfn, order, SIM_FOREIGN);
	}
	kind = sim_draw(12) ? MOVABLE + sim_random() % 2 :
			      sim_random() % MOVABLE;
	if (order && kind >= BUFFERS)
		kind = CACHE;
	make_compound(page, order);
	set_kind(page, kind);
	page->id = sim.next_id++;
	sim.nr_alive++;
	sim.foreign += 1UL << order;
	if (!kernels_own(page))
		add_to_lru(page);
}

/* Somebody reads a file, or touches memory: a run of free frames is used. */
static void fill(unsigned long pfn)
{
	unsigned long end = min(pfn + 1 + sim_random() % 64, SIM_FRAMES);

	for (; pfn < end; pfn++) {
		if (sim_pages[pfn].state == SIM_FREE && !sim_isolated(pfn))
			folio_new(pfn);
	}
}

/* Compaction or reclaim takes it off the lists, and puts it back later. */
static void strangers_isolate(struct page *page)
{
	if (page->isolator == SIM_OTHERS) {
		page->isolator = SIM_NOBODY;
		set(page, PG_lru, true);
		drop(page);
	} else if (test(page, PG_lru)) {
		set(page, PG_lru, false);
		page->isolator = SIM_OTHERS;
		page->refs++;
	}
}

/* Users map and unmap it, write to it, and write it back. */
static void use(struct page *page)
{
	if (page->gone || kernels_own(page))
		return;
	if (test(page, PG_swapbacked)) {
		/* Into and out of the swap cache. */
		page->flags ^= BIT(PG_swapcache);
		page->refs += test(page, PG_swapcache) ?
			      folio_nr_pages((struct folio *)page) :
			      -folio_nr_pages((struct folio *)page);
	} else if (sim_draw(2)) {
		page->refs += page->_mapcount.v < 0 ? 1 : -1;
		page->_mapcount.v = page->_mapcount.v < 0 ? 0 : -1;
	} else if (test(page, PG_dirty)) {
		set(page, PG_dirty, false);
		set(page, PG_writeback, true);
	} else {
		set(page, PG_writeback, false);
		set(page, PG_dirty, sim_draw(2));
	}
}

/* A pin begins seldom and ends soon. */
static void pin(struct page *page)
{
	if (page->pinned) {
		page->pinned = false;
		drop(page);
	} else if (sim_draw(3)) {
		page->pinned = true;
		page->refs++;
	}
}

static void meddle_with_folio(struct page *page)
{
	sim_check_folio(page_to_pfn(page));
	switch (sim_random() % 8) {
	case 0:
	case 1:
	case 2:
		pin(page);
		break;
	case 3:
		strangers_isolate(page);
		break;
	case 4:
	case 5:
		use(page);
		break;
	default:
		if (!page->gone)
			users_go(page);
	}
}

/* What was ours, and somebody else has a reference to. */
static void held_goes(struct page *page)
{
	page->refs = 0;
	page->pinned = false;
	sim_free(page_to_pfn(page), test(page, PG_head) ? page->order : 0);
}

static void pin_ours(struct page *page)
{
	if (sim.may_break && !PageCompound(page) && sim_draw(256)) {
		page->broken = true;
		sim.may_break--;
	}
	/* Once handed out, and not while it is being put. */
	if (page->refs == 1 && sim_draw(8)) {
		page->refs = 2;
		page->pinned = true;
		sim.pins++;
	} else if (page->refs == 2) {
		page->refs = 1;
		page->pinned = false;
	}
}

/* Somebody does something to a frame, whatever it is. */
void sim_meddle(unsigned long pfn)
{
	struct page *page = &sim_pages[pfn];

	page = compound_head(page);
	switch (page->state) {
	case SIM_FREE:
		if (!sim_draw(4))
			fill(pfn);
		break;
	case SIM_PCP:
		if (!sim_draw(4))
			folio_new(pfn);
		else
			sim_drain();
		break;
	case SIM_FOREIGN:
		meddle_with_folio(page);
		break;
	case SIM_HELD:
		held_goes(page);
		break;
	case SIM_OURS:
		pin_ours(page);
		break;
	case SIM_RAW:
	case SIM_TARGET:
	case SIM_BROKEN:
		break;
	}
}

/* At the end of a life: whoever has something to do with it lets it go. */
void sim_folio_leave(unsigned long pfn)
{
	struct page *page = &sim_pages[pfn];

	if (page->tail)
		return;
	if (page->state == SIM_HELD)
		held_goes(page);
	if (page->state != SIM_FOREIGN)
		return;
	drain_batch();
	if (page->isolator == SIM_US)
		sim_fail("a folio is left isolated", pfn);
	if (page->state == SIM_FOREIGN && page->isolator == SIM_OTHERS)
		strangers_isolate(page);
	if (page->state == SIM_FOREIGN && page->pinned) {
		page->pinned = false;
		drop(page);
	}
	if (page->state == SIM_FOREIGN)
		users_go(page);
}

/* A look at lent memory: nobody else may be surprised by it. */
bool sim_try_get(struct page *page)
{
	if (!page->refs)
		return false;
	if (page->state != SIM_FOREIGN)
		sim_fail("a reference to what is not lent", page_to_pfn(page));
	page->refs++;
	page->looked_at++;
	return true;
}

/* A reference of ours to a folio: to somebody else's, or the last to our own. */
void sim_put(struct page *page)
{
	unsigned long pfn = page_to_pfn(page), i;

	if (page->tail || page->refs <= 0)
		sim_fail("a reference dropped that there is not", pfn);
	if (page->state == SIM_FOREIGN) {
		page->looked_at--;
		drop(page);
		return;
	}
	if (page->state != SIM_OURS)
		sim_fail("a folio dropped that is none", pfn);
	if (!--page->refs) {
		sim_free(pfn, page->order);
		return;
	}
	for (i = 0; i < 1UL << page->order; i++)
		page[i].state = SIM_HELD;
}

/* The layers below evacuate.c */

static void isolate(struct compact_control *cc, struct page *page)
{
	bool movable = __PageMovable(page) && !page->isolator && !sim_draw(8);
	const struct folio *folio = (const struct folio *)page;

	if (!test(page, PG_lru) && !movable)
		return;
	/* Anonymous and pinned, for all that one can see. */
	if (!folio_mapping(folio) && !movable &&
	    page->refs > folio_mapcount(folio))
		return;
	set(page, PG_lru, false);
	page->isolator = SIM_US;
	page->refs++;
	sim.isolated++;
	list_add_tail(&page->lru, &cc->migratepages);
	cc->nr_migratepages += folio_nr_pages(folio);
}

int isolate_migratepages_range(struct compact_control *cc, unsigned long start,
			       unsigned long end)
{
	unsigned long pfn = start;

	sim_let_others_run();
	cc->migrate_pfn = start;
	/* Too many are isolated already. */
	if (sim_draw(64)) {
		if (cc->nr_migratepages)
			return -EAGAIN;
		sim_let_others_run();
	}
	while (pfn < end && cc->nr_migratepages < 16) {
		struct page *page = &sim_pages[pfn];

		if (!sim_isolated(pfn) ||
		    sim.isolator[pfn / pageblock_nr_pages] != sim.task)
			sim_fail("looks for pages where it must not", pfn);
		if (page->state == SIM_FOREIGN && !page->tail) {
			sim_check_folio(pfn);
			isolate(cc, page);
			if (page->isolator == SIM_US)
				pfn += folio_nr_pages((struct folio *)page) - 1;
		}
		pfn++;
		cc->migrate_pfn = pfn;
		if (!pageblock_aligned(pfn))
			continue;
		if (sim_draw(128))
			return -EINTR;
		sim_let_others_run();
	}
	return 0;
}

/* It goes off the list of who has isolated it. */
static void unlist(struct page *page)
{
	if (page->isolator != SIM_US)
		sim_fail("on a list, but not isolated", page_to_pfn(page));
	list_del(&page->lru);
	page->isolator = SIM_NOBODY;
	sim.isolated--;
}

void putback_movable_pages(struct list_head *list)
{
	struct folio *folio, *next;

	list_for_each_entry_safe(folio, next, list, lru) {
		struct page *page = &folio->page;

		sim_check_folio(page_to_pfn(page));
		unlist(page);
		if (page->gone || !kernels_own(page))
			set(page, PG_lru, true);
		drop(page);
	}
}

unsigned long reclaim_clean_pages_from_list(struct zone *zone,
					    struct list_head *list)
{
	struct folio *folio, *next;
	unsigned long nr = 0;

	(void)zone;
	list_for_each_entry_safe(folio, next, list, lru) {
		struct page *page = &folio->page;

		sim_let_others_run();
		sim_check_folio(page_to_pfn(page));
		if (page->gone || kernels_own(page) ||
		    test(page, PG_swapbacked) || folio_mapped(folio) ||
		    test(page, PG_dirty) || test(page, PG_writeback) ||
		    page->refs != users(page) + 1 || sim_draw(16))
			continue;
		nr += folio_nr_pages(folio);
		sim.dropped++;
		unlist(page);
		page->refs--;
		users_go(page);
	}
	return nr;
}

/* Free frames that may be allocated, outside of areas if the task wants so. */
static struct page *alloc_frames(unsigned int order)
{
	bool outside = current->flags & PF_MEMALLOC_PIN;
	unsigned long step = 1UL << order, i, at = sim_random() % SIM_FRAMES;

	sim_let_others_run();
	if (sim_draw(32))
		return NULL;
	for (i = 0; i < SIM_FRAMES; i += step) {
		unsigned long pfn = ALIGN_DOWN((at + i) % SIM_FRAMES, step);
		struct page *page = &sim_pages[pfn];

		if (page->state != SIM_FREE || sim_isolated(pfn) ||
		    (outside && sim_in_area(pfn)) ||
		    sim_pages[sim_free_page_of(pfn)].order < order)
			continue;
		sim_take_free(pfn, order, SIM_TARGET);
		page->refs = 1;
		sim.targets += step;
		return page;
	}
	return NULL;
}

/*
 * Targets at hand: where the page allocator would choose an area, pages from
 * elsewhere are to be asked for.
 */
struct page *__alloc_pages_node(int nid, gfp_t gfp, unsigned int order)
{
	(void)nid;
	(void)gfp;
	/* Of two attempts, the first: meanwhile others change what is free. */
	if (order && !(current->flags & PF_MEMALLOC_PIN) &&
	    sim.nr_free[NR_FREE_CMA_PAGES] >
	    sim.nr_free[NR_FREE_PAGES] / 100 * 50)
		sim_fail("a target may lie in an area that is favoured", order);
	return alloc_frames(order);
}

static void free_target(struct page *page, unsigned int order)
{
	if (page->state != SIM_TARGET || page->refs != 1)
		sim_fail("freed, but no target", page_to_pfn(page));
	page->refs = 0;
	sim.targets -= 1UL << order;
	sim_free(page_to_pfn(page), order);
}

void __free_page(struct page *page)
{
	free_target(page, 0);
}

struct folio *alloc_migration_target(struct folio *src, unsigned long private)
{
	unsigned int order = folio_test_large(src) ? src->page.order : 0;
	struct page *page = alloc_frames(order);

	(void)private;
	if (!page)
		return NULL;
	make_compound(page, order);
	return (struct folio *)page;
}

/* The content, and whoever uses it, goes to another frame. */
static void move_content(struct page *to, struct page *from)
{
	unsigned long pfn = page_to_pfn(to), i;
	unsigned int order = test(from, PG_head) ? from->order : 0;

	for (i = pfn; i < pfn + (1UL << order); i++)
		sim_set_state(i, SIM_FOREIGN);
	sim.targets -= 1UL << order;
	to->order = order;
	to->flags = from->flags;
	to->mapping = from->mapping;
	to->_mapcount = from->_mapcount;
	to->id = from->id;
	to->refs = users(to);
	if (!kernels_own(to))
		add_to_lru(to);
	unlist(from);
	from->gone = true;
	from->refs = 0;
	sim_free(page_to_pfn(from), order);
	sim.moved++;
}

/* A large folio becomes single pages, all of them isolated. */
static void split(struct page *head)
{
	unsigned long nr = folio_nr_pages((struct folio *)head), i;
	struct list_head *at = head->lru.next;

	for (i = 1; i < nr; i++) {
		struct page *page = head + i;

		page->tail = false;
		page->flags = head->flags & ~BIT(PG_head);
		page->mapping = head->mapping;
		page->_mapcount = head->_mapcount;
		page->isolator = SIM_US;
		page->order = 0;
		page->pinned = false;
		page->batched = false;
		page->gone = false;
		page->id = sim.next_id++;
		page->refs = users(page) + 1;
		list_add_tail(&page->lru, at);
		sim.isolated++;
		sim.nr_alive++;
	}
	head->order = 0;
	set(head, PG_head, false);
	head->refs = users(head) + 1;
}

static bool may_move(struct page *page)
{
	return page->refs == users(page) + 1 && !test(page, PG_writeback) &&
	       !sim_draw(24);
}

int migrate_pages(struct list_head *list, new_folio_t *get, void *put,
		  unsigned long private, enum migrate_mode mode, int reason,
		  unsigned int *nr_moved)
{
	struct folio *folio, *next, *target;
	int failed = 0;

	list_for_each_entry_safe(folio, next, list, lru) {
		struct page *page = &folio->page;
		unsigned int order = folio_test_large(folio) ? page->order : 0;

		sim_let_others_run();
		sim_check_folio(page_to_pfn(page));
		if (mode == MIGRATE_SYNC)
			set(page, PG_writeback, false);
		if (page->gone && page->refs == 1) {
			unlist(page);
			drop(page);
			continue;
		}
		target = get(folio, private);
		if (!target && order && may_move(page)) {
			split(page);
			next = folio;
			continue;
		}
		if (!target)
			return -ENOMEM;
		if (page->gone || !may_move(page)) {
			free_target(&target->page, order);
			failed++;
			continue;
		}
		move_content(&target->page, page);
		*nr_moved += 1U << order;
	}
	return failed;
}
