/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CMA_HOST_MODEL_H
#define CMA_HOST_MODEL_H
/*
 * What the zone of sim.c, the folios of folio.c and the stream of model.c share
 */
#include "../../../../../mm/cma/cma.h"

#define SIM_FRAMES	1024UL
#define SIM_BASE	256UL
#define SIM_COUNT	512UL
#define SIM_BLOCKS	(SIM_FRAMES / pageblock_nr_pages)

/* The tasks that allocate, one inside the other; and who isolates beside them. */
#define SIM_TASKS	2
#define SIM_STRANGER	SIM_TASKS

/* Who may be at work on a place: the tasks, and an interrupt. */
#define SIM_INTERRUPT	SIM_TASKS
#define SIM_WORKERS	(SIM_TASKS + 1)

/* Folios that a per-CPU list or batch has room for. */
#define SIM_BATCH	8

/**
 * struct sim_held - what a task has while it holds a range
 * @start: first frame, rounded down to what is locked
 * @end: end of it; 0 if the task holds none
 * @isolated: folios off the LRU lists when it was locked
 * @targets: frames that wait for something to be migrated there
 * @disabled: how often LRU batches were disabled
 * @flags: of the task
 */
struct sim_held {
	unsigned long start;
	unsigned long end;
	unsigned long isolated;
	unsigned long targets;
	unsigned int disabled;
	unsigned int flags;
};

/**
 * struct sim_place - the place that an allocation tries to get
 * @start: first frame
 * @end: end of it; 0 if there is none
 * @free: all of it was free when it was chosen, and nobody else has touched it
 * @tried: somebody there was asked to go
 */
struct sim_place {
	unsigned long start;
	unsigned long end;
	bool free;
	bool tried;
};

/**
 * struct sim - one life of an area
 * @cma: the area
 * @seed: where its choices come from
 * @state: of the generator
 * @ops: operations so far
 * @depth: somebody else is running
 * @task: the task that runs
 * @worker: the same, or %SIM_INTERRUPT
 * @others_one_in: others run at one in so many chances
 * @fault_one_in: one in so many steps fails, 0 for none
 * @faults: steps that have failed
 * @foreign: frames that others have allocated
 * @pins: pins of what we had handed out
 * @moved: folios that were migrated
 * @dropped: folios of page cache that were reclaimed
 * @nested: allocations that another task made meanwhile
 * @nr_free: free frames, in all and of the area
 * @isolated: folios that evacuations have taken off the LRU lists
 * @targets: frames that wait for something to be migrated there
 * @disabled: how often LRU batches are disabled
 * @held: ranges that are locked
 * @places: where each of them is at work
 * @blocks: the type of each block
 * @isolator: the task that has isolated it, or %SIM_STRANGER
 * @next_id: of the next folio that somebody allocates
 * @nr_alive: folios that somebody uses
 * @pcp: frames in per-CPU lists
 * @nr_pcp: how many
 * @may_break: frames of the area that may still turn out to be broken
 * @batch: folios in per-CPU batches
 * @nr_batch: how many
 */
struct sim {
	struct cma cma;
	u64 seed;
	u64 state;
	unsigned long ops;
	unsigned int depth;
	unsigned int task;
	unsigned int worker;
	unsigned int others_one_in;
	unsigned int fault_one_in;
	unsigned long faults[16];
	unsigned long foreign;
	unsigned long pins;
	unsigned long moved;
	unsigned long dropped;
	unsigned long nested;
	unsigned long nr_free[2];
	unsigned long isolated;
	unsigned long targets;
	unsigned int disabled;
	struct sim_held held[SIM_TASKS];
	struct sim_place places[SIM_WORKERS];
	int blocks[SIM_BLOCKS];
	unsigned int isolator[SIM_BLOCKS];
	unsigned int next_id;
	unsigned long nr_alive;
	unsigned long pcp[SIM_BATCH];
	unsigned int nr_pcp;
	unsigned int may_break;
	unsigned long batch[SIM_BATCH];
	unsigned int nr_batch;
};

extern struct sim sim;

/* sim.c */
void sim_init(u64 seed);
u32 sim_random(void);
void sim_set_state(unsigned long pfn, enum sim_state state);
bool sim_in_area(unsigned long pfn);
bool sim_isolated(unsigned long pfn);
unsigned long sim_free_page_of(unsigned long pfn);
void sim_take_free(unsigned long pfn, unsigned int order, enum sim_state state);
void sim_free(unsigned long pfn, unsigned int order);
void sim_stranger_leaves(void);
void sim_check_effort(const char *why);
void sim_drain(void);

/* folio.c */
void sim_meddle(unsigned long pfn);
void sim_folio_leave(unsigned long pfn);
void sim_forget_held(unsigned long pfn);
void sim_check_folio(unsigned long pfn);

/* model.c */
void model_interrupt(void);
void model_task(void);

#endif /* CMA_HOST_MODEL_H */
