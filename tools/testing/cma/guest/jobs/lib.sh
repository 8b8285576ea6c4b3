# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# check: none
#
# What the jobs share: TAP lines, and looks at areas and the kernel log.

number=0
cma=/sys/kernel/debug/cma

# result NAME STATUS [REASON]
result()
{
	number=$((number + 1))
	if [ "$2" -eq 0 ]; then
		echo "ok $number - $1"
	else
		echo "not ok $number - $1 # ${3:-}"
	fi
}

# check NAME VALUE EXPECTED
check()
{
	status=0
	[ "$2" = "$3" ] || status=1
	result "$1" "$status" "$2, expected $3"
}

# has NAME ERE: a line of what a program said, in the files $texts
has()
{
	status=0
	# shellcheck disable=SC2086 # a list of files
	cat ${texts:?} | grep -qE "$2" || status=1
	result "$1" "$status" "no line like '$2'"
	# shellcheck disable=SC2086
	[ "$status" -eq 0 ] || sed 's/^/  /' $texts
}

# logged NAME ERE: a line of the kernel log
logged()
{
	status=0
	dmesg | grep -qE "$2" || status=1
	result "$1" "$status" "no line like '$2'"
}

areas()
{
	for area in "$cma"/*; do
		[ ! -d "$area" ] || printf '%s ' "${area##*/}"
	done
}

meminfo()
{
	sed -n "s/^$1: *\([0-9]*\) kB/\1/p" /proc/meminfo
}

# Of COUNT frames from PFN on: how many no allocator has (KPF_RESERVED, bit 32)
reserved_frames()
{
	dd if=/proc/kpageflags bs=8 skip="$1" count="$2" 2>/dev/null |
		hexdump -v -e '2/4 "%08x " "\n"' |
		awk 'substr($2, 8) ~ /[13579bdf]/ { n++ } END { print n + 0 }'
}

# The misuse that KUnit tries at boot leaves warnings, too.
before=$(dmesg | wc -l)

# splats PATTERN: how many warnings say so since the job began
splats()
{
	dmesg | tail -n "+$((before + 1))" | grep -c "$1" || true
}
