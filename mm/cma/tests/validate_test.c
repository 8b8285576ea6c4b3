// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the checker: damage of each kind is found, where it is
 *
 * Each case makes one thing wrong in an area of its own, looks, and makes it
 * right again; the area has to be sound before and after.
 */
#include <kunit/test.h>
#include <linux/migrate.h>
#include <linux/mm.h>
#include <linux/page-isolation.h>
#include <linux/pagemap.h>
#include <linux/vmstat.h>

#include "../holders.h"
#include "inner.h"

/* Frames that are allocated while damage is done; too many for the pocket. */
#define HELD	40UL

/**
 * struct patient - an area to be damaged
 * @inner: the areas
 * @cma: the shared one
 * @excl: the exclusive one
 * @held: first of %HELD frames that are allocated from each
 * @excl_held: the same
 * @lent: a frame that is lent, and free
 * @idle: a frame of the exclusive area that nobody has
 */
struct patient {
	struct inner *inner;
	struct cma *cma;
	struct cma *excl;
	unsigned long held;
	unsigned long excl_held;
	unsigned long lent;
	unsigned long idle;
};

/**
 * struct damage - something that is wrong
 * @name: what
 * @rule: what the checker has to call it
 * @plant: does it
 * @undo: makes it right again
 * @exclusive: it is in the exclusive area
 * @remarked: it is no contradiction; the checker has to remark on it like this
 */
struct damage {
	const char *name;
	const char *rule;
	void (*plant)(struct patient *p);
	void (*undo)(struct patient *p);
	bool exclusive;
	bool (*remarked)(struct patient *p, const struct cma_findings *verdict);
};

static unsigned long unit_of(struct patient *p, unsigned long pfn)
{
	return pfn - p->cma->base_pfn;
}

static void own_untaken(struct patient *p)
{
	__set_bit(unit_of(p, p->lent), p->cma->map.owned);
}

static void unown_untaken(struct patient *p)
{
	__clear_bit(unit_of(p, p->lent), p->cma->map.owned);
}

static void set_first(struct patient *p)
{
	__set_bit(unit_of(p, p->lent), p->cma->map.first);
}

static void clear_first(struct patient *p)
{
	__clear_bit(unit_of(p, p->lent), p->cma->map.first);
}

static void lose_first(struct patient *p)
{
	__clear_bit(unit_of(p, p->held), p->cma->map.first);
}

static void find_first(struct patient *p)
{
	__set_bit(unit_of(p, p->held), p->cma->map.first);
}

static void add_untaken(struct patient *p)
{
	p->cma->map.nr_untaken++;
}

static void sub_untaken(struct patient *p)
{
	p->cma->map.nr_untaken--;
}

static void add_owned(struct patient *p)
{
	p->cma->map.nr_owned++;
}

static void sub_owned(struct patient *p)
{
	p->cma->map.nr_owned--;
}

static void add_best(struct patient *p)
{
	p->cma->map.sum[1].best++;
}

static void sub_best(struct patient *p)
{
	p->cma->map.sum[1].best--;
}

/* The owner gives his frames to the buddy allocator, and keeps them. */
static void free_held(struct patient *p)
{
	cma_free(p->held, p->held + HELD);
}

static void take_frames(unsigned long pfn, unsigned long end)
{
	unsigned long blocker;
	int tries = 100;

	while (cma_claim(pfn, end, &blocker) && --tries)
		drain_all_pages(page_zone(pfn_to_page(pfn)));
	WARN_ON(!tries);
}

static void take_held(struct patient *p)
{
	take_frames(p->held, p->held + HELD);
	cma_prepare(p->held, p->held + HELD, GFP_KERNEL);
}

static void set_lru(struct patient *p)
{
	SetPageLRU(pfn_to_page(p->held));
}

static void clear_lru(struct patient *p)
{
	ClearPageLRU(pfn_to_page(p->held));
}

static void drop_ref(struct patient *p)
{
	set_page_count(pfn_to_page(p->held + 1), 0);
}

static void restore_ref(struct patient *p)
{
	set_page_count(pfn_to_page(p->held + 1), 1);
}

/* Somebody takes a frame off the free lists and forgets it. */
static void lose_frame(struct patient *p)
{
	take_frames(p->lent, p->lent + 1);
}

static void return_frame(struct patient *p)
{
	cma_put_back(p->lent, p->lent + 1);
}

static void use_frame(struct patient *p)
{
	take_frames(p->lent, p->lent + 1);
	cma_prepare(p->lent, p->lent + 1, GFP_KERNEL);
}

