// SPDX-License-Identifier: GPL-2.0-only
/*
 * DMA memory from exclusive areas of the device tree
 *
 * A reserved-memory node "shared-dma-pool" with the property
 * "linux,cma-exclusive" becomes an exclusive area. If the kernel has mapped its
 * memory, devices are served from it as from any other area. If it is "no-map",
 * kernel/dma/coherent.c asks here before it looks at its own pools: devices get
 * memory of the area's one write-combined mapping. Those pools hand out powers of
 * two; an area hands out pages.
 */
#define pr_fmt(fmt) "Reserved memory: " fmt

#include <linux/cma.h>
#include <linux/device.h>
#include <linux/dma-direct.h>
#include <linux/dma-map-ops.h>
#include <linux/mm.h>
#include <linux/of.h>
#include <linux/of_fdt.h>
#include <linux/of_reserved_mem.h>
#include <linux/sizes.h>

#include "../../mm/cma/cma.h"
#include "dma-regions.h"

/* The no-map area that serves a device, or NULL. */
static struct cma *nomap_area(struct device *dev)
{
	struct cma *cma = dev ? dev->cma_area : NULL;

	return cma && cma_area_nomap(cma) ? cma : NULL;
}

/* The frame of the area that is mapped at @vaddr; false if there is none. */
static bool frame_at(struct cma *cma, void *vaddr, unsigned long *pfn)
{
	if (vaddr < cma->mapping || vaddr - cma->mapping >= cma_get_size(cma))
		return false;
	*pfn = cma->base_pfn + PFN_DOWN(vaddr - cma->mapping);
	return true;
}

/**
 * dma_alloc_from_dev_exclusive() - allocate from a device's no-map area
 * @dev: the device
 * @size: bytes
 * @dma_handle: receives the address for the device
 * @ret: receives the address for the kernel, or NULL if there is no room
 *
 * Context: Any that may take a spinlock with interrupts off.
 * Return: 0 if the device has no such area, 1 if @ret holds the answer.
 */
int dma_alloc_from_dev_exclusive(struct device *dev, ssize_t size,
				 dma_addr_t *dma_handle, void **ret)
{
	struct cma *cma = nomap_area(dev);
	unsigned int align;
	unsigned long pfn;

	if (!cma)
		return 0;
	*ret = NULL;
	if (size <= 0)
		return 1;
	align = min_t(unsigned int, get_order(size), CONFIG_CMA_ALIGNMENT);
	if (cma_alloc_range_for(dev, cma, PFN_UP(size), align,
				GFP_NOWAIT | __GFP_ZERO, &pfn))
		return 1;
	*dma_handle = phys_to_dma(dev, PFN_PHYS(pfn));
	*ret = cma->mapping + PFN_PHYS(pfn - cma->base_pfn);
	return 1;
}

/**
 * dma_release_from_dev_exclusive() - free what a device's no-map area has given
 * @dev: the device
 * @vaddr: the address for the kernel
 *
 * The area knows how much was allocated.
 *
 * Context: As dma_alloc_from_dev_exclusive().
 * Return: 0 if the memory is not of such an area, else 1.
 */
int dma_release_from_dev_exclusive(struct device *dev, void *vaddr)
{
	struct cma *cma = nomap_area(dev);
	unsigned long pfn;
	int err;

	if (!cma || !cma->mapping || !frame_at(cma, vaddr, &pfn))
		return 0;
	err = cma_exclusive_release_whole(cma, pfn);
	if (err)
		cma_warn_refused(cma, pfn, 0, err);
	return 1;
}

/**
 * dma_mmap_from_dev_exclusive() - map memory of a device's no-map area to user
 *	space
 * @dev: the device
 * @vma: where to
 * @vaddr: the address for the kernel
 * @size: bytes that were allocated
 * @ret: receives 0 or an error
 *
 * Context: Process context, with the lock of the address space.
 * Return: 0 if the memory is not of such an area, else 1.
 */
