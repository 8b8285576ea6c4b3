// SPDX-License-Identifier: GPL-2.0-only
/*
 * DMA memory from the device tree's "reusable" regions
 *
 * A reserved-memory node "shared-dma-pool" that is "reusable" becomes an area,
 * and a device that names it by memory-region is served from that area. A node
 * that cannot be an area is told in one line, its memory goes back to the
 * system, and its devices are served from the default area. If only the size of
 * this kernel's blocks stands in the way, the node becomes an exclusive area.
 *
 * The core of reserved memory (drivers/of/of_reserved_mem.c) reserves what each
 * node says without a look at who has it already, and frees all of it when the
 * node is refused. So whose memory it is must be found out here.
 */
#define pr_fmt(fmt) "Reserved memory: " fmt

#include <linux/acpi.h>
#include <linux/cma.h>
#include <linux/device.h>
#include <linux/dma-map-ops.h>
#include <linux/libfdt.h>
#include <linux/log2.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/of.h>
#include <linux/of_fdt.h>
#include <linux/of_reserved_mem.h>
#include <linux/sizes.h>

#include "../../mm/cma/cma.h"
#include "../../mm/cma/param.h"
#include "dma-regions.h"

static bool default_met __initdata;	/* a linux,cma-default node was tried */
static int taken_over __initdata = -1;	/* node whose memory was freed early */

static bool __init flag(unsigned long node, const char *name)
{
	return of_get_flat_dt_prop(node, name, NULL);
}

/* The parent of all such nodes; -1 if there is none. */
static int __init regions_node(void)
{
	if (!initial_boot_params || !acpi_disabled)
		return -1;
	return fdt_path_offset(initial_boot_params, "/reserved-memory");
}

static bool __init addressable(u64 base, u64 size)
{
	return size && base <= PHYS_ADDR_MAX && size <= PHYS_ADDR_MAX - base;
}

/* Free what nobody else has of memory that is the node's. */
static void __init give_back(unsigned long node, phys_addr_t base,
			     phys_addr_t size)
{
	if (!cma_free_rest(base, size, node))
		memblock_phys_free(base, size);
}

/*
 * Entry @nr of a property of addresses and sizes, with all its bits: those that
 * a physical address has no room for have been cut off elsewhere.
 */
static bool __init entry_of(unsigned long node, const char *prop, int nr,
			    u64 *base, u64 *size)
{
	int len, cells = dt_root_addr_cells + dt_root_size_cells;
	const __be32 *value = of_get_flat_dt_prop(node, prop, &len);

	if (!value || len % (cells * 4) || len < (nr + 1) * cells * 4)
		return false;
	value += nr * cells;
	*base = dt_mem_next_cell(dt_root_addr_cells, &value);
	*size = dt_mem_next_cell(dt_root_size_cells, &value);
	return true;
}

/* A property of one number, 0 if there is none. */
static u64 __init number_of(unsigned long node, const char *prop, int cells)
{
	int len;
	const __be32 *value = of_get_flat_dt_prop(node, prop, &len);

	return value && len == cells * 4 ? dt_mem_next_cell(cells, &value) : 0;
}

static u64 __init size_of(unsigned long node)
{
	return number_of(node, "size", dt_root_size_cells);
}

/* Is what the node says something that this kernel can address? */
static bool __init values_valid(unsigned long node, const char *name)
{
	u64 base = 0, size;

	if (!entry_of(node, "reg", 0, &base, &size))
		size = size_of(node);
	if (addressable(base, size))
		return true;
	pr_err("node %s: %llu KiB at %#llx are %s\n", name, size / SZ_1K, base,
	       size ? "beyond what this kernel can address" : "nothing");
	return false;
}

/*
 * Is the region where its node permits? The core of reserved memory, which looks
 * for a place, takes a range that is empty and begins at 0 for all memory, and
 * cuts off of a range what an address has no room for. What it finds then must not
 * become the area of a device that cannot reach it.
 */
static bool __init place_permitted(const struct reserved_mem *rmem)
{
	unsigned long node = rmem->fdt_node;
	u64 start, bytes;
	int i;

	if (flag(node, "reg") || !flag(node, "alloc-ranges"))
		return true;
	for (i = 0; entry_of(node, "alloc-ranges", i, &start, &bytes); i++) {
		if (rmem->base >= start && bytes >= rmem->size &&
		    rmem->base - start <= bytes - rmem->size)
			return true;
	}
	pr_err("node %s: %pa bytes at %pa are in none of its alloc-ranges\n",
	       rmem->name, &rmem->size, &rmem->base);
	return false;
}

/**
 * dma_regions_valid() - has a region a place that is its own?
 * @rmem: the region
 *
 * Context: Early boot.
 * Return: whether its node says what this kernel can address, where it is its
 * node permits, and nobody else has any of it; if not, that has been said.
 */
