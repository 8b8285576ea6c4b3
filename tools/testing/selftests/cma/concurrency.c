// SPDX-License-Identifier: GPL-2.0-only
/*
 * Allocations and releases of mixed sizes from several threads, while others
 * dirty page cache and churn anonymous memory in the same area. In the end
 * everything returned and no content was lost.
 */
#include "../kselftest_harness.h"
#include "cma_load.h"
#include <pthread.h>

#define ALLOCATORS	4
#define DURATION	5.0	/* seconds */
#define LARGEST		1024	/* pages a request */
#define NEIGHBOURS	8	/* allocators that share blocks */

struct worker {
	pthread_t thread;
	const struct cma_area *area;
	unsigned int seed;
	enum cma_kind kind;
	double until;
	long long largest;	/* pages a request */
	long done;		/* requests served, or loads verified */
	long refused;
	long wrong;		/* pages with lost content, or failed steps */
};

FIXTURE(concurrency) {
	struct cma_area area;
	struct cma_counts before;
	int ballast;
};

FIXTURE_SETUP(concurrency)
{
	self->ballast = -1;
	if (!cma_find_area(&self->area))
		SKIP(return, "no area in " CMA_DEBUGFS);
	ASSERT_EQ(0, cma_settle(&self->area));
	cma_count(&self->area, &self->before);
	self->ballast = cma_squeeze(&self->area, 24 * CMA_MIB);
	ASSERT_LE(0, self->ballast);
}

FIXTURE_TEARDOWN(concurrency)
{
	if (self->ballast >= 0)
		close(self->ballast);
}

/* Every other request is held over the next one, so that holes mix. */
static void *allocate(void *arg)
{
	struct worker *w = arg;
	long long step = 1LL << w->area->order, held = 0;

	while (cma_seconds() < w->until) {
		long long n = (rand_r(&w->seed) % w->largest + step) / step * step;

		if (cma_take(w->area, n)) {
			w->refused++;
		} else {
			w->done++;
			held += n;
		}
		if (held && rand_r(&w->seed) % 2) {
			cma_give(w->area, held);
			held = 0;
		}
	}
	if (held)
		cma_give(w->area, held);
	return NULL;
}

/* One request after the other. */
static void *neighbour(void *arg)
{
	struct worker *w = arg;
	long long step = 1LL << w->area->order;

	while (cma_seconds() < w->until) {
		long long n = (rand_r(&w->seed) % w->largest + step) / step *
			      step;

		if (cma_take(w->area, n)) {
			w->refused++;
			continue;
		}
		w->done++;
		cma_give(w->area, n);
	}
	return NULL;
}

static void *churn(void *arg)
{
	struct worker *w = arg;
	struct cma_load load;

	while (cma_seconds() < w->until) {
		__u64 key = rand_r(&w->seed);

		if (cma_load_prepare(&load, w->kind, 4 * CMA_MIB, key) ||
		    cma_load_fill(&load))
			w->wrong++;
		else
			w->wrong += cma_load_wrong(&load);
		cma_load_drop(&load);
		w->done++;
	}
	return NULL;
}

/* Start @count workers at @job. Return: 0 or an error number. */
static int start(struct worker *w, size_t count, const struct cma_area *area,
		 long long largest, void *(*job)(void *))
{
	double until = cma_seconds() + DURATION;
	int err = 0;

	for (size_t i = 0; i < count && !err; i++) {
		w[i].area = area;
		w[i].seed = i + 1;
		w[i].largest = largest;
		w[i].until = until;
		err = pthread_create(&w[i].thread, NULL, job, &w[i]);
	}
	return err;
}

TEST_F(concurrency, everything_returns)
{
	enum cma_kind kinds[] = { cma_has_disk() ? CMA_FILE_DIRTY : CMA_SHMEM,
				  CMA_ANON };
	struct worker w[ALLOCATORS + ARRAY_SIZE(kinds)] = { 0 };
	struct cma_counts now;
	long done = 0;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		w[ALLOCATORS + i].kind = kinds[i];
	ASSERT_EQ(0, start(w, ALLOCATORS, &self->area, LARGEST, allocate));
	ASSERT_EQ(0, start(w + ALLOCATORS, ARRAY_SIZE(kinds), &self->area, 0,
			   churn));
	for (size_t i = 0; i < ARRAY_SIZE(w); i++) {
		pthread_join(w[i].thread, NULL);
		EXPECT_EQ(0, w[i].wrong);
		EXPECT_LT(0, w[i].done);
		done += i < ALLOCATORS ? w[i].done : 0;
	}
	TH_LOG("%ld allocations in %.0f s", done, DURATION);

	/* The held list is shared: a thread may have freed less than its own. */
	cma_count(&self->area, &now);
	EXPECT_EQ(now.success - self->before.success - (now.released -
		  self->before.released), now.used - self->before.used);
	if (now.used > self->before.used)
		cma_give(&self->area, now.used - self->before.used);
	close(self->ballast);
	self->ballast = -1;
	EXPECT_EQ(0, cma_settle(&self->area));
	cma_count(&self->area, &now);
	EXPECT_EQ(self->before.used, now.used);
	EXPECT_TRUE(cma_free_is_back(&self->before, &now));
}

/*
 * Requests of all sizes, so that many share a block with a neighbour, in an area
 * that is lent out. All of them together need a quarter of it at most: when one
 * fails, it is because of another.
 */
TEST_F(concurrency, neighbours_do_not_fail_each_other)
{
	struct worker w[NEIGHBOURS + 1] = { 0 };
	struct cma_counts now;
	long done = 0;

	w[NEIGHBOURS].kind = CMA_ANON;
	ASSERT_EQ(0, start(w, NEIGHBOURS, &self->area,
			   self->area.count / (8 * NEIGHBOURS), neighbour));
	ASSERT_EQ(0, start(w + NEIGHBOURS, 1, &self->area, 0, churn));
	for (size_t i = 0; i < ARRAY_SIZE(w); i++) {
		pthread_join(w[i].thread, NULL);
		EXPECT_EQ(0, w[i].wrong);
		EXPECT_EQ(0, w[i].refused);
		EXPECT_LT(0, w[i].done);
		done += i < NEIGHBOURS ? w[i].done : 0;
	}
	TH_LOG("%ld allocations in %.0f s", done, DURATION);
	cma_count(&self->area, &now);
	EXPECT_EQ(self->before.used, now.used);
	EXPECT_EQ(self->before.fail, now.fail);
}

TEST_HARNESS_MAIN
