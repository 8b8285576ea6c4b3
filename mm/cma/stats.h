/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _MM_CMA_STATS_H
#define _MM_CMA_STATS_H
/*
 * What an area counts and remembers for people and tools, and the hooks for the
 * layers that allocate and release
 *
 * Who succeeds pays a few plain instructions under a lock that he holds anyway.
 * Reading the clock costs more than that. Of releases, the first in each tick of
 * the timer is timed, and after it the next allocation; of allocations that the
 * pocket does not serve, also the first in each tick. So whatever comes rarely is
 * timed, and whatever is slow anyway.
 *
 * Without CONFIG_CMA_STATS and CONFIG_TRACEPOINTS all of it compiles to nothing.
 */
#include <linux/atomic.h>
#include <linux/jiffies.h>
#include <linux/jump_label.h>
#include <linux/sched/clock.h>
#include <linux/types.h>

struct cma;
struct dentry;
struct device;

/* Bytes of the name of a device that a record keeps, with its NUL. */
#define CMA_DEVICE_NAME	32

/**
 * enum cma_cause - why an allocation failed
 * @CMA_FULL: there is not so much memory in the area that is not taken
 * @CMA_FRAGMENTED: there is, but no hole that fits
 * @CMA_BUSY: there is a hole, but frames in it could not be had
 * @CMA_INTERRUPTED: the task is being killed
 * @CMA_REFUSED: the area can never serve such a request
 * @CMA_NOMEM: there is a hole, but no memory to move the pages in it to
 * @CMA_SLOW: it did not fail, but it took long because of blockers
 * @NR_CMA_CAUSES: how many there are
 */
enum cma_cause {
	CMA_FULL,
	CMA_FRAGMENTED,
	CMA_BUSY,
	CMA_INTERRUPTED,
	CMA_REFUSED,
	CMA_NOMEM,
	CMA_SLOW,
	NR_CMA_CAUSES,
};

/* What is timed. */
enum cma_timed {
	CMA_TIMED_CLAIM,
	CMA_TIMED_RELEASE,
	CMA_TIMED_EVACUATE,
	NR_CMA_TIMED,
};

/* Buckets of a histogram: below 1 us, below 2 us, ... */
#define CMA_LATENCIES	24

/**
 * struct cma_stats - what an area counts
 * @served: allocations that were claimed, and that had to evacuate; written
 *	under cma->lock
 * @peak: the most units that were taken at any time; guarded by cma->lock
 * @last_timed: jiffies when the last claim or release was timed as the first in
 *	its tick; a guess
 * @claim_timed: no release was timed since a claim was; a guess
 * @failed: allocations that failed, by cause
 * @reclaimed: frames of page cache dropped for allocations
 * @migrated: frames moved for allocations
 * @latency: how many events took how long
 * @last_failure: nanoseconds since boot, 0 if nothing has failed; guarded by
 *	cma->lock
 * @last_cause: why; guarded by cma->lock
 */
struct cma_stats {
	unsigned long served[2];
	unsigned long peak;
	unsigned long last_timed[2];
	bool claim_timed;
	atomic_long_t failed[NR_CMA_CAUSES];
	atomic_long_t reclaimed;
	atomic_long_t migrated;
	atomic_long_t latency[NR_CMA_TIMED][CMA_LATENCIES];
	u64 last_failure;
	enum cma_cause last_cause;
};

/**
 * struct cma_outcome - how an allocation ended
 * @id: its number, 0 if it has none
 * @cause: why it failed
 * @err: what its caller gets
 * @pages: frames wanted
 * @align: alignment wanted, as an order
 * @gfp: flags of the caller
 * @dev: the device that the memory was to be for, or NULL; not to be kept
 * @began: when it began, 0 if it was not timed
 * @available: frames that were not taken in the end
 * @largest: frames of the largest hole in the end
 * @blocker: the frame that stopped it last
 * @migrated: frames moved for it
 * @reclaimed: frames of page cache dropped for it
 * @passes: how often it went over the area
 * @evacuate: it was allowed to evacuate
 */
