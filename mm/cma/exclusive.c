// SPDX-License-Identifier: GPL-2.0-only
/*
 * The class exclusive: memory that is always there
 *
 * Idle memory of such an area is not lent, so a change of the map is the whole
 * allocation: it works in any context, does not sleep and moves nothing. A place
 * is taken and owned under one hold of cma->lock.
 *
 * The area keeps a reference to each of its pages all the time, so that no
 * put_page() of somebody else can free one to the buddy allocator, and code that
 * walks over page frames sees pages in use by the kernel. A page that has more
 * references when it is released is still in use, and its frame stays taken: it
 * is stuck until a later release, or an allocation that finds no place, sees that
 * the last other reference has gone.
 *
 * Two aids for finding who writes where he must not, off unless asked for at
 * boot: cma.poison fills what is released and looks at it before it is handed
 * out again; cma.redzone puts a filled page behind each allocation and looks at
 * it when that is released.
 */
#define pr_fmt(fmt) "cma: " fmt

#include <linux/highmem.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <trace/events/cma.h>

#include "../internal.h"
#include "cma.h"
#include "fault.h"
#include "holders.h"
#include "place.h"
#include "validate.h"

#undef MODULE_PARAM_PREFIX
#define MODULE_PARAM_PREFIX "cma."

static bool poison __ro_after_init;
module_param(poison, bool, 0444);
MODULE_PARM_DESC(poison, "fill released memory of exclusive areas and check it");

static bool redzone __ro_after_init;
module_param(redzone, bool, 0444);
MODULE_PARM_DESC(redzone,
		 "put a checked page behind each allocation in exclusive areas");

/* What released memory and red zones are filled with. */
#define POISON_BYTE	0x5c
#define REDZONE_BYTE	0xc5

/* Stuck frames looked at, and maybe cleared, with interrupts off. */
#define SWEEP_LOOKS	16

/* Where the kernel reaches a frame of the area, or NULL if it cannot. */
static void *frame_address(struct cma *cma, unsigned long pfn)
{
	void *mapping = READ_ONCE(cma->mapping);

	if (!cma_area_nomap(cma))
		return page_address(pfn_to_page(pfn));
	return mapping ? mapping + PFN_PHYS(pfn - cma->base_pfn) : NULL;
}

static void fill_frames(struct cma *cma, unsigned long pfn, unsigned long count,
			int byte)
{
	for (; count; pfn++, count--) {
		void *mem = frame_address(cma, pfn);

		if (mem)
			memset(mem, byte, PAGE_SIZE);
	}
}

/* Say so if a frame no longer holds what it was filled with. */
static bool check_frame(struct cma *cma, unsigned long pfn, int byte,
			const char *what)
{
	u8 *mem = frame_address(cma, pfn);
	u8 *bad = mem ? memchr_inv(mem, byte, PAGE_SIZE) : NULL;

	WARN(bad, "cma: %s: %s at pfn %#lx was overwritten: byte %zu is %#x, not %#x\n",
	     cma->name, what, pfn, bad ? (size_t)(bad - mem) : 0,
	     bad ? *bad : 0, byte);
	return !bad;
}

/*
 * Free memory is filled from the beginning, or its first check would fail. What
 * the kernel has not mapped is neither filled nor checked.
 */
static void __init poison_area(struct cma *cma)
{
	cma->poisoned = poison && !cma_area_nomap(cma);
	if (cma->poisoned)
		fill_frames(cma, cma->base_pfn, cma->count, POISON_BYTE);
}

/**
 * cma_exclusive_activate() - make the pages of an exclusive area pages in use
 * @cma: the area, whose memory has been checked
 *
 * Context: Process context, while the kernel boots.
 * Return: 0, or -ENOMEM with the pages as they were.
 */
int __init cma_exclusive_activate(struct cma *cma)
{
	unsigned long pfn, end = cma->base_pfn + cma->count;

	if (redzone && !cma_area_nomap(cma)) {
		if (!cma_step_fails(CMA_STEP_GUARDS))
			cma->guards = kvcalloc(BITS_TO_LONGS(cma->count),
					       sizeof(long), GFP_KERNEL);
		if (!cma->guards)
			return -ENOMEM;
	}
	for (pfn = cma->base_pfn; pfn < end && !cma_area_nomap(cma); pfn++) {
		struct page *page = pfn_to_page(pfn);

		ClearPageReserved(page);
		set_page_count(page, 1);
	}
	poison_area(cma);
	return 0;
}

