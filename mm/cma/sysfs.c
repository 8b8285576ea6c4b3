// SPDX-License-Identifier: GPL-2.0-only
/*
 * Figures of each area in /sys/kernel/mm/cma/
 *
 * Documentation/ABI/testing/sysfs-kernel-mm-cma, and sysfs-kernel-mm-cma-areas
 * beside it, describe the files.
 */
#define pr_fmt(fmt) "cma: " fmt

#include <linux/kobject.h>
#include <linux/math64.h>
#include <linux/slab.h>
#include <linux/sysfs.h>
#include <linux/timekeeping.h>

#include "cma.h"
#include "fault.h"
#include "frame.h"

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

static unsigned long largest_hole(struct cma *cma)
{
	unsigned long untaken, largest;

	cma_pocket_empty(cma);
	cma_holes(cma, &untaken, &largest);
	return largest;
}

static unsigned long fragmentation(struct cma *cma)
{
	unsigned long untaken, largest;

	cma_pocket_empty(cma);
	cma_holes(cma, &untaken, &largest);
	return cma_stats_fragmentation(untaken, largest);
}

AREA_FILE(largest_hole, largest_hole(cma));
AREA_FILE(fragmentation, fragmentation(cma));
AREA_FILE(peak_pages, READ_ONCE(cma->stats.peak) << cma->order_per_bit);
AREA_FILE(pages_reclaimed, atomic_long_read(&cma->stats.reclaimed));
AREA_FILE(pages_migrated, atomic_long_read(&cma->stats.migrated));

static ssize_t allocations_show(struct kobject *kobj,
				struct kobj_attribute *attr, char *buf)
{
	const struct cma_stats *stats = &to_cma(kobj)->stats;
	int i, at;

	at = sysfs_emit(buf, "claimed %lu\nevacuated %lu\n",
			READ_ONCE(stats->served[0]),
			READ_ONCE(stats->served[1]));
	for (i = 0; i < CMA_SLOW; i++)
		at += sysfs_emit_at(buf, at, "%s %lu\n", cma_cause_name(i),
				    atomic_long_read(&stats->failed[i]));
	return at;
}

static struct kobj_attribute allocations_attr = __ATTR_RO(allocations);

static int emit_latency(const struct cma_stats *stats, char *buf, int at,
			const char *name, enum cma_timed what)
{
	int i, begin = at;

	at += sysfs_emit_at(buf, at, "%s", name);
	for (i = 0; i < CMA_LATENCIES; i++)
		at += sysfs_emit_at(buf, at, " %lu",
				    atomic_long_read(&stats->latency[what][i]));
	at += sysfs_emit_at(buf, at, "\n");
	return at - begin;
}

static ssize_t latency_show(struct kobject *kobj, struct kobj_attribute *attr,
			    char *buf)
{
	const struct cma_stats *stats = &to_cma(kobj)->stats;
	int at = 0;

	at += emit_latency(stats, buf, at, "claim", CMA_TIMED_CLAIM);
	at += emit_latency(stats, buf, at, "evacuate", CMA_TIMED_EVACUATE);
	at += emit_latency(stats, buf, at, "release", CMA_TIMED_RELEASE);
	return at;
}

static struct kobj_attribute latency_attr = __ATTR_RO(latency);

static ssize_t last_failure_show(struct kobject *kobj,
				 struct kobj_attribute *attr, char *buf)
{
	struct cma *cma = to_cma(kobj);
	u64 when, now = ktime_get_boottime_ns();
	enum cma_cause cause;
	unsigned long flags;

	spin_lock_irqsave(&cma->lock, flags);
	when = cma->stats.last_failure;
	cause = cma->stats.last_cause;
	spin_unlock_irqrestore(&cma->lock, flags);
	if (!when)
		return sysfs_emit(buf, "none\n");
	return sysfs_emit(buf, "%s %llu\n", cma_cause_name(cause),
			  div_u64(now - min(now, when), NSEC_PER_MSEC));
}

static struct kobj_attribute last_failure_attr = __ATTR_RO(last_failure);

static ssize_t lent_show(struct kobject *kobj, struct kobj_attribute *attr,
			 char *buf)
{
	unsigned long nr[NR_CMA_USES] = {};
	struct cma *cma = to_cma(kobj);
	int use, at = 0;

	cma_walk_settle(false);
	cma_walk(cma, cma->base_pfn, cma->base_pfn + cma->count, nr);
	for (use = 0; use < NR_CMA_USES; use++)
		at += sysfs_emit_at(buf, at, "%s %lu\n", cma_use_names[use],
				    nr[use]);
	return at;
}

static struct kobj_attribute lent_attr = __ATTR_RO(lent);

static struct attribute *area_attrs[] = {
	&class_attr.attr,
	&alloc_pages_success_attr.attr,
	&alloc_pages_fail_attr.attr,
	&release_pages_success_attr.attr,
	&total_pages_attr.attr,
	&available_pages_attr.attr,
	&largest_hole_attr.attr,
	&fragmentation_attr.attr,
	&peak_pages_attr.attr,
	&allocations_attr.attr,
	&pages_reclaimed_attr.attr,
	&pages_migrated_attr.attr,
	&latency_attr.attr,
	&last_failure_attr.attr,
	&lent_attr.attr,
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
	struct area_dir *dir = NULL;
	int err;

	if (!cma_step_fails(CMA_STEP_FILES))
		dir = kzalloc(sizeof(*dir), GFP_KERNEL);
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
