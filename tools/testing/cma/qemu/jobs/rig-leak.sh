#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Self test of the rig: pages of an area are taken and never given back.
set -eu

for area in /sys/kernel/debug/cma/*; do
	break
done
echo 1..1
echo 16 >"$area/alloc"
echo "ok 1 - first"
