/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _CMACTL_REPLAY_H
#define _CMACTL_REPLAY_H
/*
 * A workload on the map that the kernel has
 */
#include "workload.h"

/**
 * struct part - which requests of a workload go to an area
 * @from: those of at least so many pages
 * @below: and of fewer than so many; 0 for no limit
 * @task: those of this task, -1 for any
 * @others: all but these instead
 * @no_failed: leave out requests that the kernel could not serve
 */
struct part {
	long long from, below;
	int task;
	bool others, no_failed;
};

/**
 * struct replay - what came of it
 * @requests: how many were made
 * @unserved: how many did not find a place
 * @peak: most pages that were taken at once
 * @top: pages from the begin of the area to the highest that was ever taken
 */
struct replay {
	long long requests, unserved, peak, top;
};

typedef void replay_watch(long long us, long long taken, long long largest,
			  void *data);

bool replay_run(struct replay *replay, const struct workload *load,
		const struct part *part, long long pages, replay_watch *watch,
		void *data);
bool replay_minimum(struct replay *replay, const struct workload *load,
		    const struct part *part);

#endif /* _CMACTL_REPLAY_H */
