// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ways to ask for memory of an area, for drivers and the DMA glue
 *
 * All of them end in cma_alloc_range_for(). What they add is the form in which
 * the memory comes, and checks of what only a mistake of the caller can be.
 */
#include <linux/cma.h>
#include <linux/log2.h>
#include <linux/mm.h>

#include "cma.h"

/**
 * cma_alloc_for() - allocate contiguous pages for a device
 * @dev: the device, may be NULL; who looks for holders and failures is told
 * @cma: the area, may be NULL
 * @count: pages wanted
 * @align: alignment of the first page, as an order of pages; it counts from
 *	physical address 0, not from the base of the area
 * @gfp: how hard to try. Without __GFP_DIRECT_RECLAIM: take what is free, never
 *	sleep. With __GFP_NORETRY: evacuate, but do not wait. With
 *	__GFP_RETRY_MAYFAIL: wait long for blockers to go. Without any of these:
 *	wait for a short time. __GFP_IO and __GFP_FS limit what migration may
 *	enter, __GFP_NOWARN keeps the log quiet, __GFP_ZERO clears the pages,
 *	__GFP_COMP makes them one compound page (@count a power of two, @align
 *	its order). Zone, node and mobility flags mean nothing here.
 *
 * Context: Process context if @gfp allows direct reclaim, else any that may take
 * zone->lock.
 * Return: the first of @count pages with a refcount of 1 each, or NULL. Give
 * them back with cma_release().
 */
struct page *cma_alloc_for(const struct device *dev, struct cma *cma,
			   unsigned long count, unsigned int align, gfp_t gfp)
{
	unsigned long pfn;

	if (WARN_ON_ONCE(gfp & __GFP_COMP &&
			 (!is_power_of_2(count) || align < ilog2(count))))
		return NULL;
	/* Frames without a mapping may have no pages either. */
	if (cma && cma_area_nomap(cma))
		return NULL;
	if (cma_alloc_range_for(dev, cma, count, align, gfp, &pfn))
		return NULL;
	return pfn_to_page(pfn);
}

/**
 * cma_alloc_gfp() - allocate contiguous pages
 * @cma: the area, may be NULL
 * @count: pages wanted
 * @align: alignment of the first page, as an order of pages
 * @gfp: as for cma_alloc_for()
 *
 * Context: As cma_alloc_for().
 * Return: as cma_alloc_for().
 */
struct page *cma_alloc_gfp(struct cma *cma, unsigned long count,
			   unsigned int align, gfp_t gfp)
{
	return cma_alloc_for(NULL, cma, count, align, gfp);
}

/**
 * cma_alloc() - allocate contiguous pages
 * @cma: the area, may be NULL
 * @count: pages wanted
 * @align: alignment of the first page, as an order of pages
 * @no_warn: print nothing on failure
 *
 * Context: Process context.
 * Return: as cma_alloc_gfp() with GFP_KERNEL.
 */
struct page *cma_alloc(struct cma *cma, unsigned long count, unsigned int align,
		       bool no_warn)
{
	return cma_alloc_gfp(cma, count, align,
			     GFP_KERNEL | (no_warn ? __GFP_NOWARN : 0));
}

/**
 * cma_alloc_folio() - allocate a large folio
 * @cma: the area, may be NULL
 * @order: size of the folio, as an order of pages, at least 1
 * @gfp: as for cma_alloc_gfp(), with __GFP_COMP
 *
 * Context: As cma_alloc_gfp().
 * Return: the folio, aligned to its size, or NULL. Give it back with
 * cma_free_folio().
 */
struct folio *cma_alloc_folio(struct cma *cma, int order, gfp_t gfp)
{
	struct page *page;

	if (WARN_ON_ONCE(order <= 0 || order >= BITS_PER_LONG ||
			 !(gfp & __GFP_COMP)))
		return NULL;
	page = cma_alloc_gfp(cma, 1UL << order, order, gfp);
	return page ? page_folio(page) : NULL;
}
