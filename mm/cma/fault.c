// SPDX-License-Identifier: GPL-2.0-only
/*
 * Make steps of an allocation fail on purpose
 *
 * Which and when is said in <debugfs>/fail_cma/, where "steps" is a bit for each
 * step of enum cma_step, or by a task for itself in /proc/PID/fail-nth. Steps
 * that are only made while the kernel boots are chosen on the command line:
 * cma.fail=INTERVAL,PROBABILITY,SPACE,TIMES and cma.fail_steps=BITS. A step that
 * fails takes the way it takes when the kernel refuses it.
 */
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/fault-inject.h>
#include <linux/init.h>
#include <linux/moduleparam.h>
#include <linux/string.h>

#include "fault.h"

static DECLARE_FAULT_ATTR(fail_cma);
static u32 steps = ~0U;

static int set_fail(const char *val, const struct kernel_param *kp)
{
	char text[64];

	if (strscpy(text, val) < 0 || !setup_fault_attr(&fail_cma, text))
		return -EINVAL;
	return 0;
}

static const struct kernel_param_ops fail_ops = { .set = set_fail };

#undef MODULE_PARAM_PREFIX
#define MODULE_PARAM_PREFIX "cma."

/* INTERVAL,PROBABILITY,SPACE,TIMES, as all fault injection has it. */
module_param_cb(fail, &fail_ops, NULL, 0);

/* A bit for each step of enum cma_step that may fail. */
module_param_named(fail_steps, steps, uint, 0);

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
