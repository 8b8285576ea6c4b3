// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random lives of an area: the allocator itself, on a zone that is simulated
 *
 * usage: model SEED OPERATIONS
 *
 * An operation is a call of the allocator: an allocation or a release, right or
 * wrong, by one of two tasks or by an interrupt. What others do is not counted.
 *
 * Each life has a seed of its own. An oracle knows who owns each frame: a frame
 * has one owner at most, is what it was when he got it, and when a life ends,
 * everything is free and in one piece again.
 */
#include "sim.h"
#include "model.h"

#define HELD	64
#define LIFE	20000UL

/* Ranges that are held, by two tasks and by the interrupt. */
struct range {
	unsigned long pfn;
	unsigned long count;
	bool whole;		/* a folio, which is not given back in parts */
};

static struct range held[HELD], in_interrupt[8], of_other_task[8];
static unsigned int nr_held;
static u32 owner[SIM_FRAMES], serial;

static struct {
	unsigned long served, refused, released, misused, atomic;
} did;

static unsigned long operations(void)
{
	return did.served + did.refused + did.released + did.misused;
}

static const gfp_t efforts[] = {
	GFP_KERNEL | __GFP_NORETRY, GFP_ATOMIC, GFP_NOIO | __GFP_NORETRY,
};

static unsigned long unit_of(unsigned long pfn)
{
	return (pfn - SIM_BASE) >> sim.cma.order_per_bit;
}

static unsigned long whole_units(unsigned long count)
{
	return ALIGN(count, 1UL << sim.cma.order_per_bit);
}

/* A range is ours: each frame was nobody's, and is a page with a reference. */
static void note_owned(struct range *range, unsigned long pfn,
		       unsigned long count)
{
	unsigned long i;

	if (pfn < SIM_BASE || count > SIM_BASE + SIM_COUNT - pfn)
		sim_fail("handed out, but not of the area", pfn);
	serial++;
	for (i = pfn; i < pfn + count; i++) {
		struct page *page = compound_head(&sim_pages[i]);

		if (owner[i])
			sim_fail("handed out twice", i);
		if (sim_pages[i].state != SIM_OURS || page->refs < 1 ||
		    page_to_pfn(page) < pfn)
			sim_fail("handed out, but not a page", i);
		if (sim_pages[i].private)
			sim_fail("handed out with a mark of its last owner", i);
		if (!PageCompound(page))
			sim_pages[i].private = 1;
		owner[i] = serial;
	}
	range->pfn = pfn;
}

static void note_free(unsigned long pfn, unsigned long count)
{
	memset(&owner[pfn], 0, count * sizeof(owner[0]));
}

static void get(struct range *range, unsigned long count, unsigned int align,
		gfp_t gfp)
{
	unsigned long pfn = 0;
	int err = cma_alloc_range(&sim.cma, count, align, gfp | __GFP_NOWARN,
				  &pfn);

	if (err) {
		did.refused++;
		if (err != -ENOSPC && err != -EBUSY && err != -ENOMEM &&
		    err != -EINTR)
			sim_fail("an error that there is not", -err);
		return;
	}
	did.served++;
	if (pfn & ((1UL << align) - 1))
		sim_fail("not aligned", pfn);
	note_owned(range, pfn, whole_units(count));
	range->count = count;
	range->whole = gfp & __GFP_COMP;
	if (range->whole != !!(sim_pages[pfn].flags & BIT(PG_head)))
		sim_fail("handed out in another form", pfn);
}

static void put(struct range *range, unsigned long count)
{
	unsigned long pfn = range->pfn;

	/* Ours no longer from here on: others may have them at once. */
	range->pfn += count;
	range->count -= count;
	note_free(pfn, whole_units(count));
	did.released++;
	if (cma_release_range(&sim.cma, pfn, count))
		sim_fail("a release was refused", pfn);
}

static void small(struct range *range, gfp_t gfp)
{
	get(range, 1 + sim_random() % 20, sim_random() % 5, gfp);
}

static void folio(struct range *range, gfp_t gfp)
{
	unsigned int order = max(1 + sim_random() % pageblock_order,
				 sim.cma.order_per_bit);

	get(range, 1UL << order, order, gfp | __GFP_COMP);
}

/* Another task, while the first one is in the middle of something. */
void model_task(void)
{
	struct range *range = &of_other_task[sim_random() % 8];

	if (range->count)
		put(range, range->count);
	else
		get(range, 1 + sim_random() % (SIM_COUNT / 4), sim_random() % 5,
		    efforts[sim_random() % ARRAY_SIZE(efforts)]);
}

void model_interrupt(void)
{
	struct range *range = &in_interrupt[sim_random() % 8];

	did.atomic++;
	if (range->count)
		put(range, range->count);
	else
		small(range, GFP_ATOMIC);
}

