/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _MM_CMA_EFFORT_H
#define _MM_CMA_EFFORT_H
/*
 * How hard an allocation may try (pure layer)
 */
#include "shim.h"

/**
 * struct cma_effort - what an allocation may do, derived from its gfp flags
 * @evacuate: may isolate blocks and migrate pages, which sleeps
 * @wait_ms: how long it may wait, in all, for blockers to go away
 */
struct cma_effort {
	bool evacuate;
	unsigned int wait_ms;
};

struct cma_effort cma_effort_of(gfp_t gfp, unsigned int short_ms,
				unsigned int long_ms);
unsigned int cma_effort_pause(const struct cma_effort *effort,
			      unsigned int round, unsigned int waited_ms);

#endif /* _MM_CMA_EFFORT_H */
