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
umount /mnt
exit "$status"
