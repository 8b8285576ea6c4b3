#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# cmactl top while figures change: rates, and latencies of the last interval.
set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$HERE/lib.sh"

cd "$O"
rm -rf live
: >top.out
cp -r "$(tree board)" live
files=live/sys/kernel/mm/cma/reserved

# appears ERE: in what top has written so far; a minute is for ever
appears()
{
	tries=0
	while ! grep -qE "$1" top.out; do
		tries=$((tries + 1))
		[ "$tries" -lt 600 ] || return 1
		sleep 0.1
	done
}

"$CMACTL" --root "$O/live" --page-size 4096 top -d 0.1 >top.out 2>/dev/null </dev/null &
top=$!
status=0
appears '^reserved +64.0 +14.0 +28.8 +- +- +<8 us +<64 us' || status=1
result "live: no rates before there is something to compare" "$status"

# 1000 pages more, and 100 claims of 2 to 4 ms. A file that is being written could
# be read empty.
echo 25000 >allocated
mv allocated "$files/alloc_pages_success"
sed -i 's/^claim .*/claim 0 0 0 30 9 0 1 0 0 0 0 0 100 0 0 0 0 0 0 0 0 0 0 0/' "$files/latency"
status=0
appears '^reserved +64.0 +14.0 +28.8 +([1-9][0-9.]*|0\.[1-9]) +0\.0 ' || status=1
result "live: pages allocated a second" "$status"
status=0
appears ' <4\.1 ms +<4\.1 ms +<8\.2 ms' || status=1
result "live: latencies of the interval alone" "$status"

kill -INT "$top"
status=0
wait "$top" || status=$?
result "live: an interrupt ends it" "$status" "exit status $status"
echo "1..$number"
