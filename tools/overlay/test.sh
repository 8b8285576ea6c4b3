#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test.sh - tests of the overlay tools, offline, on a small made-up kernel tree.
#
#	test.sh [DIR]
#
# Prints TAP. Builds below DIR (default: a temporary folder) a repository that has
# these tools and a handful of files, and a tree that looks like a kernel to them,
# so that drift, faults and interruptions can be provoked. The last tests look at
# the real repository: every file has its rule and its patch.

# The dollars in the checks belong to the shell that runs them.
# shellcheck disable=SC2016

set -eu
LC_ALL=C
export LC_ALL
HERE=$(cd "$(dirname "$0")" && pwd -P)
REPO=$(cd "$HERE/../.." && pwd -P)

T=$(mktemp -d "${1:-${TMPDIR:-/tmp}}/overlay-test.XXXXXX")
trap 'rm -rf "$T"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
mkdir "$T/tmp"
TMPDIR=$T/tmp
export TMPDIR

COUNT=0
FAILED=0
R=$T/repo
# The space is part of the test.
K="$T/a tree"

ok()
{
	COUNT=$((COUNT + 1))
	echo "ok $COUNT - $1"
}

not_ok()
{
	COUNT=$((COUNT + 1))
	FAILED=$((FAILED + 1))
	echo "not ok $COUNT - $1 # $2"
	[ ! -s "$T/out" ] || sed 's/^/# /' "$T/out"
}

# run COMMAND...: its status to RC, its output to $T/out
run()
{
	RC=0
	"$@" >"$T/out" 2>&1 </dev/null || RC=$?
}

apply()
{
	run "$R/tools/overlay/apply" "$@"
}

unapply()
{
	run "$R/tools/overlay/unapply" "$@"
}

# Contents, modes, links and empty directories of a tree, not its state.
fingerprint()
(
	cd "$1"
	find . -name '.cma-*' -prune -o -name .git -prune -o -printf '%y %m %p %l\n' | sort
	find . -name '.cma-*' -prune -o -name .git -prune -o -type f -print0 |
		sort -z | xargs -0 sha256sum
)

stamps()
(
	cd "$1"
	find . -name '.cma-*' -prune -o -type f -printf '%T@ %i %p\n' | sort
)

same_tree()
{
	fingerprint "$2" >"$T/print"
	cmp -s "$1" "$T/print" || { diff "$1" "$T/print" >>"$T/out"; return 1; }
}

one_line()
{
	[ "$(wc -l <"$T/out")" -eq 1 ]
}

says()
{
	grep -qF -e "$1" "$T/out"
}

# refused NAME TEXT PRINT TREE: failed with one line that has TEXT, nothing changed
refused()
{
	if [ "$RC" -ne 1 ]; then
		not_ok "$1" "exit status $RC"
	elif ! one_line || ! says "$2"; then
		not_ok "$1" "does not say in one line: $2"
	elif ! same_tree "$3" "$4"; then
		not_ok "$1" "the tree changed"
	else
		ok "$1"
	fi
}

# gives NAME PRINT TREE: succeeded, and the tree is as expected
gives()
{
	if [ "$RC" -ne 0 ]; then
		not_ok "$1" "exit status $RC"
	elif ! same_tree "$2" "$3"; then
		not_ok "$1" "the tree is not as it should be"
	else
		ok "$1"
	fi
}

# check NAME REASON COMMAND...
check()
{
	name=$1
	reason=$2
	shift 2
	if "$@"; then ok "$name"; else not_ok "$name" "$reason"; fi
}

make_stock()
{
	mkdir -p "$1/mm" "$1/include/linux" "$1/kernel/dma" "$1/drivers/base" "$1/empty" "$1/Documentation"
	printf 'VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 117\nEXTRAVERSION =\n' >"$1/Makefile"
	printf 'obj-y += %s\n' 1.o 2.o 3.o 4.o a.o >"$1/mm/Makefile"
	printf 'obj-$(CONFIG_CMA) += cma.o\n' >>"$1/mm/Makefile"
	printf 'obj-y += %s\n' b.o 5.o 6.o 7.o 8.o >>"$1/mm/Makefile"
	printf 'config CMA\n\tbool\n\nendmenu\n' >"$1/mm/Kconfig"
	echo '/* stock header */' >"$1/include/linux/cma.h"
	echo 'obj-y += contiguous.o' >"$1/kernel/dma/Makefile"
	chmod 640 "$1/kernel/dma/Makefile"
	echo 'int a;' >"$1/mm/a.c"
	ln -s mm/a.c "$1/link"
}

