// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tracepoints of trace.h, and whether anybody listens to one of them
 */
#define CREATE_TRACE_POINTS
#include "trace.h"

#include "stats.h"

DEFINE_STATIC_KEY_FALSE(cma_trace_key);

/* One more tracepoint has got its first listener. */
int cma_trace_on(void)
{
	static_branch_inc(&cma_trace_key);
	return 0;
}

/* One has lost its last. */
void cma_trace_off(void)
{
	static_branch_dec(&cma_trace_key);
}
