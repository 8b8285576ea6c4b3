#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# boot: dts=none cma=32M@0x50000000 timeout=60
# check: test-arm64 test-arm
#
# cma= with a start: the area is there and nowhere else.
set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. /jobs/lib.sh

echo 1..5
check "one area" "$(areas)" "reserved "
check "it is where it was asked for" "$(cat "$cma/reserved/base_pfn")" 327680
check "it has the size asked for" "$(cat "$cma/reserved/count")" 8192
check "it is counted" "$(meminfo CmaTotal)" 32768
logged "the log says so" 'cma: Reserved 32 MiB at 0x0*50000000'
