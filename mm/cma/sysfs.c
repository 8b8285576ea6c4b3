// SPDX-License-Identifier: GPL-2.0-only
/*
 * Figures of each area in /sys/kernel/mm/cma/
 *
 * Documentation/ABI/testing/sysfs-kernel-mm-cma, and sysfs-kernel-mm-cma-areas
 * beside it, describe the files.
 */
#define pr_fmt(fmt) "cma: " fmt

#include <linux/kobject.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "cma.h"

struct area_dir {
	struct kobject kobj;
	struct cma *cma;
};

static struct cma *to_cma(struct kobject *kobj)
{
	return container_of(kobj, struct area_dir, kobj)->cma;
}

/* A file that shows the value of @expr, in which cma is the area. */
#define AREA_FILE(_name, _expr)						\
static ssize_t _name##_show(struct kobject *kobj,			\
			    struct kobj_attribute *attr, char *buf)	\
{									\
	struct cma *cma = to_cma(kobj);					\
									\
	return sysfs_emit(buf, "%llu\n", (u64)(_expr));			\
}									\
static struct kobj_attribute _name##_attr = __ATTR_RO(_name)

AREA_FILE(alloc_pages_success, atomic64_read(&cma->nr_allocated));
AREA_FILE(alloc_pages_fail, atomic64_read(&cma->nr_failed));
AREA_FILE(release_pages_success, atomic64_read(&cma->nr_released));
AREA_FILE(total_pages, cma->count);
AREA_FILE(available_pages, cma->count - cma_used_frames(cma));

static ssize_t class_show(struct kobject *kobj, struct kobj_attribute *attr,
			  char *buf)
{
	struct cma *cma = to_cma(kobj);

	return sysfs_emit(buf, "%s%s\n",
			  cma->class == CMA_EXCLUSIVE ? "exclusive" : "shared",
			  cma_area_nomap(cma) ? " no-map" : "");
}

static struct kobj_attribute class_attr = __ATTR_RO(class);

static struct attribute *area_attrs[] = {
	&class_attr.attr,
	&alloc_pages_success_attr.attr,
	&alloc_pages_fail_attr.attr,
	&release_pages_success_attr.attr,
	&total_pages_attr.attr,
	&available_pages_attr.attr,
	NULL
};
ATTRIBUTE_GROUPS(area);

static void area_dir_release(struct kobject *kobj)
{
	kfree(container_of(kobj, struct area_dir, kobj));
}

static const struct kobj_type area_ktype = {
	.release = area_dir_release,
	.sysfs_ops = &kobj_sysfs_ops,
	.default_groups = area_groups,
};

static int __init add_area_dir(struct cma *cma, struct kobject *root)
{
	struct area_dir *dir = kzalloc(sizeof(*dir), GFP_KERNEL);
	int err;

	if (!dir)
		return -ENOMEM;
	dir->cma = cma;
	err = kobject_init_and_add(&dir->kobj, &area_ktype, root, "%s",
				   cma->name);
	if (err)
		kobject_put(&dir->kobj);
	return err;
}

static int __init cma_sysfs_start(void)
{
	struct kobject *root = kobject_create_and_add("cma", mm_kobj);
	struct cma *cma;
	int err;

	if (!root)
		return -ENOMEM;
	for_each_cma(cma) {
		if (!cma_area_active(cma))
			continue;
		/* One area without files is no reason to take the others'. */
		err = add_area_dir(cma, root);
		if (err)
			pr_warn("%s: no files in sysfs: error %d\n", cma->name,
				err);
	}
	return 0;
}
subsys_initcall(cma_sysfs_start);
