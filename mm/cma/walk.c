// SPDX-License-Identifier: GPL-2.0-only
/*
 * Walk over an area: what each of its frames is used for
 *
 * A walk takes no lock for long, and references to large folios only, so it
 * delays nobody, and its result is the sum of moments, not of one. What it reads
 * of a page are single words, and whatever they say leads to no place outside of
 * the area.
 */
#include <linux/jiffies.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/swap.h>

#include "cma.h"
#include "frame.h"

/* The words for the uses, in all files. */
const char *const cma_use_names[NR_CMA_USES] = {
	[CMA_USE_FREE] = "free",
	[CMA_USE_ANON] = "anon",
	[CMA_USE_FILE_CLEAN] = "file_clean",
	[CMA_USE_FILE_DIRTY] = "file_dirty",
	[CMA_USE_SHMEM] = "shmem",
	[CMA_USE_PINNED] = "pinned",
	[CMA_USE_OTHER] = "other",
	[CMA_USE_TAKEN] = "taken",
};

/**
 * cma_walk_settle() - make pages on their way between lists arrive
 * @now: always; else not more often than once a second
 *
 * Pages in per-CPU LRU batches look as if they were pinned. Whoever may read a
 * figure may not for that keep all CPUs busy.
 *
 * Context: Process context; sleeps.
 */
void cma_walk_settle(bool now)
{
	static unsigned long last;

	if (!now && last && time_before(jiffies, READ_ONCE(last) + HZ))
		return;
	WRITE_ONCE(last, jiffies);
	lru_add_drain_all();
}

/* What is the page used for that begins at @head and is not free? */
static enum cma_use use_of(struct cma *cma, struct page *head)
{
	const unsigned long dirty = BIT(PG_dirty) | BIT(PG_writeback);
	unsigned long mapping = (unsigned long)READ_ONCE(head->mapping);
	unsigned long flags = READ_ONCE(head->flags);

	if (flags & BIT(PG_lru) && cma_lent_hopeless(cma, page_to_pfn(head)))
		return CMA_USE_PINNED;
	if (PageHuge(head) || flags & BIT(PG_reserved))
		return CMA_USE_OTHER;
	if ((mapping & PAGE_MAPPING_FLAGS) == PAGE_MAPPING_MOVABLE)
		return CMA_USE_OTHER;
	if (mapping & PAGE_MAPPING_ANON)
		return CMA_USE_ANON;
	if (!mapping && !(flags & BIT(PG_lru)))
		return CMA_USE_OTHER;
	if (flags & BIT(PG_swapbacked))
		return CMA_USE_SHMEM;
	return flags & dirty ? CMA_USE_FILE_DIRTY : CMA_USE_FILE_CLEAN;
}

/* The use of a frame that is not taken, and of how many from there on. */
static enum cma_use look(struct cma *cma, unsigned long pfn, unsigned long end,
			 unsigned long *nr)
{
	struct page *page = pfn_to_page(pfn);
	struct page *head = compound_head(page);
	unsigned long behind, size;

	*nr = 1;
	if (PageBuddy(page)) {
		*nr = min(cma_free_frames(page), end - pfn);
		return CMA_USE_FREE;
	}
	if (!page_ref_count(head))
		return CMA_USE_FREE;
	if (PageHead(head)) {
		/* It may be another page by now: no more than what can be. */
		behind = pfn - page_to_pfn(head);
		size = compound_nr(head);
		if (pfn >= page_to_pfn(head) && behind < size)
			*nr = min(size - behind, end - pfn);
	}
	return use_of(cma, head);
}

static void walk_lent(struct cma *cma, unsigned long pfn, unsigned long end,
		      unsigned long nr[NR_CMA_USES])
{
	while (pfn < end) {
		unsigned long unit = (pfn - cma->base_pfn) >> cma->order_per_bit;
		enum cma_use use = CMA_USE_TAKEN;
		unsigned long frames = 1;

		if (!test_bit(unit, cma_used_map(cma)))
			use = look(cma, pfn, end, &frames);
		nr[use] += frames;
		pfn += frames;
	}
}

/* Nobody borrows from an exclusive area. */
static void walk_exclusive(struct cma *cma, unsigned long pfn,
			   unsigned long end, unsigned long nr[NR_CMA_USES])
{
	for (; pfn < end; pfn++) {
		bool taken = test_bit(pfn - cma->base_pfn, cma_used_map(cma));

		nr[taken ? CMA_USE_TAKEN : CMA_USE_FREE]++;
	}
}

/**
 * cma_walk() - add up what frames are used for
 * @cma: an active area
 * @start: first frame
 * @end: end of the range, inside the area
 * @nr: to which the numbers are added
 *
 * Context: Process context; lets others run after each block.
 */
void cma_walk(struct cma *cma, unsigned long start, unsigned long end,
	      unsigned long nr[NR_CMA_USES])
{
	while (start < end) {
		unsigned long next = min(end, pageblock_end_pfn(start));

		if (cma->class != CMA_SHARED)
			walk_exclusive(cma, start, next, nr);
		else if (pfn_to_online_page(start))
			walk_lent(cma, start, next, nr);
		else
			nr[CMA_USE_OTHER] += next - start;
		start = next;
		cond_resched();
	}
}
