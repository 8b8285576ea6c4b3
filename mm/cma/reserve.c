// SPDX-License-Identifier: GPL-2.0-only
/*
 * Early boot: reserve the memory of an area
 *
 * Runs while memblock is the only allocator. Everything is checked first; what
 * has been reserved when a later step fails is given back. Nothing is activated
 * here, see area.c.
 */
#define pr_fmt(fmt) "cma: " fmt

#include <linux/kmemleak.h>
#include <linux/log2.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/pageblock-flags.h>
#include <linux/sizes.h>

#include "cma.h"

/**
 * struct span - where an area may go
 * @name: what it will be called
 * @base: lowest address
 * @limit: end of the permitted window
 * @size: bytes of the area
 * @align: alignment in bytes
 * @nid: the node, or %NUMA_NO_NODE
 */
struct span {
	const char *name;
	phys_addr_t base;
	phys_addr_t limit;
	phys_addr_t size;
	phys_addr_t align;
	int nid;
};

/* Is all of [base, base + size) reserved? memblock itself tells only overlap. */
static bool __init wholly_reserved(phys_addr_t base, phys_addr_t size)
{
	phys_addr_t pos = base, start, end;
	u64 i;

	for_each_reserved_mem_range(i, &start, &end) {
		if (start <= pos && pos < end)
			pos = end;
		if (pos >= base + size)
			return true;
	}
	return false;
}

static bool __init range_valid(phys_addr_t base, phys_addr_t size,
			       const char *name)
{
	if (size && size <= PHYS_ADDR_MAX - base)
		return true;
	pr_err("%s: %pa bytes at %pa are %s\n", name ?: "area", &size, &base,
	       size ? "more than there are addresses" : "nothing");
	return false;
}

/* Memory that the kernel maps, without a hole, and nobody else can get it. */
static bool __init mapped_and_reserved(phys_addr_t base, phys_addr_t size)
{
	return memblock_is_region_memory(base, size) &&
	       memblock_is_map_memory(base) && wholly_reserved(base, size);
}

static bool __init memory_valid(phys_addr_t base, phys_addr_t size,
				const char *name)
{
	if (mapped_and_reserved(base, size))
		return true;
	pr_err("%s: %pa bytes at %pa are not all reserved memory\n",
	       name ?: "area", &size, &base);
	return false;
}

/* Memory that is reserved for an area serves no second one. */
static bool __init overlaps_area(phys_addr_t base, phys_addr_t size,
				 const char *name)
{
	phys_addr_t start, end;
	struct cma *cma;

	for_each_cma(cma) {
		start = cma_get_base(cma);
		end = start + cma_get_size(cma);
		if (start >= base + size || base >= end)
			continue;
		pr_err("%s: %pa bytes at %pa overlap area %s (%pa-%pa)\n",
		       name ?: "area", &size, &base, cma->name, &start, &end);
		return true;
	}
	return false;
}

/**
 * cma_init_reserved_mem() - make an area of memory that is reserved already
 * @base: physical address, a multiple of %CMA_MIN_ALIGNMENT_BYTES
 * @size: bytes, a multiple of %CMA_MIN_ALIGNMENT_BYTES and of a unit
 * @order_per_bit: frames of a unit, as an order
 * @name: name of the area, NULL to have one made
 * @res_cma: receives the area
 *
 * Context: Early boot, until memblock has handed its memory over.
 * Return: 0; -ENOSPC if there are CONFIG_CMA_AREAS areas already; -EINVAL if the
 * memory is not all there and reserved, or a value is not such a multiple.
 */
int __init cma_init_reserved_mem(phys_addr_t base, phys_addr_t size,
				 unsigned int order_per_bit, const char *name,
				 struct cma **res_cma)
{
	struct cma *cma;

