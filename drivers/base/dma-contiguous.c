// SPDX-License-Identifier: GPL-2.0-only
/*
 * DMA memory from CMA areas: which area serves a device
 *
 * At boot this reserves the areas that the command line names, the default area
 * and those of NUMA nodes; dma-regions.c does so for the device tree. Later it
 * finds the area for a device: the device's own, its node's, the default one.
 * All real work is done in mm/cma/.
 */
#define pr_fmt(fmt) "cma: " fmt

#include <linux/cma.h>
#include <linux/dma-direct.h>
#include <linux/dma-map-ops.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "../../mm/cma/cma.h"
#include "../../mm/cma/param.h"
#include "dma-regions.h"

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
static bool cmdline_given __initdata;	/* cma= with a size that is right */
static char *cmdline_named __initdata;	/* cma= with names that is right */

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

/* The next element of cma=, with values that this kernel can address. */
static int __init next_element(const char **text, char name[CMA_MAX_NAME],
			       struct cma_param *param)
{
	int err = cma_param_element(text, name, CMA_MAX_NAME, param);

	if (!err && (param->size > PHYS_ADDR_MAX ||
		     param->limit > PHYS_ADDR_MAX))
		err = -EOVERFLOW;
	return err;
}

/* Nothing counts of a value unless all of it is understood. */
static int __init early_cma(char *value)
{
	const char *text = value;
	struct cma_param param, unnamed;
	bool has_unnamed = false, has_named = false;
	char name[CMA_MAX_NAME];
	int err = value && *value ? 0 : -EINVAL;

	while (!err) {
		err = next_element(&text, name, &param);
		if (!err && !*name && has_unnamed)
			err = -EINVAL;
		if (!err && !*name) {
			unnamed = param;
			has_unnamed = true;
		} else if (!err) {
			has_named = true;
		}
	}
	if (err != -ENOENT) {
		bad_param("cma", value, err,
			  "[name:]size[KMG][@start[-end]][,name:size...]");
		return -EINVAL;
	}
	if (has_unnamed)
		cmdline = unnamed;
	cmdline_given |= has_unnamed;
	if (has_named)
		cmdline_named = value;
	return 0;
}
early_param("cma", early_cma);

/**
 * dma_contiguous_overrules() - does cma= overrule the device tree's default
 *	area?
 * @sized: receives whether it says a size and nothing about the place
 *
 * Context: Early boot.
 * Return: whether it has a value without a name.
 */
