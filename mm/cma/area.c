// SPDX-License-Identifier: GPL-2.0-only
/*
 * The areas: table, lookup, activation
 *
 * An area is known by the address of its struct cma and found through one list.
 * Areas that boot code reserves come out of a static pool, because at that time
 * there is no allocator to ask; nothing else depends on the pool.
 *
 * The list only grows while the kernel boots on one CPU, and is constant
 * afterwards: readers take no lock.
 */
#define pr_fmt(fmt) "cma: " fmt

#include <linux/export.h>
#include <linux/mm.h>
#include <linux/page-isolation.h>
#include <linux/slab.h>

#include "../internal.h"
#include "cma.h"

LIST_HEAD(cma_areas);

/* What boot code reserves. */
static struct cma boot_areas[MAX_CMA_AREAS];
static unsigned int nr_boot_areas;

static struct cma *find_name(const char *name)
{
	struct cma *cma;

	for_each_cma(cma) {
		if (!strcmp(cma->name, name))
			return cma;
	}
	return NULL;
}

/*
 * Files are named after areas, so no two areas may share a name. A name that is
 * given twice gets a number.
 */
static void set_name(struct cma *cma, const char *name)
{
	char unique[CMA_MAX_NAME];
	unsigned int i;

	if (name)
		strscpy(unique, name);
	else
		snprintf(unique, sizeof(unique), "cma%u", nr_boot_areas);

	for (i = 2; find_name(unique); i++)
		snprintf(unique, sizeof(unique), "%.*s-%u", CMA_MAX_NAME - 12,
			 name ? name : "cma", i);
	strscpy(cma->name, unique);
}

/**
 * cma_area_slot_free() - may boot code reserve another area?
 *
 * Return: false, with a line that names the option to raise, if it may not.
 */
bool __init cma_area_slot_free(void)
{
	if (nr_boot_areas < ARRAY_SIZE(boot_areas))
		return true;
	pr_err("Not enough slots for CMA reserved regions! All %zu are in use, raise CONFIG_CMA_AREAS\n",
	       ARRAY_SIZE(boot_areas));
	return false;
}

/**
 * cma_area_add() - add a reserved area, to be activated later
 * @base_pfn: first frame
 * @count: frames
 * @order_per_bit: frames of a unit, as an order
 * @name: its name, or NULL to have one made; may be changed to be unique
 *
 * Return: the area, or NULL if cma_area_slot_free() is false.
 */
struct cma __init *cma_area_add(unsigned long base_pfn, unsigned long count,
				unsigned int order_per_bit, const char *name)
{
	struct cma *cma;

	if (!cma_area_slot_free())
		return NULL;
	cma = &boot_areas[nr_boot_areas];
	set_name(cma, name);
	nr_boot_areas++;

	cma->base_pfn = base_pfn;
	cma->count = count;
	cma->order_per_bit = order_per_bit;
	spin_lock_init(&cma->lock);
	init_waitqueue_head(&cma->released);
	list_add_tail(&cma->node, &cma_areas);
	totalcma_pages += count;
	return cma;
}

/* Blocks can be lent only if all frames are memory of one zone. */
static int __init check_zone(struct cma *cma)
{
	unsigned long pfn, end = cma->base_pfn + cma->count;

	for (pfn = cma->base_pfn; pfn < end; pfn++) {
		if (!pfn_valid(pfn)) {
			pr_err("area %s has no memory at pfn %#lx\n",
			       cma->name, pfn);
			return -EINVAL;
		}
		if (pfn == cma->base_pfn)
			cma->zone = page_zone(pfn_to_page(pfn));
		if (page_zone(pfn_to_page(pfn)) != cma->zone) {
			pr_err("area %s spans zones %s and %s at pfn %#lx\n",
			       cma->name, cma->zone->name,
			       page_zone(pfn_to_page(pfn))->name, pfn);
			return -EINVAL;
		}
	}
	return 0;
}

static void __init lend_blocks(struct cma *cma)
{
	unsigned long pfn, end = cma->base_pfn + cma->count;

	for (pfn = cma->base_pfn; pfn < end; pfn += pageblock_nr_pages)
		init_cma_reserved_pageblock(pfn_to_page(pfn));
}