bool __init dma_regions_valid(const struct reserved_mem *rmem)
{
	struct cma_occupant who;

	if (!values_valid(rmem->fdt_node, rmem->name) || !place_permitted(rmem))
		return false;
	if (!cma_find_occupant(rmem->base, rmem->size, rmem->fdt_node, &who))
		return true;
	pr_err("node %s: %pa bytes at %pa overlap %s%s (%pa-%pa)\n", rmem->name,
	       &rmem->size, &rmem->base, who.kind, who.name, &who.base,
	       &who.end);
	return false;
}

/* Can the place be lent? */
static bool __init place_lendable(const struct reserved_mem *rmem)
{
	if (!memblock_is_region_memory(rmem->base, rmem->size) ||
	    !memblock_is_map_memory(rmem->base)) {
		pr_err("node %s: %pa bytes at %pa are not all memory\n",
		       rmem->name, &rmem->size, &rmem->base);
		return false;
	}
	if (dma_contiguous_unnoted(rmem->base, rmem->size)) {
		pr_err("node %s cannot be remapped; if there are many nodes, raise CONFIG_CMA_AREAS\n",
		       rmem->name);
		return false;
	}
	return true;
}

/**
 * dma_regions_contradicts() - is this the memory of a node that is both "no-map"
 *	and "reusable"?
 * @base: physical address
 * @size: bytes
 *
 * Context: Early boot.
 * Return: true if it is, and nobody else has any of it.
 */
bool __init dma_regions_contradicts(phys_addr_t base, phys_addr_t size)
{
	int parent = regions_node(), node, i;
	struct cma_occupant who;
	u64 start, bytes;

	if (parent < 0)
		return false;
	fdt_for_each_subnode(node, initial_boot_params, parent) {
		if (!flag(node, "no-map") || !flag(node, "reusable") ||
		    !of_flat_dt_is_compatible(node, "shared-dma-pool") ||
		    !cma_node_available(node) ||
		    cma_find_occupant(base, size, node, &who))
			continue;
		if (!flag(node, "reg") && size_of(node) == size)
			return true;
		for (i = 0; entry_of(node, "reg", i, &start, &bytes); i++) {
			if (start == base && bytes == size)
				return true;
		}
	}
	return false;
}

/* The first node that asks for the default area and does not contradict itself. */
static int __init default_node(void)
{
	int parent = regions_node(), node;

	if (parent < 0)
		return -1;
	fdt_for_each_subnode(node, initial_boot_params, parent) {
		if (flag(node, "linux,cma-default") &&
		    !flag(node, "linux,cma-exclusive") && cma_node_is_pool(node))
			return node;
	}
	return -1;
}

/**
 * dma_regions_default_ahead() - is there a node for the default area that has
 *	not been tried yet?
 *
 * Some architectures set up nodes with a fixed place long after they have called
 * dma_contiguous_reserve(); a second default area would be wasted.
 *
 * Context: Early boot.
 * Return: whether such a node will become the default area.
 */
bool __init dma_regions_default_ahead(void)
{
	int node = default_node();
	struct cma_occupant who;
	u64 base, size;

	if (default_met || node < 0 || !entry_of(node, "reg", 0, &base, &size))
		return false;
	return addressable(base, size) &&
	       IS_ALIGNED(base | size, PAGE_SIZE) &&
	       memblock_is_region_memory(base, size) &&
	       memblock_is_region_reserved(base, size) &&
	       !cma_find_occupant(base, size, node, &who);
}

/* The permitted range of the node that has room, in its order. */
static bool __init find_range(unsigned long node, phys_addr_t size,
			      phys_addr_t align, struct cma_param *param)
{
	u64 base, bytes;
	int i;

	if (!flag(node, "alloc-ranges"))
		return cma_fits(0, size, PHYS_ADDR_MAX, align);
	for (i = 0; entry_of(node, "alloc-ranges", i, &base, &bytes); i++) {
		if (base > PHYS_ADDR_MAX)
			continue;
		/* A range up to 4 GiB ends beyond what 32 bits hold. */
		bytes = min_t(u64, bytes, PHYS_ADDR_MAX - base);
		if (!cma_fits(base, size, base + bytes, align))
			continue;
		param->base = base;
		param->limit = base + bytes;
		return true;
	}
	return false;
}

