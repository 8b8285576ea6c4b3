/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _BASE_DMA_REGIONS_H
#define _BASE_DMA_REGIONS_H
/*
 * What dma-contiguous.c and dma-regions.c know of each other
 */
#include <linux/errno.h>
#include <linux/types.h>

struct cma;
struct cma_param;
struct device;
struct reserved_mem;

bool dma_contiguous_overrules(bool *sized);
bool dma_contiguous_unnoted(phys_addr_t base, phys_addr_t size);
int dma_contiguous_reserve_named(const char *name,
				 const struct cma_param *param,
				 phys_addr_t align, struct cma **res_cma);

#ifdef CONFIG_OF_RESERVED_MEM

bool dma_regions_contradicts(phys_addr_t base, phys_addr_t size);
bool dma_regions_default_ahead(void);
void dma_regions_free_others(unsigned long node, const char *name);
void dma_regions_free_unseen(void);
int dma_regions_reserve_default(phys_addr_t size, struct cma **res_cma);
bool dma_regions_valid(const struct reserved_mem *rmem);
int dma_regions_refuse(const struct reserved_mem *rmem, int err);
void dma_regions_device_release(struct reserved_mem *rmem, struct device *dev);

#else

static inline bool dma_regions_contradicts(phys_addr_t base, phys_addr_t size)
{
	return false;
}

static inline bool dma_regions_default_ahead(void)
{
	return false;
}

static inline void dma_regions_free_unseen(void) { }

static inline int dma_regions_reserve_default(phys_addr_t size,
					      struct cma **res_cma)
{
	return -ENOENT;
}

#endif /* CONFIG_OF_RESERVED_MEM */

#endif /* _BASE_DMA_REGIONS_H */