static void unuse_frame(struct patient *p)
{
	cma_free(p->lent, p->lent + 1);
}

static bool seen_unmoving(struct patient *p, const struct cma_findings *verdict)
{
	return verdict->nr_unmoving == 1 && verdict->unmoving == p->lent &&
	       !verdict->restless;
}

static void reserve_frame(struct patient *p)
{
	use_frame(p);
	SetPageReserved(pfn_to_page(p->lent));
}

static void unreserve_frame(struct patient *p)
{
	ClearPageReserved(pfn_to_page(p->lent));
	unuse_frame(p);
}

static void make_table(struct patient *p)
{
	use_frame(p);
	__folio_set_pgtable(page_folio(pfn_to_page(p->lent)));
}

static void unmake_table(struct patient *p)
{
	__folio_clear_pgtable(page_folio(pfn_to_page(p->lent)));
	unuse_frame(p);
}

static void make_offline(struct patient *p)
{
	use_frame(p);
	__folio_set_offline(page_folio(pfn_to_page(p->lent)));
}

static void make_online(struct patient *p)
{
	__folio_clear_offline(page_folio(pfn_to_page(p->lent)));
	unuse_frame(p);
}

/*
 * A free page of the area moves to a list of the zone, with all that is counted.
 * It is a list that hardly anybody is served from, and the end of it.
 */
static void move_free(struct patient *p, int type, long change)
{
	struct page *page = pfn_to_page(p->cma->base_pfn + BLOCK);
	struct zone *zone = p->cma->zone;
	unsigned long nr, flags;

	spin_lock_irqsave(&zone->lock, flags);
	nr = cma_free_frames(page);
	if (!WARN_ON(!PageBuddy(page)))
		list_move_tail(&page->buddy_list,
			       &zone->free_area[ilog2(nr)].free_list[type]);
	__mod_zone_page_state(zone, NR_FREE_CMA_PAGES, change * (long)nr);
	spin_unlock_irqrestore(&zone->lock, flags);
}

static void stray_free(struct patient *p)
{
	move_free(p, MIGRATE_HIGHATOMIC, -1);
}

static void return_free(struct patient *p)
{
	move_free(p, MIGRATE_CMA, 1);
}

/* The type of a block none of whose frames is in a free list. */
static void set_type(struct patient *p, int type)
{
	unsigned long second = p->cma->base_pfn + BLOCK;

	take_frames(second, second + BLOCK);
	set_pageblock_migratetype(pfn_to_page(second), type);
}

static void make_movable(struct patient *p)
{
	set_type(p, MIGRATE_MOVABLE);
}

static void leave_isolated(struct patient *p)
{
	set_type(p, MIGRATE_ISOLATE);
}

static void restore_type(struct patient *p)
{
	unsigned long second = p->cma->base_pfn + BLOCK;

	set_pageblock_migratetype(pfn_to_page(second), MIGRATE_CMA);
	cma_put_back(second, second + BLOCK);
}

static struct zone *other_zone(struct zone *zone)
{
	return zone_idx(zone) ? zone - 1 : zone + 1;
}

static void change_zone(struct patient *p)
{
	p->cma->zone = other_zone(p->cma->zone);
}

static void restore_zone(struct patient *p)
{
	p->cma->zone = p->inner->outer->zone;
}

/* Frames in transit in the pocket, which stays as it is. */
static void fill_pocket(struct patient *p)
{
	cma_map_take(&p->cma->map, unit_of(p, p->lent), 4);
	take_frames(p->lent, p->lent + 4);
	cma_pocket_put(p->cma, p->lent, 4);
	cancel_delayed_work_sync(&p->cma->pocket.empty);
}

static void use_pocket_frame(struct patient *p)
{
	fill_pocket(p);
	set_page_count(pfn_to_page(p->lent + 2), 1);
}

static void unuse_pocket_frame(struct patient *p)
{
	set_page_count(pfn_to_page(p->lent + 2), 0);
	cma_pocket_empty(p->cma);
}

static void untake_pocket_frame(struct patient *p)
{
	fill_pocket(p);
	cma_map_untake(&p->cma->map, unit_of(p, p->lent), 4);
}

static void retake_pocket_frame(struct patient *p)
{
	cma_map_take(&p->cma->map, unit_of(p, p->lent), 4);
	cma_pocket_empty(p->cma);
}

static void stray_pocket(struct patient *p)
{
	p->cma->pocket.start = p->cma->base_pfn - BITS_PER_LONG;
	p->cma->pocket.raw = 1;
}

static void clear_pocket(struct patient *p)
{
	p->cma->pocket.raw = 0;
}

