// SPDX-License-Identifier: GPL-2.0-only
/*
 * DMA memory from CMA areas: which area serves a device
 *
 * At boot this reserves the default area and those of NUMA nodes, from the
 * command line or Kconfig, and takes "shared-dma-pool" nodes of the device tree
 * that are "reusable". Later it finds the area for a device: the device's own,
 * its node's, the default one. All real work is done in mm/cma/.
 */
#define pr_fmt(fmt) "cma: " fmt

#include <linux/acpi.h>
#include <linux/cma.h>
#include <linux/dma-direct.h>
#include <linux/dma-map-ops.h>
#include <linux/libfdt.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/of.h>
#include <linux/of_fdt.h>
#include <linux/of_reserved_mem.h>
#include <linux/sizes.h>

#include "../../mm/cma/holders.h"
#include "../../mm/cma/param.h"

#ifndef CONFIG_CMA_SIZE_MBYTES
#define CONFIG_CMA_SIZE_MBYTES 0
#endif
#ifndef CONFIG_CMA_SIZE_PERCENTAGE
#define CONFIG_CMA_SIZE_PERCENTAGE 0
#endif

/* What an allocation for DMA may say about effort; the rest is dropped. */
#define EFFORT_FLAGS	(__GFP_RECLAIM | __GFP_IO | __GFP_FS | \
			 __GFP_NORETRY | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

struct cma *dma_contiguous_default_area;

static struct cma_param cmdline __initdata;
static bool cmdline_given __initdata;	/* cma= with a value that is right */
static bool default_node_met __initdata; /* a linux,cma-default node was tried */

static void __init bad_param(const char *name, const char *value, int err,
			     const char *form)
{
	if (!value)
		pr_err("%s needs a value: %s\n", name, form);
	else
		pr_err("%s=%s ignored: %s, expected %s\n", name, value,
		       err == -EOVERFLOW ? "a number is too large" :
		       err == -ERANGE ? "the size does not fit in the window" :
		       "not understood", form);
}

static int __init early_cma(char *value)
{
	struct cma_param param;
	int err = value ? cma_param_parse(value, &param) : -EINVAL;

	if (!err && (param.size > PHYS_ADDR_MAX || param.limit > PHYS_ADDR_MAX))
		err = -EOVERFLOW;
	if (err) {
		bad_param("cma", value, err, "size[KMG][@start[-end]]");
		return -EINVAL;
	}
	cmdline = param;
	cmdline_given = true;
	return 0;
}
early_param("cma", early_cma);

/* Can memory of this area satisfy the zone and the context that @gfp names? */
static bool area_suits(struct cma *cma, gfp_t gfp)
{
	phys_addr_t base;

	if (!cma || !cma_get_size(cma) || cma_is_nomap(cma))
		return false;
	base = cma_get_base(cma);
	if (IS_ENABLED(CONFIG_ZONE_DMA) && gfp & GFP_DMA &&
	    base > zone_dma_limit)
		return false;
	if (IS_ENABLED(CONFIG_ZONE_DMA32) && gfp & GFP_DMA32 &&
	    base > DMA_BIT_MASK(32))
		return false;
	/* High memory gets its mapping from an allocator that sleeps. */
	return gfpflags_allow_blocking(gfp) ||
	       !PageHighMem(pfn_to_page(PHYS_PFN(base)));
}

/*
 * Who cannot sleep has a second way, the page allocator, and gets no line in the
 * log for a first one that fails.
 */
static struct page *alloc_from_area(struct cma *cma, unsigned long count,
				    unsigned int align, gfp_t gfp)
{
	if (!area_suits(cma, gfp))
		return NULL;
	if (!gfpflags_allow_blocking(gfp))
		gfp |= __GFP_NOWARN;
	return cma_alloc_gfp(cma, count, align, gfp & EFFORT_FLAGS);
}

/* The allocator does not know for which device it works: tell its records. */
static struct page *made_for(struct device *dev, struct page *page)
{
	if (page)
		cma_holders_set_device(cma_find(page), page_to_pfn(page), dev);
	return page;
}

#ifdef CONFIG_DMA_NUMA_CMA

/* Constant after boot. */
static struct cma *pernuma_areas[MAX_NUMNODES];
static struct cma *numa_areas[MAX_NUMNODES];

static phys_addr_t pernuma_size __initdata;
static phys_addr_t numa_sizes[MAX_NUMNODES] __initdata;

