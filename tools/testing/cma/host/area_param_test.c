// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of the list of exclusive areas on the command line
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

static const char *one_list(size_t n)
{
	const char *text = lists[n].text;
	struct cma_param param;
	char name[16];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lists[n].elements); i++) {
		const struct element *e = &lists[n].elements[i];
		int err = cma_param_area(&text, name, sizeof(name), &param);

		if (err != e->err)
			return tap_why("element %zu gave %d, not %d", i, err,
				       e->err);
		if (err)
			return param.size || param.base || param.limit ?
			       "a value is left after an error" : NULL;
		if (strcmp(name, e->name) || param.size != e->size ||
		    param.base != e->base || param.limit != e->limit ||
		    param.fixed != e->fixed)
			return tap_why("element %zu is %s:%llu@%llu-%llu", i,
				       name, (unsigned long long)param.size,
				       (unsigned long long)param.base,
				       (unsigned long long)param.limit);
	}
	return "the list does not end";
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
		tap_result(one_list(i), "param: cma_exclusive=%s", lists[i].text);
	tap_result(random_lists(seed, ops), "param: random lists of areas");
}
