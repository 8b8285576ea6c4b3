// SPDX-License-Identifier: GPL-2.0-only
/*
 * Show who holds what, in <debugfs>/cma/<area>/holders and .../callers
 */
#include <linux/debugfs.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/timekeeping.h>

#include "cma.h"
#include "holders.h"

/* All records, in memory of our own. Return: how many, or an error. */
static int copy_records(struct cma *cma, struct cma_holder **records,
			u64 *missed)
{
	unsigned int max = cma_holders_max(cma);

	*records = kvcalloc(max, sizeof(**records), GFP_KERNEL);
	if (!*records)
		return -ENOMEM;
	return cma_holders_copy(cma, *records, max, missed);
}

static int holders_show(struct seq_file *m, void *unused)
{
	u64 missed, now = ktime_get_boottime_ns();
	struct cma_holder *records;
	int i, nr;

	nr = copy_records(m->private, &records, &missed);
	if (nr < 0)
		return nr;
	seq_puts(m, "# pfn pages age_ms pid task device node caller\n");
	for (i = 0; i < nr; i++) {
		struct cma_holder *h = &records[i];

		seq_printf(m, "%#lx %lu %llu %d ", h->pfn, h->count,
			   div_u64(now - min(now, h->when), NSEC_PER_MSEC),
			   h->pid);
		/* A task may have any name. */
		seq_escape(m, h->comm, " \t\n\\");
		seq_printf(m, " %s %d %pS\n", h->device[0] ? h->device : "-",
			   h->nid, (void *)cma_caller(h->stack, h->depth));
	}
	seq_printf(m, "# %d recorded, %llu not recorded\n", nr, missed);
	kvfree(records);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(holders);

/* What one caller holds. */
struct total {
	unsigned long caller;
	unsigned long pages;
	unsigned int nr;
};

static int by_caller(const void *a, const void *b)
{
	const struct total *x = a, *y = b;

	return (x->caller > y->caller) - (x->caller < y->caller);
}

static int by_pages(const void *a, const void *b)
{
	const struct total *x = a, *y = b;

	return (x->pages < y->pages) - (x->pages > y->pages);
}

/* One entry for each caller, the largest first. Return: how many. */
static int add_up(struct total *totals, const struct cma_holder *records,
		  int nr)
{
	int i, last = 0;

	for (i = 0; i < nr; i++)
		totals[i] = (struct total){
			cma_caller(records[i].stack, records[i].depth),
			records[i].count, 1 };
	sort(totals, nr, sizeof(*totals), by_caller, NULL);
	for (i = 1; i < nr; i++) {
		if (totals[i].caller == totals[last].caller) {
			totals[last].pages += totals[i].pages;
			totals[last].nr++;
		} else {
			totals[++last] = totals[i];
		}
	}
	nr = nr ? last + 1 : 0;
	sort(totals, nr, sizeof(*totals), by_pages, NULL);
	return nr;
}

static int callers_show(struct seq_file *m, void *unused)
{
	struct cma_holder *records;
	struct total *totals;
	u64 missed;
	int i, nr;

	nr = copy_records(m->private, &records, &missed);
	if (nr < 0)
		return nr;
	totals = kvcalloc(max(nr, 1), sizeof(*totals), GFP_KERNEL);
	if (!totals) {
		kvfree(records);
		return -ENOMEM;
	}
	seq_puts(m, "# pages allocations caller\n");
	nr = add_up(totals, records, nr);
	for (i = 0; i < nr; i++)
		seq_printf(m, "%lu %u %pS\n", totals[i].pages, totals[i].nr,
			   (void *)totals[i].caller);
	kvfree(totals);
	kvfree(records);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(callers);

/**
 * cma_holders_files() - add the files of an area that keeps records
 * @cma: the area
 * @dir: its directory
 *
 * Context: Process context, while the kernel boots.
 */
void __init cma_holders_files(struct cma *cma, struct dentry *dir)
{
	if (!cma->holders)
		return;
	debugfs_create_file("holders", 0400, dir, cma, &holders_fops);
	debugfs_create_file("callers", 0400, dir, cma, &callers_fops);
}