# make_hook NAME FILE SED MESSAGE: a hook that edits one file of $T/edit
make_hook()
{
	mkdir -p "$T/edit/a/${2%/*}" "$T/edit/b/${2%/*}"
	cp "$T/edit/now/$2" "$T/edit/a/$2"
	sed "$3" "$T/edit/a/$2" >"$T/edit/b/$2"
	{
		printf '%s\n\nSome reason.\n---\n' "$4"
		(cd "$T/edit" && diff -u "a/$2" "b/$2") || :
	} >"$R/patches/6.12/$1"
	cp "$T/edit/b/$2" "$T/edit/now/$2"
	echo "$1" >>"$R/patches/6.12/series"
}

make_repo()
{
	mkdir -p "$R/tools/overlay" "$R/mm/cma/tests" "$R/include/linux" "$R/drivers/base" \
		"$R/patches/6.12" "$R/Documentation/mm" "$R/tools/testing/selftests/cma"
	for file in apply unapply fetch series lib.sh groups cover.txt; do
		cp "$HERE/$file" "$R/tools/overlay/"
	done
	hash=$(sha256sum <"$K/include/linux/cma.h" | cut -c1-64)
	sed "s/^\(replace	[^ ]*\) .*/\1 0123 $hash/" "$HERE/manifest" >"$R/tools/overlay/manifest"
	echo 'int map;' >"$R/mm/cma/map.c"
	echo 'int area;' >"$R/mm/cma/area.c"
	echo 'obj-y += map.o' >"$R/mm/cma/Makefile"
	echo 'int test;' >"$R/mm/cma/tests/map_test.c"
	echo 'garbage' >"$R/mm/cma/map.o"
	echo '/* our header */' >"$R/include/linux/cma.h"
	echo 'int glue;' >"$R/drivers/base/dma-contiguous.c"
	echo 'Allocator' >"$R/Documentation/mm/cma-area.rst"
	echo '#!/bin/sh' >"$R/tools/testing/selftests/cma/run.sh"
	chmod 755 "$R/tools/testing/selftests/cma/run.sh"
	echo 'own' >"$R/README"
	cp -a "$K" "$T/edit-now"
	mkdir "$T/edit"
	mv "$T/edit-now" "$T/edit/now"
	: >"$R/patches/6.12/series"
	make_hook mm-build-cma.patch mm/Makefile 's/cma\.o/cma\//' 'mm: build mm/cma/'
	make_hook dma-build-dma-contiguous.patch kernel/dma/Makefile '/contiguous/d' 'dma: leave the glue to drivers/base'
	make_hook more.patch mm/Makefile 's/b\.o/b.o c.o/' 'From: A Tester <tester@example.org>
Subject: [PATCH] mm: one hook more

Its reason.'
	git -C "$R" init -q -b main
	git -C "$R" config user.name 'A Tester'
	git -C "$R" config user.email tester@example.org
	git -C "$R" add -f -A .
	GIT_AUTHOR_DATE='2020-01-01T12:00:00Z' GIT_COMMITTER_DATE='2020-01-02T12:00:00Z' \
		git -C "$R" commit -q -m start
}

test_apply()
{
	apply "$K"
	check "apply installs files, hooks and the header" "something is missing" \
		sh -c 'cd "$1" && grep -q cma/ mm/Makefile && grep -q c.o mm/Makefile &&
			! grep -q contiguous kernel/dma/Makefile && grep -q our include/linux/cma.h &&
			[ -f mm/cma/tests/map_test.c ] && [ ! -e mm/cma/map.o ] && [ ! -e README ] &&
			[ -x tools/testing/selftests/cma/run.sh ] && [ ! -e patches ]' - "$K"
	fingerprint "$K" >"$T/applied"
	stamps "$K" >"$T/times"
	apply "$K"
	gives "apply twice gives the same" "$T/applied" "$K"
	stamps "$K" >"$T/times.2"
	check "apply twice writes nothing" "a time changed" cmp -s "$T/times" "$T/times.2"
	unapply "$K"
	gives "unapply restores the tree bit for bit" "$T/stock" "$K"
	check "unapply leaves no state" "it does" sh -c '! ls -d "$1"/.cma* 2>/dev/null' - "$K"
	unapply "$K"
	gives "unapply of a stock tree is harmless" "$T/stock" "$K"
}

