/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _CMACTL_WORKLOAD_H
#define _CMACTL_WORKLOAD_H
/*
 * What was asked of an area and given back to it, in order of time
 */
#include "cmactl.h"

/**
 * struct object - a request, and what became of it
 * @pages: what was asked for
 * @align: wanted alignment, as an order of pages
 * @left: pages not given back so far, while the record is read
 * @pfn: where the kernel put it
 * @task: index of who asked
 * @failed: the kernel could not serve it
 */
struct object {
	long long pages, left, pfn;
	int align, task;
	bool failed;
};

/**
 * struct step - something that happened
 * @us: when, in microseconds from the first event
 * @object: index of the request that was made, or given back
 * @pages: pages given back, 0 if the request was made here
 * @offset: first of them, from the begin of the request
 */
struct step {
	long long us;
	size_t object;
	long long pages, offset;
};

/**
 * struct workload - all that happened to one area
 * @area: its name
 * @pages: its size, UNKNOWN if the record does not tell
 * @order: a bit of its map stands for 1 << @order pages
 * @objects: the requests
 * @steps: what happened
 * @live: objects of which not all is given back, the newest last
 * @tasks: names of who asked
 * @held: objects that were there before the record began
 * @nr_failed: requests that failed
 * @strays: releases of what nobody was seen to take
 */
struct workload {
	char area[NAME_BYTES];
	long long pages;
	int order;
	struct object *objects;
	struct step *steps;
	size_t *live;
	char **tasks;
	size_t nr_objects, nr_steps, nr_live, nr_tasks;
	size_t held, nr_failed, strays;
};

/**
 * struct record - a file of recorded events
 * @loads: a workload for each area
 * @nr_loads: how many
 * @block: pages of a block, UNKNOWN if the record does not tell
 * @lost: events that the kernel had to drop
 * @began: time of the first event
 * @us: from the first event to the last
 */
struct record {
	struct workload *loads;
	size_t nr_loads;
	long long block, lost, began, us;
};

int record_read(struct record *record, const char *path);
void record_free(struct record *record);

/* trace.c: a line of a trace */
struct event_line {
	long long us;
	char name[32];
	char task[48];
	const char *args;
};

bool trace_parse(struct event_line *event, char *line);
long long trace_lost(const char *line);

#endif /* _CMACTL_WORKLOAD_H */
