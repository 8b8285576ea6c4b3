// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzz target: a stream of operations of an exclusive area, against the oracle
 *
 * The first byte chooses the size of the map, the rest are the choices of the
 * stream, so that a text is a story that can be kept in the corpus.
 */
#include <stdio.h>
#include <stdlib.h>
#include "place_stream.h"

static const unsigned long sizes[] = {
	1, 2, 31, 32, 33, 63, 64, 65, 511, 512, 513, 1000, 1025, 1537, 2048
};

int LLVMFuzzerTestOneInput(const u8 *bytes, size_t nr);

int LLVMFuzzerTestOneInput(const u8 *bytes, size_t nr)
{
	struct stream s = {};
	const char *why;
	u8 *copy;

	if (nr < 2)
		return 0;
	copy = malloc(nr);
	if (!copy)
		abort();
	memcpy(copy, bytes, nr);
	s.draw.bytes = copy + 1;
	s.draw.left = nr - 1;
	pair_init(&s.pair, sizes[copy[0] % ARRAY_SIZE(sizes)], true);
	why = place_run(&s, 1000, 1);
	if (why) {
		fprintf(stderr, "%lu units: %s\n", s.pair.map.nr, why);
		abort();
	}
	pair_exit(&s.pair);
	free(copy);
	return 0;
}