test_update()
{
	apply "$K"
	stamps "$K" >"$T/times"
	echo 'int map, more;' >"$R/mm/cma/map.c"
	rm "$R/mm/cma/tests/map_test.c"
	echo 'int fresh;' >"$R/mm/cma/fresh.c"
	sed -i '/^more/d' "$R/patches/6.12/series"
	apply "$K"
	stamps "$K" >"$T/times.2"
	diff "$T/times" "$T/times.2" | sed -n 's/^[<>].* \.\///p' | sort -u | tr '\n' ' ' >"$T/changed"
	check "an update touches only what changed" "$(cat "$T/changed")" \
		[ "$(cat "$T/changed")" = "mm/Makefile mm/cma/fresh.c mm/cma/map.c mm/cma/tests/map_test.c " ]
	check "a file that left the repository is removed, and its directory" "still there" \
		[ ! -e "$K/mm/cma/tests" ]
	check "a hook that left the series is taken out" "still there" \
		sh -c 'grep -q cma/ "$1/mm/Makefile" && ! grep -q c.o "$1/mm/Makefile"' - "$K"
	git -C "$R" checkout -q .
	rm "$R/mm/cma/fresh.c"
	apply "$K"
	gives "an update back gives the first tree" "$T/applied" "$K"
	chmod 644 "$R/tools/testing/selftests/cma/run.sh"
	apply "$K"
	check "a change of mode comes through" "it does not" [ ! -x "$K/tools/testing/selftests/cma/run.sh" ]
	git -C "$R" checkout -q .
	unapply "$K"
	gives "unapply after updates restores the tree bit for bit" "$T/stock" "$K"
}

test_refusals()
{
	cp -a "$K" "$T/bad"
	echo '/* drifted */' >"$T/bad/include/linux/cma.h"
	fingerprint "$T/bad" >"$T/bad.print"
	apply "$T/bad"
	refused "a drifted file that is replaced is refused" include/linux/cma.h "$T/bad.print" "$T/bad"
	rm "$T/bad/include/linux/cma.h"
	fingerprint "$T/bad" >"$T/bad.print"
	apply "$T/bad"
	refused "a missing file that is replaced is refused" include/linux/cma.h "$T/bad.print" "$T/bad"
	cp -a "$K/include/linux/cma.h" "$T/bad/include/linux/"
	echo 'obj-y += other.o' >"$T/bad/kernel/dma/Makefile"
	fingerprint "$T/bad" >"$T/bad.print"
	apply "$T/bad"
	refused "a file that a hook does not fit is refused" kernel/dma/Makefile: "$T/bad.print" "$T/bad"
	sed 's/a\.o/drift.o/' "$K/mm/Makefile" >"$T/bad/mm/Makefile"
	cp -a "$K/kernel/dma/Makefile" "$T/bad/kernel/dma/"
	fingerprint "$T/bad" >"$T/bad.print"
	apply "$T/bad"
	refused "a hook is not applied with fuzz" mm/Makefile: "$T/bad.print" "$T/bad"
	rm "$T/bad/mm/Makefile"
	fingerprint "$T/bad" >"$T/bad.print"
	apply "$T/bad"
	refused "a missing file that a hook needs is refused" mm/Makefile: "$T/bad.print" "$T/bad"
	cp -a "$K/mm/Makefile" "$T/bad/mm/"
	echo 'int theirs;' >"$T/bad/drivers/base/dma-contiguous.c"
	fingerprint "$T/bad" >"$T/bad.print"
	apply "$T/bad"
	refused "a file in the way of an added one is refused" drivers/base/dma-contiguous.c: "$T/bad.print" "$T/bad"
	rm "$T/bad/drivers/base/dma-contiguous.c"
	sed -i -e 's/= 12/= 11/' -e 's/^EXTRAVERSION =/& -rc1/' "$T/bad/Makefile"
	fingerprint "$T/bad" >"$T/bad.print"
	apply "$T/bad"
	refused "another kernel version is refused" \
		"unsupported kernel version 6.11.117-rc1 in $T/bad: this overlay is for 6.12.y" "$T/bad.print" "$T/bad"
	rm "$T/bad/Makefile"
	fingerprint "$T/bad" >"$T/bad.print"
	apply "$T/bad"
	refused "what is no kernel tree is refused" "not a kernel source tree" "$T/bad.print" "$T/bad"
	apply "$T/missing"
	refused "a missing path is refused" "$T/missing: no such directory" "$T/bad.print" "$T/bad"
	rm -rf "$T/bad"
}

