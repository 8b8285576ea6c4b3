#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# boot: dts=none mem=1G cma=32M@0x78000000 timeout=240
# check: test-arm
#
# The heaps on an area in high memory, which the kernel has not mapped.
set -eu

zone=$(awk '$1 == "Node" { zone = $4 } $1 == "start_pfn:" { start[zone] = $2 }
	END { print start["HighMem"] + 0 }' /proc/zoneinfo)
base=$(cat /sys/kernel/debug/cma/reserved/base_pfn)
if [ "$zone" -eq 0 ] || [ "$base" -lt "$zone" ]; then
	echo "not ok 1 - area at $base is in high memory # that begins at $zone"
	echo 1..1
	exit 1
fi
export CMA_TESTS=heap,heapmap
exec sh /jobs/check.sh
