#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# boot: dts=none mem=6G cma=48M@0x130000000-0x150000000 timeout=120
# check: test-arm64
#
# A window that begins above 4 GiB: the area lies in it, and not anywhere above
# 4 GiB.
set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. /jobs/lib.sh

base=$(cat "$cma"/reserved/base_pfn)
count=$(cat "$cma"/reserved/count)
echo 1..3
check "the area has the size asked for" "$count" 12288
check "it begins in the window" "$((base >= 0x130000))" 1
check "it ends in the window" "$((base + count <= 0x150000))" 1
