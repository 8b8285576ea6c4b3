// SPDX-License-Identifier: GPL-2.0-only
/*
 * Show contradictions, in <debugfs>/cma/validate and .../<area>/validate
 *
 * The first line is "ok" or the number of contradictions, and what else is to be
 * said; each contradiction is a line with the frame and what is wrong with it.
 */
#include <linux/debugfs.h>
#include <linux/mm.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "cma.h"
#include "validate.h"

static const char *area_at(unsigned long pfn)
{
	struct cma *cma;

	for_each_cma(cma) {
		if (cma_area_contains(cma, pfn))
			return cma->name;
	}
	return "all areas";
}

static void show_verdict(struct seq_file *file,
			 const struct cma_findings *verdict)
{
	if (verdict->nr)
		seq_printf(file, "%u%s", verdict->nr,
			   verdict->nr == CMA_VIOLATIONS ? " or more" : "");
	else
		seq_puts(file, "ok");
	if (verdict->restless)
		seq_puts(file, ", at work: counters were not compared");
	if (verdict->nr_unmoving)
		seq_printf(file, ", nobody is seen who could move %u%s lent pages: the first has pfn %#lx",
			   verdict->nr_unmoving,
			   verdict->nr_unmoving < CMA_VIOLATIONS ? "" : " or more",
			   verdict->unmoving);
	seq_putc(file, '\n');
}

static int validate_show(struct seq_file *file, void *data)
{
	struct cma_findings *verdict = kmalloc(sizeof(*verdict), GFP_KERNEL);
	struct cma *cma = file->private;
	unsigned int i, nr;

	if (!verdict)
		return -ENOMEM;
	nr = cma ? cma_validate(cma, verdict) : cma_validate_all(verdict);
	show_verdict(file, verdict);
	for (i = 0; i < nr; i++)
		seq_printf(file, "%s: pfn %#lx: %s\n",
			   area_at(verdict->found[i].pfn), verdict->found[i].pfn,
			   verdict->found[i].rule);
	kfree(verdict);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(validate);

/**
 * cma_validate_files() - make the file of an area
 * @cma: the area, or NULL for all of them
 * @dir: where
 */
void cma_validate_files(struct cma *cma, struct dentry *dir)
{
	debugfs_create_file("validate", 0400, dir, cma, &validate_fops);
}
