#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# boot: dts=virt-test mem=1G timeout=900
# check: none
#
# trace-cmd, perf and bpftrace, unmodified, follow allocations by their events.
# The disk has them: see build/tracers.
set -u
# shellcheck source-path=SCRIPTDIR source=lib.sh
. /jobs/lib.sh

disk=/mnt
area=fixed-pool@50000000
other=reserved
out=/tmp/out
texts=$out

# A program of the disk; what it says is in $out, and in the log of this job.
on_disk()
{
	echo "  # $*"
	status=0
	PATH=/usr/bin:/bin chroot $disk "$@" >$out 2>&1 </dev/null || status=$?
	sed 's/^/  /' $out | cut -c -160
	return $status
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

# 3000 pages out of an area that is full of a file in memory.
evacuation()
{
	id=$(ids 'cma_request:? .* count=3000 ')
	for stage in search claim isolate migrate; do
		has "$1: evacuated: $stage" "cma_$stage:? .*id=${id:-none} name=$area "
	done
	has "$1: evacuated: it ends" "cma_done:? .*id=${id:-none} .* stage=evacuated "
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

evacuate()
{
	cat <<END
#!/bin/sh
cd /sys/kernel/debug/cma/$area
echo 3000 >alloc && echo 3000 >free
END
}

# Requests of many sizes to two areas, and what their counters say of it.
mixed()
{
	cat <<END
#!/bin/sh
counters()
{
	cd /sys/kernel/mm/cma/\$1
	awk '/claimed|evacuated/ { n += \$2 } END { print n }' allocations
	cat alloc_pages_success release_pages_success
	awk '/claim|evacuate/ { for (i = 2; i <= NF; i++) n += \$i } END { print n }' latency
}
for area in $area $other; do
	counters \$area >/tmp/before-\$area
done
for n in 1 2 3 4 5 6 7 8; do
	for pages in 1 3 16 64 100 512 1000; do
		echo \$pages >/sys/kernel/debug/cma/$area/alloc
	done
	echo \$((n * 100)) >/sys/kernel/debug/cma/$other/alloc
	echo 1696 >/sys/kernel/debug/cma/$area/free
	echo \$((n * 100)) >/sys/kernel/debug/cma/$other/free
done
for area in $area $other; do
	counters \$area | paste - /tmp/before-\$area | awk '{ print \$1 - \$2 }' >/tmp/counted-\$area
done
END
}

# counted AREA N: the N-th of what its counters say
counted()
{
	sed -n "$2p" "/tmp/counted-$1"
}

# value MAP AREA: what bpftrace says
value()
{
	sed -n "s/^@$1\\[$2\\]: //p" $out
}

# entries AREA: all in the histogram of an area
entries()
{
	awk -v head="@us[$1]:" '/^@/ { on = index($0, head) == 1 }
		on && /\|/ { sub(/.*[])] */, ""); n += $1 } END { print n + 0 }' $out
}

mount -t ext4 /dev/vda $disk || exit 1
for dir in proc sys dev tmp; do
	mount -o bind /$dir $disk/$dir
done
mount -o bind /sys/kernel/debug $disk/sys/kernel/debug
mount -o bind /sys/kernel/tracing $disk/sys/kernel/tracing
for script in work evacuate mixed; do
	$script >$disk/root/$script
	chmod 755 $disk/root/$script
done
for applet in awk cat paste; do
	ln -sf sh $disk/bin/$applet
done

on_disk trace-cmd record -q -e cma -o /root/trace.dat /root/work
result "trace-cmd: records" $?
on_disk trace-cmd report -i /root/trace.dat
stages trace-cmd

on_disk perf record -q -a -e 'cma:*' -o /root/perf.data /root/work
result "perf: records" $?
on_disk perf script -i /root/perf.data
stages perf
on_disk perf stat -e cma:cma_alloc_start,cma:cma_give_up,cma:cma_release /root/work
result "perf stat: counts" $?
has "perf stat: two began" '^ +2 +cma:cma_alloc_start'
has "perf stat: one gave up" '^ +1 +cma:cma_give_up'
has "perf stat: one went back" '^ +1 +cma:cma_release'

on_disk bpftrace -c "/bin/sh /root/work" -e '
	tracepoint:cma:cma_request {
		printf("begin id=%lu %s %lu pages\n", args->id, str(args->name), args->count);
	}
	tracepoint:cma:cma_search { printf("search id=%lu pfn=0x%lx\n", args->id, args->pfn); }
	tracepoint:cma:cma_claim { printf("claim id=%lu ret=%d\n", args->id, args->ret); }
	tracepoint:cma:cma_give_up {
		printf("give up id=%lu cause=%s\n", args->id, str(args->cause));
	}
	tracepoint:cma:cma_done {
		printf("end id=%lu %lu pages, %s\n", args->id, args->count, str(args->stage));
	}'
result "bpftrace: runs" $?
id=$(sed -n 's/^begin id=\([0-9]*\) .* 200 pages/\1/p' $out)
has "bpftrace: an allocation begins" "^begin id=${id:-none} $area 200 pages\$"
has "bpftrace: a place is found for it" "^search id=${id:-none} pfn=0x[0-9a-f]+\$"
has "bpftrace: which is claimed" "^claim id=${id:-none} ret=0\$"
has "bpftrace: it ends" "^end id=${id:-none} 200 pages, claimed\$"
id=$(sed -n 's/^begin id=\([0-9]*\) .* 99999 pages/\1/p' $out)
has "bpftrace: the other one gives up" "^give up id=${id:-none} cause=refused\$"

on_disk bpftrace -c "/bin/sh /root/mixed" -e '
	tracepoint:cma:cma_done {
		@allocations[str(args->name)] = count();
		@pages[str(args->name)] = sum(args->count);
		@us[str(args->name)] = hist(args->us);
	}
	tracepoint:cma:cma_freed { @released[str(args->name)] = sum(args->count); }'
result "bpftrace: counts" $?
for name in $area $other; do
	check "bpftrace: allocations of $name" "$(value allocations "$name")" "$(counted "$name" 1)"
	check "bpftrace: pages of $name" "$(value pages "$name")" "$(counted "$name" 2)"
	check "bpftrace: pages back to $name" "$(value released "$name")" "$(counted "$name" 3)"
	check "bpftrace: latencies of $name" "$(entries "$name")" "$(counted "$name" 4)"
done
check "bpftrace: all of $area is there" "$(value allocations "$area")" 56

# What is not yet there goes to the areas first, until they are full.
echo 0 >/sys/module/cma/parameters/favour
dd if=/dev/zero of=/tmp/full bs=1M count=160 2>/dev/null
echo 50 >/sys/module/cma/parameters/favour
on_disk perf record -q -a -e 'cma:*' -o /root/perf.data /root/evacuate
result "perf: records an evacuation" $?
on_disk perf script -i /root/perf.data
evacuation perf
rm /tmp/full

for dir in sys/kernel/tracing sys/kernel/debug proc sys dev tmp; do
	umount $disk/$dir
done
umount $disk
echo "1..$number"
