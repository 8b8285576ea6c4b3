#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# cmactl on a terminal: what stands on the screen after map, and while top runs.
set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$HERE/lib.sh"
unset COLUMNS TMUX

root=$(tree board)
# The path of a socket must be short.
dir=$(mktemp -d)
nr=0
trap 'close; rm -rf "$dir"' EXIT

terminal()
{
	TERM=screen tmux -S "$dir/$nr" -f /dev/null "$@"
}

close()
{
	terminal kill-server 2>/dev/null || :
}

# start COLUMNS LINES WORDS: cmactl in a new terminal, which stays afterwards
start()
{
	columns=$1 rows=$2
	shift 2
	close
	nr=$((nr + 1))
	terminal new-session -d -x "$columns" -y "$rows" \
		"'$CMACTL' --root '$root' --page-size 4096 $*; echo \"left \$?\"; cat"
}

# look OPTION...: the screen
look()
{
	terminal capture-pane -p "$@" >"$O/screen"
}

lines()
{
	grep -cE "$1" "$O/screen" || :
}

first_line()
{
	sed -n '1s/ *every.*//p' "$O/screen"
}

below()
{
	echo "$(lines ' (s|min)  [(a-z].*[/)]') $(lines ': (busy|nomem|full) .* ago: ')"
}

# becomes NAME EXPECTED FUNCTION WORD...: what it says of the screen, which may
# just be drawn; a minute is for ever
becomes()
{
	name=$1 expected=$2 tries=0
	shift 2
	until look && [ "$("$@")" = "$expected" ]; do
		tries=$((tries + 1))
		[ "$tries" -lt 600 ] || break
		sleep 0.1
	done
	check "terminal: $name" "$("$@")" "$expected"
	[ "$tries" -lt 600 ] || sed 's/^/# /' "$O/screen"
}

# whole SIZE HOLDERS FAILURES: top in a terminal of that size
whole()
{
	start "${1%x*}" "${1#*x}" top -d 0.1
	becomes "$1: top compares" 1 lines '^reserved +64\.0 +14\.0 +28\.8 +0\.0 +0\.0 '
	becomes "$1: its head is the first line" "cmactl top" first_line
	becomes "$1: each area is one line" 2 \
		lines '^[a-z@0-9-]+ +[0-9.]+ +[0-9.]+ +[0-9.]+ +0\.0 '
	becomes "$1: holders and failures that fit" "$2 $3" below
	terminal send-keys q
	becomes "$1: q ends top" 1 lines '^left 0$'
	check "terminal: $1: what was there comes back" "$(lines 'cmactl top')" 0
}

start 80 40 map reserved
becomes "map ends" 1 lines '^left 0$'
check "terminal: a row of the map is a line" \
	"$(lines '^  0x5[b-f][0-9a-f]+ [][A-Z.+!~#]{64}$')" 16
look -e
status=0
grep -q "$(printf '\033')\\[31mAAAA" "$O/screen" || status=1
result "terminal: map has colours" "$status" "no letters in red"
whole 80x24 5 3
whole 100x12 2 0
whole 132x40 5 3
echo "1..${number:?}"
