// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of what an area counts and remembers
 *
 * The figures are those of an area that exists on paper alone.
 */
#include <kunit/test.h>
#include <linux/kthread.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "inner.h"
#include "../frame.h"
#include "../stats.h"

static struct cma *new_area(struct kunit *test)
{
	struct cma *cma = kunit_kzalloc(test, sizeof(*cma), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, cma);
	spin_lock_init(&cma->lock);
	strscpy(cma->name, "paper");
	cma->count = 1000;
	return cma;
}

static long timed(const struct cma *cma, unsigned int bucket)
{
	return atomic_long_read(&cma->stats.latency[CMA_TIMED_EVACUATE][bucket]);
}

/* Bucket 0 is below 1 us, bucket i from 2^(i-1) to 2^i, the last one open. */
static void buckets_have_the_documented_bounds(struct kunit *test)
{
	struct cma *cma = new_area(test);
	unsigned int i;

	cma_stats_time(&cma->stats, CMA_TIMED_EVACUATE, 0);
	KUNIT_EXPECT_EQ(test, 1L, timed(cma, 0));
	for (i = 1; i < CMA_LATENCIES; i++) {
		cma_stats_time(&cma->stats, CMA_TIMED_EVACUATE, 1ULL << (i - 1));
		KUNIT_EXPECT_EQ(test, 1L, timed(cma, i));
		if (i == CMA_LATENCIES - 1)
			break;
		cma_stats_time(&cma->stats, CMA_TIMED_EVACUATE,
			       (1ULL << i) - 1);
		KUNIT_EXPECT_EQ(test, 2L, timed(cma, i));
	}
	cma_stats_time(&cma->stats, CMA_TIMED_EVACUATE, U64_MAX);
	KUNIT_EXPECT_EQ(test, 2L, timed(cma, CMA_LATENCIES - 1));
}

static void fragmentation_is_a_share(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0UL, cma_stats_fragmentation(0, 0));
	KUNIT_EXPECT_EQ(test, 0UL, cma_stats_fragmentation(10, 10));
	KUNIT_EXPECT_EQ(test, 1000UL, cma_stats_fragmentation(10, 0));
	KUNIT_EXPECT_EQ(test, 750UL, cma_stats_fragmentation(1000, 250));
	KUNIT_EXPECT_EQ(test, 999UL,
			cma_stats_fragmentation(ULONG_MAX >> PAGE_SHIFT, 1));
	/* Read at two moments, they may not fit each other. */
	KUNIT_EXPECT_EQ(test, 0UL, cma_stats_fragmentation(10, 11));
}

static void peak_only_rises(struct kunit *test)
{
	struct cma_stats *stats = &new_area(test)->stats;

	cma_stats_own_locked(stats, 10, false);
	cma_stats_own_locked(stats, 30, true);
	cma_stats_own_locked(stats, 20, false);
	KUNIT_EXPECT_EQ(test, 30UL, stats->peak);
	KUNIT_EXPECT_EQ(test, 2UL, stats->served[0]);
	KUNIT_EXPECT_EQ(test, 1UL, stats->served[1]);
}

/* Of fast allocations, the first after a release that was timed. */
static void fast_allocations_are_sampled(struct kunit *test)
{
	struct cma_stats *stats = &new_area(test)->stats;

	KUNIT_EXPECT_TRUE(test, cma_stats_due(stats));
	KUNIT_EXPECT_NE(test, 0ULL, cma_stats_start(stats, CMA_TIMED_CLAIM));
	KUNIT_EXPECT_FALSE(test, cma_stats_due(stats));
	cma_stats_own_locked(stats, 1, false);
	KUNIT_EXPECT_FALSE(test, cma_stats_due(stats));
	KUNIT_EXPECT_NE(test, 0ULL, cma_stats_start(stats, CMA_TIMED_RELEASE));
	KUNIT_EXPECT_TRUE(test, cma_stats_due(stats));
	KUNIT_EXPECT_NE(test, 0ULL, cma_stats_start(stats, CMA_TIMED_CLAIM));
	KUNIT_EXPECT_FALSE(test, cma_stats_due(stats));
}

