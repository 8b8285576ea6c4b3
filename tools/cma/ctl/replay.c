// SPDX-License-Identifier: GPL-2.0-only
/*
 * Replay a workload through mm/cma/map.c, the very file that the kernel uses
 *
 * The map takes the lowest place that fits. Where something is put does then not
 * depend on how large the area is, only whether it is put at all: so one replay
 * in an area without end tells the least size that serves the workload, as the
 * end of the highest place that was ever taken.
 *
 * The kernel prefers places that are free in the buddy allocator, or cheap to
 * empty, to lower ones, and has a few pages at hand for small requests: it may
 * need somewhat more. plan adds a margin for this.
 */
#include <stdlib.h>

#include "../../../mm/cma/map.h"
#include "replay.h"

/* What host-shim.h counts, for tests. */
unsigned long host_words_read;

#define NOWHERE		(-1L)

/* More than any area has: 2 TiB in pages of 4 KiB. */
#define MOST_PAGES	(1LL << 29)

struct state {
	const struct workload *load;
	const struct part *part;
	struct cma_map map;
	void *mem;
	long *place;		/* of each object, in units */
	struct replay *replay;
};

static bool wanted(const struct part *part, const struct object *object)
{
	bool in = object->pages >= part->from &&
		  (!part->below || object->pages < part->below) &&
		  (part->task < 0 || object->task == part->task);

	if (object->failed && part->no_failed)
		return false;
	return in != part->others;
}

static unsigned long units_of(const struct state *s, long long pages)
{
	return ((pages - 1) >> s->load->order) + 1;
}

static unsigned long find_place(struct state *s, const struct object *object)
{
	struct cma_map_want want = { .nr = units_of(s, object->pages) };
	unsigned long from = 0, unit;

	if (object->align > s->load->order)
		want.align_mask = (1UL << (object->align - s->load->order)) - 1;
	if (want.nr > s->map.nr)
		return CMA_MAP_NONE;
	do {
		unit = cma_map_search(&s->map, &from, &want);
	} while (unit == CMA_MAP_NONE && from < s->map.nr);
	return unit;
}

static void note_level(struct state *s, unsigned long end)
{
	long long taken = (long long)(s->map.nr - s->map.nr_untaken)
			  << s->load->order;
	long long top = (long long)end << s->load->order;

	if (taken > s->replay->peak)
		s->replay->peak = taken;
	if (top > s->replay->top)
		s->replay->top = top;
}

static void ask(struct state *s, size_t which)
{
	const struct object *object = &s->load->objects[which];
	unsigned long nr = units_of(s, object->pages);
	unsigned long unit = find_place(s, object);

	s->replay->requests++;
	if (unit == CMA_MAP_NONE) {
		s->replay->unserved++;
		return;
	}
	cma_map_take(&s->map, unit, nr);
	cma_map_own(&s->map, unit, nr);
	s->place[which] = unit;
	note_level(s, unit + nr);
}

static void give_back(struct state *s, const struct step *step)
{
	unsigned long unit, nr;

	if (s->place[step->object] == NOWHERE)
		return;
	unit = s->place[step->object] + (step->offset >> s->load->order);
	nr = units_of(s, step->pages);
	/* A part of a unit that was given back before is no news. */
	if (!cma_map_disown(&s->map, unit, nr))
		cma_map_untake(&s->map, unit, nr);
}

static void watch_level(struct state *s, long long us, replay_watch *watch,
			void *data)
{
	int order = s->load->order;

	if (watch)
		watch(us, (long long)(s->map.nr - s->map.nr_untaken) << order,
		      (long long)cma_map_largest(&s->map) << order, data);
}

static bool start(struct state *s, long long pages)
{
	unsigned long units = pages >> s->load->order;
	size_t bytes = cma_map_bytes(units), i;

	if (!bytes)
		return false;
	s->mem = calloc(1, bytes);
	s->place = grown(NULL, (s->load->nr_objects + 1) * sizeof(*s->place));
	if (!s->mem) {
		free(s->place);
		return false;
	}
	for (i = 0; i < s->load->nr_objects; i++)
		s->place[i] = NOWHERE;
	cma_map_init(&s->map, units, s->mem);
	return true;
}

/**
 * replay_run() - replay a workload in an area of a certain size
 * @replay: receives what came of it
 * @load: the workload
 * @part: which of its requests
 * @pages: size of the area
 * @watch: told of each step, may be NULL
 * @data: for @watch
 *
 * Return: whether the size is one that a map can have, and the map was whole in
 * the end.
 */
bool replay_run(struct replay *replay, const struct workload *load,
		const struct part *part, long long pages, replay_watch *watch,
		void *data)
{
	struct state s = { .load = load, .part = part, .replay = replay };
	size_t i;
	bool valid;

	*replay = (struct replay){};
	if (!start(&s, pages))
		return false;
	for (i = 0; i < load->nr_steps; i++) {
		const struct step *step = &load->steps[i];

		if (!wanted(part, &load->objects[step->object]))
			continue;
		if (step->pages)
			give_back(&s, step);
		else
			ask(&s, step->object);
		watch_level(&s, step->us, watch, data);
	}
	valid = !cma_map_validate(&s.map);
	free(s.place);
	free(s.mem);
	return valid;
}

/* The least area that serves a part of a workload: @replay->top pages. */
bool replay_minimum(struct replay *replay, const struct workload *load,
		    const struct part *part)
{
	long long pages;

	for (pages = 4096; pages <= MOST_PAGES; pages *= 2) {
		if (!replay_run(replay, load, part, pages, NULL, NULL))
			return false;
		if (!replay->unserved)
			return true;
	}
	return false;
}
