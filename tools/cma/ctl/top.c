// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmactl top: areas, rates, latencies, holders and failures, again and again
 *
 * On a terminal the screen is drawn anew in place, and q ends it; elsewhere one
 * picture follows the other. What has no room on the screen is left out: the
 * terminal cuts lines that are too long, and of holders and failures there are
 * fewer.
 */
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "area.h"
#include "failures.h"
#include "holders.h"

#define CLEAR		"\033[H\033[J"
#define ENTER		"\033[?1049h\033[?25l\033[?7l"
#define LEAVE		"\033[?7h\033[?25h\033[?1049l"

/* Of each, where there is room. */
#define MOST_HOLDERS	5
#define MOST_FAILURES	3

/**
 * struct top - what it goes on with
 * @ms: between two pictures
 * @pictures: how many, 0 without end
 * @screen: draw in place
 * @rows: lines of the picture that are still free
 * @old: terminal as it was
 * @last: areas at the picture before
 * @nr_last: how many
 * @when: time of the picture before, in milliseconds
 */
struct top {
	long long ms, pictures;
	bool screen;
	size_t rows;
	struct termios old;
	struct area *last;
	size_t nr_last;
	long long when;
};

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

static long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

static void open_screen(struct top *top)
{
	struct sigaction action = { .sa_handler = stop };
	struct termios raw;

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	top->screen = isatty(STDOUT_FILENO) && isatty(STDIN_FILENO) &&
		      !ctl.json && !tcgetattr(STDIN_FILENO, &top->old);
	if (!top->screen)
		return;
	raw = top->old;
	raw.c_lflag &= ~(ICANON | ECHO);
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	/* A picture is one write: nobody sees half of it. */
	setvbuf(stdout, NULL, _IOFBF, 64 << 10);
	printf(ENTER);
}

static void close_screen(const struct top *top)
{
	if (!top->screen)
		return;
	printf(LEAVE);
	fflush(stdout);
	tcsetattr(STDIN_FILENO, TCSANOW, &top->old);
}

/* Wait for the next picture. Return: whether there is to be one. */
static bool wait_next(const struct top *top)
{
	struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };
	char key;

	fflush(stdout);
	if (poll(&in, top->screen, top->ms) > 0 &&
	    read(STDIN_FILENO, &key, 1) == 1 && (key == 'q' || key == 'Q'))
		return false;
	return !stopped;
}

static const struct area *before(const struct top *top, const char *name)
{
	size_t i;

	for (i = 0; i < top->nr_last; i++) {
		if (!strcmp(top->last[i].name, name))
			return &top->last[i];
	}
	return NULL;
}

/* Growth a second, in MiB; - as long as there is nothing to compare. */
static const char *rate(long long now, long long then, long long ms, char *text)
{
	if (now == UNKNOWN || then == UNKNOWN || now < then || ms <= 0)
		return "-";
	snprintf(text, TEXT_BYTES, "%.1f", mib_of(now - then) * 1000 / ms);
	return text;
}

/* Events since the picture before; all of them if there were none. */
static struct histogram recent(const struct histogram *now,
			       const struct histogram *then)
{
	struct histogram h = *now;
	int i;

	if (!then || !then->known)
		return h;
	for (i = 0; i < HISTOGRAM; i++)
		h.count[i] -= then->count[i] < h.count[i] ? then->count[i] :
							     h.count[i];
	return histogram_sum(&h) ? h : *now;
}

static void print_quantiles(const struct area *area, const struct area *then,
			    enum event event)
{
	struct histogram h = recent(&area->latency[event],
				    then ? &then->latency[event] : NULL);
	char half[TEXT_BYTES], most[TEXT_BYTES];

	printf(" %8s %8s", histogram_text(&h, 50, half),
	       histogram_text(&h, 99, most));
}

static void print_area(const struct top *top, const struct area *area,
		       int width, long long ms)
{
	const struct area *then = before(top, area->name);
	char text[5][TEXT_BYTES];

	printf("%s%-*s%s %6s %6s %6s %6s %6s", color(BOLD), width, area->name,
	       color(PLAIN), mib(area->total, text[0]),
	       mib(area_taken(area), text[1]), mib(area->largest, text[2]),
	       rate(area->allocated, then ? then->allocated : UNKNOWN, ms,
		    text[3]),
	       rate(area->failed, then ? then->failed : UNKNOWN, ms, text[4]));
	print_quantiles(area, then, CLAIM);
	print_quantiles(area, then, EVACUATE);
	putchar('\n');
}