static void strand_units(struct patient *p)
{
	cma_map_take(&p->cma->map, unit_of(p, p->lent), 3);
}

static void unstrand_units(struct patient *p)
{
	cma_map_untake(&p->cma->map, unit_of(p, p->lent), 3);
}

static void count_wrong(struct patient *p)
{
	atomic64_inc(&p->cma->nr_allocated);
}

static void count_right(struct patient *p)
{
	atomic64_dec(&p->cma->nr_allocated);
}

/* Somebody forgets that he has finished. */
static void begin_work(struct patient *p)
{
	cma_work_begin(p->cma);
}

static void end_work(struct patient *p)
{
	cma_work_end(p->cma);
}

static void begin_excl_work(struct patient *p)
{
	cma_work_begin(p->excl);
}

static void end_excl_work(struct patient *p)
{
	cma_work_end(p->excl);
}

static bool not_compared(struct patient *p, const struct cma_findings *verdict)
{
	return verdict->restless && !verdict->nr_unmoving;
}

static void zone_count_wrong(struct patient *p)
{
	mod_zone_page_state(p->cma->zone, NR_FREE_CMA_PAGES, 1);
}

static void zone_count_right(struct patient *p)
{
	mod_zone_page_state(p->cma->zone, NR_FREE_CMA_PAGES, -1);
}

#ifdef CONFIG_CMA_HOLDERS
static void no_record(struct patient *p)
{
	p->cma->holders = cma_holders_new(8);
}

static void false_record(struct patient *p)
{
	p->cma->holders = cma_holders_new(8);
	__cma_holders_add(p->cma, p->held, HELD, NULL);
	__cma_holders_add(p->cma, p->lent, 2, NULL);
}

static void long_record(struct patient *p)
{
	p->cma->holders = cma_holders_new(8);
	__cma_holders_add(p->cma, p->held, HELD + 1, NULL);
}

static void two_records(struct patient *p)
{
	p->cma->holders = cma_holders_new(8);
	__cma_holders_add(p->cma, p->held, HELD, NULL);
	__cma_holders_add(p->cma, p->held + 5, 2, NULL);
}

static void no_records(struct patient *p)
{
	cma_holders_destroy(p->cma->holders);
	p->cma->holders = NULL;
}
#endif

static void hold_idle(struct patient *p)
{
	get_page(pfn_to_page(p->idle));
}

static void unhold_idle(struct patient *p)
{
	put_page(pfn_to_page(p->idle));
}

static void drop_excl_ref(struct patient *p)
{
	set_page_count(pfn_to_page(p->excl_held), 0);
}

static void restore_excl_ref(struct patient *p)
{
	set_page_count(pfn_to_page(p->excl_held), 1);
}

static void reserve_excl(struct patient *p)
{
	SetPageReserved(pfn_to_page(p->excl_held));
}

static void unreserve_excl(struct patient *p)
{
	ClearPageReserved(pfn_to_page(p->excl_held));
}

static void add_stuck(struct patient *p)
{
	p->excl->stuck++;
}

static void sub_stuck(struct patient *p)
{
	p->excl->stuck--;
}

static void strand_excl(struct patient *p)
{
	cma_map_take(&p->excl->map, p->idle - p->excl->base_pfn, 1);
}

static void unstrand_excl(struct patient *p)
{
	cma_map_untake(&p->excl->map, p->idle - p->excl->base_pfn, 1);
}

/* A bit for each frame of a block, whatever the size of pages. */
static DECLARE_BITMAP(guard_bits, MAX_ORDER_NR_PAGES);

static void guard_untaken(struct patient *p)
{
	p->excl->guards = guard_bits;
	__set_bit(p->idle - p->excl->base_pfn, guard_bits);
}

static void guard_owned(struct patient *p)
{
	p->excl->guards = guard_bits;
	__set_bit(p->excl_held - p->excl->base_pfn, guard_bits);
}

static void no_guards(struct patient *p)
{
	bitmap_zero(guard_bits, MAX_ORDER_NR_PAGES);
	p->excl->guards = NULL;
}

