/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _CMA_HOST_FUZZ_TEXT_H
#define _CMA_HOST_FUZZ_TEXT_H
/*
 * What fuzz targets of text have in common: the bytes become a string, and what
 * a check has against it ends the run
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline int fuzz_text(const unsigned char *bytes, size_t nr,
			    const char *(*check)(const char *text))
{
	char *text = calloc(1, nr + 1);
	const char *why;

	if (!text)
		abort();
	memcpy(text, bytes, nr);
	why = check(text);
	if (why) {
		fprintf(stderr, "\"%s\": %s\n", text, why);
		abort();
	}
	free(text);
	return 0;
}

#endif /* _CMA_HOST_FUZZ_TEXT_H */
