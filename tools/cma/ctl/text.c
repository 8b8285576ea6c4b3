// SPDX-License-Identifier: GPL-2.0-only
/*
 * How sizes, times and colours are written for people
 */
#include <stdlib.h>

#include "cmactl.h"

static const char * const codes[] = {
	[PLAIN] = "\033[0m", [BOLD] = "\033[1m", [DIM] = "\033[2m",
	[RED] = "\033[31m", [GREEN] = "\033[32m", [YELLOW] = "\033[33m",
	[BLUE] = "\033[34m", [MAGENTA] = "\033[35m", [CYAN] = "\033[36m",
};

const char *color(enum color which)
{
	return ctl.color ? codes[which] : "";
}

double mib_of(long long pages)
{
	return (double)pages * ctl.page / (1 << 20);
}

/* A number of pages in MiB. What is not nothing is not written as nothing. */
const char *mib(long long pages, char *text)
{
	double value = mib_of(pages);

	if (pages == UNKNOWN)
		return "-";
	snprintf(text, TEXT_BYTES, pages > 0 && value < 0.1 ? "%.3f" : "%.1f",
		 value);
	return text;
}

const char *micros(long long us, char *text)
{
	if (us == UNKNOWN)
		return "-";
	if (us < 1000)
		snprintf(text, TEXT_BYTES, "%lld us", us);
	else if (us < 1000000)
		snprintf(text, TEXT_BYTES, "%.*f ms", us < 100000, us / 1e3);
	else
		snprintf(text, TEXT_BYTES, "%.2f s", us / 1e6);
	return text;
}

const char *age(long long ms, char *text)
{
	long long s = ms / 1000;

	if (ms == UNKNOWN)
		return "-";
	if (s < 10)
		snprintf(text, TEXT_BYTES, "%lld.%lld s", s, ms % 1000 / 100);
	else if (s < 120)
		snprintf(text, TEXT_BYTES, "%lld s", s);
	else if (s < 7200)
		snprintf(text, TEXT_BYTES, "%lld min", s / 60);
	else if (s < 172800)
		snprintf(text, TEXT_BYTES, "%lld h", s / 3600);
	else
		snprintf(text, TEXT_BYTES, "%lld d", s / 86400);
	return text;
}

const char *share(long long permille, char *text)
{
	if (permille == UNKNOWN)
		return "-";
	snprintf(text, TEXT_BYTES, "%lld.%lld %%", permille / 10, permille % 10);
	return text;
}

/* What tasks and files are called must not steer the terminal. */
void printable(char *text)
{
	unsigned char *c = (unsigned char *)text;

	for (; *c; c++) {
		if (*c < 0x20 || *c >= 0x7f)
			*c = '?';
	}
}
