// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device tree of a simulated boot, and the core of reserved memory
 *
 * What the core does with nodes is what drivers/of/of_reserved_mem.c of 6.12 does,
 * as far as memory goes: it reserves the place of every node before it asks who
 * the node is for, and takes all of it back when nobody wants it.
 */
#include "early.h"
#include "../../../../../mm/cma/cma.h"

struct early_node early_nodes[EARLY_NODES];
int early_nr_nodes;
const void *initial_boot_params = early_nodes;
u64 initial_boot_params_pa;
int dt_root_addr_cells = 2, dt_root_size_cells = 2;

const void *early_property(int node, const char *name, int *len)
{
	int i;

	for (i = 0; i < early_nodes[node].nr; i++) {
		const struct early_prop *prop = &early_nodes[node].props[i];

		if (strcmp(prop->name, name))
			continue;
		if (len)
			*len = prop->len;
		return prop->bytes;
	}
	if (len)
		*len = -1;
	return NULL;
}

u64 dt_mem_next_cell(int cells, const __be32 **value)
{
	u64 number = 0;

	for (; cells > 0; cells--) {
		const u8 *byte = (const u8 *)(*value)++;

		number = number << 32 | (u64)byte[0] << 24 | byte[1] << 16 |
			 byte[2] << 8 | byte[3];
	}
	return number;
}

bool early_has(int node, const char *name)
{
	return early_property(node, name, NULL);
}

bool early_lends(int node)
{
	return of_flat_dt_is_compatible(node, "") && early_has(node, "reusable");
}

bool early_for_areas(int node)
{
	return of_flat_dt_is_compatible(node, "") &&
	       (early_has(node, "reusable") || early_has(node, "linux,cma-exclusive"));
}

#define ENTRY	16	/* bytes of an address and a size */

/* What belongs to nodes that no area is made of. */
struct spans early_firmware, early_firmware_nomap;

static void note_firmware(int node, u64 base, u64 size)
{
	u64 end = base + min(size, PHYS_ADDR_MAX - base);

	if (early_for_areas(node))
		return;
	spans_add(early_has(node, "no-map") ? &early_firmware_nomap : &early_firmware,
		  base, end);
}

static int take_place(u64 base, u64 size, bool nomap)
{
	u64 end = base + min(size, PHYS_ADDR_MAX - base);

	if (!nomap)
		return memblock_reserve(base, size);
	if ((spans_overlap(&early_mapped, base, end) ||
	     spans_overlap(&early_nomap, base, end)) &&
	    memblock_is_region_reserved(base, size))
		return -EBUSY;
	memblock_mark_nomap(base, size);
	return 0;
}

/* Return: whether the node says where it is. */
static bool take_reg(int node)
{
	int len;
	const __be32 *reg = early_property(node, "reg", &len);

	if (!reg)
		return false;
	if (len % ENTRY)
		return true;
	for (; len >= ENTRY; len -= ENTRY) {
		u64 base = dt_mem_next_cell(2, &reg);
		u64 size = dt_mem_next_cell(2, &reg);

		if (!size || take_place(base, size, early_has(node, "no-map")))
			continue;
		note_firmware(node, base, size);
		if (early_lends(node))
			dma_contiguous_early_fixup(base, size);
	}
	return true;
}

static void init_region(int node, u64 base, u64 size)
{
	struct reserved_mem rmem = {
		.name = early_nodes[node].name,
		.fdt_node = node,
		.base = base,
		.size = size,
	};

	if (!early_for_areas(node) || !early_rmem_cma(&rmem) ||
	    !early_rmem_cma_exclusive(&rmem))
		return;
	if (early_has(node, "no-map"))
		memblock_clear_nomap(base, size);
	else
		memblock_phys_free(base, size);
}

/* One number of a property, false if it is of another length. */
static bool number(int node, const char *name, u64 *value)
{
	int len;
	const __be32 *prop = early_property(node, name, &len);

	*value = 0;
	if (prop && len == 8)
		*value = dt_mem_next_cell(2, &prop);
	return !prop || len == 8;
}

static u64 find_place(int node, u64 size, u64 align)
{
	int len;
	const __be32 *ranges = early_property(node, "alloc-ranges", &len);
	u64 base = 0;

	if (!ranges)
		return memblock_alloc_range_nid(size, align, 0, 0, 0, false);
	if (len % ENTRY)
		return 0;
	for (; len > 0 && !base; len -= ENTRY) {
		u64 start = dt_mem_next_cell(2, &ranges);
		u64 bytes = dt_mem_next_cell(2, &ranges);

		base = memblock_alloc_range_nid(size, align, start,
						start + bytes, 0, false);
	}
	return base;
}

static void place_region(int node)
{
	u64 size, align, base;

	if (!number(node, "size", &size) || !number(node, "alignment", &align))
		return;
	/* With the hook that leaves alone what cannot be lent. */
	if (early_lends(node) && !early_has(node, "no-map") &&
	    IS_ALIGNED(size, CMA_MIN_ALIGNMENT_BYTES))
		align = max(align, (u64)CMA_MIN_ALIGNMENT_BYTES);
	base = find_place(node, size, align ?: 64);
	if (!base)
		return;
	if (early_has(node, "no-map"))
		memblock_mark_nomap(base, size);
	note_firmware(node, base, size);
	if (early_lends(node))
		dma_contiguous_early_fixup(base, size);
	if (!early_for_areas(node) && size)
		spans_add(&early_firmware, base, base + size);
	init_region(node, base, size);
}

/* The first pass: places, then those who have none. */
void early_scan_reserved(void)
{
	bool placed[EARLY_NODES];
	int node;

	for (node = 0; node < early_nr_nodes; node++)
		placed[node] = !cma_node_available(node) || take_reg(node);
	for (node = 0; node < early_nr_nodes; node++) {
		if (!placed[node] && early_has(node, "size"))
			place_region(node);
	}
}

/* The second one: what becomes of those that had a place. */
void early_init_regions(void)
{
	int node, len;

	for (node = 0; node < early_nr_nodes; node++) {
		const __be32 *reg = early_property(node, "reg", &len);
		u64 base, size;

		if (!reg || len < ENTRY || len % ENTRY ||
		    !cma_node_available(node))
			continue;
		base = dt_mem_next_cell(2, &reg);
		size = dt_mem_next_cell(2, &reg);
		if (size)
			init_region(node, base, size);
	}
}
