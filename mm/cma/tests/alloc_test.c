// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of allocation and release in a live area
 *
 * They use the first active area of the running kernel and leave it as they
 * found it, which is checked after each test. Tests called after a defect show
 * that it is not there.
 */
#include <kunit/test.h>
#include <linux/cma.h>
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/page-isolation.h>
#include <linux/swap.h>
#include <linux/vmstat.h>
#include <linux/workqueue.h>

#include "inner.h"
#include "narrow.h"

static unsigned long global_vm_event(enum vm_event_item item)
{
	static unsigned long events[NR_VM_EVENT_ITEMS];

	all_vm_events(events);
	return events[item];
}

/* What must be the same after a test as before. */
struct before {
	struct cma *cma;
	unsigned long untaken;
	unsigned long owned;
};

static int cma_test_init(struct kunit *test)
{
	struct before *before = kunit_kzalloc(test, sizeof(*before), GFP_KERNEL);
	struct cma *cma;

	KUNIT_ASSERT_NOT_NULL(test, before);
	for_each_cma(cma) {
		if (!cma_area_active(cma) || cma->order_per_bit ||
		    cma->class != CMA_SHARED)
			continue;
		before->cma = cma;
		cma_pocket_empty(cma);
		before->untaken = cma->map.nr_untaken;
		before->owned = cma->map.nr_owned;
		test->priv = before;
		return 0;
	}
	kunit_skip(test, "no active area");
	return 0;
}

static void cma_test_exit(struct kunit *test)
{
	struct before *before = test->priv;
	struct cma *cma;

	if (!before)
		return;
	cma = before->cma;
	cma_pocket_empty(cma);
	KUNIT_EXPECT_EQ(test, cma->map.nr_untaken, before->untaken);
	KUNIT_EXPECT_EQ(test, cma->map.nr_owned, before->owned);
	cma_test_expect_sound(test, cma);
}

static struct cma *area_of(struct kunit *test)
{
	return ((struct before *)test->priv)->cma;
}

/* Allocate or fail the test. */
static unsigned long must_alloc(struct kunit *test, struct cma *cma,
				unsigned long count, unsigned int align)
{
	unsigned long pfn = 0;

	KUNIT_ASSERT_EQ(test, 0, cma_alloc_range(cma, count, align, GFP_KERNEL,
						 &pfn));
	return pfn;
}

static void alloc_sizes(struct kunit *test)
{
	static const unsigned long sizes[] = { 1, 2, 3, 7, 64, 255, 512, 1000,
					       1024, 2049, 4096 };
	struct cma *cma = area_of(test);
	unsigned long i, j, pfn;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		unsigned long allocated = atomic64_read(&cma->nr_allocated);
		unsigned long released = atomic64_read(&cma->nr_released);

		if (sizes[i] > cma->count / 2)
			break;
		pfn = must_alloc(test, cma, sizes[i], 0);
		KUNIT_EXPECT_TRUE(test, cma_area_contains(cma, pfn));
		KUNIT_EXPECT_TRUE(test, cma_area_contains(cma,
							  pfn + sizes[i] - 1));
		for (j = 0; j < sizes[i]; j++)
			KUNIT_EXPECT_EQ(test, 1,
					page_ref_count(pfn_to_page(pfn + j)));
		KUNIT_EXPECT_EQ(test, 0, cma_release_range(cma, pfn, sizes[i]));
		KUNIT_EXPECT_EQ(test, allocated + sizes[i],
				(unsigned long)atomic64_read(&cma->nr_allocated));
		KUNIT_EXPECT_EQ(test, released + sizes[i],
				(unsigned long)atomic64_read(&cma->nr_released));
	}
}

static void alloc_alignment(struct kunit *test)
{
	struct cma *cma = area_of(test);
	unsigned long odd = must_alloc(test, cma, 1, 0);
	unsigned int align;

	for (align = 1; align <= 10; align++) {
		unsigned long pfn = must_alloc(test, cma, 3, align);

		KUNIT_EXPECT_TRUE(test, IS_ALIGNED(pfn, 1UL << align));
		KUNIT_EXPECT_EQ(test, 0, cma_release_range(cma, pfn, 3));
	}
	KUNIT_EXPECT_EQ(test, 0, cma_release_range(cma, odd, 1));
}

static void alloc_refuses_bad_values(struct kunit *test)
{
	struct cma *cma = area_of(test);
	const gfp_t gfp = GFP_KERNEL | __GFP_NOWARN;
	unsigned long pfn;

	KUNIT_EXPECT_NULL(test, cma_alloc(NULL, 1, 0, true));
	KUNIT_EXPECT_EQ(test, -EINVAL, cma_alloc_range(cma, 0, 0, gfp, &pfn));
	KUNIT_EXPECT_EQ(test, -ENOSPC, cma_alloc_range(cma, cma->count + 1, 0,
						       gfp, &pfn));
	KUNIT_EXPECT_EQ(test, -ENOSPC, cma_alloc_range(cma, ULONG_MAX, 0, gfp,
						       &pfn));
	KUNIT_EXPECT_EQ(test, -EINVAL, cma_alloc_range(cma, 1, BITS_PER_LONG,
						       gfp, &pfn));
	KUNIT_EXPECT_EQ(test, -ENOSPC, cma_alloc_range(cma, 1,
						       BITS_PER_LONG - 1, gfp,
						       &pfn));
}

