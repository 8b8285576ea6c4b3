// SPDX-License-Identifier: GPL-2.0-only
/*
 * Show where memory is and what cannot leave: <debugfs>/cma/<area>/blocks and
 * .../blockers
 *
 * Both are made line by line while they are read, so that neither needs memory in
 * proportion to the area.
 */
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "cma.h"
#include "frame.h"
#include "stats.h"

/* Longer than two numbers can be. */
#define RANGE_TEXT	64

/* Blockers that allocations have met, which a look alone does not find. */
#define NR_MET		8

/**
 * struct view - what one open file shows
 * @cma: the area
 * @start: first frame to show
 * @end: end of what to show
 * @pfn: first frame of the line at hand
 * @next: where the next line begins to look
 * @frame: the line's frames, all alike
 * @pages: how many
 * @nr_met: entries of @met
 * @met: frames that have just stopped an allocation
 */
struct view {
	struct cma *cma;
	unsigned long start;
	unsigned long end;
	unsigned long pfn;
	unsigned long next;
	struct cma_frame frame;
	unsigned long pages;
	unsigned int nr_met;
	unsigned long met[NR_MET];
};

static void whole_area(struct view *view)
{
	view->start = view->cma->base_pfn;
	view->end = view->start + view->cma->count;
}

static int open_view(struct inode *inode, struct file *file,
		     const struct seq_operations *ops)
{
	struct view *view = __seq_open_private(file, ops, sizeof(*view));

	if (!view)
		return -ENOMEM;
	view->cma = inode->i_private;
	whole_area(view);
	return 0;
}

/* The position of a line is where it begins, counted from the area's base. */
static void *line_at(struct view *view, unsigned long pfn, loff_t *pos,
		     bool (*find)(struct view *view, unsigned long pfn))
{
	if (!find(view, pfn)) {
		*pos = view->end - view->cma->base_pfn + 1;
		return NULL;
	}
	*pos = view->pfn - view->cma->base_pfn + 1;
	return view;
}

static unsigned long pfn_of(const struct view *view, loff_t pos)
{
	unsigned long offset = min_t(u64, pos - 1, view->cma->count);

	return max(view->cma->base_pfn + offset, view->start);
}

static void stop(struct seq_file *m, void *v)
{
}

/* blocks */

static bool find_block(struct view *view, unsigned long pfn)
{
	view->pfn = pfn;
	view->next = min(view->end, pageblock_end_pfn(pfn));
	return pfn < view->end;
}

static void *blocks_start(struct seq_file *m, loff_t *pos)
{
	struct view *view = m->private;

	if (!*pos) {
		cma_walk_settle(true);
		return SEQ_START_TOKEN;
	}
	return line_at(view, pfn_of(view, *pos), pos, find_block);
}

static void *blocks_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct view *view = m->private;

	return line_at(view, v == SEQ_START_TOKEN ? view->start : view->next,
		       pos, find_block);
}

/* Taken first, then what is lent, in the order of the uses. */
static int blocks_show(struct seq_file *m, void *v)
{
	unsigned long nr[NR_CMA_USES] = {};
	struct view *view = m->private;
	int use;

	if (v == SEQ_START_TOKEN) {
		seq_printf(m, "# pfn %s", cma_use_names[CMA_USE_TAKEN]);
		for (use = 0; use < CMA_USE_TAKEN; use++)
			seq_printf(m, " %s", cma_use_names[use]);
		seq_putc(m, '\n');
		return 0;
	}
	cma_walk(view->cma, view->pfn, view->next, nr);
	seq_printf(m, "%#lx %lu", view->pfn, nr[CMA_USE_TAKEN]);
	for (use = 0; use < CMA_USE_TAKEN; use++)
		seq_printf(m, " %lu", nr[use]);
	seq_putc(m, '\n');
	return 0;
}

static const struct seq_operations blocks_ops = {
	.start = blocks_start,
	.next = blocks_next,
	.stop = stop,
	.show = blocks_show,
};

static int blocks_open(struct inode *inode, struct file *file)
{
	return open_view(inode, file, &blocks_ops);
}

static const struct file_operations blocks_fops = {
	.owner = THIS_MODULE,
	.open = blocks_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = seq_release_private,
};

/* blockers */

/* Does the frame at @pfn stay where it is? Taken ones are no blockers. */
static bool look(const struct view *view, unsigned long pfn,
		 struct cma_frame *frame)
{
	struct cma *cma = view->cma;
	unsigned int i;

