/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _MM_CMA_PARAM_H
#define _MM_CMA_PARAM_H
/*
 * The words of the command line (pure layer)
 */
#include "shim.h"

/**
 * struct cma_param - what ``cma=`` says
 * @size: bytes, 0 for no area
 * @base: lowest address, 0 for anywhere
 * @limit: end of the permitted window, 0 for none
 * @fixed: the area must be exactly at @base
 */
struct cma_param {
	u64 size;
	u64 base;
	u64 limit;
	bool fixed;
};

int cma_param_size(const char **text, u64 *bytes);
int cma_param_parse(const char *text, struct cma_param *param);
int cma_param_node(const char **text, unsigned int *nid, u64 *size);
int cma_param_area(const char **text, char *name, size_t bytes,
		   struct cma_param *param);
int cma_param_element(const char **text, char *name, size_t bytes,
		      struct cma_param *param);

#endif /* _MM_CMA_PARAM_H */
