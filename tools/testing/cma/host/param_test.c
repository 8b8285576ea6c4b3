// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of the words of the command line
 */
#include "param_ref.h"
#include "tap.h"

#define K	1024ull
#define M	(1024 * K)
#define G	(1024 * M)
#define T	(1024 * G)
#define P	(1024 * T)
#define E	(1024 * P)

static const struct {
	const char *text;
	int err;
	u64 size;
	u64 base;
	u64 limit;
	bool fixed;
} params[] = {
	/* sizes alone */
	{ "0", 0, 0, 0, 0, false },
	{ "0M", 0, 0, 0, 0, false },
	{ "00", 0, 0, 0, 0, false },
	{ "1", 0, 1, 0, 0, false },
	{ "4096", 0, 4096, 0, 0, false },
	{ "64K", 0, 64 * K, 0, 0, false },
	{ "64k", 0, 64 * K, 0, 0, false },
	{ "64M", 0, 64 * M, 0, 0, false },
	{ "64m", 0, 64 * M, 0, 0, false },
	{ "3G", 0, 3 * G, 0, 0, false },
	{ "3g", 0, 3 * G, 0, 0, false },
	{ "2T", 0, 2 * T, 0, 0, false },
	{ "2t", 0, 2 * T, 0, 0, false },
	{ "1P", 0, P, 0, 0, false },
	{ "1p", 0, P, 0, 0, false },
	{ "1E", 0, E, 0, 0, false },
	{ "15e", 0, 15 * E, 0, 0, false },
	{ "0x10", 0, 16, 0, 0, false },
	{ "0X10", 0, 16, 0, 0, false },
	{ "0x4000000", 0, 64 * M, 0, 0, false },
	{ "0xAbCdEf", 0, 0xabcdef, 0, 0, false },
	{ "0x10E", 0, 0x10e, 0, 0, false },
	{ "0x10K", 0, 16 * K, 0, 0, false },
	{ "010", 0, 8, 0, 0, false },
	{ "0100M", 0, 64 * M, 0, 0, false },
	{ "0x0", 0, 0, 0, 0, false },
	{ "000000000000000000000000000000017", 0, 15, 0, 0, false },
	{ "18446744073709551615", 0, U64_MAX, 0, 0, false },
	{ "0xffffffffffffffff", 0, U64_MAX, 0, 0, false },
	{ "01777777777777777777777", 0, U64_MAX, 0, 0, false },
	{ "17179869183G", 0, 17179869183 * G, 0, 0, false },
	/* no size */
	{ "", -EINVAL },
	{ " ", -EINVAL },
	{ " 64M", -EINVAL },
	{ "64M ", -EINVAL },
	{ "64 M", -EINVAL },
	{ "foo", -EINVAL },
	{ "M", -EINVAL },
	{ "x10", -EINVAL },
	{ "0x", -EINVAL },
	{ "0xg", -EINVAL },
	{ "0xK", -EINVAL },
	{ "+64M", -EINVAL },
	{ "-64M", -EINVAL },
	{ "-1", -EINVAL },
	{ "08", -EINVAL },
	{ "0109", -EINVAL },
	{ "64MB", -EINVAL },
	{ "64MM", -EINVAL },
	{ "64MiB", -EINVAL },
	{ "64.5M", -EINVAL },
	{ "6_4M", -EINVAL },
	{ "64Z", -EINVAL },
	{ "64M,32M", -EINVAL },
	{ "50%", -EINVAL },
	{ "64M\n", -EINVAL },
	{ "\x80", -EINVAL },
	{ "64\xff", -EINVAL },
	{ "64\x0b", -EINVAL },
	{ "@", -EINVAL },
	{ "@1G", -EINVAL },
	/* too large */
	{ "18446744073709551616", -EOVERFLOW },
	{ "18446744073709551620", -EOVERFLOW },
	{ "99999999999999999999999999", -EOVERFLOW },
	{ "0x10000000000000000", -EOVERFLOW },
	{ "02000000000000000000000", -EOVERFLOW },
	{ "17179869184G", -EOVERFLOW },
	{ "16E", -EOVERFLOW },
	{ "18446744073709551615K", -EOVERFLOW },
	/* a start */
	{ "64M@1G", 0, 64 * M, G, G + 64 * M, true },
	{ "64m@1g", 0, 64 * M, G, G + 64 * M, true },
	{ "64M@0x40000000", 0, 64 * M, G, G + 64 * M, true },
	{ "64M@1", 0, 64 * M, 1, 64 * M + 1, true },
	{ "64M@8G", 0, 64 * M, 8 * G, 8 * G + 64 * M, true },
	{ "0@1G", 0, 0, G, G, true },
	{ "64M@0", 0, 64 * M, 0, 0, false },
	{ "64M@0x0", 0, 64 * M, 0, 0, false },
	{ "0@0", 0, 0, 0, 0, false },
	{ "1@18446744073709551614", 0, 1, U64_MAX - 1, U64_MAX, true },
	{ "64M@", -EINVAL },
	{ "64M@x", -EINVAL },
	{ "64M@-1G", -EINVAL },
	{ "64M@+1G", -EINVAL },
	{ "64M@ 1G", -EINVAL },
	{ "64M@1Gx", -EINVAL },
	{ "64M@@1G", -EINVAL },
	{ "64M@1G@2G", -EINVAL },
	{ "64M@16E", -EOVERFLOW },
	{ "64M@18446744073709551615", -EOVERFLOW },
	{ "1E@15E", -EOVERFLOW },
	/* a start and an end */
	{ "64M@1G-2G", 0, 64 * M, G, 2 * G, false },
	{ "64M@0-1G", 0, 64 * M, 0, G, false },
	{ "64M@0-64M", 0, 64 * M, 0, 64 * M, false },
	{ "64M@1G-1088M", 0, 64 * M, G, 1088 * M, true },
	{ "64M@4G-16E", -EOVERFLOW },
	{ "64M@4G-15E", 0, 64 * M, 4 * G, 15 * E, false },
	{ "0@1G-1G", 0, 0, G, G, true },
	{ "64M@1G-1G", -ERANGE },
	{ "64M@1G-1087M", -ERANGE },
	{ "64M@2G-1G", -ERANGE },
	{ "64M@1G-0", -ERANGE },
	{ "64M@0-0", -ERANGE },
	{ "64M@0-63M", -ERANGE },
	{ "64M@1G-", -EINVAL },
	{ "64M@1G-x", -EINVAL },
	{ "64M@1G--2G", -EINVAL },
	{ "64M@1G-2G-3G", -EINVAL },
	{ "64M@1G-2Gx", -EINVAL },
	{ "64M@1G- 2G", -EINVAL },
	{ "64M-2G", -EINVAL },
};

