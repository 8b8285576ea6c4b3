// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exclusive areas that the command line asks for
 *
 *	cma_exclusive=name:size[@start[-end]][,name:size...]
 *
 * The word is read before memblock knows what is in use, so it is kept, and its
 * areas are reserved when the architecture asks for those of the command line.
 * They serve cblock_alloc() in the order in which they are listed, before any
 * others.
 */
#define pr_fmt(fmt) "cma: " fmt

#include <linux/init.h>
#include <linux/mm.h>

#include "cma.h"
#include "param.h"

static char *wanted __initdata;	/* NULL without a "=" */
static bool given __initdata;

static int __init early_cma_exclusive(char *value)
{
	wanted = value;
	given = true;
	return 0;
}
early_param("cma_exclusive", early_cma_exclusive);

static void __init bad_element(const char *element, int err)
{
	pr_err("cma_exclusive=%s ignored: %s, expected name:size[KMG][@start[-end]][,name:...]\n",
	       element, err == -EOVERFLOW ? "a number or name is too large" :
	       err == -ERANGE ? "the size does not fit in the window" :
	       "not understood");
}

static void __init reserve_one(const char *name, const struct cma_param *param,
			       phys_addr_t limit)
{
	unsigned int flags = CMA_CBLOCK | CMA_PREFERRED |
			     (param->fixed ? CMA_FIXED : 0);
	struct cma *cma;

	/* A line in the log says why if it fails. */
	cma_declare_exclusive(param->base, param->size,
			      min_not_zero((phys_addr_t)param->limit, limit),
			      0, flags, name, &cma, NUMA_NO_NODE);
}

/**
 * cma_reserve_exclusive() - reserve the exclusive areas of the command line
 * @limit: end of the addresses that the architecture permits, 0 for any
 *
 * The list is used up to the first mistake.
 *
 * Context: Early boot, once, when memblock knows everything that is in use.
 */
void __init cma_reserve_exclusive(phys_addr_t limit)
{
	const char *text = wanted ?: "";
	char name[CMA_MAX_NAME];
	int err = 0;

	if (!given)
		return;
	if (!*text)
		bad_element(text, -EINVAL);
	while (!err && *text) {
		const char *element = text;
		struct cma_param param;

		err = cma_param_area(&text, name, sizeof(name), &param);
		if (!err && (param.size > PHYS_ADDR_MAX ||
			     param.limit > PHYS_ADDR_MAX))
			err = -EOVERFLOW;
		if (err)
			bad_element(element, err);
		else
			reserve_one(name, &param, limit);
	}
}
