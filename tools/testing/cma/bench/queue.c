// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scenario "queue": a driver that keeps some single pages and hands them back in
 * its own order, by the thousand.
 *
 * The module does it through the DMA API, without a system call for each: the
 * figure is all of what one page costs a driver. A sample is the mean of a run.
 */
#include "bench.h"

#define QUEUE		"/sys/kernel/debug/cma_bench/queue"
#define PAGES		2048		/* in each run */
#define RUNS		5

static int run(int depth, const char *order, const char *name)
{
	struct work work = { "queue", "", name, depth };

	work.name = bench_text("queue of %d pages", depth);
	for (int i = 0; i < RUNS; i++) {
		const char *text = bench_text("%d %d %s", depth, PAGES / depth, order);
		struct sample got = { .err = cma_write_text(QUEUE, text) };

		if (got.err)
			return got.err;
		got.ns = cma_read_num(QUEUE);
		got.cpu = got.ns;
		bench_keep(&work, "pair", got, "");
	}
	return 0;
}

int bench_queue(struct bench *bench)
{
	static const struct {
		const char *order;
		const char *name;
	} orders[] = {
		{ "fifo", "in order" },
		{ "lifo", "last first" },
		{ "random", "random order" },
	};
	int err = cma_settle(&bench->area);

	if (!err)
		err = run(1, "fifo", "one at a time");
	for (int depth = 8; depth <= 64; depth *= 8)
		for (size_t i = 0; !err && i < sizeof(orders) / sizeof(*orders); i++)
			err = run(depth, orders[i].order, orders[i].name);
	return err;
}