struct cma_outcome {
	u64 id;
	enum cma_cause cause;
	int err;
	unsigned long pages;
	unsigned int align;
	gfp_t gfp;
	const struct device *dev;
	u64 began;
	unsigned long available;
	unsigned long largest;
	unsigned long blocker;
	unsigned long migrated;
	unsigned long reclaimed;
	unsigned int passes;
	bool evacuate;
};

/* report.c */
const char *cma_cause_name(enum cma_cause cause);
u64 cma_new_id(void);
void cma_holes(struct cma *cma, unsigned long *untaken, unsigned long *largest);
void cma_report_failure(struct cma *cma, struct cma_outcome *outcome);

#ifdef CONFIG_TRACEPOINTS
DECLARE_STATIC_KEY_FALSE(cma_trace_key);

/* Does anybody follow allocations? */
static inline bool cma_tracing(void)
{
	return static_branch_unlikely(&cma_trace_key);
}
#else
static inline bool cma_tracing(void)
{
	return false;
}
#endif

/* The time, which is never 0. */
static inline u64 cma_clock(void)
{
	return local_clock() | 1;
}

static inline u64 cma_clock_us(u64 began)
{
	u64 now = cma_clock();

	return began && now > began ? div_u64(now - began, NSEC_PER_USEC) : 0;
}

#ifdef CONFIG_CMA_STATS

u64 cma_stats_start(struct cma_stats *stats, enum cma_timed what);
void cma_stats_time(struct cma_stats *stats, enum cma_timed what, u64 us);
void cma_stats_failed(struct cma *cma, const struct cma_outcome *outcome);
unsigned long cma_stats_fragmentation(unsigned long untaken,
				      unsigned long largest);
void cma_stats_reset(struct cma *cma);

/* Is the allocation that begins now to be timed, fast or not? */
static __always_inline bool cma_stats_due(const struct cma_stats *stats)
{
	return unlikely(!READ_ONCE(stats->claim_timed)) || cma_tracing();
}

/* The time, if this is the first such event in a tick, else 0. */
static __always_inline u64 cma_stats_first(struct cma_stats *stats,
					   enum cma_timed what)
{
	unsigned long now = jiffies;

	if (likely(READ_ONCE(stats->last_timed[what]) == now) && !cma_tracing())
		return 0;
	return cma_stats_start(stats, what);
}

/* An allocation has succeeded, and @units units are taken now. */
static __always_inline void cma_stats_own_locked(struct cma_stats *stats,
						 unsigned long units,
						 bool evacuated)
{
	stats->served[evacuated]++;
	if (unlikely(units > stats->peak))
		stats->peak = units;
}

static inline void cma_stats_moved(struct cma_stats *stats,
				   unsigned long reclaimed,
				   unsigned long migrated)
{
	if (reclaimed)
		atomic_long_add(reclaimed, &stats->reclaimed);
	if (migrated)
		atomic_long_add(migrated, &stats->migrated);
}

#else

static inline bool cma_stats_due(const struct cma_stats *stats)
{
	return cma_tracing();
}

static inline u64 cma_stats_start(struct cma_stats *stats, enum cma_timed what)
{
	return cma_clock();
}

static inline u64 cma_stats_first(struct cma_stats *stats, enum cma_timed what)
{
	return cma_tracing() ? cma_clock() : 0;
}

static inline void cma_stats_own_locked(struct cma_stats *stats,
					unsigned long units, bool evacuated) { }
static inline void cma_stats_moved(struct cma_stats *stats,
				   unsigned long reclaimed,
				   unsigned long migrated) { }
static inline void cma_stats_time(struct cma_stats *stats, enum cma_timed what,
				  u64 us) { }
static inline void cma_stats_failed(struct cma *cma,
				    const struct cma_outcome *outcome) { }

#endif /* CONFIG_CMA_STATS */

#ifdef CONFIG_CMA_DEBUGFS
void cma_failures_activate(struct cma *cma);
void cma_failures_note(struct cma *cma, const struct cma_outcome *outcome);
void cma_failures_reset(struct cma *cma);
void cma_failures_files(struct cma *cma, struct dentry *dir);
void cma_walk_files(struct cma *cma, struct dentry *dir);
#else
static inline void cma_failures_activate(struct cma *cma) { }
static inline void cma_failures_note(struct cma *cma,
				     const struct cma_outcome *outcome) { }
#endif

#endif /* _MM_CMA_STATS_H */
