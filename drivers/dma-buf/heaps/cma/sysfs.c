// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is in use of each heap, and how much users may take of it
 *
 * Documentation/ABI/testing/sysfs-kernel-mm-cma-heap describes the files.
 */
#include <linux/kernel.h>
#include <linux/kobject.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "cma-heap.h"
#include "fault.h"

static struct kobject *root;	/* constant once a heap has been added */

static struct cma_heap *to_heap(struct kobject *kobj)
{
	return container_of(kobj, struct cma_heap, kobj);
}

/* A file that shows the value of @expr, in which heap is the heap. */
#define HEAP_FILE(_name, _expr)						\
static ssize_t _name##_show(struct kobject *kobj,			\
			    struct kobj_attribute *attr, char *buf)	\
{									\
	struct cma_heap *heap = to_heap(kobj);				\
									\
	return sysfs_emit(buf, "%lu\n", (_expr));			\
}									\
static struct kobj_attribute _name##_attr = __ATTR_RO(_name)

HEAP_FILE(size, cma_get_size(heap->cma));
HEAP_FILE(used, READ_ONCE(heap->used));
HEAP_FILE(buffers, READ_ONCE(heap->nr_buffers));
HEAP_FILE(failed, READ_ONCE(heap->nr_failed));
HEAP_FILE(user_used, READ_ONCE(heap->user_used));

static ssize_t area_show(struct kobject *kobj, struct kobj_attribute *attr,
			 char *buf)
{
	return sysfs_emit(buf, "%s\n", cma_get_name(to_heap(kobj)->cma));
}

static struct kobj_attribute area_attr = __ATTR_RO(area);

static ssize_t user_limit_show(struct kobject *kobj,
			       struct kobj_attribute *attr, char *buf)
{
	unsigned long limit = READ_ONCE(to_heap(kobj)->user_limit);

	if (limit == CMA_HEAP_NO_LIMIT)
		return sysfs_emit(buf, "max\n");
	return sysfs_emit(buf, "%lu\n", limit);
}

/* A limit below what is in use takes nothing away; it refuses more. */
static ssize_t user_limit_store(struct kobject *kobj,
				struct kobj_attribute *attr, const char *buf,
				size_t count)
{
	struct cma_heap *heap = to_heap(kobj);
	unsigned long limit = CMA_HEAP_NO_LIMIT;
	int err = 0;

	if (!sysfs_streq(buf, "max"))
		err = kstrtoul(buf, 0, &limit);
	if (err)
		return err;
	spin_lock(&heap->lock);
	heap->user_limit = limit;
	spin_unlock(&heap->lock);
	return count;
}

static struct kobj_attribute user_limit_attr = __ATTR_RW(user_limit);

static struct attribute *heap_attrs[] = {
	&area_attr.attr,
	&size_attr.attr,
	&used_attr.attr,
	&buffers_attr.attr,
	&failed_attr.attr,
	&user_used_attr.attr,
	&user_limit_attr.attr,
	NULL
};
ATTRIBUTE_GROUPS(heap);

/* A heap is never freed. */
static void heap_dir_release(struct kobject *kobj)
{
}

static const struct kobj_type heap_ktype = {
	.release = heap_dir_release,
	.sysfs_ops = &kobj_sysfs_ops,
	.default_groups = heap_groups,
};

/**
 * cma_heap_sysfs_add() - show a heap in /sys/kernel/mm/cma_heap/
 * @heap: the heap, with its name
 *
 * Context: Process context, one at a time.
 * Return: 0 or an errno of the driver core; the heap works without its files.
 */
int cma_heap_sysfs_add(struct cma_heap *heap)
{
	int err = -ENOMEM;

	if (!root)
		root = kobject_create_and_add("cma_heap", mm_kobj);
	if (!root)
		return err;
	kobject_init(&heap->kobj, &heap_ktype);
	if (!cma_step_fails(CMA_STEP_HEAP_FILES))
		err = kobject_add(&heap->kobj, root, "%s", heap->name);
	if (err)
		kobject_put(&heap->kobj);
	return err;
}
