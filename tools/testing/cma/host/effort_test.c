// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of the effort: what gfp flags allow, and how the pauses add up
 */
#include "../../../../mm/cma/effort.h"
#include "tap.h"

#define SHORT_MS	100
#define LONG_MS		10000

static const struct {
	const char *name;
	gfp_t gfp;
	bool evacuate;
	unsigned int wait_ms;
} efforts[] = {
	{ "no flags", 0, false, 0 },
	{ "GFP_ATOMIC", GFP_ATOMIC, false, 0 },
	{ "GFP_NOWAIT", GFP_NOWAIT, false, 0 },
	{ "GFP_DMA32 alone", GFP_DMA32, false, 0 },
	{ "GFP_ATOMIC, retry", GFP_ATOMIC | __GFP_RETRY_MAYFAIL, false, 0 },
	{ "GFP_NOWAIT, nofail", GFP_NOWAIT | __GFP_NOFAIL, false, 0 },
	{ "GFP_KERNEL", GFP_KERNEL, true, SHORT_MS },
	{ "GFP_KERNEL, zero, nowarn", GFP_KERNEL | __GFP_ZERO | __GFP_NOWARN,
	  true, SHORT_MS },
	{ "GFP_USER", GFP_USER, true, SHORT_MS },
	{ "GFP_HIGHUSER", GFP_HIGHUSER, true, SHORT_MS },
	{ "GFP_NOIO", GFP_NOIO, true, SHORT_MS },
	{ "GFP_NOFS", GFP_NOFS, true, SHORT_MS },
	{ "direct reclaim without kswapd", __GFP_DIRECT_RECLAIM, true, SHORT_MS },
	{ "GFP_KERNEL, noretry", GFP_KERNEL | __GFP_NORETRY, true, 0 },
	{ "GFP_KERNEL, retry", GFP_KERNEL | __GFP_RETRY_MAYFAIL, true, LONG_MS },
	{ "GFP_NOIO, retry", GFP_NOIO | __GFP_RETRY_MAYFAIL, true, LONG_MS },
	{ "GFP_KERNEL, noretry wins over retry",
	  GFP_KERNEL | __GFP_NORETRY | __GFP_RETRY_MAYFAIL, true, 0 },
};

static const char *named(unsigned int i)
{
	struct cma_effort effort = cma_effort_of(efforts[i].gfp, SHORT_MS,
						 LONG_MS);

	expect(effort.evacuate == efforts[i].evacuate);
	expect(effort.wait_ms == efforts[i].wait_ms);
	return NULL;
}

/* All flags that there are, in all combinations. */
static const char *all_flags(void)
{
	const gfp_t all = 2 * __GFP_ACCOUNT - 1;
	gfp_t gfp;

	for (gfp = 0; gfp <= all; gfp++) {
		struct cma_effort effort = cma_effort_of(gfp, 7, 11);
		bool sleeps = (gfp & __GFP_DIRECT_RECLAIM) != 0;
		unsigned int wait_ms = 7;

		if (gfp & __GFP_RETRY_MAYFAIL)
			wait_ms = 11;
		if (!sleeps || gfp & __GFP_NORETRY)
			wait_ms = 0;
		expect(effort.evacuate == sleeps);
		expect(effort.wait_ms == wait_ms);
	}
	return NULL;
}

/*
 * Pauses from @waited on. Each grows or stays, but for the last, which is what
 * is left; together they are exactly the wait.
 */
static const char *pauses(unsigned int wait_ms, unsigned int waited)
{
	struct cma_effort effort = { .evacuate = true, .wait_ms = wait_ms };
	unsigned int round, pause, before = 0;

	for (round = 0; ; round++) {
		pause = cma_effort_pause(&effort, round, waited);
		if (!pause)
			break;
		expect(pause <= wait_ms - waited);
		expect(pause >= before || waited + pause == wait_ms);
		expect(pause <= 2 * max(before, 1U));
		expect(round || pause == 1);
		before = pause;
		waited += pause;
	}
	expect(waited == wait_ms);
	return NULL;
}

static const char *pause_sums(void)
{
	const char *why = NULL;
	unsigned int wait_ms;

	for (wait_ms = 0; wait_ms <= 5000 && !why; wait_ms++)
		why = pauses(wait_ms, 0);
	why = why ?: pauses(6079, 0);
	why = why ?: pauses(6080, 0);
	why = why ?: pauses(10000, 0);
	why = why ?: pauses(1U << 20, 0);
	why = why ?: pauses(INT_MAX, INT_MAX - 3000);
	why = why ?: pauses(INT_MAX + 2000U, INT_MAX - 2000);
	return why ?: pauses(UINT_MAX, UINT_MAX - 3000);
}

/* Sleeping longer than asked, and counters at their ends, end the wait too. */
static const char *pause_ends(void)
{
	struct cma_effort effort = { .evacuate = true, .wait_ms = 100 };

	expect(cma_effort_pause(&effort, 0, 100) == 0);
	expect(cma_effort_pause(&effort, 0, 101) == 0);
	expect(cma_effort_pause(&effort, 0, UINT_MAX) == 0);
	expect(cma_effort_pause(&effort, 31, 99) == 1);
	expect(cma_effort_pause(&effort, 32, 99) == 1);
	expect(cma_effort_pause(&effort, 64, 99) == 1);
	effort.wait_ms = UINT_MAX;
	expect(cma_effort_pause(&effort, 0, UINT_MAX) == 0);
	expect(cma_effort_pause(&effort, 0, UINT_MAX - 1) == 1);
	effort.wait_ms = 0;
	expect(cma_effort_pause(&effort, 0, 0) == 0);
	return NULL;
}

/* Pauses that all end at once must not make passes without end. */
static const char *pauses_cut_short(void)
{
	static const unsigned int waits[] = { 1, 20, 2000, 100000 };
	unsigned int i, round;

	for (i = 0; i < ARRAY_SIZE(waits); i++) {
		struct cma_effort effort = { .wait_ms = waits[i] };

		for (round = 0; cma_effort_pause(&effort, round, 0); round++)
			expect(round < 1000 + waits[i] / 32);
		expect(cma_effort_pause(&effort, round + 1, 0) == 0);
		expect(cma_effort_pause(&effort, UINT_MAX, 0) == 0);
	}
	return NULL;
}

/* At any wait and any time, a later round never asks for a shorter pause. */
static const char *pause_monotone(void)
{
	static const unsigned int waits[] = { 1, 2, 63, 64, 65, 1000, UINT_MAX };
	unsigned int i, round, before, pause;

	for (i = 0; i < ARRAY_SIZE(waits); i++) {
		struct cma_effort effort = { .wait_ms = waits[i] };

		for (before = 0, round = 0; round < 100; round++) {
			pause = cma_effort_pause(&effort, round, 0);
			expect(pause >= before && pause <= waits[i]);
			before = pause;
		}
	}
	return NULL;
}

void effort_tests(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(efforts); i++)
		tap_result(named(i), "effort: %s", efforts[i].name);
	tap_result(all_flags(), "effort: all combinations of all flags");
	tap_result(pause_sums(), "effort: the pauses sum up to the wait");
	tap_result(pause_ends(), "effort: the wait always ends");
	tap_result(pauses_cut_short(), "effort: pauses cut short end too");
	tap_result(pause_monotone(), "effort: pauses never shrink");
}
