# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# lib.sh - what the overlay tools share: the manifest, the plan, the state.
#
# Sourced, never run. The plan is the whole overlay worked out beside the kernel
# tree: $W/new holds every file as it shall be there, copied from the repository
# or patched from its stock version, and $W/base the stock version of each file
# that has one. Everything that can be refused is refused while planning, so the
# tree is touched only when the result is known. No patch is run in the tree.
#
# What was done to a tree is kept in KSRC/.cma-overlay:
#	files	`sha256  path' of each file as it was put there
#	next	the same while a change is under way, of all that it may leave behind
#	orig/	the stock files that were replaced or patched
#	dirs	directories that were created
#	series	`sha256  patch' of each hook applied
# `next' and the stock files are written before the first file is changed, and
# files change only by rename: an interrupted change leaves each file either old
# or new, with both known, and the next apply or unapply carries on from there.
# Rename also means that a file's other hard links keep their contents.

LC_ALL=C
export LC_ALL
umask 022

REPO=$(cd "$(dirname "$0")/../.." && pwd -P)
HERE=$REPO/tools/overlay
MANIFEST=$HERE/manifest
FORCE=

die()
{
	printf 'overlay: %s\n' "$*" >&2
	exit 1
}

say()
{
	printf 'overlay: %s\n' "$*"
}

workdir()
{
	W=$(mktemp -d "${TMPDIR:-/tmp}/overlay.XXXXXX") || die "no temporary directory"
	trap 'rm -rf "$W"' EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
}

# Hold the lock of a directory until the process ends. It is on the directory
# itself, so it leaves nothing behind.
lock()
{
	exec 9<"$1" || die "$1: cannot be opened"
	flock -w 600 9 || die "$1: in use by another run of these tools"
}

# GLOB as in the manifest to an awk regular expression.
GLOB_AWK='
function glob_re(g,  i, c, o) {
	o = "^"
	for (i = 1; i <= length(g); i++) {
		c = substr(g, i, 1)
		if (substr(g, i, 3) == "**/") {
			o = o "(.*/)?"
			i += 2
		} else if (substr(g, i, 2) == "**") {
			o = o ".*"
			i++
		} else if (c == "*")
			o = o "[^/]*"
		else if (c == "?")
			o = o "[^/]"
		else if (c ~ /[A-Za-z0-9_\/-]/)
			o = o c
		else
			o = o "\\" c
	}
	return o "$"
}
'

# stdin: paths; stdout: `kind<TAB>path', kind `none' if no rule matches.
classify()
{
	awk "$GLOB_AWK"'
	FNR == NR {
		if ($1 ~ /^(skip|replace|add|own)$/) {
			kind[++n] = $1
			re[n] = glob_re($2)
		}
		next
	}
	{
		for (i = 1; i <= n && $0 !~ re[i]; i++)
			;
		print (i <= n ? kind[i] : "none") "\t" $0
	}' "$MANIFEST" -
}

# The directories below which overlay files can be.
overlay_roots()
{
	awk '$1 == "add" || $1 == "replace" {
		path = $2
		sub(/[*?].*/, "", path)
		sub(/\/[^\/]*$/, "", path)
		print path
	}' "$MANIFEST" | sort -u
}

# All overlay files of the repository, `kind<TAB>path'.
overlay_files()
(
	cd "$REPO" || exit
	overlay_roots | while IFS= read -r root; do
		[ ! -d "$root" ] || find "$root" -type f
	done | sort -u >"$W/found"
	# What git ignores is a product of some build, not a source.
	if [ -e .git ] && git rev-parse --git-dir >/dev/null 2>&1; then
		overlay_roots | xargs -d '\n' git -c core.quotePath=off \
			ls-files -oi --exclude-standard -- | sort >"$W/ignored"
		comm -23 "$W/found" "$W/ignored" >"$W/found.git"
		mv "$W/found.git" "$W/found"
	fi
	classify <"$W/found" | grep -E '^(add|replace)	' || :
)

makefile_value()
{
	awk -F '[ \t]*=[ \t]*' -v name="$2" '$1 == name { print $2; exit }' "$1/Makefile"
}

# Set KSRC, STATE and KVER from a directory named by the user.
kernel_tree()
{
	[ -d "$1" ] || die "$1: no such directory"
	[ -f "$1/Makefile" ] || die "$1: not a kernel source tree (no Makefile)"
	KSRC=$(cd "$1" && pwd -P) || die "$1: cannot be entered"
	STATE=$KSRC/.cma-overlay
	BASE=$(makefile_value "$KSRC" VERSION).$(makefile_value "$KSRC" PATCHLEVEL)
	KVER=$BASE.$(makefile_value "$KSRC" SUBLEVEL)$(makefile_value "$KSRC" EXTRAVERSION)
	[ "$BASE" != . ] || die "$1: not a kernel source tree (no version in Makefile)"
}