/* Failed calls count, and only once. */
static void failure_is_counted(struct kunit *test)
{
	struct cma *cma = area_of(test);
	unsigned long failed = atomic64_read(&cma->nr_failed);

	KUNIT_EXPECT_NULL(test, cma_alloc(cma, cma->count + 1, 0, true));
	KUNIT_EXPECT_EQ(test, failed + cma->count + 1,
			(unsigned long)atomic64_read(&cma->nr_failed));
}

static void alloc_without_interrupts(struct kunit *test)
{
	struct cma *cma = area_of(test);
	unsigned long flags = narrow_enter(), pfn;
	int err;

	err = cma_alloc_range(cma, 16, 0, GFP_ATOMIC, &pfn);
	if (!err)
		err = cma_release_range(cma, pfn, 16);
	narrow_leave(flags);
	KUNIT_EXPECT_EQ(test, 0, err);
}

static void alloc_zeroed(struct kunit *test)
{
	struct cma *cma = area_of(test);
	unsigned long pfn, i;

	pfn = must_alloc(test, cma, 4, 0);
	for (i = 0; i < 4; i++)
		memset_page(pfn_to_page(pfn + i), 0, 0x5a, PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, 0, cma_release_range(cma, pfn, 4));

	KUNIT_ASSERT_EQ(test, 0, cma_alloc_range(cma, 4, 0,
						 GFP_KERNEL | __GFP_ZERO,
						 &pfn));
	for (i = 0; i < 4; i++) {
		void *at = kmap_local_page(pfn_to_page(pfn + i));

		KUNIT_EXPECT_NULL(test, memchr_inv(at, 0, PAGE_SIZE));
		kunmap_local(at);
	}
	KUNIT_EXPECT_EQ(test, 0, cma_release_range(cma, pfn, 4));
}

/* A folio smaller than a block is served too, and given back only whole. */
static void small_folio_is_not_lost(struct kunit *test)
{
	struct cma *cma = area_of(test);
	struct folio *folio = cma_alloc_folio(cma, 3, GFP_KERNEL | __GFP_COMP);

	KUNIT_ASSERT_NOT_NULL(test, folio);
	KUNIT_EXPECT_EQ(test, 8L, folio_nr_pages(folio));
	KUNIT_EXPECT_EQ(test, 1, folio_ref_count(folio));
	KUNIT_EXPECT_TRUE(test, IS_ALIGNED(folio_pfn(folio), 8));
	KUNIT_EXPECT_EQ(test, -EINVAL, cma_release_range(cma, folio_pfn(folio),
							 4));
	KUNIT_EXPECT_EQ(test, -EINVAL, cma_release_range(cma,
							 folio_pfn(folio) + 4,
							 4));
	KUNIT_EXPECT_TRUE(test, cma_free_folio(cma, folio));
}

static void release_twice_is_refused(struct kunit *test)
{
	struct cma *cma = area_of(test);
	unsigned long pfn = must_alloc(test, cma, 5, 0);

	KUNIT_EXPECT_EQ(test, 0, cma_release_range(cma, pfn, 5));
	KUNIT_EXPECT_EQ(test, -ENOENT, cma_release_range(cma, pfn, 5));
	KUNIT_EXPECT_EQ(test, -ENOENT, cma_release_range(cma, pfn, 1));
}

static void release_overrun_is_refused(struct kunit *test)
{
	struct cma *cma = area_of(test);
	unsigned long pfn = must_alloc(test, cma, 5, 0);
	unsigned long end = cma->base_pfn + cma->count;

	KUNIT_EXPECT_EQ(test, -ENOENT, cma_release_range(cma, pfn, 6));
	KUNIT_EXPECT_EQ(test, -EINVAL, cma_release_range(cma, pfn,
							 end - pfn + 1));
	KUNIT_EXPECT_EQ(test, -EINVAL, cma_release_range(cma, pfn, ULONG_MAX));
	KUNIT_EXPECT_EQ(test, -EINVAL, cma_release_range(cma, pfn, 0));
	KUNIT_EXPECT_EQ(test, 0, cma_release_range(cma, pfn, 5));
}