/*
 * Does nobody but the area hold this page? Flags and fields that its user has
 * left in it go, as they would on the way through the page allocator.
 */
static bool is_idle(struct page *page)
{
	if (page_ref_count(page) != 1 || PageHWPoison(page))
		return false;
	if (unlikely(page->flags & PAGE_FLAGS_CHECK_AT_PREP))
		page->flags &= ~PAGE_FLAGS_CHECK_AT_PREP;
	if (unlikely(page->mapping))
		page->mapping = NULL;
	if (unlikely(page_private(page)))
		set_page_private(page, 0);
	return true;
}

/* Untake a unit that was stuck, clean of what its last user left in it. */
static void unstick_locked(struct cma *cma, unsigned long unit)
{
	unsigned long pfn = cma_unit_to_pfn(cma, unit);

	if (cma->poisoned)
		fill_frames(cma, pfn, 1, POISON_BYTE);
	else if (want_init_on_free())
		fill_frames(cma, pfn, 1, 0);
	cma_map_untake(&cma->map, unit, 1);
	cma->stuck--;
}

/*
 * Untake what was stuck and is no longer in use, as far as a few looks from
 * *@from on show, which moves behind them: to 0 at the end of the area. A unit
 * that is taken, not owned and no red zone is stuck, provided that nobody is in
 * the middle of a release. Return: how many units.
 */
static unsigned int sweep_locked(struct cma *cma, unsigned long *from)
{
	unsigned int looks, freed = 0;
	unsigned long unit = *from;

	lockdep_assert_held(&cma->lock);
	*from = 0;
	if (cma->releasing)
		return 0;
	for (looks = 0; looks < SWEEP_LOOKS; looks++, unit++) {
		unit = find_next_andnot_bit(cma->map.taken, cma->map.owned,
					    cma->map.nr, unit);
		if (unit >= cma->map.nr)
			return freed;
		if (cma->guards && test_bit(unit, cma->guards))
			continue;
		if (is_idle(pfn_to_page(cma_unit_to_pfn(cma, unit)))) {
			unstick_locked(cma, unit);
			freed++;
		}
	}
	*from = unit;
	return freed;
}

/* One bounded step of a search; takes and owns what it finds. */
static unsigned long take_step(struct cma *cma, struct cma_place *place,
			       const struct cma_map_want *want,
			       unsigned int guard)
{
	unsigned long unit, flags;

	spin_lock_irqsave(&cma->lock, flags);
	unit = cma_place_step(&cma->map, place, want);
	if (unit != CMA_MAP_NONE) {
		cma_map_take(&cma->map, unit, want->nr);
		cma_map_own(&cma->map, unit, want->nr - guard);
		if (guard)
			__set_bit(unit + want->nr - guard, cma->guards);
		cma_count_owned_locked(cma, want->nr - guard,
				       cma->map.nr - cma->map.nr_untaken,
				       false);
	}
	spin_unlock_irqrestore(&cma->lock, flags);
	return unit;
}

/* Take a place, with one more unit as red zone if the area has such. */
static unsigned long take_place(struct cma *cma,
				const struct cma_map_want *want)
{
	unsigned int guard = cma->guards ? 1 : 0;
	struct cma_map_want with_guard = *want;
	struct cma_place place = {};
	unsigned long unit;

	with_guard.nr += guard;
	do {
		unit = take_step(cma, &place, &with_guard, guard);
	} while (unit == CMA_MAP_NONE && place.from < cma->map.nr);
	return unit;
}

/* Is there a chance that another search finds more? */
static bool swept(struct cma *cma)
{
	unsigned long flags, from = 0, freed = 0;

	if (!READ_ONCE(cma->stuck))
		return false;
	do {
		spin_lock_irqsave(&cma->lock, flags);
		freed += sweep_locked(cma, &from);
		spin_unlock_irqrestore(&cma->lock, flags);
	} while (from);
	return freed;
}

/* Bring new memory into the state that the caller and the debugging want. */
static void prepare_frames(struct cma *cma, unsigned long pfn,
			   unsigned long count, gfp_t gfp)
{
	unsigned long i;

	for (i = 0; cma->poisoned && i < count; i++) {
		if (!check_frame(cma, pfn + i, POISON_BYTE, "free memory"))
			break;
	}
	if (want_init_on_alloc(gfp))
		fill_frames(cma, pfn, count, 0);
	if (cma->guards)
		fill_frames(cma, pfn + count, 1, REDZONE_BYTE);
}

