// SPDX-License-Identifier: GPL-2.0-only
/*
 * The last allocations that failed, and what stood in their way
 *
 * Each area keeps a ring of records in <debugfs>/cma/<area>/failures, so that who
 * asks why an hour later still gets an answer. An allocation that succeeded but
 * took long because it met blockers is recorded, too.
 *
 * A record is filled in outside of the lock, because looking at blockers takes a
 * while; as long as that lasts nobody sees it.
 */
#include <linux/debugfs.h>
#include <linux/device.h>
#include <linux/jiffies.h>
#include <linux/kallsyms.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/stacktrace.h>
#include <linux/timekeeping.h>

#include "cma.h"
#include "fault.h"
#include "frame.h"
#include "holders.h"
#include "stats.h"

/* Records of an area, and blockers of a record. */
#define RECORDS		16
#define BLOCKERS	8

/* Return addresses of a record. */
#define STACK		14

/**
 * struct failure - a record
 * @outcome: how the allocation ended
 * @when: nanoseconds since boot
 * @took_us: how long it took, 0 if that is not known
 * @pid: the task, 0 if it was an interrupt
 * @comm: its name
 * @device: the device that the memory was to be for, or empty
 * @depth: entries of @stack
 * @stack: where the call came from, innermost first
 * @nr_blockers: entries of @blockers
 * @blockers: what stood in the way, the last one first
 * @filling: somebody is at work on it; guarded by the lock of the ring
 */
struct failure {
	struct cma_outcome outcome;
	u64 when;
	u64 took_us;
	pid_t pid;
	char comm[TASK_COMM_LEN];
	char device[CMA_DEVICE_NAME];
	unsigned int depth;
	unsigned long stack[STACK];
	unsigned int nr_blockers;
	struct cma_frame blockers[BLOCKERS];
	bool filling;
};

/**
 * struct cma_failures - the ring of an area
 * @lock: guards all that follows; a leaf, IRQs off
 * @next: records so far
 * @records: the one of number n is at n % RECORDS; its pages are 0 if it is
 *	empty
 */
struct cma_failures {
	spinlock_t lock;	/* guards all that follows */
	unsigned long next;
	struct failure records[RECORDS];
};

/**
 * cma_failures_activate() - make the ring of an area
 * @cma: the area
 *
 * Without memory for it there is no ring, and that is all.
 *
 * Context: Process context, while the kernel boots.
 */
void cma_failures_activate(struct cma *cma)
{
	struct cma_failures *ring = NULL;

	if (!cma_step_fails(CMA_STEP_RECORDS))
		ring = kvzalloc(sizeof(*ring), GFP_KERNEL);
	if (!ring)
		return;
	spin_lock_init(&ring->lock);
	cma->failures = ring;
}

/* The record that is overwritten next, or NULL if somebody still fills it. */
static struct failure *get_record(struct cma_failures *ring)
{
	struct failure *failure;
	unsigned long flags;

	spin_lock_irqsave(&ring->lock, flags);
	failure = &ring->records[ring->next % RECORDS];
	if (failure->filling) {
		failure = NULL;
	} else {
		failure->filling = true;
		ring->next++;
	}
	spin_unlock_irqrestore(&ring->lock, flags);
	return failure;
}

static void put_record(struct cma_failures *ring, struct failure *failure)
{
	unsigned long flags;

	spin_lock_irqsave(&ring->lock, flags);
	failure->filling = false;
	spin_unlock_irqrestore(&ring->lock, flags);
}

#ifdef CONFIG_STACKTRACE
static void save_stack(struct failure *failure)
{
	failure->depth = stack_trace_save(failure->stack, STACK, 1);
}
#else
static void save_stack(struct failure *failure)
{
	failure->depth = 0;
}
#endif

/* The blockers that were met since the allocation began, the last one first. */
static void save_blockers(struct cma *cma, struct failure *failure)
{
	unsigned long since = jiffies - usecs_to_jiffies(failure->took_us) - 1;
	unsigned long pfns[BLOCKERS];
	unsigned int i;

	failure->nr_blockers = cma_blockers_since(cma, since, pfns, BLOCKERS);
	for (i = 0; i < failure->nr_blockers; i++)
		cma_frame_look(cma, pfns[i], &failure->blockers[i]);
}

/**
 * cma_failures_note() - record how an allocation ended
 * @cma: the area
 * @outcome: what is known of it
 *
 * Context: That of the allocation.
 */
