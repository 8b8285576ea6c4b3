// SPDX-License-Identifier: GPL-2.0-only
/*
 * Early boot: who has this memory?
 *
 * memblock knows that memory is reserved, but not for whom, and it merges what
 * lies side by side. A person who has to find another place for an area needs a
 * name; and of a device tree node that cannot be used only those frames may go
 * back to the system that nobody else has.
 *
 * Known are the kernel's image, the initrd, the device tree, areas, nodes with
 * a fixed place and the reservations in the device tree's head. Whatever else
 * is in use was allocated when all of these were reserved, so it overlaps none
 * of them.
 */
#define pr_fmt(fmt) "cma: " fmt

#include <linux/init.h>
#include <linux/initrd.h>
#include <linux/libfdt.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/of_fdt.h>
#include <linux/pgtable.h>

#include <asm/sections.h>

#include "../internal.h"
#include "cma.h"
#include "compat.h"

/**
 * struct search - a look for occupants
 * @base: begin of the range
 * @end: end of the range
 * @who: the lowest one so far
 * @found: whether there is one
 * @self: offset of the node that asks
 * @taking: it wants to become an area; else it wants to give memory back
 */
struct search {
	phys_addr_t base;
	phys_addr_t end;
	struct cma_occupant *who;
	bool found;
	int self;
	bool taking;
};

static void __init consider(struct search *s, const char *kind,
			    const char *name, phys_addr_t base, phys_addr_t end)
{
	if (base >= s->end || end <= s->base || base >= end)
		return;
	if (s->found && base >= s->who->base)
		return;
	s->found = true;
	*s->who = (struct cma_occupant) {
		.kind = kind,
		.name = name,
		.base = base,
		.end = end,
	};
}

/* As memblock takes a size that reaches beyond all addresses. */
static phys_addr_t __init end_of(phys_addr_t base, phys_addr_t size)
{
	return base + min(size, PHYS_ADDR_MAX - base);
}

/* On some architectures the first page table lies below the kernel's text. */
static phys_addr_t __init image_start(void)
{
	return min_t(phys_addr_t, __pa_symbol(_text),
		     __pa_symbol(swapper_pg_dir));
}

/**
 * cma_overlaps_kernel() - does the kernel's image lie in this range?
 * @base: physical address
 * @end: address behind the range
 *
 * Context: Early boot.
 * Return: whether some of it does.
 */
bool __init cma_overlaps_kernel(phys_addr_t base, phys_addr_t end)
{
	return base < __pa_symbol(_end) && end > image_start();
}

static void __init consider_image(struct search *s)
{
	consider(s, "the kernel", "", image_start(), __pa_symbol(_end));
	if (IS_ENABLED(CONFIG_BLK_DEV_INITRD) && initrd_start)
		consider(s, "the initrd", "", __pa(initrd_start),
			 __pa(initrd_end));
}

static void __init consider_areas(struct search *s)
{
	struct cma *cma;

	for_each_cma(cma)
		consider(s, "area ", cma->name, cma_get_base(cma),
			 cma_get_base(cma) + cma_get_size(cma));
}

#ifdef CONFIG_OF_RESERVED_MEM

static bool __init flag(int node, const char *name)
{
	return fdt_getprop(initial_boot_params, node, name, NULL);
}

/**
 * cma_node_available() - does a device tree node count?
 * @node: its offset
 *
 * Context: Early boot.
 * Return: whether its status, if it has one, says so.
 */
bool __init cma_node_available(int node)
{
	const char *status = fdt_getprop(initial_boot_params, node, "status",
					 NULL);

	return !status || !strcmp(status, "okay") || !strcmp(status, "ok");
}

/**
 * cma_node_is_pool() - does a device tree node ask for an area?
 * @node: its offset
 *
 * Context: Early boot.
 * Return: whether it does, of either class, and does not contradict itself.
 */
bool __init cma_node_is_pool(int node)
{
	return (flag(node, "reusable") || flag(node, "linux,cma-exclusive")) &&
	       !flag(node, "no-map") && cma_node_available(node) &&
	       of_flat_dt_is_compatible(node, "shared-dma-pool");
}

