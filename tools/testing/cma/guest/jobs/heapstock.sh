#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# boot: dts=none timeout=240
# check: test-arm64 test-arm
#
# Who used heaps before: the kernel's own test of dma-buf heaps, as it is, and a
# program that knows nothing but the client header.
set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. /jobs/lib.sh

cd /tmp
status=0
/bin/dmabuf-heap >stock.tap 2>&1 || status=$?
sed 's/^/  /' stock.tap
result "dmabuf-heap ends without an error" "$status" "status $status"
heaps=$(sed -n 's/^# Testing heap: //p' stock.tap | sort | tr '\n' ' ')
check "dmabuf-heap met all heaps" "$heaps" "default_cma_region reserved system "
check "dmabuf-heap has no failure" "$(grep -c '^not ok' stock.tap || true)" 0
check "dmabuf-heap passed its tests" \
	"$(grep -c "^ok" stock.tap || true)" 33

status=0
cma-heap-demo -n 6 -s 1843200 -f 30 >demo.out 2>&1 || status=$?
sed 's/^/  /' demo.out
result "cma-heap-demo runs" "$status" "$(cat demo.out)"
status=0
cma-heap-demo -h system >demo.out 2>&1 || status=$?
result "cma-heap-demo runs on a heap that is none of ours" "$status" "$(cat demo.out)"
status=0
cma-heap-demo -s 100000000 >demo.out 2>&1 || status=$?
check "cma-heap-demo says why it cannot" "$status $(cat demo.out)" \
	"1 cma-heap-demo: buffers: Cannot allocate memory"
check "no buffer is left" "$(cat /sys/kernel/mm/cma_heap/default_cma_region/used)" 0
echo "1..$number"
