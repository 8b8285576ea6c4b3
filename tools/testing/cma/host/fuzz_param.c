// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzz target: the words of the command line, against the reference
 */
#include "fuzz_text.h"
#include "param_ref.h"

int LLVMFuzzerTestOneInput(const u8 *bytes, size_t nr);

int LLVMFuzzerTestOneInput(const u8 *bytes, size_t nr)
{
	return fuzz_text(bytes, nr, param_agree);
}
