// SPDX-License-Identifier: GPL-2.0-only
/*
 * Make steps of an allocation fail on purpose
 *
 * Which and when is said in <debugfs>/fail_cma/, where "steps" is a bit for each
 * step of enum cma_step, or by a task for itself in /proc/PID/fail-nth. A step
 * that fails takes the way it takes when the kernel refuses it.
 */
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/fault-inject.h>
#include <linux/init.h>

#include "fault.h"

static DECLARE_FAULT_ATTR(fail_cma);
static u32 steps = ~0U;

/**
 * cma_step_fails() - shall a step fail?
 * @step: the step
 *
 * Says nothing in the log, because some steps hold locks that printing needs.
 *
 * Context: Any.
 * Return: whether it shall.
 */
bool cma_step_fails(enum cma_step step)
{
	return READ_ONCE(steps) & BIT(step) &&
	       should_fail_ex(&fail_cma, 1, FAULT_NOWARN);
}

static int __init cma_fault_start(void)
{
	struct dentry *dir = fault_create_debugfs_attr("fail_cma", NULL,
						       &fail_cma);

	if (!IS_ERR(dir))
		debugfs_create_x32("steps", 0600, dir, &steps);
	return PTR_ERR_OR_ZERO(dir);
}
late_initcall(cma_fault_start);
