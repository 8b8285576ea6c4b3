// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scenario "threads": requests that must succeed, from several threads at a
 * time. Counts those that do not.
 *
 * Each thread takes and gives back small ranges of mixed sizes. All together
 * never hold a sixteenth of the area, so that no failure has a good reason. Time
 * means nothing here: as many processors as threads run at the host's pace. The
 * stack of the debugfs files is shared, so a thread may give back what another
 * took: the sum stays right.
 */
#include "bench.h"

#include <pthread.h>
#include <sched.h>

#define MOST		8
#define ROUNDS		1000

struct worker {
	pthread_t thread;
	struct bench *bench;
	uint64_t seed;
	struct sample sample[ROUNDS];
	long long pages[ROUNDS];
};

static struct worker workers[MOST];

static void *work(void *arg)
{
	static const long long sizes[] = { 1, 2, 3, 8, 17, 64, 100, 256 };
	struct worker *w = arg;

	for (int i = 0; i < ROUNDS; i++) {
		long long pages = sizes[cma_page_key(w->seed, i) %
					(sizeof(sizes) / sizeof(*sizes))];

		w->pages[i] = pages;
		w->sample[i] = bench_alloc(w->bench, pages);
		if (!w->sample[i].err)
			bench_free(w->bench, pages);
	}
	return NULL;
}

static void together(struct bench *bench, int areas, int threads)
{
	struct work row = { .scenario = "threads" };

	row.name = bench_text("%d threads in %s", threads,
			      areas > 1 ? "separate areas" : "one area");
	row.size = "mixed sizes";
	for (int i = 0; i < threads; i++) {
		workers[i].bench = &bench[i % areas];
		workers[i].seed = i + 1;
		pthread_create(&workers[i].thread, NULL, work, &workers[i]);
	}
	for (int i = 0; i < threads; i++)
		pthread_join(workers[i].thread, NULL);
	for (int i = 0; i < threads; i++) {
		for (int n = 0; n < ROUNDS; n++) {
			row.pages = workers[i].pages[n];
			bench_keep(&row, "allocate", workers[i].sample[n], "");
		}
	}
	bench_flush();
}

int bench_threads(struct bench *bench)
{
	struct cma_area all[CMA_MOST];
	static struct bench each[CMA_MOST];
	int n = cma_all_areas(all, CMA_MOST), err = 0;

	for (int i = 0; !err && i < n; i++) {
		setenv("CMA_AREA", all[i].name, 1);
		err = bench_open(&each[i]);
	}
	if (!err)
		err = cma_settle(&bench->area);
	for (int threads = 1; !err && threads <= MOST; threads *= 2) {
		together(bench, 1, threads);
		if (n > 1)
			together(each, n, threads);
	}
	return err;
}