/**
 * cma_exclusive_alloc() - allocate from an exclusive area
 * @cma: the area
 * @want: size and alignment
 * @gfp: of which __GFP_ZERO means something
 * @pfn: receives the first frame
 *
 * Context: Any that may take a spinlock with interrupts off. Does not sleep.
 * Return: 0; -ENOSPC if no hole fits; -EINVAL if zeroed frames are wanted of an
 * area that the kernel has not mapped.
 */
int cma_exclusive_alloc(struct cma *cma, const struct cma_map_want *want,
			gfp_t gfp, unsigned long *pfn)
{
	unsigned long unit;

	if (gfp & __GFP_ZERO && !frame_address(cma, cma->base_pfn))
		return -EINVAL;
	unit = take_place(cma, want);
	if (unit == CMA_MAP_NONE && swept(cma))
		unit = take_place(cma, want);
	if (unit == CMA_MAP_NONE)
		return -ENOSPC;
	*pfn = cma_unit_to_pfn(cma, unit);
	prepare_frames(cma, *pfn, want->nr, gfp);
	return 0;
}

/*
 * Make a range ours again, all of the range that begins at @unit if *@nr is 0.
 * If its end goes too, so does the red zone behind it: *@guard.
 */
static int disown(struct cma *cma, unsigned long unit, unsigned long *nr,
		  bool *guard)
{
	unsigned long flags, end;
	int err = -ENOENT;

	spin_lock_irqsave(&cma->lock, flags);
	if (!*nr)
		*nr = cma_place_size(&cma->map, unit);
	if (*nr)
		err = cma_map_disown(&cma->map, unit, *nr);
	end = unit + *nr;
	*guard = !err && cma->guards && end < cma->map.nr &&
		 __test_and_clear_bit(end, cma->guards);
	cma->releasing += !err;
	if (!err)
		cma_count_disowned_locked(cma, *nr);
	spin_unlock_irqrestore(&cma->lock, flags);
	return err;
}

static void untake(struct cma *cma, unsigned long pfn, unsigned long end)
{
	if (pfn != end)
		cma_untake(cma, pfn - cma->base_pfn, end - pfn);
}

/* The last step of a release that leaves @busy units stuck. */
static void finish_release(struct cma *cma, unsigned long busy)
{
	unsigned long flags;

	spin_lock_irqsave(&cma->lock, flags);
	cma->stuck += busy;
	cma->releasing--;
	if (cma->stuck)
		sweep_locked(cma, &cma->sweep);
	spin_unlock_irqrestore(&cma->lock, flags);
}

/* Untake all frames but those in use. Return: how many are in use. */
static unsigned long untake_idle(struct cma *cma, unsigned long pfn,
				 unsigned long end)
{
	unsigned long run = pfn, busy = 0;

	for (; pfn < end && !cma_area_nomap(cma); pfn++) {
		if (likely(is_idle(pfn_to_page(pfn))))
			continue;
		untake(cma, run, pfn);
		run = pfn + 1;
		busy++;
	}
	untake(cma, run, end);
	return busy;
}

static int release(struct cma *cma, unsigned long pfn, unsigned long count)
{
	u64 began = cma_stats_first(cma_stats_of(cma), CMA_TIMED_RELEASE);
	unsigned long busy, end;
	bool guard;
	int err;

	cma_work_begin(cma);
	err = disown(cma, pfn - cma->base_pfn, &count, &guard);
	if (err)
		goto out;

	end = pfn + count;
	cma_holders_del(cma, pfn, count);
	if (guard)
		check_frame(cma, end, REDZONE_BYTE, "red zone");
	if (cma->poisoned)
		fill_frames(cma, pfn, count + guard, POISON_BYTE);
	else if (want_init_on_free())
		fill_frames(cma, pfn, count, 0);
	busy = untake_idle(cma, pfn, end);
	untake(cma, end, end + guard);
	finish_release(cma, busy);
	WARN(busy, "cma: %s: %lu of %lu pages released at pfn %#lx are still in use and stay taken\n",
	     cma->name, busy, count, pfn);
	trace_cma_release(cma->name, pfn,
			  cma_area_nomap(cma) ? NULL : pfn_to_page(pfn), count);
	if (began)
		cma_release_timed(cma, pfn, count, began);
out:
	cma_work_end(cma);
	return err;
}

/**
 * cma_exclusive_release() - give frames back to an exclusive area
 * @cma: the area
 * @pfn: first frame, inside the area
 * @count: frames
 *
 * Context: Any that may take a spinlock with interrupts off.
 * Return: as cma_release_range().
 */
