// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of evacuation: who waits for whom, and what it costs
 */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/hugetlb.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/page-isolation.h>
#include <linux/vmstat.h>
#include <trace/events/cma.h>

#include "../rangelock.h"
#include "../trace.h"
#include "inner.h"

/* Frames that surely share a lane of the range lock, and those that do not. */
#define STRIPE	max_t(unsigned long, pageblock_nr_pages, MAX_ORDER_NR_PAGES)

/* A task that holds a range until it is told to let go. */
struct holder {
	struct task_struct *task;
	unsigned long start;
	struct completion locked;
	struct completion enough;
	int err;
};

static int hold(void *data)
{
	struct holder *holder = data;
	struct cma_range_wait wait = {};

	holder->err = cma_range_lock_killable(holder->start, holder->start + 1,
					      GFP_KERNEL, &wait);
	complete(&holder->locked);
	wait_for_completion(&holder->enough);
	if (!holder->err)
		cma_range_unlock(holder->start, holder->start + 1);
	return 0;
}

static void start_holder(struct kunit *test, struct holder *holder,
			 unsigned long start)
{
	holder->start = start;
	init_completion(&holder->locked);
	init_completion(&holder->enough);
	holder->task = kthread_run(hold, holder, "cma_test_holder");
	KUNIT_ASSERT_FALSE(test, IS_ERR(holder->task));
	get_task_struct(holder->task);
	wait_for_completion(&holder->locked);
	KUNIT_EXPECT_EQ(test, 0, holder->err);
}

static void end_holder(struct holder *holder)
{
	complete(&holder->enough);
	kthread_stop(holder->task);
	put_task_struct(holder->task);
}

/* A whole free stripe of an area, taken in its map; 0 if there is none. */
static unsigned long take_stripe(struct cma **from)
{
	struct cma *cma;
	unsigned long pfn;

	for_each_cma(cma) {
		*from = cma;
		if (cma_area_active(cma) && cma->class == CMA_SHARED &&
		    cma->count > 2 * STRIPE &&
		    !cma_alloc_range(cma, STRIPE, ilog2(STRIPE),
				     GFP_KERNEL | __GFP_NOWARN, &pfn))
			return pfn;
	}
	return 0;
}

/* An evacuation of @start's stripe by a caller that must not start I/O. */
static int evacuate_stripe(struct kunit *test, unsigned long start)
{
	struct cma_evacuation ev = { .gfp = GFP_NOIO | __GFP_NOWARN };
	unsigned long held = cma_free(start, start + STRIPE);
	int err;

	KUNIT_EXPECT_EQ(test, 0UL, held);
	err = cma_evacuate(&ev, start, start + STRIPE);
	/* Whatever happened, the frames are owned again. */
	if (err)
		KUNIT_ASSERT_EQ(test, 0, cma_claim(start, start + STRIPE,
						   &ev.blocker));
	cma_prepare(start, start + STRIPE, GFP_KERNEL);
	return err;
}

/* One lock for everything let a slow evacuation stall all areas. */
static void slow_evacuation_stalls_nobody_else(struct kunit *test)
{
	struct holder holder = {};
	struct cma *cma;
	unsigned long pfn = take_stripe(&cma);

	if (!pfn)
		kunit_skip(test, "no area with a free stripe");
	start_holder(test, &holder, pfn + STRIPE);
	KUNIT_EXPECT_EQ(test, 0, evacuate_stripe(test, pfn));
	end_holder(&holder);
	KUNIT_EXPECT_EQ(test, 0, cma_release_range(cma, pfn, STRIPE));
}

/* The holder may wait for I/O that needs this caller. */
static void caller_without_io_gives_up_waiting(struct kunit *test)
{
	struct holder holder = {};
	struct cma *cma;
	unsigned long pfn = take_stripe(&cma);

	if (!pfn)
		kunit_skip(test, "no area with a free stripe");
	start_holder(test, &holder, pfn + STRIPE / 2);
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, evacuate_stripe(test, pfn));
	end_holder(&holder);
	KUNIT_EXPECT_EQ(test, 0, evacuate_stripe(test, pfn));
	KUNIT_EXPECT_EQ(test, 0, cma_release_range(cma, pfn, STRIPE));
}

/* More stripes than lanes: each lane is taken once. */
static void wide_range_is_locked(struct kunit *test)
{
	struct cma_range_wait wait = {};
	struct holder holder = {};

	KUNIT_ASSERT_EQ(test, 0, cma_range_lock_killable(0, 100 * STRIPE,
							 GFP_KERNEL, &wait));
	cma_range_unlock(0, 100 * STRIPE);
	start_holder(test, &holder, 7 * STRIPE);
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT,
			cma_range_lock_killable(0, 100 * STRIPE, GFP_NOIO, &wait));
	end_holder(&holder);
	KUNIT_ASSERT_EQ(test, 0, cma_range_lock_killable(0, 100 * STRIPE,
							 GFP_NOIO, &wait));
	cma_range_unlock(0, 100 * STRIPE);
}

