// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scenario "threads": several tasks that take and give back ranges of mixed
 * sizes, from idle areas and from areas full of their own memory, where
 * allocations evacuate.
 *
 * There a task replaces, after each pair, as much of its memory by new pages,
 * which the kernel puts into the frames that just came back: the areas stay
 * nearly full. That work is in the time of a pair, the same in all kernels. All
 * tasks together never hold a sixteenth of an area for long, so that no failure
 * has a good reason. The tasks are processes: threads would wait for the lock of
 * their address space. The stack of the debugfs files is shared, so one may give
 * back what another took; the sum stays right.
 *
 * Measured twice: the pace, then with lock tracing who waited for whom, and how
 * long. On one processor under instruction counting both repeat; on several,
 * emulated at the host's pace, they only indicate.
 */
#include "bench.h"

#include <sys/wait.h>

#define MOST		8
#define ROUNDS		200
#define ROOM		(8 * CMA_MIB)	/* of free memory, besides the floor */

struct worker {
	pid_t pid;
	struct sample sample[ROUNDS];
	long long pages[ROUNDS];
};

/* Shared by the tasks. */
static struct team {
	struct worker worker[MOST];
	size_t bytes;			/* of memory that each task keeps, or 0 */
	int go;
} *team;

static char *new_memory(size_t bytes)
{
	char *map = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (map == MAP_FAILED)
		exit(1);
	madvise(map, bytes, MADV_NOHUGEPAGE);
	return map;
}

/* Put new pages in the place of @bytes of old ones, round and round. */
static void replace(char *map, size_t bytes)
{
	static size_t at;
	size_t page = cma_page_size();

	for (size_t done = 0; done < bytes; done += page) {
		madvise(map + at, page, MADV_DONTNEED);
		map[at] = 1;
		at = (at + page) % team->bytes;
	}
}

static void work(struct bench *bench, struct worker *w, int seed)
{
	static const long long sizes[] = { 1, 3, 8, 17, 64, 100, 256, 512 };
	char *map = team->bytes ? new_memory(team->bytes) : NULL;

	/* One open file for all would be a lock of its own. */
	if (bench_open_files(bench))
		exit(1);
	if (map)
		replace(map, team->bytes);
	__atomic_sub_fetch(&team->go, 1, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&team->go, __ATOMIC_SEQ_CST))
		usleep(1000);
	for (int i = 0; i < ROUNDS; i++) {
		long long pages = sizes[cma_page_key(seed, i) %
					(sizeof(sizes) / sizeof(*sizes))];

		w->pages[i] = pages;
		w->sample[i] = bench_alloc(bench, pages);
		if (!w->sample[i].err)
			bench_free(bench, pages);
		if (map)
			replace(map, pages * cma_page_size());
	}
	exit(0);
}

/* Start all, let them go at once, wait for all. Return: ns it took. */
static long long race(struct bench *bench, int areas, int tasks)
{
	long long start;

	__atomic_store_n(&team->go, tasks + 1, __ATOMIC_SEQ_CST);
	for (int i = 0; i < tasks; i++) {
		pid_t pid = fork();

		if (!pid)
			work(&bench[i % areas], &team->worker[i], i + 1);
		team->worker[i].pid = pid;
	}
	while (__atomic_load_n(&team->go, __ATOMIC_SEQ_CST) > 1)
		usleep(1000);
	start = bench_now();
	__atomic_store_n(&team->go, 0, __ATOMIC_SEQ_CST);
	for (int i = 0; i < tasks; i++)
		waitpid(team->worker[i].pid, NULL, 0);
	return bench_now() - start;
}

/* All that fills the areas and leaves a little of ordinary memory. */
static size_t share(int tasks)
{
	long long all = cma_meminfo("MemFree") * 1024 - cma_floor() - ROOM;

	return all / tasks / cma_page_size() * cma_page_size();
}

static void keep(struct work *row, int tasks, long long ns)
{
	struct sample pace = { .ns = ns / (tasks * ROUNDS) };

	row->pages = 0;
	for (int i = 0; i < tasks; i++) {
		for (int n = 0; n < ROUNDS; n++)
			bench_keep(row, "allocate", team->worker[i].sample[n], "");
	}
	pace.cpu = pace.ns;
	bench_keep(row, "time a pair", pace, "");
}

static int together(struct bench *bench, int areas, int tasks, bool full)
{
	struct work row = { "threads", "", "mixed sizes", 0 };
	int err = cma_settle(&bench->area), pids[MOST];

	if (err)
		return err;
	row.name = bench_text("%d tasks in %s %s on %ld CPU", tasks,
			      areas > 1 ? "separate" : "one",
			      full ? "full" : "idle",
			      sysconf(_SC_NPROCESSORS_ONLN));
	team->bytes = full ? share(tasks) : 0;
	keep(&row, tasks, race(bench, areas, tasks));
	err = bench_waits_start();
	if (err)
		return err;
	race(bench, areas, tasks);
	for (int i = 0; i < tasks; i++)
		pids[i] = team->worker[i].pid;
	bench_waits_stop(&row, pids, tasks);
	bench_flush();
	return 0;
}

int bench_threads(struct bench *bench)
{
	struct cma_area all[CMA_MOST];
	static struct bench each[CMA_MOST];
	int n = cma_all_areas(all, CMA_MOST), err = 0, ballast;

	team = mmap(NULL, sizeof(*team), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (team == MAP_FAILED)
		return -ENOMEM;
	for (int i = 0; !err && i < n; i++) {
		setenv("CMA_AREA", all[i].name, 1);
		err = bench_open(&each[i]);
	}
	ballast = cma_squeeze(&bench->area, 4 * ROOM);
	if (ballast < 0)
		return ballast;
	for (int full = 0; full < 2; full++) {
		for (int tasks = 1; !err && tasks <= MOST; tasks *= 2) {
			err = together(bench, 1, tasks, full);
			if (!err && n > 1)
				err = together(each, n, tasks, full);
		}
	}
	close(ballast);
	return err;
}