bool __init dma_contiguous_overrules(bool *sized)
{
	*sized = cmdline_given && cmdline.size && !cmdline.limit;
	return cmdline_given;
}

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
static struct page *alloc_from_area(struct device *dev, struct cma *cma,
				    unsigned long count, unsigned int align,
				    gfp_t gfp)
{
	if (!area_suits(cma, gfp))
		return NULL;
	if (!gfpflags_allow_blocking(gfp))
		gfp |= __GFP_NOWARN;
	return cma_alloc_for(dev, cma, count, align, gfp & EFFORT_FLAGS);
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
	page = alloc_from_area(dev, pernuma_areas[nid], count, align, gfp);
	return page ?: alloc_from_area(dev, numa_areas[nid], count, align, gfp);
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

/* What an architecture has noted, and what it could not note. */
static struct { phys_addr_t base, end; } noted_places[CMA_MAX_NOTED] __initdata;
static phys_addr_t unnoted[64] __initdata;
static unsigned int nr_unnoted __initdata;

/*
 * Memory of a node that is both "no-map" and "reusable", which no area can be
 * made of, goes back to the system before the kernel decides what it maps.
 */
static bool __init free_contradiction(phys_addr_t base, phys_addr_t size)
{
	if (!memblock_is_memory(base) || memblock_is_map_memory(base))
		return false;
	if (dma_regions_contradicts(base, size)) {
		memblock_clear_nomap(base, size);
		memblock_phys_free(base, size);
	}
	return true;
}

static bool __init cannot_note(phys_addr_t base)
{
	if (nr_unnoted < ARRAY_SIZE(unnoted))
		unnoted[nr_unnoted] = base;
	nr_unnoted++;
	return false;
}

/*
 * Is some of it noted already? Then note what is left, which an architecture
 * could not remap twice.
 */
static bool __init note_rest(phys_addr_t base, phys_addr_t end,
			     unsigned int noted)
{
	unsigned int i;

	for (i = 0; i < noted; i++) {
		if (noted_places[i].base >= end || noted_places[i].end <= base)
			continue;
		if (noted_places[i].base > base)
			dma_contiguous_early_fixup(base,
						   noted_places[i].base - base);
		if (noted_places[i].end < end)
			dma_contiguous_early_fixup(noted_places[i].end,
						   end - noted_places[i].end);
		return true;
	}
	return false;
}

/**
 * dma_contiguous_early_ok() - may an architecture note this place, to remap it?
 * @base: physical address
 * @size: bytes
 * @noted: places that it has noted so far
 *
 * For dma_contiguous_early_fixup(), which is called for each node that looks
 * like an area before anybody has checked it, and for each area. Whole entries
 * of the upper page table are noted, none twice, and none with the kernel in it.
 * Not all of the table is for nodes: the rest has room for all areas, however they
 * lie across nodes that were noted and refused.
 *
 * Context: Early boot.
 * Return: false if nothing is to be noted, or another call has noted it.
 */
bool __init dma_contiguous_early_ok(phys_addr_t base, unsigned long size,
				    unsigned int noted)
{
	phys_addr_t start = ALIGN_DOWN(base, PMD_SIZE), end;
	struct cma_occupant who;
	bool is_area;

	/* Of these no area will be made, without regard to what is noted. */
	if (!size || size > PHYS_ADDR_MAX - PMD_SIZE - base ||
	    free_contradiction(base, size) ||
	    !memblock_is_region_memory(base, size) ||
	    cma_overlaps_kernel(base, base + size))
		return false;
	end = ALIGN(base + size, PMD_SIZE);
	if (!memblock_is_region_memory(start, end - start) ||
	    cma_overlaps_kernel(start, end))
		return cannot_note(base);
	if (start != base || end - start != size) {
		dma_contiguous_early_fixup(start, end - start);
		return false;
	}
	if (note_rest(base, end, noted))
		return false;
	is_area = cma_find_occupant(base, size, CMA_ANY_NODE, &who) &&
		  strstarts(who.kind, "area");
	if (noted >= (is_area ? CMA_MAX_NOTED : 5 * MAX_CMA_AREAS))
		return cannot_note(base);
	noted_places[noted].base = base;
	noted_places[noted].end = end;
	return true;
}

/**
 * dma_contiguous_unnoted() - could an architecture not note this place?
 * @base: physical address
 * @size: bytes
 *
 * Context: Early boot.
 * Return: whether memory there must not become an area.
 */
bool __init dma_contiguous_unnoted(phys_addr_t base, phys_addr_t size)
{
	unsigned int i;

	if (nr_unnoted > ARRAY_SIZE(unnoted))
		return true;
	for (i = 0; i < nr_unnoted; i++) {
		if (unnoted[i] >= ALIGN_DOWN(base, PMD_SIZE) &&
		    unnoted[i] < base + size)
			return true;
	}
	return false;
}

/* Architectures that must know where an area lies override this. */
void __init __weak dma_contiguous_early_fixup(phys_addr_t base,
					      unsigned long size)
{
	free_contradiction(base, size);
}

/**
 * dma_contiguous_reserve_named() - reserve an area for DMA that has a name
 * @name: the name
 * @param: size and place
 * @align: alignment in bytes, 0 for any
 * @res_cma: receives the area
 *
 * Context: Early boot.
 * Return: as cma_declare_contiguous_nid().
 */
int __init dma_contiguous_reserve_named(const char *name,
					const struct cma_param *param,
					phys_addr_t align, struct cma **res_cma)
{
	int err;

	err = cma_declare_contiguous(param->base, param->size, param->limit,
				     align, 0, param->fixed, name, res_cma);
	if (!err)
		dma_contiguous_early_fixup(cma_get_base(*res_cma),
					   cma_get_size(*res_cma));
	return err;
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
	const struct cma_param param = {
		.size = size,
		.base = base,
		.limit = limit,
		.fixed = fixed,
	};

	return dma_contiguous_reserve_named("reserved", &param, 0, res_cma);
}

/* A fixed begin is a limit as well; where it ends is up to rounding. */
static phys_addr_t __init limit_of(const struct cma_param *param,
				   phys_addr_t limit)
{
	return param->fixed ? limit :
			      min_not_zero((phys_addr_t)param->limit, limit);
}

/* The areas of cma= that have names: those with a fixed place, or the others. */
static void __init reserve_named(phys_addr_t limit, bool fixed)
{
	const char *text = cmdline_named ?: "";
	char name[CMA_MAX_NAME];
	struct cma_param param;
	struct cma *cma;

	while (!next_element(&text, name, &param)) {
		if (!*name || param.fixed != fixed)
			continue;
		param.limit = limit_of(&param, limit);
		dma_contiguous_reserve_named(name, &param, 0, &cma);
	}
}

static void __init reserve_default(phys_addr_t limit)
{
	struct cma_param param = { .size = config_size() };
	bool sized;
	int err;

	if (cmdline_given)
		param = cmdline;
	if (!param.size || dma_contiguous_default_area)
		return;
	if (!cmdline_given && dma_regions_default_ahead())
		return;
	dma_contiguous_overrules(&sized);
	err = sized ? dma_regions_reserve_default(param.size,
						  &dma_contiguous_default_area) :
		      -ENOENT;
	if (err == -ENOENT)
		dma_contiguous_reserve_area(param.size, param.base,
					    limit_of(&param, limit),
					    &dma_contiguous_default_area,
					    param.fixed);
}

/*
 * On 32 bits an architecture without a zone for DMA has no limit to tell, but the
 * devices have 32 address lines. If no memory at all is below 4 GiB, they see it
 * somewhere else.
 */
static phys_addr_t __init reachable(phys_addr_t limit)
{
	if (IS_ENABLED(CONFIG_64BIT) || (limit && limit < PHYS_ADDR_MAX) ||
	    memblock_start_of_DRAM() >= DMA_BIT_MASK(32))
		return limit;
	return DMA_BIT_MASK(32);
}

/**
 * dma_contiguous_reserve() - reserve the areas that the command line or the
 *	configuration asks for
 * @limit: end of the addresses that the architecture permits, 0 for any
 *
 * The default area is left to the device tree if that has one to offer and the
 * command line does not overrule it. What has a fixed place comes first, so that
 * nothing that could be elsewhere takes it.
 *
 * Context: Early boot, called once by the architecture when memblock knows
 * everything that is in use.
 */
void __init dma_contiguous_reserve(phys_addr_t limit)
{
	limit = reachable(limit);
	dma_regions_free_unseen();
	reserve_named(limit, true);
	if (cmdline.fixed)
		reserve_default(limit);
	cma_reserve_exclusive(limit);
	reserve_nodes();
	if (!cmdline.fixed)
		reserve_default(limit);
	reserve_named(limit, false);
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
	return cma_alloc_for(dev, dev_get_cma_area(dev), count,
			     min_t(unsigned int, align, CONFIG_CMA_ALIGNMENT),
			     GFP_KERNEL | (no_warn ? __GFP_NOWARN : 0));
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
			return page;
		cma = dma_contiguous_default_area;
	}
	return alloc_from_area(dev, cma, count, align, gfp);
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