static void release_across_owners_is_refused(struct kunit *test)
{
	struct cma *cma = area_of(test);
	unsigned long a = must_alloc(test, cma, 8, 0);
	unsigned long b = must_alloc(test, cma, 8, 0);

	if (b == a + 8) {
		KUNIT_EXPECT_EQ(test, -EXDEV, cma_release_range(cma, a, 16));
		KUNIT_EXPECT_EQ(test, -EXDEV, cma_release_range(cma, a + 4, 8));
	}
	KUNIT_EXPECT_EQ(test, 0, cma_release_range(cma, a, 8));
	KUNIT_EXPECT_EQ(test, 0, cma_release_range(cma, b, 8));
}

static void release_in_parts(struct kunit *test)
{
	struct cma *cma = area_of(test);
	unsigned long pfn = must_alloc(test, cma, 100, 0);

	KUNIT_EXPECT_EQ(test, 0, cma_release_range(cma, pfn + 40, 20));
	KUNIT_EXPECT_EQ(test, -ENOENT, cma_release_range(cma, pfn, 100));
	KUNIT_EXPECT_EQ(test, 0, cma_release_range(cma, pfn, 40));
	KUNIT_EXPECT_EQ(test, 0, cma_release_range(cma, pfn + 60, 40));
}

static void foreign_pages_are_not_ours(struct kunit *test)
{
	struct cma *cma = area_of(test);
	struct page *page = alloc_page(GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_FALSE(test, cma_release(cma, page, 1));
	KUNIT_EXPECT_FALSE(test, cma_release(cma, NULL, 1));
	KUNIT_EXPECT_FALSE(test, cma_release(NULL, page, 1));
	KUNIT_EXPECT_PTR_EQ(test, cma_find(page), NULL);
	__free_page(page);
}

/* The search goes on behind the blocker, and everything else is had. */
static void blocker_is_stepped_over(struct kunit *test)
{
	struct cma *cma = area_of(test);
	unsigned long first = must_alloc(test, cma, BLOCK, pageblock_order);
	unsigned long again = 0;
	struct page *pin;

	KUNIT_ASSERT_EQ(test, 0, cma_release_range(cma, first, BLOCK));
	pin = pin_frame(first + BLOCK / 2);
	KUNIT_ASSERT_NOT_NULL(test, pin);

	again = must_alloc(test, cma, BLOCK, 0);
	KUNIT_EXPECT_TRUE(test, again > page_to_pfn(pin) ||
			  again + BLOCK <= page_to_pfn(pin));
	KUNIT_EXPECT_EQ(test, 0, cma_release_range(cma, again, BLOCK));
	__free_page(pin);
}

/* A request that fits nowhere names the blocker and leaves no trace. */
static void hopeless_request_is_undone(struct kunit *test)
{
	struct cma *cma = area_of(test);
	unsigned long first = must_alloc(test, cma, 1, 0), pfn;
	struct page *pin;
	int err;

	KUNIT_ASSERT_EQ(test, 0, cma_release_range(cma, first, 1));
	cma_pocket_empty(cma);
	pin = pin_frame(first);
	KUNIT_ASSERT_NOT_NULL(test, pin);
	err = cma_alloc_range(cma, cma->count, 0,
			      GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN, &pfn);
	KUNIT_EXPECT_TRUE(test, err == -EBUSY || err == -ENOSPC);
	KUNIT_EXPECT_EQ(test, 1, page_ref_count(pin));
	__free_page(pin);
}

/* Who has just waited in vain does not wait again, but still does the work. */
static void wait_in_vain_is_not_repeated(struct kunit *test)
{
	struct cma *cma = area_of(test);
	unsigned long count = cma_map_largest(&cma->map);
	unsigned long first = must_alloc(test, cma, count, 0), pfn, until;
	const gfp_t gfp = GFP_KERNEL | __GFP_NOWARN;
	unsigned long began = jiffies;
	struct page *pin;

	KUNIT_ASSERT_EQ(test, 0, cma_release_range(cma, first, count));
	pin = pin_frame(first);
	KUNIT_ASSERT_NOT_NULL(test, pin);
	cma->vain_until = began;
	KUNIT_EXPECT_EQ(test, -EBUSY, cma_alloc_range(cma, count, 0, gfp, &pfn));
	KUNIT_EXPECT_TRUE(test, time_after(cma->vain_until, began));
	KUNIT_EXPECT_EQ(test, count, cma->vain_frames);

	/* Another wait would have written another time. */
	until = jiffies + MAX_JIFFY_OFFSET;
	cma->vain_until = until;
	KUNIT_EXPECT_EQ(test, -EBUSY, cma_alloc_range(cma, count, 0, gfp, &pfn));
	KUNIT_EXPECT_EQ(test, until, cma->vain_until);
	__free_page(pin);
	cma->vain_until = jiffies;
}

/*
 * What was in vain weeks ago, when the jiffies had another sign, used to be held
 * for vain again; so was, on 32 bits, the time before the first wait.
 */
static void old_wait_in_vain_is_forgotten(struct kunit *test)
{
	struct cma *cma = area_of(test);
	unsigned long count = cma_map_largest(&cma->map);
	unsigned long first = must_alloc(test, cma, count, 0), pfn, since;
	const gfp_t gfp = GFP_KERNEL | __GFP_NOWARN;
	unsigned long never[] = { 0, jiffies - ULONG_MAX / 2 - HZ, jiffies + HZ };
	struct page *pin;
	unsigned int i;

	KUNIT_ASSERT_EQ(test, 0, cma_release_range(cma, first, count));
	pin = pin_frame(first);
	KUNIT_ASSERT_NOT_NULL(test, pin);
	for (i = 0; i < ARRAY_SIZE(never); i++) {
		since = never[i];
		cma->vain_frames = 0;
		cma->vain_since = since;
		cma->vain_until = since ? since + 1 : 0;
		KUNIT_EXPECT_EQ(test, -EBUSY,
				cma_alloc_range(cma, count, 0, gfp, &pfn));
		/* It has waited, and written so. */
		KUNIT_EXPECT_EQ(test, count, cma->vain_frames);
		KUNIT_EXPECT_NE(test, since, cma->vain_since);
	}
	__free_page(pin);
	cma->vain_until = cma->vain_since;
}

/* A page that was in the way weeks ago used to be believed to be once more. */
static void old_blocker_is_not_believed(struct kunit *test)
{
	struct cma *cma = area_of(test);
	unsigned long pfn = must_alloc(test, cma, 1, 0);
	struct page *page = pfn_to_page(pfn);
	unsigned int i;

	/* As a driver's page that can be asked to move: it does not look bad. */
	page->mapping = (void *)PAGE_MAPPING_MOVABLE;
	cma_blocker_note(cma, pfn);
	KUNIT_EXPECT_EQ(test, pfn, cma_blocker_known(cma, pfn, pfn + 1, true));
	for (i = 0; i < ARRAY_SIZE(cma->blockers.met); i++) {
		if (cma->blockers.met[i].pfn == pfn)
			cma->blockers.met[i].until += ULONG_MAX / 4;
	}
	KUNIT_EXPECT_EQ(test, pfn + 1, cma_blocker_known(cma, pfn, pfn + 1, true));
	page->mapping = NULL;
	KUNIT_EXPECT_EQ(test, 0, cma_release_range(cma, pfn, 1));
}

/* The page allocator clears what an owner wrote into the first page of many. */
static void mark_of_last_owner_goes(struct kunit *test)
{
	static const unsigned long counts[] = { 2, 8, 300 };
	struct cma *cma = area_of(test);
	unsigned long i, j, pfn, again, marks;

	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		pfn = must_alloc(test, cma, counts[i], 0);
		for (j = 0; j < counts[i]; j++)
			set_page_private(pfn_to_page(pfn + j), 1 + j);
		KUNIT_EXPECT_EQ(test, 0, cma_release_range(cma, pfn, counts[i]));
		again = must_alloc(test, cma, counts[i], 0);
		KUNIT_EXPECT_EQ(test, pfn, again);
		for (j = 0, marks = 0; j < counts[i]; j++)
			marks += !!page_private(pfn_to_page(again + j));
		KUNIT_EXPECT_EQ(test, 0UL, marks);
		KUNIT_EXPECT_EQ(test, 0, cma_release_range(cma, again, counts[i]));
	}
}

