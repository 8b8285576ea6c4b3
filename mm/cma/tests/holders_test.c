// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of who holds what
 *
 * The records are those of an area that exists on paper alone: they know frames
 * by number and touch none.
 */
#include <kunit/device.h>
#include <kunit/test.h>
#include <linux/device.h>
#include <linux/kallsyms.h>
#include <linux/prandom.h>
#include <linux/slab.h>

#include "inner.h"
#include "../holders.h"

/* More than there can be of ranges with gaps between them. */
#define RECORDS	512U
#define FRAMES	1000UL

static struct cma *new_area(struct kunit *test)
{
	struct cma *cma = kunit_kzalloc(test, sizeof(*cma), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, cma);
	cma->count = FRAMES;
	cma->holders = cma_holders_new(RECORDS);
	KUNIT_ASSERT_NOT_NULL(test, cma->holders);
	return cma;
}

static unsigned int copy(struct kunit *test, struct cma *cma,
			 struct cma_holder **to, u64 *missed)
{
	*to = kunit_kcalloc(test, RECORDS, sizeof(**to), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, *to);
	return cma_holders_copy(cma, *to, RECORDS, missed);
}

static noinline void ask(struct cma *cma)
{
	__cma_holders_add(cma, 100, 10, NULL);
	barrier();
}

static void record_says_who(struct kunit *test)
{
	struct cma *cma = new_area(test);
	char name[KSYM_SYMBOL_LEN];
	struct cma_holder *h;
	u64 missed;

	ask(cma);
	KUNIT_ASSERT_EQ(test, 1U, copy(test, cma, &h, &missed));
	KUNIT_EXPECT_EQ(test, h->pfn, 100UL);
	KUNIT_EXPECT_EQ(test, h->count, 10UL);
	KUNIT_EXPECT_EQ(test, h->pid, task_pid_nr(current));
	KUNIT_EXPECT_STREQ(test, h->comm, current->comm);
	KUNIT_EXPECT_NE(test, h->when, 0ULL);
	KUNIT_ASSERT_GT(test, h->depth, 0U);
	sprint_symbol_no_offset(name, cma_caller(h->stack, h->depth));
	KUNIT_EXPECT_STREQ(test, name, "ask");
	cma_holders_destroy(cma->holders);
}

static void record_names_the_device(struct kunit *test)
{
	struct device *dev = kunit_device_register(test, "cam");
	struct cma *cma = new_area(test);
	struct cma_holder *h;
	u64 missed;

	KUNIT_ASSERT_FALSE(test, IS_ERR(dev));
	__cma_holders_add(cma, 100, 10, dev);
	__cma_holders_add(cma, 200, 10, NULL);
	KUNIT_ASSERT_EQ(test, 2U, copy(test, cma, &h, &missed));
	KUNIT_EXPECT_STREQ(test, dev_name(dev), h[0].device);
	KUNIT_EXPECT_STREQ(test, "", h[1].device);
	cma_holders_destroy(cma->holders);
}

static void parts_are_cut_out(struct kunit *test)
{
	struct cma *cma = new_area(test);
	struct cma_holder *h;
	u64 missed;

	__cma_holders_add(cma, 10, 30, NULL);
	__cma_holders_add(cma, 50, 5, NULL);
	__cma_holders_del(cma, 20, 10);
	KUNIT_ASSERT_EQ(test, 3U, copy(test, cma, &h, &missed));
	KUNIT_EXPECT_EQ(test, h[0].pfn, 10UL);
	KUNIT_EXPECT_EQ(test, h[0].count, 10UL);
	KUNIT_EXPECT_EQ(test, h[1].pfn, 30UL);
	KUNIT_EXPECT_EQ(test, h[1].count, 10UL);
	KUNIT_EXPECT_EQ(test, h[0].serial, h[1].serial);
	KUNIT_EXPECT_EQ(test, h[2].pfn, 50UL);
	__cma_holders_del(cma, 10, 5);
	__cma_holders_del(cma, 35, 5);
	KUNIT_ASSERT_EQ(test, 3U, copy(test, cma, &h, &missed));
	KUNIT_EXPECT_EQ(test, h[0].pfn, 15UL);
	KUNIT_EXPECT_EQ(test, h[1].count, 5UL);
	__cma_holders_del(cma, 0, FRAMES);
	KUNIT_EXPECT_EQ(test, 0U, copy(test, cma, &h, &missed));
	KUNIT_EXPECT_EQ(test, missed, 0ULL);
	cma_holders_destroy(cma->holders);
}