static void print_areas(const struct top *top, const struct area *areas,
			size_t nr, long long ms)
{
	int width = area_names_width(areas, nr);
	size_t i;

	printf("%s%-*s %6s %6s %6s %6s %6s %17s %17s%s\n", color(DIM), width,
	       "", "", "", "", "MiB/s", "MiB/s", "claim", "evacuate",
	       color(PLAIN));
	printf("%s%-*s %6s %6s %6s %6s %6s %8s %8s %8s %8s%s\n", color(DIM),
	       width, "AREA", "SIZE", "TAKEN", "HOLE", "ALLOC", "FAIL", "half",
	       "99 %", "half", "99 %", color(PLAIN));
	for (i = 0; i < nr; i++)
		print_area(top, &areas[i], width, ms);
}

/* Room for one line more? */
static bool room(struct top *top)
{
	return top->rows && top->rows--;
}

static void print_failures(struct top *top, const struct area *areas, size_t nr)
{
	char size[TEXT_BYTES], since[TEXT_BYTES], device[80];
	size_t nr_failed, i, j;
	bool known;

	for (i = 0; i < nr; i++) {
		struct failed *failed = failures_read(areas[i].name, &nr_failed,
						      &known);

		for (j = 0; j < nr_failed && j < MOST_FAILURES && room(top); j++)
			printf("%s%s%s: %s %s ago: %s MiB%s, by %s in %s\n",
			       color(YELLOW), areas[i].name, color(PLAIN),
			       failed[j].cause, age(failed[j].ago, since),
			       mib(failed[j].pages, size),
			       for_device(&failed[j], device, sizeof(device)),
			       failed[j].task, failed[j].caller);
		free(failed);
	}
}

static void picture_json(const struct area *areas, size_t nr)
{
	size_t nr_holders, i;
	struct holder *holders = holders_read(areas, nr, &nr_holders);

	json_begin("top");
	json_array("areas");
	for (i = 0; i < nr; i++)
		area_json(&areas[i]);
	json_array_end();
	holders_json(holders, nr_holders < MOST_HOLDERS ? nr_holders :
							  MOST_HOLDERS);
	json_end();
	free(holders);
}

/* With a line for the table's head, and one below it. */
static void print_holders(struct top *top, const struct area *areas, size_t nr)
{
	size_t nr_holders, lines = 0;
	struct holder *holders = holders_read(areas, nr, &nr_holders);

	if (nr_holders > MOST_HOLDERS)
		nr_holders = MOST_HOLDERS;
	while (nr_holders && lines < nr_holders + 2 && room(top))
		lines++;
	if (lines > 2) {
		holders_print(holders, nr_holders, lines - 2);
		putchar('\n');
	}
	free(holders);
}

static void print_picture(struct top *top, const struct area *areas, size_t nr,
			  long long ms)
{
	size_t rows = top->screen ? screen_rows() : SIZE_MAX;
	size_t shown = nr;

	if (top->screen)
		printf(CLEAR "%scmactl top%s  every %.1f s, q ends\n\n",
		       color(BOLD), color(PLAIN), top->ms / 1e3);
	/* Two lines of head, two of the table's, one below it, and the cursor's. */
	if (shown > rows - 6)
		shown = rows - 6;
	top->rows = rows - 6 - shown;
	print_areas(top, areas, shown, ms);
	putchar('\n');
	print_holders(top, areas, nr);
	print_failures(top, areas, nr);
}

/* One picture. Return: whether there was something to show. */
static bool picture(struct top *top)
{
	size_t nr;
	struct area *areas = areas_read(&nr);
	long long now = now_ms();

	if (ctl.json)
		picture_json(areas, nr);
	else if (nr)
		print_picture(top, areas, nr, now - top->when);
	free(top->last);
	top->last = areas;
	top->nr_last = nr;
	top->when = now;
	return nr;
}

static int run(struct top *top)
{
	bool any;

	open_screen(top);
	while ((any = picture(top))) {
		if (top->pictures && !--top->pictures)
			break;
		if (!wait_next(top))
			break;
	}
	close_screen(top);
	free(top->last);
	if (!any || lacking_nr())
		lacking_print(stderr);
	return any ? CTL_OK : lacking_status();
}

/* Seconds, perhaps with a fraction */
static bool parse_seconds(const char *text, long long *ms)
{
	char *end;
	double seconds = strtod(text, &end);

	if (end == text || *end || !(seconds >= 0.1 && seconds <= 3600))
		return false;
	*ms = seconds * 1000;
	return true;
}

int cmd_top(int argc, char **argv)
{
	struct top top = { .ms = 2000 };
	int option;

	while ((option = getopt(argc, argv, "d:n:")) != -1) {
		if (option == 'd') {
			if (!parse_seconds(optarg, &top.ms))
				return usage_error("-d %s: not 0.1 to 3600 seconds",
						   optarg);
		} else if (option == 'n') {
			if (!to_count(optarg, &top.pictures) || !top.pictures)
				return usage_error("-n %s: not a number of pictures",
						   optarg);
		} else {
			return usage_error("top takes -d SECONDS and -n PICTURES");
		}
	}
	if (optind < argc)
		return usage_error("top takes no '%s'", argv[optind]);
	return run(&top);
}
