// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tell of allocations that failed: a line in the kernel log, the figures, the
 * ring of the last failures
 */
#define pr_fmt(fmt) "cma: " fmt

#include <linux/device.h>
#include <linux/mm.h>
#include <linux/ratelimit.h>

#include "cma.h"
#include "stats.h"
#include "trace.h"

static DEFINE_RATELIMIT_STATE(report_limit, DEFAULT_RATELIMIT_INTERVAL,
			      DEFAULT_RATELIMIT_BURST);

/* Where an administrator reads on. */
#ifdef CONFIG_CMA_DEBUGFS
#define READ_ON		"; see <debugfs>/cma/%s/failures or run `cmactl explain`\n"
#else
#define READ_ON		"; run `cmactl explain` (%s)\n"
#endif

static const char *const cause_names[] = {
	[CMA_FULL] = "full",
	[CMA_FRAGMENTED] = "fragmented",
	[CMA_BUSY] = "busy",
	[CMA_INTERRUPTED] = "interrupted",
	[CMA_REFUSED] = "refused",
	[CMA_NOMEM] = "nomem",
	[CMA_SLOW] = "slow",
};

/**
 * cma_cause_name() - the word for a cause
 * @cause: the cause
 *
 * Context: Any.
 * Return: the word that all files, events and messages use.
 */
const char *cma_cause_name(enum cma_cause cause)
{
	return cause_names[cause];
}

/**
 * cma_new_id() - number an allocation that somebody will hear of
 *
 * Context: Any.
 * Return: a number that no other allocation has.
 */
u64 cma_new_id(void)
{
	static atomic64_t last;

	return atomic64_inc_return(&last);
}

/**
 * cma_holes() - what is not taken, and the largest piece of it, at one moment
 * @cma: the area
 * @untaken: receives frames
 * @largest: receives frames
 *
 * Context: Any.
 */
void cma_holes(struct cma *cma, unsigned long *untaken, unsigned long *largest)
{
	unsigned long flags;

	spin_lock_irqsave(&cma->lock, flags);
	*untaken = cma->map.nr_untaken << cma->order_per_bit;
	*largest = cma_map_largest(&cma->map) << cma->order_per_bit;
	spin_unlock_irqrestore(&cma->lock, flags);
}

static enum cma_cause cause_of(const struct cma *cma,
			       const struct cma_outcome *outcome)
{
	if (outcome->err == -EINTR)
		return CMA_INTERRUPTED;
	if (outcome->pages > cma->count || outcome->err == -EINVAL)
		return CMA_REFUSED;
	if (outcome->err == -ENOMEM)
		return CMA_NOMEM;
	if (outcome->err != -ENOSPC)
		return CMA_BUSY;
	return outcome->available < outcome->pages ? CMA_FULL : CMA_FRAGMENTED;
}

/* Room for " for " and the name of a device. */
#define WHOM		(CMA_DEVICE_NAME + 5)

/* For which device the memory was to be, if that is known. */
static const char *whom(const struct cma_outcome *outcome, char *text)
{
	*text = '\0';
	if (outcome->dev)
		snprintf(text, WHOM, " for %s", dev_name(outcome->dev));
	return text;
}

static void report_refused(const struct cma *cma,
			   const struct cma_outcome *outcome, const char *text)
{
	if (outcome->pages > cma->count)
		pr_err("%s: alloc of %lu pages%s failed: larger than the area, %lu pages"
		       READ_ON,
		       cma->name, outcome->pages, text, cma->count, cma->name);
	else
		pr_err("%s: alloc of %lu pages%s failed: align order %u or folio size do not fit units of %lu pages"
		       READ_ON,
		       cma->name, outcome->pages, text, outcome->align,
		       1UL << cma->order_per_bit, cma->name);
}

static void report_busy(struct cma *cma,
			const struct cma_outcome *outcome, const char *text)
{
	struct page *page;

	if (!outcome->evacuate || !cma_area_contains(cma, outcome->blocker)) {
		pr_err("%s: alloc of %lu pages%s failed: busy, no free run and the caller cannot sleep"
		       READ_ON,
		       cma->name, outcome->pages, text, cma->name);
		return;
	}
	page = pfn_to_page(outcome->blocker);
	pr_err("%s: alloc of %lu pages%s failed: busy, last blocker pfn %#lx flags %pGp refcount %d mapcount %d, %lu pages free, largest hole %lu"
	       READ_ON,
	       cma->name, outcome->pages, text, outcome->blocker, &page->flags,
	       page_ref_count(page), cma_lent_mappings(cma, outcome->blocker),
	       outcome->available, outcome->largest, cma->name);
}

/* One line that names the cause. */
static void report(struct cma *cma, const struct cma_outcome *outcome)
{
	char room[WHOM];
	const char *text = whom(outcome, room);

	if (outcome->gfp & __GFP_NOWARN || !__ratelimit(&report_limit))
		return;

	switch (outcome->cause) {
	case CMA_INTERRUPTED:
		pr_err("%s: alloc of %lu pages%s failed: interrupted by a fatal signal"
		       READ_ON,
		       cma->name, outcome->pages, text, cma->name);
		break;
	case CMA_REFUSED:
		report_refused(cma, outcome, text);
		break;
	case CMA_FULL:
		pr_err("%s: alloc of %lu pages%s failed: full, %lu of %lu pages free"
		       READ_ON,
		       cma->name, outcome->pages, text, outcome->available,
		       cma->count, cma->name);
		break;
	case CMA_FRAGMENTED:
		pr_err("%s: alloc of %lu pages%s (align order %u) failed: fragmented, %lu pages free, largest hole %lu"
		       READ_ON,
		       cma->name, outcome->pages, text, outcome->align,
		       outcome->available, outcome->largest, cma->name);
		break;
	case CMA_NOMEM:
		pr_err("%s: alloc of %lu pages%s failed: no memory to move pages to, %lu pages free, largest hole %lu"
		       READ_ON,
		       cma->name, outcome->pages, text, outcome->available,
		       outcome->largest, cma->name);
		break;
	default:
		report_busy(cma, outcome, text);
	}
}

/**
 * cma_report_failure() - tell of an allocation that failed
 * @cma: the area
 * @outcome: what is known of it; the cause is filled in
 *
 * Context: That of the allocation.
 */
void cma_report_failure(struct cma *cma, struct cma_outcome *outcome)
{
	outcome->cause = cause_of(cma, outcome);

	trace_cma_give_up(outcome->id, cma->name, outcome->pages,
			  cma_cause_name(outcome->cause), outcome->blocker);
	cma_stats_failed(cma, outcome);
	cma_failures_note(cma, outcome);
	report(cma, outcome);
}