/* Gives something back while the test waits for it. */
struct later {
	struct delayed_work work;
	struct cma *cma;
	unsigned long pfn;
	unsigned long count;
	struct page *pin;
};

static void give_back(struct work_struct *work)
{
	struct later *later = container_of(work, struct later, work.work);

	if (later->pin)
		__free_page(later->pin);
	else
		cma_release_range(later->cma, later->pfn, later->count);
}

static void start_later(struct later *later)
{
	INIT_DELAYED_WORK_ONSTACK(&later->work, give_back);
	schedule_delayed_work(&later->work, msecs_to_jiffies(10));
}

static void end_later(struct later *later)
{
	flush_delayed_work(&later->work);
	destroy_delayed_work_on_stack(&later->work);
}

/*
 * alloc_contig_range() that cannot isolate a range must not undo the isolation
 * of somebody else there.
 */
static void loser_does_not_unisolate_winner(struct kunit *test)
{
	struct cma *cma = area_of(test);
	unsigned long start = must_alloc(test, cma, BLOCK, pageblock_order);

	KUNIT_ASSERT_EQ(test, 0, start_isolate_page_range(start, start + BLOCK,
							  MIGRATE_CMA, 0,
							  GFP_KERNEL));
	KUNIT_EXPECT_NE(test, 0, alloc_contig_range(start, start + BLOCK,
						    MIGRATE_MOVABLE,
						    GFP_KERNEL | __GFP_NOWARN));
	KUNIT_EXPECT_TRUE(test, is_migrate_isolate_page(pfn_to_page(start)));
	undo_isolate_page_range(start, start + BLOCK, MIGRATE_CMA);
	KUNIT_EXPECT_EQ(test, 0, cma_release_range(cma, start, BLOCK));
}