/* Released pages went to per-CPU lists, and from there to the next fault. */
static void released_range_is_free_at_once(struct kunit *test)
{
	struct cma *cma;
	unsigned long pfn = take_stripe(&cma);
	unsigned long blocker;

	if (!pfn)
		kunit_skip(test, "no area with a free stripe");
	KUNIT_EXPECT_EQ(test, 0, cma_release_range(cma, pfn, STRIPE));
	KUNIT_EXPECT_EQ(test, pfn + STRIPE, cma_first_busy(pfn, pfn + STRIPE));
	if (!cma_claim(pfn, pfn + STRIPE, &blocker))
		cma_put_back(pfn, pfn + STRIPE);
	else
		KUNIT_FAIL(test, "frame %#lx is not free", blocker);
}

/* What is free costs less than what has to be copied; a held page forbids all. */
static void cost_tells_free_from_used(struct kunit *test)
{
	struct cma *cma;
	unsigned long pfn = take_stripe(&cma);
	bool in_pcp = false;

	if (!pfn)
		kunit_skip(test, "no area with a free stripe");
	KUNIT_EXPECT_EQ(test, ULONG_MAX, cma_cost(cma, pfn, pfn + STRIPE));
	KUNIT_EXPECT_EQ(test, pfn + STRIPE - 1,
			cma_last_hopeless(pfn, pfn + STRIPE, &in_pcp));
	KUNIT_EXPECT_EQ(test, 0, cma_release_range(cma, pfn, STRIPE));
	KUNIT_EXPECT_EQ(test, 0UL, cma_cost(cma, pfn, pfn + STRIPE));
	KUNIT_EXPECT_FALSE(test, in_pcp);
	KUNIT_EXPECT_EQ(test, pfn + STRIPE,
			cma_last_hopeless(pfn, pfn + STRIPE, &in_pcp));
}

static atomic_t retries;

static void note_retry(void *data, const char *name, unsigned long pfn,
		       const struct page *page, unsigned long count,
		       unsigned int align)
{
	atomic_inc(&retries);
}

/*
 * A page that stays, in the middle of an area with a free stripe: it is in the way
 * of all requests for more than half of the area. The test is skipped if there can
 * be none.
 */
static struct page *pin_middle(struct kunit *test, struct cma **from)
{
	unsigned long pfn = take_stripe(from);
	struct page *pin;

	if (!pfn)
		kunit_skip(test, "no area with a free stripe");
	KUNIT_EXPECT_EQ(test, 0, cma_release_range(*from, pfn, STRIPE));
	pin = pin_frame((*from)->base_pfn + (*from)->count / 2);
	if (!pin)
		kunit_skip(test, "the middle of the area is in use");
	return pin;
}

/*
 * A page in the middle of an area, and a request for more than half of it: each
 * place has the page in it, and one look at it is enough for all of them. There
 * used to be one for each place.
 */
static void blocker_is_met_once(struct kunit *test)
{
	struct cma *cma;
	struct page *pin = pin_middle(test, &cma);
	unsigned long again;

	KUNIT_EXPECT_EQ(test, 0, register_trace_cma_alloc_busy_retry(note_retry,
								     NULL));
	atomic_set(&retries, 0);
	KUNIT_EXPECT_NE(test, 0,
			cma_alloc_range(cma, cma->count / 2 + 1, 0,
					GFP_KERNEL | __GFP_NORETRY |
					__GFP_NOWARN, &again));
	/* Once where it is cheapest to look, and once in the end. */
	KUNIT_EXPECT_LE(test, atomic_read(&retries), 8);
	unregister_trace_cma_alloc_busy_retry(note_retry, NULL);
	tracepoint_synchronize_unregister();
	__free_page(pin);
}

static atomic_t pauses;

static void note_pause(void *data, u64 id, const char *name, unsigned int ms,
		       unsigned long blocker)
{
	atomic_inc(&pauses);
}

/* A driver beside it that gets and releases small buffers all the time. */
static int get_and_release(void *data)
{
	struct cma *cma = data;
	unsigned long pfn;

	while (!kthread_should_stop()) {
		if (!cma_alloc_range(cma, 1, 0, GFP_KERNEL | __GFP_NOWARN, &pfn))
			cma_release_range(cma, pfn, 1);
		cond_resched();
	}
	return 0;
}

/*
 * A release in the area interrupts the wait for blockers. Each used to be the
 * signal for another pass that evacuates, up to a thousand instead of some five.
 */
