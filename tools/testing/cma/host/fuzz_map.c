// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzz target: a stream of operations on the map, against the oracle
 */
#include "stream.h"

int LLVMFuzzerTestOneInput(const u8 *bytes, size_t nr);

int LLVMFuzzerTestOneInput(const u8 *bytes, size_t nr)
{
	return stream_fuzz(bytes, nr, stream_run);
}