/* Units of four frames: an area inside the area, for as long as the test runs. */
static struct cma *open_inner_area(struct kunit *test, unsigned long *pfn)
{
	struct cma *outer = area_of(test);
	struct cma *cma = kunit_kzalloc(test, sizeof(*cma), GFP_KERNEL);
	void *mem = kunit_kzalloc(test, cma_map_bytes(BLOCK / 4), GFP_KERNEL);

	KUNIT_ASSERT_TRUE(test, cma && mem);
	*pfn = must_alloc(test, outer, BLOCK, pageblock_order);
	KUNIT_ASSERT_EQ(test, 0UL, cma_free(*pfn, *pfn + BLOCK));
	strscpy(cma->name, "inner");
	cma->base_pfn = *pfn;
	cma->count = BLOCK;
	cma->order_per_bit = 2;
	cma->zone = outer->zone;
	spin_lock_init(&cma->lock);
	init_waitqueue_head(&cma->released);
	cma_map_init(&cma->map, BLOCK / 4, mem);
	return cma;
}

static void close_inner_area(struct kunit *test, struct cma *cma)
{
	unsigned long pfn = must_alloc(test, cma, BLOCK, 0);

	KUNIT_EXPECT_EQ(test, 0, cma_release_range(area_of(test), pfn, BLOCK));
}

static void units_are_rounded_right(struct kunit *test)
{
	unsigned long base, a, b;
	struct cma *cma = open_inner_area(test, &base);

	a = must_alloc(test, cma, 6, 0);
	KUNIT_EXPECT_EQ(test, cma->map.nr_owned, 2UL);
	b = must_alloc(test, cma, 16, 0);
	KUNIT_EXPECT_TRUE(test, IS_ALIGNED(a - base, 4) &&
			  IS_ALIGNED(b - base, 4));
	/* not at a unit; not whole units of what stays */
	KUNIT_EXPECT_EQ(test, -EINVAL, cma_release_range(cma, b + 2, 4));
	KUNIT_EXPECT_EQ(test, -EINVAL, cma_release_range(cma, b, 6));
	KUNIT_EXPECT_EQ(test, 0, cma_release_range(cma, b, 8));
	KUNIT_EXPECT_EQ(test, 0, cma_release_range(cma, b + 8, 8));
	KUNIT_EXPECT_EQ(test, 0, cma_release_range(cma, a, 6));
	KUNIT_EXPECT_EQ(test, cma->map.nr_untaken, BLOCK / 4);
	KUNIT_EXPECT_EQ(test, cma_map_validate(&cma->map), 0);
	close_inner_area(test, cma);
}

static void fragmented_area_says_so(struct kunit *test)
{
	unsigned long base, a[3], pfn;
	struct cma *cma = open_inner_area(test, &base);
	int i;

	for (i = 0; i < 3; i++)
		a[i] = must_alloc(test, cma, BLOCK / 4, 0);
	KUNIT_EXPECT_EQ(test, 0, cma_release_range(cma, a[0], BLOCK / 4));
	KUNIT_EXPECT_EQ(test, 0, cma_release_range(cma, a[2], BLOCK / 4));
	KUNIT_EXPECT_EQ(test, cma_map_largest(&cma->map), BLOCK / 2 / 4);
	KUNIT_EXPECT_EQ(test, -ENOSPC,
			cma_alloc_range(cma, BLOCK / 2 + 1, 0,
					GFP_KERNEL | __GFP_NOWARN, &pfn));
	KUNIT_EXPECT_EQ(test, 0, cma_release_range(cma, a[1], BLOCK / 4));
	close_inner_area(test, cma);
}

/* Every frame of the area can be had at once, and comes back. */
static void whole_area_comes_and_goes(struct kunit *test)
{
	unsigned long base, pfn;
	struct cma *cma = open_inner_area(test, &base);

	pfn = must_alloc(test, cma, BLOCK, 0);
	KUNIT_EXPECT_EQ(test, pfn, base);
	KUNIT_EXPECT_EQ(test, -ENOSPC, cma_alloc_range(cma, 1, 0,
						       GFP_KERNEL |
						       __GFP_NOWARN, &pfn));
	KUNIT_EXPECT_EQ(test, 0, cma_release_range(cma, base, BLOCK));
	close_inner_area(test, cma);
}

/*
 * Put a frame of @cma, all of which is free, into a per-CPU list. Is it seen
 * there, and had with its neighbours without a migration?
 */