int cma_exclusive_release(struct cma *cma, unsigned long pfn,
			  unsigned long count)
{
	if (!cma_area_active(cma) || !count)
		return -EINVAL;
	return release(cma, pfn, count);
}

/**
 * cma_exclusive_release_whole() - give an allocation back, known by its begin
 * @cma: the area
 * @pfn: first frame of the allocation, or anything else
 *
 * Context: As cma_exclusive_release().
 * Return: 0; -ENOENT, with nothing changed, if no allocation begins there.
 */
int cma_exclusive_release_whole(struct cma *cma, unsigned long pfn)
{
	if (!cma_area_active(cma) || !cma_area_contains(cma, pfn))
		return -ENOENT;
	return release(cma, pfn, 0);
}

/**
 * cma_exclusive_size() - how large is the allocation that begins at a frame?
 * @cma: the area
 * @pfn: the frame, or anything else
 *
 * Context: Any.
 * Return: frames, 0 if no allocation begins there.
 */
unsigned long cma_exclusive_size(struct cma *cma, unsigned long pfn)
{
	unsigned long nr, flags;

	if (!cma_area_active(cma) || !cma_area_contains(cma, pfn))
		return 0;
	spin_lock_irqsave(&cma->lock, flags);
	nr = cma_place_size(&cma->map, pfn - cma->base_pfn);
	spin_unlock_irqrestore(&cma->lock, flags);
	return nr;
}

/* Are all of these frames allocated? Who asks must be their owner. */
static bool all_owned(struct cma *cma, unsigned long pfn, unsigned long count)
{
	unsigned long unit = pfn - cma->base_pfn, end = unit + count, flags;
	bool owned;

	if (!count || !cma_area_active(cma) || !cma_area_contains(cma, pfn) ||
	    count > cma->count - unit)
		return false;
	spin_lock_irqsave(&cma->lock, flags);
	owned = find_next_zero_bit(cma->map.owned, end, unit) >= end;
	spin_unlock_irqrestore(&cma->lock, flags);
	return owned;
}

/**
 * cma_alloc_pfns() - allocate frames of an area, mapped or not
 * @cma: the area, may be NULL
 * @count: frames wanted
 * @align: alignment of the first frame, as an order of frames
 * @gfp: as for cma_alloc_gfp(), without __GFP_COMP
 * @pfn: receives the first frame
 *
 * The way to memory that has no pages. In an area with pages it is the same as
 * cma_alloc_gfp().
 *
 * Context: Any if the area is exclusive, else as cma_alloc_gfp().
 * Return: 0; -EINVAL if there is no such area or a value is out of range;
 * -ENOSPC if no hole fits; for other areas also -EBUSY and -EINTR. Give the
 * frames back with cma_release_pfns().
 */
int cma_alloc_pfns(struct cma *cma, unsigned long count, unsigned int align,
		   gfp_t gfp, unsigned long *pfn)
{
	return cma_alloc_range(cma, count, align, gfp & ~__GFP_COMP, pfn);
}

/**
 * cma_release_pfns() - give frames back to their area
 * @cma: the area they came from, may be NULL
 * @pfn: first frame
 * @count: number of frames
 *
 * Context: As cma_release().
 * Return: as cma_release().
 */
bool cma_release_pfns(struct cma *cma, unsigned long pfn, unsigned long count)
{
	int err;

	if (!cma || !cma_area_contains(cma, pfn))
		return false;
	err = cma_release_range(cma, pfn, count);
	if (err)
		cma_warn_refused(cma, pfn, count, err);
	return true;
}

/**
 * cma_map_pfns() - map frames of a no-map area for the kernel
 * @cma: the area
 * @pfn: first frame, allocated
 * @count: number of frames
 * @how: the kind of memory that the processor sees there
 *
 * Memory in the linear mapping is refused: a second mapping of another kind is
 * undefined on many processors.
 *
 * Context: Process context.
 * Return: the address, or NULL if the frames are not allocated from a no-map
 * area, or there is no room for the mapping. Undo it with cma_unmap_pfns().
 */
void *cma_map_pfns(struct cma *cma, unsigned long pfn, unsigned long count,
		   enum cma_mapping how)
{
	if (!cma_area_nomap(cma) || !all_owned(cma, pfn, count))
		return NULL;
	return cma_nomap_map(PFN_PHYS(pfn), PFN_PHYS(count), how);
}

/**
 * cma_unmap_pfns() - undo cma_map_pfns()
 * @addr: what it returned, may be NULL
 *
 * Context: Process context.
 */
void cma_unmap_pfns(void *addr)
{
	cma_nomap_unmap(addr);
}
