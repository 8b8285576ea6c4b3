// SPDX-License-Identifier: GPL-2.0-only
/*
 * The map of an area (pure layer)
 *
 * Three bitmaps hold the state of every unit, and a binary tree of summaries
 * over pieces of %PIECE_UNITS units finds holes without reading the bitmaps.
 * Each summary gives the untaken units at both ends of its piece and the
 * largest hole inside, so that a parent follows from its two children, a whole
 * subtree without a hole of the wanted size is passed over in one step, and the
 * root knows the largest hole of the area at all times. The summaries are those
 * of the Go runtime's page allocator (pallocSum), on a binary tree instead of a
 * radix tree because areas are small.
 *
 * A search looks at a bounded number of holes and then returns to let the
 * caller drop its lock; no call here runs for a time that grows with the
 * fragmentation of the area.
 */
#include "map.h"

/* Units under one leaf of the tree. */
#define PIECE_UNITS	512UL

/* Holes that one call of cma_map_search() may look at. */
#define SEARCH_HOLES	32

static unsigned long nr_pieces(unsigned long nr)
{
	return roundup_pow_of_two(DIV_ROUND_UP(nr, PIECE_UNITS));
}

/*
 * Is there a run of at least @want ones in @ones? Each step halves what is left
 * to prove: bit i of the folded word says that a run of that length starts at i.
 */
static bool word_has_run(unsigned long ones, unsigned int want)
{
	while (want > 1 && ones) {
		unsigned int half = want / 2;

		ones &= ones >> half;
		want -= half;
	}
	return ones;
}

/* Summarize one piece from its @taken bits; units from @nr on count as taken. */
static struct cma_map_sum piece_sum(const unsigned long *taken,
				    unsigned long piece, unsigned long nr)
{
	unsigned long pos = piece * PIECE_UNITS;
	unsigned long end = min(pos + PIECE_UNITS, nr);
	struct cma_map_sum sum = {};
	unsigned int run = 0;
	bool led = false;

	for (; pos < end; pos += BITS_PER_LONG) {
		unsigned long word = taken[pos / BITS_PER_LONG];

		if (end - pos < BITS_PER_LONG)
			word |= ~0UL << (end - pos);
		if (!word) {
			run += BITS_PER_LONG;
			continue;
		}
		run += __ffs(word);
		if (!led)
			sum.lead = run;
		led = true;
		sum.best = max(sum.best, run);
		run = BITS_PER_LONG - 1 - __fls(word);
		sum.best = max(sum.best, run);
		while (sum.best < BITS_PER_LONG &&
		       word_has_run(~word, sum.best + 1))
			sum.best++;
	}
	if (!led)
		sum.lead = run;
	sum.best = max(sum.best, run);
	sum.tail = end % PIECE_UNITS ? 0 : run;
	return sum;
}

/* The summary of two neighbours that cover @units units each. */
static struct cma_map_sum join_sums(const struct cma_map_sum *low,
				    const struct cma_map_sum *high,
				    unsigned long units)
{
	struct cma_map_sum sum = {
		.lead = low->lead == units ? units + high->lead : low->lead,
		.tail = high->tail == units ? units + low->tail : high->tail,
		.best = max3(low->best, high->best, low->tail + high->lead),
	};

	return sum;
}

static bool set_sum(struct cma_map_sum *old, const struct cma_map_sum *new)
{
	bool changed = old->lead != new->lead || old->best != new->best ||
		       old->tail != new->tail;

	*old = *new;
	return changed;
}

/*
 * Bring the tree up to date after [start, start + nr) has become all taken or
 * all untaken. Pieces inside the range need no reading, and a level on which
 * nothing changes ends the work.
 */
static void update_sums(struct cma_map *map, unsigned long start,
			unsigned long nr, bool taken)
{
	const unsigned int inside = taken ? 0 : PIECE_UNITS;
	unsigned long low = start / PIECE_UNITS;
	unsigned long high = (start + nr - 1) / PIECE_UNITS;
	unsigned long units = PIECE_UNITS;
	bool changed = false;
	unsigned long i;

	for (i = low; i <= high; i++) {
		struct cma_map_sum sum = { inside, inside, inside };

		if (i * PIECE_UNITS < start ||
		    (i + 1) * PIECE_UNITS > start + nr)
			sum = piece_sum(map->taken, i, map->nr);
		changed |= set_sum(&map->sum[map->nr_leaves + i], &sum);
	}

	low += map->nr_leaves;
	high += map->nr_leaves;
	while (changed && low > 1) {
		low /= 2;
		high /= 2;
		changed = false;
		for (i = low; i <= high; i++) {
			struct cma_map_sum sum = join_sums(&map->sum[2 * i],
							   &map->sum[2 * i + 1],
							   units);

			changed |= set_sum(&map->sum[i], &sum);
		}
		units *= 2;
	}
}

/**
 * cma_map_bytes() - memory that a map needs
 * @nr: units in the map
 *
 * Return: bytes for cma_map_init(), 0 if @nr is 0 or too large for a map.
 */
