#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# boot: dts=virt-test timeout=600 cmdline=page_owner=on
# check: trace-arm64
#
# With page_owner=on the pages in the way of an allocation have an owner: in the
# files of the area, in what cmactl says of them, and in the selftest that asks.
set -u
# shellcheck source-path=SCRIPTDIR source=lib.sh
. /jobs/lib.sh

area=reserved
out=/tmp/out
texts=$out

# Begin to hold pages; who holds them says so, or ends.
pin()
{
	mkfifo /tmp/hold /tmp/held
	cma-pin </tmp/hold >/tmp/held &
	holder=$!
	exec 3>/tmp/hold
	read -r said </tmp/held
	check "pages are held" "${said#[1-8]}" " pages of $area held"
}

test -f /sys/kernel/debug/page_owner
result "page_owner is on" $?
pin
status=1
cat "$cma/$area/maxchunk" >"$cma/$area/alloc" 2>/dev/null || status=0
result "what they are in the way of fails" "$status" "it did not"
cat "$cma/$area/failures" >$out
has "failures: the owner of a blocker" \
	"^  pfn=0x[0-9a-f]* kind=anon .* owner=task:cma-pin/$holder\$"
cmactl blockers $area >$out
has "blockers: their owner" "^0x[0-9a-f]+ +1 +anon .* held +task:cma-pin/$holder\$"
sed 's/^/  /' $out
cmactl --json blockers $area >$out
has "blockers: their owner as JSON" "\"owner\": \"task:cma-pin/$holder\""
cmactl explain >$out
has "explain: their owner" "task:cma-pin/$holder( |\$)"
sed 's/^/  /' $out
exec 3>&-
wait "$holder"
result "the holder lets go" $?

/selftests/figures -f blockers >/tmp/tap 2>&1
sed 's/^/  /' /tmp/tap
for test in a_failure_names_them owners_are_named all_are_listed ranges_are_checked; do
	check "selftest: $test" "$(sed -n "s/^\\(.*ok\\) [0-9]* blockers\\.$test\$/\\1/p" /tmp/tap)" ok
done
echo "1..$number"
