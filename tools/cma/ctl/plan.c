// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmactl plan: how large an area must be for a recorded workload
 *
 * For each area of the record: the least size in which every request finds a
 * place; the size to ask for, which is that and a margin, in whole blocks; and
 * whether two areas, one for the large requests or one for a single task, would
 * need less together.
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "plot.h"

/* Ways to split that are tried, of each kind. */
#define MOST_SPLITS	32

/* Blocks of most kernels with pages of 4 KiB and no huge pages. */
#define BLOCK_BYTES	(4LL << 20)

/**
 * struct split - two areas for one workload
 * @part: what goes to the second one
 * @first: blocks of the first area, in pages
 * @second: of the second
 */
struct split {
	struct part part;
	long long first, second;
};

/**
 * struct answer - what plan has to say of an area
 * @load: the workload
 * @block: pages of a block
 * @all: the part that is everything
 * @least: replay in the least area
 * @advice: pages to ask for
 * @present: replay in an area of the present size, if that is known
 * @split: the best split
 * @has_split: there is one at all
 */
struct answer {
	const struct workload *load;
	long long block;
	struct part all;
	struct replay least;
	long long advice;
	struct replay present;
	struct split split;
	bool has_split;
};

struct options {
	const char *file, *area, *plot;
	long long margin;
	bool no_failed;
};

static long long whole_blocks(long long pages, long long block)
{
	return (pages + block - 1) / block * block;
}

static int by_size(const void *a, const void *b)
{
	long long x = *(const long long *)a, y = *(const long long *)b;

	return (x > y) - (x < y);
}

/* Sizes of requests, each once, in order. Return: how many. */
static size_t sizes_of(const struct workload *load, long long **sizes)
{
	size_t i, nr = 0;

	*sizes = grown(NULL, (load->nr_objects + 1) * sizeof(**sizes));
	for (i = 0; i < load->nr_objects; i++)
		(*sizes)[i] = load->objects[i].pages;
	qsort(*sizes, load->nr_objects, sizeof(**sizes), by_size);
	for (i = 0; i < load->nr_objects; i++) {
		if (!nr || (*sizes)[i] != (*sizes)[nr - 1])
			(*sizes)[nr++] = (*sizes)[i];
	}
	return nr;
}

/* Remember a split if it needs less than the best so far. */
static void try_split(struct answer *a, struct part part)
{
	struct replay first, second;
	struct split split = { .part = part };

	part.no_failed = a->all.no_failed;
	if (!replay_minimum(&second, a->load, &part) || !second.requests)
		return;
	part.others = true;
	if (!replay_minimum(&first, a->load, &part) || !first.requests)
		return;
	split.first = whole_blocks(first.top, a->block);
	split.second = whole_blocks(second.top, a->block);
	if (a->has_split && split.first + split.second >=
			    a->split.first + a->split.second)
		return;
	a->split = split;
	a->has_split = true;
}

static void try_sizes(struct answer *a)
{
	long long *sizes;
	size_t nr = sizes_of(a->load, &sizes), i;
	size_t every = nr / MOST_SPLITS + 1;

	for (i = 1; i < nr; i += every)
		try_split(a, (struct part){ .from = sizes[i], .task = -1 });
	free(sizes);
}

static void try_tasks(struct answer *a)
{
	size_t i;

	for (i = 0; i < a->load->nr_tasks && i < MOST_SPLITS; i++)
		try_split(a, (struct part){ .task = i });
}

static bool answer(struct answer *a, const struct options *o)
{
	a->all = (struct part){ .task = -1, .no_failed = o->no_failed };
	if (!replay_minimum(&a->least, a->load, &a->all))
		return false;
	a->advice = whole_blocks(a->least.top +
				 (a->least.top * o->margin + 99) / 100, a->block);
	if (a->load->pages != UNKNOWN &&
	    !replay_run(&a->present, a->load, &a->all, a->load->pages, NULL,
			NULL))
		return false;
	try_sizes(a);
	try_tasks(a);
	return true;
}

