// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who holds what in an area
 *
 * With cma.holders=N on the command line, the last step of each allocation
 * writes down who made it: the stack, the task, the time and, where it is known,
 * the device. There are N records for each area, made when the area is
 * activated, so that the memory is bounded and nothing is allocated later, in
 * whatever context. What finds no spare record is counted as missed.
 *
 * The records stand in a tree ordered by frame, because a release may be of a
 * part of an allocation, and in a list ordered by age.
 */
#define pr_fmt(fmt) "cma: " fmt

#include <linux/device.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <linux/stacktrace.h>
#include <linux/timekeeping.h>
#include <linux/topology.h>

#include "cma.h"
#include "fault.h"
#include "holders.h"

#undef MODULE_PARAM_PREFIX
#define MODULE_PARAM_PREFIX "cma."

/* Records of one area at most: 14 MiB of them on 64 bits. */
#define MAX_RECORDS	65536U

DEFINE_STATIC_KEY_FALSE(cma_holders_key);

static unsigned int nr_records __ro_after_init;
module_param_named(holders, nr_records, uint, 0444);
MODULE_PARM_DESC(holders,
		 "records of who holds what to keep for each area, 0 for none");

/**
 * struct cma_holders - the records of an area
 * @lock: guards all that follows and the records; a leaf, IRQs off
 * @ranges: records in use, ordered by frame; they do not overlap
 * @oldest: records in use, oldest first
 * @spare: records not in use
 * @serial: allocations so far
 * @missed: allocations, or parts of them, that have no record
 * @max: number of records; constant
 * @records: their memory; constant
 */
struct cma_holders {
	spinlock_t lock;	/* guards all that follows */
	struct rb_root ranges;
	struct list_head oldest;
	struct list_head spare;
	u64 serial;
	u64 missed;
	unsigned int max;
	struct cma_holder *records;
};

/**
 * cma_holders_new() - make records
 * @max: how many
 *
 * Context: Process context.
 * Return: the records, or NULL if there is no memory.
 */
struct cma_holders *cma_holders_new(unsigned int max)
{
	struct cma_holders *holders = kzalloc(sizeof(*holders), GFP_KERNEL);
	unsigned int i;

	if (!holders)
		return NULL;
	holders->records = kvcalloc(max, sizeof(*holders->records), GFP_KERNEL);
	if (!holders->records) {
		kfree(holders);
		return NULL;
	}
	spin_lock_init(&holders->lock);
	holders->ranges = RB_ROOT;
	INIT_LIST_HEAD(&holders->oldest);
	INIT_LIST_HEAD(&holders->spare);
	holders->max = max;
	for (i = 0; i < max; i++)
		list_add_tail(&holders->records[i].list, &holders->spare);
	return holders;
}

/* Undo cma_holders_new(). */
void cma_holders_destroy(struct cma_holders *holders)
{
	if (!holders)
		return;
	kvfree(holders->records);
	kfree(holders);
}

/**
 * cma_holders_activate() - begin to record, if that is wanted
 * @cma: an area that has not served yet
 *
 * Context: Process context, while the kernel boots.
 */
void __init cma_holders_activate(struct cma *cma)
{
	unsigned int max = min(nr_records, MAX_RECORDS);

	if (!max)
		return;
	if (!cma_step_fails(CMA_STEP_RECORDS))
		cma->holders = cma_holders_new(max);
	if (!cma->holders) {
		pr_warn("%s: no memory for %u records of who holds what\n",
			cma->name, max);
		return;
	}
	static_branch_enable(&cma_holders_key);
}

/* The record whose range ends behind @pfn and begins lowest, or NULL. */
static struct cma_holder *first_behind(struct cma_holders *holders,
				       unsigned long pfn)
{
	struct rb_node *node = holders->ranges.rb_node;
	struct cma_holder *found = NULL;

	while (node) {
		struct cma_holder *holder = rb_entry(node, struct cma_holder,
						     node);

		if (holder->pfn + holder->count > pfn) {
			found = holder;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}
	return found;
}

static bool is_lower(struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct cma_holder, node)->pfn <
	       rb_entry(b, struct cma_holder, node)->pfn;
}

/* Take a spare record, or count that there is none. */
static struct cma_holder *get_record(struct cma_holders *holders)
{
	struct cma_holder *holder;

	lockdep_assert_held(&holders->lock);
	holder = list_first_entry_or_null(&holders->spare, struct cma_holder,
					  list);
	if (holder)
		list_del(&holder->list);
	else
		holders->missed++;
	return holder;
}

static void put_record(struct cma_holders *holders, struct cma_holder *holder)
{
	lockdep_assert_held(&holders->lock);
	rb_erase(&holder->node, &holders->ranges);
	list_move(&holder->list, &holders->spare);
}

/* What can be found out without a lock. Its frame is one of two left out. */
static noinline void describe(struct cma_holder *holder,
			      const struct device *dev)
{
	holder->when = ktime_get_boottime_ns();
	holder->nid = numa_node_id();
	strscpy(holder->device, dev ? dev_name(dev) : "");
	holder->pid = in_task() ? task_pid_nr(current) : 0;
	strscpy(holder->comm, in_task() ? current->comm : "interrupt");
	holder->depth = stack_trace_save(holder->stack, CMA_HOLDER_STACK, 2);
}

/**
 * __cma_holders_add() - write down an allocation
 * @cma: the area
 * @pfn: first frame
 * @count: frames
 * @dev: the device that it is for, or NULL
 *
 * Context: Any, in the context of who allocates.
 */
