/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _MM_CMA_COMPAT_H
#define _MM_CMA_COMPAT_H
/*
 * What differs between kernel versions and configurations
 *
 * No other file of mm/cma/ looks at LINUX_VERSION_CODE. Include it after
 * ../internal.h.
 */
#include <linux/of_fdt.h>
#include <linux/pgalloc_tag.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0) || \
	LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
#error "mm/cma/compat.h knows only 6.12.y"
#endif

/* post_alloc_hook() leaves the refcount of the page at 0. */
static inline void cma_set_refcount_prepared(struct page *page)
{
	set_page_refcounted(page);
}

/*
 * The order in which pages that were split may be freed. With allocation
 * profiling each of them carries a tag of its own, which only a free of its own
 * clears.
 */
static inline unsigned int cma_free_order(unsigned int order)
{
	return mem_alloc_profiling_enabled() ? 0 : order;
}

/*
 * Where the device tree lies. arm reads it through a mapping of its own, of which
 * it takes the physical address as if it were in the linear one.
 */
#ifdef CONFIG_ARM
extern unsigned int __atags_pointer;

static inline phys_addr_t cma_fdt_phys(void)
{
	return __atags_pointer;
}
#elif defined(CONFIG_OF_EARLY_FLATTREE)
static inline phys_addr_t cma_fdt_phys(void)
{
	return initial_boot_params_pa;
}
#endif

#endif /* _MM_CMA_COMPAT_H */
