// SPDX-License-Identifier: GPL-2.0-only
/*
 * The measuring part of the benchmark: timed calls, and the samples they leave.
 *
 * A sample leaves the guest as one line of comma-separated values, after the
 * word "sample": scenario, state, size, pages, operation, nanoseconds, errno,
 * note, nanoseconds on the CPU (two calls of the clock included). Where
 * interrupts are watched, nanoseconds are those with interrupts off, the scenario
 * is "irqs", and the note is where they came on again.
 */
#include "bench.h"

#include <stdarg.h>

struct kept {
	struct work work;
	const char *op;
	struct sample sample;
	char note[40];
};

static struct kept *kept;
static size_t nr_kept, max_kept;
static uint64_t seed_state = 1;

static long long now(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

long long bench_now(void)
{
	return now(CLOCK_MONOTONIC);
}

void bench_seed(uint64_t seed)
{
	seed_state = seed;
}

/* The same sequence in every kernel. */
long long bench_random(long long below)
{
	seed_state += 0x9e3779b97f4a7c15ULL;
	return cma_page_key(0, seed_state) % below;
}

const char *bench_text(const char *fmt, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	va_end(args);
	return text ? text : "";
}

bool bench_quick(void)
{
	return getenv("CMA_BENCH_QUICK");
}

bool bench_wanted(const char *name)
{
	const char *only = getenv("CMA_BENCH_ONLY");
	char text[64];

	/* The kernel command line takes no blanks in a value. */
	snprintf(text, sizeof(text), "%s", name);
	for (char *c = text; *c; c++)
		if (*c == ' ')
			*c = '_';
	return !only || strstr(text, only);
}

static int open_file(const struct cma_area *area, const char *file)
{
	char path[CMA_PATH];

	snprintf(path, sizeof(path), CMA_DEBUGFS "/%.63s/%s", area->name, file);
	return open(path, O_WRONLY | O_CLOEXEC);
}

int bench_open_files(struct bench *bench)
{
	bench->alloc_fd = open_file(&bench->area, "alloc");
	bench->free_fd = open_file(&bench->area, "free");
	return bench->alloc_fd < 0 || bench->free_fd < 0 ? -errno : 0;
}

int bench_open(struct bench *bench)
{
	int err = cma_find_area(&bench->area) ? bench_open_files(bench) : -ENOENT;

	return err || bench_irqs() ? err : bench_irqs_open();
}

static struct sample timed_write(int fd, long long number)
{
	struct sample sample;
	long long start;
	char text[24];
	ssize_t done;
	int len;

	len = snprintf(text, sizeof(text), "%lld", number);
	if (bench_irqs())
		bench_irqs_start();
	sample.cpu = -now(CLOCK_THREAD_CPUTIME_ID);
	start = now(CLOCK_MONOTONIC);
	done = write(fd, text, len);
	sample.ns = now(CLOCK_MONOTONIC) - start;
	sample.cpu += now(CLOCK_THREAD_CPUTIME_ID);
	sample.err = done < 0 ? -errno : 0;
	if (bench_irqs()) {
		sample.ns = bench_irqs_stop();
		sample.cpu = sample.ns;
	}
	return sample;
}

struct sample bench_alloc(const struct bench *bench, long long pages)
{
	return timed_write(bench->alloc_fd, pages);
}

struct sample bench_free(const struct bench *bench, long long pages)
{
	return timed_write(bench->free_fd, pages);
}

/* Reserves, and per-CPU lists that grow to MiBs while memory is filled. */
void bench_low_memory(bool low)
{
	static struct {
		const char *file;
		const char *low;
		char normal[32];
	} knobs[] = {
		{ "/proc/sys/vm/watermark_boost_factor", "0", "" },
		{ "/proc/sys/vm/min_free_kbytes", "256", "" },
		{ "/proc/sys/vm/percpu_pagelist_high_fraction", "8192", "" },
	};

	for (size_t i = 0; i < sizeof(knobs) / sizeof(*knobs); i++) {
		if (!knobs[i].normal[0])
			cma_read_text(knobs[i].file, knobs[i].normal,
				      sizeof(knobs[i].normal));
		cma_write_text(knobs[i].file,
			       low ? knobs[i].low : knobs[i].normal);
	}
}

void bench_keep(const struct work *work, const char *op, struct sample sample,
		const char *note)
{
	struct kept *k;

	if (nr_kept == max_kept) {
		max_kept = max_kept ? 2 * max_kept : 4096;
		kept = realloc(kept, max_kept * sizeof(*kept));
		if (!kept)
			abort();
	}
	k = &kept[nr_kept++];
	k->work = *work;
	k->op = op;
	k->sample = sample;
	if (bench_irqs()) {
		k->work.scenario = "irqs";
		note = bench_irqs_where();
	}
	snprintf(k->note, sizeof(k->note), "%s", note);
}

void bench_flush(void)
{
	for (size_t i = 0; i < nr_kept; i++) {
		const struct kept *k = &kept[i];

		printf("sample,%s,%s,%s,%lld,%s,%lld,%d,%s,%lld\n", k->work.scenario,
		       k->work.name, k->work.size, k->work.pages, k->op,
		       k->sample.ns, k->sample.err, k->note, k->sample.cpu);
	}
	fflush(stdout);
	nr_kept = 0;
}

void bench_pair(const struct bench *bench, const struct work *work)
{
	struct sample got = bench_alloc(bench, work->pages);

	bench_keep(work, "allocate", got, "");
	if (!got.err)
		bench_keep(work, "release", bench_free(bench, work->pages), "");
}
