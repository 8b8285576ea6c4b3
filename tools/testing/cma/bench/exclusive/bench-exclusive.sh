#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# boot: dts=none mem=2G smp=1 cma=none timeout=3000 cmdline=loglevel=1 cmdline=cma_exclusive=block:1G
#
# The benchmark's job in the guest: CMA_BENCH=speed,fill says what to measure.
set -eu

insmod /lib/cma_exclusive_bench.ko
for what in $(echo "${CMA_BENCH:-speed,fill}" | tr , ' '); do
	cat "/sys/kernel/debug/cma_exclusive_bench/$what"
done
# A kernel may be built without the means to unload modules.
rmmod cma_exclusive_bench 2>/dev/null || true
used=$(cat /sys/kernel/debug/cma/block/used)
if [ "$used" = 0 ]; then
	echo "ok 1 - all is given back"
else
	echo "not ok 1 - all is given back # $used pages are taken"
fi
echo 1..1
