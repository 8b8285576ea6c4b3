#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# boot: dts=none mem=768M smp=1 cma=128M timeout=3600 cmdline=loglevel=1
#
# The benchmark's job in the guest. CMA_BENCH=idle,pins in the environment (init
# gets it from the kernel command line) names the scenarios; with CMA_BENCH_IRQS=1
# interrupts are watched instead of the clock. The console stays
# silent: printing is slow, and no part of what is measured.
set -eu

scenarios=$(echo "${CMA_BENCH:-floor,idle,pins,full,camera}" | tr , ' ')
case " $scenarios " in
*" full "* | *" camera "*) mount -t ext4 /dev/vda /mnt ;;
esac
[ ! -f /lib/cma_bench.ko ] || insmod /lib/cma_bench.ko
export CMA_TEST_DIR=/mnt
status=0
# shellcheck disable=SC2086 # a list of words
cma-bench $scenarios || status=$?
umount /mnt 2>/dev/null || true
rmmod cma_bench 2>/dev/null || true
exit "$status"
