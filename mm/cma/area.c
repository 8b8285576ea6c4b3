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
#include "fault.h"
#include "holders.h"

LIST_HEAD(cma_areas);

/* Those that cblock_alloc() may use, the preferred one first. */
LIST_HEAD(cma_cblocks);

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
	cma_pocket_init(cma);
	list_add_tail(&cma->node, &cma_areas);
	totalcma_pages += count;
	return cma;
}

/* In order of declaration, but preferred ones before all others. */
static void __init add_cblock(struct cma *cma)
{
	struct cma *other;

	list_for_each_entry(other, &cma_cblocks, cblock_node) {
		if (cma->flags & CMA_PREFERRED && !(other->flags & CMA_PREFERRED))
			break;
	}
	list_add_tail(&cma->cblock_node, &other->cblock_node);
}

/**
 * cma_area_add_exclusive() - add a reserved area of class exclusive
 * @base_pfn: first frame
 * @count: frames
 * @name: as for cma_area_add()
 * @flags: %CMA_NOMAP, %CMA_CBLOCK, %CMA_PREFERRED
 *
 * Its memory is not part of what the system can use, so it does not count as
 * CmaTotal.
 *
 * Return: as cma_area_add().
 */
struct cma __init *cma_area_add_exclusive(unsigned long base_pfn,
					  unsigned long count, const char *name,
					  unsigned int flags)
{
	struct cma *cma = cma_area_add(base_pfn, count, 0, name);

	if (!cma)
		return NULL;
	totalcma_pages -= count;
	cma->class = CMA_EXCLUSIVE;
	cma->flags = flags;
	if (flags & CMA_CBLOCK)
		add_cblock(cma);
	return cma;
}

/* Blocks can be lent only if all frames are memory of one zone. */
static int __init check_zone(struct cma *cma)
{
	unsigned long pfn, end = cma->base_pfn + cma->count;
	struct zone *zone;

	for (pfn = cma->base_pfn; pfn < end; pfn++) {
		if (!pfn_valid(pfn)) {
			pr_err("area %s has no memory at pfn %#lx\n",
			       cma->name, pfn);
			return -EINVAL;
		}
		if (pfn == cma->base_pfn)
			cma->zone = page_zone(pfn_to_page(pfn));
		zone = page_zone(pfn_to_page(pfn));
		if (zone != cma->zone) {
			pr_err("area %s spans zones %s of node %d and %s of node %d at pfn %#lx\n",
			       cma->name, cma->zone->name,
			       zone_to_nid(cma->zone), zone->name,
			       zone_to_nid(zone), pfn);
			return -EINVAL;
		}
	}
	return 0;
}

/* What is handed out by page must be memory that the kernel can reach. */
static int __init check_linear(struct cma *cma)
{
	unsigned long pfn, end = cma->base_pfn + cma->count;

	for (pfn = cma->base_pfn; pfn < end && !cma_area_nomap(cma); pfn++) {
		if (pfn_valid(pfn) && !PageHighMem(pfn_to_page(pfn)))
			continue;
		pr_err("area %s has no linear mapping at pfn %#lx\n",
		       cma->name, pfn);
		return -EINVAL;
	}
	return 0;
}

static int __init check_frames(struct cma *cma)
{
	if (cma_step_fails(CMA_STEP_FRAMES)) {
		pr_err("area %s fails on purpose\n", cma->name);
		return -EINVAL;
	}
	return cma->class == CMA_EXCLUSIVE ? check_linear(cma) : check_zone(cma);
}

static void __init *map_memory(size_t bytes)
{
	if (!bytes || cma_step_fails(CMA_STEP_MAP))
		return NULL;
	return kvzalloc(bytes, GFP_KERNEL);
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
		if (cma->reserve_pages_on_error || cma_area_nomap(cma) ||
		    !pfn_valid(pfn))
			continue;
		free_reserved_page(pfn_to_page(pfn));
		given++;
	}
	if (cma->class == CMA_SHARED)
		totalcma_pages -= cma->count;
	cma->count = 0;
	pr_err("CMA area %s could not be activated, %lu KiB go back to the system\n",
	       cma->name, given << (PAGE_SHIFT - 10));
}

/**
 * cma_area_activate() - make an area ready to serve
 * @cma: a reserved area
 *
 * The memory of a shared area is lent.
 *
 * Context: Process context, while the kernel boots.
 * Return: 0; -EINVAL if the memory is not in one zone, or that of an exclusive
 * area not in the linear mapping; -ENOMEM if there is none for the map. The area
 * is dead then: its size is 0, it refuses every allocation, and its memory has
 * gone back to the system.
 */
int __init cma_area_activate(struct cma *cma)
{
	unsigned long units = cma->count >> cma->order_per_bit;
	size_t bytes = cma_map_bytes(units);
	void *mem = NULL;
	int err;

	err = check_frames(cma);
	if (!err) {
		mem = map_memory(bytes);
		if (!mem) {
			pr_err("area %s: no memory for its map, %zu bytes\n",
			       cma->name, bytes);
			err = -ENOMEM;
		}
	}
	if (!err && cma->class == CMA_EXCLUSIVE)
		err = cma_exclusive_activate(cma);
	if (err) {
		kvfree(mem);
		give_up(cma);
		return err;
	}
	if (cma->class == CMA_SHARED)
		lend_blocks(cma);
	cma_holders_activate(cma);
	cma_failures_activate(cma);
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
 * cma_find_name() - find an area by its name
 * @name: the name
 *
 * Context: Any.
 * Return: the area, or NULL.
 */
struct cma *cma_find_name(const char *name)
{
	return find_name(name);
}

/**
 * cma_is_exclusive() - is idle memory of an area kept idle?
 * @cma: the area
 *
 * Context: Any.
 * Return: whether its class is exclusive.
 */
bool cma_is_exclusive(const struct cma *cma)
{
	return cma->class == CMA_EXCLUSIVE;
}

/**
 * cma_is_nomap() - is memory of an area handed out by frame alone?
 * @cma: the area
 *
 * Context: Any.
 * Return: whether cma_alloc() and its kin cannot be used, but
 * cma_alloc_pfns().
 */
bool cma_is_nomap(const struct cma *cma)
{
	return cma_area_nomap(cma);
}

/**
 * cma_for_each_area() - call a function for every area
 * @it: the function; a result other than 0 ends the walk
 * @data: passed on to it
 *
 * Areas that could not be activated are not among them: they have no memory, but
 * an address, and who compares addresses would take them for something.
 *
 * Context: That of @it.
 * Return: what @it returned last, 0 if there is no area.
 */
int cma_for_each_area(int (*it)(struct cma *cma, void *data), void *data)
{
	struct cma *cma;
	int ret;

	for_each_cma(cma) {
		if (!cma->count)
			continue;
		ret = it(cma, data);
		if (ret)
			return ret;
	}
	return 0;
}
