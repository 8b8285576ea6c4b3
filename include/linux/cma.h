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

struct cma;
struct folio;
struct page;

/* Pages of all areas that are reserved or active. */
extern unsigned long totalcma_pages;

#ifdef CONFIG_CMA

int cma_init_reserved_mem(phys_addr_t base, phys_addr_t size,
			  unsigned int order_per_bit, const char *name,
			  struct cma **res_cma);
int cma_declare_contiguous_nid(phys_addr_t base, phys_addr_t size,
			       phys_addr_t limit, phys_addr_t alignment,
			       unsigned int order_per_bit, bool fixed,
			       const char *name, struct cma **res_cma, int nid);
void cma_reserve_pages_on_error(struct cma *cma);

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

#endif /* CONFIG_CMA */

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
