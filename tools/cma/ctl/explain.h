/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _CMACTL_EXPLAIN_H
#define _CMACTL_EXPLAIN_H
/*
 * What is wrong, how one knows, and what cures it
 */
#include "area.h"

enum severity { ERROR, WARNING, NOTE };

void finding(enum severity severity, const char *area, const char *what,
	     const char *evidence, const char *cure);
void explain_log(char *text, bool causes_known);
bool explain_area(const struct area *area);

#endif /* _CMACTL_EXPLAIN_H */
