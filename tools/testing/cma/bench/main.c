// SPDX-License-Identifier: GPL-2.0-only
/*
 * The benchmark's program in the guest: cma-bench SCENARIO...
 *
 * Prints the samples and ends in TAP, one test a scenario: that it could be set
 * up and ran to its end. What it measured is judged by nobody here.
 */
#include "bench.h"

static const struct scenario {
	const char *name;
	int (*run)(struct bench *bench);
} scenarios[] = {
	{ "floor", bench_floor },
	{ "idle", bench_idle },
	{ "queue", bench_queue },
	{ "full", bench_full },
	{ "pins", bench_pins },
	{ "holes", bench_holes },
	{ "threads", bench_threads },
	{ "camera", bench_camera },
};

static int run(struct bench *bench, const char *name)
{
	int err = -EINVAL;

	for (size_t i = 0; i < sizeof(scenarios) / sizeof(*scenarios); i++)
		if (!strcmp(scenarios[i].name, name))
			err = scenarios[i].run(bench);
	bench_flush();
	return err;
}

int main(int argc, char **argv)
{
	struct bench bench;
	int err = bench_open(&bench), failed = 0;

	for (int i = 1; i < argc; i++) {
		int rc = err ? err : run(&bench, argv[i]);

		printf("%sok %d - %s%s%s\n", rc ? "not " : "", i, argv[i],
		       rc ? " # " : "", rc ? strerror(-rc) : "");
		fflush(stdout);
		failed += !!rc;
	}
	printf("1..%d\n", argc - 1);
	return !!failed;
}
