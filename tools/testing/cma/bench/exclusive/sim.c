// SPDX-License-Identifier: GPL-2.0-only
/*
 * How full a span gets before something does not fit, in user space
 *
 * Usage: sim [SEEDS [UNITS]]
 */
#include <stdio.h>
#include <stdlib.h>
#include "bench-shim.h"
#include "trace.h"

unsigned long host_words_read;

static const struct rival *const rivals[] = {
	&map_rival, &first_fit_rival, &best_fit_rival, &next_fit_rival,
	&roving_fit_rival,
};

static int by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

int main(int argc, char **argv)
{
	unsigned long seeds = argc > 1 ? strtoul(argv[1], NULL, 0) : 20;
	unsigned long units = argc > 2 ? strtoul(argv[2], NULL, 0) : 131072;
	double *at = calloc(seeds, sizeof(*at));
	size_t t, r;
	u64 seed;

	printf("trace      rival      median  lowest highest  steps pieces\n");
	for (t = 0; t < ARRAY_SIZE(traces); t++) {
		for (r = 0; r < ARRAY_SIZE(rivals); r++) {
			struct fill fill;
			double steps = 0, pieces = 0;

			for (seed = 1; seed <= seeds; seed++) {
				if (!traces[t].run(rivals[r], units, seed, &fill))
					return 1;
				at[seed - 1] = 100.0 * fill.highest / units;
				steps += fill.steps;
				pieces += fill.pieces;
			}
			qsort(at, seeds, sizeof(*at), by_size);
			printf("%-10s %-10s %6.1f%% %6.1f%% %6.1f%% %6.0f %6.0f\n",
			       traces[t].name, rivals[r]->name, at[seeds / 2], at[0],
			       at[seeds - 1], steps / seeds, pieces / seeds);
		}
	}
	return 0;
}