/* The node says where, and how aligned: the command line only how much. */
static int __init reserve_in_ranges(unsigned long node, const char *name,
				    phys_addr_t size, struct cma **res_cma)
{
	struct cma_param param = { .size = size };
	phys_addr_t align = number_of(node, "alignment", dt_root_addr_cells);
	phys_addr_t own = size_of(node);

	if (!is_power_of_2(align))
		align = 0;
	if (!find_range(node, size, align, &param)) {
		pr_err("cma= asks for %pa bytes, which do not fit where node %s permits; its own %pa are tried\n",
		       &size, name, &own);
		param.size = own;
		if (!own || !find_range(node, own, align, &param))
			return -ENOMEM;
	} else {
		pr_info("cma= says the size of the default area, node %s where it may be\n",
			name);
	}
	return dma_contiguous_reserve_named("reserved", &param, align, res_cma);
}

/* Its memory is free already if the node has been refused, else it is now. */
static int __init reserve_at_reg(unsigned long node, const char *name,
				 phys_addr_t base, phys_addr_t own,
				 phys_addr_t size, struct cma **res_cma)
{
	struct cma_param param = {
		.size = ALIGN(size, CMA_MIN_ALIGNMENT_BYTES),
		.base = base,
		.fixed = true,
	};

	if (!default_met) {
		taken_over = node;
		give_back(node, base, own);
	}
	if (!IS_ALIGNED(base, CMA_MIN_ALIGNMENT_BYTES) ||
	    !memblock_is_region_memory(base, param.size) ||
	    memblock_is_region_reserved(base, param.size)) {
		pr_notice("cma= asks for %pa bytes, for which there is no room at the place of node %s; it is put elsewhere\n",
			  &size, name);
		return -ENOENT;
	}
	param.size = size;
	param.limit = 0;
	pr_info("cma= says the size of the default area, node %s where it is\n",
		name);
	return dma_contiguous_reserve_named("reserved", &param, 0, res_cma);
}

/**
 * dma_regions_reserve_default() - reserve a default area of another size than
 *	the device tree says
 * @size: bytes
 * @res_cma: receives the area
 *
 * The node's limits, which belong to the board, stay in force.
 *
 * Context: Early boot, once.
 * Return: 0; -ENOENT if the device tree has nothing to say; else what
 * cma_declare_contiguous_nid() returns.
 */
int __init dma_regions_reserve_default(phys_addr_t size, struct cma **res_cma)
{
	int node = default_node();
	const char *name;
	u64 base, own;

	if (node < 0)
		return -ENOENT;
	name = fdt_get_name(initial_boot_params, node, NULL);
	if (!flag(node, "reg"))
		return reserve_in_ranges(node, name, size, res_cma);
	if (!entry_of(node, "reg", 0, &base, &own) || !addressable(base, own) ||
	    !memblock_is_region_memory(base, own))
		return -ENOENT;
	return reserve_at_reg(node, name, base, own, size, res_cma);
}

static int rmem_device_init(struct reserved_mem *rmem, struct device *dev)
{
	struct cma *cma = rmem->priv;

	if (!cma || !cma_get_size(cma)) {
		dev_warn(dev, "CMA area %s is not active, using the default area\n",
			 rmem->name);
		return 0;
	}
	dev->cma_area = cma;
	return 0;
}

/* The node gave its place, or its right, to the area that cma= asks for. */
static int rmem_device_init_default(struct reserved_mem *rmem,
				    struct device *dev)
{
	dev->cma_area = dma_contiguous_default_area;
	return 0;
}

/**
 * dma_regions_device_release() - take a device's area away
 * @rmem: the region it came from
 * @dev: the device
 *
 * Context: Process context.
 */
void dma_regions_device_release(struct reserved_mem *rmem, struct device *dev)
{
	dev->cma_area = NULL;
}

static const struct reserved_mem_ops rmem_ops = {
	.device_init = rmem_device_init,
	.device_release = dma_regions_device_release,
};

static const struct reserved_mem_ops rmem_default_ops = {
	.device_init = rmem_device_init_default,
	.device_release = dma_regions_device_release,
};

/**
 * dma_regions_refuse() - give the memory of a region back
 * @rmem: the region
 * @err: why
 *
 * On an error the core of reserved memory frees, or maps, all of it, also what
 * others have: it must see none if there are any. What was "no-map" is free
 * already, or it has to stay as it is: the kernel has no mapping of it.
 *
 * Context: Early boot.
 * Return: what the core is to be told, @err or 0.
 */
int __init dma_regions_refuse(const struct reserved_mem *rmem, int err)
{
	phys_addr_t base = rmem->base, size = rmem->size;

	if (!size)
		return err;
	if (flag(rmem->fdt_node, "no-map"))
		return memblock_is_region_memory(base, size) &&
		       memblock_is_map_memory(base) ? err : 0;
	return cma_free_rest(base, size, rmem->fdt_node) ? 0 : err;
}

