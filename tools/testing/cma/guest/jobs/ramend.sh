#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# boot: dts=none mem=512M cma=64M@0x5c000000 timeout=120
# check: test-arm
#
# An area that ends where memory ends: no look goes beyond its last frame. (On
# arm64 the end of memory is taken before areas are reserved.)
set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. /jobs/lib.sh

area=$cma/reserved
echo 1..5
check "the area ends with the memory" "$(cat "$area"/base_pfn)" 376832
before=$(cat "$area"/used)
whole=$(cat "$area"/maxchunk)
echo "$whole" >"$area"/alloc
check "all of it can be had" "$(cat "$area"/used)" "$((before + whole))"
echo "$whole" >"$area"/free
mount -t tmpfs -o size=400m tmpfs /mnt
dd if=/dev/zero of=/mnt/fill bs=1M count=330 2>/dev/null
# What is cheapest to empty is taken first, so there may be holes on both sides.
status=0
for size in 1 3 100; do
	echo $size >"$area"/alloc || status=1
done
while hole=$(cat "$area"/maxchunk) && [ "$hole" -gt 0 ]; do
	echo "$hole" >"$area"/alloc || { status=1; break; }
done
result "it can be had a piece at a time while lent" "$status" "an allocation failed"
check "that was all of it" "$(cat "$area"/used)" "$((before + whole))"
echo 20000 >"$area"/free
check "all of it is given back" "$(cat "$area"/used)" "$before"
