#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# boot: dts=virt-test timeout=600
# check: none
#
# trace-cmd, unmodified, follows allocations by their events. The disk has it: see
# build/tracers.
set -u
# shellcheck source-path=SCRIPTDIR source=lib.sh
. /jobs/lib.sh

disk=/mnt
area=fixed-pool@50000000
out=/tmp/out

# A program of the disk; what it says is in $out, and in the log of this job.
on_disk()
{
	echo "  # $*"
	status=0
	PATH=/usr/bin:/bin chroot $disk "$@" >$out 2>&1 </dev/null || status=$?
	sed 's/^/  /' $out | cut -c -160
	return $status
}

has()
{
	status=0
	grep -qE "$2" $out || status=1
	result "$1" "$status" "no line like '$2'"
}

# ids ERE: the numbers of allocations in lines like this, once each
ids()
{
	grep -E "$1" $out | sed -n 's/.*[ :(]id[=:] *\([0-9]*\).*/\1/p' | sort -u
}

# 200 pages and back, then more than the area has. All events of the first have
# one number, those of the second another one.
stages()
{
	has "$1: it begins" "cma_request:? .*id=[0-9]+ name=$area count=200 "
	has "$1: a place is found" "cma_search:? .*name=$area .*count=200"
	has "$1: it ends" "cma_done:? .*name=$area .*count=200 stage=claimed us=[0-9]+"
	has "$1: it goes back" "cma_freed:? .*name=$area .*count=200 us="
	has "$1: the other one gives up" "cma_give_up:? .*name=$area count=99999 cause=refused"
	has "$1: gfp in words" 'cma_request:? .*gfp=GFP_KERNEL'
	has "$1: stock event" "cma_alloc_start:? .*name=$area count=200 align=0"
	check "$1: one number, end to end" \
		"$(ids 'cma_(request|search|claim|done).* count=200 ' | wc -l)" 1
	check "$1: what cannot be read" \
		"$(grep -cE 'FAILED|unknown event|bad op|[Ee]rror:' $out)" 0
}

work()
{
	cat <<END
#!/bin/sh
cd /sys/kernel/debug/cma/$area
echo 200 >alloc
echo 200 >free
echo 99999 2>/dev/null >alloc
exit 0
END
}

mount -t ext4 /dev/vda $disk || exit 1
for dir in proc sys dev tmp; do
	mount -o bind /$dir $disk/$dir
done
mount -o bind /sys/kernel/debug $disk/sys/kernel/debug
mount -o bind /sys/kernel/tracing $disk/sys/kernel/tracing
work >$disk/root/work
chmod 755 $disk/root/work

on_disk trace-cmd record -q -e cma -o /root/trace.dat /root/work
result "trace-cmd: records" $?
on_disk trace-cmd report -i /root/trace.dat
stages trace-cmd

for dir in sys/kernel/tracing sys/kernel/debug proc sys dev tmp; do
	umount $disk/$dir
done
umount $disk
echo "1..$number"
