// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the names of areas, and of a number in their files
 *
 * Areas without a frame are declared as boot code does it, and leave the list
 * again; their slots stay used.
 */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/mman.h>
#include <linux/mount.h>
#include <linux/string.h>
#include <linux/uaccess.h>

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

/* Read a file of debugfs into @text, by way of memory that a program would have. */
static long read_debugfs(struct kunit *test, const char *path, char *text,
			 size_t bytes)
{
	struct file_system_type *type = get_fs_type("debugfs");
	unsigned long user = kunit_vm_mmap(test, NULL, 0, PAGE_SIZE,
					   PROT_READ | PROT_WRITE,
					   MAP_ANONYMOUS | MAP_PRIVATE, 0);
	struct vfsmount *mnt;
	struct file *file;
	loff_t at = 0;
	long nr;

	if (!type || !user || IS_ERR_VALUE(user))
		return -ENOENT;
	mnt = kern_mount(type);
	put_filesystem(type);
	if (IS_ERR(mnt))
		return PTR_ERR(mnt);
	file = file_open_root_mnt(mnt, path, O_RDONLY, 0);
	nr = PTR_ERR_OR_ZERO(file);
	if (!nr) {
		nr = vfs_read(file, (char __user *)user, bytes - 1, &at);
		filp_close(file, NULL);
	}
	kern_unmount(mnt);
	if (nr > 0 && copy_from_user(text, (char __user *)user, nr))
		nr = -EFAULT;
	text[max(nr, 0L)] = '\0';
	return nr;
}

/* What lies behind the number, which is as wide as an int, is no part of it. */
static void unit_is_read_alone(struct kunit *test)
{
	struct cma *cma = inner_find_outer();
	char path[CMA_MAX_NAME + 32], text[24] = "";
	bool before;

	if (!cma || !IS_ENABLED(CONFIG_CMA_DEBUGFS)) {
		kunit_skip(test, "no area with files in debugfs");
		return;
	}
	before = cma->reserve_pages_on_error;
	KUNIT_EXPECT_EQ(test, offsetofend(struct cma, order_per_bit),
			offsetof(struct cma, reserve_pages_on_error));
	snprintf(path, sizeof(path), "cma/%s/order_per_bit", cma->name);
	cma->reserve_pages_on_error = true;
	KUNIT_EXPECT_GT(test, read_debugfs(test, path, text, sizeof(text)), 0);
	cma->reserve_pages_on_error = before;
	KUNIT_EXPECT_STREQ(test, text, "0\n");
}

static struct kunit_case area_cases[] = {
	KUNIT_CASE(name_is_not_a_format),
	KUNIT_CASE(made_name_is_one_word),
	KUNIT_CASE(second_name_gets_a_number),
	KUNIT_CASE(dead_area_is_not_walked),
	KUNIT_CASE(unit_is_read_alone),
	{}
};

static struct kunit_suite area_suite = {
	.name = "cma_area",
	.exit = cma_test_exit_sound,
	.test_cases = area_cases,
};

kunit_test_suite(area_suite);