static const char *parse(unsigned int i)
{
	struct cma_param param;
	const char *why = param_agree(params[i].text);
	int err;

	if (why)
		return why;
	memset(&param, 0xa5, sizeof(param));
	err = cma_param_parse(params[i].text, &param);
	if (err != params[i].err)
		return tap_why("gave %d, not %d", err, params[i].err);
	expect(param.size == params[i].size);
	expect(param.base == params[i].base);
	expect(param.limit == params[i].limit);
	expect(param.fixed == params[i].fixed);
	return NULL;
}

/* Texts of numa_cma= and what each call must give, up to the first error. */
static const struct {
	const char *text;
	struct {
		int err;
		unsigned int nid;
		u64 size;
	} call[4];
} nodes[] = {
	{ "", { { -ENOENT } } },
	{ "0:64M", { { 0, 0, 64 * M }, { -ENOENT } } },
	{ "0:64M,1:32m", { { 0, 0, 64 * M }, { 0, 1, 32 * M }, { -ENOENT } } },
	{ "3:1G,2:0x1000,1:0",
	  { { 0, 3, G }, { 0, 2, 4 * K }, { 0, 1, 0 }, { -ENOENT } } },
	{ "1:64M,1:32M", { { 0, 1, 64 * M }, { 0, 1, 32 * M }, { -ENOENT } } },
	{ "2147483647:1", { { 0, INT_MAX, 1 }, { -ENOENT } } },
	{ "2147483648:1", { { -EOVERFLOW } } },
	{ "4294967296:1", { { -EOVERFLOW } } },
	{ "18446744073709551616:1", { { -EOVERFLOW } } },
	{ "0:16E", { { -EOVERFLOW } } },
	{ "64M", { { -EINVAL } } },
	{ ":64M", { { -EINVAL } } },
	{ "0:", { { -EINVAL } } },
	{ "0", { { -EINVAL } } },
	{ ",", { { -EINVAL } } },
	{ "0:64M,", { { -EINVAL } } },
	{ "0:64M,,1:32M", { { 0, 0, 64 * M }, { -EINVAL } } },
	{ "0:64M 1:32M", { { -EINVAL } } },
	{ "0:64Mx", { { -EINVAL } } },
	{ "-1:64M", { { -EINVAL } } },
	{ "0:64M,x", { { 0, 0, 64 * M }, { -EINVAL } } },
};

static const char *parse_nodes(unsigned int i)
{
	const char *text = nodes[i].text;
	const char *why = param_agree(text);
	unsigned int call, nid;
	u64 size;
	int err;

	for (call = 0; call < ARRAY_SIZE(nodes[i].call) && !why; call++) {
		err = cma_param_node(&text, &nid, &size);
		if (err != nodes[i].call[call].err)
			return tap_why("call %u gave %d, not %d", call, err,
				       nodes[i].call[call].err);
		if (err)
			break;
		expect(nid == nodes[i].call[call].nid);
		expect(size == nodes[i].call[call].size);
	}
	return why;
}

/* Texts put together from what such texts are made of. */
static const char *random_texts(u64 seed, unsigned long count)
{
	static const char * const words[] = {
		"@", "-", ":", ",", "0x", "0", "1", "7", "9", "64", "K", "M",
		"g", "E", "18446744073709551615", "1777777777777777777777",
		"ffffffffffffffff", "f", "x", " ", "4G", "64M@", "@1G", "@0-"
	};
	struct draw choice = draw_from_seed(seed);
	const char *why = NULL;
	char text[200];

	while (count-- && !why) {
		u32 left = draw(&choice, 9);

		text[0] = '\0';
		for (; left; left--)
			strcat(text, words[draw(&choice, ARRAY_SIZE(words))]);
		why = param_agree(text);
	}
	return why ? tap_why("\"%s\": %s", text, why) : NULL;
}

/* The text of a test in a form that fits into one line. */
static const char *plain(const char *text)
{
	static char line[64];
	size_t i;

	for (i = 0; text[i] && i < sizeof(line) - 1; i++)
		line[i] = text[i] > ' ' && text[i] <= '~' ? text[i] : '?';
	line[i] = '\0';
	return line;
}

void param_tests(u64 seed, unsigned long ops)
{
	unsigned long texts = ops / 10 + 1;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(params); i++)
		tap_result(parse(i), "param: \"%s\"", plain(params[i].text));
	for (i = 0; i < ARRAY_SIZE(nodes); i++)
		tap_result(parse_nodes(i), "param: nodes \"%s\"",
			   plain(nodes[i].text));
	tap_result(random_texts(seed, texts),
		   "param: %lu random texts against the reference", texts);
}
