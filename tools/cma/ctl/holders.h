/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _CMACTL_HOLDERS_H
#define _CMACTL_HOLDERS_H
/*
 * Who has memory of an area
 */
#include "area.h"

/**
 * struct holder - an allocation and who made it
 * @area: the area
 * @pfn: first page frame
 * @pages: how many
 * @age: milliseconds
 * @pid: of the task, 0 for an interrupt
 * @task: its name then
 * @device: the device, "-" if none is known
 * @caller: who asked, as symbol and offset
 */
struct holder {
	const char *area;
	long long pfn, pages, age, pid;
	char task[32];
	char device[64];
	char caller[128];
};

struct holder *holders_read(const struct area *areas, size_t nr_areas,
			    size_t *nr);
void holders_print(const struct holder *holders, size_t nr, size_t max);
void holders_json(const struct holder *holders, size_t nr);

#endif /* _CMACTL_HOLDERS_H */