size_t cma_map_bytes(unsigned long nr)
{
	if (!nr || nr > INT_MAX)
		return 0;
	return 3 * BITS_TO_LONGS(nr) * sizeof(long) +
	       2 * nr_pieces(nr) * sizeof(struct cma_map_sum);
}

/**
 * cma_map_init() - make a map in which every unit is untaken
 * @map: the map
 * @nr: units in it
 * @mem: cma_map_bytes(@nr) zeroed bytes, aligned to a long; the caller owns them
 */
void cma_map_init(struct cma_map *map, unsigned long nr, void *mem)
{
	map->nr = nr;
	map->nr_untaken = nr;
	map->nr_owned = 0;
	map->nr_leaves = nr_pieces(nr);
	map->taken = mem;
	map->owned = map->taken + BITS_TO_LONGS(nr);
	map->first = map->owned + BITS_TO_LONGS(nr);
	map->sum = (struct cma_map_sum *)(map->first + BITS_TO_LONGS(nr));
	update_sums(map, 0, nr, false);
}

/* The next run of at least @nr untaken units in [pos, end), bit by bit. */
static unsigned long scan_units(const struct cma_map *map, unsigned long pos,
				unsigned long end, unsigned long nr)
{
	for (;;) {
		unsigned long stop;

		pos = find_next_zero_bit(map->taken, end, pos);
		if (end - pos < nr || pos >= end)
			return CMA_MAP_NONE;
		stop = find_next_bit(map->taken, pos + nr, pos);
		if (stop >= pos + nr)
			return pos;
		pos = stop;
	}
}

/* The first hole of @nr units below @node, which is known to have one. */
static unsigned long descend(const struct cma_map *map, unsigned long node,
			     unsigned long start, unsigned long units,
			     unsigned long nr)
{
	while (node < map->nr_leaves) {
		const struct cma_map_sum *low = &map->sum[2 * node];

		units /= 2;
		node *= 2;
		if (low->best >= nr)
			continue;
		start += units;
		if (low[0].tail + low[1].lead >= nr)
			return start - low->tail;
		node++;
	}
	return scan_units(map, start, min(start + units, map->nr), nr);
}

/*
 * The first run of at least @nr untaken units that starts at @pos or later,
 * where a run that @pos itself cuts counts from @pos on.
 *
 * After the piece that holds @pos, the tree is climbed: each subtree to the
 * right is used, joined to the run that leads up to it, or passed over.
 */
static unsigned long next_run(const struct cma_map *map, unsigned long pos,
			      unsigned long nr)
{
	unsigned long piece = pos / PIECE_UNITS;
	unsigned long end = min((piece + 1) * PIECE_UNITS, map->nr);
	unsigned long node = map->nr_leaves + piece;
	unsigned long units = PIECE_UNITS;
	unsigned long found, run;

	if (map->sum[node].best >= nr) {
		found = scan_units(map, pos, end, nr);
		if (found != CMA_MAP_NONE)
			return found;
	}
	run = min_t(unsigned long, map->sum[node].tail, end - pos);

	for (;;) {
		const struct cma_map_sum *sum;

		while (node & 1) {
			node /= 2;
			units *= 2;
		}
		if (!node)
			return CMA_MAP_NONE;
		node++;
		sum = &map->sum[node];
		if (run + sum->lead >= nr)
			return end - run;
		if (sum->best >= nr)
			return descend(map, node, end, units, nr);
		run = sum->lead == units ? run + units : sum->tail;
		end += units;
	}
}

/**
 * cma_map_search() - find a place for an allocation
 * @map: the map
 * @from: in: lowest unit to consider; out: where to go on, @map->nr when the
 *	search is over
 * @want: size and alignment
 *
 * The lowest place wins. A search that has met many holes in which the
 * alignment leaves no room gives up for now: it returns %CMA_MAP_NONE with
 * *@from below @map->nr, and the caller goes on from there after a breath.
 *
 * Return: first unit of the place, or %CMA_MAP_NONE.
 */
unsigned long cma_map_search(const struct cma_map *map, unsigned long *from,
			     const struct cma_map_want *want)
{
	unsigned long pos = *from;
	int holes;

	for (holes = 0; holes < SEARCH_HOLES; holes++) {
		unsigned long start, taken;

		if (pos >= map->nr || want->nr > map->nr - pos ||
		    want->nr > cma_map_largest(map))
			break;
		start = next_run(map, pos, want->nr);
		if (start == CMA_MAP_NONE)
			break;
		pos = ((start + want->align_offset + want->align_mask) &
		       ~want->align_mask) - want->align_offset;
		if (pos >= map->nr || want->nr > map->nr - pos)
			break;
		taken = find_next_bit(map->taken, pos + want->nr,
				      start + want->nr);
		if (taken >= pos + want->nr) {
			*from = pos;
			return pos;
		}
		pos = max(pos, taken + 1);
	}
	*from = holes < SEARCH_HOLES ? map->nr : pos;
	return CMA_MAP_NONE;
}

