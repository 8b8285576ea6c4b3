// SPDX-License-Identifier: GPL-2.0-only
/*
 * Results of the host tests, in the form of TAP, and their random numbers
 *
 * The plan comes last and tells the number of tests that ran, so that a program
 * that dies half way is seen by whoever counts.
 */
#include <stdarg.h>
#include <stdio.h>
#include "tap.h"

unsigned long host_words_read;

static unsigned int nr_tests, nr_failed;

/*
 * Keep why a test failed until it is printed. The last text may be part of the
 * next. Return: the text.
 */
const char *tap_why(const char *format, ...)
{
	static char text[512];
	char next[sizeof(text)];
	va_list args;

	va_start(args, format);
	vsnprintf(next, sizeof(next), format, args);
	va_end(args);
	return memcpy(text, next, sizeof(text));
}

/* One test has ended: well if @why is NULL. @format names it. */
void tap_result(const char *why, const char *format, ...)
{
	va_list args;

	nr_tests++;
	nr_failed += !!why;
	printf("%sok %u - host: ", why ? "not " : "", nr_tests);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf(", %d bits%s%s\n", BITS_PER_LONG, why ? " # " : "", why ?: "");
	fflush(stdout);
}

/* Print the plan. Return: the exit status. */
int tap_finish(void)
{
	printf("1..%u\n", nr_tests);
	return nr_failed || !nr_tests;
}

struct draw draw_from_seed(u64 seed)
{
	return (struct draw){ .state = seed * 0x9e3779b97f4a7c15u | 1 };
}

static u32 draw_byte(struct draw *draw)
{
	if (!draw->left)
		return 0;
	draw->left--;
	return *draw->bytes++;
}

/* Return: a number less than @below, which is at least 1. */
u32 draw(struct draw *draw, u32 below)
{
	u32 value = 0, range;

	if (draw->bytes) {
		for (range = below - 1; range; range >>= 8)
			value = value << 8 | draw_byte(draw);
		return value % below;
	}
	draw->state ^= draw->state >> 12;
	draw->state ^= draw->state << 25;
	draw->state ^= draw->state >> 27;
	return (draw->state * 0x2545f4914f6cdd1du >> 32) % below;
}

/* Return: any number, with those at the ends of the type more often. */
unsigned long draw_wild(struct draw *from)
{
	switch (draw(from, 4)) {
	case 0:
		return 0UL - draw(from, 5000);
	case 1:
		return draw(from, 5000);
	case 2:
		return (~0UL >> 1) + draw(from, 9) - 4;
	default:
		return (unsigned long)((u64)draw(from, UINT_MAX) << 32 |
				       draw(from, UINT_MAX));
	}
}
