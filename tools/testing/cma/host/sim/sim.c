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
 *	held    -> free		he goes, too, perhaps by way of a per-CPU list
 *	free   <-> foreign	somebody else allocates and frees, likewise
 *	free    -> target	allocated for a migration, and then foreign
 *	ours    -> broken	bad memory that its owner has given back
 *
 * Blocks can be isolated, by evacuations that have locked them and by strangers
 * who do not know the lock. What is free there cannot be allocated.
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

/* @what is the frame, or a number that tells more if there is none. */
void sim_fail(const char *why, unsigned long what)
{
	const struct page *page = &sim_pages[what % SIM_FRAMES];

	fprintf(stderr, "sim: seed %llu, operation %lu: %s, %#lx, state %d refs %ld\n",
		(unsigned long long)sim.seed, sim.ops, why, what, page->state,
		page->refs);
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
	if (step == CMA_STEP_PAGES)
		sim.places[sim.worker].tried = true;
	/* As if a frame were in use. */
	if (fails)
		sim.places[sim.worker].free = false;
	return fails;
}

bool sim_in_area(unsigned long pfn)
{
	return pfn - SIM_BASE < SIM_COUNT;
}

int *sim_block(unsigned long pfn)
{
	return &sim.blocks[pfn / pageblock_nr_pages];
}

bool sim_isolated(unsigned long pfn)
{
	return *sim_block(pfn) == MIGRATE_ISOLATE;
}

unsigned long sim_free_frames(int item)
{
	return sim.nr_free[item];
}

/*
 * Somebody takes frames, or cuts free pages into pieces. Who but @but is at work
 * there, and looks without a lock, may be deceived.
 */
static void places_change(unsigned long start, unsigned long end,
			  unsigned int but)
{
	unsigned int i;

	for (i = 0; i < SIM_WORKERS; i++) {
		if (i != but && sim.places[i].start < end &&
		    start < sim.places[i].end)
			sim.places[i].free = false;
	}
}

/* An allocation has chosen a place, or found none. */
void sim_place(unsigned long pfn, unsigned long count)
{
	struct sim_place *place = &sim.places[sim.worker];
	unsigned long end = pfn + count;

	memset(place, 0, sizeof(*place));
	if (pfn == CMA_MAP_NONE)
		return;
	place->start = pfn;
	place->end = end;
	while (pfn < end && sim_pages[pfn].state == SIM_FREE)
		pfn++;
	place->free = pfn == end;
}

/* Nobody has to be asked for what has been free all the time. */
void sim_check_effort(const char *why)
{
	const struct sim_place *place = &sim.places[sim.worker];

	if (place->free)
		sim_fail(why, place->start);
}

/* Every change of a frame's state goes through here. */
void sim_set_state(unsigned long pfn, enum sim_state state)
{
	struct page *page = &sim_pages[pfn];
	long change = (state == SIM_FREE) - (page->state == SIM_FREE);

	if (state != SIM_FREE && state != SIM_RAW)
		places_change(pfn, pfn + 1, SIM_WORKERS);
	sim.nr_free[NR_FREE_PAGES] += change;
	if (sim_in_area(pfn))
		sim.nr_free[NR_FREE_CMA_PAGES] += change;
	page->state = state;
}

static void set_states(unsigned long pfn, unsigned int order,
		       enum sim_state from, enum sim_state to)
{
	unsigned long end = pfn + (1UL << order);

	for (; pfn < end; pfn++) {
		if (sim_pages[pfn].state != from)
			sim_fail("a frame takes a step that it may not", pfn);
		sim_set_state(pfn, to);
	}
}

/* Whole blocks only merge with blocks of the same type. */
static bool may_merge(unsigned long pfn, unsigned long buddy, unsigned int order)
{
	return buddy < SIM_FRAMES && sim_pages[buddy].head &&
	       sim_pages[buddy].order == order &&
	       (order < pageblock_order ||
		*sim_block(pfn) == *sim_block(buddy));
}

