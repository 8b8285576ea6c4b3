// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mappings of memory that has no place in the linear mapping
 *
 * Such memory is device memory to the rest of the kernel, and only mapped where
 * somebody asks for it. Whoever serves devices from a no-map area has all of it
 * mapped once, write-combined, because an allocation that may not sleep cannot
 * map anything.
 */
#define pr_fmt(fmt) "cma: " fmt

#include <linux/io.h>
#include <linux/mm.h>
#include <linux/mutex.h>

#include "cma.h"

/* Serializes the first users of an area; guards the write of cma->mapping. */
static DEFINE_MUTEX(mapping_lock);

/* Map some memory. Return: the address, or NULL. */
void *cma_nomap_map(phys_addr_t addr, size_t bytes, enum cma_mapping how)
{
	void __iomem *mem = how == CMA_MAPPING_WC ? ioremap_wc(addr, bytes) :
						    ioremap(addr, bytes);

	return (void __force *)mem;
}

void cma_nomap_unmap(void *addr)
{
	if (addr)
		iounmap((void __force __iomem *)addr);
}

/**
 * cma_area_map() - have all of a no-map area mapped
 * @cma: the area
 *
 * The mapping stays, so that its address can be used without a lock.
 *
 * Context: Process context.
 * Return: the address of its first frame, or NULL.
 */
void *cma_area_map(struct cma *cma)
{
	mutex_lock(&mapping_lock);
	if (!cma->mapping) {
		void *mem = cma_nomap_map(PFN_PHYS(cma->base_pfn),
					  cma_get_size(cma), CMA_MAPPING_WC);

		/* Pairs with the dependent reads of those who allocate. */
		smp_store_release(&cma->mapping, mem);
	}
	mutex_unlock(&mapping_lock);
	return cma->mapping;
}
