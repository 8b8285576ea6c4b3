// SPDX-License-Identifier: GPL-2.0-only
/*
 * The map of an exclusive area among the allocators that are compared
 */
#include "bench-shim.h"
#include "rival.h"
#include "../../../../../mm/cma/map.h"

struct map_span {
	struct cma_map map;
	void *mem;
};

static void map_destroy(void *self)
{
	struct map_span *span = self;

	if (!span)
		return;
	bench_free(span->mem);
	bench_free(span);
}

static void *map_create(unsigned long units)
{
	struct map_span *span = bench_alloc(sizeof(*span));

	if (!span)
		return NULL;
	span->mem = bench_alloc(cma_map_bytes(units));
	if (!span->mem) {
		map_destroy(span);
		return NULL;
	}
	cma_map_init(&span->map, units, span->mem);
	return span;
}

static unsigned long map_alloc(void *self, const struct want *want)
{
	struct map_span *span = self;
	struct cma_map_want place = {
		.nr = want->nr,
		.align_mask = want->align - 1,
	};
	unsigned long from = 0, unit;

	do {
		unit = cma_map_search(&span->map, &from, &place);
	} while (unit == CMA_MAP_NONE && from < span->map.nr);
	if (unit == CMA_MAP_NONE)
		return NOWHERE;
	cma_map_take(&span->map, unit, want->nr);
	cma_map_own(&span->map, unit, want->nr);
	return unit;
}

static void map_free(void *self, unsigned long start, unsigned long nr)
{
	struct map_span *span = self;

	if (!cma_map_disown(&span->map, start, nr))
		cma_map_untake(&span->map, start, nr);
}

const struct rival map_rival = {
	"map", map_create, map_alloc, map_free, map_destroy
};
