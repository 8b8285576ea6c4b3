// SPDX-License-Identifier: GPL-2.0-only
/*
 * In place of what allocates: nobody gets anything while the kernel boots
 */
#include "early.h"
#include "../../../../../mm/cma/cma.h"

struct page sim_pages[1];
phys_addr_t zone_dma_limit;
unsigned int early_asked;

bool cma_is_nomap(const struct cma *cma)
{
	return cma->flags & CMA_NOMAP;
}

struct page *cma_alloc_for(const struct device *dev, struct cma *cma,
			   unsigned long count, unsigned int align, gfp_t gfp)
{
	early_asked++;
	return NULL;
}

struct cma *cma_find(const struct page *page)
{
	return NULL;
}

bool cma_release(struct cma *cma, const struct page *pages, unsigned long count)
{
	return false;
}

int cma_alloc_range_for(const struct device *dev, struct cma *cma,
			unsigned long count, unsigned int align, gfp_t gfp,
			unsigned long *pfn)
{
	return -ENOSPC;
}

int cma_exclusive_release_whole(struct cma *cma, unsigned long pfn)
{
	return -EINVAL;
}

unsigned long cma_exclusive_size(struct cma *cma, unsigned long pfn)
{
	return 0;
}

void cma_warn_refused(struct cma *cma, unsigned long pfn, unsigned long count,
		      int err)
{
}
