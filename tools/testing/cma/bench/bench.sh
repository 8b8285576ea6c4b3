#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# boot: dts=none mem=768M smp=1 cma=128M timeout=1500 cmdline=loglevel=1
#
# The benchmark's job in the guest. CMA_BENCH=idle,pins in the environment (init
# gets it from the kernel command line) names the scenarios. The console stays
# silent: printing is slow, and no part of what is measured.
set -eu

scenarios=$(echo "${CMA_BENCH:-floor,idle,pins,full,camera}" | tr , ' ')
case " $scenarios " in
*" full "* | *" camera "*) mount -t ext4 /dev/vda /mnt ;;
esac
case " $scenarios " in
*" holes "*) insmod /lib/cma_bench.ko ;;
esac
export CMA_TEST_DIR=/mnt
status=0
# shellcheck disable=SC2086 # a list of words
cma-bench $scenarios || status=$?
umount /mnt 2>/dev/null || true
rmmod cma_bench 2>/dev/null || true
exit "$status"
