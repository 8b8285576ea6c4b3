// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an area counts: the part that is not on the fast path
 *
 * sysfs.c shows the figures. Those that must agree with the map are written
 * under cma->lock, where the map changes; the others are atomic.
 */
#include <linux/jiffies.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/timekeeping.h>

#include "cma.h"
#include "stats.h"

/**
 * cma_stats_start() - time the fast event that begins now
 * @stats: the area's figures
 * @what: %CMA_TIMED_CLAIM or %CMA_TIMED_RELEASE
 *
 * After a release, the next claim is to be timed as well.
 *
 * Context: Any.
 * Return: the time.
 */
u64 cma_stats_start(struct cma_stats *stats, enum cma_timed what)
{
	WRITE_ONCE(stats->last_timed[what], jiffies);
	WRITE_ONCE(stats->claim_timed, what == CMA_TIMED_CLAIM);
	return cma_clock();
}

/**
 * cma_stats_time() - count how long something took
 * @stats: the area's figures
 * @what: an allocation that was claimed, one that evacuated, or a release
 * @us: microseconds
 *
 * Context: Any.
 */
void cma_stats_time(struct cma_stats *stats, enum cma_timed what, u64 us)
{
	unsigned int bucket = fls64(us);

	atomic_long_inc(&stats->latency[what][min(bucket, CMA_LATENCIES - 1U)]);
}

/**
 * cma_stats_failed() - count a failure
 * @cma: the area
 * @verdict: what is known of it
 *
 * Context: Any.
 */
void cma_stats_failed(struct cma *cma, const struct cma_outcome *verdict)
{
	u64 now = ktime_get_boottime_ns();
	unsigned long flags;

	atomic_long_inc(&cma->stats.failed[verdict->cause]);
	spin_lock_irqsave(&cma->lock, flags);
	cma->stats.last_failure = max(now, 1ULL);
	cma->stats.last_cause = verdict->cause;
	spin_unlock_irqrestore(&cma->lock, flags);
}

/**
 * cma_stats_fragmentation() - how much is of no use for the largest request?
 * @untaken: frames that are not taken
 * @largest: frames of the largest hole
 *
 * The index of unusable free space, which the kernel has for the buddy allocator
 * (extfrag/unusable_index), for a request as large as the largest hole: the share
 * of what is free that does not lie in it.
 *
 * Context: Any.
 * Return: 0, all in one hole, to 1000.
 */
unsigned long cma_stats_fragmentation(unsigned long untaken,
				      unsigned long largest)
{
	if (!untaken)
		return 0;
	return div64_ul(1000ULL * (untaken - min(largest, untaken)), untaken);
}

/**
 * cma_stats_reset() - forget the peak, the latencies and the last failure
 * @cma: the area
 *
 * Context: Any.
 */
void cma_stats_reset(struct cma *cma)
{
	struct cma_stats *stats = &cma->stats;
	unsigned long flags;
	int i, j;

	spin_lock_irqsave(&cma->lock, flags);
	stats->peak = cma_used_frames(cma) >> cma->order_per_bit;
	stats->last_failure = 0;
	spin_unlock_irqrestore(&cma->lock, flags);
	for (i = 0; i < NR_CMA_TIMED; i++) {
		for (j = 0; j < CMA_LATENCIES; j++)
			atomic_long_set(&stats->latency[i][j], 0);
	}
}
