/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _MM_CMA_CMA_H
#define _MM_CMA_CMA_H
/*
 * Contiguous memory allocator: what its layers share
 *
 * Words, used everywhere with this meaning:
 *
 *	area		a named span of memory set aside for contiguous allocation
 *	range		page frames [start, end)
 *	block		a pageblock, the unit whose migrate type can change
 *	map		the record of which frames of an area are taken
 *	unit		what one bit of the map stands for: 1 << order_per_bit frames
 *	hole		a maximal run of untaken units
 *	lend		give untaken frames to the buddy allocator
 *	claim		take a range whose frames are all free, without migration
 *	evacuate	empty a range that is in use, then claim it
 *	blocker		the frame that stops a claim or an evacuation
 *	pocket		a few free frames kept at hand for small allocations
 *
 * Lock order, outer to inner:
 *
 *	range lock (rangelock.c)	sleeps; at most one per task
 *	zone->lock			free lists and block types
 *
 *	cma->lock			the map of one area; a leaf, IRQs off
 *
 * cma->lock is never held together with one of the others, so that a search in
 * the map delays neither the page allocator nor a migration. The checker alone
 * (validate.c) takes it inside zone->lock, and the lock of the records of who
 * holds what (holders.c) inside it.
 */
#include <linux/alloc_tag.h>
#include <linux/cma.h>
#include <linux/list.h>
#include <linux/mmzone.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "map.h"
#include "rangelock.h"
#include "stats.h"

struct cma_failures;
struct cma_holders;

/**
 * enum cma_class - how an area uses idle memory
 * @CMA_SHARED: it is lent to the buddy allocator
 * @CMA_EXCLUSIVE: it lies idle, and a change of the map is all of an allocation
 */
enum cma_class {
	CMA_SHARED,
	CMA_EXCLUSIVE,
};

/**
 * struct cma_pocket - free frames at hand for small allocations
 * @start: first frame of the window they are in
 * @raw: a bit for each frame of the window, set if the pocket holds it
 * @used: something was taken out or put in since the timer ran last
 * @empty: the timer; runs as long as the pocket holds something
 *
 * All but @empty is guarded by cma->lock.
 */
struct cma_pocket {
	unsigned long start;
	unsigned long raw;
	bool used;
	struct delayed_work empty;
};

/**
 * struct cma_blocker - a frame that stopped an evacuation
 * @pfn: the frame, 0 if there is none
 * @until: jiffies up to which it is believed to be one without a proof
 */
struct cma_blocker {
	unsigned long pfn;
	unsigned long until;
};

/**
 * struct cma_blockers - what an area remembers of them
 * @met: in no order; written under cma->lock
 * @next: the entry that is overwritten next
 */
struct cma_blockers {
	struct cma_blocker met[64];
	unsigned int next;
};

/**
 * struct cma - an area
 * @node: in the list of all areas; constant after boot
 * @name: unique among the areas; constant
 * @base_pfn: first frame; constant
 * @count: frames, 0 for an area that could not be activated; constant after
 *	activation
 * @order_per_bit: frames of a unit, as an order; constant
 * @reserve_pages_on_error: keep the memory when activation fails
 * @zone: the zone of all frames; constant after activation
 * @lock: guards @map and @pocket
 * @map: which units are taken; map.nr is 0 until activation and in a dead area
 * @released: woken by a release
 * @releases: releases so far
 * @pocket: frames at hand for small allocations
 * @blockers: frames that would not move
 * @vain_since: jiffies since when a wait for blockers is held to be vain, for
 *	requests of @vain_frames or more; all three are guesses, read without a lock
 * @vain_until: when that ends; not later than @vain_since: there was none
 * @vain_frames: see @vain_since
 * @nr_allocated: frames handed out since boot; written under @lock
 * @nr_failed: frames asked for in vain since boot
 * @nr_released: frames given back since boot; written under @lock
 * @class: what becomes of idle memory; constant after boot
 * @flags: %CMA_NOMAP, %CMA_CBLOCK, %CMA_PREFERRED; constant after boot
 * @cblock_node: in the list of the blocks of cblock_alloc(); constant after boot
 * @mapping: all frames of a no-map area, write-combined, or NULL; written once,
 *	see nomap.c
 * @guards: a bit for each unit that is a red zone, or NULL if there are none;
 *	guarded by @lock
 * @stuck: frames of an exclusive area that were released but are in use; guarded
 *	by @lock
 * @sweep: the unit at which the next look at them begins; guarded by @lock
 * @releasing: releases at work in an exclusive area; guarded by @lock
 * @poisoned: free memory is filled and checked; constant after activation
 * @working: calls at work on the map; only counted for validate.c
 * @holders: who holds what, or NULL if nobody wants to know; constant after
 *	activation
 * @stats: figures for people and tools; says itself what guards it
 * @failures: the last allocations that failed, or NULL; constant after activation
 */
struct cma {
	struct list_head	node;
	char			name[CMA_MAX_NAME];
	unsigned long		base_pfn;
	unsigned long		count;
	unsigned int		order_per_bit;
	bool			reserve_pages_on_error;
	struct zone		*zone;

