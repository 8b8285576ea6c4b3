# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034
#
# Common ground of the build and boot scripts: where things are, what an
# architecture is called by whom, how a stage reports itself.  Sourced, never
# run.  Everything a user may set arrives in the environment from the root
# Makefile.

die()
{
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# Variables typed for our make must not reach the kernel's make as its own.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES

# The repository, wherever the caller stands.
TOP=$(cd "$(dirname "$0")/../../../.." && pwd)
RIG=$TOP/tools/testing/cma
O=${O:-$TOP/build}
case $O in
/*) ;;
*) O=$PWD/$O ;;
esac
TREE=${TREE:-$O/tree}
LOG=$O/log
JOBS=$(nproc 2>/dev/null || echo 1)
V=${V:-}
SUPPORTED=6.12

mkdir -p "$LOG" || die "cannot create $LOG"

# Names of one architecture: ours is ARCH, the kernel's KARCH, Debian's DEBARCH.
arch_setup()
{
	ARCH=${ARCH:-arm64}
	CROSS=
	CROSS_PKGS=
	case $ARCH in
	arm64)
		KARCH=arm64 DEBARCH=arm64 IMAGE=Image TRIPLE=aarch64-linux-gnu
		CROSS_PKGS="gcc-$TRIPLE libc6-dev-arm64-cross"
		QEMU=qemu-system-aarch64 QEMU_PKG=qemu-system-arm ;;
	arm)
		KARCH=arm DEBARCH=armhf IMAGE=zImage TRIPLE=arm-linux-gnueabihf
		CROSS_PKGS="gcc-$TRIPLE libc6-dev-armhf-cross"
		QEMU=qemu-system-arm QEMU_PKG=qemu-system-arm ;;
	x86_64)
		KARCH=x86 DEBARCH=amd64 IMAGE=bzImage TRIPLE=x86_64-linux-gnu
		QEMU=qemu-system-x86_64 QEMU_PKG=qemu-system-x86 ;;
	*)
		die "ARCH=$ARCH is not supported; choose arm64, arm or x86_64" ;;
	esac
	# A compiler for the machine itself carries no prefix.
	if [ "$(uname -m)" = "${TRIPLE%%-*}" ]; then
		CROSS_PKGS="gcc libc6-dev"
	else
		CROSS=$TRIPLE-
	fi
	GUEST=$O/guest-$ARCH
	# Objects are the same wherever the build folder stands.
	export CCACHE_BASEDIR="$O"
	CC=${CROSS}gcc
	if command -v ccache >/dev/null 2>&1; then
		CC="ccache $CC"
	fi
}

# kmake ARGS...: the kernel's make for the current architecture.  With W=1 it
# would run kernel-doc on every file of the kernel, which takes longer than the
# compiler; `make lint' runs it on ours.
kmake()
{
	make -C "$TREE" ARCH="$KARCH" CROSS_COMPILE="$CROSS" CC="$CC" \
		cmd_checkdoc= "$@" </dev/null
}

now()
{
	date +%s
}

# stage NAME START TEXT...: the one line that a finished stage leaves.
stage()
{
	stage_name=$1
	stage_start=$2
	shift 2
	printf '%-9s %s (%d s)\n' "$stage_name" "$*" "$(($(now) - stage_start))"
}

# need_space MB DIR: refuse early instead of failing half way through.
need_space()
{
	free_mb=$(df -Pm "$2" | awk 'NR == 2 { print $4 }')
	if [ "$free_mb" -lt "$1" ]; then
		die "$2: $free_mb MB free, $1 MB needed"
	fi
}

# logged NAME COMMAND...: run quietly; show the end of the log when it fails.
logged()
{
	logged_to=$LOG/$1.log
	shift
	if [ -n "$V" ]; then
		"$@"
		return
	fi
	if ! "$@" >"$logged_to" 2>&1; then
		tail -n 20 "$logged_to" >&2
		die "failed: $1 (log: $logged_to)"
	fi
}

# board_tree SOURCE DTB: the tree of a board, from its SOURCE in the kernel
board_tree()
{
	cpp -nostdinc -undef -D__DTS__ -x assembler-with-cpp -I "$TREE/include" \
		-I "$TREE/arch/arm/boot/dts" -I "$TREE/scripts/dtc/include-prefixes" \
		"$TREE/$1" |
		dtc -q -@ -I dts -O dtb -o "$2" -i "$TREE/${1%/*}" -
}
