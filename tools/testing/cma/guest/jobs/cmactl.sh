#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# boot: dts=virt-test timeout=300 cmdline=cma.holders=256
# check: test-arm64
#
# cmactl in front of a kernel whose areas hold what this job has put there.
set -u
# shellcheck source-path=SCRIPTDIR source=lib.sh
. /jobs/lib.sh

pool=fixed-pool@50000000
small=dynamic-pool
out=/tmp/out
texts="$out $out.err"

# run STATUS NAME WORDS: cmactl must exit with that
run()
{
	wanted=$1 name=$2
	shift 2
	status=0
	cmactl "$@" >$out 2>$out.err || status=$?
	check "$name" "$status" "$wanted"
	if [ "$status" -ne "$wanted" ]; then
		sed 's/^/  /' $out $out.err
	fi
}

# All runs that are taken, out of the JSON: "PFN PAGES,PFN PAGES,..."
runs()
{
	awk '/"taken": \[/ { on = 1 } /\]/ { on = 0 }
		on && /"pfn"/ { gsub(/[^0-9]/, ""); pfn = $0 }
		on && /"pages"/ { gsub(/[^0-9]/, ""); printf "%s %s,", pfn, $0 }' $out
}

number_in()
{
	sed -n "s/.*\"$1\": \\([0-9-]*\\),*/\\1/p" $out | head -n 1
}

# 1000 and 536 pages side by side, then 256 of which the first half is given back
fill()
{
	for pages in 1000 536 256; do
		echo $pages >"$cma/$pool/alloc"
	done
	echo 128 >"$cma/$pool/free"
}

known_map()
{
	base=$(cat "$cma/$pool/base_pfn")
	run 0 "map: drawn" map $pool
	has "map: the first row is full" '^ *0x50000000 (A{64}|[A-Z]{64})$'
	has "map: what is taken" '# +6.5 MiB +taken'
	has "map: who has it" 'A +3.9 MiB +sh/'
	run 0 "map: as JSON" --json map $pool
	check "map: exactly these pages are taken" "$(runs)" \
		"$base 1536,$((base + 1664)) 128,"
	check "map: largest hole" "$(number_in largest_hole)" 2304
	check "map: cells" "$(sed -n 's/.*"cells": "\(.*\)",/\1/p' $out | wc -c)" 1025
	run 0 "map: as a picture" map $pool --svg /tmp/map.svg
	check "map: the picture is whole" "$(tail -n 1 /tmp/map.svg)" "</svg>"
}

known_figures()
{
	run 0 "list: works" list
	has "list: size, taken, hole" "^$pool +shared +16.0 +6.5 .* 9.0 "
	run 0 "show: works" show $pool
	has "show: address" ', 16.0 MiB at 0x50000000$'
	run 0 "show: as JSON" --json show $pool
	check "show: taken" "$(number_in taken)" 1664
	run 0 "holders: works" holders $pool
	check "holders: three" "$(grep -c "^$pool .* sh/" $out)" 3
	run 0 "top: works" top -n 2 -d 0.1
	check "top: two pictures" "$(grep -c '^AREA .*SIZE' $out)" 2
}

failures()
{
	echo 5000 2>/dev/null >"$cma/$pool/alloc"
	run 1 "explain: something is wrong" explain
	has "explain: which area" "$pool: the area can never serve this request"
	has "explain: how large it must be" 'at least 20 MiB'
	run 0 "blockers: works" blockers $pool
	has "blockers: failures" '^refused .* ago: 19.5 MiB .5000 pages.'
	run 0 "blockers: a range" blockers $pool 0x50000+16
	run 2 "blockers: a range outside" blockers $pool 0x10+16
	run 3 "show: an area that is not there" show nothing
}

# 500 pages, 700 of which the first 100 are given back, and 200 that do not fit
# there: 1400 pages are needed for 1300.
workload()
{
	alloc=$cma/$small/alloc free=$cma/$small/free
	run 0 "record: a command" record /tmp/trace -- sh -c \
		"echo 500 >$alloc; echo 700 >$alloc; echo 100 >$free; echo 200 >$alloc"
	run 0 "plan: enough" --json plan /tmp/trace --area $small
	check "plan: the least size" "$(number_in least)" 1400
	check "plan: the most that is held" "$(number_in peak)" 1300
	check "plan: what was there before" "$(number_in held_before)" 0
	check "plan: present size" "$(number_in present)" 2048
	check "plan: nothing was lost" "$(number_in lost)" 0
	run 0 "record: with memory held" record /tmp/trace -- sh -c "echo 200 >$free"
	run 0 "plan: what is held counts" --json plan /tmp/trace --area $small
	check "plan: held before" "$(number_in held_before)" 3
	run 1 "record: a command that fails" record /tmp/trace -- false
	check "record: leaves nothing behind" "$(ls /sys/kernel/tracing/instances)" ""
	echo 9999 >"$free"
}