/*
 * Nodes that may become areas: those before @self have had their turn. Either
 * they are areas now or their memory is free. Those after it hold their memory
 * in reserve, but have no right to it if an earlier one takes it.
 */
static bool __init counts(struct search *s, int node)
{
	return !cma_node_is_pool(node) || (node > s->self && !s->taking);
}

/* A no-map node whose memory is mapped did not get it, or it was given back. */
static bool __init has_nothing(int node, phys_addr_t base, phys_addr_t end)
{
	phys_addr_t start, stop;
	u64 i;

	if (!flag(node, "no-map"))
		return false;
	for_each_mem_range(i, &start, &stop) {
		if (start < end && stop > base)
			return true;
	}
	return false;
}

static void __init consider_node(struct search *s, int node)
{
	int len, entry = (dt_root_addr_cells + dt_root_size_cells) * 4;
	const __be32 *reg = fdt_getprop(initial_boot_params, node, "reg", &len);
	const char *name = fdt_get_name(initial_boot_params, node, NULL);

	if (!reg || len % entry)
		return;		/* nothing has been reserved for it */
	for (; len >= entry; len -= entry) {
		phys_addr_t base = dt_mem_next_cell(dt_root_addr_cells, &reg);
		phys_addr_t size = dt_mem_next_cell(dt_root_size_cells, &reg);
		phys_addr_t end = end_of(base, size);

		if (!has_nothing(node, base, end))
			consider(s, "node ", name, base, end);
	}
}

static void __init consider_tree(struct search *s)
{
	const void *fdt = initial_boot_params;
	u64 base, size;
	int parent, node, i;

	if (!fdt)
		return;
	consider(s, "the device tree", "", cma_fdt_phys(),
		 cma_fdt_phys() + fdt_totalsize(fdt));
	for (i = 0; !fdt_get_mem_rsv(fdt, i, &base, &size) && size; i++)
		consider(s, "a memory reservation of the device tree", "",
			 base, base + size);

	parent = fdt_path_offset(fdt, "/reserved-memory");
	if (parent < 0 || s->self == CMA_ANY_NODE)
		return;
	fdt_for_each_subnode(node, fdt, parent) {
		if (node != s->self && cma_node_available(node) && counts(s, node))
			consider_node(s, node);
	}
}

#else

static inline void consider_tree(struct search *s) { }

#endif

static bool __init find(struct search *s)
{
	s->found = false;
	consider_image(s);
	consider_areas(s);
	consider_tree(s);
	return s->found;
}

/**
 * cma_find_occupant() - find out who has memory of a range
 * @base: physical address
 * @size: bytes
 * @self: offset of the device tree node that wants it, %CMA_NO_NODE if that is
 *	none, %CMA_ANY_NODE if nodes do not count
 * @who: receives the one with the lowest address
 *
 * Context: Early boot, until memblock has handed its memory over.
 * Return: whether there is one that is known by name.
 */
bool __init cma_find_occupant(phys_addr_t base, phys_addr_t size, int self,
			      struct cma_occupant *who)
{
	struct search s = {
		.base = base,
		.end = end_of(base, size),
		.who = who,
		.self = self,
		.taking = self != CMA_NO_NODE,
	};

	return find(&s);
}

/**
 * cma_free_rest() - give back what nobody else has of a range
 * @base: physical address
 * @size: bytes; all of it is reserved
 * @self: offset of the device tree node whose range it is
 *
 * Context: Early boot, until memblock has handed its memory over.
 * Return: false if nobody else has any of it; nothing has been given back then.
 */
bool __init cma_free_rest(phys_addr_t base, phys_addr_t size, int self)
{
	struct cma_occupant who;
	struct search s = {
		.base = base,
		.end = end_of(base, size),
		.who = &who,
		.self = self,
	};

	if (!find(&s))
		return false;
	do {
		if (who.base > s.base)
			memblock_phys_free(s.base, who.base - s.base);
		s.base = who.end;
	} while (s.base < s.end && find(&s));
	if (s.base < s.end)
		memblock_phys_free(s.base, s.end - s.base);
	return true;
}