	if (test_bit((pfn - cma->base_pfn) >> cma->order_per_bit,
		     cma_used_map(cma)))
		return false;
	for (i = 0; i < view->nr_met && view->met[i] != pfn; i++)
		;
	if (i == view->nr_met && !cma_frame_stays(pfn))
		return false;
	cma_frame_look(cma, pfn, frame);
	if (frame->reason == CMA_REASON_MET)
		return i < view->nr_met;
	return frame->reason != CMA_REASON_GONE;
}

/* A run of frames that are alike, and the line's position behind it. */
static bool find_blockers(struct view *view, unsigned long pfn)
{
	struct cma_frame more;

	for (; pfn < view->end && !look(view, pfn, &view->frame); pfn++) {
		if (pageblock_aligned(pfn))
			cond_resched();
	}
	view->pfn = pfn;
	view->next = pfn;
	if (pfn >= view->end)
		return false;
	view->next += view->frame.nr;
	while (view->next < view->end && look(view, view->next, &more) &&
	       cma_frame_alike(&view->frame, &more)) {
		view->next += more.nr;
		cond_resched();
	}
	view->pages = view->next - pfn;
	return true;
}

static void *blockers_start(struct seq_file *m, loff_t *pos)
{
	struct view *view = m->private;

	if (*pos)
		return line_at(view, pfn_of(view, *pos), pos, find_blockers);
	cma_walk_settle(true);
	view->nr_met = cma_blockers_since(view->cma, jiffies - HZ / 10,
					  view->met, NR_MET);
	return SEQ_START_TOKEN;
}

static void *blockers_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct view *view = m->private;

	return line_at(view, v == SEQ_START_TOKEN ? view->start : view->next,
		       pos, find_blockers);
}

static int blockers_show(struct seq_file *m, void *v)
{
	struct view *view = m->private;
	const struct cma_frame *frame = &view->frame;

	if (v == SEQ_START_TOKEN) {
		seq_puts(m, "# pfn pages kind refs maps reason owner\n");
		return 0;
	}
	seq_printf(m, "%#lx %lu %s %d %d %s ", view->pfn, view->pages,
		   cma_kind_name(frame), frame->refs, frame->maps,
		   cma_reason_name(frame));
	cma_frame_owner(m, frame);
	seq_putc(m, '\n');
	return 0;
}

static const struct seq_operations blockers_ops = {
	.start = blockers_start,
	.next = blockers_next,
	.stop = stop,
	.show = blockers_show,
};

static int blockers_open(struct inode *inode, struct file *file)
{
	int err = open_view(inode, file, &blockers_ops);
	struct seq_file *m = file->private_data;
	struct view *view;

	if (err)
		return err;
	view = m->private;
	/* Idle memory of an exclusive area is used by nobody. */
	if (view->cma->class != CMA_SHARED)
		view->end = view->start;
	return 0;
}

/* Two numbers, first frame and frames. */
static int parse_range(char *text, unsigned long *pfn, unsigned long *count)
{
	char *first = strim(text), *second = first + strcspn(first, " \t\n");
	int err;

	if (!*second)
		return -EINVAL;
	*second++ = '\0';
	err = kstrtoul(first, 0, pfn);
	if (!err)
		err = kstrtoul(strim(second), 0, count);
	if (err)
		return err;
	return *count ? 0 : -EINVAL;
}

/* What is read next begins at the begin of the range that is written. */
static ssize_t blockers_write(struct file *file, const char __user *from,
			      size_t len, loff_t *pos)
{
	struct seq_file *m = file->private_data;
	struct view *view = m->private;
	const struct cma *cma = view->cma;
	char text[RANGE_TEXT] = "";
	unsigned long pfn, count;
	int err;

	if (len >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, from, len))
		return -EFAULT;
	err = parse_range(text, &pfn, &count);
	if (err)
		return err;
	if (!cma_area_contains(cma, pfn) ||
	    count > cma->count - (pfn - cma->base_pfn))
		return -ERANGE;

	mutex_lock(&m->lock);
	view->start = pfn;
	view->end = cma->class == CMA_SHARED ? pfn + count : pfn;
	mutex_unlock(&m->lock);
	*pos = 0;
	return len;
}

static const struct file_operations blockers_fops = {
	.owner = THIS_MODULE,
	.open = blockers_open,
	.read = seq_read,
	.write = blockers_write,
	.llseek = seq_lseek,
	.release = seq_release_private,
};

/**
 * cma_walk_files() - add the files that are made by a walk
 * @cma: the area
 * @dir: its directory
 *
 * Context: Process context, while the kernel boots.
 */
void __init cma_walk_files(struct cma *cma, struct dentry *dir)
{
	debugfs_create_file("blocks", 0400, dir, cma, &blocks_fops);
	debugfs_create_file("blockers", 0600, dir, cma, &blockers_fops);
}
