// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random machines: banks of memory, what is taken, command lines, nodes
 *
 * Usage: early [SEED [MACHINES]]		or: early FILE..., machines as text
 *
 * Figures are drawn from few bases and sizes, so that things touch and overlap.
 */
#include <stdarg.h>
#include "../tap.h"
#include "early.h"

#define BLOCK	0x40000ULL	/* of the simulated kernel */

static char text[8192];
static size_t length;
static struct draw die;

static void put(const char *format, ...)
{
	va_list args;
	int nr;

	va_start(args, format);
	nr = vsnprintf(text + length, sizeof(text) - length, format, args);
	va_end(args);
	length = min(length + nr, sizeof(text) - 1);
}

static unsigned long long where;	/* begin of the memory */

/* Mostly a multiple of a block, somewhere in the memory or not far from it. */
static unsigned long long place(void)
{
	unsigned long long at = where + draw(&die, 70) * BLOCK;

	if (!draw(&die, 6))
		at += draw(&die, 64) * 4096;
	if (!draw(&die, 12))
		at += draw(&die, 4096);
	return at;
}

static unsigned long long amount(void)
{
	unsigned long long bytes = (1 + draw(&die, 8)) * BLOCK;

	switch (draw(&die, 10)) {
	case 0:
		return draw(&die, 4) * 4096;
	case 1:
		return bytes + draw(&die, 4096);
	case 2:
		return bytes * 32;
	case 3:
		return draw(&die, 20) ? 4096 : -4096ULL * draw(&die, 3);
	}
	return bytes;
}

static void put_cells(unsigned long long number)
{
	put("%llx,%llx", number >> 32, number & 0xffffffff);
}

static void put_entries(const char *name, unsigned int most)
{
	unsigned int nr = 1 + draw(&die, most);

	put(" %s=", name);
	while (nr--) {
		put_cells(place());
		put(",");
		put_cells(amount());
		if (nr)
			put(",");
	}
	/* A cell too many. */
	if (!draw(&die, 30))
		put(",7");
}

static void put_node(int nr)
{
	put("node n%d", nr);
	if (!draw(&die, 6))
		put(" linux,cma-exclusive");
	else if (draw(&die, 10))
		put(" reusable");
	if (!draw(&die, 30))
		put(" linux,cma-exclusive reusable");
	if (!draw(&die, 8))
		put(" no-map");
	if (!draw(&die, 10))
		put(" other");
	if (!draw(&die, 4))
		put(" linux,cma-default");
	if (!draw(&die, 15))
		put(" off");
	if (draw(&die, 3)) {
		put_entries("reg", draw(&die, 4) ? 1 : 3);
	} else {
		put(" size=");
		put_cells(amount());
		if (!draw(&die, 3)) {
			put(" alignment=");
			put_cells(draw(&die, 4) ? 0x1000ULL << draw(&die, 10) : draw(&die, 70000));
		}
		if (draw(&die, 2))
			put_entries("alloc-ranges", 3);
	}
	put("\n");
}

static void put_param(void)
{
	put("0x%llx", amount());
	switch (draw(&die, 4)) {
	case 0:
		put("@0x%llx", place());
		break;
	case 1:
		put("@0x%llx-0x%llx", place(), place() + 40 * BLOCK);
	}
}

static void put_words(void)
{
	unsigned int i, nr = draw(&die, 4);
	bool unnamed = !draw(&die, 2);

	if (!nr && !unnamed)
		return;
	put("cma=");
	if (unnamed)
		put_param();
	for (i = 0; i < nr; i++) {
		put("%sa%u:", i || unnamed ? "," : "", i);
		put_param();
	}
	put("\n");
	if (!draw(&die, 4)) {
		put("cma_exclusive=x:");
		put_param();
		put("\n");
	}
}

static void put_machine(void)
{
	static const unsigned long long bases[] = {
		0x40000000, 0xfff00000, 0x100000000, 0x2000, 0x80000000000,
	};
	static const char *const kinds[] = {
		"mbytes", "percentage", "min", "max",
	};
	unsigned int i, banks = 1 + draw(&die, 3), nodes = draw(&die, 7);

	length = 0;
	where = bases[draw(&die, ARRAY_SIZE(bases))];
	for (i = 0; i < banks; i++)
		put("ram %llx %llx\n", where + i * 24 * BLOCK,
		    (8 + draw(&die, 20)) * BLOCK);
	put("kernel %llx %llx\n", place(), amount() % (8 * BLOCK) + 1);
	if (draw(&die, 2))
		put("initrd %llx %llx\n", place(), amount() % (8 * BLOCK) + 1);
	put("tree %llx %llx\n", place(), 1ULL + draw(&die, 9000));
	for (i = draw(&die, 3); i; i--)
		put("use %llx %llx\n", place(), amount() % (8 * BLOCK) + 1);
	if (!draw(&die, 3))
		put("low %llx\n", place());
	if (!draw(&die, 4))
		put("limit %llx\n", place());
	if (draw(&die, 2))
		put("arm\n");
	if (!draw(&die, 3))
		put("config %u %u %s\n", draw(&die, 5), draw(&die, 60),
		    kinds[draw(&die, 4)]);
	for (i = 0; i < nodes; i++)
		put_node(i);
	put_words();
}

/* A machine of a file: what a fuzzer has found, or what somebody had. */
static int one_file(const char *path)
{
	FILE *file = fopen(path, "r");
	const char *why;

	if (!file) {
		perror(path);
		return 1;
	}
	length = fread(text, 1, sizeof(text) - 1, file);
	text[length] = '\0';
	fclose(file);
	why = early_boot(text);
	printf("%s: %s\n", path, why ? why : "sound");
	return !!why;
}

int main(int argc, char **argv)
{
	u64 seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	unsigned long i, nr = argc > 2 ? strtoul(argv[2], NULL, 0) : 20000;
	const char *why = NULL;

	if (argc > 1 && !seed) {
		int bad = 0;

		for (i = 1; i < (unsigned long)argc; i++)
			bad |= one_file(argv[i]);
		return bad;
	}
	printf("# SEED=%llu MACHINES=%lu\n", (unsigned long long)seed, nr);
	die = draw_from_seed(seed);
	for (i = 0; i < nr && !why; i++) {
		put_machine();
		why = early_boot(text);
	}
	if (why)
		fprintf(stderr, "%s\n", text);
	tap_result(why, "early: areas asked for or nothing taken, on %lu machines", i);
	early_rules();
	return tap_finish();
}
