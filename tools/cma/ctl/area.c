// SPDX-License-Identifier: GPL-2.0-only
/*
 * Read what the kernel tells of its areas
 *
 * sysfs has what anybody may know. debugfs, for root, has where an area lies; of
 * a kernel without the files in sysfs it also has the size and what is taken. An
 * older kernel tells less, and what it does not tell stays unknown.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "area.h"

const char * const event_names[EVENTS] = { "claim", "evacuate", "release" };

long long pair_of(const struct pairs *pairs, const char *name)
{
	int i;

	for (i = 0; i < pairs->nr; i++) {
		if (!strcmp(pairs->name[i], name))
			return pairs->value[i];
	}
	return UNKNOWN;
}

static void read_pairs(struct pairs *pairs, char *text)
{
	char *line;

	pairs->nr = 0;
	while (pairs->nr < PAIRS && (line = next_line(&text))) {
		char *name = next_word(&line);
		long long value;

		if (!to_count(next_word(&line), &value))
			continue;
		snprintf(pairs->name[pairs->nr], sizeof(pairs->name[0]), "%s",
			 name);
		printable(pairs->name[pairs->nr]);
		pairs->value[pairs->nr++] = value;
	}
}

static void read_histogram(struct histogram *h, char *line)
{
	long long count;
	int i;

	for (i = 0; i < HISTOGRAM; i++) {
		if (!to_count(next_word(&line), &count))
			return;
		h->count[i] = count;
	}
	h->known = true;
}

static void read_latency(struct area *area, char *text)
{
	char *line;
	int i;

	while ((line = next_line(&text))) {
		char *name = next_word(&line);

		for (i = 0; i < EVENTS; i++) {
			if (!strcmp(name, event_names[i]))
				read_histogram(&area->latency[i], line);
		}
	}
}

/* "none", or a cause and how many milliseconds ago */
static void read_last(struct area *area, char *text)
{
	char *line = next_line(&text);

	if (!line)
		return;
	snprintf(area->cause, sizeof(area->cause), "%s", next_word(&line));
	printable(area->cause);
	if (!to_count(next_word(&line), &area->ago))
		area->ago = UNKNOWN;
}

long long histogram_sum(const struct histogram *h)
{
	long long sum = 0;
	int i;

	for (i = 0; i < HISTOGRAM; i++)
		sum += h->count[i];
	return sum;
}

/*
 * The time that so many per cent of the events did not reach, in microseconds;
 * UNKNOWN without events, OPEN_END if they may have taken any time.
 */
long long histogram_quantile(const struct histogram *h, int percent)
{
	long long sum = histogram_sum(h), seen = 0;
	int i;

	if (!h->known || !sum)
		return UNKNOWN;
	for (i = 0; i < HISTOGRAM - 1; i++) {
		seen += h->count[i];
		if (seen * 100 >= sum * percent)
			break;
	}
	return 1LL << i;
}

/* The same in words. */
const char *histogram_text(const struct histogram *h, int percent, char *text)
{
	long long us = histogram_quantile(h, percent);
	char time[TEXT_BYTES];

	if (us == UNKNOWN)
		return "-";
	if (us == OPEN_END)
		snprintf(text, TEXT_BYTES, ">%.20s", micros(us / 2, time));
	else
		snprintf(text, TEXT_BYTES, "<%.20s", micros(us, time));
	return text;
}

static long long sysfs_number(const struct area *area, const char *file)
{
	return file_number(path_of(SYSFS "/%s/%s", area->name, file));
}

static long long debugfs_number(const struct area *area, const char *file)
{
	return file_number(path_of(DEBUGFS "/%s/%s", area->name, file));
}

static void read_lines(struct area *area)
{
	char *text = file_text(path_of(SYSFS "/%s/class", area->name));

	if (text)
		snprintf(area->class, sizeof(area->class), "%.*s",
			 (int)strcspn(text, "\n"), text);
	printable(area->class);
	free(text);
	text = file_text(path_of(SYSFS "/%s/allocations", area->name));
	read_pairs(&area->outcomes, text);
	free(text);
	text = file_text(path_of(SYSFS "/%s/lent", area->name));
	read_pairs(&area->lent, text);
	free(text);
	text = file_text(path_of(SYSFS "/%s/latency", area->name));
	read_latency(area, text);
	free(text);
	text = file_text(path_of(SYSFS "/%s/last_failure", area->name));
	read_last(area, text);
	free(text);
}

/* What debugfs knows, too, where sysfs is silent. */
static void read_instead(struct area *area)
{
	long long used;

	if (area->total == UNKNOWN)
		area->total = debugfs_number(area, "count");
	if (area->available == UNKNOWN && area->total != UNKNOWN) {
		used = debugfs_number(area, "used");
		if (used != UNKNOWN && used <= area->total)
			area->available = area->total - used;
	}
	if (area->largest == UNKNOWN)
		area->largest = debugfs_number(area, "maxchunk");
}

static void read_area(struct area *area, const char *name)
{
	memset(area, 0, sizeof(*area));
	snprintf(area->name, sizeof(area->name), "%s", name);
	area->total = sysfs_number(area, "total_pages");
	area->available = sysfs_number(area, "available_pages");
	area->largest = sysfs_number(area, "largest_hole");
	area->fragmentation = sysfs_number(area, "fragmentation");
	area->peak = sysfs_number(area, "peak_pages");
	area->allocated = sysfs_number(area, "alloc_pages_success");
	area->failed = sysfs_number(area, "alloc_pages_fail");
	area->released = sysfs_number(area, "release_pages_success");
	area->reclaimed = sysfs_number(area, "pages_reclaimed");
	area->migrated = sysfs_number(area, "pages_migrated");
	area->base = debugfs_number(area, "base_pfn");
	area->order = debugfs_number(area, "order_per_bit");
	area->ago = UNKNOWN;
	read_lines(area);
	read_instead(area);
}