	if (!cma_area_slot_free())
		return -ENOSPC;
	if (!range_valid(base, size, name))
		return -EINVAL;
	if (!IS_ALIGNED(base | size, CMA_MIN_ALIGNMENT_BYTES)) {
		pr_err("%s: %pa bytes at %pa are not a multiple of %lu KiB, the block size\n",
		       name ?: "area", &size, &base,
		       CMA_MIN_ALIGNMENT_BYTES / SZ_1K);
		return -EINVAL;
	}
	if (order_per_bit >= BITS_PER_LONG ||
	    !IS_ALIGNED(PHYS_PFN(size), 1UL << order_per_bit)) {
		pr_err("%s: %pa bytes are not a multiple of the order %u unit\n",
		       name ?: "area", &size, order_per_bit);
		return -EINVAL;
	}
	if (!memory_valid(base, size, name) || overlaps_area(base, size, name))
		return -EINVAL;

	cma = cma_area_add(PHYS_PFN(base), PHYS_PFN(size), order_per_bit, name);
	if (!cma)
		return -ENOSPC;
	*res_cma = cma;
	return 0;
}

/* End of the memory that has a permanent kernel mapping. */
static phys_addr_t __init lowmem_end(void)
{
	return __pa(high_memory - 1) + 1;
}

/* Say who has the memory at a place that was asked for. */
static void __init tell_overlap(const struct span *span)
{
	struct cma_occupant who = {
		.kind = "memory that is in use",
		.name = "",
	};

	if (!cma_find_occupant(span->base, span->size, CMA_NO_NODE, &who))
		pr_err("Region at %pa, %pa bytes, for %s overlaps %s\n",
		       &span->base, &span->size, span->name, who.kind);
	else
		pr_err("Region at %pa, %pa bytes, for %s overlaps %s%s (%pa-%pa)\n",
		       &span->base, &span->size, span->name, who.kind, who.name,
		       &who.base, &who.end);
}

static int __init reserve_fixed(const struct span *span, phys_addr_t *addr)
{
	phys_addr_t low = lowmem_end();

	if (!memblock_is_region_memory(span->base, span->size) ||
	    !memblock_is_map_memory(span->base)) {
		pr_err("Region at %pa, %pa bytes, for %s is not all memory\n",
		       &span->base, &span->size, span->name);
		return -EINVAL;
	}

	if (IS_ENABLED(CONFIG_HIGHMEM) && span->base < low &&
	    span->base + span->size > low) {
		pr_err("Region at %pa for %s defined on low/high memory boundary (%pa)\n",
		       &span->base, span->name, &low);
		return -EINVAL;
	}
	if (memblock_is_region_reserved(span->base, span->size)) {
		tell_overlap(span);
		return -EBUSY;
	}
	if (memblock_reserve(span->base, span->size) < 0)
		return -EBUSY;
	*addr = span->base;
	return 0;
}

static phys_addr_t __init reserve_between(const struct span *span,
					  phys_addr_t base, phys_addr_t limit)
{
	if (base >= limit || limit - base < span->size)
		return 0;
	return memblock_alloc_range_nid(span->size, span->align, base, limit,
					span->nid, true);
}

/* The part of [start, end) in the window that an area could take. */
static phys_addr_t __init room_in(const struct span *span, phys_addr_t start,
				  phys_addr_t end)
{
	phys_addr_t base = max(start, span->base);

	end = min(end, span->limit);
	if (base >= end || ALIGN(base, span->align) < base)
		return 0;
	base = ALIGN(base, span->align);
	return base < end ? ALIGN_DOWN(end - base, span->align) : 0;
}

/* The largest free place for an area, inside one of low and high memory. */
static phys_addr_t __init largest_room(const struct span *span)
{
	phys_addr_t start, end, low = lowmem_end(), most = 0;
	u64 i;

	for_each_free_mem_range(i, span->nid, MEMBLOCK_NONE, &start, &end,
				NULL) {
		most = max(most, room_in(span, start, min(end, low)));
		most = max(most, room_in(span, max(start, low), end));
	}
	return most;
}

/* Nothing was found: how far from enough was it? */
static void __init tell_room(const struct span *span)
{
	phys_addr_t most = largest_room(span);

	pr_err("No place for %s: %pa bytes between %pa and %pa, the largest free place has %pa\n",
	       span->name, &span->size, &span->base, &span->limit, &most);
}

