/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _CMACTL_FAILURES_H
#define _CMACTL_FAILURES_H
/*
 * Frames that stop allocations, and the allocations that they stopped
 */
#include "cmactl.h"

/**
 * struct blocker - a run of like frames that cannot be moved
 * @pfn: first frame
 * @pages: how many
 * @refs: references to each
 * @maps: mappings of each
 * @kind: what it holds
 * @reason: why it stays
 * @owner: file or task, "-" if none is known
 */
struct blocker {
	long long pfn, pages, refs, maps;
	char kind[16];
	char reason[16];
	char owner[192];
};

#define MOST_BLOCKERS	8

/**
 * struct failed - an allocation that failed, or took long
 * @id: number of the allocation, the same as in trace events
 * @ago: milliseconds
 * @pages: what was asked for
 * @align: as an order of pages
 * @largest: largest hole then, in pages
 * @available: pages not taken then
 * @took: microseconds
 * @cause: "full", "fragmented", "busy", "interrupted", "refused",
 *	"nomem" or "slow"
 * @task: who asked, as name and pid
 * @caller: the function that asked
 * @device: the device it was for, "-" if that is not known
 * @nr_blockers: how many of @blockers there are
 * @blockers: what was in the way
 */
struct failed {
	long long id, ago, pages, align, largest, available, took;
	char cause[16];
	char task[64];
	char caller[128];
	char device[64];
	int nr_blockers;
	struct blocker blockers[MOST_BLOCKERS];
};

struct failed *failures_read(const char *area, size_t *nr, bool *known);
void failures_json(const struct failed *failed, size_t nr);
const char *for_device(const struct failed *failed, char *text, size_t bytes);
const char *reason_text(const char *reason);
const char *reason_cure(const char *reason);
void blocker_json(const struct blocker *blocker);

#endif /* _CMACTL_FAILURES_H */
