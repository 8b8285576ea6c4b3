#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# boot: dts=none mem=2G smp=4 cma=96M timeout=7800 cmdline=hugetlb_cma=1G cmdline=cma.holders=4096
# check: debug-arm64 kcsan-arm64 rt-arm64
#
# The same load as the job stress, beside an area of gigantic pages that come and
# go.
set -eu

# shellcheck source-path=SCRIPTDIR source=stress.sh
. /jobs/stress.sh
