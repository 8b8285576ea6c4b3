#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# boot: dts=none cma=33M@0x4a000000-0x50000000 timeout=60
# check: test-arm64 test-arm
#
# cma= with a window and a size that is no multiple of a block.
set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. /jobs/lib.sh

base=$(cat "$cma/reserved/base_pfn")
count=$(cat "$cma/reserved/count")
echo 1..4
check "the size is rounded up to blocks" "$((count >= 8448 && count % 512 == 0))" 1
check "the area begins in the window" "$((base >= 0x4a000))" 1
check "the area ends in the window" "$((base + count <= 0x50000))" 1
logged "the log tells of the rounding" 'cma: .* bytes rounded up to'
