// SPDX-License-Identifier: GPL-2.0-only
/*
 * Streams of random operations on a map and its oracle
 *
 * A stream uses the map as an allocator would: search and take, own or give
 * back, release the whole or a part, and now and then a release that must be
 * refused. The choices come from a generator or from a fuzzer's bytes.
 */
#include <stdio.h>
#include <stdlib.h>
#include "stream.h"

static unsigned long draw_upto(struct stream *s, unsigned long most)
{
	return 1 + draw(&s->draw, (u32)most);
}

static unsigned long draw_size(struct stream *s)
{
	unsigned long nr = s->pair.map.nr;

	switch (draw(&s->draw, 16)) {
	case 0:
		return draw_upto(s, nr + 2);
	case 1 ... 3:
		return draw_upto(s, nr / 4 + 1);
	case 4 ... 8:
		return draw_upto(s, 100);
	default:
		return draw_upto(s, 8);
	}
}

static void draw_want(struct stream *s, struct cma_map_want *want)
{
	unsigned int order = 0;

	if (draw(&s->draw, 2))
		order = draw(&s->draw, draw(&s->draw, 8) ? 7 : 24);
	want->nr = draw_size(s);
	want->align_mask = (1UL << order) - 1;
	want->align_offset = 0;
	if (draw(&s->draw, 2))
		want->align_offset = draw_wild(&s->draw);
}

/* A part of [0, nr): all of it, its head, its tail, or some of its middle. */
static struct span draw_part(struct stream *s, unsigned long nr)
{
	struct span part = { .nr = nr };
	u32 kind = draw(&s->draw, 6);

	if (kind < 3)
		return part;
	part.nr = draw_upto(s, nr);
	if (kind == 4)
		part.start = nr - part.nr;
	else if (kind == 5)
		part.start = draw(&s->draw, (u32)(nr - part.nr + 1));
	return part;
}

static void add_transit(struct stream *s, unsigned long start,
			unsigned long nr)
{
	if (nr)
		s->transit[s->nr_transit++] = (struct span){ start, nr };
}

/* A range in transit, or a part of it, becomes owned or untaken. */
static const char *settle(struct stream *s)
{
	struct span whole, part;
	u32 which;

	if (!s->nr_transit)
		return NULL;
	which = draw(&s->draw, s->nr_transit);
	whole = s->transit[which];
	s->transit[which] = s->transit[--s->nr_transit];

	part = draw_part(s, whole.nr);
	if (s->nr_transit + 2 > SPANS)
		part = (struct span){ 0, whole.nr };
	add_transit(s, whole.start, part.start);
	add_transit(s, whole.start + part.start + part.nr,
		    whole.nr - part.start - part.nr);
	if (draw(&s->draw, 8) < (s->filling ? 7 : 2))
		pair_own(&s->pair, whole.start + part.start, part.nr);
	else
		pair_untake(&s->pair, whole.start + part.start, part.nr);
	return NULL;
}

static const char *search(struct stream *s)
{
	unsigned long nr = s->pair.map.nr, from = 0, found;
	struct cma_map_want want;
	const char *why;

	draw_want(s, &want);
	if (!draw(&s->draw, 3))
		from = draw(&s->draw, (u32)nr + 2);
	why = pair_search(&s->pair, from, &want, &found);
	if (why || found == CMA_MAP_NONE || !draw(&s->draw, 8))
		return why;
	if (s->nr_transit == SPANS)
		settle(s);
	if (s->nr_transit == SPANS)
		return NULL;
	pair_take(&s->pair, found, want.nr);
	add_transit(s, found, want.nr);
	return NULL;
}

/* Some owned range, or what is left of it. Return: whether there is one. */
static bool pick_owned(struct stream *s, struct span *range)
{
	const struct oracle *o = &s->pair.oracle;
	unsigned long at = draw(&s->draw, (u32)o->nr), i, end;

	for (i = 0; i < o->nr && o->unit[at].state != OWNED; i++)
		at = at + 1 < o->nr ? at + 1 : 0;
	if (i == o->nr)
		return false;
	for (end = at; end < o->nr; end++) {
		if (o->unit[end].range != o->unit[at].range)
			break;
	}
	while (at && o->unit[at - 1].range == o->unit[end - 1].range)
		at--;
	*range = (struct span){ at, end - at };
	return true;
}