/*
 * From the best place to the worst: above 4 GiB from below, out of the way of
 * zones for narrow devices and in front of what compaction moves upwards; high
 * memory; anywhere in the window. Each stays inside the window and inside one of
 * low and high memory.
 */
static int __init reserve_anywhere(const struct span *span, phys_addr_t *addr)
{
	phys_addr_t low = min(lowmem_end(), span->limit);

	*addr = 0;
	if (upper_32_bits(span->limit) && !memblock_bottom_up()) {
		u64 base = max_t(u64, span->base, SZ_4G);

		/* On some 32-bit machines even low memory begins there. */
		memblock_set_bottom_up(true);
		*addr = reserve_between(span, max_t(u64, base, low),
					span->limit);
		if (!*addr)
			*addr = reserve_between(span, base, low);
		memblock_set_bottom_up(false);
	}
	if (!*addr)
		*addr = reserve_between(span, max(span->base, low),
					span->limit);
	if (!*addr)
		*addr = reserve_between(span, span->base, low);
	if (!*addr) {
		tell_room(span);
		return -ENOMEM;
	}

	/* Not mapped memory that kmemleak could look for pointers in. */
	kmemleak_ignore_phys(*addr);
	return 0;
}

/* Bring the caller's wishes into the form that memblock wants. */
static int __init normalize(struct span *span, bool fixed)
{
	phys_addr_t end = memblock_end_of_DRAM();
	phys_addr_t limit, asked = span->size;

	if (fixed && !IS_ALIGNED(span->base, span->align)) {
		pr_err("Region at %pa for %s must be aligned to %pa bytes\n",
		       &span->base, span->name, &span->align);
		return -EINVAL;
	}
	limit = ALIGN_DOWN(span->limit, span->align);
	if (!span->limit || limit > end)
		limit = end;
	span->limit = limit;
	span->base = ALIGN(span->base, span->align);
	span->size = ALIGN(span->size, span->align);
	if (span->size != asked)
		pr_notice("%s: %pa bytes rounded up to %pa, a multiple of %pa\n",
			  span->name, &asked, &span->size, &span->align);
	if (span->size < asked || span->base > span->limit ||
	    span->size > span->limit - span->base) {
		pr_err("Size (%pa) of region at %pa exceeds limit (%pa) for %s\n",
		       &span->size, &span->base, &span->limit, span->name);
		return -EINVAL;
	}
	return 0;
}

static int __init reserve_span(struct span *span, bool fixed,
			       phys_addr_t *addr)
{
	int err = normalize(span, fixed);

	if (err)
		return err;
	return fixed && span->base ? reserve_fixed(span, addr) :
				     reserve_anywhere(span, addr);
}

static int __init check_wish(const struct span *span, phys_addr_t alignment)
{
	if (!cma_area_slot_free())
		return -ENOSPC;
	if (span->size && (!alignment || is_power_of_2(alignment)) &&
	    span->base <= PHYS_ADDR_MAX - span->align)
		return 0;
	pr_err("%s: %pa bytes at %pa, aligned to %pa, cannot be\n", span->name,
	       &span->size, &span->base, &alignment);
	return -EINVAL;
}

/* Only who asked for a node hears of one. */
static const char __init *on_node(int nid, char node[24])
{
	if (nid == NUMA_NO_NODE)
		return "";
	snprintf(node, 24, " on node %d", nid);
	return node;
}

/**
 * cma_fits() - is there room for an area?
 * @base: lowest permitted address
 * @size: bytes
 * @limit: end of the permitted addresses
 * @alignment: alignment in bytes, a power of two
 *
 * For who has several places to choose from, and wants no line in the log for
 * each that does not do.
 *
 * Context: Early boot, until memblock has handed its memory over.
 * Return: whether cma_declare_contiguous() will find a place.
 */
bool __init cma_fits(phys_addr_t base, phys_addr_t size, phys_addr_t limit,
		     phys_addr_t alignment)
{
	struct span span = {
		.base = base,
		.limit = limit,
		.align = max_t(phys_addr_t, alignment, CMA_MIN_ALIGNMENT_BYTES),
		.nid = NUMA_NO_NODE,
	};

	if (!size || !is_power_of_2(span.align) ||
	    ALIGN(size, span.align) < size)
		return false;
	return largest_room(&span) >= ALIGN(size, span.align);
}

