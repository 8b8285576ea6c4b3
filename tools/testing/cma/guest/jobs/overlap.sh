#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# boot: dts=none cma=64M@0x40000000 timeout=60
# check: test-arm64 test-arm
#
# A fixed place that the kernel itself is in: no area, no memory lost, a reason.
set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. /jobs/lib.sh

echo 1..3
check "there is no area" "$(areas)" ""
check "nothing is counted" "$(meminfo CmaTotal)" 0
logged "the log says why" 'cma: Region at 0x0*40000000, .* overlaps the kernel'
