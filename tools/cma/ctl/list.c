// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmactl list, cmactl show: the state of areas as people read it
 */
#include <stdlib.h>
#include <string.h>

#include "area.h"
#include "holders.h"

/* What is lent and idle: the rest of what is neither taken nor in use. */
static long long idle_of(const struct area *area)
{
	return pair_of(&area->lent, "free");
}

static bool has_failed(const struct area *area)
{
	return *area->cause && strcmp(area->cause, "none");
}

static void print_last(const struct area *area)
{
	char text[TEXT_BYTES];

	if (!*area->cause)
		printf("-\n");
	else if (!has_failed(area))
		printf("none\n");
	else
		printf("%s%s, %s ago%s\n", color(YELLOW), area->cause,
		       age(area->ago, text), color(PLAIN));
}

static void print_line(const struct area *area, int width)
{
	char text[5][TEXT_BYTES], percent[TEXT_BYTES];

	printf("%s%-*s%s  %-9.9s %7s %7s %7s %7s %7s  %6s  ", color(BOLD), width,
	       area->name, color(PLAIN), *area->class ? area->class : "-",
	       mib(area->total, text[0]), mib(area_taken(area), text[1]),
	       mib(area_in_use(area), text[2]), mib(idle_of(area), text[3]),
	       mib(area->largest, text[4]), share(area->fragmentation, percent));
	print_last(area);
}

static void print_list(const struct area *areas, size_t nr)
{
	int width = area_names_width(areas, nr);
	size_t i;

	printf("%s%-*s  %-9s %7s %7s %7s %7s %7s  %6s  %s%s\n", color(DIM), width,
	       "AREA", "CLASS", "SIZE", "TAKEN", "LENT", "IDLE", "HOLE", "FRAGM",
	       "LAST FAILURE", color(PLAIN));
	for (i = 0; i < nr; i++)
		print_line(&areas[i], width);
}

int cmd_list(int argc, char **argv)
{
	struct area *areas;
	size_t nr, i;

	if (argc > 1)
		return usage_error("list takes no '%s'", argv[1]);
	areas = areas_read(&nr);
	if (ctl.json) {
		json_begin("list");
		json_array("areas");
		for (i = 0; i < nr; i++)
			area_json(&areas[i]);
		json_array_end();
		json_end();
	} else if (nr) {
		print_list(areas, nr);
	} else {
		lacking_print(stderr);
		if (!lacking_nr())
			failure(CTL_MISSING,
				"no area: cma= on the kernel's command line makes one");
	}
	free(areas);
	return nr ? CTL_OK : lacking_status();
}

static void head(const char *text)
{
	printf("  %s%-14s%s ", color(CYAN), text, color(PLAIN));
}

static void print_size(const struct area *area)
{
	char text[TEXT_BYTES];

	printf("%s%s%s", color(BOLD), area->name, color(PLAIN));
	if (*area->class)
		printf(", %s", area->class);
	printf(", %s MiB", mib(area->total, text));
	if (area->base != UNKNOWN)
		printf(" at %#llx", area->base * (unsigned long long)ctl.page);
	putchar('\n');
}

static void print_room(const struct area *area)
{
	char text[TEXT_BYTES];

	head("taken");
	printf("%s MiB", mib(area_taken(area), text));
	if (area->peak != UNKNOWN)
		printf(", most at any time %s", mib(area->peak, text));
	putchar('\n');
	head("not taken");
	printf("%s MiB", mib(area->available, text));
	printf(", largest hole %s", mib(area->largest, text));
	if (area->fragmentation != UNKNOWN)
		printf(", outside of it %s", share(area->fragmentation, text));
	putchar('\n');
}

static void print_lent(const struct area *area)
{
	static const char * const kinds[][2] = {
		{ "anon", "anonymous" }, { "file_clean", "clean files" },
		{ "file_dirty", "dirty files" }, { "shmem", "shared memory" },
		{ "other", "other" }, { "pinned", "pinned" },
	};
	char text[TEXT_BYTES];
	size_t i;

	if (!area->lent.nr)
		return;
	head("lent");
	printf("%s MiB in use", mib(area_in_use(area), text));
	printf(", %s idle\n", mib(idle_of(area), text));
	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		long long pages = pair_of(&area->lent, kinds[i][0]);

		if (pages > 0)
			printf("  %14s %10s  %s\n", "", mib(pages, text),
			       kinds[i][1]);
	}
}

static void print_outcomes(const struct area *area)
{
	char text[TEXT_BYTES];
	int i;

	if (area->outcomes.nr) {
		head("allocations");
		for (i = 0; i < area->outcomes.nr; i++)
			printf("%s%s %lld", i ? ", " : "", area->outcomes.name[i],
			       area->outcomes.value[i]);
		putchar('\n');
	}
	head("since boot");
	printf("%s MiB allocated", mib(area->allocated, text));
	printf(", %s released", mib(area->released, text));
	printf(", %s asked for in vain\n", mib(area->failed, text));
	if (area->migrated == UNKNOWN)
		return;
	head("made room");
	printf("%s MiB migrated", mib(area->migrated, text));
	printf(", %s dropped\n", mib(area->reclaimed, text));
}

static void print_bar(long long count, long long most)
{
	long long i;

	for (i = 0; i < (count * 30 + most - 1) / most; i++)
		putchar('#');
}

static void print_buckets(const struct histogram *h)
{
	char text[TEXT_BYTES];
	long long most = 0;
	int i;

	for (i = 0; i < HISTOGRAM; i++)
		most = h->count[i] > most ? h->count[i] : most;
	for (i = 0; i < HISTOGRAM; i++) {
		if (!h->count[i])
			continue;
		printf("  %14s %s %9s %8lld  ", "",
		       i < HISTOGRAM - 1 ? " <" : ">=",
		       micros(1LL << (i < HISTOGRAM - 1 ? i : i - 1), text),
		       h->count[i]);
		print_bar(h->count[i], most);
		putchar('\n');
	}
}

static void print_latency(const struct area *area)
{
	char text[TEXT_BYTES];
	int i;

	for (i = 0; i < EVENTS; i++) {
		const struct histogram *h = &area->latency[i];

		if (!h->known)
			continue;
		head(event_names[i]);
		if (!histogram_sum(h)) {
			printf("not timed so far\n");
			continue;
		}
		printf("%lld timed, half of them %s", histogram_sum(h),
		       histogram_text(h, 50, text));
		printf(", 99 %% %s\n", histogram_text(h, 99, text));
		print_buckets(h);
	}
}

static void print_area(const struct area *area, const struct holder *holders,
		       size_t nr)
{
	print_size(area);
	print_room(area);
	print_lent(area);
	print_outcomes(area);
	print_latency(area);
	head("last failure");
	print_last(area);
	if (nr)
		putchar('\n');
	holders_print(holders, nr, 5);
	lacking_print(stderr);
}

int cmd_show(int argc, char **argv)
{
	struct holder *holders;
	struct area area;
	size_t nr;
	int status;

	if (argc != 2)
		return usage_error("show takes the name of an area");
	status = area_find(argv[1], &area);
	if (status)
		return status;
	holders = holders_read(&area, 1, &nr);
	if (ctl.json) {
		json_begin("show");
		json_array("areas");
		area_json(&area);
		json_array_end();
		holders_json(holders, nr);
		json_end();
	} else {
		print_area(&area, holders, nr);
	}
	free(holders);
	return CTL_OK;
}
