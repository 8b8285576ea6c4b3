// SPDX-License-Identifier: GPL-2.0-only
/*
 * Big blocks by linear address, for users in the kernel
 *
 * A thin layer over exclusive areas: it chooses the area, and finds an
 * allocation again by its address alone. The areas are asked in order of
 * preference: those of the command line as they are listed there, then the others
 * in the order in which they were declared. The first one that has room serves.
 */
#define pr_fmt(fmt) "cblock: " fmt

#include <linux/cblock.h>
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/ratelimit.h>

#include "cma.h"

#define for_each_cblock(cma) \
	list_for_each_entry(cma, &cma_cblocks, cblock_node)

static int node_of(const struct cma *cma)
{
	return pfn_to_nid(cma->base_pfn);
}

static size_t largest_hole(struct cma *cma)
{
	unsigned long flags, nr = 0;

	spin_lock_irqsave(&cma->lock, flags);
	if (cma_area_active(cma))
		nr = cma_map_largest(&cma->map);
	spin_unlock_irqrestore(&cma->lock, flags);
	return nr << PAGE_SHIFT;
}

/**
 * struct wish - what is asked of one area after the other
 * @count: frames
 * @align: alignment, as an order of frames
 * @gfp: flags for the area
 * @nid: the node, or %NUMA_NO_NODE
 * @dev: the device that it is for, or NULL
 */
struct wish {
	unsigned long count;
	unsigned int align;
	gfp_t gfp;
	int nid;
	const struct device *dev;
};

/* From the areas that are on the wanted node, or from all that are not. */
static void *alloc_from(const struct wish *wish, bool on_node)
{
	struct cma *cma;
	unsigned long pfn;

	for_each_cblock(cma) {
		if (!cma_area_active(cma) || wish->count > cma->count)
			continue;
		if (wish->nid != NUMA_NO_NODE &&
		    (node_of(cma) == wish->nid) != on_node)
			continue;
		if (!cma_alloc_range_for(wish->dev, cma, wish->count,
					 wish->align, wish->gfp, &pfn))
			return page_address(pfn_to_page(pfn));
	}
	return NULL;
}

static void report(size_t size, unsigned int flags)
{
	static DEFINE_RATELIMIT_STATE(limit, DEFAULT_RATELIMIT_INTERVAL,
				      DEFAULT_RATELIMIT_BURST);

	if (flags & CBLOCK_NOWARN || !__ratelimit(&limit))
		return;
	if (list_empty(&cma_cblocks))
		pr_err("alloc of %zu bytes failed: no block was declared\n",
		       size);
	else
		pr_err("alloc of %zu bytes failed: largest hole %zu bytes\n",
		       size, cblock_largest());
}

/**
 * cma_cblock_alloc_for() - cblock_alloc_node() for a device
 * @dev: the device, may be NULL; who looks for holders and failures is told
 * @size: as for cblock_alloc_node()
 * @flags: as for cblock_alloc_node()
 * @nid: as for cblock_alloc_node()
 *
 * Context: As cblock_alloc_node().
 * Return: as cblock_alloc_node().
 */
void *cma_cblock_alloc_for(const struct device *dev, size_t size,
			   unsigned int flags, int nid)
{
	unsigned int shift = (flags & CBLOCK_ALIGN_MASK) >> 8;
	struct wish wish = {
		.count = PFN_UP(size),
		.align = max_t(unsigned int, shift, PAGE_SHIFT) - PAGE_SHIFT,
		.gfp = GFP_NOWAIT | (flags & CBLOCK_ZERO ? __GFP_ZERO : 0),
		.nid = nid,
		.dev = dev,
	};
	void *addr = NULL;

	if (size && size <= SIZE_MAX - PAGE_SIZE) {
		addr = alloc_from(&wish, true);
		if (!addr && nid != NUMA_NO_NODE && !(flags & CBLOCK_THISNODE))
			addr = alloc_from(&wish, false);
	}
	if (!addr)
		report(size, flags);
	return addr;
}

/**
 * cblock_alloc_node() - allocate contiguous memory, preferably on a node
 * @size: bytes, rounded up to pages
 * @flags: %CBLOCK_ZERO, %CBLOCK_NOWARN, %CBLOCK_THISNODE, CBLOCK_ALIGN()
 * @nid: the node, or %NUMA_NO_NODE
 *
 * Context: Any that may take a spinlock with interrupts off. Does not sleep.
 * Return: its linear address, or NULL if no block has room. Free it with
 * cblock_free().
 */
void *cblock_alloc_node(size_t size, unsigned int flags, int nid)
{
	return cma_cblock_alloc_for(NULL, size, flags, nid);
}
EXPORT_SYMBOL_GPL(cblock_alloc_node);

/* The area and the frame of an address, if it can be that of a block. */
static struct cma *area_of(const void *addr, unsigned long *pfn)
{
	struct cma *cma;

	if (!PAGE_ALIGNED(addr) || !virt_addr_valid(addr))
		return NULL;
	*pfn = PHYS_PFN(__pa(addr));
	for_each_cblock(cma) {
		if (cma_area_contains(cma, *pfn))
			return cma;
	}
	return NULL;
}

/**
 * cblock_free() - free what cblock_alloc() has given
 * @addr: its address; NULL does nothing
 *
 * Any other address is refused with one warning, and nothing changes.
 *
 * Context: As cblock_alloc_node().
 */
void cblock_free(const void *addr)
{
	unsigned long pfn;
	struct cma *cma;

	if (!addr)
		return;
	cma = area_of(addr, &pfn);
	if (!cma || cma_exclusive_release_whole(cma, pfn))
		WARN(1, "cblock: free of %p refused: no block begins there\n",
		     addr);
}
EXPORT_SYMBOL_GPL(cblock_free);

/**
 * cblock_size() - how large is a block?
 * @addr: its address
 *
 * Context: As cblock_alloc_node().
 * Return: bytes, in whole pages; 0 if no block begins there.
 */
size_t cblock_size(const void *addr)
{
	unsigned long pfn;
	struct cma *cma = area_of(addr, &pfn);

	return cma ? cma_exclusive_size(cma, pfn) << PAGE_SHIFT : 0;
}
EXPORT_SYMBOL_GPL(cblock_size);

/**
 * cblock_largest() - the largest block that could be had now
 *
 * Takes constant time for each area. Others may be faster than the caller.
 *
 * Context: As cblock_alloc_node().
 * Return: bytes.
 */
size_t cblock_largest(void)
{
	size_t largest = 0;
	struct cma *cma;

	for_each_cblock(cma)
		largest = max(largest, largest_hole(cma));
	return largest;
}
EXPORT_SYMBOL_GPL(cblock_largest);