/* Memory is bounded: what has no record is counted, and disturbs no other. */
static void records_run_out(struct kunit *test)
{
	struct cma *cma = new_area(test);
	struct cma_holder *h;
	unsigned int i;
	u64 missed;

	for (i = 0; i < RECORDS + 5; i++)
		__cma_holders_add(cma, 2 * i, 1, NULL);
	KUNIT_EXPECT_EQ(test, RECORDS, copy(test, cma, &h, &missed));
	KUNIT_EXPECT_EQ(test, missed, 5ULL);
	for (i = 0; i < RECORDS + 5; i++)
		__cma_holders_del(cma, 2 * i, 1);
	KUNIT_EXPECT_EQ(test, 0U, copy(test, cma, &h, &missed));
	__cma_holders_add(cma, 1, 1, NULL);
	KUNIT_EXPECT_EQ(test, 1U, copy(test, cma, &h, &missed));
	cma_holders_destroy(cma->holders);
}

/* Every frame has the record that an array of serials says it has. */
static void check_owners(struct kunit *test, struct cma *cma, const u64 *owner)
{
	struct cma_holder *h;
	unsigned long frames = 0, i, j;
	u64 missed, last = 0;
	unsigned int nr = copy(test, cma, &h, &missed);

	for (i = 0; i < nr; i++) {
		KUNIT_ASSERT_GE(test, h[i].serial, last);
		last = h[i].serial;
		frames += h[i].count;
		for (j = 0; j < h[i].count; j++)
			KUNIT_ASSERT_EQ(test, owner[h[i].pfn + j], h[i].serial);
	}
	for (i = 0; i < FRAMES; i++)
		frames -= !!owner[i];
	KUNIT_ASSERT_EQ(test, frames, 0UL);
	kunit_kfree(test, h);
}

static void random_life(struct kunit *test)
{
	u64 *owner = kunit_kcalloc(test, FRAMES, sizeof(u64), GFP_KERNEL);
	struct cma *cma = new_area(test);
	struct rnd_state rnd;
	u64 serial = 0;
	int i;

	KUNIT_ASSERT_NOT_NULL(test, owner);
	prandom_seed_state(&rnd, 3);
	for (i = 0; i < 2000; i++) {
		unsigned long at = prandom_u32_state(&rnd) % FRAMES;
		unsigned long nr = 1, j;

		if (owner[at]) {
			/* Part of what one serial has, from a random frame on. */
			while (at + nr < FRAMES && owner[at + nr] == owner[at] &&
			       prandom_u32_state(&rnd) % 16)
				nr++;
			__cma_holders_del(cma, at, nr);
			for (j = 0; j < nr; j++)
				owner[at + j] = 0;
		} else {
			/* Few enough that the records suffice. */
			while (at + nr < FRAMES && !owner[at + nr] && nr < 60)
				nr++;
			__cma_holders_add(cma, at, nr, NULL);
			serial++;
			for (j = 0; j < nr; j++)
				owner[at + j] = serial;
		}
		check_owners(test, cma, owner);
	}
	cma_holders_destroy(cma->holders);
}

static struct kunit_case holders_cases[] = {
	KUNIT_CASE(record_says_who),
	KUNIT_CASE(record_names_the_device),
	KUNIT_CASE(parts_are_cut_out),
	KUNIT_CASE(records_run_out),
	KUNIT_CASE(random_life),
	{}
};

static struct kunit_suite holders_suite = {
	.name = "cma_holders",
	.exit = cma_test_exit_sound,
	.test_cases = holders_cases,
};

kunit_test_suite(holders_suite);
