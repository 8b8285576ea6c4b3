/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What rangelock.c needs of the kernel, in POSIX threads
 *
 * It is force-included before rangelock.c and its test. A mutex of the kernel
 * hands itself to a waiter that has been overtaken; here it is a queue from the
 * beginning.
 */
#ifndef CMA_HOST_THREADS_H
#define CMA_HOST_THREADS_H

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/types.h>
#define HOST_PER_THREAD		__thread
#include "../host-shim.h"

#define __init
#define BIT(n)			(1UL << (n))
#define GENMASK(high, low) \
	((~0UL << (low)) & (~0UL >> (BITS_PER_LONG - 1 - (high))))
#define pageblock_nr_pages	64UL
#define MAX_ORDER_NR_PAGES	128UL
#define for_each_set_bit(bit, map, size)				\
	for ((bit) = find_next_bit(map, size, 0); (bit) < (unsigned int)(size); \
	     (bit) = find_next_bit(map, size, (bit) + 1))
#define early_initcall(fn) \
	static void __attribute__((constructor)) call_##fn(void) { fn(); } \
	struct mutex

struct lock_class_key {
	int unused;
};

struct mutex {
	pthread_mutex_t inner;
	pthread_cond_t turn;
	unsigned long next;	/* ticket of the next who comes */
	unsigned long now;	/* ticket of who has it, or may have it */
};

#define __mutex_init(mutex, name, key)	((void)(key), thread_mutex_init(mutex))

static inline void thread_mutex_init(struct mutex *mutex)
{
	pthread_mutex_init(&mutex->inner, NULL);
	pthread_cond_init(&mutex->turn, NULL);
	mutex->next = 0;
	mutex->now = 0;
}

static inline int mutex_lock_killable(struct mutex *mutex)
{
	unsigned long ticket;

	pthread_mutex_lock(&mutex->inner);
	ticket = mutex->next++;
	while (ticket != mutex->now)
		pthread_cond_wait(&mutex->turn, &mutex->inner);
	pthread_mutex_unlock(&mutex->inner);
	return 0;
}

static inline int mutex_trylock(struct mutex *mutex)
{
	bool mine;

	pthread_mutex_lock(&mutex->inner);
	mine = mutex->next == mutex->now;
	mutex->next += mine;
	pthread_mutex_unlock(&mutex->inner);
	return mine;
}

static inline void mutex_unlock(struct mutex *mutex)
{
	pthread_mutex_lock(&mutex->inner);
	mutex->now++;
	pthread_cond_broadcast(&mutex->turn);
	pthread_mutex_unlock(&mutex->inner);
}

/*
 * Time is what a thread has waited, and something may happen at each tick of it;
 * a signal comes when a thread wants one.
 */
extern __thread unsigned long jiffies;
extern __thread bool thread_killed;
extern __thread void (*thread_tick)(void);

#define HZ			250
#define msecs_to_jiffies(ms)	((unsigned long)(ms) / 4)
#define time_after(a, b)	((long)((b) - (a)) < 0)
#define schedule_timeout_killable(j) \
	(jiffies += (j), thread_tick ? thread_tick() : (void)0, sched_yield())
#define fatal_signal_pending(task)	(thread_killed)

#endif /* CMA_HOST_THREADS_H */
