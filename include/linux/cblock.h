/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_CBLOCK_H
#define _LINUX_CBLOCK_H
/*
 * Big blocks of contiguous memory by linear address
 *
 * Documentation/core-api/cma.rst says how to use it. Without CONFIG_CMA there is
 * no memory to be had here.
 */
#include <linux/numa.h>
#include <linux/types.h>

/* Clear the memory. */
#define CBLOCK_ZERO		0x1u
/* No line in the log on failure. */
#define CBLOCK_NOWARN		0x2u
/* From the node that was named, and no other. */
#define CBLOCK_THISNODE		0x4u
/* Align to 1 << @shift bytes; less than a page means a page. */
#define CBLOCK_ALIGN(shift)	((unsigned int)(shift) << 8)
#define CBLOCK_ALIGN_MASK	(0xffu << 8)

struct device;

#ifdef CONFIG_CMA

void *cblock_alloc_node(size_t size, unsigned int flags, int nid);
void cblock_free(const void *addr);
size_t cblock_size(const void *addr);
size_t cblock_largest(void);
void *devm_cblock_alloc(struct device *dev, size_t size, unsigned int flags);
void devm_cblock_free(struct device *dev, void *addr);

#else

static inline void *cblock_alloc_node(size_t size, unsigned int flags, int nid)
{
	return NULL;
}

static inline void cblock_free(const void *addr) { }

static inline size_t cblock_size(const void *addr)
{
	return 0;
}

static inline size_t cblock_largest(void)
{
	return 0;
}

static inline void *devm_cblock_alloc(struct device *dev, size_t size,
				      unsigned int flags)
{
	return NULL;
}

static inline void devm_cblock_free(struct device *dev, void *addr) { }

#endif

/* cblock_alloc_node() on any node */
static inline void *cblock_alloc(size_t size, unsigned int flags)
{
	return cblock_alloc_node(size, flags, NUMA_NO_NODE);
}

#endif /* _LINUX_CBLOCK_H */
