// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looks at memory that is lent, without a hold on it
 *
 * What is lent may be claimed at any time, and then a page is its owner's alone:
 * a reference that somebody else has got to it looks like a mistake when the
 * owner gives it back. So whoever looks reads single words, and where that does
 * not tell, as with large folios, gets a reference in a way that no owner ever
 * meets. A range that is taken needs no such care: nobody else can claim it.
 */
#include <linux/mm.h>
#include <linux/spinlock.h>

#include "cma.h"

/* An estimate looks at one frame of so many, and at so many at most. */
#define COST_STRIDE	32UL
#define COST_SAMPLES	64UL

/* Is a frame of the area, and not taken? */
static bool is_lent_locked(const struct cma *cma, unsigned long pfn)
{
	return cma_area_contains(cma, pfn) &&
	       !test_bit((pfn - cma->base_pfn) >> cma->order_per_bit,
			 cma->map.taken);
}

/**
 * cma_lent_folio() - get a reference to a folio that is lent memory
 * @cma: the area
 * @pfn: a frame of the folio
 *
 * The reference is got under cma->lock, and only if the frame is not taken; as
 * long as it is held, the folio is not free and cannot be claimed.
 *
 * Context: Any.
 * Return: the folio, or NULL if there is none or it is not all in the area.
 */
struct folio *cma_lent_folio(struct cma *cma, unsigned long pfn)
{
	struct page *page = pfn_to_page(pfn);
	struct folio *folio = page_folio(page);
	unsigned long flags;
	bool got;

	spin_lock_irqsave(&cma->lock, flags);
	got = is_lent_locked(cma, pfn) &&
	      is_lent_locked(cma, folio_pfn(folio)) && folio_try_get(folio);
	spin_unlock_irqrestore(&cma->lock, flags);
	if (!got)
		return NULL;
	if (page_folio(page) == folio)
		return folio;
	folio_put(folio);
	return NULL;
}

/**
 * cma_lent_hopeless() - would migration surely fail on a frame, as things are?
 * @cma: the area
 * @pfn: the frame
 *
 * As cma_hopeless(), and counts the references of large folios, too.
 *
 * Context: Any; the answer is a guess.
 * Return: whether it would. Not if it is free, in a per-CPU list, behind the head
 * of a large folio, or the head of one that is taken by now.
 */
bool cma_lent_hopeless(struct cma *cma, unsigned long pfn)
{
	const unsigned long large = BIT(PG_lru) | BIT(PG_head);
	struct page *page = pfn_to_page(pfn);
	struct folio *folio;
	bool held;

	if ((READ_ONCE(page->flags) & large) != large)
		return cma_hopeless(page);
	folio = cma_lent_folio(cma, pfn);
	if (!folio)
		return false;
	held = cma_folio_held(folio);
	folio_put(folio);
	return held;
}

/**
 * cma_lent_mappings() - into how many address spaces is a page mapped?
 * @cma: the area
 * @pfn: its frame
 *
 * Context: Any; the answer is a guess.
 * Return: the mappings of its folio, -1 if it is no lent memory by now.
 */
int cma_lent_mappings(struct cma *cma, unsigned long pfn)
{
	struct folio *folio = cma_lent_folio(cma, pfn);
	int nr;

	if (!folio)
		return -1;
	nr = folio_mapcount(folio);
	folio_put(folio);
	return nr;
}

/* What it takes to empty a frame, in units of dropping a clean page. */
enum { COST_FREE = 0, COST_DROP = 1, COST_COPY = 3, COST_WRITTEN = 8 };

static unsigned int frame_cost(struct page *page)
{
	unsigned long flags = READ_ONCE(page->flags);

	if (!page_ref_count(page))
		return PageTail(page) ? COST_COPY : COST_FREE;
	if (flags & BIT(PG_writeback))
		return COST_WRITTEN;
	if (flags & (BIT(PG_swapbacked) | BIT(PG_dirty)) ||
	    atomic_read(&page->_mapcount) >= 0)
		return COST_COPY;
	return COST_DROP;
}

/**
 * cma_cost() - estimate what it takes to empty a range
 * @cma: the area
 * @start: first frame
 * @end: end of the range
 *
 * Looks at a few frames, evenly spread.
 *
 * Context: Any; the answer is a guess.
 * Return: a number to compare with that of a range of the same size, %ULONG_MAX
 * if one of the frames cannot be moved.
 */
unsigned long cma_cost(struct cma *cma, unsigned long start, unsigned long end)
{
	unsigned long step = max(DIV_ROUND_UP(end - start, COST_SAMPLES),
				 min(end - start, COST_STRIDE));
	unsigned long cost = 0;

	for (; start < end; start += step) {
		if (cma_lent_hopeless(cma, start))
			return ULONG_MAX;
		cost += frame_cost(pfn_to_page(start));
	}
	return cost;
}
