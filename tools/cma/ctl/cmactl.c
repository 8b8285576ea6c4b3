// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmactl - look at contiguous memory: who has it, who is in the way, what cures
 *
 * This file reads the command line and calls the command. Options before the
 * command are for all of them; those behind it belong to the command, but
 * --json is understood there as well.
 */
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cmactl.h"

struct settings ctl = { .root = "" };

static const char usage[] =
	"usage: cmactl [--json] [--root DIR] [--page-size BYTES] [--color WHEN] COMMAND\n"
	"  list                   all areas, a line each\n"
	"  show AREA              all that is known of one\n"
	"  map AREA [--svg FILE]  what lies where in it\n"
	"  top [-d SEC] [-n N]    areas, rates, latencies and failures, again and again\n"
	"  holders [AREA]         who has memory of areas\n"
	"  blockers AREA [RANGE]  what cannot be moved; RANGE is PFN+PAGES or PFN-PFN\n"
	"  explain                what is wrong, and which setting cures it\n"
	"  record FILE [-t SEC] [-- COMMAND...]\n"
	"                         what is allocated and released, for plan\n"
	"  plan FILE [--area AREA] [--plot FILE]\n"
	"                         how large an area must be for what was recorded\n"
	"  test AREA [SIZE [COUNT]]\n"
	"                         take and return memory, to prove that it can be had\n"
	"Sizes are in MiB. cmactl(1) has the rest.\n";

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
} commands[] = {
	{ "list", cmd_list }, { "show", cmd_show }, { "map", cmd_map },
	{ "top", cmd_top }, { "holders", cmd_holders },
	{ "blockers", cmd_blockers }, { "explain", cmd_explain },
	{ "record", cmd_record }, { "plan", cmd_plan }, { "test", cmd_test },
};

enum { OPT_JSON = 256, OPT_ROOT, OPT_PAGE, OPT_COLOR };

static const struct option options[] = {
	{ "json", no_argument, NULL, OPT_JSON },
	{ "root", required_argument, NULL, OPT_ROOT },
	{ "page-size", required_argument, NULL, OPT_PAGE },
	{ "color", required_argument, NULL, OPT_COLOR },
	{ "help", no_argument, NULL, 'h' },
	{ }
};

static int say(int status, const char *format, va_list args)
{
	fprintf(stderr, "cmactl: ");
	vfprintf(stderr, format, args);
	fprintf(stderr, "\n");
	return status;
}

int usage_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(CTL_USAGE, format, args);
	va_end(args);
	fprintf(stderr, "cmactl: --help shows the commands\n");
	return CTL_USAGE;
}

int failure(int status, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(status, format, args);
	va_end(args);
	return status;
}

/* Room for @bytes, which are what @array had and more. */
void *grown(void *array, size_t bytes)
{
	array = realloc(array, bytes);
	if (!array) {
		fprintf(stderr, "cmactl: no memory\n");
		exit(CTL_ERROR);
	}
	return array;
}

static bool set_page(const char *text)
{
	long long bytes;

	if (!to_bytes(text, &bytes) || bytes < 512 || bytes > 1 << 20 ||
	    bytes & (bytes - 1))
		return false;
	ctl.page = bytes;
	return true;
}

static bool set_color(const char *when)
{
	if (!strcmp(when, "always") || !strcmp(when, "never"))
		ctl.color = *when == 'a';
	else if (strcmp(when, "auto"))
		return false;
	return true;
}

static int bad_option(char **argv)
{
	if (optopt > 0 && optopt < 128)
		return usage_error("-%c: there is no such option", optopt);
	return usage_error("%s: there is no such option, or it needs a value",
			   argv[optind - 1]);
}

static int set_option(int option, char **argv)
{
	switch (option) {
	case OPT_JSON:
		ctl.json = true;
		return CTL_OK;
	case OPT_ROOT:
		ctl.root = optarg;
		return CTL_OK;
	case OPT_PAGE:
		if (!set_page(optarg))
			return usage_error("--page-size %s: not a size of pages",
					   optarg);
		return CTL_OK;
	case OPT_COLOR:
		if (!set_color(optarg))
			return usage_error("--color %s: not one of auto, always, never",
					   optarg);
		return CTL_OK;
	default:
		return bad_option(argv);
	}
}

/* Lines of the terminal, 10 at the least. */
size_t screen_rows(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_row)
		return 24;
	return size.ws_row < 10 ? 10 : size.ws_row;
}

static int columns(void)
{
	const char *text = getenv("COLUMNS");
	struct winsize size;
	long long number;

	if (text && to_number(text, &number) && number >= 40 && number <= 1000)
		return number;
	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col >= 40)
		return size.ws_col;
	return 80;
}

static void defaults(void)
{
	const char *root = getenv("CMACTL_ROOT");

	if (root)
		ctl.root = root;
	ctl.page = sysconf(_SC_PAGESIZE);
	ctl.width = columns();
	ctl.color = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
}

/* Take --json out of the words of a command, which may stand anywhere there. */
static int take_json(int argc, char **argv)
{
	int i, left = 0;

	for (i = 0; i < argc; i++) {
		if (!strcmp(argv[i], "--")) {
			for (; i < argc; i++)
				argv[left++] = argv[i];
		} else if (!strcmp(argv[i], "--json")) {
			ctl.json = true;
		} else {
			argv[left++] = argv[i];
		}
	}
	argv[left] = NULL;
	return left;
}

static int run(int argc, char **argv)
{
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		if (!strcmp(argv[0], commands[i].name)) {
			argc = take_json(argc, argv);
			ctl.color &= !ctl.json;
			optind = 0;
			return commands[i].run(argc, argv);
		}
	}
	return usage_error("there is no command '%s'", argv[0]);
}

int main(int argc, char **argv)
{
	int option, status;

	defaults();
	opterr = 0;
	while ((option = getopt_long(argc, argv, "+h", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(usage, stdout);
			return CTL_OK;
		}
		status = set_option(option, argv);
		if (status)
			return status;
	}
	if (optind == argc) {
		fputs(usage, stderr);
		return CTL_USAGE;
	}
	status = run(argc - optind, argv + optind);
	lacking_forget();
	if (fflush(stdout) || ferror(stdout))
		return failure(CTL_ERROR, "cannot write");
	return status;
}
