// SPDX-License-Identifier: GPL-2.0-only
/*
 * How hard an allocation may try (pure layer)
 *
 * The gfp flags have the words already; no new ones are needed:
 *
 *	no direct reclaim	claim only
 *	__GFP_NORETRY		one pass over the area
 *	none of these		passes until a short wait is used up
 *	__GFP_RETRY_MAYFAIL	passes until the long wait is used up
 *
 * Between two passes the pauses double, so that a pin of a few microseconds
 * costs a millisecond and one of a second costs twenty passes, not a thousand.
 */
#include "effort.h"

/* The longest single pause: what a pin that has just gone may still cost. */
#define PAUSE_MAX_MS	64U

/* Passes beyond those that pauses of full length need. */
#define ROUNDS_SPARE	1000

/**
 * cma_effort_of() - the effort that gfp flags ask for
 * @gfp: flags of the allocation
 * @short_ms: the short wait, in milliseconds
 * @long_ms: the long wait, in milliseconds
 *
 * Return: the effort.
 */
struct cma_effort cma_effort_of(gfp_t gfp, unsigned int short_ms,
				unsigned int long_ms)
{
	struct cma_effort effort = {
		.evacuate = gfp & __GFP_DIRECT_RECLAIM,
	};

	if (!effort.evacuate || gfp & __GFP_NORETRY)
		effort.wait_ms = 0;
	else if (gfp & __GFP_RETRY_MAYFAIL)
		effort.wait_ms = long_ms;
	else
		effort.wait_ms = short_ms;
	return effort;
}

/**
 * cma_effort_pause() - how long to wait before the next pass
 * @effort: effort of the allocation
 * @round: passes that have failed so far, less one
 * @waited_ms: time waited so far, in milliseconds
 *
 * Return: milliseconds to wait, 0 to give up.
 */
unsigned int cma_effort_pause(const struct cma_effort *effort,
			      unsigned int round, unsigned int waited_ms)
{
	unsigned int pause = PAUSE_MAX_MS;

	if (waited_ms >= effort->wait_ms ||
	    round >= ROUNDS_SPARE + effort->wait_ms / PAUSE_MAX_MS)
		return 0;
	if (round < ilog2(PAUSE_MAX_MS))
		pause = 1U << round;
	return min(pause, effort->wait_ms - waited_ms);
}