static bool split_is_better(const struct answer *a)
{
	return a->has_split && a->split.first + a->split.second <
			       whole_blocks(a->least.top, a->block);
}

static const char *split_text(const struct answer *a, char *text, size_t bytes)
{
	char size[TEXT_BYTES];

	if (a->split.part.from)
		snprintf(text, bytes, "requests of %s MiB and more apart",
			 mib(a->split.part.from, size));
	else
		snprintf(text, bytes, "requests of %s apart",
			 a->load->tasks[a->split.part.task]);
	return text;
}

static void head(const char *text)
{
	printf("  %s%-9s%s ", color(CYAN), text, color(PLAIN));
}

static void print_workload(const struct answer *a, const struct record *record)
{
	const struct workload *load = a->load;
	char size[TEXT_BYTES];

	printf("%s%s%s\n", color(BOLD), load->area, color(PLAIN));
	head("record");
	printf("%.1f s, %lld request%s", record->us / 1e6, a->least.requests,
	       a->least.requests == 1 ? "" : "s");
	if (load->held)
		printf(", %zu of them held before", load->held);
	if (load->nr_failed)
		printf(", %zu failed%s", load->nr_failed,
		       a->all.no_failed ? " and left out" : "");
	putchar('\n');
	head("most");
	printf("%s MiB held at once\n", mib(a->least.peak, size));
}

/* As the kernel's command line wants it */
static const char *size_word(long long pages, char *word)
{
	long long kib = pages * (long long)ctl.page / 1024;

	if (kib % 1024)
		snprintf(word, TEXT_BYTES, "%lldK", kib);
	else
		snprintf(word, TEXT_BYTES, "%lldM", kib / 1024);
	return word;
}

static void print_sizes(const struct answer *a, long long margin)
{
	char top[TEXT_BYTES], lost[TEXT_BYTES], block[TEXT_BYTES];
	char word[TEXT_BYTES];

	head("least");
	printf("%s MiB give each request a place; %s for holes and alignment\n",
	       mib(a->least.top, top), mib(a->least.top - a->least.peak, lost));
	head("ask for");
	printf("%scma=%s%s: the least and %lld %%, in blocks of %s MiB\n",
	       color(BOLD), size_word(a->advice, word), color(PLAIN), margin,
	       mib(a->block, block));
}

static void print_present(const struct answer *a)
{
	char size[TEXT_BYTES];

	if (a->load->pages == UNKNOWN)
		return;
	head("present");
	printf("%s MiB ", mib(a->load->pages, size));
	if (a->present.unserved)
		printf("are %stoo small%s: %lld of %lld requests find no place\n",
		       color(RED), color(PLAIN), a->present.unserved,
		       a->present.requests);
	else
		printf("are enough\n");
}

static void print_split(const struct answer *a)
{
	char first[TEXT_BYTES], second[TEXT_BYTES], text[128];
	long long one = whole_blocks(a->least.top, a->block);

	head("split");
	if (!a->has_split) {
		printf("makes no difference: all requests are alike\n");
		return;
	}
	printf("%s: %s, ", split_is_better(a) ? "does better" :
	       "does no better", split_text(a, text, sizeof(text)));
	printf("needs %s + %s MiB", mib(a->split.second, second),
	       mib(a->split.first, first));
	printf(" where one area needs %s\n", mib(one, first));
}

static void print_doubts(const struct answer *a, const struct record *record)
{
	if (record->lost)
		failure(CTL_OK, "%lld events were lost: the answer may be too small",
			record->lost);
	if (a->load->strays)
		failure(CTL_OK, "%s: %zu releases of what was taken before the record",
			a->load->area, a->load->strays);
}

static void split_json(const struct answer *a)
{
	char text[128];

	if (!a->has_split) {
		json_string("split", NULL);
		return;
	}
	json_object("split");
	json_bool("better", split_is_better(a));
	json_string("how", split_text(a, text, sizeof(text)));
	json_number("from_pages", a->split.part.from ?: UNKNOWN);
	json_string("task", a->split.part.from ? NULL :
		    a->load->tasks[a->split.part.task]);
	json_number("apart", a->split.second);
	json_number("others", a->split.first);
	json_object_end();
}

