/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Let the n-th step of a system call fail: n is written to
 * /proc/thread-self/fail-nth, and is 0 there when the step was met.
 */
#ifndef CMA_INJECT_H
#define CMA_INJECT_H

#include "cma_util.h"

/* Return: 0, or -errno of the write to a file of that kind of failure. */
static inline int inject_set(const char *kind, const char *what,
			     const char *value)
{
	char path[CMA_PATH];

	snprintf(path, sizeof(path), "/sys/kernel/debug/%s/%s", kind, what);
	return cma_write_text(path, value);
}

/* All kinds fail in any context, and do not print a backtrace each time. */
static inline bool inject_ready(void)
{
	static const char * const settings[][3] = {
		{ "failslab", "verbose", "0" },
		{ "failslab", "ignore-gfp-wait", "N" },
		{ "fail_page_alloc", "verbose", "0" },
		{ "fail_page_alloc", "ignore-gfp-wait", "N" },
		{ "fail_page_alloc", "ignore-gfp-highmem", "N" },
		{ "fail_page_alloc", "min-order", "0" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(settings); i++) {
		if (inject_set(settings[i][0], settings[i][1], settings[i][2]))
			return false;
	}
	return true;
}

/*
 * The @n-th step of this thread fails from now on; 0: none. The one before may
 * fail here: the stack is memory, too.
 */
static inline void inject(int fail_nth, int n)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", n);
	while (pwrite(fail_nth, text, strlen(text), 0) < 0)
		if (errno != EFAULT)
			abort();
}

/* Was the fault met since inject()? */
static inline bool injected(int fail_nth)
{
	char text[16] = "";

	while (pread(fail_nth, text, sizeof(text) - 1, 0) < 0)
		if (errno != EFAULT)
			abort();
	inject(fail_nth, 0);
	return atoi(text) == 0;
}

#endif /* CMA_INJECT_H */
