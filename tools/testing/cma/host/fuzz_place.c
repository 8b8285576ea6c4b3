// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzz target: a stream of operations of an exclusive area, against the oracle
 */
#include "place_stream.h"

int LLVMFuzzerTestOneInput(const u8 *bytes, size_t nr);

int LLVMFuzzerTestOneInput(const u8 *bytes, size_t nr)
{
	return stream_fuzz(bytes, nr, place_run);
}