static int __init early_numa_cma(char *value)
{
	static const char form[] __initconst = "node:size[KMG][,node:size...]";
	const char *text = value, *element = value;
	unsigned int nid;
	u64 size;
	int err = value && *value ? 0 : -EINVAL;

	while (!err) {
		element = text;
		err = cma_param_node(&text, &nid, &size);
		if (!err && (nid >= MAX_NUMNODES || size > PHYS_ADDR_MAX))
			err = -EOVERFLOW;
		if (!err)
			numa_sizes[nid] = size;
	}
	if (err == -ENOENT)
		return 0;
	bad_param("numa_cma", element, err, form);
	return -EINVAL;
}
early_param("numa_cma", early_numa_cma);

static int __init early_cma_pernuma(char *value)
{
	const char *text = value;
	u64 size;
	int err = value ? cma_param_size(&text, &size) : -EINVAL;

	if (!err && *text)
		err = -EINVAL;
	if (!err && size > PHYS_ADDR_MAX)
		err = -EOVERFLOW;
	if (err) {
		bad_param("cma_pernuma", value, err, "size[KMG]");
		return -EINVAL;
	}
	pernuma_size = size;
	return 0;
}
early_param("cma_pernuma", early_cma_pernuma);

static void __init reserve_node(const char *kind, phys_addr_t size, int nid,
				struct cma **res_cma)
{
	char name[CMA_MAX_NAME];

	if (!size)
		return;
	if (!node_online(nid)) {
		pr_warn("invalid node %d specified\n", nid);
		return;
	}
	snprintf(name, sizeof(name), "%s%d", kind, nid);
	cma_declare_contiguous_nid(0, size, 0, 0, 0, false, name, res_cma, nid);
}

static void __init reserve_nodes(void)
{
	int nid;

	for (nid = 0; nid < MAX_NUMNODES; nid++) {
		if (node_online(nid))
			reserve_node("pernuma", pernuma_size, nid,
				     &pernuma_areas[nid]);
		reserve_node("numa", numa_sizes[nid], nid, &numa_areas[nid]);
	}
}

static struct page *alloc_from_node(struct device *dev, unsigned long count,
				    unsigned int align, gfp_t gfp)
{
	int nid = dev_to_node(dev);
	struct page *page;

	if (nid == NUMA_NO_NODE || gfp & (GFP_DMA | GFP_DMA32))
		return NULL;
	page = alloc_from_area(pernuma_areas[nid], count, align, gfp);
	return page ?: alloc_from_area(numa_areas[nid], count, align, gfp);
}

#else

static inline void reserve_nodes(void) { }

static inline struct page *alloc_from_node(struct device *dev,
					   unsigned long count,
					   unsigned int align, gfp_t gfp)
{
	return NULL;
}

#endif /* CONFIG_DMA_NUMA_CMA */

/* The size that the configuration chose for the default area. */
static phys_addr_t __init config_size(void)
{
	phys_addr_t mbytes = (phys_addr_t)CONFIG_CMA_SIZE_MBYTES * SZ_1M;
	unsigned long frames = PHYS_PFN(memblock_phys_mem_size());
	phys_addr_t part = PFN_PHYS(mult_frac(frames,
					      CONFIG_CMA_SIZE_PERCENTAGE,
					      100UL));

	if (IS_ENABLED(CONFIG_CMA_SIZE_SEL_PERCENTAGE))
		return part;
	if (IS_ENABLED(CONFIG_CMA_SIZE_SEL_MIN))
		return min(mbytes, part);
	if (IS_ENABLED(CONFIG_CMA_SIZE_SEL_MAX))
		return max(mbytes, part);
	return mbytes;
}

/* Architectures that must know where an area lies override this. */
void __weak dma_contiguous_early_fixup(phys_addr_t base, unsigned long size)
{
}

/**
 * dma_contiguous_reserve_area() - reserve an area for DMA
 * @size: bytes
 * @base: physical address, 0 for any
 * @limit: end of the permitted addresses, 0 for the end of memory
 * @res_cma: receives the area
 * @fixed: whether the area must be exactly at @base
 *
 * Context: Early boot.
 * Return: as cma_declare_contiguous_nid().
 */
int __init dma_contiguous_reserve_area(phys_addr_t size, phys_addr_t base,
				       phys_addr_t limit, struct cma **res_cma,
				       bool fixed)
{
	int err;

	err = cma_declare_contiguous(base, size, limit, 0, 0, fixed, "reserved",
				     res_cma);
	if (!err)
		dma_contiguous_early_fixup(cma_get_base(*res_cma),
					   cma_get_size(*res_cma));
	return err;
}

static bool default_node_ahead(void);

