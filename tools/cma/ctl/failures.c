// SPDX-License-Identifier: GPL-2.0-only
/*
 * The last failures of an area, and what the words about blockers mean
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "area.h"
#include "failures.h"

static const struct {
	const char *reason, *text, *cure;
} reasons[] = {
	{ "pinned", "pinned for I/O or a device: direct I/O, io_uring, RDMA, a driver",
	  "find who pins it (owner, page_owner=on); short pins go by themselves: raise /sys/module/cma/parameters/short_wait_ms",
	},
	{ "held", "somebody holds references that nothing accounts for: a pipe, a short look",
	  "usually gone after a moment: raise /sys/module/cma/parameters/short_wait_ms; boot with page_owner=on to see who allocated it",
	},
	{ "writeback", "being written to storage",
	  "less dirty data at a time: lower /proc/sys/vm/dirty_bytes" },
	{ "isolated", "being moved by somebody else at this moment",
	  "gone after a moment: ask again" },
	{ "locked", "locked, mostly for a read or write in progress",
	  "gone after a moment: ask again" },
	{ "unmovable", "memory of the kernel, or a mapping that forbids to move it",
	  "give the driver an exclusive area (cma_exclusive= or linux,cma-exclusive)" },
	{ "nomigrate", "dirty data of a file system that cannot move it",
	  "less dirty data at a time: lower /proc/sys/vm/dirty_bytes" },
	{ "met", "looks movable, but an allocation has just failed on it",
	  "usually gone after a moment: ask again" },
	{ "hwpoison", "memory that the machine reported as broken",
	  "replace the memory; until then make the area larger" },
	{ "gone", "was in the way then, and is no more",
	  "a short pin: raise /sys/module/cma/parameters/short_wait_ms, or let the driver ask with __GFP_RETRY_MAYFAIL",
	},
};

const char *reason_text(const char *reason)
{
	size_t i;

	for (i = 0; i < sizeof(reasons) / sizeof(*reasons); i++) {
		if (!strcmp(reasons[i].reason, reason))
			return reasons[i].text;
	}
	return "a reason that this program does not know";
}

const char *reason_cure(const char *reason)
{
	size_t i;

	for (i = 0; i < sizeof(reasons) / sizeof(*reasons); i++) {
		if (!strcmp(reasons[i].reason, reason))
			return reasons[i].cure;
	}
	return NULL;
}

static void text_of(const char *line, const char *key, char *text, size_t bytes)
{
	if (!value_of(line, key, text, bytes))
		snprintf(text, bytes, "-");
	printable(text);
}

static void parse_blocker(struct failed *failed, const char *line)
{
	struct blocker *b = &failed->blockers[failed->nr_blockers];

	b->pfn = number_of(line, "pfn");
	if (b->pfn == UNKNOWN)
		return;
	b->pages = 1;
	b->refs = number_of(line, "refs");
	b->maps = number_of(line, "maps");
	text_of(line, "kind", b->kind, sizeof(b->kind));
	text_of(line, "reason", b->reason, sizeof(b->reason));
	text_of(line, "owner", b->owner, sizeof(b->owner));
	failed->nr_blockers++;
}

static bool parse_failed(struct failed *failed, const char *line)
{
	memset(failed, 0, sizeof(*failed));
	failed->id = number_of(line, "id");
	failed->ago = number_of(line, "ago_ms");
	failed->pages = number_of(line, "pages");
	failed->align = number_of(line, "align");
	failed->largest = number_of(line, "largest");
	failed->available = number_of(line, "available");
	/* 0: it was not timed. */
	failed->took = number_of(line, "took_us");
	if (!failed->took)
		failed->took = UNKNOWN;
	text_of(line, "cause", failed->cause, sizeof(failed->cause));
	text_of(line, "task", failed->task, sizeof(failed->task));
	text_of(line, "caller", failed->caller, sizeof(failed->caller));
	text_of(line, "device", failed->device, sizeof(failed->device));
	return failed->pages != UNKNOWN;
}

static struct failed *parse_all(char *text, size_t *nr)
{
	struct failed *all = NULL, next;
	char *line;

	while ((line = next_line(&text))) {
		if (*line == '#')
			continue;
		if (*line == ' ' || *line == '\t') {
			if (*nr && all[*nr - 1].nr_blockers < MOST_BLOCKERS)
				parse_blocker(&all[*nr - 1], line);
			continue;
		}
		if (!parse_failed(&next, line))
			continue;
		all = grown(all, (*nr + 1) * sizeof(*all));
		all[(*nr)++] = next;
	}
	return all;
}

/*
 * The last failures of an area, the newest first; NULL if there are none, or, with
 * *@known false, if the kernel does not tell.
 */
struct failed *failures_read(const char *area, size_t *nr, bool *known)
{
	char *text = file_text(path_of(DEBUGFS "/%s/failures", area));
	char path[PATH_BYTES];
	struct failed *all;

	*nr = 0;
	*known = text;
	if (!text) {
		snprintf(path, sizeof(path), DEBUGFS "/%s/failures", area);
		lacking(path, errno, "this kernel does not keep failures");
		return NULL;
	}
	all = parse_all(text, nr);
	free(text);
	return all;
}

/* " for DEVICE", or nothing. */
const char *for_device(const struct failed *failed, char *text, size_t bytes)
{
	*text = '\0';
	if (strcmp(failed->device, "-"))
		snprintf(text, bytes, " for %s", failed->device);
	return text;
}

void blocker_json(const struct blocker *b)
{
	json_object(NULL);
	json_number("pfn", b->pfn);
	json_number("pages", b->pages);
	json_string("kind", b->kind);
	json_number("refs", b->refs);
	json_number("maps", b->maps);
	json_string("reason", b->reason);
	json_string("owner", strcmp(b->owner, "-") ? b->owner : NULL);
	json_object_end();
}

static void failed_json(const struct failed *failed)
{
	int i;

	json_object(NULL);
	json_number("id", failed->id);
	json_string("cause", failed->cause);
	json_number("ago_ms", failed->ago);
	json_number("pages", failed->pages);
	json_number("align", failed->align);
	json_number("largest_hole", failed->largest);
	json_number("available", failed->available);
	json_number("took_us", failed->took);
	json_string("task", failed->task);
	json_string("caller", failed->caller);
	json_string("device", strcmp(failed->device, "-") ? failed->device : NULL);
	json_array("blockers");
	for (i = 0; i < failed->nr_blockers; i++)
		blocker_json(&failed->blockers[i]);
	json_array_end();
	json_object_end();
}

void failures_json(const struct failed *failed, size_t nr)
{
	size_t i;

	json_array("failures");
	for (i = 0; i < nr; i++)
		failed_json(&failed[i]);
	json_array_end();
}
