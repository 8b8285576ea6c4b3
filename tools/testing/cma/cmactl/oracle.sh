#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Random workloads, planned by cmactl and by a slow reckoner that looks at each
# page for itself.
set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$HERE/lib.sh"

# A trace of requests and releases, and "least N", which is what it needs.
reckon()
{
	awk -v seed="$1" '
	function place(size, step,  at, i) {
		for (at = 0; ; at += step) {
			for (i = 0; i < size && !taken[at + i]; i++)
				;
			if (i == size)
				return at
		}
	}
	function ask(now,  size, order, at, i) {
		size = int(rand() * (rand() < .2 ? 300 : 40)) + 1
		order = int(rand() * 7)
		at = place(size, 2 ^ order)
		for (i = 0; i < size; i++)
			taken[at + i] = 1
		live[nr] = at; sizes[nr] = size; pfns[nr] = next_pfn; nr++
		printf "task%d-%d [000] ..... %d.%06d: cma_alloc_finish: name=a pfn=0x%x page=0 count=%d align=%d errorno=0\n", \
			size % 3, size, now, now, next_pfn, size, order
		next_pfn += size
		if (at + size > least)
			least = at + size
	}
	function release(now,  which, size, i) {
		which = int(rand() * nr)
		size = sizes[which]
		# Some give back the first half only.
		if (size > 1 && rand() < .2)
			size = int(size / 2)
		for (i = 0; i < size; i++)
			delete taken[live[which] + i]
		printf "task-1 [001] ..... %d.%06d: cma_release: name=a pfn=0x%x page=0 count=%d\n", \
			now, now, pfns[which], size
		live[which] += size; pfns[which] += size; sizes[which] -= size
		if (!sizes[which]) {
			nr--
			live[which] = live[nr]; sizes[which] = sizes[nr]; pfns[which] = pfns[nr]
		}
	}
	BEGIN {
		srand(seed)
		next_pfn = 65536
		for (now = 1; now <= 150; now++)
			if (nr && rand() < .45)
				release(now)
			else
				ask(now)
		print "least " least
	}'
}

planned()
{
	"$CMACTL" --json plan "$1" | sed -n 's/.*"least": \([0-9]*\),/\1/p'
}

cd "$O"
wrong=0 why=
seed=1
while [ "$seed" -le "$SEEDS" ]; do
	reckon "$seed" >random.txt
	least=$(sed -n 's/^least //p' random.txt)
	got=$(planned random.txt)
	if [ "$got" != "$least" ]; then
		wrong=$((wrong + 1))
		why="seed $seed: $got pages, reckoned $least"
	fi
	seed=$((seed + 1))
done
result "oracle: $SEEDS random workloads" "$wrong" "$why"

# What is least is enough, and a page less is not.
reckon 1 | grep -v '^least' >random.txt
least=$(planned random.txt)
status=0
{ echo "# area a $least 0"; cat random.txt; } >enough.txt
"$CMACTL" plan enough.txt >/dev/null || status=$?
result "oracle: the least area serves all" "$status" "exit status $status"
status=0
{ echo "# area a $((least - 1)) 0"; cat random.txt; } >little.txt
"$CMACTL" plan little.txt >/dev/null || status=$?
[ "$status" -eq 1 ] && status=0
result "oracle: a page less does not" "$status" "exit status $status"
echo "1..$number"
