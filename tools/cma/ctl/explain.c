// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmactl explain: what is wrong, and which setting cures it
 *
 * Looks at whether there are areas at all, at each of them (causes.c), and at the
 * kernel log (symptoms.c), and tells what it finds with its evidence.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "explain.h"

static const struct {
	const char *name;
	enum color color;
} severities[] = {
	[ERROR] = { "error", RED },
	[WARNING] = { "warning", YELLOW },
	[NOTE] = { "note", CYAN },
};

static int nr_findings;
static int nr_wrong;

/* Words from @column on; further lines begin at @indent. */
static void print_words(const char *text, int column, int indent)
{
	bool begin = true;

	while (*text) {
		int len = strcspn(text, " ");

		if (!begin && column + 1 + len > ctl.width) {
			printf("\n%*s", indent, "");
			column = indent;
		} else if (!begin) {
			putchar(' ');
			column++;
		}
		printf("%.*s", len, text);
		column += len;
		text += len;
		text += *text == ' ';
		begin = false;
	}
}

static void print_head(const char *name, enum severity severity,
		       const char *what)
{
	int column = printf("%s%d. ", nr_findings > 1 ? "\n" : "", nr_findings);

	column += strlen(name) + 2 - (nr_findings > 1);
	printf("%s%s%s: %s", color(severities[severity].color), name,
	       color(PLAIN), color(BOLD));
	print_words(what, column, 3);
	printf("%s\n", color(PLAIN));
}

static void print_line(const char *heading, const char *text)
{
	printf("   %s%-9s%s ", color(DIM), heading, color(PLAIN));
	print_words(text, 13, 13);
	putchar('\n');
}

static void finding_json(enum severity severity, const char *area,
			 const char *what, const char *evidence,
			 const char *cure)
{
	json_object(NULL);
	json_string("severity", severities[severity].name);
	json_string("area", area);
	json_string("what", what);
	json_string("evidence", evidence);
	json_string("cure", cure);
	json_object_end();
}

/**
 * finding() - tell something
 * @severity: how bad it is
 * @area: of which area, or NULL
 * @what: what is wrong
 * @evidence: how one knows
 * @cure: what to do
 */
void finding(enum severity severity, const char *area, const char *what,
	     const char *evidence, const char *cure)
{
	nr_findings++;
	nr_wrong += severity != NOTE;
	if (ctl.json) {
		finding_json(severity, area, what, evidence, cure);
		return;
	}
	print_head(area ? area : severities[severity].name, severity, what);
	print_line("evidence", evidence);
	print_line("cure", cure);
}

static long long kilobytes(const char *name)
{
	char *text = file_text(path_of("/proc/meminfo")), *rest = text, *line;
	long long value = UNKNOWN;
	size_t len = strlen(name);

	while ((line = next_line(&rest))) {
		if (strncmp(line, name, len) || line[len] != ':')
			continue;
		line += len + 1;
		if (!to_count(next_word(&line), &value))
			value = UNKNOWN;
	}
	free(text);
	return value;
}

/* Why no file tells of any area. */
static void explain_none(void)
{
	long long kb = kilobytes("CmaTotal");
	char evidence[80];

	if (kb == UNKNOWN) {
		finding(ERROR, NULL, "this kernel has no contiguous memory allocator",
			"no CmaTotal in /proc/meminfo",
			"build it with CONFIG_CMA=y and CONFIG_DMA_CMA=y");
		return;
	}
	if (!kb) {
		finding(ERROR, NULL, "there is no area of contiguous memory",
			"CmaTotal in /proc/meminfo is 0",
			"boot with cma=64M, or add a node to reserved-memory in the device tree");
		return;
	}
	snprintf(evidence, sizeof(evidence),
		 "CmaTotal is %lld MiB, but no area is shown", kb / 1024);
	finding(WARNING, NULL, "there are areas, but the kernel does not show them",
		evidence,
		"build it with CONFIG_CMA_SYSFS=y and CONFIG_CMA_DEBUGFS=y, and look as root");
}

static void explain_all(void)
{
	size_t nr, i;
	struct area *areas = areas_read(&nr);
	bool causes_known = nr;
	char *text;

	if (!nr)
		explain_none();
	for (i = 0; i < nr; i++)
		causes_known &= explain_area(&areas[i]);
	free(areas);
	text = file_text(path_of("/dev/kmsg"));
	if (text)
		explain_log(text, causes_known);
	else
		lacking("/dev/kmsg", errno, "build the kernel with CONFIG_PRINTK=y");
	free(text);
}

int cmd_explain(int argc, char **argv)
{
	if (argc > 1)
		return usage_error("explain takes no '%s'", argv[1]);
	if (ctl.json) {
		json_begin("explain");
		json_array("findings");
	}
	explain_all();
	if (ctl.json) {
		json_array_end();
		json_end();
	} else {
		if (!nr_findings)
			printf("nothing is wrong that the kernel tells of\n");
		lacking_print(stderr);
	}
	return nr_wrong ? CTL_NO : CTL_OK;
}
