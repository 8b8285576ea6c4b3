#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Self test of the rig: the kernel warns, the tests pass.
set -eu

echo 1..1
echo WARNING >/sys/kernel/debug/provoke-crash/DIRECT
echo "ok 1 - first"
