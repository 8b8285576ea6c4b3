// SPDX-License-Identifier: GPL-2.0-only
/*
 * Misuse of exclusive areas, of blocks by address, of managed memory, and of what
 * only boot code may call
 */
#include <kunit/device.h>
#include <kunit/test.h>
#include <linux/cblock.h>
#include <linux/cma.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "misuse.h"

/* Exclusive areas */

static bool exclusive_release_twice(struct ctx *c)
{
	unsigned long pfn = 0;

	if (cma_alloc_range(c->excl, HELD, 0, QUIET, &pfn) ||
	    cma_release_range(c->excl, pfn, HELD))
		return false;
	return not_released(c->excl, pfn, HELD);
}

static bool exclusive_release_one_more(struct ctx *c)
{
	return not_released(c->excl, c->e, HELD + 1);
}

static bool exclusive_release_past_the_end(struct ctx *c)
{
	return not_released(c->excl, c->e, BLOCK + 1);
}

static bool exclusive_release_none(struct ctx *c)
{
	return not_released(c->excl, c->e, 0);
}

static bool exclusive_folio(struct ctx *c)
{
	return !cma_alloc_folio(c->excl, 2, QUIET | __GFP_COMP);
}

static bool exclusive_too_many(struct ctx *c)
{
	return no_frames(c->excl, BLOCK + 1, 0, QUIET);
}

static bool exclusive_align_word(struct ctx *c)
{
	return no_frames(c->excl, 1, BITS_PER_LONG, QUIET);
}

static bool exclusive_release_while_held(struct ctx *c)
{
	unsigned long pfn = 0;
	bool stuck;

	if (cma_alloc_range(c->excl, 4, 0, QUIET, &pfn))
		return false;
	get_page(pfn_to_page(pfn));
	cma_release(c->excl, pfn_to_page(pfn), 4);
	stuck = c->excl->stuck == 1;
	put_page(pfn_to_page(pfn));
	/* The next release finds it free. */
	if (cma_alloc_range(c->excl, 1, 0, QUIET, &pfn))
		return false;
	return stuck && cma_release(c->excl, pfn_to_page(pfn), 1);
}

static bool map_what_is_mapped(struct ctx *c)
{
	return !cma_map_pfns(c->excl, c->e, HELD, CMA_MAPPING_WC);
}

/* An area that the kernel has not mapped: on paper, nothing may touch it. */
static struct cma *unmapped(struct ctx *c)
{
	struct cma *cma = kunit_kzalloc(c->test, sizeof(*cma), GFP_KERNEL);
	void *mem = kunit_kzalloc(c->test, cma_map_bytes(64), GFP_KERNEL);

	strscpy(cma->name, "unmapped");
	cma->base_pfn = 1UL << 20;
	cma->count = 64;
	cma->class = CMA_EXCLUSIVE;
	cma->flags = CMA_NOMAP;
	spin_lock_init(&cma->lock);
	cma_map_init(&cma->map, 64, mem);
	return cma;
}

static bool pages_of_unmapped(struct ctx *c)
{
	return !cma_alloc(unmapped(c), 1, 0, false);
}

static bool zeroes_of_unmapped(struct ctx *c)
{
	return no_frames(unmapped(c), 1, 0, QUIET | __GFP_ZERO);
}

static bool map_what_is_not_allocated(struct ctx *c)
{
	struct cma *cma = unmapped(c);

	return !cma_map_pfns(cma, cma->base_pfn, 1, CMA_MAPPING_WC);
}

static bool map_past_the_end(struct ctx *c)
{
	struct cma *cma = unmapped(c);

	return !cma_map_pfns(cma, cma->base_pfn + 63, 2, CMA_MAPPING_WC);
}

static bool map_ulong_max(struct ctx *c)
{
	struct cma *cma = unmapped(c);

	return !cma_map_pfns(cma, cma->base_pfn, ULONG_MAX, CMA_MAPPING_WC);
}

static bool map_none(struct ctx *c)
{
	struct cma *cma = unmapped(c);

	return !cma_map_pfns(cma, cma->base_pfn, 0, CMA_MAPPING_WC);
}

/* Blocks by address */

static bool block_of_nothing(struct ctx *c)
{
	return !cblock_alloc(0, CBLOCK_NOWARN);
}

static bool block_of_size_max(struct ctx *c)
{
	return !cblock_alloc(SIZE_MAX, CBLOCK_NOWARN);
}

static bool block_of_size_max_in_pages(struct ctx *c)
{
	return !cblock_alloc(SIZE_MAX - PAGE_SIZE, CBLOCK_NOWARN);
}