static void releases_do_not_multiply_passes(struct kunit *test)
{
	struct cma *cma;
	struct page *pin = pin_middle(test, &cma);
	unsigned long again, releases;
	struct task_struct *task;

	releases = atomic_long_read(&cma->releases);
	task = kthread_run(get_and_release, cma, "cma_test_driver");
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	while (atomic_long_read(&cma->releases) == releases)
		usleep_range(100, 200);
	KUNIT_EXPECT_EQ(test, 0, register_trace_cma_wait(note_pause, NULL));
	atomic_set(&pauses, 0);
	cma->vain_until = cma->vain_since;
	KUNIT_EXPECT_EQ(test, -EBUSY,
			cma_alloc_range(cma, cma->count / 2 + 1, 0,
					GFP_KERNEL | __GFP_NOWARN, &again));
	KUNIT_EXPECT_GT(test, atomic_read(&pauses), 0);
	KUNIT_EXPECT_LE(test, atomic_read(&pauses), 8);
	unregister_trace_cma_wait(note_pause, NULL);
	tracepoint_synchronize_unregister();
	kthread_stop(task);
	__free_page(pin);
	cma->vain_until = cma->vain_since;
}

#ifdef CONFIG_CMA_FAULT
/*
 * Who does not get the lock of the range names a frame of it as the blocker. It
 * used to stay at the end of the range, where there may be no page.
 */
static void blocker_is_in_range_without_lock(struct kunit *test)
{
	struct cma_evacuation ev = { .gfp = GFP_NOIO };
	int err;

	ev.blocker = STRIPE + 8;
	current->fail_nth = 1;
	err = cma_evacuate(&ev, STRIPE, STRIPE + 8);
	current->fail_nth = 0;
	KUNIT_EXPECT_EQ(test, -EBUSY, err);
	KUNIT_EXPECT_GE(test, ev.blocker, STRIPE);
	KUNIT_EXPECT_LT(test, ev.blocker, STRIPE + 8);
}
#else
static void blocker_is_in_range_without_lock(struct kunit *test)
{
	kunit_skip(test, "needs CONFIG_CMA_FAULT");
}
#endif

/*
 * Who takes memory out of service isolates its blocks first. The memory of an area
 * is refused to him, lent or not, and its block stays one of the area.
 */
static void offline_of_an_area_is_refused(struct kunit *test)
{
	struct cma *cma = inner_find_outer();
	unsigned long start, end;

	if (!cma)
		kunit_skip(test, "no area");
	start = cma->base_pfn;
	end = start + pageblock_nr_pages;
	KUNIT_EXPECT_EQ(test, -EBUSY,
			start_isolate_page_range(start, end, MIGRATE_MOVABLE,
						 MEMORY_OFFLINE, GFP_KERNEL));
	KUNIT_EXPECT_TRUE(test, is_migrate_cma_page(pfn_to_page(start)));
}

/* The migrate type of what a movable allocation gets, past the per-CPU lists. */
static int type_of_movable(struct kunit *test, unsigned int favour)
{
	const unsigned int order = PAGE_ALLOC_COSTLY_ORDER + 2;
	unsigned int before = cma_favour;
	struct cma *cma = inner_find_outer();
	struct page *page;
	int type = -1;

	cma_favour = favour;
	page = alloc_pages(GFP_KERNEL | __GFP_MOVABLE, order);
	cma_favour = before;
	KUNIT_ASSERT_NOT_NULL(test, page);
	if (cma && page_zone(page) == cma->zone)
		type = get_pageblock_migratetype(page);
	__free_pages(page, order);
	return type;
}

/* An area that is a small part of the memory was always the last to be lent. */
static void favour_says_where_movable_pages_go(struct kunit *test)
{
	int first = type_of_movable(test, 0), last = type_of_movable(test, 100);

	if (first < 0 || last < 0) {
		kunit_skip(test, "no area in the zone of movable pages");
		return;
	}
	KUNIT_EXPECT_EQ(test, MIGRATE_CMA, first);
	KUNIT_EXPECT_NE(test, MIGRATE_CMA, last);
}

static struct kunit_case evacuate_cases[] = {
	KUNIT_CASE(slow_evacuation_stalls_nobody_else),
	KUNIT_CASE(caller_without_io_gives_up_waiting),
	KUNIT_CASE(wide_range_is_locked),
	KUNIT_CASE(released_range_is_free_at_once),
	KUNIT_CASE(cost_tells_free_from_used),
	KUNIT_CASE(favour_says_where_movable_pages_go),
	KUNIT_CASE(blocker_is_met_once),
	KUNIT_CASE(releases_do_not_multiply_passes),
	KUNIT_CASE(blocker_is_in_range_without_lock),
	KUNIT_CASE(offline_of_an_area_is_refused),
	{}
};

static struct kunit_suite evacuate_suite = {
	.name = "cma_evacuate",
	.exit = cma_test_exit_sound,
	.test_cases = evacuate_cases,
};

kunit_test_suite(evacuate_suite);
