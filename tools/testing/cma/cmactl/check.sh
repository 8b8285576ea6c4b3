#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Run the host tests of cmactl and print one TAP stream.
set -u

for part in golden files live terminal completion oracle damage; do
	sh "$HERE/$part.sh" >"$O/$part.tap" || echo "not ok - $part ran to its end"
	cat "$O/$part.tap"
	grep -q '^1\.\.' "$O/$part.tap" || echo "not ok - $part: no plan"
done | awk '
	/^1\.\.[0-9]+$/ { planned += substr($0, 4); next }
	/^(not )?ok / {
		word = /^not / ? "not ok" : "ok"
		sub(/^(not )?ok [0-9]* *- /, "")
		printf "%s %d - %s\n", word, ++nr, $0
		bad += word != "ok"
		next
	}
	{ print }
	END {
		if (planned != nr)
			printf "not ok %d - all planned tests ran # %d of %d\n", ++nr, nr - 1, planned
		printf "1..%d\n", nr
		exit bad > 0 || nr == 0
	}'
