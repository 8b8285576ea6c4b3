/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _CMACTL_PLOT_H
#define _CMACTL_PLOT_H
/*
 * Use and largest hole over time
 */
#include "replay.h"

int plot_write(const char *path, const struct workload *load,
	       const struct part *part, long long pages, long long us);

#endif /* _CMACTL_PLOT_H */
