#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What bash offers after some words.
set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$HERE/lib.sh"

CMACTL_ROOT=$(tree board)
export CMACTL_ROOT

# offers EXPECTED WORDS: the last word is the one that is being typed
offers()
{
	expected=$1
	shift
	# shellcheck disable=SC2016 # bash expands it
	got=$(bash -c '. "$0"; COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _cmactl; echo "${COMPREPLY[*]}"' \
		"$HERE/../../../cma/cmactl.bash" "$@")
	status=0
	[ "$got" = "$expected" ] || status=1
	result "completion: '$*'" "$status" "$got"
}

offers "list show map top holders blockers explain record plan test --json --root --page-size --color --help" cmactl ""
offers show cmactl sh
offers "camera-pool@50000000 reserved" cmactl show ""
offers reserved cmactl --json --root /nowhere map re
offers "--area --margin --no-failed --plot --json" cmactl plan file --
offers "auto always" cmactl --color a
offers "camera-pool@50000000 reserved" cmactl plan file --area ""
echo "1..$number"
