// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scenario "holes": every other frame of the area is taken, and so is all else
 * but one hole of three frames at the end.
 *
 * A request for one page is served by the first hole, one for two pages only by
 * the last: it is what the search costs. One for four pages fits nowhere. Needs
 * the benchmark's module.
 */
#include "bench.h"

#define DIR		"/sys/kernel/debug/cma_bench/"
#define TIMES		20
#define REFUSALS	3

static int module_write(const char *file, long long number)
{
	return cma_write_text(file, bench_text("%lld", number));
}

/* Return: pages taken by hand, besides those of the module, or -errno. */
static long long make_holes(struct bench *bench)
{
	long long hole = cma_file(&bench->area, "maxchunk"), rest;
	/* The DMA API aligns a large buffer to 1 MiB. */
	long long pages = (hole - 256) & ~1LL;
	int err = module_write(DIR "take", pages * cma_page_size());

	if (err)
		return err;
	rest = cma_take_all(&bench->area);
	if (rest < 0)
		return rest;
	err = module_write(DIR "thin", 2);
	return err ? err : rest;
}

static void measure(struct bench *bench, struct work *work, const char *size,
		    long long pages, int times)
{
	work->size = size;
	work->pages = pages;
	for (int i = 0; i < times; i++)
		bench_pair(bench, work);
}

int bench_holes(struct bench *bench)
{
	struct work work = { .scenario = "holes" };
	int err = cma_settle(&bench->area);
	long long rest;

	if (err)
		return err;
	work.name = bench_text("%lld MiB of single holes",
			       bench->area.count * 4096 / (long long)CMA_MIB);
	rest = make_holes(bench);
	if (rest < 0)
		return rest;
	measure(bench, &work, "1 (first hole)", 1, TIMES);
	measure(bench, &work, "2 (last hole)", 2, TIMES);
	measure(bench, &work, "4 (fits nowhere)", 4, REFUSALS);
	if (rest)
		cma_give(&bench->area, rest);
	return module_write(DIR "drop", 1);
}
