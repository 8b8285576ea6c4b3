#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# boot: timeout=300 cmdline=initramfs_async=0
# check: none
#
# The KUnit suites that ran while the kernel booted, on a kernel that has no other
# tests in it: their results are handed on by init. Here it is only looked whether
# there are any, and an area that they could use. The initramfs is unpacked before
# they begin: where half of the memory is an area, its files would move in while
# tests pin frames of their choice.
set -eu

# shellcheck source-path=SCRIPTDIR source=lib.sh
. /jobs/lib.sh

status=0
[ -n "$(areas)" ] || status=1
result "there is an area" "$status"
status=0
[ -n "$(ls /sys/kernel/debug/kunit/cma_*/results)" ] || status=1
result "suites ran" "$status" "none left its results"
echo "1..$number"
