#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What cmactl wrote as JSON in a guest, held against the schema.
#
# usage: guest.sh LOG		what the job cmactl printed: lines "json NAME: ..."
set -eu
HERE=$(cd "$(dirname "$0")" && pwd)
O=${O:?}
export CMACTL=none
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$HERE/lib.sh"

log=${1:?usage: guest.sh LOG}
commands="list show map top holders blockers explain record plan test"
mkdir -p "$O"
names=$(sed -n 's/^json \([a-z-]*\): .*/\1/p' "$log" | sort -u)
for name in $names; do
	sed -n "s/^json $name: //p" "$log" >"$O/$name.json"
	status=0
	why=$(valid "$O/$name.json") || status=1
	result "schema: $name" "$status" "$why"
done
# None may be missing, of none.
for command in $commands; do
	status=0
	grep -q "\"command\": \"$command\"" "$O"/*.json || status=1
	result "guest: $command" "$status" "no JSON of it in $log"
done
echo "1..$number"