/* Whole units of one allocation, and if it is a folio all of it. */
static bool may_be_released(unsigned long pfn, unsigned long count)
{
	unsigned long end = pfn + whole_units(count), i;

	if (whole_units(pfn) != pfn)
		return false;
	for (i = pfn; i < pfn + count; i++) {
		if (i >= SIM_BASE + SIM_COUNT || !owner[i] ||
		    owner[i] != owner[pfn])
			return false;
	}
	if (PageCompound(&sim_pages[pfn]))
		return !PageTail(&sim_pages[pfn]) &&
		       count == 1UL << sim_pages[pfn].order;
	return whole_units(count) == count || owner[end] != owner[pfn];
}

/* A release that must be refused, and change nothing. */
static void misuse(void)
{
	const struct range *near = &held[sim_random() % nr_held];
	unsigned long pfn = SIM_BASE + sim_random() % SIM_COUNT;
	unsigned long count = 1 + sim_random() % 40;
	unsigned long owned = sim.cma.map.nr_owned;
	unsigned int depth = sim.depth;

	/* What is nearly right is a harder test than what is not at all. */
	if (near->count && sim_draw(2)) {
		pfn = near->pfn + sim_random() % 2;
		count = 1 + sim_random() % near->count;
	}
	if (may_be_released(pfn, count))
		return;
	did.misused++;
	sim.depth = 1;
	if (!cma_release_range(&sim.cma, pfn, count))
		sim_fail("a wrong release was not refused", pfn);
	if (sim.cma.map.nr_owned != owned)
		sim_fail("a refused release changed something", pfn);
	sim.depth = depth;
}

/* Each folio is there once, and only those that somebody uses. */
static void check_folios(void)
{
	unsigned long pfn, nr = 0;

	for (pfn = 0; pfn < SIM_FRAMES; pfn++) {
		const struct page *page = &sim_pages[pfn];

		sim_check_folio(pfn);
		nr += page->state == SIM_FOREIGN && !page->tail && !page->gone;
	}
	if (nr != sim.nr_alive)
		sim_fail("folios are lost, or there twice", nr);
}

/* Map, pocket, frames and owners agree when nobody is at work. */
static void check(bool deep)
{
	struct cma *cma = &sim.cma;
	unsigned long i, nr_owned = 0;

	if (cma->working.v)
		sim_fail("somebody is still at work", 0);
	if (sim.isolated || sim.targets || sim.disabled)
		sim_fail("an evacuation has left something behind", 0);
	for (i = 0; i < SIM_COUNT; i++) {
		const struct page *page = &sim_pages[SIM_BASE + i];
		unsigned long bit = SIM_BASE + i - cma->pocket.start;
		bool raw = bit < (unsigned long)BITS_PER_LONG &&
			   cma->pocket.raw >> bit & 1;
		unsigned long unit = unit_of(SIM_BASE + i);
		bool owned = test_bit(unit, cma->map.owned);
		bool off = page->state == SIM_RAW;

		if (owned != !!owner[SIM_BASE + i])
			sim_fail("map and owner differ", SIM_BASE + i);
		if (owned && page->state != SIM_OURS)
			sim_fail("owned, but not a page of ours", SIM_BASE + i);
		if (raw != (test_bit(unit, cma->map.taken) && !owned))
			sim_fail("stranded, or in the pocket by mistake",
				 SIM_BASE + i);
		if (off != raw)
			sim_fail("lost, or in the pocket but not raw",
				 SIM_BASE + i);
		if (!owned && page->state == SIM_OURS)
			sim_fail("a page of ours that nobody owns", SIM_BASE + i);
		nr_owned += owned;
	}
	if (nr_owned != cma->map.nr_owned << cma->order_per_bit ||
	    (!cma->order_per_bit &&
	     cma->nr_allocated.v - cma->nr_released.v != (s64)nr_owned))
		sim_fail("counters", 0);
	if (deep)
		check_folios();
	if (deep && cma_map_validate(&cma->map))
		sim_fail("the map is damaged", 0);
}

static void step(void)
{
	struct range *range = &held[sim_random() % nr_held];
	gfp_t gfp = efforts[sim_random() % ARRAY_SIZE(efforts)];

	/* Those who wait take long, and do the same work over and over. */
	if (sim_draw(200))
		gfp = GFP_KERNEL;
	if (sim_draw(4000))
		gfp = GFP_KERNEL | __GFP_RETRY_MAYFAIL;
	sim.ops++;
	if (range->count) {
		unsigned long part = whole_units(1 + sim_random() % range->count);

		put(range, sim_draw(4) && !range->whole ?
			   min(part, range->count) : range->count);
	} else if (sim_draw(12)) {
		misuse();
	} else if (sim_draw(8)) {
		folio(range, gfp);
	} else if (sim_draw(8)) {
		get(range, 1 + sim_random() % SIM_COUNT, sim_random() % 8, gfp);
	} else {
		small(range, gfp);
	}
	sim_let_others_run();
}