int dma_mmap_from_dev_exclusive(struct device *dev, struct vm_area_struct *vma,
				void *vaddr, size_t size, int *ret)
{
	struct cma *cma = nomap_area(dev);
	unsigned long pfn, pages = PFN_UP(size), off = vma->vm_pgoff;

	if (!cma || !cma->mapping || !frame_at(cma, vaddr, &pfn))
		return 0;
	*ret = -ENXIO;
	if (pages <= cma_exclusive_size(cma, pfn) && off < pages &&
	    vma_pages(vma) <= pages - off)
		*ret = remap_pfn_range(vma, vma->vm_start, pfn + off,
				       vma->vm_end - vma->vm_start,
				       vma->vm_page_prot);
	return 1;
}

static bool __init flag(const struct reserved_mem *rmem, const char *name)
{
	return of_get_flat_dt_prop(rmem->fdt_node, name, NULL);
}

static int rmem_device_init(struct reserved_mem *rmem, struct device *dev)
{
	struct cma *cma = rmem->priv;
	phys_addr_t last = rmem->base + rmem->size - 1;

	if (!cma_get_size(cma)) {
		dev_warn(dev, "CMA area %s is not active, using the default area\n",
			 cma_get_name(cma));
		return 0;
	}
	/* There the linear map of such a node cannot be made uncached. */
	if (IS_ENABLED(CONFIG_ARM) && !cma_area_nomap(cma) &&
	    !dev_is_dma_coherent(dev)) {
		dev_err(dev, "CMA area %s needs no-map, the device is not coherent\n",
			cma_get_name(cma));
		return -EINVAL;
	}
	if (cma_area_nomap(cma) && !cma_area_map(cma)) {
		dev_err(dev, "CMA area %s cannot be mapped\n",
			cma_get_name(cma));
		return -ENOMEM;
	}
	if (cma_area_nomap(cma) && phys_to_dma(dev, last) >
	    min_not_zero(dev->coherent_dma_mask, dev->bus_dma_limit))
		dev_warn(dev, "CMA area %s is beyond the addresses of the device\n",
			 cma_get_name(cma));
	dev->cma_area = cma;
	return 0;
}

static const struct reserved_mem_ops rmem_ops = {
	.device_init = rmem_device_init,
	.device_release = dma_regions_device_release,
};

/* Properties that say the opposite of each other. */
static bool __init contradicts(const struct reserved_mem *rmem)
{
	const char *other = NULL;

	if (flag(rmem, "reusable"))
		other = "reusable";
	else if (flag(rmem, "linux,cma-default"))
		other = "linux,cma-default";
	else if (flag(rmem, "no-map") && flag(rmem, "linux,cma-cblock"))
		other = "both no-map and linux,cma-cblock";
	if (other)
		pr_err("node %s cannot be linux,cma-exclusive and %s\n",
		       rmem->name, other);
	return other;
}

static int __init make_area(struct reserved_mem *rmem)
{
	unsigned int flags = 0;
	struct cma *cma;
	int err;

	if (contradicts(rmem) || !dma_regions_valid(rmem))
		return -EINVAL;
	if (flag(rmem, "no-map"))
		flags |= CMA_NOMAP;
	if (flag(rmem, "linux,cma-cblock"))
		flags |= CMA_CBLOCK;
	err = cma_init_exclusive_mem(rmem->base, rmem->size, flags, rmem->name,
				     &cma);
	if (err) {
		pr_err("unable to setup exclusive CMA region of node %s: error %d\n",
		       rmem->name, err);
		return err;
	}
	rmem->ops = &rmem_ops;
	rmem->priv = cma;
	pr_info("created exclusive CMA memory pool at %pa, size %lu KiB%s\n",
		&rmem->base, (unsigned long)(rmem->size / SZ_1K),
		flags & CMA_NOMAP ? ", no-map" : "");
	return 0;
}

static int __init rmem_setup(struct reserved_mem *rmem)
{
	int err;

	if (!flag(rmem, "linux,cma-exclusive"))
		return -EINVAL;
	err = make_area(rmem);
	dma_regions_free_others(rmem->fdt_node, rmem->name);
	return err ? dma_regions_refuse(rmem, err) : 0;
}

RESERVEDMEM_OF_DECLARE(cma_exclusive, "shared-dma-pool", rmem_setup);
