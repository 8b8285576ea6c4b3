/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_CMA_H
#define _LINUX_CMA_H
/*
 * Contiguous memory allocator: public interface
 *
 * Documentation/core-api/cma.rst says how to use it. Every function is there
 * without CONFIG_CMA too and then behaves as if there were no area.
 */
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/gfp_types.h>
#include <linux/numa.h>
#include <linux/types.h>

/* Areas that boot code can reserve; other code sizes its own tables by it. */
#ifdef CONFIG_CMA_AREAS
#define MAX_CMA_AREAS		CONFIG_CMA_AREAS
#endif

/* Bytes of a name of an area, with its NUL. */
#define CMA_MAX_NAME		64

/* A block is the smallest thing whose migrate type can change. */
#define CMA_MIN_ALIGNMENT_PAGES	pageblock_nr_pages
#define CMA_MIN_ALIGNMENT_BYTES	(PAGE_SIZE * CMA_MIN_ALIGNMENT_PAGES)

/* Of an exclusive area: its begin is fixed. */
#define CMA_FIXED		0x1
/* Its frames are not in the kernel's linear mapping. */
#define CMA_NOMAP		0x2
/* cblock_alloc() may use it, */
#define CMA_CBLOCK		0x4
/* and asks it before those without this flag. */
#define CMA_PREFERRED		0x8

/**
 * enum cma_mapping - how frames of a no-map area are mapped
 * @CMA_MAPPING_UNCACHED: as device memory: in order, no caches, aligned access
 * @CMA_MAPPING_WC: write-combined: no caches, but writes may be gathered
 */
enum cma_mapping {
	CMA_MAPPING_UNCACHED,
	CMA_MAPPING_WC,
};

struct cma;
struct device;
struct folio;
struct page;
struct vm_area_struct;

/* Pages of all areas that are reserved or active. */
extern unsigned long totalcma_pages;

/* For dma_contiguous_early_fixup() of an architecture: places it can note. */
#define CMA_MAX_NOTED		(12 * MAX_CMA_AREAS)

#ifdef CONFIG_DMA_CMA
bool dma_contiguous_early_ok(phys_addr_t base, unsigned long size,
			     unsigned int noted);
#endif

/*
 * Movable allocations take memory of areas first when more than so many percent
 * of the free memory of a zone are in areas.
 */
extern unsigned int cma_favour;

#ifdef CONFIG_CMA

int cma_init_reserved_mem(phys_addr_t base, phys_addr_t size,
			  unsigned int order_per_bit, const char *name,
			  struct cma **res_cma);
int cma_declare_contiguous_nid(phys_addr_t base, phys_addr_t size,
			       phys_addr_t limit, phys_addr_t alignment,
			       unsigned int order_per_bit, bool fixed,
			       const char *name, struct cma **res_cma, int nid);
void cma_reserve_pages_on_error(struct cma *cma);

int cma_init_exclusive_mem(phys_addr_t base, phys_addr_t size,
			   unsigned int flags, const char *name,
			   struct cma **res_cma);
int cma_declare_exclusive(phys_addr_t base, phys_addr_t size,
			  phys_addr_t limit, phys_addr_t alignment,
			  unsigned int flags, const char *name,
			  struct cma **res_cma, int nid);
void cma_reserve_exclusive(phys_addr_t limit);

struct page *cma_alloc_for(const struct device *dev, struct cma *cma,
			   unsigned long count, unsigned int align, gfp_t gfp);
struct page *cma_alloc_gfp(struct cma *cma, unsigned long count,
			   unsigned int align, gfp_t gfp);
struct page *cma_alloc(struct cma *cma, unsigned long count, unsigned int align,
		       bool no_warn);
struct folio *cma_alloc_folio(struct cma *cma, int order, gfp_t gfp);
bool cma_pages_valid(struct cma *cma, const struct page *pages,
		     unsigned long count);
bool cma_release(struct cma *cma, const struct page *pages,
		 unsigned long count);
bool cma_free_folio(struct cma *cma, const struct folio *folio);

phys_addr_t cma_get_base(const struct cma *cma);
unsigned long cma_get_size(const struct cma *cma);
unsigned long cma_get_unit(const struct cma *cma);
const char *cma_get_name(const struct cma *cma);
struct cma *cma_find(const struct page *page);
int cma_for_each_area(int (*it)(struct cma *cma, void *data), void *data);

struct cma *cma_find_name(const char *name);
bool cma_is_exclusive(const struct cma *cma);
bool cma_is_nomap(const struct cma *cma);
int cma_alloc_pfns(struct cma *cma, unsigned long count, unsigned int align,
		   gfp_t gfp, unsigned long *pfn);
bool cma_release_pfns(struct cma *cma, unsigned long pfn, unsigned long count);
void *cma_map_pfns(struct cma *cma, unsigned long pfn, unsigned long count,
		   enum cma_mapping how);
void cma_unmap_pfns(void *addr);
struct page *devm_cma_alloc(struct device *dev, struct cma *cma,
			    unsigned long count, unsigned int align, gfp_t gfp);
void devm_cma_release(struct device *dev, struct cma *cma, struct page *pages,
		      unsigned long count);

#else /* !CONFIG_CMA */