static bool block_too_aligned(struct ctx *c)
{
	return !cblock_alloc(PAGE_SIZE, CBLOCK_NOWARN | CBLOCK_ALIGN(255));
}

static bool block_of_no_node(struct ctx *c)
{
	return !cblock_alloc_node(PAGE_SIZE, CBLOCK_NOWARN | CBLOCK_THISNODE,
				  MAX_NUMNODES + 1);
}

static bool refused_block(const void *addr)
{
	cblock_free(addr);
	return !cblock_size(addr);
}

static void *held_block(struct ctx *c)
{
	return page_address(pfn_to_page(c->e));
}

static bool free_inside_block(struct ctx *c)
{
	return refused_block(held_block(c) + PAGE_SIZE);
}

static bool free_crooked_block(struct ctx *c)
{
	return refused_block(held_block(c) + 8);
}

static bool free_lent_as_block(struct ctx *c)
{
	return refused_block(page_address(pfn_to_page(c->a)));
}

static bool free_kmalloc_as_block(struct ctx *c)
{
	void *mem = kunit_kmalloc(c->test, PAGE_SIZE, GFP_KERNEL);

	return refused_block(mem);
}

static bool free_vmalloc_as_block(struct ctx *c)
{
	void *mem = vmalloc(PAGE_SIZE);
	bool refused = mem && refused_block(mem);

	vfree(mem);
	return refused;
}

static bool free_error_as_block(struct ctx *c)
{
	return refused_block(ERR_PTR(-ENOMEM));
}

static bool free_user_address_as_block(struct ctx *c)
{
	return refused_block((void *)(16 * PAGE_SIZE));
}

static bool free_block_twice(struct ctx *c)
{
	void *mem = cblock_alloc(PAGE_SIZE, CBLOCK_NOWARN);

	cblock_free(mem);
	return mem && refused_block(mem);
}

/* Managed memory */

static struct device *device(struct ctx *c)
{
	return kunit_device_register(c->test, "cma-misuse");
}

static bool managed_of_null(struct ctx *c)
{
	return !devm_cma_alloc(device(c), NULL, 1, 0, QUIET);
}

static bool managed_of_none(struct ctx *c)
{
	return !devm_cma_alloc(device(c), c->cma, 0, 0, QUIET);
}

static bool managed_too_many(struct ctx *c)
{
	return !devm_cma_alloc(device(c), c->cma, ULONG_MAX, 0, QUIET);
}

/* Are all of these frames allocated, as one range? */
static bool is_owned(struct cma *cma, unsigned long pfn, unsigned long count)
{
	unsigned long unit = pfn - cma->base_pfn;

	return test_bit(unit, cma->map.first) &&
	       find_next_zero_bit(cma->map.owned, unit + count, unit) ==
	       unit + count;
}

/* What is not the device's is not given back. */
static bool managed_by_nobody(struct ctx *c)
{
	devm_cma_release(device(c), c->cma, pfn_to_page(c->a), HELD);
	return is_owned(c->cma, c->a, HELD);
}

static bool managed_of_wrong_size(struct ctx *c)
{
	struct device *dev = device(c);
	struct page *page = devm_cma_alloc(dev, c->cma, HELD, 0, QUIET);
	bool refused;

	if (!page)
		return false;
	devm_cma_release(dev, c->cma, page, HELD - 1);
	refused = is_owned(c->cma, page_to_pfn(page), HELD);
	devm_cma_release(dev, c->cma, page, HELD);
	return refused && !is_owned(c->cma, page_to_pfn(page), 1);
}

static bool managed_block_of_nothing(struct ctx *c)
{
	return !devm_cblock_alloc(device(c), 0, CBLOCK_NOWARN);
}

static bool managed_block_by_nobody(struct ctx *c)
{
	devm_cblock_free(device(c), held_block(c));
	return cblock_size(held_block(c)) == HELD * PAGE_SIZE;
}

/* Areas are made at boot, of memory that is there. */

static __ref bool declare_nothing(struct ctx *c)
{
	struct cma *cma = NULL;

	return cma_declare_contiguous(0, 0, 0, 0, 0, false, "nothing", &cma) < 0 &&
	       !cma;
}

static __ref bool declare_crooked_alignment(struct ctx *c)
{
	struct cma *cma = NULL;

	return cma_declare_contiguous(0, SZ_1M, 0, 3 * PAGE_SIZE, 0, false,
				      "crooked", &cma) < 0 && !cma;
}