static bool claimed_from_per_cpu_list(struct kunit *test, struct cma *cma)
{
	unsigned long first = cma->base_pfn, end = first + 64, again, hopeless;
	unsigned long moved = global_vm_event(PGMIGRATE_SUCCESS);
	struct page *pin = pin_frame(first + 7);
	bool in_pcp = false, unused;

	if (!pin)
		return false;
	KUNIT_EXPECT_FALSE(test, cma_unused(first, end));
	/*
	 * Or the worker of the statistics may empty the lists in between. The
	 * first frame is left out: the look may sleep where a block begins.
	 */
	stay_enter();
	__free_page(pin);
	unused = cma_unused(first, end);
	hopeless = cma_last_hopeless(first + 1, end, &in_pcp);
	stay_leave();

	again = must_alloc(test, cma, 64, 0);
	KUNIT_EXPECT_EQ(test, 0, cma_release_range(cma, again, 64));
	return unused && hopeless == end && in_pcp && again == first &&
	       moved == global_vm_event(PGMIGRATE_SUCCESS);
}

/*
 * A frame that rests in a per-CPU list is free, not in use. Others may empty the
 * list meanwhile, or take a frame: once in many tries they do not.
 */
static void frame_in_per_cpu_list_is_claimed(struct kunit *test)
{
	unsigned long base;
	struct cma *cma = open_inner_area(test, &base);
	int tries = 50;

	while (!claimed_from_per_cpu_list(test, cma) && --tries)
		cond_resched();
	KUNIT_EXPECT_NE(test, 0, tries);
	close_inner_area(test, cma);
}

/* A short pin is waited for, as long as the effort allows. */
static void short_pin_is_waited_for(struct kunit *test)
{
	unsigned long base, pfn;
	struct cma *cma = open_inner_area(test, &base);
	struct later later = { .pin = pin_frame(base + 5) };

	KUNIT_ASSERT_NOT_NULL(test, later.pin);
	KUNIT_EXPECT_EQ(test, -EBUSY,
			cma_alloc_range(cma, BLOCK, 0, GFP_KERNEL |
					__GFP_NORETRY | __GFP_NOWARN, &pfn));
	start_later(&later);
	KUNIT_EXPECT_EQ(test, 0, cma_alloc_range(cma, BLOCK, 0, GFP_KERNEL |
						 __GFP_RETRY_MAYFAIL, &pfn));
	end_later(&later);
	KUNIT_EXPECT_EQ(test, 0, cma_release_range(cma, base, BLOCK));
	close_inner_area(test, cma);
}

/* A release ends the wait of an allocation that found no hole. */
static void release_ends_the_wait(struct kunit *test)
{
	unsigned long base, pfn;
	struct cma *cma = open_inner_area(test, &base);
	struct later later = { .cma = cma, .count = BLOCK };

	later.pfn = must_alloc(test, cma, BLOCK, 0);
	start_later(&later);
	KUNIT_EXPECT_EQ(test, 0, cma_alloc_range(cma, 3, 0, GFP_KERNEL |
						 __GFP_RETRY_MAYFAIL, &pfn));
	end_later(&later);
	KUNIT_EXPECT_EQ(test, 0, cma_release_range(cma, pfn, 3));
	close_inner_area(test, cma);
}

/* What a small release leaves at hand serves the next request, and is lent. */
static void pocket_serves_and_empties(struct kunit *test)
{
	struct cma *cma = area_of(test);
	unsigned long untaken = cma->map.nr_untaken;
	unsigned long free = zone_page_state(cma->zone, NR_FREE_CMA_PAGES);
	unsigned long first = must_alloc(test, cma, 1, 0);
	unsigned long next = must_alloc(test, cma, 2, 1);

	KUNIT_EXPECT_EQ(test, 0, cma_release_range(cma, first, 1));
	KUNIT_EXPECT_NE(test, 0UL, cma->pocket.raw);
	KUNIT_EXPECT_EQ(test, first, must_alloc(test, cma, 1, 0));
	KUNIT_EXPECT_EQ(test, 0, cma_release_range(cma, next, 2));
	KUNIT_EXPECT_EQ(test, 0, cma_release_range(cma, first, 1));
	KUNIT_EXPECT_EQ(test, -ENOENT, cma_release_range(cma, first, 1));

	cma_pocket_empty(cma);
	KUNIT_EXPECT_EQ(test, 0UL, cma->pocket.raw);
	KUNIT_EXPECT_EQ(test, untaken, cma->map.nr_untaken);
	KUNIT_EXPECT_EQ(test, first + 4, cma_first_busy(first, first + 4));
	KUNIT_EXPECT_GE(test, zone_page_state(cma->zone, NR_FREE_CMA_PAGES) +
			      2 * MAX_ORDER_NR_PAGES, free);
}

/* Nobody has to ask for it: memory does not stay idle. */
static void pocket_empties_itself(struct kunit *test)
{
	struct cma *cma = area_of(test);
	unsigned long pfn = must_alloc(test, cma, 1, 0);
	int i;

	KUNIT_EXPECT_EQ(test, 0, cma_release_range(cma, pfn, 1));
	for (i = 0; i < 100 && READ_ONCE(cma->pocket.raw); i++)
		msleep(20);
	KUNIT_EXPECT_EQ(test, 0UL, cma->pocket.raw);
	KUNIT_EXPECT_EQ(test, pfn + 1, cma_first_busy(pfn, pfn + 1));
}

