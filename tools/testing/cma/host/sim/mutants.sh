#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Does the model find damage? Each mutant is one of its sources with one mistake,
# made by a program of sed; on each of them the model has to fail. Called by the
# Makefile, which sets CC, FLAGS, SANITIZE, O, MM and MODEL_OPS; prints TAP.
set -eu

work=$O/mutants
mkdir -p "$work"

# NAME|FILE|PROGRAM OF SED
mutants()
{
	cat <<'END'
folios that would not move are not put back|evacuate|/min(err, 0))/,/while/{/putback/d}
folios are not put back on a signal|evacuate|/^\t\tif (err) {/,/break/{/putback/d}
mapped folios get lost|evacuate|/list_splice_tail/d
targets are not given back|evacuate|/while (move.nr_spare)/,+1d
blocks stay isolated|evacuate|/undo_isolate_page_range/d
the loser undoes the winner's isolation|evacuate|/isolated_frame(start, end);/s/;/; undo_isolate_page_range(start, end, MIGRATE_CMA);/
blocks become movable|evacuate|/undo_isolate_page_range/s/MIGRATE_CMA/1/
blocks are isolated without the lock|evacuate|/err = cma_range_lock_killable/{N;s/.*/err = 0;/}
the range stays locked|evacuate|/cma_range_unlock/d
LRU batches are disabled before a frame stays|evacuate|/^static int empty_range/,/^}/s/if (tries)$/if (1)/
per-CPU lists are drained for each claim|alloc|/^static int claim_place/,/^}/s/^\tint err = claim(.*/\tint err = (drain_all_pages(req->cma->zone), claim(req, pfn, frames));/
per-CPU lists are drained for each evacuation|evacuate|s/if (ev->in_pcp)/if (1)/
LRU batches are drained before each look|alloc|/^static unsigned long look/,/^}/s/^\treq->ev.in_pcp = false;/\tlru_add_drain_all();/
LRU batches stay disabled|evacuate|/lru_cache_enable/s/lru_cache_enable();/;/
the task keeps a flag|evacuate|/memalloc_pin_restore/s/memalloc_pin_restore(flags);/;/
targets lie in areas|evacuate|s/if (favoured)/if (0)/
a look keeps a reference|evacuate|/held = cma_folio_held/,/return/{/folio_put/d}
the rest of a free page is lost|claim|/if (end < tail)/,+1d
a claim that failed keeps what it had|claim|/\*blocker = pfn;/,/return/{/cma_put_back/d}
somebody else's reference is dropped|claim|/unlikely(atomic_cmpxchg/s/.*/		(page->refs--, 0))/
a small release is half undone|claim|/page_ref_unfreeze/s/page_ref_unfreeze.*/;/
a blocked place stays taken|alloc|/^static int try_place/,/^}/{/cma_untake/d}
a place in use stays taken|alloc|/^static int claim_pass/,/^}/{/cma_untake/d}
a place is taken twice|alloc|/^static bool take_place_at/,/^}/s/cma_map_take(.*/;/
the pocket forgets another window|pocket|/^\tif (raw)$/,+1d
the pocket is emptied twice|pocket|/^void cma_pocket_empty/,/^}/{/pocket->raw = 0;/d}
a release leaves the map as it was|release|/^static void lend/,/^}/{/cma_untake/d}
the next owner finds a mark of the last one|claim|/set_page_private/s/set_page_private.*/;/
broken memory is used again|claim|s/unlikely(PageHWPoison(page))/0/
half a folio is released|release|s/folio_nr_pages(folio) != count/0/
END
}

# Compile the mutant, and let it live; the program of sed must have hit.
lives()
{
	sed "$2" "$MM/$1.c" >"$work/$1.c"
	if cmp -s "$work/$1.c" "$MM/$1.c"; then
		echo "# no such line in $1.c"
		return 0
	fi
	# shellcheck disable=SC2086
	$CC $FLAGS $SANITIZE -I"$MM" -c "$work/$1.c" -o "$work/$1.o" || return 0
	objects=$work/$1.o
	for object in "$O"/sim/*.o; do
		[ "${object##*/}" = "$1.o" ] || objects="$objects $object"
	done
	# shellcheck disable=SC2086
	$CC $SANITIZE $objects -o "$work/model" || return 0
	timeout 60 "$work/model" 1 "$MODEL_OPS" >"$work/log" 2>&1
}

mutants | {
	nr=0
	while IFS='|' read -r name file program; do
		nr=$((nr + 1))
		if lives "$file" "$program"; then
			echo "not ok $nr - mutant: $name # is not found"
		else
			echo "ok $nr - mutant: $name"
			sed -n 's/^sim: /# /p' "$work/log"
		fi
	done
	echo "1..$nr"
}