supported_kernel()
{
	bases=$(awk '$1 == "base" { printf "%s%s.y", sep, $2; sep = ", " }' "$MANIFEST")
	awk -v base="$BASE" '$1 == "base" && $2 == base { found = 1 }
		END { exit !found }' "$MANIFEST" ||
		die "unsupported kernel version $KVER in $KSRC: this overlay is for $bases"
	PATCHES=$REPO/patches/$BASE
	[ -f "$PATCHES/series" ] || die "patches/$BASE/series: missing in $REPO"
}

hash_of()
{
	sha256sum <"$1" | cut -c1-64
}

# stdin: paths below directory $1; stdout: `sha256  path' of those that exist.
hash_list()
(
	cd "$1" || exit
	while IFS= read -r path; do
		[ ! -f "$path" ] || printf '%s\n' "$path"
	done | xargs -r -d '\n' sha256sum --
)

list_paths()
{
	cut -c67- "$@"
}

# $W/known: paths that an earlier apply, finished or not, answers for.
# $W/have: `sha256  path' of every content that such a path may have by it.
load_state()
{
	: >"$W/have"
	for list in files next; do
		[ ! -f "$STATE/$list" ] || cat "$STATE/$list" >>"$W/have"
	done
	list_paths "$W/have" | sort -u >"$W/known"
	if [ -d "$STATE/orig" ]; then
		(cd "$STATE/orig" && find . -type f -printf '%P\n') |
			hash_list "$STATE/orig" >>"$W/have"
	fi
}

# The stock version of a path: the saved one if the overlay holds the path.
base_of()
{
	if grep -qxF -e "$1" "$W/known"; then
		B=$STATE/orig/$1
	else
		B=$KSRC/$1
	fi
	[ -e "$B" ]
}

# copy_in FROM DIR PATH
copy_in()
{
	case $3 in
	*/*) mkdir -p "$2/${3%/*}" ;;
	esac
	cp -pP -- "$1" "$2/$3" || die "$3: cannot be copied"
}

plan_files()
{
	overlay_files >"$W/kinds"
	cut -f2 "$W/kinds" >"$W/paths"
	[ -s "$W/paths" ] || die "no overlay files in $REPO"
	(cd "$REPO" && xargs -d '\n' cp --parents -t "$W/new" -- <"$W/paths") ||
		die "the overlay cannot be copied to $W"
	find "$W/new" -type f -perm -u=x -exec chmod 755 {} +
	find "$W/new" -type f ! -perm -u=x -exec chmod 644 {} +
}

# A file that is only added must not be in the stock tree.
plan_added()
{
	awk -F '\t' '$1 == "add" { print $2 }' "$W/kinds" >"$W/added"
	comm -23 "$W/added" "$W/known" | while IFS= read -r path; do
		[ ! -e "$KSRC/$path" ] || printf '%s\n' "$path"
	done >"$W/clash"
	comm -12 "$W/added" "$W/known" | while IFS= read -r path; do
		[ ! -e "$STATE/orig/$path" ] || printf '%s\n' "$path"
	done >>"$W/clash"
	read -r path <"$W/clash" || return 0
	die "$path: $KSRC has this file already, and the overlay would add it"
}

plan_replaced()
{
	awk -F '\t' '$1 == "replace" { print $2 }' "$W/kinds" >"$W/replaced"
	while IFS= read -r path; do
		base_of "$path" || die "$path: missing in $KSRC, and the overlay replaces it"
		hash=$(hash_of "$B")
		awk -v path="$path" -v hash="$hash" '
		$1 == "replace" && $2 == path {
			for (i = 3; i <= NF; i++)
				found += $i == hash
		}
		END { exit !found }' "$MANIFEST" ||
			die "$path: the one in $KSRC is not the stock file that the overlay replaces (sha256 $hash is not in tools/overlay/manifest)"
		copy_in "$B" "$W/base" "$path"
	done <"$W/replaced"
}

# $W/hooks: the names of the quilt series.
plan_series()
{
	sed -e 's/#.*//' -e 's/[ 	]*$//' -e '/^$/d' "$PATCHES/series" >"$W/hooks"
	while IFS= read -r hook; do
		case $hook in
		*' -p1') hook=${hook% -p1} ;;
		*' -'*) die "patches/$BASE/series: only -p1 is understood: $hook" ;;
		esac
		[ -f "$PATCHES/$hook" ] || die "patches/$BASE/$hook: missing, but in the series"
		printf '%s\n' "$hook"
	done <"$W/hooks" >"$W/hooks.clean"
	mv "$W/hooks.clean" "$W/hooks"
}