test_edits()
{
	apply "$K"
	echo 'int mine;' >>"$K/mm/cma/area.c"
	fingerprint "$K" >"$T/edited"
	echo 'int newer;' >>"$R/mm/cma/area.c"
	apply "$K"
	refused "an edit in the tree is not overwritten" mm/cma/area.c: "$T/edited" "$K"
	unapply "$K"
	refused "an edit in the tree is not removed" mm/cma/area.c: "$T/edited" "$K"
	git -C "$R" checkout -q .
	apply --force "$K"
	gives "apply --force discards an edit" "$T/applied" "$K"
	echo 'obj-y += mine.o' >>"$K/mm/Makefile"
	fingerprint "$K" >"$T/edited"
	unapply "$K"
	refused "an edit in a patched file is not removed" mm/Makefile: "$T/edited" "$K"
	rm "$K/mm/cma/area.c"
	unapply --force "$K"
	gives "unapply --force restores the tree bit for bit" "$T/stock" "$K"
}

# A stand-in for one command that lets N calls pass and then does $3.
make_trap()
{
	mkdir -p "$T/bin"
	echo "$2" >"$T/calls"
	real=$(command -v "$1")
	cat >"$T/bin/$1" <<-SCRIPT
	#!/bin/sh
	read -r left <"$T/calls"
	if [ "\$left" -le 0 ]; then
		$3
	fi
	echo \$((left - 1)) >"$T/calls"
	exec "$real" "\$@"
	SCRIPT
	chmod 755 "$T/bin/$1"
}

# interrupted TOOL TREE COMMAND N ACTION
interrupted()
{
	make_trap "$3" "$4" "$5"
	RC=0
	PATH=$T/bin:$PATH "$R/tools/overlay/$1" "$2" >"$T/out" 2>&1 || RC=$?
	rm -rf "${T:?}/bin"
}

# Each number of calls in turn until the tool comes through.
sweep()
{
	n=0
	while :; do
		rm -rf "$T/i"
		cp -a "$1" "$T/i"
		interrupted "$2" "$T/i" mv "$n" "$3"
		[ "$RC" -ne 0 ] || break
		"$R/tools/overlay/$4" "$T/i" >"$T/out" 2>&1 && same_tree "$5" "$T/i" || return 1
		n=$((n + $6))
	done
	[ "$n" -gt 3 ]
}

test_interruptions()
{
	# shellcheck disable=SC2016
	death='kill -9 $PPID; exit 1'
	check "apply killed at any step is completed by apply" "it is not" \
		sweep "$K" apply "$death" apply "$T/applied" 1
	check "apply killed at any step is taken back by unapply" "it is not" \
		sweep "$K" apply "$death" unapply "$T/stock" 2
	apply "$K"
	check "unapply killed at any step is completed by unapply" "it is not" \
		sweep "$K" unapply "$death" unapply "$T/stock" 2
	check "unapply killed at any step is taken back by apply" "it is not" \
		sweep "$K" unapply "$death" apply "$T/applied" 2
	unapply "$K"
	rm -rf "$T/i"
	cp -a "$K" "$T/i"
	interrupted apply "$T/i" mv 7 'echo "mv: read-only file system" >&2; exit 1'
	check "a copy that fails says so" "it does not" says "apply again or unapply"
	echo 'int newer;' >>"$R/mm/cma/area.c"
	interrupted apply "$T/i" mv 5 'exit 1'
	git -C "$R" checkout -q .
	apply "$T/i"
	gives "two failed runs of different sources are completed by apply" "$T/applied" "$T/i"
	rm -rf "$T/i"
}

