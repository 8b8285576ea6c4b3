// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pocket: a few free frames of an area, at hand for small allocations
 *
 * A single frame out of the buddy allocator costs ten splits, and ten merges when
 * it goes back. Drivers that take and return small buffers all the time would
 * pay that each time. So what is left of the hole from which a small allocation
 * was claimed, and what small releases give back, stays in the pocket of the
 * area for a moment: raw frames of one window of the area, in transit in the map.
 *
 * The pocket never stands in anybody's way. Whatever it cannot serve empties it
 * first; so does a reader of the area's figures; and a timer empties it when it
 * has not been used for %POCKET_MS. What one CPU puts in, another takes out.
 */
#include <linux/bitops.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/workqueue.h>

#include "cma.h"
#include "validate.h"

/* How long frames may lie unused. */
#define POCKET_MS	100

/* The window: as much as a word has bits for, but no more than this. */
#define WINDOW_FRAMES							\
	min_t(unsigned long, BITS_PER_LONG, SZ_256K >> PAGE_SHIFT)

/* The largest allocation that counts as small. */
#define SMALL_FRAMES	(WINDOW_FRAMES / 4)

static unsigned long window_of(unsigned long pfn)
{
	return ALIGN_DOWN(pfn, WINDOW_FRAMES);
}

static unsigned long bits_of(unsigned long pfn, unsigned long nr)
{
	unsigned long bit = pfn - window_of(pfn);

	return GENMASK(bit + nr - 1, bit);
}

/* The lowest aligned run of @nr ones, or %BITS_PER_LONG. */
static unsigned int find_run(unsigned long ones, unsigned long nr,
			     unsigned int align)
{
	unsigned long mask = (1UL << align) - 1;
	unsigned int bit;

	for (; nr > 1; nr--)
		ones &= ones >> 1;
	for_each_set_bit(bit, &ones, BITS_PER_LONG) {
		if (!(bit & mask))
			break;
	}
	return bit;
}

/**
 * cma_pocket_fits() - is a request small enough for the pocket?
 * @cma: the area
 * @nr: frames
 * @align: wanted alignment, as an order of frames
 *
 * Context: Any.
 * Return: whether it is.
 */
bool cma_pocket_fits(const struct cma *cma, unsigned long nr,
		     unsigned int align)
{
	return !cma->order_per_bit && nr <= SMALL_FRAMES &&
	       1UL << align <= SMALL_FRAMES;
}

/**
 * cma_pocket_window() - how far the window of a frame reaches
 * @pfn: the frame
 *
 * Context: Any.
 * Return: end of the window, which the area has all of.
 */
unsigned long cma_pocket_window(unsigned long pfn)
{
	return window_of(pfn) + WINDOW_FRAMES;
}

/**
 * cma_pocket_get() - take a small range out of the pocket and own it
 * @cma: the area
 * @nr: frames, which cma_pocket_fits() has accepted
 * @align: alignment, likewise
 * @pfn: receives the first frame
 *
 * Context: Any.
 * Return: whether the pocket had such a range; its frames are raw.
 */
bool cma_pocket_get(struct cma *cma, unsigned long nr, unsigned int align,
		    unsigned long *pfn)
{
	struct cma_pocket *pocket = &cma->pocket;
	unsigned long flags;
	unsigned int bit;
	bool found;

	if (!READ_ONCE(pocket->raw))
		return false;
	spin_lock_irqsave(&cma->lock, flags);
	bit = find_run(pocket->raw, nr, align);
	found = bit < BITS_PER_LONG;
	if (found) {
		*pfn = pocket->start + bit;
		pocket->raw &= ~bits_of(*pfn, nr);
		pocket->used = true;
		cma_map_own(&cma->map, *pfn - cma->base_pfn, nr);
		cma_count_owned_locked(cma, nr, cma->map.nr_owned, false);
	}
	spin_unlock_irqrestore(&cma->lock, flags);
	return found;
}

/* Lend raw frames of one window again. */
static void lend(struct cma *cma, unsigned long start, unsigned long raw)
{
	unsigned int low, high;
	unsigned long flags;

	for_each_set_bitrange(low, high, &raw, BITS_PER_LONG)
		cma_put_back(start + low, start + high);

	spin_lock_irqsave(&cma->lock, flags);
	for_each_set_bitrange(low, high, &raw, BITS_PER_LONG)
		cma_map_untake(&cma->map, start + low - cma->base_pfn,
			       high - low);
	spin_unlock_irqrestore(&cma->lock, flags);
}

/**
 * cma_pocket_put() - put a small range into the pocket
 * @cma: the area
 * @pfn: first frame
 * @nr: frames, raw and in transit in the map, all in one window
 *
 * What the pocket holds of another window goes to the buddy allocator.
 *
 * Context: Any that may take zone->lock.
 */
void cma_pocket_put(struct cma *cma, unsigned long pfn, unsigned long nr)
{
	struct cma_pocket *pocket = &cma->pocket;
	unsigned long start, raw = 0, flags;

	spin_lock_irqsave(&cma->lock, flags);
	start = pocket->start;
	if (start != window_of(pfn)) {
		raw = pocket->raw;
		pocket->start = window_of(pfn);
		pocket->raw = 0;
	}
	pocket->raw |= bits_of(pfn, nr);
	pocket->used = true;
	spin_unlock_irqrestore(&cma->lock, flags);

	if (raw)
		lend(cma, start, raw);
	if (!delayed_work_pending(&pocket->empty))
		schedule_delayed_work(&pocket->empty,
				      msecs_to_jiffies(POCKET_MS));
}

/**
 * cma_pocket_empty() - lend what is in the pocket
 * @cma: the area
 *
 * Context: Any that may take zone->lock.
 */
void cma_pocket_empty(struct cma *cma)
{
	struct cma_pocket *pocket = &cma->pocket;
	unsigned long start, raw, flags;

	if (!READ_ONCE(pocket->raw))
		return;
	cma_work_begin(cma);
	spin_lock_irqsave(&cma->lock, flags);
	start = pocket->start;
	raw = pocket->raw;
	pocket->raw = 0;
	spin_unlock_irqrestore(&cma->lock, flags);
	if (raw)
		lend(cma, start, raw);
	cma_work_end(cma);
}

/* Empty a pocket that nobody has used since the last time. */
static void empty_idle(struct work_struct *work)
{
	struct cma_pocket *pocket = container_of(to_delayed_work(work),
						 struct cma_pocket, empty);
	struct cma *cma = container_of(pocket, struct cma, pocket);
	unsigned long flags;
	bool used;

	spin_lock_irqsave(&cma->lock, flags);
	used = pocket->used && pocket->raw;
	pocket->used = false;
	spin_unlock_irqrestore(&cma->lock, flags);
	if (used)
		schedule_delayed_work(&pocket->empty,
				      msecs_to_jiffies(POCKET_MS));
	else
		cma_pocket_empty(cma);
}

/**
 * cma_pocket_init() - make an empty pocket
 * @cma: the area
 */
void cma_pocket_init(struct cma *cma)
{
	INIT_DELAYED_WORK(&cma->pocket.empty, empty_idle);
}