/* Of other events, the first in a tick; claims and releases do not mix. */
static void the_first_in_a_tick_is_timed(struct kunit *test)
{
	struct cma_stats *stats = &new_area(test)->stats;
	unsigned long tick;
	unsigned int nr;

	do {
		tick = jiffies;
		stats->last_timed[CMA_TIMED_CLAIM] = tick - 1;
		stats->last_timed[CMA_TIMED_RELEASE] = tick - 1;
		nr = !!cma_stats_first(stats, CMA_TIMED_CLAIM);
		nr += !!cma_stats_first(stats, CMA_TIMED_CLAIM);
		nr += !!cma_stats_first(stats, CMA_TIMED_RELEASE);
		nr += !!cma_stats_first(stats, CMA_TIMED_RELEASE);
	} while (time_after(jiffies, tick));
	KUNIT_EXPECT_EQ(test, 2U, nr);
}

static void reset_leaves_the_counts(struct kunit *test)
{
	struct cma_outcome outcome = { .cause = CMA_BUSY, .pages = 1 };
	struct cma *cma = new_area(test);

	cma_stats_own_locked(&cma->stats, 10, false);
	cma_stats_time(&cma->stats, CMA_TIMED_EVACUATE, 0);
	cma_stats_failed(cma, &outcome);
	cma_stats_moved(&cma->stats, 3, 4);
	KUNIT_EXPECT_NE(test, 0ULL, cma->stats.last_failure);
	cma_stats_reset(cma);
	KUNIT_EXPECT_EQ(test, 0UL, cma->stats.peak);
	KUNIT_EXPECT_EQ(test, 0L, timed(cma, 0));
	KUNIT_EXPECT_EQ(test, 0ULL, cma->stats.last_failure);
	KUNIT_EXPECT_EQ(test, 1UL, cma->stats.served[0]);
	KUNIT_EXPECT_EQ(test, 1L,
			atomic_long_read(&cma->stats.failed[CMA_BUSY]));
	KUNIT_EXPECT_EQ(test, 3L, atomic_long_read(&cma->stats.reclaimed));
	KUNIT_EXPECT_EQ(test, 4L, atomic_long_read(&cma->stats.migrated));
}

static void every_cause_has_a_word(struct kunit *test)
{
	int i;

	for (i = 0; i < NR_CMA_CAUSES; i++) {
		KUNIT_ASSERT_NOT_NULL(test, cma_cause_name(i));
		KUNIT_EXPECT_EQ(test, strcspn(cma_cause_name(i), "\n ="),
				strlen(cma_cause_name(i)));
	}
}

static void ids_are_unique(struct kunit *test)
{
	u64 first = cma_new_id();

	KUNIT_EXPECT_NE(test, 0ULL, first);
	KUNIT_EXPECT_LT(test, first, cma_new_id());
}

/* An area on paper around memory: nothing but its frames, which are not taken. */
static struct cma *area_around(struct kunit *test, struct page *page,
			       unsigned long nr)
{
	struct cma *cma = new_area(test);
	void *mem = kunit_kzalloc(test, cma_map_bytes(nr), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, mem);
	cma->base_pfn = page_to_pfn(page);
	cma->count = nr;
	cma_map_init(&cma->map, nr, mem);
	return cma;
}

/* Frames of the large folio. */
#define LARGE	4UL

/*
 * What may be taken at any time may be somebody's by now. A reference to the
 * head of a large folio would be taken for a mistake of its owner.
 */
