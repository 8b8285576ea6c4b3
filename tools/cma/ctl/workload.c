// SPDX-License-Identifier: GPL-2.0-only
/*
 * Make workloads of a recorded trace
 *
 * A request is what cma_alloc_finish tells: size, alignment, and where it was
 * put. A release is matched with the request that has these frames. What was
 * held when the record began stands in its head, written by cmactl record.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "workload.h"

/* No area has more pages: 1 TiB in pages of 4 KiB. */
#define MOST_PAGES	(1LL << 28)

/* Largest alignment that a request can have, as an order of pages. */
#define MOST_ALIGN	20

static struct workload *load_of(struct record *record, const char *area)
{
	struct workload *load;
	size_t i;

	for (i = 0; i < record->nr_loads; i++) {
		if (!strcmp(record->loads[i].area, area))
			return &record->loads[i];
	}
	record->loads = grown(record->loads, (i + 1) * sizeof(*load));
	load = &record->loads[record->nr_loads++];
	memset(load, 0, sizeof(*load));
	snprintf(load->area, sizeof(load->area), "%s", area);
	load->pages = UNKNOWN;
	return load;
}

static int task_of(struct workload *load, const char *task)
{
	size_t i;

	for (i = 0; i < load->nr_tasks; i++) {
		if (!strcmp(load->tasks[i], task))
			return i;
	}
	load->tasks = grown(load->tasks, (i + 1) * sizeof(*load->tasks));
	load->tasks[load->nr_tasks++] = strdup(task);
	return i;
}

static void add_step(struct workload *load, const struct step *step)
{
	size_t nr = load->nr_steps;

	/* Room for twice as many whenever a power of two is reached. */
	if (!(nr & (nr - 1)))
		load->steps = grown(load->steps,
				    (nr ? 2 * nr : 1) * sizeof(*step));
	load->steps[load->nr_steps++] = *step;
}

static size_t add_object(struct workload *load, const struct object *object,
			 long long us)
{
	size_t nr = load->nr_objects;
	struct step step = { .us = us, .object = nr };

	if (!(nr & (nr - 1)))
		load->objects = grown(load->objects,
				      (nr ? 2 * nr : 1) * sizeof(*object));
	load->objects[load->nr_objects++] = *object;
	if (object->left) {
		load->live = grown(load->live,
				   (load->nr_live + 1) * sizeof(*load->live));
		load->live[load->nr_live++] = nr;
	}
	add_step(load, &step);
	return nr;
}

/* A request that failed needs its place for a moment. */
static void add_failed(struct workload *load, struct object *object,
		       long long us)
{
	struct step step = { .us = us, .pages = object->pages };

	object->failed = true;
	object->left = 0;
	step.object = add_object(load, object, us);
	add_step(load, &step);
	load->nr_failed++;
}

static void take_alloc(struct workload *load, const struct event_line *event,
		       long long us)
{
	long long align = number_of(event->args, "align");
	struct object object = {
		.pages = number_of(event->args, "count"),
		.pfn = number_of(event->args, "pfn"),
	};
	char error[16];

	if (object.pages <= 0 || object.pages > MOST_PAGES || align < 0 || align > MOST_ALIGN ||
	    !value_of(event->args, "errorno", error, sizeof(error)))
		return;
	object.left = object.pages;
	object.align = align;
	object.task = task_of(load, event->task);
	if (!strcmp(error, "0") && object.pfn != UNKNOWN)
		add_object(load, &object, us);
	else if (strcmp(error, "-22"))
		add_failed(load, &object, us);
}

/* The newest object that has these frames; what had them before gave them back. */
static struct object *object_at(struct workload *load, long long pfn,
				long long pages)
{
	size_t i;

	for (i = load->nr_live; i--;) {
		struct object *object = &load->objects[load->live[i]];

		if (object->left >= pages && object->pfn <= pfn &&
		    pfn + pages <= object->pfn + object->pages)
			return object;
	}
	return NULL;
}

