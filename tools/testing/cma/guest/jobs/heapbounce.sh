#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# boot: dts=none timeout=240 cmdline=swiotlb=force cmdline=numa_cma=0:16M cmdline=cma_pernuma=8M
# check: test-arm64
#
# The heaps where every transfer of a device goes through a bounce buffer. That
# is what caches do that a device does not see, and unlike caches an emulator has
# it: a call that is missing or in the wrong place shows. There are areas of a
# memory node as well: they have heaps, too.
set -eu

export CMA_TESTS=heap,heapmap
exec sh /jobs/check.sh
