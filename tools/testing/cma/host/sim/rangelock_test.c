// SPDX-License-Identifier: GPL-2.0-only
/*
 * The range lock under ThreadSanitizer
 *
 * usage: rangelock_test SEED ROUNDS
 *
 * Several threads lock ranges that overlap, and write to plain memory of each
 * stripe that they have locked: if two of them could be inside at a time, the
 * sanitizer would see it, and so would they. Some lock all there is, and the
 * others do not stop before those are done: if one starved, or a wake-up was
 * lost, the test would not end.
 */
#include <stdio.h>
#include "threads.h"
#include "../../../../../mm/cma/rangelock.h"

#define STRIPE		128UL
#define STRIPES		48UL
#define NARROW		6
#define WIDE		2

__thread unsigned long jiffies;
__thread unsigned long host_words_read;
__thread bool thread_killed;
__thread void (*thread_tick)(void);

/* Who is in a stripe; not atomic, because the lock is what protects it. */
static int inside[STRIPES];
static unsigned long entered[STRIPES];
static unsigned long rounds, failed;
static int wide_left = WIDE;

struct thread {
	pthread_t thread;
	int id;
	u32 random;
	unsigned long done;
	unsigned long gave_up;
};

static u32 draw_u32(struct thread *t)
{
	t->random ^= t->random << 13;
	t->random ^= t->random >> 17;
	t->random ^= t->random << 5;
	return t->random;
}

static void fail(const char *why)
{
	fprintf(stderr, "rangelock: %s\n", why);
	__atomic_add_fetch(&failed, 1, __ATOMIC_RELAXED);
}

static void use(struct thread *t, unsigned long first, unsigned long last)
{
	unsigned long i;

	for (i = first; i <= last; i++) {
		if (inside[i])
			fail("two threads in one stripe");
		inside[i] = t->id;
	}
	if (draw_u32(t) % 4 == 0)
		sched_yield();
	for (i = first; i <= last; i++) {
		if (inside[i] != t->id)
			fail("somebody else came in");
		inside[i] = 0;
		entered[i]++;
	}
}

static void lock_and_use(struct thread *t, unsigned long first,
			 unsigned long last, gfp_t gfp)
{
	struct cma_range_wait wait = { 0 };
	unsigned long start = first * STRIPE + draw_u32(t) % STRIPE;
	unsigned long end = last * STRIPE + 1 + draw_u32(t) % STRIPE;

	if (end <= start)
		end = start + 1;
	if (cma_range_lock_killable(start, end, gfp, &wait)) {
		t->gave_up++;
		return;
	}
	use(t, first, last);
	cma_range_unlock(start, end);
	t->done++;
}

static void *narrow(void *arg)
{
	struct thread *t = arg;

	while (__atomic_load_n(&wide_left, __ATOMIC_RELAXED)) {
		unsigned long first = draw_u32(t) % STRIPES;
		unsigned long last = first + draw_u32(t) % 3;

		thread_killed = draw_u32(t) % 8 == 0;
		lock_and_use(t, first, min(last, STRIPES - 1),
			     draw_u32(t) % 2 ? GFP_KERNEL : GFP_NOIO);
	}
	return NULL;
}

static void *wide(void *arg)
{
	struct thread *t = arg;
	unsigned long i;

	for (i = 0; i < rounds; i++)
		lock_and_use(t, 0, STRIPES - 1, GFP_KERNEL);
	__atomic_sub_fetch(&wide_left, 1, __ATOMIC_RELAXED);
	return NULL;
}

/* Who may not start I/O does not wait for ever, and then holds nothing. */
static void *impatient(void *arg)
{
	struct cma_range_wait wait = { 0 }, other = { 0 };
	bool *right = arg;

	*right = cma_range_lock_killable(0, 20 * STRIPE, GFP_NOIO, &wait) ==
		 -ETIMEDOUT;
	thread_killed = true;
	*right &= cma_range_lock_killable(0, 20 * STRIPE, GFP_NOIO, &other) ==
		  -EINTR;
	thread_killed = false;
	return NULL;
}

