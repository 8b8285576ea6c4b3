#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# boot: dts=none mem=512M cma=256M timeout=200 cmdline=initramfs_async=0 cmdline=cma.favour=100
# check: test-arm64
#
# Half of all memory is in an area. How much fits before the kernel kills for
# want of memory, with areas favoured from the beginning, as the stock kernel
# does, and never? Neither of the first two may leave much of the area idle. The
# last one may: what comes with the pages but cannot be in an area finds no
# memory then. At boot they are not favoured: KUnit's tests want an area that
# nobody else uses.
set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. /jobs/lib.sh

favour=/sys/module/cma/parameters/favour

# What was free in areas, in MiB, when the kernel killed last
idle()
{
	dmesg | sed -n 's/.* free_cma:\([0-9]*\)$/\1/p' | tail -n 1 |
		awk '{ print int($1 / 256) }'
}

for percent in 0 50 100; do
	if [ -f $favour ]; then
		echo $percent >$favour
	elif [ $percent != 50 ]; then
		continue
	fi
	for kind in anon shmem; do
		sync
		echo 3 >/proc/sys/vm/drop_caches
		room=$(($(meminfo MemAvailable) / 1024))
		status=0
		had=$(cma-fill $kind) || status=$?
		left=$(idle)
		echo "# favour $percent: $room MiB available, $had MiB of $kind fit, ${left:-?} MiB of the area idle"
		result "favour $percent: $kind memory until it runs out" "$status" "status $status"
		[ $percent -le 50 ] || continue
		status=0
		[ "${left:-256}" -lt 26 ] || status=1
		result "favour $percent: no more than a tenth of the area is idle then" \
			"$status" "${left:-no line in the log says how many} MiB"
	done
done
if [ -f $favour ]; then
	for wrong in 101 -1 half; do
		status=0
		if echo $wrong >$favour 2>/dev/null; then
			status=1
		fi
		result "favour $wrong is refused" "$status" "accepted"
	done
	check "and changes nothing" "$(cat $favour)" 100
fi
echo "1..$number"