void cma_failures_note(struct cma *cma, const struct cma_outcome *outcome)
{
	struct cma_failures *ring = cma->failures;
	struct failure *failure = ring ? get_record(ring) : NULL;

	if (!failure)
		return;
	failure->outcome = *outcome;
	if (!failure->outcome.id)
		failure->outcome.id = cma_new_id();
	failure->when = ktime_get_boottime_ns();
	failure->took_us = cma_clock_us(outcome->began);
	failure->pid = in_task() ? task_pid_nr(current) : 0;
	strscpy(failure->comm, in_task() ? current->comm : "interrupt");
	strscpy(failure->device, outcome->dev ? dev_name(outcome->dev) : "");
	failure->outcome.dev = NULL;
	failure->nr_blockers = 0;
	save_stack(failure);
	if (outcome->evacuate && outcome->cause != CMA_REFUSED)
		save_blockers(cma, failure);
	put_record(ring, failure);
}

/**
 * cma_failures_reset() - forget all records
 * @cma: the area
 *
 * Context: Any.
 */
void cma_failures_reset(struct cma *cma)
{
	struct cma_failures *ring = cma->failures;
	unsigned long flags;
	int i;

	if (!ring)
		return;
	spin_lock_irqsave(&ring->lock, flags);
	for (i = 0; i < RECORDS; i++) {
		if (!ring->records[i].filling)
			ring->records[i].outcome.pages = 0;
	}
	spin_unlock_irqrestore(&ring->lock, flags);
}

/* All records, the newest first. Return: how many. */
static int copy_records(struct cma_failures *ring, struct failure *to)
{
	unsigned long flags;
	int i, nr = 0;

	spin_lock_irqsave(&ring->lock, flags);
	for (i = 1; i <= RECORDS; i++) {
		struct failure *failure =
			&ring->records[(ring->next - i) % RECORDS];

		if (failure->outcome.pages && !failure->filling)
			to[nr++] = *failure;
	}
	spin_unlock_irqrestore(&ring->lock, flags);
	return nr;
}

static void show_blocker(struct seq_file *m, const struct cma_frame *frame)
{
	seq_printf(m, "  pfn=%#lx kind=%s refs=%d maps=%d reason=%s owner=",
		   frame->pfn, cma_kind_name(frame), frame->refs, frame->maps,
		   cma_reason_name(frame));
	cma_frame_owner(m, frame);
	seq_putc(m, '\n');
}

/* A symbol, and its module without a blank before it. */
static void show_caller(struct seq_file *m, const struct failure *failure)
{
	unsigned long caller = cma_caller(failure->stack, failure->depth);
	char name[KSYM_SYMBOL_LEN];
	char *blank;

	if (!caller) {
		seq_putc(m, '-');
		return;
	}
	sprint_symbol(name, caller);
	blank = strchr(name, ' ');
	if (blank)
		memmove(blank, blank + 1, strlen(blank));
	seq_puts(m, name);
}

static void show_failure(struct seq_file *m, const struct failure *failure,
			 u64 now)
{
	const struct cma_outcome *outcome = &failure->outcome;
	unsigned int i;

	seq_printf(m, "id=%llu ago_ms=%llu pages=%lu align=%u cause=%s ",
		   outcome->id,
		   div_u64(now - min(now, failure->when), NSEC_PER_MSEC),
		   outcome->pages, outcome->align,
		   cma_cause_name(outcome->cause));
	seq_printf(m, "largest=%lu available=%lu gfp=%#x task=",
		   outcome->largest, outcome->available,
		   (__force unsigned int)outcome->gfp);
	seq_escape(m, failure->comm, " \t\n\\");
	seq_printf(m, "/%d caller=", failure->pid);
	show_caller(m, failure);
	seq_printf(m, " took_us=%llu migrated=%lu reclaimed=%lu passes=%u device=",
		   failure->took_us, outcome->migrated, outcome->reclaimed,
		   outcome->passes);
	seq_escape(m, *failure->device ? failure->device : "-", " \t\n\\");
	seq_putc(m, '\n');
	for (i = 0; i < failure->nr_blockers; i++)
		show_blocker(m, &failure->blockers[i]);
}

static int failures_show(struct seq_file *m, void *unused)
{
	struct cma *cma = m->private;
	u64 now = ktime_get_boottime_ns();
	struct failure *copy;
	int i, nr;

	if (!cma->failures)
		return -ENOMEM;
	copy = kvcalloc(RECORDS, sizeof(*copy), GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	nr = copy_records(cma->failures, copy);
	for (i = 0; i < nr; i++)
		show_failure(m, &copy[i], now);
	kvfree(copy);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(failures);

static int reset_set(void *data, u64 val)
{
	struct cma *cma = data;

	if (val != 1)
		return -EINVAL;
	cma_stats_reset(cma);
	cma_failures_reset(cma);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(reset_fops, NULL, reset_set, "%llu\n");

/**
 * cma_failures_files() - add the files that show the records and forget them
 * @cma: the area
 * @dir: its directory
 *
 * Context: Process context, while the kernel boots.
 */
void __init cma_failures_files(struct cma *cma, struct dentry *dir)
{
	debugfs_create_file("failures", 0400, dir, cma, &failures_fops);
	debugfs_create_file("reset", 0200, dir, cma, &reset_fops);
}
