// SPDX-License-Identifier: GPL-2.0-only
/*
 * A zone of page frames whose buddy allocator knows the protocol
 *
 * A frame goes from state to state, and every step is checked where it is made:
 *
 *	free    -> raw		__isolate_free_page(), under zone->lock
 *	raw     -> free		__putback_isolated_page(), under zone->lock
 *	raw     -> ours		post_alloc_hook()
 *	ours    -> raw		free_pages_prepare(), without a reference left
 *	ours    -> held		the owner has gone, somebody else has a reference
 *	held    -> free		he goes, too
 *	free   <-> foreign	somebody else allocates and frees
 */
#include "sim.h"
#include "../../../../../mm/cma/cma.h"
#include "../../../../../mm/cma/fault.h"
#include "model.h"

struct page sim_pages[SIM_FRAMES];
struct zone sim_zone;
unsigned long jiffies = 1000;
unsigned long sim_warnings;
unsigned long host_words_read;

static struct task_struct task;
struct task_struct *current = &task;

struct sim sim;

void sim_fail(const char *why, unsigned long pfn)
{
	fprintf(stderr, "sim: seed %llu, operation %lu: %s, pfn %#lx, state %d refs %ld\n",
		(unsigned long long)sim.seed, sim.ops, why, pfn,
		sim_pages[pfn].state, sim_pages[pfn].refs);
	abort();
}

/* A generator that is cheap: it is asked at every lock. */
u32 sim_random(void)
{
	sim.state ^= sim.state << 13;
	sim.state ^= sim.state >> 7;
	sim.state ^= sim.state << 17;
	return (u32)(sim.state >> 16);
}

bool sim_draw(unsigned int one_in)
{
	return one_in && sim_random() % one_in == 0;
}

bool cma_step_fails(enum cma_step step)
{
	bool fails = sim_draw(sim.fault_one_in);

	sim.faults[step] += fails;
	return fails;
}

static void set_states(unsigned long pfn, unsigned int order,
		       enum sim_state from, enum sim_state to)
{
	unsigned long end = pfn + (1UL << order);

	for (; pfn < end; pfn++) {
		if (sim_pages[pfn].state != from)
			sim_fail("a frame takes a step that it may not", pfn);
		sim_pages[pfn].state = to;
	}
}

static bool in_area(unsigned long pfn)
{
	return pfn - SIM_BASE < SIM_COUNT;
}

/* Make a free page of frames that are marked free, and merge it. */
static void add_free(unsigned long pfn, unsigned int order)
{
	for (; order < MAX_PAGE_ORDER; order++) {
		unsigned long buddy = pfn ^ (1UL << order);

		if (!in_area(buddy) || !sim_pages[buddy].head ||
		    sim_pages[buddy].order != order)
			break;
		sim_pages[buddy].head = false;
		pfn &= ~(1UL << order);
	}
	sim_pages[pfn].head = true;
	sim_pages[pfn].order = order;
}

int sim_isolate_free_page(struct page *page, unsigned int order)
{
	if (!sim_zone.lock.held)
		sim_fail("isolated without the lock", page_to_pfn(page));
	if (!page->head || page->order != order)
		sim_fail("isolated, but not a free page of this size",
			 page_to_pfn(page));
	page->head = false;
	set_states(page_to_pfn(page), order, SIM_FREE, SIM_RAW);
	return 1 << order;
}

void sim_putback_isolated_page(struct page *page, unsigned int order)
{
	unsigned long pfn = page_to_pfn(page);

	if (!sim_zone.lock.held)
		sim_fail("put back without the lock", pfn);
	if (order > MAX_PAGE_ORDER || pfn & ((1UL << order) - 1))
		sim_fail("put back crookedly", pfn);
	set_states(pfn, order, SIM_RAW, SIM_FREE);
	add_free(pfn, order);
}

void sim_post_alloc(struct page *page, unsigned int order)
{
	set_states(page_to_pfn(page), order, SIM_RAW, SIM_OURS);
}

/* Each piece becomes single pages with a reference each. */
void sim_split_page(struct page *page, unsigned int order)
{
	unsigned long i;

	for (i = 0; i < 1UL << order; i++)
		page[i].refs = 1;
}

bool sim_free_prepare(struct page *page, unsigned int order)
{
	unsigned long i;

	for (i = 0; i < 1UL << order; i++) {
		if (page[i].refs)
			sim_fail("freed with a reference", page_to_pfn(page + i));
	}
	set_states(page_to_pfn(page), order, SIM_OURS, SIM_RAW);
	return true;
}

bool sim_drop_ref(struct page *page)
{
	if (page->state != SIM_OURS || page->refs <= 0)
		sim_fail("a reference dropped that there is not",
			 page_to_pfn(page));
	if (!--page->refs)
		return true;
	page->state = SIM_HELD;
	return false;
}

/* Somebody else */

static unsigned long free_page_of(unsigned long pfn)
{
	unsigned int order;

	for (order = 0; order <= MAX_PAGE_ORDER; order++) {
		unsigned long head = pfn & ~((1UL << order) - 1);

		if (sim_pages[head].head && sim_pages[head].order >= order)
			return head;
	}
	sim_fail("free, but in no free page", pfn);
}

static void foreign_alloc(unsigned long pfn)
{
	unsigned long head = free_page_of(pfn);
	unsigned int order = sim_pages[head].order;

	sim_pages[head].head = false;
	while (order) {
		order--;
		/* The half without the frame stays free. */
		add_free((pfn ^ (1UL << order)) & ~((1UL << order) - 1), order);
	}
	sim_pages[pfn].state = SIM_FOREIGN;
	sim_pages[pfn].refs = 1;
	sim_pages[pfn].pinned = sim_draw(6);
	sim.foreign++;
}

