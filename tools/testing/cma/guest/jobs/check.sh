#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# boot: dts=virt-test timeout=900
# check: test-arm64 test-arm debug-arm64 debug-arm kcsan-arm64 rt-arm64
#
# All kselftests, as one TAP stream. Each program plans its tests first, so one
# that dies on the way leaves tests that never reported: those are failures,
# and so is a program that is not there. CMA_TESTS=pins,dma in the environment
# (init gets it from the kernel command line) runs only these.
set -eu

PROGRAMS="accounting badinput dma pins integrity interrupted longterm secrets concurrency"
PROGRAMS="$PROGRAMS faults heap heapmap heapfault heapfuzz events figures"
number=0

result()
{
	number=$((number + 1))
	echo "$1 $number - $2"
}

# A test's full name: the harness calls fixtureless ones global.
name_of()
{
	case $2 in
	"$1".*) echo "$2" ;;
	global.*) echo "$1.${2#global.}" ;;
	*) echo "$1.$2" ;;
	esac
}

# The results of one program, renumbered and named after it.
report()
{
	while read -r line; do
		case $line in
		"ok "*) verdict="ok" rest=${line#ok } ;;
		"not ok "*) verdict="not ok" rest=${line#not ok } ;;
		*) continue ;;
		esac
		rest=${rest#* }
		result "$verdict" "$(name_of "$1" "${rest#- }")"
	done <"/tmp/$1.tap"
}

# The tests that the program planned and never reported.
missing()
{
	planned=$(sed -n 's/^1\.\.\([0-9]*\).*/\1/p' "/tmp/$1.tap" | head -n 1)
	reported=$(grep -c -E '^(not )?ok ' "/tmp/$1.tap" || true)
	if [ -z "$planned" ]; then
		result "not ok" "$1 # printed no plan"
		return
	fi
	while [ "$reported" -lt "$planned" ]; do
		reported=$((reported + 1))
		result "not ok" "$1.test-$reported # never reported"
	done
}

# The raw output goes to the log, indented: only our own lines are results.
run()
{
	if [ ! -x "/selftests/$1" ]; then
		result "not ok" "$1 # not built"
		return
	fi
	status=0
	"/selftests/$1" >"/tmp/$1.tap" 2>&1 || status=$?
	sed 's/^/  /' "/tmp/$1.tap"
	report "$1"
	missing "$1"
	# 4 is what kselftest calls skipped.
	case $status in
	0 | 1 | 4) ;;
	*) result "not ok" "$1.exit # status $status" ;;
	esac
	sound "$1"
}

# Whatever the program did, the records of all areas agree.
sound()
{
	validate=/sys/kernel/debug/cma/validate
	[ -f "$validate" ] || return 0
	said=$(tr '\n' ';' <"$validate")
	if [ "$said" = "ok;" ]; then
		result ok "$1.validate"
	else
		result "not ok" "$1.validate # $said"
	fi
}

# Time stamps alone must not make the journal hold pages of an area.
mount -t ext4 -o noatime,lazytime /dev/vda /mnt
export CMA_TEST_DIR=/mnt
for program in $(echo "${CMA_TESTS:-$PROGRAMS}" | tr , ' '); do
	run "$program"
done
umount /mnt || result "not ok" "unmount # the disk is still in use"
echo "1..$number"
