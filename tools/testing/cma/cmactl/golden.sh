#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What cmactl says of known trees and records, compared to what it should say.
#
# Each line of the file `cases' is a test. GOLDEN=update takes what comes out as
# right from now on, for a person to look at with git diff. JSON is held against
# the schema as well.
set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$HERE/lib.sh"

# Standard output, standard error, exit status; names of folders taken out.
run()
{
	root=$1
	shift
	status=0
	# shellcheck disable=SC2086 # words
	"$CMACTL" --root "$root" --page-size 4096 "$@" >"$O/out" 2>"$O/err" </dev/null || status=$?
	{
		cat "$O/out"
		sed 's/^/stderr: /' "$O/err"
		echo "exit: $status"
	} | sed "s|$HERE/||g"
}

compare()
{
	name=$1
	if [ "${GOLDEN:-}" = update ]; then
		cp "$O/now" "$HERE/golden/$name"
	fi
	status=0
	diff -u "$HERE/golden/$name" "$O/now" >"$O/diff" 2>&1 || status=$?
	sed 's/^/# /' "$O/diff"
	result "golden: $name" "$status" "other output than golden/$name"
}

mkdir -p "$O/tree" "$HERE/golden"
cd "$O"
{
	while read -r name where words; do
		case $name in
		'' | '#'*) continue ;;
		esac
		root=$O/tree
		[ "$where" = - ] || root=$(tree "$where")
		words=$(echo "$words" | sed "s|TRACES|$HERE/traces|")
		# shellcheck disable=SC2086 # words
		run "$root" $words >"$O/now"
		compare "$name"
		case " $words " in
		*" --json "*)
			status=0
			why=$(valid "$O/out") || status=1
			result "schema: $name" "$status" "$why"
			;;
		esac
	done
	echo "1..$number"
} <"$HERE/cases"
