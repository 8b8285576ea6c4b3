#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# boot: dts=virt-test timeout=300
# check: run-arm64 test-arm
#
# The main job: lend the area out, take it back for a driver, lose nothing.
set -eu

# Time stamps alone must not make the journal hold pages of an area.
mount -t ext4 -o noatime,lazytime /dev/vda /mnt
status=0
cma-run /mnt || status=$?

# What the areas look like now, with a buffer of 16 MiB in one of them.
pages=4096
area=/sys/kernel/debug/cma/reserved
echo "$pages" >"$area/alloc" || status=1
echo
cmactl list || status=1
echo
cmactl map reserved 2>/dev/null || status=1
echo "$pages" >"$area/free"
umount /mnt
exit "$status"
