// SPDX-License-Identifier: GPL-2.0-only
/*
 * A live exclusive area, through cblock_alloc(), among those that are compared
 *
 * All that an allocation costs is in it: the choice of the area, its lock, the
 * counters and the trace points. There is one area, so there is one at a time.
 */
#include <linux/cblock.h>
#include <linux/log2.h>
#include <linux/mm.h>

#include "bench-shim.h"
#include "rival.h"

static char *base;
static void *rest;	/* what of the area is not part of the span */

static void *live_create(unsigned long units)
{
	size_t bytes = units << PAGE_SHIFT, largest = cblock_largest();

	rest = largest > bytes ? cblock_alloc(largest - bytes, CBLOCK_NOWARN) :
				 NULL;
	base = cblock_alloc(bytes, CBLOCK_NOWARN);
	cblock_free(base);
	return base;
}

static unsigned long live_alloc(void *self, const struct want *want)
{
	char *addr;

	addr = cblock_alloc(want->nr << PAGE_SHIFT, CBLOCK_NOWARN |
			    CBLOCK_ALIGN(PAGE_SHIFT + ilog2(want->align)));
	return addr ? (addr - base) >> PAGE_SHIFT : NOWHERE;
}

static void live_free(void *self, unsigned long start, unsigned long nr)
{
	cblock_free(base + (start << PAGE_SHIFT));
}

static void live_destroy(void *self)
{
	cblock_free(rest);
}

const struct rival live_rival = {
	"cblock", live_create, live_alloc, live_free, live_destroy
};
