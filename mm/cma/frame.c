// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is in a frame, and why it stays where it is
 *
 * A frame that is looked at belongs to somebody else and may change hands at any
 * time. Words and counts are copied without following anything. What has to be
 * followed, the mapping up to the file, is followed with a reference to the folio
 * and its lock, which keep the file from going away; whoever finds the folio
 * locked does without the file's name. Waiting would be wrong: these functions
 * are called by an allocation that has failed.
 */
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/page_owner.h>
#include <linux/seq_file.h>

#include "cma.h"
#include "frame.h"

static const char *const kind_names[] = {
	[CMA_KIND_UNKNOWN] = "unknown",
	[CMA_KIND_ANON] = "anon",
	[CMA_KIND_FILE] = "file",
	[CMA_KIND_SHMEM] = "shmem",
	[CMA_KIND_BUFFER] = "buffer",
	[CMA_KIND_MOVABLE] = "movable",
	[CMA_KIND_HUGETLB] = "hugetlb",
	[CMA_KIND_SLAB] = "slab",
	[CMA_KIND_PGTABLE] = "pgtable",
	[CMA_KIND_KERNEL] = "kernel",
};

static const char *const reason_names[] = {
	[CMA_REASON_GONE] = "gone",
	[CMA_REASON_MET] = "met",
	[CMA_REASON_PINNED] = "pinned",
	[CMA_REASON_HELD] = "held",
	[CMA_REASON_WRITEBACK] = "writeback",
	[CMA_REASON_ISOLATED] = "isolated",
	[CMA_REASON_LOCKED] = "locked",
	[CMA_REASON_UNMOVABLE] = "unmovable",
	[CMA_REASON_NOMIGRATE] = "nomigrate",
	[CMA_REASON_HWPOISON] = "hwpoison",
};

/* The words for a frame. */
const char *cma_kind_name(const struct cma_frame *frame)
{
	return kind_names[frame->kind];
}

const char *cma_reason_name(const struct cma_frame *frame)
{
	return reason_names[frame->reason];
}

/* Nothing keeps a folio from getting another mapping: it is read once. */
static enum cma_kind kind_of(const struct folio *folio)
{
	unsigned long mapping = (unsigned long)READ_ONCE(folio->mapping);

	if (folio_test_hugetlb(folio))
		return CMA_KIND_HUGETLB;
	if (folio_test_slab(folio))
		return CMA_KIND_SLAB;
	if (folio_test_pgtable(folio))
		return CMA_KIND_PGTABLE;
	if (folio_test_reserved(folio))
		return CMA_KIND_KERNEL;
	if (mapping & PAGE_MAPPING_ANON)
		return CMA_KIND_ANON;
	if (mapping & PAGE_MAPPING_MOVABLE)
		return CMA_KIND_MOVABLE;
	if (!mapping && !folio_test_lru(folio))
		return CMA_KIND_KERNEL;
	return folio_test_swapbacked(folio) ? CMA_KIND_SHMEM : CMA_KIND_FILE;
}

/* One of the names of a file, which cannot go away. */
static void copy_name(struct inode *inode, char *name)
{
	struct dentry *dentry;

	spin_lock(&inode->i_lock);
	hlist_for_each_entry(dentry, &inode->i_dentry, d_u.d_alias) {
		spin_lock(&dentry->d_lock);
		strscpy(name, dentry->d_name.name, CMA_FRAME_NAME);
		spin_unlock(&dentry->d_lock);
		break;
	}
	spin_unlock(&inode->i_lock);
}

/*
 * The file that a locked folio of the page cache belongs to. It may not be one by
 * now: a new anonymous page gets its mapping without the folio lock.
 */
static void look_at_file(const struct folio *folio, struct cma_frame *frame)
{
	struct address_space *mapping = READ_ONCE(folio->mapping);
	struct inode *inode;

	if (!mapping || (unsigned long)mapping & PAGE_MAPPING_FLAGS)
		return;
	inode = mapping->host;
	if (!inode)
		return;
	if (S_ISBLK(inode->i_mode))
		frame->kind = CMA_KIND_BUFFER;
	frame->dev = S_ISBLK(inode->i_mode) ? inode->i_rdev :
					      inode->i_sb->s_dev;
	frame->ino = inode->i_ino;
	copy_name(inode, frame->name);
	if (frame->reason != CMA_REASON_MET)
		return;
	if (mapping_inaccessible(mapping))
		frame->reason = CMA_REASON_UNMOVABLE;
	else if (folio_test_dirty(folio) && !mapping->a_ops->migrate_folio)
		frame->reason = CMA_REASON_NOMIGRATE;
}

