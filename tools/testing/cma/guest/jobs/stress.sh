#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# boot: dts=virt-test mem=768M smp=4 cma=96M timeout=7800 cmdline=cma_exclusive=vpu:16M cmdline=cma.holders=4096 cmdline=init_on_free=1
# boot-arm64: mem=640M,maxmem=1G object=memory-backend-ram,id=spare,size=128M
# boot-arm64: device=virtio-mem-pci,memdev=spare,requested-size=128M
# boot-arm64: cmdline=memhp_default_state=online_movable
# check: test-arm64 debug-arm64 debug-arm kcsan-arm64 rt-arm64
#
# Everything at once, with a seed, then the same with steps that fail on purpose.
# CMA_SEED, CMA_SECONDS (of each round) and CMA_ROUNDS in the environment make it
# another or a longer run.
set -eu

seed=${CMA_SEED:-1}
rounds=${CMA_ROUNDS:-2}
last=$((seed + rounds - 1))
number=0

mount -t ext4 -o noatime,lazytime /dev/vda /mnt
export CMA_TEST_DIR=/mnt CMA_SECONDS="${CMA_SECONDS:-12}"
while [ "$seed" -le "$last" ]; do
	status=0
	CMA_SEED=$seed CMA_FAULTS=$(((seed + 1) % 2)) /selftests/stress \
		>/tmp/stress.tap 2>&1 || status=$?
	sed 's/^/  /' /tmp/stress.tap
	planned=$(sed -n 's/^1\.\.\([0-9]*\).*/\1/p' /tmp/stress.tap)
	grep -E '^(not )?ok ' /tmp/stress.tap >/tmp/stress.results || true
	while read -r line; do
		number=$((number + 1))
		word=${line%%ok *}ok
		echo "$word $number - seed $seed: ${line#"$word" * }"
	done </tmp/stress.results
	number=$((number + 1))
	if [ "$status" -eq 0 ] && [ "$(wc -l </tmp/stress.results)" = "$planned" ]; then
		echo "ok $number - seed $seed: ran to its end"
	else
		echo "not ok $number - seed $seed: ran to its end # status $status, ${planned:-no} tests planned"
	fi
	seed=$((seed + 1))
done
umount /mnt
echo "1..$number"
