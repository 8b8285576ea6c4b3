#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# boot: dts=none mem=512M cma=256M timeout=600 cmdline=initramfs_async=0 cmdline=cma.favour=100
# check: test-arm64
#
# Half of all memory is in an area. How much fits before the kernel kills for
# want of memory, with areas favoured from the beginning, as the stock kernel
# does, and never? Neither of the first two may leave much of the area idle. The
# last one may: what comes with the pages but cannot be in an area finds no
# memory then. At boot they are not favoured: KUnit's tests want an area that
# nobody else uses. Page cache that can be dropped never runs out: what counts is
# how much of the area it uses when more is read than there is memory.
#
# Whatever lay in the area, all of it can be had afterwards; also when the rest
# of memory is full of what cannot move.
set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. /jobs/lib.sh

favour=/sys/module/cma/parameters/favour
area=$cma/reserved

# What was free in areas, in MiB, when the kernel killed last
idle()
{
	dmesg | sed -n 's/.* free_cma:\([0-9]*\)$/\1/p' | tail -n 1 |
		awk '{ print int($1 / 256) }'
}

# Take all of the area. Metadata of the file system is busy for a moment after
# each of its writes.
take_all()
{
	sync
	tries=20 sum=0
	while hole=$(cat "$area/maxchunk") && [ "$hole" -gt 0 ]; do
		if echo "$hole" >"$area/alloc" 2>/dev/null; then
			sum=$((sum + hole))
		elif [ "$tries" -gt 0 ]; then
			tries=$((tries - 1))
			sleep 1
		else
			break
		fi
	done
}

give_all()
{
	[ "$sum" = 0 ] || echo "$sum" >"$area/free"
}

whole_area()
{
	take_all
	check "$1: all of the area can be had" "$(cat "$area/used")" \
		"$(cat "$area/count")"
	give_all
}

until_killed()
{
	echo 3 >/proc/sys/vm/drop_caches
	room=$(($(meminfo MemAvailable) / 1024))
	status=0
	had=$(cma-fill "$1" /mnt/sparse) || status=$?
	left=$(idle)
	echo "# favour $percent: $room MiB available, $had MiB of $1 fit, ${left:-?} MiB of the area idle"
	result "favour $percent: $1 memory until it runs out" "$status" "status $status"
	[ "$percent" -le 50 ] || return 0
	status=0
	[ "${left:-256}" -lt 26 ] || status=1
	result "favour $percent: no more than a tenth of the area is idle then" \
		"$status" "${left:-no line in the log says how many} MiB"
}

page_cache()
{
	echo 3 >/proc/sys/vm/drop_caches
	dd if=/mnt/sparse of=/dev/null bs=1M 2>/dev/null
	left=$(($(meminfo CmaFree) / 1024))
	echo "# favour $percent: $(($(meminfo Cached) / 1024)) MiB of page cache, $left MiB of the area idle"
	# Who reclaims does not know yet how much of it helped.
	[ "$percent" = 50 ] || return 0
	status=0
	[ "$left" -lt 128 ] || status=1
	result "favour $percent: page cache uses most of the area" "$status" "$left MiB idle"
}

# What a file system keeps for as long as it is mounted shall not be in the area.
take_all
mount -t ext4 -o noatime,lazytime /dev/vda /mnt
give_all
truncate -s 1G /mnt/sparse
for percent in 0 50 100; do
	if [ -f $favour ]; then
		echo $percent >$favour
	elif [ $percent != 50 ]; then
		continue
	fi
	for kind in anon shmem file; do
		until_killed $kind
	done
	page_cache
	whole_area "favour $percent, after page cache"
done

[ ! -f $favour ] || echo 0 >$favour
echo 3 >/proc/sys/vm/drop_caches
cma-fill pipe 40 >/tmp/held &
until [ -s /tmp/held ]; do
	kill -0 $! 2>/dev/null || break
	sleep 1
done
echo "# $(cat /tmp/held) MiB are held by the kernel and cannot move"
status=0
[ "$(cat /tmp/held)" -ge 64 ] || status=1
result "the kernel holds memory that cannot move" "$status" "$(cat /tmp/held) MiB"
whole_area "beside it"
kill $!
wait $! 2>/dev/null || true
umount /mnt

if [ -f $favour ]; then
	echo 100 >$favour
	for wrong in 101 -1 half; do
		status=0
		if echo $wrong >$favour 2>/dev/null; then
			status=1
		fi
		result "favour $wrong is refused" "$status" "accepted"
	done
	check "and changes nothing" "$(cat $favour)" 100
fi
echo "1..$number"
