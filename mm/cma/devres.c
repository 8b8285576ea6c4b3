// SPDX-License-Identifier: GPL-2.0-only
/*
 * Managed allocations: they go back when their device loses its driver
 */
#include <linux/cblock.h>
#include <linux/device.h>
#include <linux/export.h>
#include <linux/mm.h>

#include "cma.h"

/* What has to go back; @cma is NULL for a block, which its address tells. */
struct managed {
	struct cma *cma;
	void *mem;		/* a struct page, or the address of a block */
	unsigned long count;
};

static void give_back(struct device *dev, void *res)
{
	struct managed *managed = res;

	if (managed->cma)
		cma_release(managed->cma, managed->mem, managed->count);
	else
		cblock_free(managed->mem);
}

static int is_same(struct device *dev, void *res, void *data)
{
	struct managed *managed = res, *wanted = data;

	return managed->cma == wanted->cma && managed->mem == wanted->mem &&
	       managed->count == wanted->count;
}

static struct managed *new_managed(void)
{
	return devres_alloc(give_back, sizeof(struct managed), GFP_KERNEL);
}

/**
 * devm_cma_alloc() - allocate contiguous pages for as long as a driver is bound
 * @dev: the device
 * @cma: the area, may be NULL
 * @count: pages wanted
 * @align: alignment of the first page, as an order of pages
 * @gfp: as for cma_alloc_gfp()
 *
 * Context: Process context.
 * Return: as cma_alloc_gfp(). devm_cma_release() gives the pages back early.
 */
struct page *devm_cma_alloc(struct device *dev, struct cma *cma,
			    unsigned long count, unsigned int align, gfp_t gfp)
{
	struct managed *managed = new_managed();
	struct page *page;

	if (!managed)
		return NULL;
	page = cma_alloc_for(dev, cma, count, align, gfp);
	if (!page) {
		devres_free(managed);
		return NULL;
	}
	*managed = (struct managed){ cma, page, count };
	devres_add(dev, managed);
	return page;
}

/**
 * devm_cma_release() - give back early what devm_cma_alloc() has given
 * @dev: the device
 * @cma: the area
 * @pages: first page
 * @count: number of pages, all that were allocated
 *
 * Context: Process context.
 */
void devm_cma_release(struct device *dev, struct cma *cma, struct page *pages,
		      unsigned long count)
{
	struct managed wanted = { cma, pages, count };

	WARN_ON(devres_release(dev, give_back, is_same, &wanted));
}

/**
 * devm_cblock_alloc() - cblock_alloc() for as long as a driver is bound
 * @dev: the device
 * @size: bytes, rounded up to pages
 * @flags: as for cblock_alloc_node(), whose node is that of @dev
 *
 * Context: Process context.
 * Return: as cblock_alloc_node(). devm_cblock_free() frees it early.
 */
void *devm_cblock_alloc(struct device *dev, size_t size, unsigned int flags)
{
	struct managed *managed = new_managed();
	void *addr;

	if (!managed)
		return NULL;
	addr = cma_cblock_alloc_for(dev, size, flags, dev_to_node(dev));
	if (!addr) {
		devres_free(managed);
		return NULL;
	}
	*managed = (struct managed){ .mem = addr };
	devres_add(dev, managed);
	return addr;
}
EXPORT_SYMBOL_GPL(devm_cblock_alloc);

/**
 * devm_cblock_free() - free early what devm_cblock_alloc() has given
 * @dev: the device
 * @addr: its address
 *
 * Context: Process context.
 */
void devm_cblock_free(struct device *dev, void *addr)
{
	struct managed wanted = { .mem = addr };

	WARN_ON(devres_release(dev, give_back, is_same, &wanted));
}
EXPORT_SYMBOL_GPL(devm_cblock_free);
