// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of the lists of areas on the command line
 */
#include <stdio.h>
#include <stdlib.h>
#include "../../../../mm/cma/param.h"
#include "tap.h"

#define M	(1024 * 1024ull)

/* What one element gives; the list ends with an error, -ENOENT for its end. */
struct element {
	const char *name;
	int err;
	u64 size;
	u64 base;
	u64 limit;
	bool fixed;
};

static const struct {
	const char *text;
	struct element elements[3];
} lists[] = {
	{ "", { { "", -ENOENT } } },
	{ "vpu:256M", { { "vpu", 0, 256 * M }, { "", -ENOENT } } },
	{ "vpu:256M@0x50000000",
	  { { "vpu", 0, 256 * M, 0x50000000, 0x60000000, true }, { "", -ENOENT } } },
	{ "a:1M@1G-2G,b:2M",
	  { { "a", 0, M, 1024 * M, 2048 * M }, { "b", 0, 2 * M }, { "", -ENOENT } } },
	{ "a b:1M", { { "", -EINVAL } } },
	{ "a/b:1M", { { "", -EINVAL } } },
	{ "..:1M", { { "", -EINVAL } } },
	{ ":1M", { { "", -EINVAL } } },
	{ "vpu", { { "", -EINVAL } } },
	{ "vpu:", { { "", -EINVAL } } },
	{ "vpu:0", { { "", -EINVAL } } },
	{ "vpu:0,b:1M", { { "", -EINVAL } } },
	{ "vpu:1M,", { { "", -EINVAL } } },
	{ "vpu:1M!", { { "", -EINVAL } } },
	{ "vpu:1M@", { { "", -EINVAL } } },
	{ "a,b:1M", { { "", -EINVAL } } },
	{ "vpu:1M,,b:1M", { { "vpu", 0, M }, { "", -EINVAL } } },
	{ "vpu:99999999999999999999", { { "", -EOVERFLOW } } },
	{ "vpu:2M@1M-2M", { { "", -ERANGE } } },
	{ "0123456789abcdef:1M", { { "", -EOVERFLOW } } },
	{ "0123456789abcde:1M", { { "0123456789abcde", 0, M }, { "", -ENOENT } } },
};

/* The lists of cma=, in which one element may do without a name. */
static const struct {
	const char *text;
	struct element elements[4];
} mixed[] = {
	{ "", { { "", -ENOENT } } },
	{ "0", { { "", 0, 0 }, { "", -ENOENT } } },
	{ "64M", { { "", 0, 64 * M }, { "", -ENOENT } } },
	{ "cam:64M,gpu:128M@1G",
	  { { "cam", 0, 64 * M }, { "gpu", 0, 128 * M, 1024 * M, 1152 * M, true },
	    { "", -ENOENT } } },
	{ "cam:1M,2M@1G-2G,gpu:3M",
	  { { "cam", 0, M }, { "", 0, 2 * M, 1024 * M, 2048 * M },
	    { "gpu", 0, 3 * M }, { "", -ENOENT } } },
	{ "64M,", { { "", -EINVAL } } },
	{ "64M,,a:1M", { { "", 0, 64 * M }, { "", -EINVAL } } },
	{ "64MB", { { "", -EINVAL } } },
	{ "64M@", { { "", -EINVAL } } },
	{ "M", { { "", -EINVAL } } },
	{ "cam:0", { { "", -EINVAL } } },
	{ "cam:", { { "", -EINVAL } } },
	{ ":64M", { { "", -EINVAL } } },
	{ "64M,cam", { { "", 0, 64 * M }, { "", -EINVAL } } },
	{ "1:2M", { { "1", 0, 2 * M }, { "", -ENOENT } } },
	{ "2M@1M-2M", { { "", -ERANGE } } },
	{ "99999999999999999999", { { "", -EOVERFLOW } } },
};

typedef int (*element_fn)(const char **text, char *name, size_t bytes,
			  struct cma_param *param);

/* Does @parse find these elements, an error as the last one? */
static const char *one_list(element_fn parse, const char *text,
			    const struct element *e)
{
	struct cma_param param;
	char name[16];
	int i;

	for (i = 0; ; i++, e++) {
		int err = parse(&text, name, sizeof(name), &param);

		if (err != e->err)
			return tap_why("element %d gave %d, not %d", i, err,
				       e->err);
		if (err)
			return param.size || param.base || param.limit ?
			       "a value is left after an error" : NULL;
		if (strcmp(name, e->name) || param.size != e->size ||
		    param.base != e->base || param.limit != e->limit ||
		    param.fixed != e->fixed)
			return tap_why("element %d is %s:%llu@%llu-%llu", i,
				       name, (unsigned long long)param.size,
				       (unsigned long long)param.base,
				       (unsigned long long)param.limit);
	}
}

/* Random texts of the letters that matter: they end, and inside of the text. */
static const char *random_lists(u64 seed, unsigned long ops)
{
	static const char letters[] = "a:1M,@-0x! ";
	struct draw from = draw_from_seed(seed);
	char text[24], name[8];
	struct cma_param param;
	unsigned long i, steps;
	size_t len, j;

	for (i = 0; i < ops; i++) {
		const char *at = text;
		int err;

		len = draw(&from, sizeof(text));
		for (j = 0; j < len; j++)
			text[j] = letters[draw(&from, sizeof(letters) - 1)];
		text[len] = '\0';
		steps = 0;
		do {
			err = cma_param_area(&at, name, sizeof(name), &param);
			expect(at >= text && at <= text + len);
			expect(err || (param.size && name[0]));
			expect(++steps <= sizeof(text));
		} while (!err);
	}
	return NULL;
}

void area_param_tests(u64 seed, unsigned long ops)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lists); i++)
		tap_result(one_list(cma_param_area, lists[i].text,
				    lists[i].elements),
			   "param: cma_exclusive=%s", lists[i].text);
	for (i = 0; i < ARRAY_SIZE(mixed); i++)
		tap_result(one_list(cma_param_element, mixed[i].text,
				    mixed[i].elements),
			   "param: cma=%s, as a list",
			   mixed[i].text);
	tap_result(random_lists(seed, ops), "param: random lists of areas");
}
