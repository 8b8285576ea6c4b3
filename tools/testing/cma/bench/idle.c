// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scenarios "floor" and "idle": what a write to a debugfs file costs, and what
 * requests of all sizes cost in an area that nothing is lent from; last, the
 * mean of many small ones.
 */
#include "bench.h"

#define TIMES		100
#define MANY		1000

/* The powers of two, and sizes that no buddy order fits. */
static const long long sizes[] = {
	1, 2, 3, 4, 5, 8, 16, 17, 32, 64, 100, 128, 256, 512, 760, 1000, 1024,
	2048, 3038, 4096, 5000, 8192, 10000, 16384,
};

/*
 * A write that reaches the allocator's file and asks for nothing: a kernel may
 * take it or refuse it.
 */
int bench_floor(struct bench *bench)
{
	struct work work = { "floor", "nothing", "0", 0 };

	for (int i = 0; i < TIMES; i++) {
		struct sample got = bench_free(bench, 0);

		got.err = 0;
		bench_keep(&work, "write", got, "");
	}
	return 0;
}

/* A sample is the mean of many pairs of allocation and release. */
static void stream(struct bench *bench, long long pages)
{
	struct work work = { "idle", "stream of pairs", "", pages };
	struct sample sum = { 0 };

	work.size = bench_text("%lld", pages);
	for (int i = 0; i < MANY; i++) {
		struct sample got = bench_alloc(bench, pages);

		sum.ns += got.ns;
		sum.err |= got.err;
		sum.ns += bench_free(bench, pages).ns;
	}
	sum.ns /= MANY;
	sum.cpu = sum.ns;
	bench_keep(&work, "pair", sum, "");
}

int bench_idle(struct bench *bench)
{
	struct work work = { .scenario = "idle", .name = "idle area" };
	int err = cma_settle(&bench->area);

	for (size_t i = 0; !err && i < sizeof(sizes) / sizeof(*sizes); i++) {
		work.pages = sizes[i];
		work.size = bench_text("%lld", sizes[i]);
		for (int n = 0; n < TIMES; n++)
			bench_pair(bench, &work);
	}
	for (long long pages = 1; !bench_irqs() && !err && pages <= 64; pages *= 8)
		stream(bench, pages);
	return err;
}