void __cma_holders_add(struct cma *cma, unsigned long pfn, unsigned long count,
		       const struct device *dev)
{
	struct cma_holders *holders = cma->holders;
	struct cma_holder *holder;
	unsigned long flags;

	if (!holders)
		return;
	spin_lock_irqsave(&holders->lock, flags);
	holder = get_record(holders);
	spin_unlock_irqrestore(&holders->lock, flags);
	if (!holder)
		return;

	describe(holder, dev);
	holder->pfn = pfn;
	holder->count = count;

	spin_lock_irqsave(&holders->lock, flags);
	holder->serial = ++holders->serial;
	rb_add(&holder->node, &holders->ranges, is_lower);
	list_add_tail(&holder->list, &holders->oldest);
	spin_unlock_irqrestore(&holders->lock, flags);
}

/* What is left of @holder behind @pfn becomes a record of its own. */
static void split_record(struct cma_holders *holders, struct cma_holder *holder,
			 unsigned long pfn)
{
	struct cma_holder *high = get_record(holders);

	if (!high)
		return;
	*high = *holder;
	high->pfn = pfn;
	high->count = holder->pfn + holder->count - pfn;
	rb_add(&high->node, &holders->ranges, is_lower);
	/* Of the same age as the low part. */
	list_add(&high->list, &holder->list);
}

/* Cut [pfn, end) out of a record that overlaps it. */
static void cut(struct cma_holders *holders, struct cma_holder *holder,
		unsigned long pfn, unsigned long end)
{
	unsigned long holder_end = holder->pfn + holder->count;

	if (holder->pfn < pfn) {
		if (holder_end > end)
			split_record(holders, holder, end);
		holder->count = pfn - holder->pfn;
	} else if (holder_end > end) {
		holder->pfn = end;
		holder->count = holder_end - end;
	} else {
		put_record(holders, holder);
	}
}

/**
 * __cma_holders_del() - forget who holds a range
 * @cma: the area
 * @pfn: first frame
 * @count: frames; an allocation, or part of one
 *
 * Context: Any.
 */
void __cma_holders_del(struct cma *cma, unsigned long pfn, unsigned long count)
{
	struct cma_holders *holders = cma->holders;
	unsigned long end = pfn + count;
	struct cma_holder *holder;
	unsigned long flags;

	if (!holders)
		return;
	spin_lock_irqsave(&holders->lock, flags);
	for (;;) {
		holder = first_behind(holders, pfn);
		if (!holder || holder->pfn >= end)
			break;
		cut(holders, holder, pfn, end);
	}
	spin_unlock_irqrestore(&holders->lock, flags);
}

/* How many records an area can have. */
unsigned int cma_holders_max(const struct cma *cma)
{
	return cma->holders ? cma->holders->max : 0;
}

/**
 * cma_holders_copy() - copy the records of an area, oldest first
 * @cma: the area
 * @to: room for @max records
 * @max: at most as many
 * @missed: receives how many allocations have no record
 *
 * Context: Any. Holds a lock with interrupts off for a time that grows with the
 * number of records.
 * Return: records copied.
 */
unsigned int cma_holders_copy(struct cma *cma, struct cma_holder *to,
			      unsigned int max, u64 *missed)
{
	struct cma_holders *holders = cma->holders;
	struct cma_holder *holder;
	unsigned int nr = 0;
	unsigned long flags;

	spin_lock_irqsave(&holders->lock, flags);
	list_for_each_entry(holder, &holders->oldest, list) {
		if (nr == max)
			break;
		to[nr++] = *holder;
	}
	*missed = holders->missed;
	spin_unlock_irqrestore(&holders->lock, flags);
	return nr;
}

/* Is each frame of a record allocated, and to nobody else? */
static bool record_agrees(struct cma *cma, const struct cma_holder *holder)
{
	unsigned long unit = (holder->pfn - cma->base_pfn) >> cma->order_per_bit;
	unsigned long nr = cma_units(cma, holder->count);

	if (!holder->count || !cma_area_contains(cma, holder->pfn) ||
	    holder->count > cma->base_pfn + cma->count - holder->pfn)
		return false;
	if (find_next_zero_bit(cma->map.owned, unit + nr, unit) < unit + nr)
		return false;
	return find_next_bit(cma->map.first, unit + nr, unit + 1) >= unit + nr;
}

static const char *check_records_locked(struct cma *cma, unsigned long *pfn)
{
	struct cma_holders *holders = cma->holders;
	unsigned long end = 0, unit;
	struct rb_node *node;

	for (node = rb_first(&holders->ranges); node; node = rb_next(node)) {
		struct cma_holder *holder = rb_entry(node, struct cma_holder,
						     node);

		*pfn = holder->pfn;
		if (holder->pfn < end)
			return "two records of who holds it";
		if (!record_agrees(cma, holder))
			return "a record says who holds it, but it is not one allocation";
		end = holder->pfn + holder->count;
	}
	for_each_set_bit(unit, cma->map.first, cma->map.nr) {
		struct cma_holder *holder;

		*pfn = cma_unit_to_pfn(cma, unit);
		holder = first_behind(holders, *pfn);
		if (!holders->missed && (!holder || holder->pfn > *pfn))
			return "allocated, but no record says who holds it";
	}
	return NULL;
}

/**
 * cma_holders_check() - do the records agree with the map?
 * @cma: the area, at which nobody is at work
 * @pfn: receives the first frame for which they do not
 *
 * Context: Any; the caller holds cma->lock.
 * Return: what is wrong with it, NULL if all is well.
 */
const char *cma_holders_check(struct cma *cma, unsigned long *pfn)
{
	const char *rule;

	lockdep_assert_held(&cma->lock);
	if (!cma->holders)
		return NULL;
	spin_lock(&cma->holders->lock);
	rule = check_records_locked(cma, pfn);
	spin_unlock(&cma->holders->lock);
	return rule;
}
