// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmactl blockers: what in an area cannot be moved, and what it has stopped
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "area.h"
#include "failures.h"

/* A range of page frames; the whole area if there is no end. */
struct range {
	long long start, end;
};

/* "PFN+PAGES" or "PFN-PFN", the second one not included */
static bool parse_range(struct range *range, const char *text)
{
	size_t len = strcspn(text, "+-");
	char start[32];
	long long second;

	if (!text[len] || len >= sizeof(start))
		return false;
	snprintf(start, len + 1, "%s", text);
	if (!to_count(start, &range->start) || !to_count(text + len + 1, &second))
		return false;
	range->end = text[len] == '+' ? range->start + second : second;
	return range->end > range->start;
}

static bool inside(const struct range *range, const struct area *area)
{
	return area->base == UNKNOWN || area->total == UNKNOWN ||
	       (range->start >= area->base &&
		range->end <= area->base + area->total);
}

/*
 * Tell the kernel which frames to look at. It looks at all of them where that
 * cannot be told, which takes longer; the result is cut to the range anyway.
 */
static char *text_of_range(const char *area, const struct range *range)
{
	char path[PATH_BYTES];
	char *text;
	int fd;

	snprintf(path, sizeof(path), DEBUGFS "/%s/blockers", area);
	if (!range->end || *ctl.root)
		return file_text(path_of("%s", path));
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return file_text(path_of("%s", path));
	if (dprintf(fd, "%lld %lld", range->start,
		    range->end - range->start) < 0) {
		close(fd);
		return NULL;
	}
	/* The file is read from its beginning, on the descriptor written to. */
	lseek(fd, 0, SEEK_SET);
	text = text_from(fd);
	close(fd);
	return text;
}

/* "PFN PAGES KIND REFS MAPS REASON OWNER" */
static bool parse(struct blocker *b, char *line)
{
	if (!to_count(next_word(&line), &b->pfn) ||
	    !to_count(next_word(&line), &b->pages))
		return false;
	snprintf(b->kind, sizeof(b->kind), "%s", next_word(&line));
	if (!to_number(next_word(&line), &b->refs) ||
	    !to_number(next_word(&line), &b->maps))
		return false;
	snprintf(b->reason, sizeof(b->reason), "%s", next_word(&line));
	snprintf(b->owner, sizeof(b->owner), "%s", next_word(&line));
	printable(b->kind);
	printable(b->reason);
	printable(b->owner);
	return b->pages && *b->owner;
}

static struct blocker *parse_all(char *text, const struct range *range,
				 size_t *nr)
{
	struct blocker *all = NULL, b;
	char *line;

	*nr = 0;
	while ((line = next_line(&text))) {
		if (*line == '#' || !parse(&b, line))
			continue;
		if (range->end && (b.pfn + b.pages <= range->start ||
				   b.pfn >= range->end))
			continue;
		all = grown(all, (*nr + 1) * sizeof(*all));
		all[(*nr)++] = b;
	}
	return all;
}

static void print_head(void)
{
	printf("%s%-12s %7s  %-8s %5s %5s  %-10s %s%s\n", color(DIM), "PFN",
	       "PAGES", "KIND", "REFS", "MAPS", "REASON", "OWNER", color(PLAIN));
}

static void print_blocker(const struct blocker *b)
{
	printf("%#-12llx %7lld  %-8s %5lld %5lld  %-10s %s\n", b->pfn, b->pages,
	       b->kind, b->refs, b->maps, b->reason, b->owner);
}

static bool met_before(const struct blocker *all, size_t i)
{
	size_t j;

	for (j = 0; j < i; j++) {
		if (!strcmp(all[j].reason, all[i].reason))
			return true;
	}
	return false;
}

/* Each reason once: how many pages, what it means. */
static void print_reasons(const struct blocker *all, size_t nr)
{
	size_t i, j;

	for (i = 0; i < nr; i++) {
		long long pages = 0;

		if (met_before(all, i))
			continue;
		for (j = i; j < nr; j++) {
			if (!strcmp(all[j].reason, all[i].reason))
				pages += all[j].pages;
		}
		printf("%s%s%s, %lld pages: %s\n", color(MAGENTA),
		       all[i].reason, color(PLAIN), pages,
		       reason_text(all[i].reason));
	}
}

static void print_failed(const struct failed *failed)
{
	char size[TEXT_BYTES], since[TEXT_BYTES], took[TEXT_BYTES];
	char device[80];
	int i;

	printf("\n%s%s%s %s ago: %s MiB (%lld pages)%s, by %s in %s",
	       color(YELLOW), failed->cause, color(PLAIN),
	       age(failed->ago, since), mib(failed->pages, size), failed->pages,
	       for_device(failed, device, sizeof(device)), failed->task,
	       failed->caller);
	if (failed->took != UNKNOWN)
		printf(", after %s", micros(failed->took, took));
	putchar('\n');
	if (failed->nr_blockers)
		print_head();
	for (i = 0; i < failed->nr_blockers; i++)
		print_blocker(&failed->blockers[i]);
}

static void print_all(const struct blocker *all, size_t nr,
		      const struct failed *failed, size_t nr_failed)
{
	size_t i;

	if (nr) {
		print_head();
		for (i = 0; i < nr; i++)
			print_blocker(&all[i]);
		putchar('\n');
		print_reasons(all, nr);
	} else {
		printf("nothing is in the way at this moment\n");
	}
	for (i = 0; i < nr_failed; i++)
		print_failed(&failed[i]);
	lacking_print(stderr);
}

static void print_json(const char *area, const struct blocker *all, size_t nr,
		       const struct failed *failed, size_t nr_failed)
{
	size_t i;

	json_begin("blockers");
	json_string("area", area);
	json_array("blockers");
	for (i = 0; i < nr; i++)
		blocker_json(&all[i]);
	json_array_end();
	failures_json(failed, nr_failed);
	json_end();
}

static int show(const struct area *area, const struct range *range)
{
	char *text = text_of_range(area->name, range);
	size_t nr, nr_failed = 0;
	struct failed *failed = NULL;
	struct blocker *all;
	bool known;
	char path[PATH_BYTES];

	if (!text) {
		snprintf(path, sizeof(path), DEBUGFS "/%s/blockers", area->name);
		lacking(path, errno, "this kernel does not tell blockers");
		lacking_print(stderr);
		return lacking_status();
	}
	all = parse_all(text, range, &nr);
	free(text);
	/* Failures are of the whole area. */
	if (!range->end)
		failed = failures_read(area->name, &nr_failed, &known);
	if (ctl.json)
		print_json(area->name, all, nr, failed, nr_failed);
	else
		print_all(all, nr, failed, nr_failed);
	free(all);
	free(failed);
	return CTL_OK;
}

int cmd_blockers(int argc, char **argv)
{
	struct range range = {};
	struct area area;
	int status;

	if (argc < 2 || argc > 3)
		return usage_error("blockers takes an area, and perhaps a range");
	if (argc == 3 && !parse_range(&range, argv[2]))
		return usage_error("range '%s': not PFN+PAGES or PFN-PFN",
				   argv[2]);
	status = area_find(argv[1], &area);
	if (status)
		return status;
	if (range.end && !inside(&range, &area))
		return usage_error("range '%s': %s has the page frames %#llx-%#llx",
				   argv[2], area.name, area.base,
				   area.base + area.total);
	return show(&area, &range);
}
