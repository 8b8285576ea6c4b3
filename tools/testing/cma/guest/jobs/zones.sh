#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# boot: dts=none mem=1G cma=64M@0x5e000000 timeout=120 cmdline=kernelcore=512M
# check: test-arm64
#
# An area over the boundary of two zones cannot be activated: all of its memory
# goes back to the system, nothing is counted, and devices are served without.
set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. /jobs/lib.sh

echo 1..5
check "the area has no files" "$(areas)" ""
check "nothing is counted" "$(meminfo CmaTotal)" 0
check "no frame stays reserved" "$(reserved_frames 385024 16384)" 0
logged "the log names zones and place" 'cma: area reserved spans zones Normal of node 0 and Movable of node 0 at pfn 0x6.*'
logged "the log says where the memory went" 'CMA area reserved could not be activated, 65536 KiB go back'