	spinlock_t		lock;	/* guards map and pocket */
	struct cma_map		map;
	wait_queue_head_t	released;
	atomic_long_t		releases;
	struct cma_pocket	pocket;
	struct cma_blockers	blockers;
	unsigned long		vain_since;
	unsigned long		vain_until;
	unsigned long		vain_frames;

	atomic64_t		nr_allocated;
	atomic64_t		nr_failed;
	atomic64_t		nr_released;

	enum cma_class		class;
	unsigned int		flags;
	struct list_head	cblock_node;
	void			*mapping;
	unsigned long		*guards;
	unsigned long		stuck;
	unsigned long		sweep;
	unsigned int		releasing;
	bool			poisoned;
	atomic_t		working;
	struct cma_holders	*holders;
#ifdef CONFIG_CMA_STATS
	struct cma_stats	stats;
#endif
#ifdef CONFIG_CMA_DEBUGFS
	struct cma_failures	*failures;
#endif
};

/* reserve.c */
bool cma_fits(phys_addr_t base, phys_addr_t size, phys_addr_t limit,
	      phys_addr_t alignment);

/**
 * struct cma_occupant - who has memory while the kernel boots
 * @kind: what it is, followed by @name
 * @name: how it is called, may be empty
 * @base: physical address
 * @end: address behind it
 */
struct cma_occupant {
	const char *kind;
	const char *name;
	phys_addr_t base;
	phys_addr_t end;
};

/* occupant.c */
#define CMA_NO_NODE	-1
#define CMA_ANY_NODE	-2

bool cma_find_occupant(phys_addr_t base, phys_addr_t size, int self,
		       struct cma_occupant *who);
bool cma_overlaps_kernel(phys_addr_t base, phys_addr_t end);
bool cma_node_available(int node);
bool cma_node_is_pool(int node);
bool cma_free_rest(phys_addr_t base, phys_addr_t size, int self);

/* area.c */
extern struct list_head cma_areas;
extern struct list_head cma_cblocks;

#define for_each_cma(cma) list_for_each_entry(cma, &cma_areas, node)

struct cma *cma_area_add(unsigned long base_pfn, unsigned long count,
			 unsigned int order_per_bit, const char *name);
struct cma *cma_area_add_exclusive(unsigned long base_pfn, unsigned long count,
				   const char *name, unsigned int flags);
bool cma_area_slot_free(void);
int cma_area_activate(struct cma *cma);

static inline bool cma_area_active(const struct cma *cma)
{
	return cma && cma->map.nr;
}

static inline bool cma_area_contains(const struct cma *cma, unsigned long pfn)
{
	return pfn >= cma->base_pfn && pfn - cma->base_pfn < cma->count;
}

/* Have the frames of this area no place in the kernel's linear mapping? */
static inline bool cma_area_nomap(const struct cma *cma)
{
	return cma->flags & CMA_NOMAP;
}

static inline unsigned long cma_units(const struct cma *cma,
				      unsigned long frames)
{
	return DIV_ROUND_UP(frames, 1UL << cma->order_per_bit);
}

/*
 * The units that nobody else can have. In a shared area those in transit do not
 * count: a moment later they are owned or lent, or they are in the pocket. In an
 * exclusive one they are red zones, and frames that are still in use.
 */
static inline const unsigned long *cma_used_map(const struct cma *cma)
{
	return cma->class == CMA_SHARED ? cma->map.owned : cma->map.taken;
}

static inline unsigned long cma_used_frames(const struct cma *cma)
{
	unsigned long units = READ_ONCE(cma->map.nr_owned);

	if (cma->class != CMA_SHARED)
		units = cma->map.nr - READ_ONCE(cma->map.nr_untaken);
	return units << cma->order_per_bit;
}

static inline unsigned long cma_unit_to_pfn(const struct cma *cma,
					    unsigned long unit)
{
	return cma->base_pfn + (unit << cma->order_per_bit);
}

#ifdef CONFIG_CMA_STATS
static inline struct cma_stats *cma_stats_of(struct cma *cma)
{
	return &cma->stats;
}
#else
static inline struct cma_stats *cma_stats_of(struct cma *cma)
{
	return NULL;
}
#endif

/* A range of @frames has got an owner. */
static __always_inline void cma_count_owned_locked(struct cma *cma,
						   unsigned long frames,
						   unsigned long units,
						   bool evacuated)
{
	/* No atomic operation: there is one writer at a time. */
	atomic64_set(&cma->nr_allocated,
		     atomic64_read(&cma->nr_allocated) + frames);
	cma_stats_own_locked(cma_stats_of(cma), units, evacuated);
}

/* It, or part of it, has none any more. */
static __always_inline void cma_count_disowned_locked(struct cma *cma,
						      unsigned long frames)
{
	atomic64_set(&cma->nr_released,
		     atomic64_read(&cma->nr_released) + frames);
}

/* claim.c */
unsigned long cma_free_frames(struct page *page);
unsigned long cma_first_busy(unsigned long start, unsigned long end);
bool cma_unused(unsigned long start, unsigned long end);
unsigned long cma_find_free(unsigned long start, unsigned long end,
			    unsigned long count, unsigned int align);
