#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# boot: dts=virt-default cma=64Mxyz timeout=60 cmdline=numa_cma cmdline=cma_pernuma=1Z
# check: test-arm64
#
# A typing error in cma= is named and ignored: it neither reserves something
# else nor takes the default area of the device tree away. Options without a
# value do not crash.
set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. /jobs/lib.sh

echo 1..4
check "the tree's default area is there" "$(areas | grep -c default)" 1
logged "the bad value is named" 'cma: cma=64Mxyz ignored: not understood, expected .name:.size'
logged "a missing value is named" 'cma: numa_cma needs a value: node:size'
logged "a bad size is named" 'cma: cma_pernuma=1Z ignored: not understood'
