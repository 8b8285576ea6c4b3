/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _CMA_HOST_PARAM_REF_H
#define _CMA_HOST_PARAM_REF_H
/*
 * The words of the command line once more, by means of the C library
 */
#include "../../../../mm/cma/param.h"

int ref_parse(const char *text, struct cma_param *param);
int ref_node(const char **text, unsigned int *nid, u64 *size);

const char *param_agree(const char *text);

#endif /* _CMA_HOST_PARAM_REF_H */