static bool gives_up_and_holds_nothing(void)
{
	struct cma_range_wait wait = { 0 };
	bool right = false;
	pthread_t thread;

	cma_range_lock_killable(5 * STRIPE, 5 * STRIPE + 1, GFP_KERNEL, &wait);
	pthread_create(&thread, NULL, impatient, &right);
	pthread_join(thread, NULL);
	cma_range_unlock(5 * STRIPE, 5 * STRIPE + 1);
	/* All of it can be had at once. */
	if (cma_range_lock_killable(0, STRIPES * STRIPE, GFP_NOIO, &wait))
		return false;
	cma_range_unlock(0, STRIPES * STRIPE);
	return right;
}

/* Lanes that are let go one by one, each when half of the patience is gone. */
static unsigned long let_go;

static void let_one_go(void)
{
	if (jiffies % 300 || let_go == 8)
		return;
	cma_range_unlock(let_go * STRIPE, let_go * STRIPE + 1);
	let_go++;
}

/* The patience used to begin anew at each lane, with all before it held. */
static bool patience_is_for_all_lanes(void)
{
	struct cma_range_wait wait = { 0 };
	unsigned long lane, waited;
	int err;

	for (lane = 0; lane < 8; lane++)
		cma_range_lock_killable(lane * STRIPE, lane * STRIPE + 1,
					GFP_KERNEL, &wait);
	jiffies = 0;
	thread_tick = let_one_go;
	err = cma_range_lock_killable(0, 8 * STRIPE, GFP_NOIO, &wait);
	waited = jiffies;
	thread_tick = NULL;
	for (; let_go < 8; let_go++)
		cma_range_unlock(let_go * STRIPE, let_go * STRIPE + 1);
	if (!err)
		cma_range_unlock(0, 8 * STRIPE);
	return err == -ETIMEDOUT && waited <= 2 * HZ + 2;
}

/*
 * Who tried one range after another used to wait as long for each. What could not
 * be had ends with its lane: the stripe behind it may be free.
 */
static bool patience_is_for_all_ranges(void)
{
	struct cma_range_wait wait = { 0 };
	unsigned long first;
	bool right = true;

	cma_range_lock_killable(5 * STRIPE, 6 * STRIPE, GFP_KERNEL, &wait);
	jiffies = 0;
	for (first = 3; first < 6; first++) {
		right &= cma_range_lock_killable(first * STRIPE + 1,
						 (first + 8) * STRIPE, GFP_NOIO,
						 &wait) == -ETIMEDOUT;
		right &= wait.contended == 6 * STRIPE - 1;
	}
	right &= !time_after(jiffies, 2 * HZ + 2);
	right &= !cma_range_lock_killable(wait.contended + 1, 14 * STRIPE,
					  GFP_NOIO, &wait);
	if (right)
		cma_range_unlock(6 * STRIPE, 14 * STRIPE);
	cma_range_unlock(5 * STRIPE, 6 * STRIPE);
	return right;
}

int main(int argc, char **argv)
{
	u32 seed = argc > 1 ? strtoul(argv[1], NULL, 0) : 1;
	struct thread threads[NARROW + WIDE] = { 0 };
	unsigned long sum = 0, covered = 0, i;

	rounds = argc > 2 ? strtoul(argv[2], NULL, 0) : 300;
	printf("%sok 1 - rangelock: who gives up holds nothing\n",
	       gives_up_and_holds_nothing() ? "" : "not ");
	printf("%sok 2 - rangelock: patience is for all lanes together\n",
	       patience_is_for_all_lanes() ? "" : "not ");
	printf("%sok 3 - rangelock: patience is for all ranges together\n",
	       patience_is_for_all_ranges() ? "" : "not ");
	for (i = 0; i < NARROW + WIDE; i++) {
		threads[i].id = i + 1;
		threads[i].random = seed * 2654435761u + i + 1;
		pthread_create(&threads[i].thread, NULL,
			       i < NARROW ? narrow : wide, &threads[i]);
	}
	for (i = 0; i < NARROW + WIDE; i++) {
		pthread_join(threads[i].thread, NULL);
		printf("# rangelock: thread %lu: %lu ranges, gave up %lu times\n",
		       i, threads[i].done, threads[i].gave_up);
		sum += threads[i].done;
	}
	for (i = 0; i < STRIPES; i++)
		covered += entered[i] >= WIDE * rounds;
	printf("%sok 4 - rangelock: nobody is let in beside another\n",
	       failed || !sum ? "not " : "");
	printf("%sok 5 - rangelock: nobody starves\n1..5\n",
	       covered == STRIPES ? "" : "not ");
	return failed != 0;
}
