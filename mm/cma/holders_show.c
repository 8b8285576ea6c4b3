// SPDX-License-Identifier: GPL-2.0-only
/*
 * Show who holds what, in <debugfs>/cma/<area>/holders and .../callers
 */
#include <linux/debugfs.h>
#include <linux/kallsyms.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include "cma.h"
#include "holders.h"

/*
 * Functions through which memory is asked for, and which are therefore never the
 * answer to who asked.
 */
static const char *const passed_through[] = {
	"cma_alloc_range", "cma_alloc_gfp", "cma_alloc", "cma_alloc_folio",
	"cma_alloc_pfns", "devm_cma_alloc", "cblock_alloc_node", "alloc_from",
	"devm_cblock_alloc", "alloc_from_area", "alloc_from_node",
	"dma_alloc_contiguous", "dma_alloc_from_contiguous",
	"dma_alloc_from_dev_exclusive", "dma_alloc_from_dev_coherent",
	"__dma_direct_alloc_pages", "dma_direct_alloc",
	"dma_direct_alloc_pages", "dma_alloc_attrs", "__dma_alloc_pages",
	"dma_alloc_pages", "dmam_alloc_attrs", "dma_common_alloc_pages",
	"iommu_dma_alloc", "iommu_dma_alloc_pages", "__dma_alloc",
	"__alloc_from_contiguous", "cma_allocator_alloc", "arm_dma_alloc",
	"__iommu_alloc_buffer", "arm_iommu_alloc_attrs",
};

/* Is the symbol @name, or a piece of it that the compiler has made? */
static bool is_passed_through(const char *name)
{
	size_t len = strcspn(name, "."), i;

	for (i = 0; i < ARRAY_SIZE(passed_through); i++) {
		if (strlen(passed_through[i]) == len &&
		    !strncmp(name, passed_through[i], len))
			return true;
	}
	return false;
}

/**
 * cma_holder_caller() - who asked for the memory
 * @holder: the record
 *
 * Context: Any.
 * Return: the innermost address on the stack that is not inside one of the
 * functions that memory is asked for through; 0 if the stack is empty.
 */
unsigned long cma_holder_caller(const struct cma_holder *holder)
{
	char name[KSYM_SYMBOL_LEN];
	unsigned int i;

	for (i = 0; i < holder->depth; i++) {
		sprint_symbol_no_offset(name, holder->stack[i]);
		if (!is_passed_through(name))
			return holder->stack[i];
	}
	return holder->depth ? holder->stack[holder->depth - 1] : 0;
}

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
			   h->nid, (void *)cma_holder_caller(h));
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
		totals[i] = (struct total){ cma_holder_caller(&records[i]),
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
