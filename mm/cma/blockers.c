// SPDX-License-Identifier: GPL-2.0-only
/*
 * The blockers that an area has met lately
 *
 * A page that would not move a moment ago will hardly move now. It is remembered
 * by its frame, so that the next allocation steps over it without looking at a
 * whole range again, let alone emptying half of it in vain.
 *
 * Memory is never trusted alone. A page that looks as if it could not be moved
 * is looked at again; one that only evacuation could prove immovable is believed
 * for %BELIEVE_MS.
 */
#include <linux/jiffies.h>
#include <linux/mm.h>

#include "cma.h"

/* How long a blocker that looks movable is believed to be one. */
#define BELIEVE_MS	100

/**
 * cma_blocker_note() - remember a blocker
 * @cma: the area
 * @pfn: the frame
 *
 * The oldest one is forgotten.
 *
 * Context: Any.
 */
void cma_blocker_note(struct cma *cma, unsigned long pfn)
{
	struct cma_blockers *blockers = &cma->blockers;
	unsigned long flags;
	unsigned int i;

	spin_lock_irqsave(&cma->lock, flags);
	for (i = 0; i < ARRAY_SIZE(blockers->met); i++) {
		if (blockers->met[i].pfn == pfn)
			break;
	}
	if (i == ARRAY_SIZE(blockers->met))
		i = blockers->next++ % ARRAY_SIZE(blockers->met);
	WRITE_ONCE(blockers->met[i].pfn, pfn);
	WRITE_ONCE(blockers->met[i].until,
		   jiffies + msecs_to_jiffies(BELIEVE_MS));
	spin_unlock_irqrestore(&cma->lock, flags);
}

/* A record that has not been looked at for weeks must not seem to be new. */
static bool is_believed(const struct cma_blocker *blocker)
{
	unsigned long until = READ_ONCE(blocker->until);

	return time_in_range_open(jiffies, until - msecs_to_jiffies(BELIEVE_MS),
				  until);
}

static bool still_blocks(struct cma *cma, const struct cma_blocker *blocker,
			 unsigned long pfn, bool believe)
{
	if (cma_lent_hopeless(cma, pfn))
		return true;
	return believe && page_ref_count(pfn_to_page(pfn)) && is_believed(blocker);
}

/**
 * cma_blocker_known() - is one of the remembered blockers in a range?
 * @cma: the area
 * @start: first frame
 * @end: end of the range
 * @believe: also those that look movable
 *
 * Context: Any; takes no lock, so the answer is a guess.
 * Return: the highest one that still is a blocker, or @end.
 */
unsigned long cma_blocker_known(struct cma *cma, unsigned long start,
				unsigned long end, bool believe)
{
	unsigned long found = end;
	unsigned int i;

	if (!READ_ONCE(cma->blockers.next))
		return end;
	for (i = 0; i < ARRAY_SIZE(cma->blockers.met); i++) {
		const struct cma_blocker *blocker = &cma->blockers.met[i];
		unsigned long pfn = READ_ONCE(blocker->pfn);

		if (pfn < start || pfn >= end || (found != end && pfn < found))
			continue;
		if (still_blocks(cma, blocker, pfn, believe))
			found = pfn;
	}
	return found;
}

/* The latest one that was met after @since and before all of @found. */
static unsigned long latest_but(const struct cma_blockers *blockers,
				unsigned long since, const unsigned long *found,
				unsigned int nr)
{
	const unsigned long believe = msecs_to_jiffies(BELIEVE_MS);
	unsigned long best = 0, when = since + believe;
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(blockers->met); i++) {
		unsigned long pfn = blockers->met[i].pfn;

		if (!pfn || time_before(blockers->met[i].until, when))
			continue;
		for (j = 0; j < nr && found[j] != pfn; j++)
			;
		if (j < nr)
			continue;
		best = pfn;
		when = blockers->met[i].until;
	}
	return best;
}

/**
 * cma_blockers_since() - which blockers has the area met lately?
 * @cma: the area
 * @since: jiffies
 * @pfns: receives their frames, the last one first
 * @max: room for so many
 *
 * Context: Any.
 * Return: how many.
 */
unsigned int cma_blockers_since(struct cma *cma, unsigned long since,
				unsigned long *pfns, unsigned int max)
{
	unsigned long flags;
	unsigned int nr = 0;

	spin_lock_irqsave(&cma->lock, flags);
	while (nr < max) {
		pfns[nr] = latest_but(&cma->blockers, since, pfns, nr);
		if (!pfns[nr])
			break;
		nr++;
	}
	spin_unlock_irqrestore(&cma->lock, flags);
	return nr;
}
