// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmactl plan --plot: use and largest hole over time, as a script of gnuplot
 *
 * The file holds the figures as well; "gnuplot FILE" writes FILE.svg. Of a long
 * record so many points are kept that a screen can show, the most and the least
 * of each span.
 */
#include <errno.h>
#include <string.h>

#include "plot.h"

#define SPANS	2000

/* What happened in one span of time */
struct span {
	long long us, taken, largest;
	bool any;
};

struct plot {
	FILE *out;
	long long us;
	struct span span;
	long long number;
};

static void put(struct plot *plot, const struct span *span)
{
	fprintf(plot->out, "%.6f %.4f %.4f\n", span->us / 1e6,
		mib_of(span->taken), mib_of(span->largest));
}

static void flush_span(struct plot *plot)
{
	if (plot->span.any)
		put(plot, &plot->span);
	plot->span.any = false;
}

/* Of a span the most that was taken and the least largest hole count. */
static void watch(long long us, long long taken, long long largest, void *data)
{
	struct plot *plot = data;
	long long number = plot->us ? us * SPANS / plot->us : 0;
	struct span *span = &plot->span;

	if (number != plot->number) {
		flush_span(plot);
		plot->number = number;
	}
	if (!span->any || taken > span->taken)
		span->taken = taken;
	if (!span->any || largest < span->largest)
		span->largest = largest;
	span->us = us;
	span->any = true;
}

static void head(FILE *out, const char *path, const struct workload *load,
		 long long pages)
{
	fprintf(out, "# gnuplot %s\n", path);
	fprintf(out, "set terminal svg size 1000,500 dynamic font \"sans,13\"\n");
	fprintf(out, "set output \"%s.svg\"\n", path);
	fprintf(out, "set title \"%s, replayed in %.1f MiB\" noenhanced\n",
		load->area, mib_of(pages));
	fprintf(out, "set xlabel \"seconds\"\nset ylabel \"MiB\"\n");
	fprintf(out, "set yrange [0:%.3f]\nset key outside top right horizontal\nset grid\n",
		mib_of(pages) * 1.05);
	fprintf(out, "$levels << EOD\n");
}

static void tail(FILE *out, long long pages)
{
	fprintf(out, "EOD\n");
	fprintf(out, "set style line 1 lw 2 lc rgb \"#b03a2e\"\n");
	fprintf(out, "set style line 2 lw 2 lc rgb \"#1f618d\"\n");
	fprintf(out, "plot $levels using 1:2 with steps ls 1 title \"taken\", \\\n");
	fprintf(out, "     $levels using 1:3 with steps ls 2 title \"largest hole\", \\\n");
	fprintf(out, "     %.3f with lines dt 2 lc rgb \"#555555\" title \"size\"\n",
		mib_of(pages));
}

/* The name goes into strings of the script. */
static bool quotable(const char *path)
{
	return !strpbrk(path, "\"\\\n");
}

/* Write the plot of a replay in @pages pages. Return: exit status. */
int plot_write(const char *path, const struct workload *load,
	       const struct part *part, long long pages, long long us)
{
	struct plot plot = { .us = us };
	struct replay replay;
	bool bad;

	if (!quotable(path))
		return usage_error("--plot %s: no quotes and backslashes in the name",
				   path);
	plot.out = fopen(path, "w");
	if (!plot.out)
		return failure(CTL_ERROR, "%s: %s", path, strerror(errno));
	head(plot.out, path, load, pages);
	replay_run(&replay, load, part, pages, watch, &plot);
	flush_span(&plot);
	tail(plot.out, pages);
	bad = ferror(plot.out);
	if (fclose(plot.out) || bad)
		return failure(CTL_ERROR, "%s: cannot write", path);
	return CTL_OK;
}
