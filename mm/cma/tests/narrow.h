/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _MM_CMA_TESTS_NARROW_H
#define _MM_CMA_TESTS_NARROW_H
/*
 * The narrowest context in which memory may be allocated: without interrupts. In
 * a real-time kernel the locks of the page allocator sleep, so there it is any
 * task.
 */
#include <linux/irqflags.h>
#include <linux/kconfig.h>
#include <linux/preempt.h>

static inline unsigned long narrow_enter(void)
{
	unsigned long flags = 0;

	if (!IS_ENABLED(CONFIG_PREEMPT_RT))
		local_irq_save(flags);
	return flags;
}

static inline void narrow_leave(unsigned long flags)
{
	if (!IS_ENABLED(CONFIG_PREEMPT_RT))
		local_irq_restore(flags);
}

/* Stay on this CPU; that nobody else runs on it cannot be had there either. */
static inline void stay_enter(void)
{
	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		migrate_disable();
	else
		preempt_disable();
}

static inline void stay_leave(void)
{
	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		migrate_enable();
	else
		preempt_enable();
}

#endif /* _MM_CMA_TESTS_NARROW_H */
