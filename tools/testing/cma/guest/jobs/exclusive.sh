#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# boot-arm64: mem=1280M cmdline=cma_exclusive=vpu:512M
# boot-arm: mem=768M cmdline=cma_exclusive=vpu:128M
# boot: dts=virt-exclusive cma=16M timeout=300 cmdline=cma.holders=256
# check: test-arm64 test-arm debug-arm64
#
# Exclusive areas: blocks of hundreds of megabytes that are there at any time,
# from the command line and from the device tree, mapped and not.
set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. /jobs/lib.sh

block=/sys/kernel/debug/cma_cblock
dma=/sys/kernel/debug/cma_dma_test
sys=/sys/kernel/mm/cma
vpu=$cma/vpu
spare=$cma/spare-pool
nomap=$cma/vpu-pool@50000000
isp=$cma/isp-pool@52003000
pages=$(cat "$vpu"/count)
bytes=$((pages * 4096))

# try NAME FILE TEXT: a write that must succeed
try()
{
	status=0
	echo "$3" 2>/dev/null >"$2" || status=1
	result "$1" "$status" "write of '$3' failed"
}

# deny NAME FILE TEXT: a write that must fail
deny()
{
	status=0
	if echo "$3" 2>/dev/null >"$2"; then
		status=1
	fi
	result "$1" "$status" "write of '$3' succeeded"
}

used()
{
	cat "$1/used"
}

echo 'WARNING: .* at .*mm/cma/(cblock|exclusive)\.c|cut here' >/tmp/log-expected

# What there is
check "the area of the command line is exclusive" "$(cat $sys/vpu/class)" exclusive
check "the default area is shared" "$(cat $sys/reserved/class)" shared
check "the no-map node is exclusive" "$(cat $sys/vpu-pool@50000000/class)" "exclusive no-map"
check "the crooked range has all of its pages" "$(cat "$isp"/count)" $((0x501))
check "the dynamic node has its size, not that of blocks" "$(cat "$spare"/count)" $((0x280))
check "exclusive memory is not CmaTotal" "$(meminfo CmaTotal)" 16384
check "its free pages are counted on their own" "$(cat $sys/vpu/available_pages)" "$pages"
logged "the log tells of the node" 'Reserved memory: created exclusive CMA memory pool at 0x0*50000000, size 15360 KiB, no-map'

# What there is not, and where its memory went
logged "contradictory properties are named" 'node both-pool@5a000000 cannot be linux,cma-exclusive and reusable'
logged "a size that is not in pages is named" 'crooked-pool@5b000000: .* cannot be an exclusive area'
check "the first refused node loses no memory" "$(reserved_frames $((0x5a000)) 2048)" 0
check "the second one neither" "$(reserved_frames $((0x5b000)) 256)" 0
case $(areas) in
*both-pool* | *crooked-pool*) status=1 ;;
*) status=0 ;;
esac
result "neither is an area" "$status" "$(areas)"

# One block of all there is, while the rest of memory is full
mount -t tmpfs -o size=100% tmpfs /mnt
free=$(meminfo MemAvailable)
dd if=/dev/zero of=/mnt/fill bs=1M count=$((free / 1024 - 80)) 2>/dev/null || true
try "the whole area in one piece" $block/alloc "$bytes"
read -r _ asked size dirty <$block/list
check "the block knows its size" "$size" "$bytes"
check "the block is clean" "$asked ${dirty:-clean}" "$bytes clean"
check "all of the area is taken" "$(used "$vpu")" "$pages"
check "the next block serves what fits" "$(cat $block/largest)" $((0x280000))
try "the next block is asked when the first is full" $block/alloc 2621440
check "it is in the next block" "$(used "$spare")" $((0x280))
deny "when all are full there is nothing" $block/alloc 1
logged "the log says so" 'cblock: alloc of 1 bytes failed: largest hole 0 bytes'
try "both go back by address alone" $block/free 2
check "the largest hole is the area again" "$(cat $block/largest)" "$bytes"
rm /mnt/fill