test_series()
{
	run "$R/tools/overlay/series" "$K" "$T/out dir"
	[ "$RC" -eq 0 ] || not_ok "series" "exit status $RC"
	cp -a "$K" "$T/am"
	git -C "$T/am" init -q -b stock
	git -C "$T/am" config user.name 'Somebody Else'
	git -C "$T/am" config user.email else@example.org
	git -C "$T/am" add -f -A .
	git -C "$T/am" commit -q -m stock
	run git -C "$T/am" am "$T/out dir"/000[1-9]-*.patch
	# git keeps no other mode bits than executable, nor empty directories.
	chmod 640 "$T/am/kernel/dma/Makefile"
	gives "git am of the series gives what apply gives" "$T/applied" "$T/am"
	git -C "$T/am" log --reverse --format='%an <%ae> %ad %s' --date=iso stock~6.. >"$T/out"
	check "the patches carry author, date and order" "they do not" sh -c '
		[ "$(grep -c "A Tester <tester@example.org> 2020-01-02" "$1")" -eq 6 ] &&
		sed -n 4p "$1" | grep -q "mm: one hook more$"' - "$T/out"
	check "the cover letter is filled in" "it is not" sh -c '
		! grep -q "HERE \*\*\*" "$1" && grep -q "^Subject: \[PATCH 0/6\] mm/cma: a cont" "$1"' \
		- "$T/out dir/0000-cover-letter.patch"
	check "every patch is signed off" "one is not" \
		[ "$(cat "$T/out dir"/000[1-9]*.patch | grep -c '^Signed-off-by: A Tester')" -eq 6 ]
	cp -a "$T/out dir" "$T/first"
	sleep 1
	apply "$K"
	run "$R/tools/overlay/series" "$K" "$T/out dir"
	check "the series of an applied tree is the same, bit for bit" "it differs" \
		diff -r "$T/first" "$T/out dir"
	unapply "$K"
	mkdir "$T/full"
	echo precious >"$T/full/0001-mine.patch"
	run "$R/tools/overlay/series" "$K" "$T/full"
	check "a folder with other files is refused" "it is not" [ "$RC" -eq 1 ]
	sed -i '/^except/d' "$R/tools/overlay/groups"
	run "$R/tools/overlay/series" "$K" "$T/out dir"
	check "a file in two patches is an error" "it is not" says "mm/cma/tests/map_test.c is in more than one"
	sed -i '/^files.*dma-cont/d' "$R/tools/overlay/groups"
	git -C "$R" checkout -q .
	sed -i '/dma-contiguous/d' "$R/tools/overlay/groups"
	run "$R/tools/overlay/series" "$K" "$T/out dir"
	check "a file in no patch is an error" "it is not" says "drivers/base/dma-contiguous.c is in no patch"
	git -C "$R" checkout -q .
	rm -rf "$T/am"
}

# stand_in NAME: a script from stdin in the place of a command
stand_in()
{
	mkdir -p "$T/bin"
	cat >"$T/bin/$1"
	chmod 755 "$T/bin/$1"
}

test_fetch_faults()
{
	stand_in sudo <<-'SCRIPT'
	#!/bin/sh
	exec "$@"
	SCRIPT
	stand_in apt-get <<-'SCRIPT'
	#!/bin/sh
	echo "E: Unable to locate package $5"
	exit 100
	SCRIPT
	LINUX_TARBALL=$T/none.tar.xz PATH=$T/bin:$PATH run "$R/tools/overlay/fetch" "$T/build/none"
	check "a package that cannot be installed is one clear line" "it is not" \
		says "cannot install linux-source-6.12: Unable to locate package"
	stand_in df <<-'SCRIPT'
	#!/bin/sh
	printf 'Filesystem 1024-blocks Used Available\n/dev/x 9 9 1048576\n'
	SCRIPT
	PATH=$T/bin:$PATH run "$R/tools/overlay/fetch" "$T/build/none"
	check "a full disk is one clear line, before unpacking" "it is not" \
		says "$T/build: needs 2560 MiB of free space, has 1024 MiB"
	check "a failed fetch leaves nothing" "it does" sh -c '! ls -d "$1"/none* 2>/dev/null' - "$T/build"
	rm -rf "${T:?}/bin"
}

fetch_tree()
{
	run "$R/tools/overlay/fetch" --tree "$T/build/tree" "$K"
}