static const struct damage damages[] = {
	{ "owned but not taken", "map: owned, but not taken",
	  own_untaken, unown_untaken },
	{ "first but not owned", "map: first of an allocation, but not owned",
	  set_first, clear_first },
	{ "owned without a first", "map: owned, but no allocation begins",
	  lose_first, find_first },
	{ "one untaken too many", "map: wrong number of untaken",
	  add_untaken, sub_untaken },
	{ "one owned too many", "map: wrong number of owned",
	  add_owned, sub_owned },
	{ "search index", "map: the search index", add_best, sub_best },
	{ "handed out and free", "allocated, but free", free_held, take_held },
	{ "handed out and on an LRU list", "allocated, but on an LRU list",
	  set_lru, clear_lru },
	{ "handed out without a reference", "allocated, but nobody has a ref",
	  drop_ref, restore_ref },
	{ "frame that is lost", "lent, but neither free nor in use",
	  lose_frame, return_frame },
	{ "reserved page in lent memory", "for what cannot move",
	  reserve_frame, unreserve_frame },
	{ "page table in lent memory", "for what cannot move",
	  make_table, unmake_table },
	{ "offline page in lent memory", "for what cannot move",
	  make_offline, make_online },
	{ "page of the kernel in lent memory", NULL, use_frame, unuse_frame,
	  .remarked = seen_unmoving },
	{ "free page in another list", "free, but in a list of other memory",
	  stray_free, return_free },
	{ "movable block", "its block is not", make_movable, restore_type },
	{ "block left isolated", "its block is not",
	  leave_isolated, restore_type },
	{ "another zone", "not of the area's zone", change_zone, restore_zone },
	{ "pocket frame in use", "in the pocket, but in use",
	  use_pocket_frame, unuse_pocket_frame },
	{ "pocket frame that is untaken", "pocket: a frame that is not in tr",
	  untake_pocket_frame, retake_pocket_frame },
	{ "pocket outside of the area", "pocket: a frame that the area does",
	  stray_pocket, clear_pocket },
	{ "taken but nobody's", "stranded: taken, but nobody's",
	  strand_units, unstrand_units },
	{ "counters", "counters: ", count_wrong, count_right },
	{ "work that does not end", NULL, begin_work, end_work,
	  .remarked = not_compared },
	{ "count of the zone", "zone: ", zone_count_wrong, zone_count_right },
#ifdef CONFIG_CMA_HOLDERS
	{ "allocation without a record", "no record says", no_record, no_records },
	{ "record of free memory", "a record says who holds it, but",
	  false_record, no_records },
	{ "record that is too long", "a record says who holds it, but",
	  long_record, no_records },
	{ "two records of one frame", "two records", two_records, no_records },
#endif
	{ "exclusive: idle and held", "idle, but somebody has a reference",
	  hold_idle, unhold_idle, true },
	{ "exclusive: no reference", "but the area has no reference",
	  drop_excl_ref, restore_excl_ref, true },
	{ "exclusive: reserved", "but the system uses it",
	  reserve_excl, unreserve_excl, true },
	{ "exclusive: one stuck too many", "stranded: ",
	  add_stuck, sub_stuck, true },
	{ "exclusive: taken but nobody's", "stranded: ",
	  strand_excl, unstrand_excl, true },
	{ "exclusive: work that does not end", NULL, begin_excl_work,
	  end_excl_work, true, not_compared },
	{ "exclusive: red zone that is untaken", "red zone: ",
	  guard_untaken, no_guards, true },
	{ "exclusive: red zone that is owned", "red zone: ",
	  guard_owned, no_guards, true },
};

KUNIT_ARRAY_PARAM_DESC(damage, damages, name);

