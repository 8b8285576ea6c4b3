/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the scenarios of the benchmark share: the area under test, a timed call
 * of its debugfs files, and the samples.
 *
 * Every kernel compared runs the same binary. The load goes through interfaces
 * that all of them have, and a sample is the time around one system call,
 * nothing subtracted; the scenario "floor" says what such a call costs at the
 * least. Samples stay in memory while a scenario measures: the console must not
 * work between two of them.
 */
#ifndef BENCH_H
#define BENCH_H

#include "../../selftests/cma/cma_load.h"

/* One timed call. */
struct sample {
	long long ns;		/* from call to return, or see bench_irqs() */
	long long cpu;		/* ns of them that the caller did not sleep */
	int err;		/* 0 or -errno */
};

/* What a row of the table is about; strings live as long as the program. */
struct work {
	const char *scenario;
	const char *name;	/* the state of the area */
	const char *size;	/* of the request, as the table says it */
	long long pages;	/* the same, exactly */
};

struct bench {
	struct cma_area area;
	int alloc_fd;		/* debugfs files, kept open */
	int free_fd;
};

int bench_open(struct bench *bench);
int bench_open_files(struct bench *bench);	/* of an area that is known */
long long bench_now(void);		/* ns */
struct sample bench_alloc(const struct bench *bench, long long pages);
struct sample bench_free(const struct bench *bench, long long pages);
long long bench_random(long long below);
void bench_seed(uint64_t seed);
const char *bench_text(const char *fmt, ...)
	__attribute__((format(printf, 1, 2)));

/*
 * Let the area and ordinary memory be filled to the last MiB without reclaim;
 * undone before anything is measured.
 */
void bench_low_memory(bool low);

/* Keep a sample, with a word about it ("" for none); print all kept so far. */
void bench_keep(const struct work *work, const char *op, struct sample sample,
		const char *note);
void bench_flush(void);

/*
 * On request a sample's time is not the call's but the longest with interrupts
 * off during it.
 */
bool bench_irqs(void);
int bench_irqs_open(void);
void bench_irqs_start(void);
long long bench_irqs_stop(void);
const char *bench_irqs_where(void);

/*
 * Trace who waits for a mutex; keep the waits of those tasks as samples of @row,
 * and print how often and how long each of them waited for which other.
 */
int bench_waits_start(void);
void bench_waits_stop(const struct work *row, const int *pids, int n);

/* Take @work->pages, give them back, and keep both samples. */
void bench_pair(const struct bench *bench, const struct work *work);

/* The environment may narrow a scenario: CMA_BENCH_ONLY, a part of @name. */
bool bench_wanted(const char *name);

/* CMA_BENCH_QUICK: less of what takes longest. */
bool bench_quick(void);

/* Scenarios. Return: 0, or -errno when it could not be set up. */
int bench_floor(struct bench *bench);
int bench_idle(struct bench *bench);
int bench_queue(struct bench *bench);
int bench_full(struct bench *bench);
int bench_pins(struct bench *bench);
int bench_camera(struct bench *bench);
int bench_holes(struct bench *bench);
int bench_threads(struct bench *bench);

#endif /* BENCH_H */