/* Everybody leaves; everything must be free, and in the largest pieces. */
static void end_life(void)
{
	unsigned long i;
	bool broken = false;

	sim.others_one_in = 0;
	sim.fault_one_in = 0;
	for (i = 0; i < HELD; i++) {
		if (held[i].count)
			put(&held[i], held[i].count);
	}
	for (i = 0; i < ARRAY_SIZE(in_interrupt); i++) {
		if (in_interrupt[i].count)
			put(&in_interrupt[i], in_interrupt[i].count);
		if (of_other_task[i].count)
			put(&of_other_task[i], of_other_task[i].count);
	}
	sim_stranger_leaves();
	for (i = 0; i < SIM_FRAMES; i++)
		sim_folio_leave(i);
	sim_drain();
	cma_pocket_empty(&sim.cma);
	check(true);
	if (sim.cma.map.nr_untaken != SIM_COUNT >> sim.cma.order_per_bit)
		sim_fail("something is still taken", 0);
	if (sim.nr_alive)
		sim_fail("a folio is lost", sim.nr_alive);
	for (i = 0; i < SIM_FRAMES; i++) {
		if (sim_pages[i].broken && !cma_hopeless(&sim_pages[i]))
			sim_fail("a broken frame looks as if it could be had", i);
		broken |= sim_pages[i].broken;
	}
	for (i = 0; i < SIM_FRAMES && !broken; i += MAX_ORDER_NR_PAGES) {
		if (!sim_pages[i].head || sim_pages[i].order != MAX_PAGE_ORDER)
			sim_fail("not in one piece", i);
	}
}

/* Up to so many operations in all. */
static void live(u64 seed, unsigned long ops, void *map)
{
	struct cma *cma = &sim.cma;

	sim_init(seed);
	memset(held, 0, sizeof(held));
	memset(in_interrupt, 0, sizeof(in_interrupt));
	memset(of_other_task, 0, sizeof(of_other_task));
	memset(owner, 0, sizeof(owner));
	memset(map, 0, cma_map_bytes(SIM_COUNT));
	cma->base_pfn = SIM_BASE;
	cma->count = SIM_COUNT;
	cma->zone = &sim_zone;
	cma_pocket_init(cma);
	cma->order_per_bit = seed % 4 == 2 ? 2 : 0;
	cma_map_init(&cma->map, SIM_COUNT >> cma->order_per_bit, map);
	/* From a quiet life without faults to one that is neither. */
	sim.others_one_in = 1 + (unsigned int)(seed * 7 % 40);
	sim.may_break = seed % 4 == 1 ? 3 : 0;
	nr_held = 4 + (unsigned int)(seed * 11 % (HELD - 4));
	sim.fault_one_in = seed % 3 ? (unsigned int)(20 + seed * 13 % 400) : 0;
	while (sim.ops < LIFE && operations() < ops) {
		step();
		if (!(sim.ops % 16))
			check(!(sim.ops % 256));
	}
	end_life();
}

int main(int argc, char **argv)
{
	u64 seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	unsigned long ops = argc > 2 ? strtoul(argv[2], NULL, 0) : LIFE;
	unsigned long pins = 0, foreign = 0, faults = 0, i;
	unsigned long moved = 0, dropped = 0, nested = 0;
	void *map = malloc(cma_map_bytes(SIM_COUNT));

	while (map && operations() < ops) {
		live(seed++, ops, map);
		pins += sim.pins;
		foreign += sim.foreign;
		moved += sim.moved;
		dropped += sim.dropped;
		nested += sim.nested;
		for (i = 0; i < ARRAY_SIZE(sim.faults); i++)
			faults += sim.faults[i];
	}
	free(map);
	printf("# model: %lu operations: %lu served, %lu refused, ",
	       operations(), did.served, did.refused);
	printf("%lu released, %lu wrong releases refused\n", did.released,
	       did.misused);
	printf("# model: meanwhile %lu steps failed, %lu interrupts, ", faults,
	       did.atomic);
	printf("others took %lu frames and pinned %lu of ours\n", foreign, pins);
	printf("# model: evacuations moved %lu folios and dropped %lu, ", moved,
	       dropped);
	printf("a second task came in between %lu times\n", nested);
	printf("%sok 1 - model: no frame lost, none with two owners\n1..1\n",
	       did.served && did.misused && moved && dropped && nested ?
	       "" : "not ");
	return 0;
}