/**
 * dma_contiguous_reserve() - reserve the areas that the command line or the
 *	configuration asks for
 * @limit: end of the addresses that the architecture permits, 0 for any
 *
 * The default area is left to the device tree if that has one to offer and the
 * command line does not overrule it.
 *
 * Context: Early boot, called once by the architecture when memblock knows
 * everything that is in use.
 */
void __init dma_contiguous_reserve(phys_addr_t limit)
{
	struct cma_param param = { .size = config_size() };

	cma_reserve_exclusive(limit);
	reserve_nodes();

	if (cmdline_given)
		param = cmdline;
	if (!param.size || dma_contiguous_default_area)
		return;
	if (!cmdline_given && default_node_ahead())
		return;
	dma_contiguous_reserve_area(param.size, param.base,
				    min_not_zero((phys_addr_t)param.limit,
						 limit),
				    &dma_contiguous_default_area, param.fixed);
}

/* An area that could not be activated must not keep its users from others. */
static int __init drop_dead_areas(void)
{
	if (dma_contiguous_default_area &&
	    !cma_get_size(dma_contiguous_default_area))
		dma_contiguous_default_area = NULL;
	return 0;
}
core_initcall_sync(drop_dead_areas);

/**
 * dma_alloc_from_contiguous() - allocate pages from a device's area
 * @dev: the device, NULL for the default area
 * @count: pages
 * @align: alignment as an order of pages, limited to CONFIG_CMA_ALIGNMENT
 * @no_warn: print nothing on failure
 *
 * Context: Process context.
 * Return: the first page, or NULL. Give the pages back with
 * dma_release_from_contiguous().
 */
struct page *dma_alloc_from_contiguous(struct device *dev, size_t count,
				       unsigned int align, bool no_warn)
{
	struct page *page;

	page = cma_alloc(dev_get_cma_area(dev), count,
			 min_t(unsigned int, align, CONFIG_CMA_ALIGNMENT),
			 no_warn);
	return made_for(dev, page);
}

/**
 * dma_release_from_contiguous() - give pages back to the area they came from
 * @dev: the device they were allocated for
 * @pages: first page
 * @count: number of pages
 *
 * The pages tell their area, so it does not matter which area the device has by
 * now.
 *
 * Context: Any that may take zone->lock.
 * Return: false if the pages are of no area.
 */
bool dma_release_from_contiguous(struct device *dev, struct page *pages,
				 int count)
{
	if (!pages || count <= 0)
		return false;
	return cma_release(cma_find(pages), pages, count);
}

/**
 * dma_alloc_contiguous() - allocate contiguous pages for a device
 * @dev: the device
 * @size: bytes, rounded up to whole pages
 * @gfp: effort and zone; see cma_alloc_gfp()
 *
 * A device with an area of its own is served from that alone. Others get single
 * pages from the page allocator, which needs no area for them, and everything
 * larger from the area of their node or the default one.
 *
 * Context: Any, as @gfp says.
 * Return: the first page, not cleared, aligned to the size up to
 * CONFIG_CMA_ALIGNMENT; or NULL, and the caller tries the page allocator. Give
 * the pages back with dma_free_contiguous().
 */
struct page *dma_alloc_contiguous(struct device *dev, size_t size, gfp_t gfp)
{
	unsigned int align = min_t(unsigned int, get_order(size),
				   CONFIG_CMA_ALIGNMENT);
	unsigned long count = PFN_UP(size);
	struct cma *cma = dev->cma_area;
	struct page *page;

	if (!cma) {
		if (size <= PAGE_SIZE)
			return NULL;
		page = alloc_from_node(dev, count, align, gfp);
		if (page)
			return made_for(dev, page);
		cma = dma_contiguous_default_area;
	}
	return made_for(dev, alloc_from_area(cma, count, align, gfp));
}

/**
 * dma_free_contiguous() - give contiguous pages of a device back
 * @dev: the device
 * @page: first page
 * @size: bytes, as allocated
 *
 * Takes pages of dma_alloc_contiguous() and, if they are of no area, those that
 * its callers got from the page allocator instead.
 *
 * Context: Any that may take zone->lock.
 */
void dma_free_contiguous(struct device *dev, struct page *page, size_t size)
{
	if (!cma_release(cma_find(page), page, PFN_UP(size)))
		__free_pages(page, get_order(size));
}

#ifdef CONFIG_OF_RESERVED_MEM

#undef pr_fmt
#define pr_fmt(fmt) "Reserved memory: " fmt

static bool __init flag(unsigned long node, const char *name)
{
	return of_get_flat_dt_prop(node, name, NULL);
}

