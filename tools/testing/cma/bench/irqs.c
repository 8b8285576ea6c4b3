// SPDX-License-Identifier: GPL-2.0-only
/*
 * The other thing the benchmark can measure of a call: the longest time that
 * interrupts were off meanwhile.
 *
 * A timer of the benchmark's module ticks every few microseconds, and its lag
 * tells. It needs no other kernel than the durations do, but its ticks take time
 * themselves: so with CMA_BENCH_IRQS in the environment every call is watched
 * and none is timed. What is measured is the latency of an interrupt, whoever
 * caused it: the allocator, another interrupt, a kernel thread that the call
 * waits for. The scenario "floor" says how much of it is the way to the handler.
 * One call may be watched too short by up to a period; the longest of many is
 * what counts.
 */
#include "bench.h"

#define METER		"/sys/kernel/debug/cma_bench/irqoff"

static int meter_fd = -1;
static char where[40];

bool bench_irqs(void)
{
	return meter_fd >= 0;
}

int bench_irqs_open(void)
{
	if (!getenv("CMA_BENCH_IRQS"))
		return 0;
	meter_fd = open(METER, O_RDWR | O_CLOEXEC);
	return meter_fd < 0 ? -errno : 0;
}

void bench_irqs_start(void)
{
	if (pwrite(meter_fd, "1", 1, 0) != 1)
		perror(METER);
}

/* Return: the longest lag since the start, ns. */
long long bench_irqs_stop(void)
{
	char text[80] = "";
	long long ns = -1;

	if (pread(meter_fd, text, sizeof(text) - 1, 0) > 0)
		sscanf(text, "%lld %39s", &ns, where);
	if (pwrite(meter_fd, "0", 1, 0) != 1)
		perror(METER);
	return ns;
}

/* The function that was about to go on when that lag ended. */
const char *bench_irqs_where(void)
{
	return where;
}
