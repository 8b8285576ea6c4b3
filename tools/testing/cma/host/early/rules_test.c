// SPDX-License-Identifier: GPL-2.0-only
/*
 * Machines of which each shows one rule
 *
 * Random machines show that nothing is lost; they do not say what must come of a
 * machine. These do, one line of result each.
 */
#include "../tap.h"
#include "early.h"
#include "../../../../../mm/cma/cma.h"

#define BLOCK	CMA_MIN_ALIGNMENT_BYTES
#define WHERE	0x41000000ULL
#define END	0x44000000ULL

#define MACHINE	"ram 40000000 4000000\nkernel 40200000 100000\n"
#define NODE(at) "node display reusable linux,cma-default reg=" at ",0,400000\n"
#define DISPLAY	NODE("0,42000000")

static unsigned int nr_areas(void)
{
	struct cma *cma;
	unsigned int nr = 0;

	for_each_cma(cma)
		nr++;
	return nr;
}

/* Boot: there must be one area, the default one, of this name. */
static const char *one_default(const char *machine, const char *name)
{
	const char *why = early_boot(machine);

	if (why)
		return why;
	if (nr_areas() != 1)
		return tap_why("%u areas", nr_areas());
	if (!dma_contiguous_default_area)
		return "no default area";
	if (strcmp(cma_get_name(dma_contiguous_default_area), name))
		return tap_why("the default area is %s",
			       cma_get_name(dma_contiguous_default_area));
	return NULL;
}

/*
 * On arm and riscv the size of the configuration is looked at long before the
 * nodes that have a place.
 */
static void default_areas(void)
{
	tap_result(one_default(MACHINE "config 4 0 mbytes\n", "reserved"),
		   "early: the configuration makes a default area");
	tap_result(one_default(MACHINE "config 4 0 mbytes\n" DISPLAY, "display"),
		   "early: a default area of the tree is the only one");
	tap_result(one_default(MACHINE "arm\nconfig 4 0 mbytes\n" DISPLAY,
			       "display"),
		   "early: a default area of the tree is the only one on arm");
}

/* An area of reserved memory that must not become one. */
static const char *refused(u64 base, u64 size, unsigned int order_per_bit)
{
	unsigned int nr = nr_areas();
	struct cma *cma = NULL;

	if (cma_init_reserved_mem(base, size, order_per_bit, "area", &cma) !=
	    -EINVAL || cma)
		return "it is an area";
	return nr == nr_areas() ? NULL : "the table has it";
}

static const char *accepted(u64 base, u64 size, unsigned int order_per_bit)
{
	struct cma *cma = NULL;

	return cma_init_reserved_mem(base, size, order_per_bit, "area", &cma) ||
	       !cma ? "it is no area" : NULL;
}

/* In units of four blocks. */
static void reserved_memory(void)
{
	const unsigned int order = pageblock_order + 2;
	const char *why = early_boot(MACHINE);

	memblock_reserve(WHERE, 8 * BLOCK);
	tap_result(why ?: refused(WHERE, 6 * BLOCK, order),
		   "early: whole blocks that are no whole units are no area");
	tap_result(accepted(WHERE, 8 * BLOCK, order),
		   "early: whole units are an area");
	memblock_reserve(WHERE + 16 * BLOCK, 4 * BLOCK);
	tap_result(refused(WHERE + 16 * BLOCK, 8 * BLOCK, 0),
		   "early: memory that is reserved in part is no area");
	memblock_reserve(END - 4 * BLOCK, 8 * BLOCK);
	tap_result(refused(END - 4 * BLOCK, 8 * BLOCK, 0),
		   "early: what is memory in part is no area");
}

/* How often is the default area asked, with all effort? */
static unsigned int asked(gfp_t zone)
{
	struct device dev = { .cma_area = NULL };
	unsigned int before = early_asked;

	dma_alloc_contiguous(&dev, 8 * PAGE_SIZE, GFP_KERNEL | zone);
	return early_asked - before;
}

/* The area of a device that reaches so much of the memory. */
static const char *asked_for_zones(const char *machine, unsigned int dma,
				   unsigned int dma32)
{
	const char *why = early_boot(machine);

	if (why || !dma_contiguous_default_area)
		return why ?: "no default area";
	if (asked(0) != 1)
		return "not asked for memory anywhere";
	if (asked(GFP_DMA) != dma)
		return "for the zone DMA";
	return asked(GFP_DMA32) == dma32 ? NULL : "for the zone DMA32";
}

static void narrow_devices(void)
{
	zone_dma_limit = 0x7fffffff;
	tap_result(asked_for_zones(MACHINE DISPLAY, 1, 1),
		   "early: an area that the device reaches is asked");
	tap_result(asked_for_zones("ram 80000000 4000000\n" NODE("0,82000000"),
				   0, 1),
		   "early: an area above the zone DMA is not asked for it");
	tap_result(asked_for_zones("ram 100000000 4000000\n" NODE("1,2000000"),
				   0, 0),
		   "early: an area above 4 GiB is not asked for the zone DMA32");
	zone_dma_limit = 0;
}

void early_rules(void)
{
	default_areas();
	reserved_memory();
	narrow_devices();
}
