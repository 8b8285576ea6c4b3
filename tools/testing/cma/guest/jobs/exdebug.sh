#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# boot: dts=none cma=16M timeout=120 cmdline=cma_exclusive=vpu:8M,here:4M@0x50000000,there:4M@0x40000000,:4M cmdline=cma.poison=1 cmdline=cma.redzone=1
# check: test-arm64 test-arm
#
# Exclusive areas with the aids for debugging; and a list on the command line
# whose third element is in the way of the kernel and whose last has no name.
set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. /jobs/lib.sh

block=/sys/kernel/debug/cma_cblock
vpu=$cma/vpu

echo 1..14
echo 'WARNING: .* at .*mm/cma/exclusive\.c|cut here' >/tmp/log-expected

check "the areas that can be" "$(areas)" "here reserved vpu "
check "a place is kept" "$(cat "$cma"/here/base_pfn)" $((0x50000))
logged "what is in the way is named" 'cma: Failed to reserve 4 MiB for exclusive area there: error -16'
logged "what is not understood is named" 'cma: cma_exclusive=:4M ignored: not understood, expected name:size'

echo 8192 >$block/alloc
check "a red zone is part of what is used" "$(cat "$vpu"/used)" 3
echo 1 >$block/free
check "and goes with it" "$(cat "$vpu"/used)" 0
check "what keeps to the rules makes no noise" "$(splats overwritten)" 0

echo 8192 >$block/alloc
echo 1 >$block/overrun
echo 1 >$block/free
check "a write behind the end is noticed" "$(splats 'red zone at pfn .* was overwritten: byte 0 is 0x1')" 1

echo 8192 >$block/alloc
echo 1 >$block/late
check "a late write is not seen at once" "$(splats 'free memory')" 0
echo 8192 >$block/alloc
check "but before the memory is handed out" "$(splats 'free memory at pfn .* was overwritten: byte 0 is 0x1')" 1
read -r _ _ _ dirty <$block/list
check "which is clean all the same" "${dirty:-clean}" clean
echo 1 >$block/free
check "all is free" "$(cat "$vpu"/used)" 0
echo 8192 >$block/alloc
echo 1 >$block/free
check "a report is made once" "$(splats overwritten)" 2
check "each of the areas is one hole" "$(cat "$vpu"/maxchunk) $(cat "$cma"/here/maxchunk)" "2048 1024"
