/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _CMA_HOST_STREAM_H
#define _CMA_HOST_STREAM_H
/*
 * A map beside its oracle, and streams of operations on both
 */
#include "oracle.h"
#include "tap.h"

/* Ranges in transit that a stream keeps at a time. */
#define SPANS	24

struct span {
	unsigned long start;
	unsigned long nr;
};

/**
 * struct pair - a map and its oracle, kept alike
 * @map: the map
 * @oracle: the oracle
 * @mem: what cma_map_init() was given
 * @split: each array of @map lies in an allocation of its own
 */
struct pair {
	struct cma_map map;
	struct oracle oracle;
	void *mem;
	bool split;
};

void pair_init(struct pair *pair, unsigned long nr, bool split);
void pair_exit(struct pair *pair);
void pair_take(struct pair *pair, unsigned long start, unsigned long nr);
void pair_untake(struct pair *pair, unsigned long start, unsigned long nr);
void pair_own(struct pair *pair, unsigned long start, unsigned long nr);
const char *pair_disown(struct pair *pair, unsigned long start,
			unsigned long nr, bool *done);
const char *pair_search(struct pair *pair, unsigned long from,
			const struct cma_map_want *want, unsigned long *found);
const char *pair_check(const struct pair *pair, bool deep);

/**
 * struct stream - a random life of a pair
 * @pair: map and oracle
 * @draw: where its choices come from
 * @transit: the ranges in transit
 * @nr_transit: how many there are
 * @filling: takes more than it gives back, for now
 */
struct stream {
	struct pair pair;
	struct draw draw;
	struct span transit[SPANS];
	unsigned int nr_transit;
	bool filling;
};

typedef const char *(*stream_fn)(struct stream *stream, unsigned long ops,
				 unsigned long deep_every);

const char *stream_run(struct stream *stream, unsigned long ops,
		       unsigned long deep_every);
int stream_fuzz(const u8 *bytes, size_t nr, stream_fn run);

#endif /* _CMA_HOST_STREAM_H */
