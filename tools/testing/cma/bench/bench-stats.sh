#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# boot: dts=virt-test mem=768M smp=1 cma=128M timeout=1800 cmdline=loglevel=1
#
# What a pair of allocation and release takes: pages, pause in ms, ns.
set -eu

at()
{
	awk -v name="$1" '$3 == name { print "0x" $1 }' /proc/kallsyms
}

pairs=/sys/kernel/debug/cma_bench/pairs
insmod /lib/cma_bench.ko alloc_at="$(at cma_alloc)" release_at="$(at cma_release)"
n=0
for run in "1 100000 0" "8 50000 0" "64 20000 0" "1024 5000 0" "1 300 20" "64 300 20" "1024 300 20"; do
	n=$((n + 1))
	echo "$run" >$pairs
	echo "pair,${run%% *},${run##* },$(cat $pairs)"
	echo "ok $n - $run"
done
rmmod cma_bench 2>/dev/null || true
echo "1..$n"