/**
 * cma_declare_contiguous_nid() - reserve memory and make an area of it
 * @base: physical address: of the area if @fixed, else the lowest permitted
 *	one; 0 for any
 * @size: bytes; rounded up to a multiple of the alignment
 * @limit: end of the permitted addresses, 0 for the end of memory
 * @alignment: alignment in bytes, a power of two, or 0; at least
 *	%CMA_MIN_ALIGNMENT_BYTES is used
 * @order_per_bit: frames of a unit, as an order
 * @fixed: whether the area must be exactly at @base
 * @name: name of the area, NULL to have one made
 * @res_cma: receives the area
 * @nid: node the memory must be on, or %NUMA_NO_NODE
 *
 * Context: Early boot, until memblock has handed its memory over.
 * Return: 0; -ENOSPC if there are CONFIG_CMA_AREAS areas already; -EINVAL for
 * values that contradict each other or these rules; -EBUSY if the memory at a
 * fixed @base is in use; -ENOMEM if no place was found. Nothing stays reserved
 * on error, and a line in the log says why.
 */
int __init cma_declare_contiguous_nid(phys_addr_t base, phys_addr_t size,
				      phys_addr_t limit, phys_addr_t alignment,
				      unsigned int order_per_bit, bool fixed,
				      const char *name, struct cma **res_cma,
				      int nid)
{
	struct span span = {
		.name = name ?: "an area",
		.base = base,
		.limit = limit,
		.size = size,
		.align = max_t(phys_addr_t, alignment, CMA_MIN_ALIGNMENT_BYTES),
		.nid = IS_ENABLED(CONFIG_NUMA) ? nid : NUMA_NO_NODE,
	};
	char node[24];
	phys_addr_t addr;
	int err;

	err = check_wish(&span, alignment);
	if (err)
		return err;
	err = reserve_span(&span, fixed, &addr);
	if (err)
		goto failed;

	err = cma_init_reserved_mem(addr, span.size, order_per_bit, name,
				    res_cma);
	if (err) {
		memblock_phys_free(addr, span.size);
		goto failed;
	}
	pr_info("Reserved %lu MiB at %pa%s for %s\n",
		(unsigned long)(span.size / SZ_1M), &addr,
		on_node(span.nid, node), cma_get_name(*res_cma));
	return 0;

failed:
	pr_err("Failed to reserve %lu MiB%s for %s: error %d\n",
	       (unsigned long)(span.size / SZ_1M), on_node(span.nid, node),
	       span.name, err);
	return err;
}

/**
 * cma_reserve_pages_on_error() - keep the memory if activation fails
 * @cma: the area
 *
 * For memory that the caller has a second use for.
 *
 * Context: Early boot, before activation.
 */
void __init cma_reserve_pages_on_error(struct cma *cma)
{
	cma->reserve_pages_on_error = true;
}

/* Memory that the kernel maps: it must not be handed out as no-map. */
static bool __init overlaps_mapped(phys_addr_t base, phys_addr_t size)
{
	phys_addr_t start, end;
	u64 i;

	for_each_mem_range(i, &start, &end) {
		if (start < base + size && base < end)
			return true;
	}
	return false;
}

static bool __init exclusive_mem_valid(phys_addr_t base, phys_addr_t size,
				       unsigned int flags)
{
	if (flags & CMA_NOMAP)
		return !overlaps_mapped(base, size);
	return mapped_and_reserved(base, size);
}

/**
 * cma_init_exclusive_mem() - make an exclusive area of memory that is reserved
 *	already
 * @base: physical address, a multiple of the page size
 * @size: bytes, a multiple of the page size
 * @flags: %CMA_NOMAP if the memory is not in the linear mapping, %CMA_CBLOCK if
 *	cblock_alloc() may use the area, %CMA_PREFERRED if it asks this one first
 * @name: name of the area, NULL to have one made
 * @res_cma: receives the area
 *
 * Context: Early boot, until memblock has handed its memory over.
 * Return: 0; -ENOSPC if there are CONFIG_CMA_AREAS areas already; -EINVAL if a
 * value is not such a multiple, if the memory is not all there and reserved, or,
 * of a no-map area, if the kernel maps some of it.
 */