/* Make a free page of frames that are marked free, and merge it. */
static void add_free(unsigned long pfn, unsigned int order)
{
	for (; order < MAX_PAGE_ORDER; order++) {
		unsigned long buddy = pfn ^ (1UL << order);

		if (!may_merge(pfn, buddy, order))
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
	places_change(page_to_pfn(page), page_to_pfn(page) + (1UL << order),
		      sim.worker);
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
	for (i = 0; order && i < 1UL << order; i++) {
		if (page[i].broken)
			sim_fail("a broken frame freed with others",
				 page_to_pfn(page + i));
	}
	page->private = 0;	/* of a larger piece, only the first one's */
	if (page->broken)
		sim_set_state(page_to_pfn(page), SIM_BROKEN);
	return !page->broken;
}

bool sim_drop_ref(struct page *page)
{
	if (page->state != SIM_OURS || page->refs <= 0)
		sim_fail("a reference dropped that there is not",
			 page_to_pfn(page));
	page->private = 0;
	if (!--page->refs)
		return true;
	page->state = SIM_HELD;
	return false;
}

/* Somebody else */

unsigned long sim_free_page_of(unsigned long pfn)
{
	unsigned int order;

	for (order = 0; order <= MAX_PAGE_ORDER; order++) {
		unsigned long head = pfn & ~((1UL << order) - 1);

		if (sim_pages[head].head && sim_pages[head].order >= order)
			return head;
	}
	sim_fail("free, but in no free page", pfn);
}

/* Take 2^@order frames, aligned, out of the free page that they belong to. */
void sim_take_free(unsigned long pfn, unsigned int want, enum sim_state state)
{
	unsigned long head = sim_free_page_of(pfn);
	unsigned int order = sim_pages[head].order;

	sim_pages[head].head = false;
	places_change(head, head + (1UL << order), SIM_WORKERS);
	while (order > want) {
		order--;
		/* The half without the frames stays free. */
		add_free((pfn ^ (1UL << order)) & ~((1UL << order) - 1), order);
	}
	set_states(pfn, want, SIM_FREE, state);
}

void drain_all_pages(struct zone *zone)
{
	(void)zone;
	sim_check_effort("per-CPU lists are drained for free frames");
	sim_let_others_run();
	sim_drain();
}

void sim_drain(void)
{
	while (sim.nr_pcp) {
		unsigned long pfn = sim.pcp[--sim.nr_pcp];

		set_states(pfn, 0, SIM_PCP, SIM_FREE);
		add_free(pfn, 0);
	}
}

/* Frames that nobody has a reference to any more. */
void sim_free(unsigned long pfn, unsigned int order)
{
	unsigned long i;

	for (i = pfn; i < pfn + (1UL << order); i++) {
		if (sim_pages[i].refs)
			sim_fail("freed with a reference", i);
		sim_pages[i].flags = 0;
		sim_pages[i].mapping = NULL;
		sim_pages[i]._mapcount.v = -1;
		sim_pages[i].tail = false;
		sim_pages[i].gone = false;
		sim_set_state(i, SIM_FREE);
	}
	if (!order && sim_pages[pfn].broken) {
		sim_set_state(pfn, SIM_BROKEN);
		return;
	}
	if (order || sim_isolated(pfn) || sim.nr_pcp == SIM_BATCH ||
	    sim_draw(2)) {
		add_free(pfn, order);
		return;
	}
	sim_set_state(pfn, SIM_PCP);
	sim.pcp[sim.nr_pcp++] = pfn;
}

/* Isolation of blocks, by us and by others */

static void isolate_block(unsigned int block, unsigned int who)
{
	unsigned long pfn = block * pageblock_nr_pages;
	unsigned long head = pfn & ~(MAX_ORDER_NR_PAGES - 1);

	sim.blocks[block] = MIGRATE_ISOLATE;
	sim.isolator[block] = who;
	places_change(head, head + MAX_ORDER_NR_PAGES, who);
	if (!sim_pages[head].head || sim_pages[head].order != MAX_PAGE_ORDER)
		return;
	/* Each block has free pages of its own. */
	sim_pages[head].order = pageblock_order;
	sim_pages[head + pageblock_nr_pages].order = pageblock_order;
	sim_pages[head + pageblock_nr_pages].head = true;
}

static void unisolate_block(unsigned int block)
{
	unsigned long pfn = block * pageblock_nr_pages;

	sim.blocks[block] = sim_in_area(pfn) ? MIGRATE_CMA : MIGRATE_MOVABLE;
	if (sim_pages[pfn].head && sim_pages[pfn].order == pageblock_order) {
		sim_pages[pfn].head = false;
		add_free(pfn, pageblock_order);
	}
}

static unsigned int block_of(unsigned long pfn)
{
	return pfn / pageblock_nr_pages;
}

int start_isolate_page_range(unsigned long start, unsigned long end, int type,
			     int flags, gfp_t gfp)
{
	const struct sim_held *held = &sim.held[sim.task];
	unsigned int first = block_of(start), last = block_of(end - 1), i;

	if (type != MIGRATE_CMA || !sim_in_area(start) || !sim_in_area(end - 1))
		sim_fail("isolates what is no area", start);
	if (start < held->start || end > held->end)
		sim_fail("isolates what is not locked", start);
	sim_let_others_run();
	for (i = first; i <= last; i++) {
		if (sim.blocks[i] == MIGRATE_ISOLATE) {
			while (i-- > first)
				unisolate_block(i);
			return -EBUSY;
		}
		isolate_block(i, sim.task);
	}
	return 0;
}

void undo_isolate_page_range(unsigned long start, unsigned long end, int type)
{
	unsigned int i;

	if (type != MIGRATE_CMA)
		sim_fail("blocks get another type", start);
	for (i = block_of(start); i <= block_of(end - 1); i++) {
		if (sim.blocks[i] != MIGRATE_ISOLATE ||
		    sim.isolator[i] != sim.task)
			sim_fail("undoes the isolation of somebody else", start);
		unisolate_block(i);
	}
	sim_let_others_run();
}

/* Somebody who isolates blocks, too, and knows nothing of the range lock. */
static void strange_isolation(void)
{
	unsigned int block = sim_random() % SIM_BLOCKS;

	if (sim.blocks[block] != MIGRATE_ISOLATE)
		isolate_block(block, SIM_STRANGER);
	else if (sim.isolator[block] == SIM_STRANGER)
		unisolate_block(block);
}

void sim_stranger_leaves(void)
{
	unsigned int block;

	for (block = 0; block < SIM_BLOCKS; block++) {
		if (sim.blocks[block] != MIGRATE_ISOLATE)
			continue;
		if (sim.isolator[block] != SIM_STRANGER)
			sim_fail("a block is left isolated",
				 block * pageblock_nr_pages);
		unisolate_block(block);
	}
}

/* The range lock: a task that would have to wait for another one gives up. */

static unsigned long stripe_down(unsigned long pfn)
{
	return ALIGN_DOWN(pfn, MAX_ORDER_NR_PAGES);
}

int cma_range_lock_killable(unsigned long start, unsigned long end, gfp_t gfp,
			    struct cma_range_wait *wait)
{
	const gfp_t io_fs = __GFP_IO | __GFP_FS;
	struct sim_held *mine = &sim.held[sim.task];
	unsigned int i;

	if (mine->end)
		sim_fail("a task locks two ranges", start);
	wait->contended = end - 1;
	start = stripe_down(start);
	end = ALIGN(end, MAX_ORDER_NR_PAGES);
	for (i = 0; i < SIM_TASKS; i++) {
		if (sim.held[i].start >= end || start >= sim.held[i].end)
			continue;
		wait->contended = min(sim.held[i].end - 1, wait->contended);
		return (gfp & io_fs) == io_fs ? -EINTR : -ETIMEDOUT;
	}
	if (sim_draw(4096))
		return -EINTR;
	mine->start = start;
	mine->end = end;
	mine->isolated = sim.isolated;
	mine->targets = sim.targets;
	mine->disabled = sim.disabled;
	mine->flags = current->flags;
	sim_let_others_run();
	return 0;
}

void cma_range_unlock(unsigned long start, unsigned long end)
{
	struct sim_held *mine = &sim.held[sim.task];
	unsigned long pfn;

	if (stripe_down(start) != mine->start ||
	    ALIGN(end, MAX_ORDER_NR_PAGES) != mine->end)
		sim_fail("another range is unlocked", start);
	for (pfn = mine->start; pfn < mine->end; pfn += pageblock_nr_pages) {
		if (sim_isolated(pfn) &&
		    sim.isolator[block_of(pfn)] == sim.task)
			sim_fail("unlocked with a block isolated", pfn);
	}
	if (mine->isolated != sim.isolated)
		sim_fail("unlocked with folios off their lists", start);
	if (mine->targets != sim.targets)
		sim_fail("unlocked with targets at hand", start);
	if (mine->disabled != sim.disabled)
		sim_fail("unlocked with LRU batches disabled", start);
	if (mine->flags != current->flags)
		sim_fail("unlocked with other flags of the task", start);
	mine->end = 0;
	mine->start = 0;
	sim_let_others_run();
}

/* Another task, from beginning to end. */
static void another_task(void)
{
	static struct task_struct other;
	struct task_struct *before = current;
	unsigned int depth = sim.depth;

	if (sim.task)
		return;
	current = &other;
	other.flags = sim_draw(16) ? PF_MEMALLOC : 0;
	sim.task = 1;
	sim.worker = 1;
	sim.depth = 0;
	sim.nested++;
	model_task();
	sim.depth = depth;
	sim.task = 0;
	sim.worker = 0;
	current = before;
}

void sim_let_others_run(void)
{
	if (sim.depth || sim_zone.lock.held || sim.cma.lock.held ||
	    !sim_draw(sim.others_one_in))
		return;
	sim.depth++;
	switch (sim_random() % 16) {
	case 0:
		if (sim.cma.pocket.empty.pending) {
			sim.cma.pocket.empty.pending = false;
			sim.cma.pocket.empty.work.func(&sim.cma.pocket.empty.work);
		}
		break;
	case 1:
	case 2:
	case 3:
		sim.worker = SIM_INTERRUPT;
		model_interrupt();
		sim.worker = sim.task;
		break;
	case 4:
		if (sim_draw(8))
			strange_isolation();
		else if (sim_draw(4))
			another_task();
		break;
	default:
		sim_meddle(sim_draw(4) ? sim_random() % SIM_FRAMES :
			   SIM_BASE + sim_random() % SIM_COUNT);
	}
	sim.depth--;
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

/* A zone in which everything is free. */
void sim_init(u64 seed)
{
	unsigned long pfn;

	memset(&sim, 0, sizeof(sim));
	memset(sim_pages, 0, sizeof(sim_pages));
	sim_zone.zone_start_pfn = 0;
	sim.seed = seed;
	sim.state = seed * 0x9e3779b97f4a7c15ULL + 1;
	task.flags = 0;
	current = &task;
	for (pfn = 0; pfn < SIM_FRAMES; pfn += pageblock_nr_pages)
		*sim_block(pfn) = sim_in_area(pfn) ? MIGRATE_CMA :
						     MIGRATE_MOVABLE;
	for (pfn = 0; pfn < SIM_FRAMES; pfn++) {
		/* None of them is free yet, to be counted when it is. */
		sim_pages[pfn].state = SIM_RAW;
		sim_pages[pfn]._mapcount.v = -1;
		sim_set_state(pfn, SIM_FREE);
		add_free(pfn, 0);
	}
}
