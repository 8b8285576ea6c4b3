#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Self test of the rig: a job that must come out green, or the red ones prove nothing.
set -eu

echo 1..2
echo "ok 1 - first"
echo "ok 2 - second # SKIP to see that it is counted apart"