int __init cma_init_exclusive_mem(phys_addr_t base, phys_addr_t size,
				  unsigned int flags, const char *name,
				  struct cma **res_cma)
{
	struct cma *cma;

	if (!cma_area_slot_free())
		return -ENOSPC;
	if (!range_valid(base, size, name))
		return -EINVAL;
	if (!IS_ALIGNED(base | size, PAGE_SIZE) ||
	    flags & ~(CMA_NOMAP | CMA_CBLOCK | CMA_PREFERRED) ||
	    (flags & CMA_NOMAP && flags & CMA_CBLOCK)) {
		pr_err("%s: %pa bytes at %pa cannot be an exclusive area\n",
		       name ?: "area", &size, &base);
		return -EINVAL;
	}
	if (!exclusive_mem_valid(base, size, flags)) {
		pr_err("%s: %pa bytes at %pa are not all reserved %s memory\n",
		       name ?: "area", &size, &base,
		       flags & CMA_NOMAP ? "no-map" : "mapped");
		return -EINVAL;
	}
	if (overlaps_area(base, size, name))
		return -EINVAL;
	cma = cma_area_add_exclusive(PHYS_PFN(base), PHYS_PFN(size), name,
				     flags);
	if (!cma)
		return -ENOSPC;
	*res_cma = cma;
	return 0;
}

/**
 * cma_declare_exclusive() - reserve memory and make an exclusive area of it
 * @base: physical address: of the area with %CMA_FIXED, else the lowest
 *	permitted one; 0 for any
 * @size: bytes; rounded up to a multiple of the alignment
 * @limit: end of the permitted addresses, 0 for the end of memory
 * @alignment: alignment in bytes, a power of two, or 0; at least a page
 * @flags: %CMA_FIXED, %CMA_CBLOCK, %CMA_PREFERRED; no-map memory must be reserved before the
 *	kernel maps it, see cma_init_exclusive_mem()
 * @name: name of the area, NULL to have one made
 * @res_cma: receives the area
 * @nid: node the memory must be on, or %NUMA_NO_NODE
 *
 * The memory is in the linear mapping, so on machines with high memory it is
 * not taken from there.
 *
 * Context: Early boot, until memblock has handed its memory over.
 * Return: as cma_declare_contiguous_nid(). Nothing stays reserved on error.
 */
int __init cma_declare_exclusive(phys_addr_t base, phys_addr_t size,
				 phys_addr_t limit, phys_addr_t alignment,
				 unsigned int flags, const char *name,
				 struct cma **res_cma, int nid)
{
	struct span span = {
		.name = name ?: "an exclusive area",
		.base = base,
		.limit = min_not_zero(limit, lowmem_end()),
		.size = size,
		.align = max_t(phys_addr_t, alignment, PAGE_SIZE),
		.nid = IS_ENABLED(CONFIG_NUMA) ? nid : NUMA_NO_NODE,
	};
	phys_addr_t addr;
	int err;

	err = check_wish(&span, alignment);
	if (err)
		return err;
	err = -EINVAL;
	if (!(flags & ~(CMA_FIXED | CMA_CBLOCK | CMA_PREFERRED)))
		err = reserve_span(&span, flags & CMA_FIXED, &addr);
	if (err)
		goto failed;
	err = cma_init_exclusive_mem(addr, span.size, flags & ~CMA_FIXED, name,
				     res_cma);
	if (err) {
		memblock_phys_free(addr, span.size);
		goto failed;
	}
	pr_info("Reserved %lu MiB at %pa for exclusive area %s\n",
		(unsigned long)(span.size / SZ_1M), &addr,
		cma_get_name(*res_cma));
	return 0;

failed:
	pr_err("Failed to reserve %lu MiB for exclusive area %s: error %d\n",
	       (unsigned long)(size / SZ_1M), name ?: "without a name", err);
	return err;
}
