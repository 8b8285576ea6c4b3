// SPDX-License-Identifier: GPL-2.0-only
/*
 * Streams of operations of an exclusive area on a map, and on its oracle
 *
 * An allocation searches by steps and owns what it finds at once; a release
 * names the first unit alone, or a part of a range. A place that the oracle
 * knows must be found; it must be the lowest, unless the search has given up
 * looking for a tight one.
 */
#include "place_stream.h"

#define STEPS	(1UL << 20)

/* The whole search. @steps: how many it took. */
static unsigned long place(const struct cma_map *map,
			   const struct cma_map_want *want, unsigned long *steps)
{
	struct cma_place p = {};
	unsigned long unit;

	*steps = 0;
	do {
		unit = cma_place_step(map, &p, want);
		(*steps)++;
	} while (unit == CMA_MAP_NONE && p.from < map->nr && *steps < STEPS);
	return unit;
}

/* Is the place free, aligned, and inside the map? */
static bool place_fits(const struct oracle *o, unsigned long unit,
		       const struct cma_map_want *want)
{
	unsigned long i;

	if (unit >= o->nr || want->nr > o->nr - unit ||
	    (unit + want->align_offset) & want->align_mask)
		return false;
	for (i = unit; i < unit + want->nr; i++) {
		if (o->unit[i].state != UNTAKEN)
			return false;
	}
	return true;
}

const char *place_compare(struct pair *pair, const struct cma_map_want *want,
			  unsigned long *unit)
{
	unsigned long steps, expected = oracle_search(&pair->oracle, 0, want);

	*unit = place(&pair->map, want, &steps);
	if (*unit == expected)
		return NULL;
	if (*unit == CMA_MAP_NONE || expected == CMA_MAP_NONE)
		return tap_why("place {%lu, %#lx, %#lx} gave %ld, not %ld",
			       want->nr, want->align_mask, want->align_offset,
			       (long)*unit, (long)expected);
	if (steps <= PLACE_TIGHT_STEPS)
		return tap_why("place %lu is not the lowest, %lu", *unit,
			       expected);
	if (!place_fits(&pair->oracle, *unit, want))
		return tap_why("place %lu does not fit", *unit);
	return NULL;
}

static unsigned long draw_units(struct stream *s)
{
	u32 nr = (u32)s->pair.map.nr;

	switch (draw(&s->draw, 8)) {
	case 0:
		return 1 + draw(&s->draw, nr + 2);
	case 1 ... 2:
		return 1 + draw(&s->draw, nr / 8 + 1);
	default:
		return 1 + draw(&s->draw, 12);
	}
}

static const char *alloc(struct stream *s)
{
	struct cma_map_want want = { .nr = draw_units(s) };
	unsigned long unit;
	const char *why;

	if (draw(&s->draw, 2))
		want.align_mask = (1UL << draw(&s->draw, 12)) - 1;
	if (draw(&s->draw, 2))
		want.align_offset = draw_wild(&s->draw);
	why = place_compare(&s->pair, &want, &unit);
	if (why || unit == CMA_MAP_NONE)
		return why;
	pair_take(&s->pair, unit, want.nr);
	pair_own(&s->pair, unit, want.nr);
	return NULL;
}

/* What the oracle says of the range that begins at a unit. */
static unsigned long true_size(const struct oracle *o, unsigned long unit)
{
	unsigned long end = unit;
	u32 range;

	if (unit >= o->nr || o->unit[unit].state != OWNED)
		return 0;
	range = o->unit[unit].range;
	if (unit && o->unit[unit - 1].range == range)
		return 0;
	while (end < o->nr && o->unit[end].range == range)
		end++;
	return end - unit;
}

static const char *release(struct stream *s)
{
	unsigned long unit = draw(&s->draw, (u32)s->pair.map.nr + 2);
	unsigned long size = cma_place_size(&s->pair.map, unit), start = unit;
	const char *why;
	bool done;

	if (size != true_size(&s->pair.oracle, unit))
		return tap_why("size at %lu: %lu, not %lu", unit, size,
			       true_size(&s->pair.oracle, unit));
	if (!size)
		return NULL;
	if (!draw(&s->draw, 4)) {
		start += draw(&s->draw, (u32)size);
		size = 1 + draw(&s->draw, (u32)(unit + size - start));
	}
	why = pair_disown(&s->pair, start, size, &done);
	if (!why && !done)
		return "an owner was refused";
	if (!why)
		pair_untake(&s->pair, start, size);
	return why;
}

const char *place_run(struct stream *s, unsigned long ops, unsigned long deep_every)
{
	const char *why = NULL;
	unsigned long i;

	for (i = 0; i < ops && !why; i++) {
		if (s->draw.bytes && !s->draw.left)
			break;
		if (!draw(&s->draw, 512))
			s->filling = !s->filling;
		why = draw(&s->draw, 8) < (s->filling ? 5 : 1) ? alloc(s) :
								 release(s);
		if (!why && i % 8 == 0)
			why = pair_check(&s->pair, i % deep_every == 0);
	}
	why = why ?: pair_check(&s->pair, true);
	return why ? tap_why("operation %lu: %s", i, why) : NULL;
}
