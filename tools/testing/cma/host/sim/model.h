/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CMA_HOST_MODEL_H
#define CMA_HOST_MODEL_H
/*
 * What the zone of sim.c and the stream of model.c share
 */
#include "../../../../../mm/cma/cma.h"

#define SIM_FRAMES	1024UL
#define SIM_BASE	256UL
#define SIM_COUNT	512UL

/**
 * struct sim - one life of an area
 * @cma: the area
 * @seed: where its choices come from
 * @state: of the generator
 * @ops: operations so far
 * @depth: somebody else is running
 * @others_one_in: others run at one in so many chances
 * @fault_one_in: one in so many steps fails, 0 for none
 * @faults: steps that have failed
 * @foreign: frames that others have allocated
 * @pins: pins of what we had handed out
 */
struct sim {
	struct cma cma;
	u64 seed;
	u64 state;
	unsigned long ops;
	unsigned int depth;
	unsigned int others_one_in;
	unsigned int fault_one_in;
	unsigned long faults[16];
	unsigned long foreign;
	unsigned long pins;
};

extern struct sim sim;

void sim_init(u64 seed);
u32 sim_random(void);
void sim_foreign_free(unsigned long pfn);
void model_interrupt(void);

#endif /* CMA_HOST_MODEL_H */
