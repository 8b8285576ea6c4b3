#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Self test of the rig: a warning that the job announced is no failure.
set -eu

echo 'WARNING: .*lkdtm_WARNING|cut here' >/tmp/log-expected
echo 1..1
echo WARNING >/sys/kernel/debug/provoke-crash/DIRECT
echo "ok 1 - first"
