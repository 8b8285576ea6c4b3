// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the names of areas
 *
 * Areas without a frame are declared as boot code does it, and leave the list
 * again; their slots stay used.
 */
#include <kunit/test.h>
#include <linux/list.h>
#include <linux/string.h>

#include "inner.h"

static __ref struct cma *declare(struct kunit *test, const char *name)
{
	struct cma *cma;

	if (!cma_area_slot_free()) {
		kunit_skip(test, "all slots are in use");
		return NULL;
	}
	cma = cma_area_add(1, 0, 0, name);
	KUNIT_ASSERT_NOT_NULL(test, cma);
	return cma;
}

/* A name is text: what looks like a conversion stays what it is. */
static void name_is_not_a_format(struct kunit *test)
{
	struct cma *cma = declare(test, "pool%s%n%x@48000000");

	if (!cma)
		return;
	KUNIT_EXPECT_STREQ(test, cma->name, "pool%s%n%x@48000000");
	list_del(&cma->node);
}

static void made_name_is_one_word(struct kunit *test)
{
	struct cma *cma = declare(test, NULL);

	if (!cma)
		return;
	KUNIT_EXPECT_EQ(test, 0, strncmp(cma->name, "cma", 3));
	KUNIT_EXPECT_NULL(test, strpbrk(cma->name, "%/ \t\n"));
	list_del(&cma->node);
}

/* Files are named after areas: two areas of one name get two directories. */
static void second_name_gets_a_number(struct kunit *test)
{
	struct cma *first = declare(test, "twice");
	struct cma *second = first ? declare(test, "twice") : NULL;

	if (first)
		KUNIT_EXPECT_STREQ(test, first->name, "twice");
	if (second) {
		KUNIT_EXPECT_STREQ(test, second->name, "twice-2");
		list_del(&second->node);
	}
	if (first)
		list_del(&first->node);
}

static int is_it(struct cma *cma, void *data)
{
	return cma == data;
}

/* A dead area has an address still, and was in the way of whoever compared it. */
static void dead_area_is_not_walked(struct kunit *test)
{
	struct cma *cma = declare(test, "dead");

	if (!cma)
		return;
	KUNIT_EXPECT_EQ(test, 0, cma_for_each_area(is_it, cma));
	cma->count = 1;
	KUNIT_EXPECT_EQ(test, 1, cma_for_each_area(is_it, cma));
	cma->count = 0;
	list_del(&cma->node);
}

static struct kunit_case area_cases[] = {
	KUNIT_CASE(name_is_not_a_format),
	KUNIT_CASE(made_name_is_one_word),
	KUNIT_CASE(second_name_gets_a_number),
	KUNIT_CASE(dead_area_is_not_walked),
	{}
};

static struct kunit_suite area_suite = {
	.name = "cma_area",
	.exit = cma_test_exit_sound,
	.test_cases = area_cases,
};

kunit_test_suite(area_suite);
