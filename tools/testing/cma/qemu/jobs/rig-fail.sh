#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Self test of the rig: one of the job's own tests fails.
set -eu

echo 1..2
echo "ok 1 - first"
echo "not ok 2 - second # on purpose"