test_tree()
{
	mkdir "$T/tar"
	cp -a "$K" "$T/tar/linux-source-6.12"
	tar -C "$T/tar" -cJf "$T/linux.tar.xz" linux-source-6.12
	LINUX_TARBALL=$T/linux.tar.xz
	export LINUX_TARBALL
	run "$R/tools/overlay/fetch" "$T/build/stock"
	rm -f "$T/build/stock/.cma-stock"
	gives "fetch unpacks the tarball" "$T/stock" "$T/build/stock"
	run "$R/tools/overlay/fetch" "$T/build/stock"
	check "fetch takes a tree over that holds the same" "it does not" [ -f "$T/build/stock/.cma-stock" ]
	run "$R/tools/overlay/fetch" "$T/build/stock"
	check "fetch has nothing to do the next time" "it has" [ ! -s "$T/out" ]
	mkdir "$T/build/mine"
	echo precious >"$T/build/mine/file"
	run "$R/tools/overlay/fetch" "$T/build/mine"
	check "fetch does not overwrite another folder" "it does" \
		sh -c '[ "$1" -eq 1 ] && [ -f "$2" ]' - "$RC" "$T/build/mine/file"
	LINUX_TARBALL=$R/README run "$R/tools/overlay/fetch" "$T/build/broken"
	check "a broken tarball is one clear line" "it is not" \
		sh -c '[ "$1" -eq 1 ] && ! ls -d "$2"/broken* 2>/dev/null' - "$RC" "$T/build"
	test_fetch_faults

	fetch_tree
	gives "fetch --tree makes a tree with the overlay" "$T/applied" "$T/build/tree"
	same_tree "$T/stock" "$K" || not_ok "fetch --tree" "the stock tree changed"
	echo 'int a, more;' >"$T/build/tree/mm/a.c"
	check "the tree shares no file with the stock tree" "it does" same_tree "$T/stock" "$K"
	stamps "$T/build/tree" | grep -v 'mm/a\.c' >"$T/times"
	cp "$K/mm/Makefile" "$T/Makefile.keep"
	echo 'obj-y += z.o' >>"$K/mm/Makefile"
	echo 'int a, new;' >"$K/mm/a.c"
	fetch_tree
	check "changes of the stock tree come through" "they do not" \
		sh -c 'grep -q z.o "$1/mm/Makefile" && grep -q cma/ "$1/mm/Makefile" && grep -q new "$1/mm/a.c"' \
		- "$T/build/tree"
	stamps "$T/build/tree" | grep -v -e 'mm/a\.c' -e mm/Makefile >"$T/times.2"
	grep -v mm/Makefile "$T/times" >"$T/times.1"
	check "and touch nothing else" "they do" cmp -s "$T/times.1" "$T/times.2"
	cp "$T/Makefile.keep" "$K/mm/Makefile"
	echo 'int a;' >"$K/mm/a.c"
	fetch_tree
	gives "and back" "$T/applied" "$T/build/tree"

	cp -al "$K" "$T/linked"
	apply "$T/linked"
	check "apply writes through no hard link" "it does" same_tree "$T/stock" "$K"
	touch "$K/.config"
	rm -rf "$T/build/tree"
	fetch_tree
	check "a tree that has been built in is refused" "it is not" says "make mrproper"
	rm "$K/.config"
}

# The real repository.
test_repository()
{
	(
		cd "$REPO" || exit
		if [ -e .git ] && git rev-parse --git-dir >/dev/null 2>&1; then
			git -c core.quotePath=off ls-files -co --exclude-standard | sort -u
		else
			find . -name .git -prune -o -path ./build -prune -o -type f -printf '%P\n' | sort
		fi
	) >"$T/all"
	sh -c '. "${0%/*}/lib.sh" && classify' "$HERE/test.sh" <"$T/all" | sed -n 's/^none	//p' >"$T/out"
	check "every file of the repository has a rule in the manifest" \
		"$(head -n 1 "$T/out") has none" [ ! -s "$T/out" ]
	run "$REPO/tools/overlay/series" --check
	check "every file of the overlay is in one patch of groups" "$(head -n 1 "$T/out")" [ "$RC" -eq 0 ]
}

make_stock "$K"
fingerprint "$K" >"$T/stock"
make_repo
test_apply
test_update
test_refusals
test_edits
test_interruptions
test_series
test_tree
test_repository
echo "1..$COUNT"
[ "$FAILED" -eq 0 ]