static bool has_file(enum cma_kind kind)
{
	return kind == CMA_KIND_FILE || kind == CMA_KIND_SHMEM;
}

static enum cma_reason reason_of(struct folio *folio, enum cma_kind kind,
				 bool held)
{
	if (folio_test_hwpoison(folio))
		return CMA_REASON_HWPOISON;
	if (kind == CMA_KIND_SLAB || kind == CMA_KIND_PGTABLE ||
	    kind == CMA_KIND_KERNEL)
		return CMA_REASON_UNMOVABLE;
	if (folio_test_writeback(folio))
		return CMA_REASON_WRITEBACK;
	if (kind != CMA_KIND_ANON && !has_file(kind))
		return held ? CMA_REASON_HELD : CMA_REASON_MET;
	if (folio_maybe_dma_pinned(folio))
		return CMA_REASON_PINNED;
	if (!folio_test_lru(folio))
		return CMA_REASON_ISOLATED;
	return held ? CMA_REASON_HELD : CMA_REASON_MET;
}

/* With a reference to the folio. */
static void look_at_folio(struct folio *folio, struct cma_frame *frame)
{
	/* One of them is ours. */
	frame->refs = folio_ref_count(folio) - 1;
	frame->maps = folio_mapcount(folio);
	frame->nr = folio_nr_pages(folio);
	frame->kind = kind_of(folio);
	frame->reason = reason_of(folio, frame->kind, cma_folio_held(folio));
	if (!has_file(frame->kind))
		return;
	if (!folio_trylock(folio)) {
		if (frame->reason == CMA_REASON_MET)
			frame->reason = CMA_REASON_LOCKED;
		return;
	}
	look_at_file(folio, frame);
	folio_unlock(folio);
}

/**
 * cma_frame_look() - describe a frame
 * @cma: the area
 * @pfn: the frame, inside an area with pages
 * @frame: receives what is known
 *
 * Context: Process or softirq context, no inode's lock held. Does not sleep.
 */
void cma_frame_look(struct cma *cma, unsigned long pfn,
		    struct cma_frame *frame)
{
	struct page *page = pfn_to_online_page(pfn);
	struct folio *folio;

	memset(frame, 0, sizeof(*frame));
	frame->pfn = pfn;
	frame->nr = 1;
	if (!page)
		return;
	folio = cma_lent_folio(cma, pfn);
	if (!folio)
		return;
	look_at_folio(folio, frame);
	page_owner_task(page, frame->comm, &frame->pid);
	folio_put(folio);
}

/**
 * cma_frame_stays() - would an evacuation have to wait for a frame, or fail?
 * @pfn: the frame, inside an area with pages
 *
 * Context: Any; takes no lock, so the answer is a guess.
 * Return: whether it would, as things look; true for the head of a large folio,
 * which takes a closer look, and false for what is behind it.
 */
bool cma_frame_stays(unsigned long pfn)
{
	struct page *page = pfn_to_online_page(pfn);

	if (!page || !page_ref_count(page))
		return false;
	return READ_ONCE(page->flags) & (BIT(PG_head) | BIT(PG_writeback)) ||
	       cma_hopeless(page);
}

/**
 * cma_frame_alike() - is there nothing that tells one frame from another?
 * @a: one frame
 * @b: the other
 *
 * Context: Any.
 * Return: whether they differ in nothing but where they are.
 */
bool cma_frame_alike(const struct cma_frame *a, const struct cma_frame *b)
{
	return a->kind == b->kind && a->reason == b->reason &&
	       a->refs == b->refs && a->maps == b->maps && a->dev == b->dev &&
	       a->ino == b->ino && a->pid == b->pid;
}

/* Names may hold anything: what would end a word is escaped. */
static void put_word(struct seq_file *m, const char *word)
{
	seq_escape(m, word, " \t\n\\,;");
}

/**
 * cma_frame_owner() - write whose memory a frame is
 * @m: where to
 * @frame: the frame
 *
 * Context: Process context.
 */
void cma_frame_owner(struct seq_file *m, const struct cma_frame *frame)
{
	if (frame->dev) {
		seq_printf(m, "dev:%u:%u,ino:%lu", MAJOR(frame->dev),
			   MINOR(frame->dev), frame->ino);
		if (frame->name[0]) {
			seq_putc(m, ',');
			put_word(m, frame->name);
		}
	}
	if (frame->comm[0]) {
		seq_puts(m, frame->dev ? ";task:" : "task:");
		put_word(m, frame->comm);
		seq_printf(m, "/%d", frame->pid);
	}
	if (!frame->dev && !frame->comm[0])
		seq_putc(m, '-');
}
