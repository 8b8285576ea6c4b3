/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _CMA_BENCH_TRACE_H
#define _CMA_BENCH_TRACE_H
/*
 * Lives of a span: three traces that fill it until something does not fit
 */
#include "rival.h"

/* A generator of numbers that is the same everywhere. */
struct lot {
	u64 state;
};

u32 lot_draw(struct lot *lot, u32 below);
struct lot lot_of(u64 seed);

/**
 * struct fill - how a trace ended
 * @failed_at: units live when something did not fit for the first time
 * @highest: the most units that were live until then
 * @wanted: units of what did not fit
 * @pieces: pieces live at that time
 * @steps: allocations until then
 */
struct fill {
	unsigned long failed_at;
	unsigned long highest;
	unsigned long wanted;
	unsigned long pieces;
	unsigned long steps;
};

/**
 * struct trace - a kind of life
 * @name: how the results call it
 * @run: live until the first failure; false if there is no memory for it
 */
struct trace {
	const char *name;
	bool (*run)(const struct rival *rival, unsigned long units, u64 seed,
		    struct fill *fill);
};

extern const struct trace traces[3];

#endif /* _CMA_BENCH_TRACE_H */
