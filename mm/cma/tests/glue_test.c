// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the DMA glue: whatever became of the device meanwhile, memory
 * goes back to the area that it came from; and how buffers are aligned
 */
#include <kunit/device.h>
#include <kunit/test.h>
#include <linux/cma.h>
#include <linux/device.h>
#include <linux/dma-map-ops.h>
#include <linux/mm.h>

#include "inner.h"

/* An area that is not there any more. */
static struct cma dead_area;

static struct cma *any_area(void)
{
	struct cma *cma;

	for_each_cma(cma) {
		if (cma_area_active(cma) && cma->class == CMA_SHARED &&
		    !cma->order_per_bit)
			return cma;
	}
	return NULL;
}

/* Allocate for a device that has the area, release for one that has not. */
static void alloc_and_free(struct kunit *test, size_t size)
{
	struct device *dev = kunit_device_register(test, "cma_test");
	struct cma *cma = any_area();
	unsigned long owned;
	struct page *page;

	if (!cma)
		kunit_skip(test, "no active area");
	KUNIT_ASSERT_FALSE(test, IS_ERR(dev));
	owned = cma->map.nr_owned;
	dev->cma_area = cma;
	page = dma_alloc_contiguous(dev, size, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_PTR_EQ(test, cma, cma_find(page));
	KUNIT_EXPECT_EQ(test, owned + PFN_UP(size), cma->map.nr_owned);

	dev->cma_area = &dead_area;
	dma_free_contiguous(dev, page, size);
	KUNIT_EXPECT_EQ(test, owned, cma->map.nr_owned);
	dev->cma_area = NULL;
	kunit_device_unregister(test, dev);
}

/* The memory was not recognised, and went to the page allocator. */
static void release_after_the_region_is_gone(struct kunit *test)
{
	alloc_and_free(test, 8 * PAGE_SIZE);
}

/* Allocation rounded down what release rounded up. */
static void size_that_is_no_multiple_of_a_page(struct kunit *test)
{
	alloc_and_free(test, 5 * PAGE_SIZE + 1);
	alloc_and_free(test, 4 * PAGE_SIZE - 1);
}

/* A device whose area is dead has no memory there, and no crash. */
static void dead_area_serves_nobody(struct kunit *test)
{
	struct device *dev = kunit_device_register(test, "cma_test");

	KUNIT_ASSERT_FALSE(test, IS_ERR(dev));
	dev->cma_area = &dead_area;
	KUNIT_EXPECT_NULL(test, dma_alloc_contiguous(dev, 4 * PAGE_SIZE,
						     GFP_KERNEL));
	dev->cma_area = NULL;
}

/* A buffer is aligned to its size, but not to more than is configured. */
static void alignment_has_a_limit(struct kunit *test)
{
	const unsigned long limit = 1UL << CONFIG_CMA_ALIGNMENT;
	struct cma *outer = inner_find_outer();
	struct cma *cma = kunit_kzalloc(test, sizeof(*cma), GFP_KERNEL);
	struct device *dev = kunit_device_register(test, "cma_test");
	struct page *odd, *small, *large;

	KUNIT_ASSERT_NOT_NULL(test, cma);
	KUNIT_ASSERT_FALSE(test, IS_ERR(dev));
	if (!outer || !inner_make(test, outer, cma, "inner", 4 * limit)) {
		kunit_skip(test, "no area with room for four such buffers");
		return;
	}
	cma->class = CMA_EXCLUSIVE;
	dev->cma_area = cma;
	odd = dma_alloc_contiguous(dev, PAGE_SIZE, GFP_KERNEL);
	small = dma_alloc_contiguous(dev, 4 * PAGE_SIZE, GFP_KERNEL);
	large = dma_alloc_contiguous(dev, 2 * limit * PAGE_SIZE, GFP_KERNEL);

	KUNIT_EXPECT_PTR_EQ(test, odd, pfn_to_page(cma->base_pfn));
	KUNIT_EXPECT_PTR_EQ(test, small, pfn_to_page(cma->base_pfn + 4));
	KUNIT_EXPECT_PTR_EQ(test, large, pfn_to_page(cma->base_pfn + limit));
	KUNIT_EXPECT_TRUE(test, cma_release(cma, odd, 1));
	KUNIT_EXPECT_TRUE(test, cma_release(cma, small, 4));
	KUNIT_EXPECT_TRUE(test, cma_release(cma, large, 2 * limit));
	dev->cma_area = NULL;
	KUNIT_EXPECT_EQ(test, 0, cma_release_range(outer, cma->base_pfn,
						   cma->count));
	kunit_device_unregister(test, dev);
}

static struct kunit_case glue_cases[] = {
	KUNIT_CASE(release_after_the_region_is_gone),
	KUNIT_CASE(size_that_is_no_multiple_of_a_page),
	KUNIT_CASE(dead_area_serves_nobody),
	KUNIT_CASE(alignment_has_a_limit),
	{}
};

static struct kunit_suite glue_suite = {
	.name = "cma_glue",
	.exit = cma_test_exit_sound,
	.test_cases = glue_cases,
};

kunit_test_suite(glue_suite);