# Alignment
for shift in 12 16 20 21 25; do
	echo "5000 $shift" >$block/alloc
done
wrong=$(awk '{ print $1 }' $block/list | for shift in 12 16 20 21 25; do
	read -r addr
	[ $((addr & ((1 << shift) - 1))) -eq 0 ] || echo "$addr"
done)
check "alignments are kept" "$wrong" ""
check "blocks are in pages" "$(used "$vpu")" 10

# Mistakes, each of which is a warning: not one for a kernel to stop at
warned=$(cat /proc/sys/kernel/panic_on_warn)
echo 0 >/proc/sys/kernel/panic_on_warn
echo inside >$block/wrong
echo outside >$block/wrong
echo vmalloc >$block/wrong
check "three wrong addresses, three warnings" "$(splats 'cblock: free of')" 3
check "they changed nothing" "$(used "$vpu")" 10
echo twice >$block/wrong
check "a second free is the fourth" "$(splats 'cblock: free of')" 4
echo 4 >$block/free
check "all is free" "$(used "$vpu")" 0

# Somebody else has a page of it
echo 20480 >$block/alloc
echo 1 >$block/pin
echo 1 >$block/free
check "a page in use stays taken" "$(used "$vpu")" 1
check "the log says so once" "$(splats 'still in use and stay taken')" 1
echo "$warned" >/proc/sys/kernel/panic_on_warn
try "others are served around it" $block/alloc 8192
echo 0 >$block/pin
echo 1 >$block/free
check "it is free when its last user has gone" "$(used "$vpu")" 0

# Managed blocks
try "a managed block" $block/alloc "65536 16 managed"
try "another one" $block/alloc "65536 16 managed"
try "one goes back early" $block/free 1
check "one is held" "$(used "$vpu")" 16
check "its device is known" "$(grep -c cma-cblock-test "$vpu"/holders)" 1
echo 1 >$block/unbind
check "the driver goes, its memory comes back" "$(used "$vpu")" 0

# Devices: 5 MiB are 5 MiB here and 8 MiB in the kernel's own pool
five=5242880
for i in 1 2 3; do
	try "5 MiB without rounding, $i" $dma/cma-test-vpu/alloc "$five"
done
check "three of them are 15 MiB" "$(used "$nomap")" 3840
try "5 MiB of the kernel's own pool" $dma/cma-test-legacy/alloc "$five"
deny "it has no room for a second" $dma/cma-test-legacy/alloc "$five"
echo 77 >$dma/cma-test-vpu/fill
echo 78 >$dma/cma-test-legacy/fill
check "the pattern holds" "$(cat $dma/cma-test-vpu/verify)" ok
check "in the kernel's own pool, too" "$(cat $dma/cma-test-legacy/verify)" ok
check "the device and its driver are recorded" \
	"$(grep -c 'cma-test-vpu.* \(add_buffer\|allocate\|alloc_write\)+' "$nomap"/holders)" 3
check "callers are added up" "$(sed -n '2s/ [^ ]*$//p' "$nomap"/callers)" "3840 3"
echo 0 >$dma/cma-test-vpu/free
echo 0 >$dma/cma-test-legacy/free
check "all comes back" "$(used "$nomap")" 0
try "interrupts off" $dma/cma-test-vpu/alloc "100000 atomic"
try "a mapped area serves a device" $dma/cma-test-isp/alloc 3000000
check "from where it belongs" "$(used "$isp")" 733
echo 0 >$dma/cma-test-vpu/free
echo 0 >$dma/cma-test-isp/free

# Holders of a shared area
echo 10 >"$cma"/reserved/alloc
check "a shared area has records, too" "$(grep -c '^0x.* 10 .*alloc_set' "$cma"/reserved/holders)" 1
echo 10 >"$cma"/reserved/free
check "they go with the memory" "$(grep -c alloc_set "$cma"/reserved/holders)" 0
umount /mnt
echo "1..$number"