static bool is_among(char **names, size_t nr, const char *name)
{
	while (nr) {
		if (!strcmp(names[--nr], name))
			return true;
	}
	return false;
}

/* Names that either file system has. */
static char **area_names(size_t *nr)
{
	char **names, **more;
	size_t i, nr_more;

	names = folder_names(path_of(SYSFS), nr);
	if (!names)
		lacking(SYSFS, errno, "build the kernel with CONFIG_CMA_SYSFS=y");
	more = folder_names(path_of(DEBUGFS), &nr_more);
	if (!more)
		lacking(DEBUGFS, errno,
			"build the kernel with CONFIG_CMA_DEBUGFS=y, and mount -t debugfs none /sys/kernel/debug");
	for (i = 0; i < nr_more; i++) {
		if (is_among(names, *nr, more[i]))
			continue;
		names = grown(names, (*nr + 1) * sizeof(*names));
		names[(*nr)++] = strdup(more[i]);
	}
	free_names(more, nr_more);
	return names;
}

/**
 * areas_read() - read all areas
 * @nr: receives how many there are
 *
 * Return: an array to be freed, sorted by name but for areas that debugfs alone
 * has; NULL if there are none.
 */
struct area *areas_read(size_t *nr)
{
	char **names = area_names(nr);
	struct area *areas = NULL;
	size_t i;

	if (*nr)
		areas = grown(NULL, *nr * sizeof(*areas));
	for (i = 0; i < *nr; i++)
		read_area(&areas[i], names[i]);
	free_names(names, *nr);
	return areas;
}

/* Read the area called @name. Return: exit status. */
int area_find(const char *name, struct area *area)
{
	size_t nr, i;
	char **names = area_names(&nr);
	bool found = is_among(names, nr, name);

	if (found) {
		read_area(area, name);
	} else if (!nr) {
		lacking_print(stderr);
	} else {
		fprintf(stderr, "cmactl: there is no area '%s', there is:", name);
		for (i = 0; i < nr; i++)
			fprintf(stderr, " %s", names[i]);
		fputc('\n', stderr);
	}
	free_names(names, nr);
	if (found)
		return CTL_OK;
	return nr ? CTL_MISSING : lacking_status();
}

/* Widest name, so that columns stand below each other. */
int area_names_width(const struct area *areas, size_t nr)
{
	size_t width = strlen("AREA"), i;

	for (i = 0; i < nr; i++) {
		size_t len = strlen(areas[i].name);

		if (len > width)
			width = len;
	}
	return width;
}

long long area_taken(const struct area *area)
{
	if (area->total == UNKNOWN || area->available == UNKNOWN ||
	    area->available > area->total)
		return UNKNOWN;
	return area->total - area->available;
}

/* The sum of all but two of the numbers. */
static long long sum_without(const struct pairs *pairs, const char *a,
			     const char *b)
{
	long long sum = 0;
	int i;

	if (!pairs->nr)
		return UNKNOWN;
	for (i = 0; i < pairs->nr; i++) {
		if (strcmp(pairs->name[i], a) && strcmp(pairs->name[i], b))
			sum += pairs->value[i];
	}
	return sum;
}

/* Pages that are lent and hold something. */
long long area_in_use(const struct area *area)
{
	return sum_without(&area->lent, "free", "taken");
}

/* Allocations that failed, whatever the cause. */
long long area_failures(const struct area *area)
{
	return sum_without(&area->outcomes, "claimed", "evacuated");
}

static void pairs_json(const char *key, const struct pairs *pairs)
{
	int i;

	if (!pairs->nr) {
		json_string(key, NULL);
		return;
	}
	json_object(key);
	for (i = 0; i < pairs->nr; i++)
		json_number(pairs->name[i], pairs->value[i]);
	json_object_end();
}

static void histogram_json(const char *key, const struct histogram *h)
{
	int i;

	if (!h->known) {
		json_string(key, NULL);
		return;
	}
	json_object(key);
	json_number("events", histogram_sum(h));
	json_number("p50_us", histogram_quantile(h, 50));
	json_number("p99_us", histogram_quantile(h, 99));
	json_array("counts");
	for (i = 0; i < HISTOGRAM; i++)
		json_number(NULL, h->count[i]);
	json_array_end();
	json_object_end();
}

static void last_json(const struct area *area)
{
	if (!*area->cause || !strcmp(area->cause, "none")) {
		json_string("last_failure", NULL);
		return;
	}
	json_object("last_failure");
	json_string("cause", area->cause);
	json_number("ago_ms", area->ago);
	json_object_end();
}

static void pages_json(const struct area *area)
{
	json_number("total", area->total);
	json_number("taken", area_taken(area));
	json_number("available", area->available);
	json_number("largest_hole", area->largest);
	json_number("fragmentation", area->fragmentation);
	json_number("peak", area->peak);
	json_number("allocated", area->allocated);
	json_number("failed", area->failed);
	json_number("released", area->released);
	json_number("reclaimed", area->reclaimed);
	json_number("migrated", area->migrated);
}

/* An area as an element of an array. */
void area_json(const struct area *area)
{
	int i;

	json_object(NULL);
	json_string("name", area->name);
	json_string("class", *area->class ? area->class : NULL);
	json_number("base_pfn", area->base);
	json_number("order_per_bit", area->order);
	pages_json(area);
	pairs_json("allocations", &area->outcomes);
	pairs_json("lent", &area->lent);
	json_object("latency");
	for (i = 0; i < EVENTS; i++)
		histogram_json(event_names[i], &area->latency[i]);
	json_object_end();
	last_json(area);
	json_object_end();
}
