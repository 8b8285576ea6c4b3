// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzz target: the words of the command line, against the reference
 */
#include <stdio.h>
#include <stdlib.h>
#include "param_ref.h"

int LLVMFuzzerTestOneInput(const u8 *bytes, size_t nr);

int LLVMFuzzerTestOneInput(const u8 *bytes, size_t nr)
{
	char *text = calloc(1, nr + 1);
	const char *why;

	if (!text)
		abort();
	memcpy(text, bytes, nr);
	why = param_agree(text);
	if (why) {
		fprintf(stderr, "\"%s\": %s\n", text, why);
		abort();
	}
	free(text);
	return 0;
}
