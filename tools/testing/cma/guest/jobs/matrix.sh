#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# boot: timeout=120
# check: none
#
# One boot of the boot matrix: says what is there, and the host compares. The
# cases are in tools/testing/cma/matrix/.
set -eu

echo 1..1
if /bin/boot-report; then
	echo "ok 1 - the boot is reported"
else
	echo "not ok 1 - the boot is reported"
fi
unbind=$(tr ' ' '\n' </proc/cmdline | sed -n 's/^cma_rebind=//p')
for device in $unbind; do
	driver=/sys/bus/platform/drivers/cma-dma-test
	echo "$device" >"$driver/unbind"
	echo "report: unbound $device"
	echo "$device" >"$driver/bind"
done
[ -z "$unbind" ] || /bin/boot-report | sed 's/^report: device/report: again/'
