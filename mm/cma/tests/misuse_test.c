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
#include <linux/ratelimit.h>
#include <linux/mm.h>
#include <linux/panic.h>
#include <trace/events/printk.h>

#include "misuse.h"

/* What the log has told since the mistake was made. */
static atomic_t lines, splats;

/* The warnings of all mistakes. */
static unsigned int provoked;

/* What the kernel is to do about a warning that is not provoked here. */
static int panic_before;

static void note_line(void *data, const char *text, size_t len)
{
	if (strnstr(text, "cut here", len))
		atomic_inc(&splats);
	else if (strnstr(text, "cma: ", len) || strnstr(text, "cblock: ", len))
		atomic_inc(&lines);
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
	provoked = 0;
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
	pr_info("cma_misuse: no more refusals, %u warnings\n", provoked);
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

static void check_said(struct kunit *test, enum said said)
{
	int nr = atomic_read(&lines), warned = atomic_read(&splats);

	provoked += warned;
	if (said == FIRST) {
		KUNIT_EXPECT_LE(test, nr, 1);
		KUNIT_EXPECT_LE(test, warned, 1);
	} else {
		KUNIT_EXPECT_EQ(test, nr, said == ONCE);
		KUNIT_EXPECT_EQ(test, warned, said == ONCE);
	}
}

static void misuse_is_refused(struct kunit *test)
{
	const struct misuse *misuse = test->param_value;
	struct ctx *c = test->priv;

	hold(test, c);
	inner_expect_sound(test, c->inner);
	atomic_set(&lines, 0);
	atomic_set(&splats, 0);
	KUNIT_EXPECT_TRUE(test, misuse->commit(c));
	check_said(test, misuse->said);

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

	atomic_set(&lines, 0);
	for (i = 0; i < 100; i++)
		KUNIT_EXPECT_NULL(test, cma_alloc(c->cma, c->cma->count + 1, 0,
						  false));
	KUNIT_EXPECT_LE(test, atomic_read(&lines),
			DEFAULT_RATELIMIT_BURST + 1);
}

static struct kunit_case misuse_cases[] = {
	KUNIT_CASE(failures_are_rate_limited),
	KUNIT_CASE_PARAM(misuse_is_refused, misuse_gen_params),
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