/* Has the node a place that can become an area? */
static bool __init place_usable(unsigned long node)
{
	phys_addr_t base, size;
	const __be32 *reg;
	int len;

	reg = of_get_flat_dt_prop(node, "reg", &len);
	if (!reg || len < (dt_root_addr_cells + dt_root_size_cells) *
			  (int)sizeof(*reg))
		return false;
	base = dt_mem_next_cell(dt_root_addr_cells, &reg);
	size = dt_mem_next_cell(dt_root_size_cells, &reg);
	return size && IS_ALIGNED(base | size, CMA_MIN_ALIGNMENT_BYTES) &&
	       memblock_is_region_memory(base, size) &&
	       memblock_is_region_reserved(base, size);
}

static bool __init available(unsigned long node)
{
	const char *status = of_get_flat_dt_prop(node, "status", NULL);

	return !status || !strcmp(status, "okay") || !strcmp(status, "ok");
}

/*
 * Is there a node for the default area that has not been tried yet? Some
 * architectures set up nodes with a fixed place long after they have called
 * dma_contiguous_reserve(); a second default area would be wasted.
 */
static bool __init default_node_ahead(void)
{
	const void *fdt = initial_boot_params;
	int parent, node;

	if (!fdt || !acpi_disabled || default_node_met)
		return false;
	parent = fdt_path_offset(fdt, "/reserved-memory");
	if (parent < 0)
		return false;
	fdt_for_each_subnode(node, fdt, parent) {
		if (flag(node, "linux,cma-default") && flag(node, "reusable") &&
		    !flag(node, "no-map") && available(node) &&
		    of_flat_dt_is_compatible(node, "shared-dma-pool") &&
		    place_usable(node))
			return true;
	}
	return false;
}

static int rmem_device_init(struct reserved_mem *rmem, struct device *dev)
{
	struct cma *cma = rmem->priv;

	if (!cma_get_size(cma)) {
		dev_warn(dev, "CMA area %s is not active, using the default area\n",
			 cma_get_name(cma));
		return 0;
	}
	dev->cma_area = cma;
	return 0;
}

static void rmem_device_release(struct reserved_mem *rmem, struct device *dev)
{
	dev->cma_area = NULL;
}

static const struct reserved_mem_ops rmem_ops = {
	.device_init = rmem_device_init,
	.device_release = rmem_device_release,
};

/* May this node become an area? */
static int __init check_node(struct reserved_mem *rmem, bool is_default)
{
	if (is_default)
		default_node_met = true;
	if (!flag(rmem->fdt_node, "reusable") ||
	    flag(rmem->fdt_node, "linux,cma-exclusive"))
		return -EINVAL;
	if (flag(rmem->fdt_node, "no-map")) {
		pr_err("node %s cannot be both reusable and no-map\n",
		       rmem->name);
		return -EINVAL;
	}
	if (is_default && cmdline_given) {
		pr_info("bypass %s node, using cmdline CMA params instead\n",
			rmem->name);
		return -EBUSY;
	}
	if (!IS_ALIGNED(rmem->base | rmem->size, CMA_MIN_ALIGNMENT_BYTES)) {
		pr_err("incorrect alignment of CMA region: node %s, %pa bytes at %pa, must be multiples of %lu KiB\n",
		       rmem->name, &rmem->size, &rmem->base,
		       CMA_MIN_ALIGNMENT_BYTES / SZ_1K);
		return -EINVAL;
	}
	return 0;
}

static int __init rmem_setup(struct reserved_mem *rmem)
{
	bool is_default = flag(rmem->fdt_node, "linux,cma-default");
	struct cma *cma;
	int err;

	err = check_node(rmem, is_default);
	if (err)
		return err;
	err = cma_init_reserved_mem(rmem->base, rmem->size, 0, rmem->name,
				    &cma);
	if (err) {
		pr_err("unable to setup CMA region of node %s: error %d\n",
		       rmem->name, err);
		return err;
	}

	if (is_default && dma_contiguous_default_area)
		pr_warn("node %s is not the default area, %s is already\n",
			rmem->name, cma_get_name(dma_contiguous_default_area));
	else if (is_default)
		dma_contiguous_default_area = cma;
	rmem->ops = &rmem_ops;
	rmem->priv = cma;
	pr_info("created CMA memory pool at %pa, size %ld MiB\n", &rmem->base,
		(unsigned long)rmem->size / SZ_1M);
	return 0;
}

RESERVEDMEM_OF_DECLARE(cma, "shared-dma-pool", rmem_setup);

#else

static inline bool default_node_ahead(void)
{
	return false;
}

#endif /* CONFIG_OF_RESERVED_MEM */
