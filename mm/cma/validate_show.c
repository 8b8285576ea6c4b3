// SPDX-License-Identifier: GPL-2.0-only
/*
 * Show contradictions, in <debugfs>/cma/validate and .../<area>/validate
 *
 * The first line is "ok" or the number of contradictions; each of those is a
 * line with the frame and what is wrong with it.
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

static int validate_show(struct seq_file *file, void *data)
{
	struct cma_verdict *verdict = kmalloc(sizeof(*verdict), GFP_KERNEL);
	struct cma *cma = file->private;
	unsigned int i, nr;

	if (!verdict)
		return -ENOMEM;
	nr = cma ? cma_validate(cma, verdict) : cma_validate_all(verdict);
	if (nr)
		seq_printf(file, "%u%s\n", nr,
			   nr == CMA_VIOLATIONS ? " or more" : "");
	else
		seq_printf(file, "ok%s\n", verdict->restless ?
			   ", at work: counters were not compared" : "");
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
