# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What the host tests of cmactl share. O is the folder to work in, CMACTL the
# program under sanitizers, HERE where the tests are.

HERE=${HERE:?}
O=${O:?}
CMACTL=${CMACTL:?}
SCHEMA=$HERE/../../../cma/cmactl.schema.json
# TAP lines are those of the jobs of the guest.
# shellcheck source-path=SCRIPTDIR source=../guest/jobs/lib.sh
. "$HERE/../guest/jobs/lib.sh"

export LC_ALL=C COLUMNS=80
export ASAN_OPTIONS=exitcode=99 UBSAN_OPTIONS=halt_on_error=1:exitcode=99

tree()
{
	[ -d "$O/tree/$1" ] || "$HERE/unpack" "$HERE/trees/$1.txt" "$O/tree/$1"
	echo "$O/tree/$1"
}

# valid FILE: JSON as the schema has it; the first complaint goes to stdout.
valid()
{
	python3 -W ignore -m jsonschema -i "$1" "$SCHEMA" >"$O/schema.log" 2>&1 && return
	head -c 300 "$O/schema.log" | tr '\n' ' '
	return 1
}