# A driver's allocation that fails: everybody who tells of it says for which
# device it was.
devices()
{
	device=/sys/kernel/debug/cma_dma_test/cma-test-fixed
	status=1
	echo 20971520 2>/dev/null >$device/alloc || status=0
	result "device: the driver gets an errno" "$status"
	check "device: the record has it" \
		"$(sed -n '1s/.* pages=\([0-9]*\) .* device=\(.*\)/\1 \2/p' "$cma/$pool/failures")" \
		"5120 cma-test-fixed"
	check "device: the one before was for none" \
		"$(sed -n '2s/.* pages=\([0-9]*\) .* device=\(.*\)/\1 \2/p' "$cma/$pool/failures")" \
		"5000 -"
	run 0 "device: blockers" blockers $pool
	has "device: blockers names it" '^refused .* ago: 20.0 MiB .5120 pages. for cma-test-fixed, by sh/'
	run 1 "device: explain" explain
	has "device: explain names it" 'for cma-test-fixed'
	# The page allocator serves it in the end.
	cat "$cma/$pool/maxchunk" >"$cma/$pool/alloc"
	# Whatever failed before, the log has room for this after five seconds.
	sleep 6
	echo "1048576 warn" >$device/alloc
	logged "device: the log names it" \
		"cma: $pool: alloc of 256 pages for cma-test-fixed failed: full"
	echo 0 >$device/free
	echo 2304 >"$cma/$pool/free"
	echo 4194304 >$device/alloc
	run 0 "device: holders" holders $pool
	has "device: holders names it" "^$pool +4.0 .* cma-test-fixed "
	echo 0 >$device/free
}

heap()
{
	run 0 "test: 4 MiB twice" test $pool 4M 2
	has "test: how long" '2 of 2 times 4.0 MiB taken in'
	run 1 "test: more than there is" --json test $pool 100M
	check "test: nothing of it" "$(number_in obtained)" 0
}

# as_user STATUS NAME WORDS
as_user()
{
	wanted=$1 name=$2 status=0
	shift 2
	su user -c "cmactl $*" >$out 2>$out.err || status=$?
	check "$name" "$status" "$wanted"
}

privileges()
{
	mkdir -p /etc
	echo 'root:x:0:0::/:/bin/sh' >/etc/passwd
	echo 'user:x:1000:1000::/tmp:/bin/sh' >>/etc/passwd
	as_user 0 "user: list" list
	has "user: sees sizes" "^$pool +shared +16.0 +6.5 "
	as_user 0 "user: show as JSON" --json show $pool
	has "user: no addresses" '"base_pfn": null'
	as_user 4 "user: no map" map $pool
	has "user: why" '/sys/kernel/debug/cma: not for this user: run as root'
	as_user 4 "user: no holders" holders
	as_user 4 "user: no blockers" blockers $pool
	as_user 4 "user: no record" record /tmp/mine
	as_user 4 "user: no heap" test $pool
	as_user 1 "user: explain" explain
	has "user: what he may know" "$pool: allocations have failed"
}

# json NAME WORDS: the host holds each line "json NAME: ..." against the schema
json()
{
	name=$1
	shift
	cmactl --json "$@" </dev/null 2>/dev/null | sed "s/^/json $name: /"
}

# Every command, while the area is in use, has failed, and is what a user sees.
all_json()
{
	json list list
	json show show $pool
	json map map $pool
	json top top -n 1
	json holders holders
	json blockers blockers $pool
	json blockers-range blockers $pool 0x50000+16
	json explain explain
	json test test $pool 1M
	json test-not test $pool 100M
	json record record /tmp/trace.json -t 1
	json plan plan /tmp/trace --area $small
	for command in list "show $pool" explain "top -n 1"; do
		su user -c "cmactl --json $command" 2>/dev/null </dev/null |
			sed "s/^/json user-${command%% *}: /"
	done
}

fill
known_map
known_figures
failures
devices
heap
privileges
workload
all_json
echo 9999 >"$cma/$pool/free"
echo "1..$number"
