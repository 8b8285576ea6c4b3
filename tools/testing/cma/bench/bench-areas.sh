#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# boot: dts=virt-test mem=768M smp=4 cma=128M timeout=900
#
# The benchmark's job on several processors, with more areas than the default.
set -eu

exec sh /jobs/bench.sh