/* The pocket is in nobody's way: all of the area can be had at once. */
static void pocket_is_not_in_the_way(struct kunit *test)
{
	struct cma *cma = area_of(test);
	unsigned long pfn = must_alloc(test, cma, 1, 0);

	KUNIT_EXPECT_EQ(test, 0, cma_release_range(cma, pfn, 1));
	KUNIT_EXPECT_NE(test, 0UL, cma->pocket.raw);
	pfn = must_alloc(test, cma, 2 * BLOCK, 0);
	KUNIT_EXPECT_EQ(test, 0UL, cma->pocket.raw);
	KUNIT_EXPECT_EQ(test, 0, cma_release_range(cma, pfn, 2 * BLOCK));
}

/* A page that somebody else holds does not get into the pocket. */
static void pocket_takes_no_held_page(struct kunit *test)
{
	struct cma *cma = area_of(test);
	unsigned long pfn;

	cma_pocket_empty(cma);
	pfn = must_alloc(test, cma, 2, 0);
	get_page(pfn_to_page(pfn + 1));
	KUNIT_EXPECT_EQ(test, 0, cma_retire(pfn, pfn + 2));
	KUNIT_EXPECT_EQ(test, 1, page_ref_count(pfn_to_page(pfn)));
	KUNIT_EXPECT_EQ(test, 2, page_ref_count(pfn_to_page(pfn + 1)));
	put_page(pfn_to_page(pfn + 1));
	KUNIT_EXPECT_EQ(test, 0, cma_release_range(cma, pfn, 2));
}

/* A blocker is remembered as long as it is one. */
static void blocker_is_remembered(struct kunit *test)
{
	struct cma *cma = area_of(test);
	unsigned long pfn = must_alloc(test, cma, BLOCK, pageblock_order);
	unsigned long at = pfn + BLOCK / 2;
	struct page *pin;

	KUNIT_EXPECT_EQ(test, 0, cma_release_range(cma, pfn, BLOCK));
	pin = pin_frame(at);
	KUNIT_ASSERT_NOT_NULL(test, pin);
	cma_blocker_note(cma, at);
	KUNIT_EXPECT_EQ(test, at, cma_blocker_known(cma, pfn, pfn + BLOCK,
						    false));
	KUNIT_EXPECT_EQ(test, at, cma_blocker_known(cma, pfn, at, false));
	__free_page(pin);
	KUNIT_EXPECT_EQ(test, pfn + BLOCK,
			cma_blocker_known(cma, pfn, pfn + BLOCK, true));
}

/*
 * A new page in the frame of a blocker that is gone does not stand in for it,
 * although it is in a per-CPU batch and so looks as if it were pinned.
 */
static void new_page_is_not_the_old_blocker(struct kunit *test)
{
	struct cma *cma = area_of(test);
	unsigned long nr = cma_map_largest(&cma->map);
	unsigned long first = must_alloc(test, cma, nr, 0), again;
	struct page *pin;

	KUNIT_ASSERT_EQ(test, 0, cma_release_range(cma, first, nr));
	pin = pin_frame(first + nr / 2);
	KUNIT_ASSERT_NOT_NULL(test, pin);
	cma_blocker_note(cma, first + nr / 2);
	folio_add_lru(page_folio(pin));
	put_page(pin);
	KUNIT_ASSERT_EQ(test, 0, cma_alloc_range(cma, nr, 0, GFP_KERNEL |
						 __GFP_NORETRY, &again));
	KUNIT_EXPECT_EQ(test, first, again);
	KUNIT_EXPECT_EQ(test, 0, cma_release_range(cma, again, nr));
}

/* Memory that is only lent is not given back to the area. */
static void lent_folio_is_not_ours(struct kunit *test)
{
	struct cma *cma = area_of(test);
	unsigned long pfn = must_alloc(test, cma, 8, 3), blocker;
	struct folio *folio;

	KUNIT_ASSERT_EQ(test, 0, cma_release_range(cma, pfn, 8));
	cma_pocket_empty(cma);
	KUNIT_ASSERT_EQ(test, 0, cma_claim(pfn, pfn + 8, &blocker));
	folio = page_folio(cma_prepare(pfn, pfn + 8, GFP_KERNEL | __GFP_COMP));
	KUNIT_EXPECT_FALSE(test, cma_free_folio(cma, folio));
	KUNIT_EXPECT_EQ(test, 1, folio_ref_count(folio));
	folio_put(folio);
}

/* Nothing is looked at behind the end of a range, where memory may end. */
static void empty_range_is_not_looked_at(struct kunit *test)
{
	unsigned long end = max_pfn;

	KUNIT_EXPECT_EQ(test, cma_first_busy(end, end), end);
	KUNIT_EXPECT_EQ(test, cma_find_free(end, end, 1, 0), end);
}

