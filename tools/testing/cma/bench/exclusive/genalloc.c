// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's lib/genalloc among the allocators that are compared
 *
 * A byte of the pool stands for a unit. It hands out numbers; there is no memory
 * behind it.
 */
#include <linux/genalloc.h>

#include "bench-shim.h"
#include "rival.h"

/* Not 0, which means failure, and aligned to whatever may be asked for. */
#define BASE	(1UL << 30)

static void *pool_create(unsigned long units)
{
	struct gen_pool *pool = gen_pool_create(0, NUMA_NO_NODE);

	if (!pool)
		return NULL;
	if (gen_pool_add(pool, BASE, units, NUMA_NO_NODE)) {
		gen_pool_destroy(pool);
		return NULL;
	}
	return pool;
}

static unsigned long pool_alloc(void *self, const struct want *want)
{
	struct genpool_data_align data = { .align = want->align };
	unsigned long addr;

	addr = gen_pool_alloc_algo(self, want->nr, gen_pool_first_fit_align,
				   &data);
	return addr ? addr - BASE : NOWHERE;
}

static void pool_free(void *self, unsigned long start, unsigned long nr)
{
	gen_pool_free(self, BASE + start, nr);
}

static void pool_destroy(void *self)
{
	if (self)
		gen_pool_destroy(self);
}

const struct rival genalloc_rival = {
	"genalloc", pool_create, pool_alloc, pool_free, pool_destroy
};