static void large_folio_is_looked_at_while_lent(struct kunit *test)
{
	struct folio *folio = folio_alloc(GFP_KERNEL, ilog2(LARGE));
	unsigned long pfn;
	struct cma *cma;

	KUNIT_ASSERT_NOT_NULL(test, folio);
	pfn = folio_pfn(folio);
	cma = area_around(test, folio_page(folio, 0), LARGE);
	cma_blocker_note(cma, pfn);
	folio_set_lru(folio);

	/* Nobody maps it, and it has a reference: it cannot be moved. */
	KUNIT_EXPECT_TRUE(test, cma_lent_hopeless(cma, pfn));
	KUNIT_EXPECT_EQ(test, ULONG_MAX, cma_cost(cma, pfn, pfn + LARGE));
	KUNIT_EXPECT_EQ(test, pfn, cma_blocker_known(cma, pfn, pfn + LARGE,
						     false));
	KUNIT_EXPECT_EQ(test, 0, cma_lent_mappings(cma, pfn));

	cma_map_take(&cma->map, 0, LARGE);
	KUNIT_EXPECT_FALSE(test, cma_lent_hopeless(cma, pfn));
	KUNIT_EXPECT_NE(test, ULONG_MAX, cma_cost(cma, pfn, pfn + LARGE));
	KUNIT_EXPECT_EQ(test, pfn + LARGE,
			cma_blocker_known(cma, pfn, pfn + LARGE, false));
	KUNIT_EXPECT_EQ(test, -1, cma_lent_mappings(cma, pfn));
	KUNIT_EXPECT_EQ(test, 1, folio_ref_count(folio));

	/* Not even by who looks at one page only. */
	cma_map_untake(&cma->map, 0, LARGE);
	KUNIT_EXPECT_FALSE(test, cma_hopeless(folio_page(folio, 0)));
	folio_clear_lru(folio);
	folio_put(folio);
}

#ifdef CONFIG_CMA_DEBUGFS
/* A page of the kernel's own stays, and for the reason that it is one. */
static void kernel_memory_is_unmovable(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	struct cma_frame frame;
	struct cma *cma;

	KUNIT_ASSERT_NOT_NULL(test, page);
	cma = area_around(test, page, 1);
	KUNIT_EXPECT_TRUE(test, cma_frame_stays(page_to_pfn(page)));
	cma_frame_look(cma, page_to_pfn(page), &frame);
	KUNIT_EXPECT_STREQ(test, "kernel", cma_kind_name(&frame));
	KUNIT_EXPECT_STREQ(test, "unmovable", cma_reason_name(&frame));
	KUNIT_EXPECT_EQ(test, 1, frame.refs);
	KUNIT_EXPECT_EQ(test, 0, frame.maps);
	KUNIT_EXPECT_EQ(test, 1UL, frame.nr);
	KUNIT_EXPECT_EQ(test, 1, page_ref_count(page));
	__free_page(page);
}

/* What is taken may be somebody's: not even a reference is got. */
static void taken_memory_is_left_alone(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	struct cma_frame frame;
	struct cma *cma;

	KUNIT_ASSERT_NOT_NULL(test, page);
	cma = area_around(test, page, 1);
	cma_map_take(&cma->map, 0, 1);
	KUNIT_EXPECT_NULL(test, cma_lent_folio(cma, page_to_pfn(page)));
	cma_frame_look(cma, page_to_pfn(page), &frame);
	KUNIT_EXPECT_STREQ(test, "gone", cma_reason_name(&frame));
	KUNIT_EXPECT_EQ(test, 1, page_ref_count(page));
	__free_page(page);
}

/* No memory, and memory that nobody has. */
static void nothing_is_gone(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	struct cma_frame frame;
	struct cma *cma;

	KUNIT_ASSERT_NOT_NULL(test, page);
	cma = area_around(test, page, 1);
	page_ref_freeze(page, 1);
	KUNIT_EXPECT_FALSE(test, cma_frame_stays(page_to_pfn(page)));
	cma_frame_look(cma, page_to_pfn(page), &frame);
	KUNIT_EXPECT_STREQ(test, "gone", cma_reason_name(&frame));
	KUNIT_EXPECT_EQ(test, 0, frame.refs);
	page_ref_unfreeze(page, 1);
	__free_page(page);

	KUNIT_EXPECT_FALSE(test, cma_frame_stays(ULONG_MAX >> PAGE_SHIFT));
	cma_frame_look(cma, ULONG_MAX >> PAGE_SHIFT, &frame);
	KUNIT_EXPECT_STREQ(test, "unknown", cma_kind_name(&frame));
	KUNIT_EXPECT_STREQ(test, "gone", cma_reason_name(&frame));
}