static void answer_json(const struct answer *a)
{
	json_object(NULL);
	json_string("area", a->load->area);
	json_number("requests", a->least.requests);
	json_number("held_before", a->load->held);
	json_number("failed", a->load->nr_failed);
	json_number("strays", a->load->strays);
	json_number("peak", a->least.peak);
	json_number("least", a->least.top);
	json_number("block", a->block);
	json_number("advice", a->advice);
	json_number("present", a->load->pages);
	json_number("unserved_at_present", a->load->pages == UNKNOWN ?
		    UNKNOWN : a->present.unserved);
	split_json(a);
	json_object_end();
}

static int plan_load(const struct record *record, const struct workload *load,
		     const struct options *o)
{
	struct answer a = {
		.load = load,
		.block = record->block != UNKNOWN ? record->block :
			 BLOCK_BYTES / (long long)ctl.page,
	};
	int status = CTL_OK;

	if (!answer(&a, o))
		return failure(CTL_ERROR, "%s: cannot be replayed", load->area);
	if (ctl.json) {
		answer_json(&a);
	} else {
		print_workload(&a, record);
		print_sizes(&a, o->margin);
		print_present(&a);
		print_split(&a);
	}
	print_doubts(&a, record);
	if (o->plot)
		status = plot_write(o->plot, load, &a.all,
				    whole_blocks(a.least.top, a.block),
				    record->us);
	return status ? status : a.present.unserved ? CTL_NO : CTL_OK;
}

static bool chosen(const struct workload *load, const struct options *o)
{
	return load->nr_objects && (!o->area || !strcmp(load->area, o->area));
}

static int plan(const struct record *record, const struct options *o)
{
	int status, worst = CTL_OK;
	size_t i, nr = 0;

	for (i = 0; i < record->nr_loads; i++)
		nr += chosen(&record->loads[i], o);
	if (!nr)
		return failure(CTL_MISSING, "%s: no requests%s%s", o->file,
			       o->area ? " of " : "", o->area ? o->area : "");
	if (o->plot && nr > 1)
		return usage_error("--plot draws one area: choose it by --area");
	if (ctl.json) {
		json_begin("plan");
		json_number("us", record->us);
		json_number("lost", record->lost);
		json_array("areas");
	}
	for (i = 0; i < record->nr_loads; i++) {
		if (!chosen(&record->loads[i], o))
			continue;
		status = plan_load(record, &record->loads[i], o);
		worst = status > worst ? status : worst;
	}
	if (ctl.json) {
		json_array_end();
		json_end();
	}
	return worst;
}

static int parse(struct options *o, int argc, char **argv)
{
	static const struct option options[] = {
		{ "area", required_argument, NULL, 'a' },
		{ "plot", required_argument, NULL, 'p' },
		{ "margin", required_argument, NULL, 'm' },
		{ "no-failed", no_argument, NULL, 'n' },
		{ }
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'a')
			o->area = optarg;
		else if (option == 'p')
			o->plot = optarg;
		else if (option == 'n')
			o->no_failed = true;
		else if (option != 'm')
			return usage_error("plan takes FILE --area --plot --margin --no-failed");
		else if (!to_count(optarg, &o->margin) || o->margin > 1000)
			return usage_error("--margin %s: not a number of per cent up to 1000",
					   optarg);
	}
	if (optind + 1 != argc)
		return usage_error("plan takes the file that cmactl record wrote");
	o->file = argv[optind];
	return CTL_OK;
}

int cmd_plan(int argc, char **argv)
{
	struct options o = { .margin = 10 };
	struct record record;
	int status = parse(&o, argc, argv);

	if (status)
		return status;
	status = record_read(&record, o.file);
	if (status)
		return status;
	status = plan(&record, &o);
	record_free(&record);
	return status;
}
