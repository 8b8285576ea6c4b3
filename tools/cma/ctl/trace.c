// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lines of a trace, as tracefs, trace-cmd report and perf script print them
 *
 *	camera-314  [001] d..1.  12.345678: cma_release: name=reserved pfn=0x5b400
 *	camera   314 [001]    12.345678: cma:cma_release: name=reserved pfn=0x5b400
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "workload.h"

/* The CPU in brackets; in front of it stands a task, whose name may be anything. */
static char *cpu_of(char *line)
{
	char *at = line;

	while ((at = strchr(at, '['))) {
		size_t digits = strspn(at + 1, "0123456789");

		if (digits && at[1 + digits] == ']')
			return at;
		at++;
	}
	return NULL;
}

/* "12.345678:", in microseconds */
static bool parse_time(const char *word, long long *us)
{
	size_t len = strlen(word), whole = strspn(word, "0123456789");
	long long scale = 100000;
	const char *c;

	if (!whole || whole > 12 || word[whole] != '.' || word[len - 1] != ':')
		return false;
	*us = strtoll(word, NULL, 10) * 1000000;
	for (c = word + whole + 1; isdigit((unsigned char)*c); c++, scale /= 10)
		*us += (*c - '0') * scale;
	return c == word + len - 1;
}

static void take_task(struct event_line *event, const char *line,
		      const char *end)
{
	int len;

	line += strspn(line, " ");
	while (end > line && end[-1] == ' ')
		end--;
	/* The number behind the name is not part of it. */
	while (end > line && isdigit((unsigned char)end[-1]))
		end--;
	while (end > line && (end[-1] == ' ' || end[-1] == '-'))
		end--;
	len = end - line;
	snprintf(event->task, sizeof(event->task), "%.*s", len, line);
	printable(event->task);
}

/* Is it an event of the allocator? Cuts up @line. */
bool trace_parse(struct event_line *event, char *line)
{
	char *cpu = cpu_of(line), *rest, *word;

	if (!cpu)
		return false;
	take_task(event, line, cpu);
	rest = strchr(cpu, ']') + 1;
	do {
		word = next_word(&rest);
		if (!*word)
			return false;
	} while (!parse_time(word, &event->us));
	word = next_word(&rest);
	if (!strncmp(word, "cma:", 4))
		word += 4;
	if (strncmp(word, "cma_", 4))
		return false;
	snprintf(event->name, sizeof(event->name), "%.*s",
		 (int)strcspn(word, ":"), word);
	event->args = rest;
	return true;
}

/* "CPU:0 [LOST 17 EVENTS]"; 0 if it is another line */
long long trace_lost(const char *line)
{
	const char *at = strstr(line, "[LOST ");
	long long lost = 0;

	if (at && strstr(at, "EVENTS]"))
		lost = strtoll(at + 6, NULL, 10);
	return lost > 0 && lost < MOST ? lost : 0;
}