/* Somebody maps a new page and lets go of it again, over and over. */
static int map_and_unmap(void *data)
{
	struct page *page = data;
	void *trap = kmalloc(PAGE_SIZE, GFP_KERNEL);

	if (trap)
		memset(trap, 0xff, PAGE_SIZE);
	while (!kthread_should_stop()) {
		if (trap)
			WRITE_ONCE(page->mapping, trap + PAGE_MAPPING_ANON);
		cpu_relax();
		WRITE_ONCE(page->mapping, NULL);
		cond_resched();
	}
	kfree(trap);
	return 0;
}

/*
 * A page that gets its first user meanwhile used to be taken for one of a file,
 * and what is no address_space to be looked into.
 */
static void new_mapping_is_not_taken_for_a_file(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	struct task_struct *task;
	struct cma_frame frame;
	struct cma *cma;
	unsigned int i, mapped = 0;

	KUNIT_ASSERT_NOT_NULL(test, page);
	cma = area_around(test, page, 1);
	task = kthread_create(map_and_unmap, page, "cma_test_map");
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	migrate_disable();
	kthread_bind(task, cpumask_any_but(cpu_online_mask, smp_processor_id()) %
			   nr_cpu_ids);
	wake_up_process(task);
	SetPageLRU(page);
	for (i = 0; i < 200000 && mapped < 2000; i++) {
		cma_frame_look(cma, page_to_pfn(page), &frame);
		mapped += !!READ_ONCE(page->mapping);
		cond_resched();
	}
	ClearPageLRU(page);
	migrate_enable();
	kthread_stop(task);
	KUNIT_EXPECT_EQ(test, 1, page_ref_count(page));
	__free_page(page);
}
#endif /* CONFIG_CMA_DEBUGFS */

/* What was met since a moment, the last one first, and nothing before. */
static void blockers_of_an_allocation(struct kunit *test)
{
	struct cma *cma = new_area(test);
	unsigned long pfns[4], since = jiffies;
	unsigned int i;

	KUNIT_EXPECT_EQ(test, 0U, cma_blockers_since(cma, since, pfns, 4));
	for (i = 1; i <= 6; i++) {
		cma_blocker_note(cma, i);
		cma->blockers.met[i - 1].until += i;
	}
	KUNIT_ASSERT_EQ(test, 4U, cma_blockers_since(cma, since, pfns, 4));
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, 6UL - i, pfns[i]);
	KUNIT_EXPECT_EQ(test, 0U,
			cma_blockers_since(cma, jiffies + 100, pfns, 4));
}

static struct kunit_case stats_cases[] = {
	KUNIT_CASE(buckets_have_the_documented_bounds),
	KUNIT_CASE(fragmentation_is_a_share),
	KUNIT_CASE(peak_only_rises),
	KUNIT_CASE(fast_allocations_are_sampled),
	KUNIT_CASE(the_first_in_a_tick_is_timed),
	KUNIT_CASE(reset_leaves_the_counts),
	KUNIT_CASE(every_cause_has_a_word),
	KUNIT_CASE(ids_are_unique),
	KUNIT_CASE(large_folio_is_looked_at_while_lent),
#ifdef CONFIG_CMA_DEBUGFS
	KUNIT_CASE(kernel_memory_is_unmovable),
	KUNIT_CASE(taken_memory_is_left_alone),
	KUNIT_CASE(nothing_is_gone),
	KUNIT_CASE(new_mapping_is_not_taken_for_a_file),
#endif
	KUNIT_CASE(blockers_of_an_allocation),
	{}
};

static struct kunit_suite stats_suite = {
	.name = "cma_stats",
	.exit = cma_test_exit_sound,
	.test_cases = stats_cases,
};

kunit_test_suite(stats_suite);