static const char *release(struct stream *s)
{
	struct span range, part;
	const char *why;
	bool done;

	if (s->nr_transit == SPANS || !pick_owned(s, &range))
		return settle(s);
	part = draw_part(s, range.nr);
	part.start += range.start;
	why = pair_disown(&s->pair, part.start, part.nr, &done);
	if (!why && !done)
		return "an owner was refused";
	if (!why)
		add_transit(s, part.start, part.nr);
	return why;
}

/* A release of anything, which as a rule must be refused. */
static const char *stray(struct stream *s)
{
	unsigned long nr = s->pair.map.nr;
	struct span range = { draw(&s->draw, (u32)nr), draw_size(s) };
	const char *why;
	bool done;

	if (s->nr_transit == SPANS)
		return settle(s);
	switch (draw(&s->draw, 4)) {
	case 0:
		range = (struct span){ draw_wild(&s->draw),
				       draw_wild(&s->draw) };
		break;
	case 1:
		range.nr = draw_wild(&s->draw);
		break;
	case 2:
		if (!pick_owned(s, &range))
			break;
		range.start -= range.start ? draw(&s->draw, 2) : 0;
		range.nr += draw(&s->draw, 5);
		break;
	}
	why = pair_disown(&s->pair, range.start, range.nr, &done);
	if (!why && done)
		add_transit(s, range.start, range.nr);
	return why;
}

static const char *walk(struct stream *s)
{
	unsigned long from = draw(&s->draw, (u32)s->pair.map.nr + 2);
	unsigned long start = 0, nr = 0, true_start = 0, true_nr = 0;
	bool is, true_is;

	do {
		is = cma_map_hole(&s->pair.map, from, &start, &nr);
		true_is = oracle_hole(&s->pair.oracle, from, &true_start,
				      &true_nr);
		if (is != true_is)
			return tap_why("hole from %lu: %d", from, is);
		if (is && (start != true_start || nr != true_nr))
			return tap_why("hole [%lu, +%lu), not [%lu, +%lu)",
				       start, nr, true_start, true_nr);
		from = start + nr;
	} while (is && draw(&s->draw, 8));
	return NULL;
}

static const char *step(struct stream *s)
{
	switch (draw(&s->draw, 16)) {
	case 0 ... 5:
		return s->filling ? search(s) : release(s);
	case 6 ... 9:
		return settle(s);
	case 10 ... 11:
		return search(s);
	case 12:
		return release(s);
	case 13 ... 14:
		return stray(s);
	default:
		return walk(s);
	}
}

/**
 * stream_run() - run a stream of operations
 * @s: the stream, with its pair and its draw made
 * @ops: operations at most; a stream of bytes may end before
 * @deep_every: compare everything after so many operations, and at the end
 *
 * Return: NULL, or what went wrong and where.
 */
const char *stream_run(struct stream *s, unsigned long ops,
		       unsigned long deep_every)
{
	const char *why = NULL;
	unsigned long i;

	for (i = 0; i < ops && !why; i++) {
		if (s->draw.bytes && !s->draw.left)
			break;
		if (!draw(&s->draw, 64))
			s->filling = !s->filling;
		why = step(s);
		if (!why && (deep_every == 1 || i % 8 == 0))
			why = pair_check(&s->pair, i % deep_every == 0);
	}
	if (!why)
		why = pair_check(&s->pair, true);
	return why ? tap_why("operation %lu: %s", i, why) : NULL;
}

/**
 * stream_fuzz() - run a fuzzer's bytes as a stream, abort if anything is wrong
 * @bytes: the first one chooses the size of the map, the rest are the choices,
 *	so that a text is a story that can be kept in the corpus
 * @nr: how many bytes
 * @run: stream_run() or its like
 *
 * Return: 0.
 */
int stream_fuzz(const u8 *bytes, size_t nr, stream_fn run)
{
	static const unsigned long sizes[] = {
		1, 2, 31, 32, 33, 63, 64, 65, 511, 512, 513, 1000, 1025, 1537,
		2048
	};
	struct stream s = {};
	const char *why;
	u8 *copy;

	if (nr < 2)
		return 0;
	copy = malloc(nr);
	if (!copy)
		abort();
	memcpy(copy, bytes, nr);
	s.draw.bytes = copy + 1;
	s.draw.left = nr - 1;
	pair_init(&s.pair, sizes[copy[0] % ARRAY_SIZE(sizes)], true);
	why = run(&s, 1000, 1);
	if (why) {
		fprintf(stderr, "%lu units: %s\n", s.pair.map.nr, why);
		abort();
	}
	pair_exit(&s.pair);
	free(copy);
	return 0;
}
