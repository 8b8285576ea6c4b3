// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmactl holders: who has memory of areas
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "area.h"
#include "holders.h"

/* A count, none of which is negative */
static bool take_number(char **line, long long *number)
{
	return to_count(next_word(line), number);
}

static void take_text(char **line, char *text, size_t bytes)
{
	snprintf(text, bytes, "%s", next_word(line));
	printable(text);
}

/* "PFN PAGES AGE PID TASK DEVICE NODE CALLER" */
static bool parse(struct holder *h, char *line)
{
	long long node;

	if (!take_number(&line, &h->pfn) || !take_number(&line, &h->pages) ||
	    !take_number(&line, &h->age) || !take_number(&line, &h->pid))
		return false;
	take_text(&line, h->task, sizeof(h->task));
	take_text(&line, h->device, sizeof(h->device));
	if (!to_number(next_word(&line), &node) || !h->pages)
		return false;
	take_text(&line, h->caller, sizeof(h->caller));
	return true;
}

/* Append to @all what the records of one area say. */
static struct holder *read_area(struct holder *all, size_t *nr, const char *area)
{
	char *text = file_text(path_of(DEBUGFS "/%s/holders", area));
	char *rest = text, *line, path[PATH_BYTES];

	if (!text) {
		snprintf(path, sizeof(path), DEBUGFS "/%s/holders", area);
		lacking(path, errno,
			"build the kernel with CONFIG_CMA_HOLDERS=y and boot with cma.holders=1024");
		return all;
	}
	while ((line = next_line(&rest))) {
		struct holder h = { .area = area };

		if (*line == '#' || !parse(&h, line))
			continue;
		all = grown(all, (*nr + 1) * sizeof(*all));
		all[(*nr)++] = h;
	}
	free(text);
	return all;
}

static int larger_first(const void *a, const void *b)
{
	const struct holder *x = a, *y = b;

	if (x->pages != y->pages)
		return x->pages < y->pages ? 1 : -1;
	return (x->pfn > y->pfn) - (x->pfn < y->pfn);
}

/* Holders of some areas, the largest first; NULL if none are known. */
struct holder *holders_read(const struct area *areas, size_t nr_areas,
			    size_t *nr)
{
	struct holder *holders = NULL;
	size_t i;

	*nr = 0;
	for (i = 0; i < nr_areas; i++)
		holders = read_area(holders, nr, areas[i].name);
	if (*nr)
		qsort(holders, *nr, sizeof(*holders), larger_first);
	return holders;
}

static void print_holder(const struct holder *h, int width)
{
	char size[TEXT_BYTES], since[TEXT_BYTES], task[64];

	if (h->pid)
		snprintf(task, sizeof(task), "%s/%lld", h->task, h->pid);
	else
		snprintf(task, sizeof(task), "(interrupt)");
	printf("%-*s %8s %8s  %-20s %-20s %s\n", width, h->area,
	       mib(h->pages, size), age(h->age, since), task, h->device,
	       h->caller);
}

/* The first @max of the holders, as a table; nothing if there are none. */
void holders_print(const struct holder *holders, size_t nr, size_t max)
{
	int width = strlen("AREA");
	size_t i;

	if (nr > max)
		nr = max;
	for (i = 0; i < nr; i++) {
		if ((int)strlen(holders[i].area) > width)
			width = strlen(holders[i].area);
	}
	if (nr)
		printf("%s%-*s %8s %8s  %-20s %-20s %s%s\n", color(DIM), width,
		       "AREA", "MiB", "AGE", "TASK", "DEVICE", "CALLER",
		       color(PLAIN));
	for (i = 0; i < nr; i++)
		print_holder(&holders[i], width);
}

static void holder_json(const struct holder *h)
{
	json_object(NULL);
	json_string("area", h->area);
	json_number("pfn", h->pfn);
	json_number("pages", h->pages);
	json_number("age_ms", h->age);
	json_number("pid", h->pid);
	json_string("task", h->task);
	json_string("device", strcmp(h->device, "-") ? h->device : NULL);
	json_string("caller", h->caller);
	json_object_end();
}

void holders_json(const struct holder *holders, size_t nr)
{
	size_t i;

	json_array("holders");
	for (i = 0; i < nr; i++)
		holder_json(&holders[i]);
	json_array_end();
}

static int show(const struct area *areas, size_t nr_areas)
{
	size_t nr;
	struct holder *holders = holders_read(areas, nr_areas, &nr);
	bool known = nr || !lacking_nr();

	if (ctl.json) {
		json_begin("holders");
		holders_json(holders, nr);
		json_end();
	} else {
		holders_print(holders, nr, nr);
		if (!nr && known)
			printf("nobody has memory of an area\n");
		lacking_print(stderr);
	}
	free(holders);
	return known ? CTL_OK : lacking_status();
}

int cmd_holders(int argc, char **argv)
{
	struct area area, *areas;
	size_t nr;
	int status;

	if (argc > 2)
		return usage_error("holders takes the name of one area, or none");
	if (argc == 2) {
		status = area_find(argv[1], &area);
		return status ? status : show(&area, 1);
	}
	areas = areas_read(&nr);
	status = show(areas, nr);
	free(areas);
	return status;
}
