/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An early boot to run the reservation of areas in
 *
 * It is force-included before reserve.c, occupant.c and cmdline.c of mm/cma and
 * before dma-contiguous.c and dma-regions.c of drivers/base, whose own kernel
 * headers are empty files then. memblock.c is what they reserve from, tree.c the
 * device tree and the core of reserved memory, boot.c the boot itself.
 *
 * Everything happens before any page has a struct page, so addresses are figures
 * and nothing is ever touched.
 */
#ifndef CMA_HOST_EARLY_H
#define CMA_HOST_EARLY_H

#include "../sim/sim.h"

typedef uint32_t __be32;

#define PHYS_ADDR_MAX		(~(phys_addr_t)0)
#define SZ_1K			0x400
#define SZ_1M			0x100000
#define SZ_4G			0x100000000ULL
#define PMD_SIZE		0x200000UL
#define NR_AREAS		24
#define MAX_CMA_AREAS		NR_AREAS
#define CONFIG_CMA_ALIGNMENT	8
#define CONFIG_OF_RESERVED_MEM	1
#define CONFIG_DMA_CMA		1

/* The size that the configuration chooses: megabytes, percent. */
extern u64 early_mbytes, early_percent;
#define CONFIG_CMA_SIZE_MBYTES		early_mbytes
#define CONFIG_CMA_SIZE_PERCENTAGE	early_percent

/* What is switched on depends on the machine that boots. */
#undef IS_ENABLED
#define IS_ENABLED(option)	early_enabled(#option)
bool early_enabled(const char *option);

/* Variables of the boot are put aside, and are as new in the next one. */
#define __initdata	__attribute__((section("early_data")))
#define __initconst
#define __weak		__attribute__((weak))
#define early_param(name, fn) \
	int early_param_##fn(char *value) { return fn(value); } \
	struct list_head
#define core_initcall_sync(fn) \
	int early_call_##fn(void) { return fn(); } \
	struct list_head
#define RESERVEDMEM_OF_DECLARE(name, compat, fn) \
	int early_rmem_##name(struct reserved_mem *rmem) { return fn(rmem); } \
	struct list_head

int early_param_early_cma(char *value);
int early_param_early_cma_exclusive(char *value);

#define pr_info(...)		early_say(__VA_ARGS__)
#define pr_notice(...)		early_say(__VA_ARGS__)
#define pr_warn(...)		early_say(__VA_ARGS__)
#undef pr_err
#define pr_err(...)		early_say(__VA_ARGS__)
#define dev_warn(dev, ...)	early_say(__VA_ARGS__)
#define dev_err(dev, ...)	early_say(__VA_ARGS__)
/* Formats are the kernel's; what counts is that what they name can be read. */
void early_say(const char *format, ...);

#undef list_for_each_entry
#define list_for_each_entry(at, head, member)				\
	for (at = container_of((head)->next, __typeof__(*at), member);	\
	     &at->member != (head);					\
	     at = container_of(at->member.next, __typeof__(*at), member))

#define min_not_zero(a, b) __extension__ ({				\
	__typeof__(a) early_a = (a);					\
	__typeof__(a) early_b = (b);					\
	!early_a ? early_b : !early_b ? early_a : min(early_a, early_b); })
#define mult_frac(x, n, d)	((x) / (d) * (n) + (x) % (d) * (n) / (d))
#define upper_32_bits(n)	((u32)((n) >> 32))
#define strstarts(text, start)	(!strncmp(text, start, strlen(start)))
#define PFN_UP(bytes)		(((bytes) + PAGE_SIZE - 1) >> PAGE_SHIFT)
#define PFN_DOWN(bytes)		((bytes) >> PAGE_SHIFT)
#define DMA_BIT_MASK(n)		((1ULL << (n)) - 1)

/* memblock.c */

/**
 * struct spans - a set of addresses
 * @nr: how many spans
 * @at: the spans, apart from each other and in order
 */
struct spans {
	int nr;
	struct {
		u64 base;
		u64 end;
	} at[192];
};

void spans_add(struct spans *spans, u64 base, u64 end);
void spans_cut(struct spans *spans, u64 base, u64 end);
bool spans_overlap(const struct spans *spans, u64 base, u64 end);
bool spans_contain(const struct spans *spans, u64 base, u64 end);
bool spans_equal(const struct spans *one, const struct spans *other);

/* Memory that the kernel maps, memory that it does not, and what is reserved. */
extern struct spans early_mapped, early_nomap, early_reserved;

bool memblock_is_memory(phys_addr_t addr);
bool memblock_is_map_memory(phys_addr_t addr);
bool memblock_is_region_memory(phys_addr_t base, phys_addr_t size);
bool memblock_is_region_reserved(phys_addr_t base, phys_addr_t size);
int memblock_reserve(phys_addr_t base, phys_addr_t size);
int memblock_phys_free(phys_addr_t base, phys_addr_t size);
void memblock_mark_nomap(phys_addr_t base, phys_addr_t size);
void memblock_clear_nomap(phys_addr_t base, phys_addr_t size);
phys_addr_t memblock_alloc_range_nid(phys_addr_t size, phys_addr_t align,
				     phys_addr_t start, phys_addr_t end,
				     int nid, bool exact);