# touched PATCH: `old<TAB>new' of each file in it, without the first component.
touched()
{
	awk '
	function name(line,  n) {
		n = substr(line, 5)
		sub(/\t.*/, "", n)
		if (n != "/dev/null")
			sub(/^[^\/]*\//, "", n)
		return n
	}
	/^(rename|copy) (from|to) |^GIT binary patch|^Binary files / { print "!\t!" }
	prev ~ /^--- / && /^\+\+\+ / { print name(prev) "\t" name($0) }
	{ prev = $0 }' "$1"
}

# Bring the stock version of what one hook touches into $W/base and $W/new.
stage_hook()
{
	touched "$PATCHES/$1" >"$W/touched"
	[ -s "$W/touched" ] || die "patches/$BASE/$1: changes no file"
	while IFS='	' read -r old new; do
		case $old$new in
		'!!' | */dev/null) die "patches/$BASE/$1: renames, deletes or binary changes are not supported" ;;
		esac
		! grep -qxF -e "$new" "$W/paths" ||
			die "patches/$BASE/$1: changes $new, which the overlay itself brings"
		[ ! -e "$W/new/$new" ] || continue
		if base_of "$new"; then
			copy_in "$B" "$W/base" "$new"
			copy_in "$B" "$W/new" "$new"
		elif [ "$old" != /dev/null ]; then
			die "$new: missing in $KSRC, and patches/$BASE/$1 changes it"
		fi
	done <"$W/touched"
}

# run_hook NAME DIR: apply one hook there. No fuzz: git am would refuse it, and
# a context that changed is a file that is not what was expected.
run_hook()
{
	patch -d "$2" -p1 -f -F0 --no-backup-if-mismatch -r - -i "$PATCHES/$1" \
		>"$W/patch.log" 2>&1 && return 0
	file=$(awk '/^patching file / { f = $0; sub(/^patching file /, "", f) }
		/FAILED|refusing|ignored/ { exit }
		END { print f }' "$W/patch.log")
	file=${file#\'}
	file=${file%\'}
	die "${file:-a file}: the one in $KSRC is not what patches/$BASE/$1 expects"
}

plan()
{
	mkdir "$W/base" "$W/new"
	supported_kernel
	load_state
	plan_files
	plan_added
	plan_replaced
	plan_series
	while IFS= read -r hook; do
		stage_hook "$hook"
		run_hook "$hook" "$W/new"
	done <"$W/hooks"
	(cd "$W/new" && find . -type f -printf '%P\n' | sort) |
		hash_list "$W/new" >"$W/plan"
	list_paths "$W/plan" >"$W/plan.paths"
}

# Somebody's own change to a file of the overlay is not thrown away unasked.
# $1: the list of contents that are fine.
check_edits()
{
	hash_list "$KSRC" <"$W/known" >"$W/current"
	sort -u "$1" >"$W/fine"
	edited=$(sort "$W/current" | comm -23 - "$W/fine" | list_paths | head -n 1)
	[ -z "$edited" ] || [ -n "$FORCE" ] ||
		die "$edited: changed in $KSRC since the overlay was applied; --force discards the change"
}

# move_in FILE PATH: FILE, below STATE, becomes KSRC/PATH.
move_in()
{
	chown -h --reference="$KSRC/Makefile" "$1" 2>/dev/null || :
	mv -f -- "$1" "$KSRC/$2" ||
		die "$2: cannot be written in $KSRC; the change is half done: apply again or unapply"
}

# Put the stock version of a path back, or nothing where there was nothing.
# The new time of change makes a build notice.
restore()
{
	if [ ! -e "$STATE/orig/$1" ]; then
		rm -f -- "$KSRC/$1" || die "$1: cannot be removed from $KSRC"
	elif ! cmp -s "$STATE/orig/$1" "$KSRC/$1"; then
		cp -pP -- "$STATE/orig/$1" "$STATE/tmp" || die "$1: cannot be restored in $KSRC"
		touch "$STATE/tmp"
		move_in "$STATE/tmp" "$1"
	fi
}

# Remove the directories that apply made and that are empty now.
drop_dirs()
{
	[ -f "$STATE/dirs" ] || return 0
	sort -r "$STATE/dirs" | while IFS= read -r dir; do
		rmdir -- "$KSRC/$dir" 2>/dev/null || :
	done
}