/* cma= has a say about the default area: the node makes room for it. */
static int __init make_room(struct reserved_mem *rmem, bool sized)
{
	rmem->ops = &rmem_default_ops;
	if (!sized)
		pr_info("bypass %s node, using cmdline CMA params instead\n",
			rmem->name);
	if ((int)rmem->fdt_node == taken_over)
		return 0;
	return dma_regions_refuse(rmem, -EBUSY);
}

/* What is not made of whole blocks cannot be lent, but can lie idle. */
static int __init make_area(struct reserved_mem *rmem, struct cma **cma)
{
	phys_addr_t size = rmem->size, base = rmem->base;

	if (IS_ALIGNED(base | size, CMA_MIN_ALIGNMENT_BYTES))
		return cma_init_reserved_mem(base, size, 0, rmem->name, cma);
	if (!IS_ALIGNED(base | size, PAGE_SIZE)) {
		pr_err("incorrect alignment of CMA region: node %s, %pa bytes at %pa, must be multiples of %lu KiB\n",
		       rmem->name, &size, &base,
		       CMA_MIN_ALIGNMENT_BYTES / SZ_1K);
		return -EINVAL;
	}
	pr_notice("node %s: %pa bytes at %pa are no multiples of %lu KiB, the block size: an exclusive area, idle memory is not lent\n",
		  rmem->name, &size, &base, CMA_MIN_ALIGNMENT_BYTES / SZ_1K);
	return cma_init_exclusive_mem(base, size, 0, rmem->name, cma);
}

/**
 * dma_regions_free_others() - free all that a node has but its first entry
 * @node: the node
 * @name: what it is called
 *
 * An area is one span: what else the node has reserved is of no use. What is
 * "no-map" stays as it is: the kernel has no mapping of it.
 *
 * Context: Early boot.
 */
void __init dma_regions_free_others(unsigned long node, const char *name)
{
	u64 base, size;
	int i;

	if (flag(node, "no-map"))
		return;
	for (i = 1; entry_of(node, "reg", i, &base, &size); i++) {
		phys_addr_t start = base, bytes = size;

		pr_notice("node %s: only the first entry of reg is an area, %pa bytes at %pa go back to the system\n",
			  name, &bytes, &start);
		if (bytes)
			give_back(node, start, bytes);
	}
}

/**
 * dma_regions_free_unseen() - free what nodes have that nobody is asked about
 *
 * The core of reserved memory passes over a node whose first entry is empty, but
 * has reserved the others.
 *
 * Context: Early boot, once.
 */
void __init dma_regions_free_unseen(void)
{
	int parent = regions_node(), node;
	u64 base, size;

	if (parent < 0)
		return;
	fdt_for_each_subnode(node, initial_boot_params, parent) {
		if (cma_node_is_pool(node) &&
		    entry_of(node, "reg", 0, &base, &size) && !size)
			dma_regions_free_others(node,
						fdt_get_name(initial_boot_params,
							     node, NULL));
	}
}

static int __init check_and_make(struct reserved_mem *rmem, struct cma **cma)
{
	int err;

	if (flag(rmem->fdt_node, "no-map")) {
		pr_err("node %s cannot be both reusable and no-map\n",
		       rmem->name);
		return -EINVAL;
	}
	if (!dma_regions_valid(rmem) || !place_lendable(rmem))
		return -EINVAL;
	err = make_area(rmem, cma);
	if (err)
		pr_err("unable to setup CMA region of node %s: error %d\n",
		       rmem->name, err);
	return err;
}

static int __init rmem_setup(struct reserved_mem *rmem)
{
	bool sized, is_default = flag(rmem->fdt_node, "linux,cma-default");
	struct cma *cma;
	int err;

	if (!flag(rmem->fdt_node, "reusable") ||
	    flag(rmem->fdt_node, "linux,cma-exclusive"))
		return -EINVAL;
	rmem->ops = &rmem_ops;
	default_met |= is_default;
	if (is_default && dma_contiguous_overrules(&sized) &&
	    !flag(rmem->fdt_node, "no-map")) {
		dma_regions_free_others(rmem->fdt_node, rmem->name);
		return make_room(rmem, sized);
	}

	err = check_and_make(rmem, &cma);
	dma_regions_free_others(rmem->fdt_node, rmem->name);
	if (err)
		return dma_regions_refuse(rmem, err);

	if (is_default && dma_contiguous_default_area)
		pr_warn("node %s is not the default area, %s is already\n",
			rmem->name, cma_get_name(dma_contiguous_default_area));
	else if (is_default)
		dma_contiguous_default_area = cma;
	rmem->priv = cma;
	pr_info("created CMA memory pool at %pa, size %ld MiB\n", &rmem->base,
		(unsigned long)rmem->size / SZ_1M);
	return 0;
}

RESERVEDMEM_OF_DECLARE(cma, "shared-dma-pool", rmem_setup);