phys_addr_t memblock_start_of_DRAM(void);
phys_addr_t memblock_end_of_DRAM(void);
phys_addr_t memblock_phys_mem_size(void);
bool memblock_bottom_up(void);
void memblock_set_bottom_up(bool enable);
bool early_span(const struct spans *spans, u64 i, phys_addr_t *start,
		phys_addr_t *end);
bool early_free_span(u64 i, phys_addr_t *start, phys_addr_t *end);

#define for_each_mem_range(i, start, end) \
	for (i = 0; early_span(&early_mapped, i, start, end); i++)
#define for_each_reserved_mem_range(i, start, end) \
	for (i = 0; early_span(&early_reserved, i, start, end); i++)
#define MEMBLOCK_NONE	0
#define for_each_free_mem_range(i, nid, flags, start, end, res) \
	for (i = 0; early_free_span(i, start, end); i++)

#define kmemleak_ignore_phys(addr)	((void)(addr))

/* The image, the initrd, the limit of what is mapped for good. */
extern u64 _text, _end, swapper_pg_dir, initrd_start, initrd_end;
extern u64 early_lowmem_end, early_fdt_size;

#define __pa_symbol(symbol)	(symbol)
#define __pa(addr)		((phys_addr_t)(addr))
#define high_memory		early_lowmem_end

/* Of what follows the boot: how often an area was asked for memory. */
extern phys_addr_t zone_dma_limit;
extern unsigned int early_asked;

struct device {
	struct cma *cma_area;
	u64 coherent_dma_mask, bus_dma_limit;
};

struct vm_area_struct {
	unsigned long vm_start, vm_end, vm_pgoff, vm_page_prot;
};

#define vma_pages(vma)			PFN_DOWN((vma)->vm_end - (vma)->vm_start)
#define remap_pfn_range(vma, at, pfn, size, prot) \
	((void)(vma), (void)(at), (void)(pfn), (void)(size), (void)(prot), 0)
#define phys_to_dma(dev, addr)		((void)(dev), (dma_addr_t)(addr))
#define dev_is_dma_coherent(dev)	((void)(dev), true)
#define dev_to_node(dev)		NUMA_NO_NODE
#define dev_get_cma_area(dev)		((dev)->cma_area)
#define PageHighMem(page)		((void)(page), 0)
#define gfpflags_allow_blocking(gfp)	(!!((gfp) & __GFP_DIRECT_RECLAIM))
#define GFP_DMA				__GFP_DMA
#define get_order(size)			((void)(size), 0)
#define __free_pages(page, order)	((void)(page))
#define _MM_CMA_HOLDERS_H
#define cma_holders_set_device(cma, pfn, dev)	((void)(dev))

struct cma;
extern struct cma *dma_contiguous_default_area;
void dma_contiguous_reserve(phys_addr_t limit);
struct page *dma_alloc_contiguous(struct device *dev, size_t size, gfp_t gfp);
void dma_contiguous_early_fixup(phys_addr_t base, unsigned long size);

/* tree.c */

struct reserved_mem;

struct reserved_mem_ops {
	int (*device_init)(struct reserved_mem *rmem, struct device *dev);
	void (*device_release)(struct reserved_mem *rmem, struct device *dev);
};

struct reserved_mem {
	phys_addr_t base;
	phys_addr_t size;
	const char *name;
	void *priv;
	const struct reserved_mem_ops *ops;
	unsigned long fdt_node;
};

int early_rmem_cma(struct reserved_mem *rmem);
int early_rmem_cma_exclusive(struct reserved_mem *rmem);

/* A property may have any number of bytes. */
struct early_prop {
	const char *name;
	int len;
	u8 bytes[64];
};

struct early_node {
	char name[24];
	int nr;
	struct early_prop props[8];
};

#define EARLY_NODES	12
extern struct early_node early_nodes[EARLY_NODES];
extern int early_nr_nodes;
extern const void *initial_boot_params;
extern u64 initial_boot_params_pa;
extern int dt_root_addr_cells, dt_root_size_cells;

#define acpi_disabled	1
#define CONFIG_OF_EARLY_FLATTREE 1

#define fdt_path_offset(fdt, path)	((void)(fdt), early_nr_nodes ? 1000 : -1)
#define fdt_for_each_subnode(node, fdt, parent) \
	for ((node) = 0; (void)(fdt), (void)(parent), (node) < early_nr_nodes; \
	     (node)++)
#define fdt_get_name(fdt, node, len) \
	((void)(fdt), (const char *)early_nodes[node].name)
#define fdt_totalsize(fdt)	((void)(fdt), early_fdt_size)
int early_mem_rsv(int i, u64 *base, u64 *size);
#define fdt_get_mem_rsv(fdt, i, base, size) \
	((void)(fdt), early_mem_rsv(i, base, size))
const void *early_property(int node, const char *name, int *len);
#define fdt_getprop(fdt, node, name, len) \
	((void)(fdt), early_property(node, name, len))
#define of_get_flat_dt_prop(node, name, len)	early_property(node, name, len)
#define of_flat_dt_is_compatible(node, compat) \
	(!early_property(node, "other", NULL))
u64 dt_mem_next_cell(int cells, const __be32 **value);

extern struct spans early_firmware, early_firmware_nomap;
bool early_has(int node, const char *name);
bool early_lends(int node);
bool early_for_areas(int node);
void early_scan_reserved(void);
void early_init_regions(void);

/* boot.c */
const char *early_boot(const char *text);

/* rules_test.c */
void early_rules(void);

#endif /* CMA_HOST_EARLY_H */