int cma_claim(unsigned long start, unsigned long end, unsigned long *blocker);
struct page *cma_prepare_noprof(unsigned long start, unsigned long end,
				gfp_t gfp);
#define cma_prepare(...) alloc_hooks(cma_prepare_noprof(__VA_ARGS__))
void cma_put_back(unsigned long start, unsigned long end);
int cma_retire(unsigned long start, unsigned long end);
unsigned long cma_free(unsigned long start, unsigned long end);

/* pocket.c */
bool cma_pocket_fits(const struct cma *cma, unsigned long nr,
		     unsigned int align);
unsigned long cma_pocket_window(unsigned long pfn);
bool cma_pocket_get(struct cma *cma, unsigned long nr, unsigned int align,
		    unsigned long *pfn);
void cma_pocket_put(struct cma *cma, unsigned long pfn, unsigned long nr);
void cma_pocket_empty(struct cma *cma);
void cma_pocket_init(struct cma *cma);

/* blockers.c */
void cma_blocker_note(struct cma *cma, unsigned long pfn);
unsigned long cma_blocker_known(struct cma *cma, unsigned long start,
				unsigned long end, bool believe);
unsigned int cma_blockers_since(struct cma *cma, unsigned long since,
				unsigned long *pfns, unsigned int max);

/* evacuate.c */

/**
 * struct cma_evacuation - one allocation's view of its evacuations
 * @id: number of the allocation, for whoever follows it
 * @name: name of its area, likewise
 * @gfp: flags of the allocation
 * @drained: the per-CPU LRU batches have been emptied in this pass
 * @pcp_drained: the per-CPU lists of free pages have been emptied
 * @in_pcp: frames of the place in question seem to lie there
 * @starved: there was no memory to move the last batch to
 * @wait: its waits for other evacuations
 * @blocker: the frame that stopped the last attempt
 * @nr_migrated: frames moved elsewhere so far
 * @nr_reclaimed: frames of clean page cache dropped so far
 */
struct cma_evacuation {
	u64 id;
	const char *name;
	gfp_t gfp;
	bool drained;
	bool pcp_drained;
	bool in_pcp;
	bool starved;
	struct cma_range_wait wait;
	unsigned long blocker;
	unsigned long nr_migrated;
	unsigned long nr_reclaimed;
};

bool cma_hopeless(struct page *page);
bool cma_folio_held(struct folio *folio);
unsigned long cma_last_hopeless(unsigned long start, unsigned long end,
				bool *in_pcp);
int cma_evacuate(struct cma_evacuation *ev, unsigned long start,
		 unsigned long end);

/* lent.c */
struct folio *cma_lent_folio(struct cma *cma, unsigned long pfn);
bool cma_lent_hopeless(struct cma *cma, unsigned long pfn);
int cma_lent_mappings(struct cma *cma, unsigned long pfn);
unsigned long cma_cost(struct cma *cma, unsigned long start, unsigned long end);

/* alloc.c */
void cma_untake(struct cma *cma, unsigned long unit, unsigned long nr);
int cma_alloc_range_for(const struct device *dev, struct cma *cma,
			unsigned long count, unsigned int align, gfp_t gfp,
			unsigned long *pfn);

/* The same for nobody in particular. */
static inline int cma_alloc_range(struct cma *cma, unsigned long count,
				  unsigned int align, gfp_t gfp,
				  unsigned long *pfn)
{
	return cma_alloc_range_for(NULL, cma, count, align, gfp, pfn);
}

/* cblock.c */
void *cma_cblock_alloc_for(const struct device *dev, size_t size,
			   unsigned int flags, int nid);

/* release.c */
int cma_release_range(struct cma *cma, unsigned long pfn, unsigned long count);
void cma_release_timed(struct cma *cma, unsigned long pfn, unsigned long count,
		       u64 began);
void cma_warn_refused(struct cma *cma, unsigned long pfn, unsigned long count,
		      int err);

/* exclusive.c */
int cma_exclusive_activate(struct cma *cma);
int cma_exclusive_alloc(struct cma *cma, const struct cma_map_want *want,
			gfp_t gfp, unsigned long *pfn);
int cma_exclusive_release(struct cma *cma, unsigned long pfn,
			  unsigned long count);
int cma_exclusive_release_whole(struct cma *cma, unsigned long pfn);
unsigned long cma_exclusive_size(struct cma *cma, unsigned long pfn);

/* nomap.c */
#ifdef CONFIG_HAS_IOMEM
void *cma_nomap_map(phys_addr_t addr, size_t bytes, enum cma_mapping how);
void cma_nomap_unmap(void *addr);
void *cma_area_map(struct cma *cma);
#else
static inline void *cma_nomap_map(phys_addr_t addr, size_t bytes,
				  enum cma_mapping how)
{
	return NULL;
}

static inline void cma_nomap_unmap(void *addr) { }

static inline void *cma_area_map(struct cma *cma)
{
	return NULL;
}
#endif

#endif /* _MM_CMA_CMA_H */
