#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# boot: dts=none mem=3G cma=16M timeout=300 cmdline=hugetlb_cma=1G
# check: test-arm64
#
# Gigantic pages out of the area that hugetlb_cma= reserves: the only stock user
# that allocates compound pages of more than the page allocator's largest order,
# gives back other sizes than it took, and has units of more than one frame.
set -eu

# shellcheck source-path=SCRIPTDIR source=lib.sh
. /jobs/lib.sh

area=$cma/hugetlb0
huge=/sys/kernel/mm/hugepages

# pool SIZE-IN-KIB: how many pages of that size the pool has
pool()
{
	cat "$huge/hugepages-$1kB/nr_hugepages"
}

set_pool()
{
	echo "$2" >"$huge/hugepages-$1kB/nr_hugepages"
}

echo 1..16
check "the area has the size asked for" "$(cat "$area"/count)" 262144
check "a unit is a huge page" "$(cat "$area"/order_per_bit)" 9
check "programs get no heap on it" "$(echo /dev/dma_heap/*)" \
	"/dev/dma_heap/default_cma_region /dev/dma_heap/reserved /dev/dma_heap/system"

set_pool 1048576 1
check "a page of 1 GiB is served" "$(pool 1048576)" 1
check "all of the area is taken" "$(cat "$area"/used)" 262144
set_pool 1048576 0
check "the page of 1 GiB is given back" "$(cat "$area"/used)" 0

set_pool 32768 3
check "pages of 32 MiB are served" "$(pool 32768)" 3
check "three pages of 32 MiB are taken" "$(cat "$area"/used)" 24576
set_pool 32768 0
check "the pages of 32 MiB are given back" "$(cat "$area"/used)" 0

# Demoted, the page of 1 GiB goes back in pieces.
set_pool 1048576 1
echo 2048kB >"$huge/hugepages-1048576kB/demote_size"
echo 1 >"$huge/hugepages-1048576kB/demote"
check "a page of 1 GiB becomes pages of 2 MiB" "$(pool 2048)" 512
set_pool 2048 100
check "most of its pieces are given back" "$(cat "$area"/used)" 51200
set_pool 2048 0
check "all of its pieces are given back" "$(cat "$area"/used)" 0
check "the area is one hole again" "$(cat "$area"/maxchunk)" 262144

# A huge page that is only lent memory of the area is no allocation from it.
set_pool 2048 300
check "huge pages of lent memory" "$(pool 2048)" 300
set_pool 2048 0
check "they go back to the page allocator" "$(pool 2048)" 0
set_pool 1048576 1
check "a page of 1 GiB is served again" "$(cat "$area"/used)" 262144
set_pool 1048576 0
