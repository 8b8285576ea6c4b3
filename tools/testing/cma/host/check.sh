#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Run the host tests that the Makefile has built and print one TAP stream.
#
# Each program numbers its own results and prints its plan last; here they are
# numbered anew, and one more result a program says whether it ran to its end
# and showed as many results as it planned. Exit status 0: all of it went well.
set -eu

here=$(dirname "$0")

# Seconds after which a program hangs: a search may be without end.
LIMIT=${LIMIT:-900}

# Pass a program's output on, then its name and exit status.
run()
{
	name=$1
	shift
	status=0
	timeout "$LIMIT" "$@" 2>"$O/$name.err" || status=$?
	if [ "$status" -ne 0 ]; then
		grep -v -E '^(#[0-9]|INFO)' "$O/$name.err" |
			sed 's/^/# /' | head -n 60
	fi
	echo "ended $name $status"
}

fuzz()
{
	name=${1##*/}
	kind=${name#fuzz-}
	runs=$2
	mkdir -p "$O/corpus/$kind"
	run "$name" "$1" -runs="$runs" -seed="$SEED" -max_len="$3" \
		-artifact_prefix="$O/$name-" -print_final_stats=0 \
		"$O/corpus/$kind" "$here/corpus/$kind"
}

# Division of 64 bits by 64 on a 32-bit kernel calls what is not there.
no_libgcc()
{
	for object in $PLAIN_OBJECTS; do
		name=${object##*/}
		bad=$(arm-linux-gnueabihf-nm -u "$object" |
			grep -E 'div[dt]i|mod[dt]i|l(div|mod)|[mv]ulo?[dt]i' || :)
		if [ -n "$bad" ]; then
			printf 'not ok - host: 32-bit %s calls no libgcc # %s\n' \
				"$name" "$(echo "$bad" | tr -s ' \n' ' ')"
		else
			echo "ok - host: 32-bit $name calls no libgcc"
		fi
	done
}

all()
{
	ops=$OPS
	for program in $PROGRAMS; do
		emulator=
		case ${program##*/} in
		host-test-32) emulator=${RUN32:-} ;;
		model) ops=$MODEL_OPS ;;
		rangelock) ops=300 ;;
		early) ops=$((OPS / 100)) ;;
		esac
		# shellcheck disable=SC2086 # words
		run "${program##*/}" $emulator "$program" "$SEED" "$ops"
		ops=$((OPS / 2))
	done
	run mutants sh "$here/sim/mutants.sh"
	case $PROGRAMS in
	*host-test-32*) ;;
	*) echo "ok - host: tests in 32 bits # SKIP no 32-bit C library" ;;
	esac

	case $PROGRAMS in
	*rangelock*) ;;
	*) echo "ok - host: rangelock under threads # SKIP no ThreadSanitizer" ;;
	esac

	if [ -n "$PLAIN_OBJECTS" ]; then
		no_libgcc
	else
		echo "ok - host: 32-bit objects call no libgcc # SKIP no ARM compiler"
	fi

	if [ -n "$FUZZERS" ]; then
		fuzz "$O/fuzz-map" "$FUZZ_RUNS" 512
		fuzz "$O/fuzz-place" "$FUZZ_RUNS" 512
		fuzz "$O/fuzz-param" "$((FUZZ_RUNS * 25))" 64
		fuzz "$O/fuzz-node" "$((FUZZ_RUNS * 2))" 1500
	else
		echo "ok - host: fuzzing # SKIP no clang with libFuzzer"
	fi
}

all | awk '
function result(word, text) {
	printf "%s %d - %s\n", word, ++nr, text
	if (word != "ok")
		bad++
	fflush()
}
/^(not )?ok / {
	word = /^not / ? "not ok" : "ok"
	sub(/^(not )?ok [0-9]* *- /, "")
	result(word, $0)
	seen++
	next
}
/^1\.\.[0-9]+$/ {
	planned = substr($0, 4)
	has_plan = 1
	next
}
/^ended / {
	text = "host: " $2 " ran to its end"
	if ($3 != 0 && bad == bad_before)
		result("not ok", text " # exit status " $3)
	else if ($2 ~ /^(host-test|model|mutants|rangelock|early)/ && (!has_plan || planned != seen))
		result("not ok", text " # " seen " of " planned + 0 " results")
	else
		result("ok", text)
	seen = planned = has_plan = 0
	bad_before = bad
	next
}
{ print; fflush() }
END {
	printf "1..%d\n", nr
	exit bad > 0 || nr == 0
}'
