// SPDX-License-Identifier: GPL-2.0-only
/*
 * Host tests of the pure files of mm/cma: the map, the effort, the parameters
 *
 * Usage: host-test [SEED [OPS [place]]]	"place": of exclusive areas alone
 */
#include <stdio.h>
#include <stdlib.h>
#include "tap.h"

int main(int argc, char **argv)
{
	u64 seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	unsigned long ops = argc > 2 ? strtoul(argv[2], NULL, 0) : 100000;

	printf("# SEED=%llu OPS=%lu\n", (unsigned long long)seed, ops);
	if (argc > 3) {
		place_tests(seed, ops);
		return tap_finish();
	}
	map_tests(seed, ops);
	map_state_tests();
	map_damage_tests();
	map_bound_tests();
	place_tests(seed, ops / 4);
	effort_tests();
	param_tests(seed, ops);
	area_param_tests(seed, ops / 4);
	return tap_finish();
}
