#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# boot: dts=virt-default cma=none timeout=300
# check: test-arm64 test-arm
#
# The default area comes from the device tree: it is the only one, and it
# serves a device without a region of its own.
set -eu

CMA_TESTS="dma accounting heap" exec sh /jobs/check.sh