static __ref bool declare_behind_all_memory(struct ctx *c)
{
	struct cma *cma = NULL;

	return cma_declare_contiguous(PHYS_ADDR_MAX, SZ_1M, 0, 0, 0, true,
				      "behind", &cma) < 0 && !cma;
}

static __ref bool area_of_crooked_size(struct ctx *c)
{
	struct cma *cma = NULL;

	return cma_init_reserved_mem(PFN_PHYS(c->cma->base_pfn), 12345, 0,
				     "crooked", &cma) < 0 && !cma;
}

static __ref bool area_of_nothing(struct ctx *c)
{
	struct cma *cma = NULL;

	return cma_init_reserved_mem(PFN_PHYS(c->cma->base_pfn), 0, 0,
				     "nothing", &cma) < 0 && !cma;
}

static __ref bool exclusive_area_of_nothing(struct ctx *c)
{
	struct cma *cma = NULL;

	return cma_init_exclusive_mem(PFN_PHYS(c->cma->base_pfn), 0, 0,
				      "nothing", &cma) < 0 && !cma;
}

static __ref bool exclusive_area_of_unknown_flags(struct ctx *c)
{
	struct cma *cma = NULL;

	return cma_init_exclusive_mem(PFN_PHYS(c->cma->base_pfn), PAGE_SIZE,
				      0x8000, "flags", &cma) < 0 && !cma;
}

const struct misuse misuses_exclusive[] = {
	{ "exclusive: released twice", exclusive_release_twice, ALWAYS },
	{ "exclusive: one page more", exclusive_release_one_more, ALWAYS },
	{ "exclusive: past the end", exclusive_release_past_the_end, ALWAYS },
	{ "exclusive: no pages", exclusive_release_none, ALWAYS },
	{ "exclusive: folio", exclusive_folio },
	{ "exclusive: too many", exclusive_too_many },
	{ "exclusive: aligned to a word of bits", exclusive_align_word },
	{ "exclusive: released while held", exclusive_release_while_held, ALWAYS },
	{ "exclusive: mapped once more", map_what_is_mapped },
	{ "no-map: pages", pages_of_unmapped },
	{ "no-map: zeroes", zeroes_of_unmapped },
	{ "no-map: mapped but not allocated", map_what_is_not_allocated },
	{ "no-map: mapped past the end", map_past_the_end },
	{ "no-map: ULONG_MAX mapped", map_ulong_max },
	{ "no-map: nothing mapped", map_none },
	{ "cblock: nothing", block_of_nothing },
	{ "cblock: SIZE_MAX", block_of_size_max },
	{ "cblock: SIZE_MAX in pages", block_of_size_max_in_pages },
	{ "cblock: alignment of 2^255", block_too_aligned },
	{ "cblock: a node that is none", block_of_no_node },
	{ "cblock: freed inside", free_inside_block, ALWAYS },
	{ "cblock: freed crookedly", free_crooked_block, ALWAYS },
	{ "cblock: lent memory freed", free_lent_as_block, ALWAYS },
	{ "cblock: kmalloc() freed", free_kmalloc_as_block, ALWAYS },
	{ "cblock: vmalloc() freed", free_vmalloc_as_block, ALWAYS },
	{ "cblock: an error freed", free_error_as_block, ALWAYS },
	{ "cblock: a user's address freed", free_user_address_as_block, ALWAYS },
	{ "cblock: freed twice", free_block_twice, ALWAYS },
	{ "devm: no area", managed_of_null },
	{ "devm: no pages", managed_of_none },
	{ "devm: ULONG_MAX pages", managed_too_many },
	{ "devm: what is not managed", managed_by_nobody, TRACE },
	{ "devm: wrong size", managed_of_wrong_size, TRACE },
	{ "devm: no block", managed_block_of_nothing },
	{ "devm: a block that is not managed", managed_block_by_nobody, TRACE },
	{ "boot: area of no size", declare_nothing, LINE },
	{ "boot: crooked alignment", declare_crooked_alignment, LINE },
	{ "boot: behind all memory", declare_behind_all_memory, LINE },
	{ "boot: crooked size", area_of_crooked_size, LINE },
	{ "boot: reserved memory of no size", area_of_nothing, LINE },
	{ "boot: exclusive of no size", exclusive_area_of_nothing, LINE },
	{ "boot: unknown flags", exclusive_area_of_unknown_flags, LINE },
};

const unsigned int nr_misuses_exclusive = ARRAY_SIZE(misuses_exclusive);