void sim_foreign_free(unsigned long pfn)
{
	sim_pages[pfn].refs = 0;
	sim_pages[pfn].pinned = false;
	sim_pages[pfn].state = SIM_FREE;
	add_free(pfn, 0);
}

/* Somebody does something to a frame, whatever it is. */
static void meddle(unsigned long pfn)
{
	struct page *page = &sim_pages[pfn];

	switch (page->state) {
	case SIM_FREE:
		foreign_alloc(pfn);
		break;
	case SIM_FOREIGN:
		if (page->pinned || sim_draw(4))
			page->pinned = !page->pinned;
		else
			sim_foreign_free(pfn);
		break;
	case SIM_HELD:
		sim_foreign_free(pfn);
		break;
	case SIM_OURS:
		/* Once handed out, and not while it is being put. */
		if (page->refs == 1 && sim_draw(8)) {
			page->refs = 2;
			page->pinned = true;
			sim.pins++;
		} else if (page->refs == 2) {
			page->refs = 1;
			page->pinned = false;
		}
		break;
	case SIM_RAW:
		break;
	}
}

void sim_let_others_run(void)
{
	if (sim.depth || sim_zone.lock.held || sim.cma.lock.held ||
	    !sim_draw(sim.others_one_in))
		return;
	sim.depth++;
	switch (sim_random() % 8) {
	case 0:
		if (sim.cma.pocket.empty.pending) {
			sim.cma.pocket.empty.pending = false;
			sim.cma.pocket.empty.work.func(&sim.cma.pocket.empty.work);
		}
		break;
	case 1:
	case 2:
		model_interrupt();
		break;
	default:
		meddle(SIM_BASE + sim_random() % SIM_COUNT);
	}
	sim.depth--;
}

/* What evacuate.c does, in this zone */

bool cma_hopeless(struct page *page)
{
	return page->state == SIM_HELD || (page->refs && page->pinned);
}

unsigned long cma_last_hopeless(unsigned long start, unsigned long end,
				bool *in_pcp)
{
	unsigned long pfn = end;

	(void)in_pcp;
	while (pfn-- > start) {
		if (cma_hopeless(&sim_pages[pfn]))
			return pfn;
	}
	return end;
}

unsigned long cma_cost(unsigned long start, unsigned long end)
{
	unsigned long cost = 0;

	for (; start < end; start++) {
		if (cma_hopeless(&sim_pages[start]))
			return ULONG_MAX;
		cost += sim_pages[start].state == SIM_FOREIGN;
	}
	return cost;
}

int cma_evacuate(struct cma_evacuation *ev, unsigned long start,
		 unsigned long end)
{
	unsigned long pfn;

	ev->blocker = start;
	if (cma_step_fails(CMA_STEP_LOCK))
		return -EBUSY;
	if (sim_draw(4096))
		return -EINTR;
	for (pfn = start; pfn < end; pfn++) {
		struct page *page = &sim_pages[pfn];

		sim_let_others_run();
		if (page->state == SIM_FREE)
			continue;
		ev->blocker = pfn;
		if (page->state == SIM_OURS || page->state == SIM_RAW)
			sim_fail("evacuated what is nobody else's", pfn);
		if (cma_hopeless(page) || cma_step_fails(CMA_STEP_MOVE))
			return -EBUSY;
		sim_foreign_free(pfn);
		ev->nr_migrated++;
	}
	return cma_claim(start, end, &ev->blocker) ? -EBUSY : 0;
}

/* There is no exclusive area here. */

/* In place of report.c: a failure is told with figures of the area itself. */
void cma_holes(struct cma *cma, unsigned long *untaken, unsigned long *largest)
{
	*untaken = cma->map.nr_untaken << cma->order_per_bit;
	*largest = cma_map_largest(&cma->map) << cma->order_per_bit;
}

void cma_report_failure(struct cma *cma, struct cma_outcome *outcome)
{
	unsigned long at = outcome->blocker - cma->base_pfn;

	if (!outcome->err || outcome->largest > outcome->available)
		sim_fail("a failure that contradicts itself", outcome->blocker);
	if (outcome->blocker != CMA_MAP_NONE && at >= cma->count)
		sim_fail("a blocker outside the area", outcome->blocker);
}

int cma_exclusive_alloc(struct cma *cma, const struct cma_map_want *want,
			gfp_t gfp, unsigned long *pfn)
{
	(void)cma, (void)want, (void)gfp, (void)pfn;
	sim_fail("an exclusive area", 0);
}

int cma_exclusive_release(struct cma *cma, unsigned long pfn,
			  unsigned long count)
{
	(void)cma, (void)pfn, (void)count;
	sim_fail("an exclusive area", 0);
}

/* A zone in which only the area is free. */
void sim_init(u64 seed)
{
	unsigned long pfn;

	memset(&sim, 0, sizeof(sim));
	memset(sim_pages, 0, sizeof(sim_pages));
	sim_zone.zone_start_pfn = 0;
	sim.seed = seed;
	sim.state = seed * 0x9e3779b97f4a7c15ULL + 1;
	for (pfn = 0; pfn < SIM_FRAMES; pfn++) {
		sim_pages[pfn].state = in_area(pfn) ? SIM_FREE : SIM_FOREIGN;
		sim_pages[pfn].refs = !in_area(pfn);
		sim_pages[pfn].pinned = !in_area(pfn);
	}
	for (pfn = SIM_BASE; pfn < SIM_BASE + SIM_COUNT; pfn++)
		add_free(pfn, 0);
}