static int validate_test_init(struct kunit *test)
{
	struct patient *p = kunit_kzalloc(test, sizeof(*p), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	p->inner = inner_open(test);
	if (!p->inner)
		return 0;
	test->priv = p;
	p->cma = &p->inner->shared;
	p->excl = &p->inner->exclusive;
	cma_validate_tries = 4;
	return 0;
}

/* Once, wherever the test has ended. */
static void release_held(struct kunit *test, struct patient *p)
{
	if (p->held)
		KUNIT_EXPECT_EQ(test, 0, cma_release_range(p->cma, p->held, HELD));
	if (p->excl_held)
		KUNIT_EXPECT_EQ(test, 0, cma_release_range(p->excl, p->excl_held,
							   HELD));
	p->held = 0;
	p->excl_held = 0;
}

static void validate_test_exit(struct kunit *test)
{
	struct patient *p = test->priv;

	if (!p)
		return;
	release_held(test, p);
	cma_validate_tries = 20;
	inner_close(test, p->inner);
}

/* Hold something in both areas, away from what is damaged. */
static void hold(struct kunit *test, struct patient *p)
{
	KUNIT_ASSERT_EQ(test, 0, cma_alloc_range(p->cma, HELD, 0, GFP_KERNEL,
						 &p->held));
	KUNIT_ASSERT_EQ(test, 0, cma_alloc_range(p->excl, HELD, 0, GFP_KERNEL,
						 &p->excl_held));
	p->lent = ALIGN(p->held + HELD + 1, 64);
	p->idle = p->excl_held + HELD + 3;
}

static bool found(struct cma_findings *verdict, const char *rule)
{
	unsigned int i;

	for (i = 0; i < verdict->nr; i++) {
		if (strstr(verdict->found[i].rule, rule))
			return true;
	}
	return false;
}

static void damage_is_found(struct kunit *test)
{
	const struct damage *damage = test->param_value;
	struct patient *p = test->priv;
	struct cma_findings *verdict = &p->inner->verdict;

	hold(test, p);
	inner_expect_sound(test, p->inner);
	damage->plant(p);
	cma_validate(damage->exclusive ? p->excl : p->cma, verdict);
	if (damage->remarked) {
		KUNIT_EXPECT_EQ(test, 0U, verdict->nr);
		KUNIT_EXPECT_TRUE(test, damage->remarked(p, verdict));
	} else {
		KUNIT_EXPECT_TRUE(test, found(verdict, damage->rule));
		KUNIT_EXPECT_FALSE(test, verdict->restless);
		KUNIT_EXPECT_EQ(test, 0U, verdict->nr_unmoving);
	}
	inner_tell(test, verdict);
	damage->undo(p);
	inner_expect_sound(test, p->inner);
}

/* What may be is not taken for damage. */
static void pocket_and_pins_are_sound(struct kunit *test)
{
	struct patient *p = test->priv;
	unsigned long pfn = 0;

	hold(test, p);
	KUNIT_ASSERT_EQ(test, 0, cma_alloc_range(p->cma, 3, 0, GFP_KERNEL, &pfn));
	inner_expect_sound(test, p->inner);
	get_page(pfn_to_page(pfn));
	inner_expect_sound(test, p->inner);
	put_page(pfn_to_page(pfn));
	KUNIT_EXPECT_EQ(test, 0, cma_release_range(p->cma, pfn, 3));
	inner_expect_sound(test, p->inner);
	release_held(test, p);
	inner_expect_sound(test, p->inner);
}

static bool stay(struct page *page, isolate_mode_t mode)
{
	return false;
}

static int do_not_move(struct page *to, struct page *from,
		       enum migrate_mode mode)
{
	return -EAGAIN;
}

static void put_back(struct page *page)
{
}

/* Pages of a driver that could move them, the way a balloon does it. */
static void movable_pages_are_sound(struct kunit *test)
{
	static const struct movable_operations ops = {
		.isolate_page = stay,
		.migrate_page = do_not_move,
		.putback_page = put_back,
	};
	struct patient *p = test->priv;
	struct page *page;

	if (!IS_ENABLED(CONFIG_COMPACTION))
		kunit_skip(test, "no pages of drivers can be moved");
	hold(test, p);
	page = pfn_to_page(p->lent);
	use_frame(p);
	lock_page(page);
	__folio_set_offline(page_folio(page));
	__SetPageMovable(page, &ops);
	unlock_page(page);
	inner_expect_sound(test, p->inner);
	lock_page(page);
	__ClearPageMovable(page);
	page->mapping = NULL;
	__folio_clear_offline(page_folio(page));
	unlock_page(page);
	unuse_frame(p);
	inner_expect_sound(test, p->inner);
}

static struct kunit_case validate_cases[] = {
	KUNIT_CASE_PARAM(damage_is_found, damage_gen_params),
	KUNIT_CASE(pocket_and_pins_are_sound),
	KUNIT_CASE(movable_pages_are_sound),
	{}
};

static struct kunit_suite validate_suite = {
	.name = "cma_validate",
	.init = validate_test_init,
	.exit = validate_test_exit,
	.test_cases = validate_cases,
};

/* All areas of the kernel, after all that came before. */
static void all_areas_are_sound(struct kunit *test)
{
	struct cma_findings *verdict = kunit_kzalloc(test, sizeof(*verdict),
						    GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, verdict);
	KUNIT_EXPECT_EQ(test, 0U, cma_validate_all(verdict));
	KUNIT_EXPECT_FALSE(test, verdict->restless);
	inner_tell(test, verdict);
	totalcma_pages++;
	KUNIT_EXPECT_EQ(test, 1U, cma_validate_all(verdict));
	totalcma_pages--;
	KUNIT_EXPECT_TRUE(test, found(verdict, "CmaTotal"));
}

static struct kunit_case all_cases[] = {
	KUNIT_CASE(all_areas_are_sound),
	{}
};

static struct kunit_suite all_suite = {
	.name = "cma_validate_all",
	.test_cases = all_cases,
};

kunit_test_suites(&validate_suite, &all_suite);