static void drop_live(struct workload *load, size_t object)
{
	size_t i;

	for (i = 0; load->live[i] != object;)
		i++;
	load->nr_live--;
	memmove(&load->live[i], &load->live[i + 1],
		(load->nr_live - i) * sizeof(*load->live));
}

static void take_release(struct workload *load, const struct event_line *event,
			 long long us)
{
	struct step step = { .us = us, .pages = number_of(event->args, "count") };
	long long pfn = number_of(event->args, "pfn");
	struct object *object;

	if (step.pages <= 0 || pfn == UNKNOWN)
		return;
	object = object_at(load, pfn, step.pages);
	if (!object) {
		load->strays++;
		return;
	}
	step.object = object - load->objects;
	object->left -= step.pages;
	if (!object->left)
		drop_live(load, step.object);
	step.offset = pfn - object->pfn;
	add_step(load, &step);
}

static void take_event(struct record *record, const struct event_line *event)
{
	bool alloc = !strcmp(event->name, "cma_alloc_finish");
	char area[NAME_BYTES];
	struct workload *load;
	long long us;

	if (!alloc && strcmp(event->name, "cma_release"))
		return;
	if (!value_of(event->args, "name", area, sizeof(area)))
		return;
	printable(area);
	if (record->began == UNKNOWN)
		record->began = event->us;
	us = event->us - record->began;
	if (us < 0)
		us = 0;
	if (us > record->us)
		record->us = us;
	load = load_of(record, area);
	if (alloc)
		take_alloc(load, event, us);
	else
		take_release(load, event, us);
}

/* "NAME PAGES ORDER" */
static void head_area(struct record *record, char *line)
{
	struct workload *load = load_of(record, next_word(&line));
	long long pages, order;

	printable(load->area);
	if (to_count(next_word(&line), &pages) && pages)
		load->pages = pages;
	if (to_count(next_word(&line), &order) && order <= MOST_ALIGN)
		load->order = order;
}

/* "NAME PFN PAGES" */
static void head_held(struct record *record, char *line)
{
	struct workload *load = load_of(record, next_word(&line));
	struct object object = { .task = task_of(load, "(before)") };

	if (!to_count(next_word(&line), &object.pfn) ||
	    !to_count(next_word(&line), &object.pages) ||
	    !object.pages || object.pages > MOST_PAGES)
		return;
	object.left = object.pages;
	add_object(load, &object, 0);
	load->held++;
}

static void take_head(struct record *record, char *line)
{
	char *word = next_word(&line);
	long long number;

	if (!strcmp(word, "area"))
		head_area(record, line);
	else if (!strcmp(word, "held"))
		head_held(record, line);
	else if (!strcmp(word, "block_pages") &&
		 to_count(next_word(&line), &number) && number)
		record->block = number;
	else if (!strcmp(word, "page_size") &&
		 to_count(next_word(&line), &number) && number >= 512 &&
		 number <= 1 << 20)
		ctl.page = number;
}

/* Read a record. Return: exit status, with nothing to free if not 0. */
int record_read(struct record *record, const char *path)
{
	FILE *in = fopen(path, "r");
	struct event_line event;
	char *line = NULL;
	size_t room = 0;
	ssize_t len;

	memset(record, 0, sizeof(*record));
	record->block = UNKNOWN;
	record->began = UNKNOWN;
	if (!in)
		return failure(errno == EACCES ? CTL_DENIED : CTL_MISSING,
			       "%s: %s", path, strerror(errno));
	while ((len = getline(&line, &room, in)) >= 0) {
		line[strcspn(line, "\n")] = '\0';
		if (*line == '#')
			take_head(record, line + 1);
		else if (trace_parse(&event, line))
			take_event(record, &event);
		else
			record->lost += trace_lost(line);
	}
	free(line);
	fclose(in);
	return CTL_OK;
}

static void load_free(struct workload *load)
{
	while (load->nr_tasks)
		free(load->tasks[--load->nr_tasks]);
	free(load->tasks);
	free(load->objects);
	free(load->steps);
	free(load->live);
}

void record_free(struct record *record)
{
	while (record->nr_loads)
		load_free(&record->loads[--record->nr_loads]);
	free(record->loads);
}