/* Single frames are claimed and freed without touching their neighbours. */
static void claim_splits_and_merges(struct kunit *test)
{
	struct cma *cma = area_of(test);
	unsigned long start = must_alloc(test, cma, BLOCK, pageblock_order);
	unsigned long blocker = 0, i;

	KUNIT_ASSERT_EQ(test, 0, cma_release_range(cma, start, BLOCK));
	KUNIT_EXPECT_EQ(test, cma_first_busy(start, start + BLOCK),
			start + BLOCK);
	for (i = 0; i < BLOCK; i += 7) {
		KUNIT_ASSERT_EQ(test, 0, cma_claim(start + i, start + i + 1,
						   &blocker));
		cma_prepare(start + i, start + i + 1, GFP_KERNEL);
	}
	KUNIT_EXPECT_EQ(test, -EBUSY, cma_claim(start + 8, start + 22,
						&blocker));
	KUNIT_EXPECT_EQ(test, blocker, start + 14);
	KUNIT_EXPECT_EQ(test, cma_find_free(start, start + BLOCK, 7, 0),
			start + BLOCK);
	KUNIT_EXPECT_EQ(test, cma_find_free(start, start + BLOCK, 6, 0),
			start + 1);
	for (i = 0; i < BLOCK; i += 7)
		KUNIT_EXPECT_EQ(test, 0UL, cma_free(start + i, start + i + 1));
	KUNIT_EXPECT_EQ(test, cma_first_busy(start, start + BLOCK),
			start + BLOCK);
}

/* What a device has left there does not reach the next user of the memory. */
static void released_memory_is_cleared(struct kunit *test)
{
	static const unsigned long sizes[] = { 3, 200 };
	struct cma *cma = area_of(test);
	unsigned long i, j, pfn;

	if (!want_init_on_free() || PageHighMem(pfn_to_page(cma->base_pfn))) {
		kunit_skip(test, "needs init_on_free=1, and low memory");
		return;
	}
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		pfn = must_alloc(test, cma, sizes[i], 0);
		for (j = 0; j < sizes[i]; j++)
			memset_page(pfn_to_page(pfn + j), 0, 0xa5, PAGE_SIZE);
		KUNIT_EXPECT_EQ(test, 0, cma_release_range(cma, pfn, sizes[i]));
		for (j = 0; j < sizes[i]; j++)
			KUNIT_EXPECT_NULL(test, memchr_inv(page_address(pfn_to_page(pfn + j)),
							   0, PAGE_SIZE));
	}
}

static struct kunit_case alloc_cases[] = {
	KUNIT_CASE(alloc_sizes),
	KUNIT_CASE(alloc_alignment),
	KUNIT_CASE(alloc_refuses_bad_values),
	KUNIT_CASE(failure_is_counted),
	KUNIT_CASE(alloc_without_interrupts),
	KUNIT_CASE(alloc_zeroed),
	KUNIT_CASE(small_folio_is_not_lost),
	KUNIT_CASE(release_twice_is_refused),
	KUNIT_CASE(release_overrun_is_refused),
	KUNIT_CASE(release_across_owners_is_refused),
	KUNIT_CASE(release_in_parts),
	KUNIT_CASE(foreign_pages_are_not_ours),
	KUNIT_CASE(blocker_is_stepped_over),
	KUNIT_CASE(hopeless_request_is_undone),
	KUNIT_CASE(wait_in_vain_is_not_repeated),
	KUNIT_CASE(old_wait_in_vain_is_forgotten),
	KUNIT_CASE(old_blocker_is_not_believed),
	KUNIT_CASE(mark_of_last_owner_goes),
	KUNIT_CASE(loser_does_not_unisolate_winner),
	KUNIT_CASE(units_are_rounded_right),
	KUNIT_CASE(fragmented_area_says_so),
	KUNIT_CASE(whole_area_comes_and_goes),
	KUNIT_CASE(frame_in_per_cpu_list_is_claimed),
	KUNIT_CASE(short_pin_is_waited_for),
	KUNIT_CASE(release_ends_the_wait),
	KUNIT_CASE(pocket_serves_and_empties),
	KUNIT_CASE(pocket_empties_itself),
	KUNIT_CASE(pocket_is_not_in_the_way),
	KUNIT_CASE(pocket_takes_no_held_page),
	KUNIT_CASE(blocker_is_remembered),
	KUNIT_CASE(new_page_is_not_the_old_blocker),
	KUNIT_CASE(lent_folio_is_not_ours),
	KUNIT_CASE(empty_range_is_not_looked_at),
	KUNIT_CASE(claim_splits_and_merges),
	KUNIT_CASE(released_memory_is_cleared),
	{}
};

static struct kunit_suite alloc_suite = {
	.name = "cma_alloc",
	.init = cma_test_init,
	.exit = cma_test_exit,
	.test_cases = alloc_cases,
};

kunit_test_suite(alloc_suite);
