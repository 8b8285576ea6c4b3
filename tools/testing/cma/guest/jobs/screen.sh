#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# boot: timeout=180
# check: none
#
# A board's display shows a picture out of its area. The host compares what is on
# the screen: tools/testing/cma/matrix/screen.
set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. /jobs/lib.sh

go=/dev/null
for dir in /sys/class/virtio-ports/*; do
	[ "$(cat "$dir/name")" != go ] || go=/dev/${dir##*/}
done

used()
{
	cat "$cma/display/used"
}

before=$(used)
{
	status=0
	/bin/screen <"$go" || status=$?
	echo "$status" >/tmp/screen-status
} | tee /tmp/screen-output &
while [ ! -s /tmp/screen-output ]; do
	sleep 1
done
during=$(used)
# What the controller itself has been told, and works at.
place=$(sed -n 's/.*UBAS.*: \(0x[0-9a-f]*\)$/\1/p' /sys/kernel/debug/dri/0/regs)
wait
base=$(($(cat "$cma/display/base_pfn") * 4096))
count=$(cat "$cma/display/count")
bytes=$(awk '/^screen:/ { print $4 }' /tmp/screen-output)

status=$(cat /tmp/screen-status)
result "the display was switched to a buffer" "$status" "status $status"
check "the area gave all of the buffer" "$((during - before))" "$(((bytes + 4095) / 4096))"
status=0
if [ "$((place))" -lt "$base" ] || [ "$((place + bytes))" -gt "$((base + count * 4096))" ]; then
	status=1
fi
result "the controller reads from its area" "$status" "${place:-nothing} is not in $base + $count pages"
check "the buffer went back" "$(used)" "$before"
echo "1..$number"
