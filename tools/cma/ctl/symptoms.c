// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lines of the kernel log that tell of trouble with areas
 *
 * The first symptom that a line shows counts. A symptom is told once, with the
 * number of its lines and the last of them. Stock kernels say some things in
 * other words; these are here as well.
 */
#include <stdlib.h>
#include <string.h>

#include "explain.h"

struct symptom {
	const char *first, *second;	/* both must be in the line */
	enum severity severity;
	const char *what, *cure;
};

static const struct symptom symptoms[] = {
	{ "cma", " ignored: ", ERROR,
	  "a word of the kernel's command line was not understood, and counts as if it were not there",
	  "write it as size[KMG][@start[-end]], as in cma=64M, with nothing behind it" },
	{ "cma", "needs a value", ERROR,
	  "a word of the kernel's command line has no value",
	  "add the value, as in cma=64M" },
	{ "Not enough slots for CMA", "", ERROR,
	  "there are more areas than the kernel has room for",
	  "raise CONFIG_CMA_AREAS" },
	{ "Region at", "must be aligned", ERROR,
	  "an area was to begin at an address that is no multiple of a block",
	  "move it to a multiple of the size that the line names" },
	{ "Region at", "overlaps", ERROR,
	  "an area was to lie where something else is",
	  "move it; /sys/kernel/debug/memblock/reserved lists what is in use" },
	{ "Region at", "low/high memory boundary", ERROR,
	  "an area was to lie across the end of low memory",
	  "move all of it below or above" },
	{ "exceeds limit", "", ERROR,
	  "an area does not fit below the end of memory or of what devices can address",
	  "make it smaller, or give it another place" },
	{ "cma: Failed to reserve", "", ERROR,
	  "an area could not be reserved, and does not exist",
	  "the line before it says why; -12 is no free memory of this size: make it smaller" },
	{ "incorrect alignment of CMA region", "", ERROR,
	  "a node of the device tree is no multiple of a block, and has not become an area",
	  "change reg or size in the device tree, or make it linux,cma-exclusive, which needs whole pages only",
	},
	{ "cannot be both reusable and no-map", "", ERROR,
	  "a node of the device tree contradicts itself",
	  "take reusable or no-map away" },
	{ "unable to setup", "CMA region of node", ERROR,
	  "a node of the device tree has not become an area",
	  "-28: raise CONFIG_CMA_AREAS; else the line before it says why" },
	{ "could not be activated", "", ERROR,
	  "an area was reserved, but is not in use: its memory went back to the system",
	  "the line before it says why; move the area so that it lies in one zone" },
	{ "is not active, using the default area", "", ERROR,
	  "a device lost its area and uses the default one",
	  "see why the area could not be activated" },
	{ "using cmdline CMA params instead", "", NOTE,
	  "cma= on the command line overrules the default area of the device tree",
	  "nothing, if that was meant; else take cma= away" },
	{ "release of", "refused", ERROR,
	  "a driver gave back memory that it does not have",
	  "fix the driver; the stack trace behind the line names it" },
	{ "still in use", "pages released", WARNING,
	  "a driver gave memory back that somebody else still uses",
	  "fix the driver; the stack trace behind the line names it" },
	{ "was overwritten", "cma", ERROR,
	  "somebody wrote to memory of an area that is not his",
	  "cmactl holders shows who is next to the address" },
	{ "alloc of", "larger than the area", ERROR,
	  "more was asked for than the area has",
	  "make the area larger than the request" },
	{ "alloc of", "failed: full", ERROR,
	  "an area was full",
	  "see how much is taken and by whom: cmactl show, cmactl holders; make the area larger, or find who does not give back",
	},
	{ "alloc of", "failed: fragmented", ERROR,
	  "an area had room, but no hole that was large enough",
	  "allocate the largest buffers first, lower CONFIG_CMA_ALIGNMENT, or give the driver with the large buffers an area of its own; cmactl plan tells sizes",
	},
	{ "alloc of", "caller cannot sleep", WARNING,
	  "a driver asked where it cannot sleep, and no free run was there",
	  "allocate in advance, or use an exclusive area" },
	{ "alloc of", "failed: busy", ERROR,
	  "pages in the way could not be moved",
	  "cmactl blockers names them; short pins: raise /sys/module/cma/parameters/short_wait_ms",
	},
	{ "alloc of", "no memory to move", ERROR,
	  "there was no memory to move the pages in the way to",
	  "free memory outside of the area, let the driver allocate early, or use an exclusive area",
	},
	{ "alloc of", "interrupted", NOTE,
	  "a task was killed while it waited for memory of an area",
	  "nothing" },
	{ "alloc failed, req-size", "ret: -12", ERROR,
	  "an area had no hole that was large enough, or no memory was left to move pages to",
	  "make the area larger; the stock kernel does not tell the two apart" },
	{ "alloc failed, req-size", "ret: -16", ERROR,
	  "pages in the way could not be moved",
	  "the stock kernel does not name them; try again, or boot with page_owner=on" },
	{ "alloc failed, req-size", "", ERROR,
	  "an allocation failed",
	  "see the number behind ret:" },
};

#define SYMPTOMS	(sizeof(symptoms) / sizeof(*symptoms))

/* The message of a line, without time, level and sequence number. */
static char *message_of(char *line)
{
	char *text = strchr(line, ';');

	/* As /dev/kmsg has it; else as dmesg prints it. */
	if (text && strspn(line, "0123456789,-c") == (size_t)(text - line))
		return text + 1;
	if (*line == '<' && strchr(line, '>'))
		line = strchr(line, '>') + 1;
	if (*line == '[' && strchr(line, ']'))
		line = strchr(line, ']') + 1;
	return line + strspn(line, " ");
}

static int symptom_of(const char *line)
{
	size_t i;

	for (i = 0; i < SYMPTOMS; i++) {
		if (strstr(line, symptoms[i].first) &&
		    strstr(line, symptoms[i].second))
			return i;
	}
	return -1;
}

static bool concerns(const char *line)
{
	return strstr(line, "cma") || strstr(line, "CMA") ||
	       !strncmp(line, "Reserved memory:", 16) ||
	       !strncmp(line, "OF: reserved mem", 16);
}

static void tell(const struct symptom *s, const char *line, long long times)
{
	char evidence[512];

	if (times > 1)
		snprintf(evidence, sizeof(evidence),
			 "kernel log, %lld times, last: %s", times, line);
	else
		snprintf(evidence, sizeof(evidence), "kernel log: %s", line);
	printable(evidence);
	finding(s->severity, NULL, s->what, evidence, s->cure);
}

/* Failures that the files of an area tell better. */
static bool is_failure(const struct symptom *s)
{
	return !strncmp(s->first, "alloc ", 6);
}

/* Look through the kernel log, in either form. */
void explain_log(char *text, bool causes_known)
{
	const char *last[SYMPTOMS] = {};
	long long times[SYMPTOMS] = {};
	char *line;
	size_t i;

	while ((line = next_line(&text))) {
		int which;

		line = message_of(line);
		if (!concerns(line))
			continue;
		which = symptom_of(line);
		if (which < 0)
			continue;
		last[which] = line;
		times[which]++;
	}
	for (i = 0; i < SYMPTOMS; i++) {
		if (times[i] && !(causes_known && is_failure(&symptoms[i])))
			tell(&symptoms[i], last[i], times[i]);
	}
}
