// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzz target: machines as text, with nodes and words of the command line
 */
#include "early.h"

int LLVMFuzzerTestOneInput(const u8 *bytes, size_t nr);

int LLVMFuzzerTestOneInput(const u8 *bytes, size_t nr)
{
	char *text = calloc(1, nr + 1);
	const char *why;

	if (!text)
		abort();
	memcpy(text, bytes, nr);
	why = early_boot(text);
	if (why) {
		fprintf(stderr, "%s\n%s\n", text, why);
		abort();
	}
	free(text);
	return 0;
}
