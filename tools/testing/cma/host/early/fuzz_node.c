// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzz target: machines as text, with nodes and words of the command line
 */
#include "early.h"
#include "../fuzz_text.h"

int LLVMFuzzerTestOneInput(const u8 *bytes, size_t nr);

int LLVMFuzzerTestOneInput(const u8 *bytes, size_t nr)
{
	return fuzz_text(bytes, nr, early_boot);
}
