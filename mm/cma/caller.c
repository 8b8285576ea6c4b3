// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who asked for memory: the first function on a stack that is not a way to ask
 */
#include <linux/kallsyms.h>
#include <linux/string.h>

#include "holders.h"

/*
 * Functions through which memory is asked for, and which are therefore never the
 * answer to who asked.
 */
static const char *const passed_through[] = {
	"cma_failures_note", "cma_report_failure", "end_failed", "end_timed",
	"cma_alloc_range_for", "cma_alloc_for", "cma_alloc_gfp", "cma_alloc",
	"cma_alloc_folio", "cma_alloc_pfns", "devm_cma_alloc",
	"cma_cblock_alloc_for", "cblock_alloc_node", "alloc_from",
	"devm_cblock_alloc", "alloc_from_area", "alloc_from_node",
	"dma_alloc_contiguous", "dma_alloc_from_contiguous",
	"dma_alloc_from_dev_exclusive", "dma_alloc_from_dev_coherent",
	"__dma_direct_alloc_pages", "dma_direct_alloc",
	"dma_direct_alloc_pages", "dma_alloc_attrs", "__dma_alloc_pages",
	"dma_alloc_pages", "dmam_alloc_attrs", "dma_common_alloc_pages",
	"iommu_dma_alloc", "iommu_dma_alloc_pages", "__dma_alloc",
	"__alloc_from_contiguous", "cma_allocator_alloc", "arm_dma_alloc",
	"__iommu_alloc_buffer", "arm_iommu_alloc_attrs",
};

/* Is the symbol @name, or a piece of it that the compiler has made? */
static bool is_passed_through(const char *name)
{
	size_t len = strcspn(name, "."), i;

	for (i = 0; i < ARRAY_SIZE(passed_through); i++) {
		if (strlen(passed_through[i]) == len &&
		    !strncmp(name, passed_through[i], len))
			return true;
	}
	return false;
}

/**
 * cma_caller() - who asked for memory
 * @stack: return addresses, innermost first
 * @depth: how many
 *
 * Context: Any.
 * Return: the innermost address that is not inside one of the functions that
 * memory is asked for through; 0 if the stack is empty.
 */
unsigned long cma_caller(const unsigned long *stack, unsigned int depth)
{
	char name[KSYM_SYMBOL_LEN];
	unsigned int i;

	for (i = 0; i < depth; i++) {
		sprint_symbol_no_offset(name, stack[i]);
		if (!is_passed_through(name))
			return stack[i];
	}
	return depth ? stack[depth - 1] : 0;
}