static inline int cma_init_reserved_mem(phys_addr_t base, phys_addr_t size,
					unsigned int order_per_bit,
					const char *name, struct cma **res_cma)
{
	return -EOPNOTSUPP;
}

static inline int
cma_declare_contiguous_nid(phys_addr_t base, phys_addr_t size,
			   phys_addr_t limit, phys_addr_t alignment,
			   unsigned int order_per_bit, bool fixed,
			   const char *name, struct cma **res_cma, int nid)
{
	return -EOPNOTSUPP;
}

static inline void cma_reserve_pages_on_error(struct cma *cma) { }

static inline int cma_init_exclusive_mem(phys_addr_t base, phys_addr_t size,
					 unsigned int flags, const char *name,
					 struct cma **res_cma)
{
	return -EOPNOTSUPP;
}

static inline int
cma_declare_exclusive(phys_addr_t base, phys_addr_t size, phys_addr_t limit,
		      phys_addr_t alignment, unsigned int flags,
		      const char *name, struct cma **res_cma, int nid)
{
	return -EOPNOTSUPP;
}

static inline void cma_reserve_exclusive(phys_addr_t limit) { }

static inline struct page *cma_alloc_for(const struct device *dev,
					 struct cma *cma, unsigned long count,
					 unsigned int align, gfp_t gfp)
{
	return NULL;
}

static inline struct page *cma_alloc_gfp(struct cma *cma, unsigned long count,
					 unsigned int align, gfp_t gfp)
{
	return NULL;
}

static inline struct page *cma_alloc(struct cma *cma, unsigned long count,
				     unsigned int align, bool no_warn)
{
	return NULL;
}

static inline struct folio *cma_alloc_folio(struct cma *cma, int order,
					    gfp_t gfp)
{
	return NULL;
}

static inline bool cma_pages_valid(struct cma *cma, const struct page *pages,
				   unsigned long count)
{
	return false;
}

static inline bool cma_release(struct cma *cma, const struct page *pages,
			       unsigned long count)
{
	return false;
}

static inline bool cma_free_folio(struct cma *cma, const struct folio *folio)
{
	return false;
}

static inline phys_addr_t cma_get_base(const struct cma *cma)
{
	return 0;
}

static inline unsigned long cma_get_size(const struct cma *cma)
{
	return 0;
}

static inline unsigned long cma_get_unit(const struct cma *cma)
{
	return 0;
}

static inline const char *cma_get_name(const struct cma *cma)
{
	return "";
}

static inline struct cma *cma_find(const struct page *page)
{
	return NULL;
}

static inline int cma_for_each_area(int (*it)(struct cma *cma, void *data),
				    void *data)
{
	return 0;
}

static inline struct cma *cma_find_name(const char *name)
{
	return NULL;
}

static inline bool cma_is_exclusive(const struct cma *cma)
{
	return false;
}

static inline bool cma_is_nomap(const struct cma *cma)
{
	return false;
}

static inline int cma_alloc_pfns(struct cma *cma, unsigned long count,
				 unsigned int align, gfp_t gfp,
				 unsigned long *pfn)
{
	return -EINVAL;
}

static inline bool cma_release_pfns(struct cma *cma, unsigned long pfn,
				    unsigned long count)
{
	return false;
}

static inline void *cma_map_pfns(struct cma *cma, unsigned long pfn,
				 unsigned long count, enum cma_mapping how)
{
	return NULL;
}

static inline void cma_unmap_pfns(void *addr) { }

static inline struct page *devm_cma_alloc(struct device *dev, struct cma *cma,
					  unsigned long count,
					  unsigned int align, gfp_t gfp)
{
	return NULL;
}

static inline void devm_cma_release(struct device *dev, struct cma *cma,
				    struct page *pages, unsigned long count)
{
}

#endif /* CONFIG_CMA */

#if defined(CONFIG_DMA_CMA) && defined(CONFIG_OF_RESERVED_MEM)
int dma_alloc_from_dev_exclusive(struct device *dev, ssize_t size,
				 dma_addr_t *dma_handle, void **ret);
int dma_release_from_dev_exclusive(struct device *dev, void *vaddr);
int dma_mmap_from_dev_exclusive(struct device *dev, struct vm_area_struct *vma,
				void *vaddr, size_t size, int *ret);
#else
static inline int dma_alloc_from_dev_exclusive(struct device *dev, ssize_t size,
					       dma_addr_t *dma_handle,
					       void **ret)
{
	return 0;
}

static inline int dma_release_from_dev_exclusive(struct device *dev,
						 void *vaddr)
{
	return 0;
}

static inline int dma_mmap_from_dev_exclusive(struct device *dev,
					      struct vm_area_struct *vma,
					      void *vaddr, size_t size,
					      int *ret)
{
	return 0;
}
#endif

/* cma_declare_contiguous_nid() on any node */
static inline int cma_declare_contiguous(phys_addr_t base, phys_addr_t size,
					 phys_addr_t limit,
					 phys_addr_t alignment,
					 unsigned int order_per_bit, bool fixed,
					 const char *name,
					 struct cma **res_cma)
{
	return cma_declare_contiguous_nid(base, size, limit, alignment,
					  order_per_bit, fixed, name, res_cma,
					  NUMA_NO_NODE);
}

#endif /* _LINUX_CMA_H */
