#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Trees and records with damaged contents: cmactl must end with one of its own
# exit statuses, its JSON must stay as the schema has it, and the sanitizers must
# stay silent.
set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$HERE/lib.sh"

# Change about one line in twelve, but not the names of files.
damage()
{
	awk -v seed="$1" '
	function number() {
		split("0 -1 1 4294967295 18446744073709551615 9223372036854775807 0xffffffffffffffff 99999999999999999999999 1125899906842624 268435457 abc = ; %s%n", n, " ")
		return n[int(rand() * 14) + 1]
	}
	function garble(line,  words, k, out, i) {
		k = split(line, words, " ")
		words[int(rand() * k) + 1] = number()
		for (i = 1; i <= k; i++)
			out = out (i > 1 ? " " : "") words[i]
		return out
	}
	BEGIN { srand(seed) }
	/^@ / || rand() > .08 { print; next }
	{
		what = int(rand() * 6)
		if (what == 0) next
		if (what == 1) { print; print }
		if (what == 2) print garble($0)
		if (what == 3) print substr($0, 1, int(rand() * length($0)))
		if (what == 4) print $0 "\t\"\\\001\033[2J<&>" $0
		if (what == 5) { gsub(/[0-9]+/, number()); print }
	}' "$2"
}

# try WORDS: what the sanitizers have to say ends up in $O/err
try()
{
	status=0
	timeout 60 "$CMACTL" --root "$O/damaged" "$@" >out 2>err </dev/null || status=$?
	if [ "$status" -gt 5 ]; then
		wrong=$((wrong + 1))
		why="seed $seed: '$*': status $status: $(grep -m 1 -E 'ERROR|runtime error' err || :)"
		sed 's/^/# /' err | head -n 20
	fi
}

cd "$O"
wrong=0 why='' invalid=0 complaint=
seed=1
while [ "$seed" -le "$SEEDS" ]; do
	rm -rf damaged
	damage "$seed" "$HERE/trees/board.txt" >damaged.txt
	"$HERE/unpack" damaged.txt damaged
	for words in list "show reserved" "map reserved" holders "blockers reserved" \
		explain "top -n 1" "map reserved --svg damaged.svg"; do
		# shellcheck disable=SC2086 # words
		try $words
	done
	for words in "show reserved" "map reserved" "blockers reserved" explain; do
		# shellcheck disable=SC2086 # words
		try --json $words
		[ "$status" -gt 1 ] || [ "$((seed % 10))" -ne 0 ] && continue
		complaint=$(valid out) || invalid=$((invalid + 1))
	done
	for trace in "$HERE"/traces/*.txt; do
		damage "$seed" "$trace" >damaged.txt
		try plan damaged.txt
	done
	seed=$((seed + 1))
done
result "damage: $SEEDS damaged trees and records" "$wrong" "$why"
result "damage: JSON of damaged trees" "$invalid" "$complaint"
echo "1..$number"
