# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Completion of cmactl(1) in bash: commands, names of areas, options.

_cmactl_areas()
{
	local folder

	for folder in "${CMACTL_ROOT-}"/sys/kernel/mm/cma/*/; do
		[ -d "$folder" ] || continue
		folder=${folder%/}
		printf '%s\n' "${folder##*/}"
	done
}

# The first word that is neither an option nor the value of one
_cmactl_command()
{
	local i

	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--root | --page-size | --color) i=$((i + 1)) ;;
		-*) ;;
		*)
			printf '%s\n' "${COMP_WORDS[i]}"
			return
			;;
		esac
	done
}

_cmactl()
{
	local word=${COMP_WORDS[COMP_CWORD]} last=${COMP_WORDS[COMP_CWORD - 1]}
	local commands='list show map top holders blockers explain record plan test'
	local words='' command

	command=$(_cmactl_command)
	case $last in
	--root)
		mapfile -t COMPREPLY < <(compgen -d -- "$word")
		return
		;;
	--svg | --plot)
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		return
		;;
	--color) words='auto always never' ;;
	--page-size) words='4096 16384 65536' ;;
	--area | show | map | holders | blockers | test) words=$(_cmactl_areas) ;;
	record | plan)
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		return
		;;
	*)
		case $command in
		'') words="$commands --json --root --page-size --color --help" ;;
		map) words='--svg --json' ;;
		top) words='-d -n --json' ;;
		record) words='-t -- --json' ;;
		plan) words='--area --margin --no-failed --plot --json' ;;
		*) words=--json ;;
		esac
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}

complete -F _cmactl cmactl