/**
 * cma_map_take() - untaken units become in transit
 * @map: the map
 * @start: first unit
 * @nr: number of units; the whole range must be untaken
 */
void cma_map_take(struct cma_map *map, unsigned long start, unsigned long nr)
{
	bitmap_set(map->taken, start, nr);
	map->nr_untaken -= nr;
	update_sums(map, start, nr, true);
}

/**
 * cma_map_untake() - units in transit become untaken
 * @map: the map
 * @start: first unit
 * @nr: number of units; the whole range must be in transit
 */
void cma_map_untake(struct cma_map *map, unsigned long start, unsigned long nr)
{
	bitmap_clear(map->taken, start, nr);
	map->nr_untaken += nr;
	update_sums(map, start, nr, false);
}

/**
 * cma_map_own() - units in transit become one owned range
 * @map: the map
 * @start: first unit
 * @nr: number of units; the whole range must be in transit
 */
void cma_map_own(struct cma_map *map, unsigned long start, unsigned long nr)
{
	if (nr > 1)
		bitmap_set(map->owned, start, nr);
	else
		__set_bit(start, map->owned);
	map->nr_owned += nr;
	__set_bit(start, map->first);
}

/**
 * cma_map_disown() - begin a release: owned units become in transit
 * @map: the map
 * @start: first unit
 * @nr: number of units
 *
 * The range must lie in one owned range but need not be all of it: what is left
 * before and after it stays owned.
 *
 * Return: 0; or, with the map unchanged, -EINVAL if the range is empty or not
 * inside the map, -ENOENT if not all of it is owned, -EXDEV if it touches more
 * than one owned range.
 */
int cma_map_disown(struct cma_map *map, unsigned long start, unsigned long nr)
{
	unsigned long end = start + nr;

	if (!nr || start >= map->nr || nr > map->nr - start)
		return -EINVAL;
	if (!test_bit(start, map->owned) ||
	    (nr > 1 && find_next_zero_bit(map->owned, end, start) < end))
		return -ENOENT;
	if (nr > 1 && find_next_bit(map->first, end, start + 1) < end)
		return -EXDEV;

	if (nr > 1)
		bitmap_clear(map->owned, start, nr);
	else
		__clear_bit(start, map->owned);
	map->nr_owned -= nr;
	__clear_bit(start, map->first);
	if (end < map->nr && test_bit(end, map->owned))
		__set_bit(end, map->first);
	return 0;
}

/**
 * cma_map_hole() - step through the holes of a map
 * @map: the map
 * @from: lowest unit to consider
 * @start: first unit of the hole
 * @nr: units in the hole
 *
 * Return: whether there is a hole at or behind @from.
 */
bool cma_map_hole(const struct cma_map *map, unsigned long from,
		  unsigned long *start, unsigned long *nr)
{
	if (from >= map->nr)
		return false;
	*start = next_run(map, from, 1);
	if (*start == CMA_MAP_NONE)
		return false;
	*nr = find_next_bit(map->taken, map->nr, *start) - *start;
	return true;
}

/* Does every summary follow from what is below it? */
static bool sums_valid(const struct cma_map *map)
{
	unsigned long i, units = PIECE_UNITS;
	unsigned long level = map->nr_leaves;

	for (i = 0; i < map->nr_leaves; i++) {
		struct cma_map_sum sum = piece_sum(map->taken, i, map->nr);

		if (memcmp(&sum, &map->sum[map->nr_leaves + i], sizeof(sum)))
			return false;
	}
	for (level /= 2; level; level /= 2, units *= 2) {
		for (i = level; i < 2 * level; i++) {
			struct cma_map_sum sum = join_sums(&map->sum[2 * i],
							   &map->sum[2 * i + 1],
							   units);

			if (memcmp(&sum, &map->sum[i], sizeof(sum)))
				return false;
		}
	}
	return true;
}

/**
 * cma_map_validate() - check all that must hold in a map
 * @map: the map
 *
 * Takes time in proportion to the size of the map; for tests and debugging.
 *
 * Return: 0 or -EUCLEAN.
 */
int cma_map_validate(const struct cma_map *map)
{
	unsigned long i, untaken = 0, nr_owned = 0;
	bool before = false;

	for (i = 0; i < map->nr; i++) {
		bool owned = test_bit(i, map->owned);
		bool first = test_bit(i, map->first);

		untaken += !test_bit(i, map->taken);
		nr_owned += owned;
		if (owned && !test_bit(i, map->taken))
			return -EUCLEAN;
		if (first && !owned)
			return -EUCLEAN;
		if (owned && !before && !first)
			return -EUCLEAN;
		before = owned;
	}
	if (untaken != map->nr_untaken || nr_owned != map->nr_owned)
		return -EUCLEAN;
	return sums_valid(map) ? 0 : -EUCLEAN;
}