/* The area is of no use: its memory goes to the system, its users fall back. */
static void __init give_up(struct cma *cma)
{
	unsigned long pfn, end = cma->base_pfn + cma->count;
	unsigned long given = 0;

	for (pfn = cma->base_pfn; pfn < end; pfn++) {
		if (cma->reserve_pages_on_error || !pfn_valid(pfn))
			continue;
		free_reserved_page(pfn_to_page(pfn));
		given++;
	}
	totalcma_pages -= cma->count;
	cma->count = 0;
	pr_err("CMA area %s could not be activated, %lu KiB go back to the system\n",
	       cma->name, given << (PAGE_SHIFT - 10));
}

/**
 * cma_area_activate() - lend an area's memory and let it serve
 * @cma: a reserved area
 *
 * Context: Process context, while the kernel boots.
 * Return: 0; -EINVAL if the memory is not in one zone, -ENOMEM if there is none
 * for the map. The area is dead then: its size is 0, it refuses every
 * allocation, and its memory has gone back to the system.
 */
int __init cma_area_activate(struct cma *cma)
{
	unsigned long units = cma->count >> cma->order_per_bit;
	size_t bytes = cma_map_bytes(units);
	void *mem = NULL;
	int err;

	err = check_zone(cma);
	if (!err) {
		mem = bytes ? kvzalloc(bytes, GFP_KERNEL) : NULL;
		if (!mem) {
			pr_err("area %s: no memory for its map, %zu bytes\n",
			       cma->name, bytes);
			err = -ENOMEM;
		}
	}
	if (err) {
		give_up(cma);
		return err;
	}
	lend_blocks(cma);
	cma_map_init(&cma->map, units, mem);
	return 0;
}

static int __init cma_activate_areas(void)
{
	struct cma *cma;

	for_each_cma(cma)
		cma_area_activate(cma);
	return 0;
}
core_initcall(cma_activate_areas);

/**
 * cma_get_base() - where an area begins
 * @cma: the area
 *
 * Context: Any.
 * Return: physical address in bytes.
 */
phys_addr_t cma_get_base(const struct cma *cma)
{
	return PFN_PHYS(cma->base_pfn);
}

/**
 * cma_get_size() - how large an area is
 * @cma: the area
 *
 * Context: Any.
 * Return: bytes, 0 for an area that could not be activated.
 */
unsigned long cma_get_size(const struct cma *cma)
{
	return cma->count << PAGE_SHIFT;
}

/**
 * cma_get_unit() - how much of an area the smallest allocation takes
 * @cma: the area
 *
 * Context: Any.
 * Return: bytes, a power of two.
 */
unsigned long cma_get_unit(const struct cma *cma)
{
	return PAGE_SIZE << cma->order_per_bit;
}

/**
 * cma_get_name() - what an area is called
 * @cma: the area
 *
 * Context: Any.
 * Return: a name that no other area has.
 */
const char *cma_get_name(const struct cma *cma)
{
	return cma->name;
}

/**
 * cma_find() - find the area that a page belongs to
 * @page: the page
 *
 * Context: Any.
 * Return: the area whose memory the page is, taken or lent, or NULL.
 */
struct cma *cma_find(const struct page *page)
{
	unsigned long pfn = page_to_pfn(page);
	struct cma *cma;

	for_each_cma(cma) {
		if (cma_area_contains(cma, pfn))
			return cma;
	}
	return NULL;
}

/**
 * cma_for_each_area() - call a function for every area
 * @it: the function; a result other than 0 ends the walk
 * @data: passed on to it
 *
 * Areas that could not be activated are among them, with a size of 0.
 *
 * Context: That of @it.
 * Return: what @it returned last, 0 if there is no area.
 */
int cma_for_each_area(int (*it)(struct cma *cma, void *data), void *data)
{
	struct cma *cma;
	int ret;

	for_each_cma(cma) {
		ret = it(cma, data);
		if (ret)
			return ret;
	}
	return 0;
}
