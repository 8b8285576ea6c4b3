#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# boot: dts=none mem=3G,maxmem=4G smp=4 cma=96M timeout=7800 cmdline=hugetlb_cma=1G cmdline=cma.holders=4096
# boot: object=memory-backend-ram,id=spare,size=128M
# boot: device=virtio-mem-pci,memdev=spare,requested-size=128M
# boot: cmdline=memhp_default_state=online_movable
# check: debug-arm64 kcsan-arm64 rt-arm64
#
# The same load as the job stress, beside an area of gigantic pages that come and
# go. It takes the same words: CMA_SEED, CMA_SECONDS, CMA_ROUNDS. In 2 GiB there is
# no free place for a page of 1 GiB.
set -eu

# shellcheck source-path=SCRIPTDIR source=stress.sh
. /jobs/stress.sh
