// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of misuse: whatever a caller does wrong is refused, said once, and
 * changes nothing
 *
 * A table of mistakes. Each is made in areas of its own; afterwards what is
 * allocated, what is counted and every frame must be as before, and the kernel
 * log must have as many lines about it as the table says. The warnings that
 * belong to it stand between two lines of the log that begin with "cma_misuse:",
 * the second of which has their number; a kernel that panics on warnings does not
 * panic on those.
 */
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/delay.h>
#include <linux/mm.h>
#include <linux/panic.h>
#include <linux/ratelimit.h>
#include <trace/events/printk.h>

#include <asm/sections.h>

#include "misuse.h"

/* What the log has told since the mistake was made. */
static atomic_t lines, splats;

/* The warnings of all mistakes. */
static atomic_t provoked;

/* What the kernel is to do about a warning that is not provoked here. */
static int panic_before;

static void note_line(void *data, const char *text, size_t len)
{
	if (strnstr(text, "cut here", len)) {
		atomic_inc(&splats);
		atomic_inc(&provoked);
	} else if (strnstr(text, "cma: ", len) || strnstr(text, "cblock: ", len)) {
		atomic_inc(&lines);
	}
}

/* One table after the other. */
static const void *misuse_gen_params(const void *prev, char *desc)
{
	const struct misuse *next = (const struct misuse *)prev + 1;

	if (!prev)
		next = misuses_shared;
	else if (prev == &misuses_shared[nr_misuses_shared - 1])
		next = misuses_exclusive;
	else if (prev == &misuses_exclusive[nr_misuses_exclusive - 1])
		return NULL;
	strscpy(desc, next->name, KUNIT_PARAM_DESC_SIZE);
	return next;
}

static int misuse_suite_init(struct kunit_suite *suite)
{
	pr_info("cma_misuse: refusals follow\n");
	cma_validate_tries = 8;
	atomic_set(&provoked, 0);
	panic_before = panic_on_warn;
	panic_on_warn = 0;
	return register_trace_console(note_line, NULL);
}

static void misuse_suite_exit(struct kunit_suite *suite)
{
	unregister_trace_console(note_line, NULL);
	tracepoint_synchronize_unregister();
	cma_validate_tries = 20;
	panic_on_warn = panic_before;
	pr_info("cma_misuse: no more refusals, %d warnings\n",
		atomic_read(&provoked));
}

static int misuse_test_init(struct kunit *test)
{
	struct ctx *c = kunit_kzalloc(test, sizeof(*c), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, c);
	c->inner = inner_open(test);
	if (!c->inner)
		return 0;
	test->priv = c;
	c->test = test;
	c->cma = &c->inner->shared;
	c->excl = &c->inner->exclusive;
	return 0;
}

static void misuse_test_exit(struct kunit *test)
{
	struct ctx *c = test->priv;

	if (c)
		inner_close(test, c->inner);
}

static void hold(struct kunit *test, struct ctx *c)
{
	KUNIT_ASSERT_EQ(test, 0, cma_alloc_range(c->cma, HELD, 0, QUIET, &c->a));
	KUNIT_ASSERT_EQ(test, 0, cma_alloc_range(c->cma, HELD, 0, QUIET, &c->b));
	KUNIT_ASSERT_EQ(test, 0, cma_alloc_range(c->excl, HELD, 0, QUIET, &c->e));
	KUNIT_ASSERT_EQ(test, c->a + HELD, c->b);
}

void misuse_hush(void)
{
	atomic_set(&lines, 0);
	atomic_set(&splats, 0);
}

/* Whatever has warned once may warn once more. */
static void forget_warnings(void)
{
	generic_bug_clear_once();
	memset(__start_once, 0, __end_once - __start_once);
}

static void expect_said(struct kunit *test, int nr_lines, int nr_splats)
{
	KUNIT_EXPECT_EQ(test, nr_lines, atomic_read(&lines));
	KUNIT_EXPECT_EQ(test, nr_splats, atomic_read(&splats));
	misuse_hush();
}

/* The log has a limit for the lines of failures. If it is met, wait it out. */
static void wait_for_limit(struct ctx *c, const struct misuse *misuse)
{
	if (misuse->said != LINE || atomic_read(&lines))
		return;
	msleep(jiffies_to_msecs(DEFAULT_RATELIMIT_INTERVAL));
	misuse->commit(c);
}

static void commit(struct kunit *test, struct ctx *c,
		   const struct misuse *misuse)
{
	enum said said = misuse->said;

	forget_warnings();
	misuse_hush();
	KUNIT_EXPECT_TRUE(test, misuse->commit(c));
	wait_for_limit(c, misuse);
	expect_said(test, said == ALWAYS || said == LINE,
		    said == ALWAYS || said == TRACE || said == FIRST);
	if (said != FIRST)
		return;
	KUNIT_EXPECT_TRUE(test, misuse->commit(c));
	expect_said(test, 0, 0);
}

static void misuse_is_refused(struct kunit *test)
{
	const struct misuse *misuse = test->param_value;
	struct ctx *c = test->priv;

	hold(test, c);
	inner_expect_sound(test, c->inner);
	commit(test, c, misuse);

	cma_pocket_empty(c->cma);
	KUNIT_EXPECT_EQ(test, 2 * HELD, c->cma->map.nr_owned);
	KUNIT_EXPECT_EQ(test, 2 * (BLOCK - HELD), c->cma->map.nr_untaken);
	KUNIT_EXPECT_EQ(test, HELD, c->excl->map.nr_owned);
	KUNIT_EXPECT_EQ(test, BLOCK - HELD, c->excl->map.nr_untaken);
	inner_expect_sound(test, c->inner);

	KUNIT_EXPECT_EQ(test, 0, cma_release_range(c->cma, c->a, HELD));
	KUNIT_EXPECT_EQ(test, 0, cma_release_range(c->cma, c->b, HELD));
	KUNIT_EXPECT_EQ(test, 0, cma_release_range(c->excl, c->e, HELD));
}

/* A driver that asks over and over does not flood the log. */
static void failures_are_rate_limited(struct kunit *test)
{
	struct ctx *c = test->priv;
	unsigned int i;

	misuse_hush();
	for (i = 0; i < 100; i++)
		KUNIT_EXPECT_NULL(test, cma_alloc(c->cma, c->cma->count + 1, 0,
						  false));
	KUNIT_EXPECT_LE(test, 1, atomic_read(&lines));
	KUNIT_EXPECT_LE(test, atomic_read(&lines),
			DEFAULT_RATELIMIT_BURST + 1);
}

static struct kunit_case misuse_cases[] = {
	KUNIT_CASE_PARAM(misuse_is_refused, misuse_gen_params),
	KUNIT_CASE(failures_are_rate_limited),
	{}
};

static struct kunit_suite misuse_suite = {
	.name = "cma_misuse",
	.suite_init = misuse_suite_init,
	.suite_exit = misuse_suite_exit,
	.init = misuse_test_init,
	.exit = misuse_test_exit,
	.test_cases = misuse_cases,
};

kunit_test_suite(misuse_suite);
