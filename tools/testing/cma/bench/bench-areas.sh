#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# boot: dts=virt-test mem=768M smp=4 cma=128M timeout=1800 cmdline=loglevel=1
#
# The benchmark's job on several processors, with more areas than the default.
set -eu

exec sh /jobs/bench.sh
