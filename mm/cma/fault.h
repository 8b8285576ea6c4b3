/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _MM_CMA_FAULT_H
#define _MM_CMA_FAULT_H
/*
 * Steps that can be made to fail; nothing of it is left without CONFIG_CMA_FAULT
 */
#include <linux/types.h>

/**
 * enum cma_step - a step of an allocation, of a release, of making an area or
 *	its heap
 * @CMA_STEP_CLAIM: a free page is taken off its list; fails as if in use
 * @CMA_STEP_WATERMARK: the same; fails as if memory were short
 * @CMA_STEP_LOCK: the range is locked
 * @CMA_STEP_BLOCKS: the blocks of the range are isolated
 * @CMA_STEP_PAGES: a batch of pages is isolated; fails with nothing isolated
 * @CMA_STEP_TARGET: a target of a migration is allocated
 * @CMA_STEP_MOVE: a batch is migrated; fails as if no page would move
 * @CMA_STEP_RETIRE: small released frames go into the pocket
 * @CMA_STEP_FRAMES: the frames of a new area are looked at
 * @CMA_STEP_MAP: its map is allocated
 * @CMA_STEP_GUARDS: the bitmap of its red zones is allocated
 * @CMA_STEP_RECORDS: its other records are allocated
 * @CMA_STEP_FILES: its directory in sysfs is made
 * @CMA_STEP_HEAP: the record of its dma-buf heap is allocated
 * @CMA_STEP_HEAP_NAME: that heap gets a name, one of two for the default area
 * @CMA_STEP_HEAP_FILES: the heap's directory in sysfs is made
 */
enum cma_step {
	CMA_STEP_CLAIM,
	CMA_STEP_WATERMARK,
	CMA_STEP_LOCK,
	CMA_STEP_BLOCKS,
	CMA_STEP_PAGES,
	CMA_STEP_TARGET,
	CMA_STEP_MOVE,
	CMA_STEP_RETIRE,
	CMA_STEP_FRAMES,
	CMA_STEP_MAP,
	CMA_STEP_GUARDS,
	CMA_STEP_RECORDS,
	CMA_STEP_FILES,
	CMA_STEP_HEAP,
	CMA_STEP_HEAP_NAME,
	CMA_STEP_HEAP_FILES,
};

#ifdef CONFIG_CMA_FAULT
bool cma_step_fails(enum cma_step step);
#else
static inline bool cma_step_fails(enum cma_step step)
{
	return false;
}
#endif

#endif /* _MM_CMA_FAULT_H */
