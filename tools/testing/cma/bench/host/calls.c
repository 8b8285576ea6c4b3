// SPDX-License-Identifier: GPL-2.0-only
/*
 * A QEMU plugin that counts the instructions an arm64 guest kernel executes
 * while one function runs, by call stack.
 *
 * Arguments: map=SYSTEM.MAP root=FUNCTION out=FILE. Writes, when the guest ends,
 * a line for each stack: names from the root inwards joined by ';', then the
 * instructions of the innermost. What runs meanwhile on behalf of others, as
 * interrupts, counts as called from where it came between.
 *
 * One CPU only. The stack is followed by the kind of instruction that ends each
 * translated block: a call pushes, a return pops to the frame that waits for
 * that address. Plugins' header is packaged by few distributions: what is used
 * of the interface is declared here.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t qemu_plugin_id_t;
struct qemu_info_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;

int qemu_plugin_version = 1;

extern int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info_t *info,
			       int argc, char **argv);
extern size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
extern uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
extern struct qemu_plugin_insn *
qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
extern const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);

typedef void (*trans_fn)(qemu_plugin_id_t id, struct qemu_plugin_tb *tb);
typedef void (*exec_fn)(unsigned int cpu, void *data);
typedef void (*exit_fn)(qemu_plugin_id_t id, void *data);

extern void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id,
						  trans_fn cb);
extern void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb,
						 exec_fn cb, int flags,
						 void *data);
extern void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, exit_fn cb,
					   void *data);

#define DEPTH		128

struct symbol {
	uint64_t addr;
	char name[64];
};

/* How a block ends. */
enum leave { STEP, CALL, RETURN };

/* What the translator knows of a block. */
struct block {
	uint64_t start, end;
	int symbol;
	enum leave leave;
};

/* One stack: its innermost function, and the stack that called it. */
struct node {
	int symbol;
	uint64_t count;
	struct node *child, *next;
};

/* A frame of the stack now; 0 waits for no return. */
struct frame {
	struct node *node;
	uint64_t back;
};

static struct symbol *symbols;
static int nr_symbols, root = -1;
static const char *out;
static struct node top;
static struct frame stack[DEPTH];
static int depth;		/* 0 while the root does not run */
static const struct block *last;

static int by_addr(const void *a, const void *b)
{
	uint64_t x = ((const struct symbol *)a)->addr;
	uint64_t y = ((const struct symbol *)b)->addr;

	return (x > y) - (x < y);
}

static void read_symbols(const char *path)
{
	FILE *file = fopen(path, "r");
	struct symbol s;
	char type;

	while (file && fscanf(file, "%lx %c %63s%*[^\n]", &s.addr, &type,
			      s.name) == 3) {
		if (!strchr("tTwW", type) || s.name[0] == '$')
			continue;
		if (nr_symbols % 4096 == 0)
			symbols = realloc(symbols, (nr_symbols + 4096) * sizeof(s));
		symbols[nr_symbols++] = s;
	}
	if (file)
		fclose(file);
	if (nr_symbols)
		qsort(symbols, nr_symbols, sizeof(s), by_addr);
}

/* Return: index of the function around @addr, -1 outside of the kernel. */
static int symbol_at(uint64_t addr)
{
	int low = 0, high = nr_symbols;

	while (low < high) {
		int mid = (low + high) / 2;

		if (symbols[mid].addr <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	return low - 1;
}

static int find_symbol(const char *name)
{
	for (int i = 0; i < nr_symbols; i++)
		if (!strcmp(symbols[i].name, name))
			return i;
	return -1;
}

static enum leave leave_by(uint32_t insn)
{
	if ((insn & 0xfc000000) == 0x94000000 ||	/* bl */
	    (insn & 0xfffffc1f) == 0xd63f0000)		/* blr */
		return CALL;
	if ((insn & 0xfffffc1f) == 0xd65f0000 ||	/* ret */
	    insn == 0xd69f03e0)				/* eret */
		return RETURN;
	return STEP;
}

static struct node *child_of(struct node *node, int symbol)
{
	struct node *child = node->child;

	while (child && child->symbol != symbol)
		child = child->next;
	if (!child) {
		child = calloc(1, sizeof(*child));
		if (!child)
			abort();
		child->symbol = symbol;
		child->next = node->child;
		node->child = child;
	}
	return child;
}

static void push(int symbol, uint64_t back)
{
	struct node *node = depth ? stack[depth - 1].node : &top;

	if (depth < DEPTH) {
		stack[depth].node = child_of(node, symbol);
		stack[depth++].back = back;
	}
}

/* Drop the frames that returned to @addr. */
static void pop(uint64_t addr)
{
	for (int i = depth; i > 0; i--) {
		if (stack[i - 1].back == addr) {
			depth = i - 1;
			return;
		}
	}
}

/* Reached neither by call nor by return: a tail call, or an exception. */
static void jump(int symbol)
{
	for (int i = depth; i > 0; i--) {
		if (stack[i - 1].node->symbol == symbol) {
			depth = i;
			return;
		}
	}
	push(symbol, 0);
}

static void executed(unsigned int cpu, void *data)
{
	const struct block *block = data;
	bool entry = block->symbol >= 0 &&
		     block->start == symbols[block->symbol].addr;

	(void)cpu;
	if (!depth) {
		if (entry && block->symbol == root && last)
			push(root, last->end);
	} else if (last->leave == CALL && entry) {
		push(block->symbol, last->end);
	} else {
		if (last->leave == RETURN)
			pop(block->start);
		if (depth && stack[depth - 1].node->symbol != block->symbol)
			jump(block->symbol);
	}
	if (depth)
		stack[depth - 1].node->count += (block->end - block->start) / 4;
	last = block;
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t n = qemu_plugin_tb_n_insns(tb);
	struct block *block = malloc(sizeof(*block));
	uint32_t insn;

	(void)id;
	if (!block)
		abort();
	memcpy(&insn, qemu_plugin_insn_data(qemu_plugin_tb_get_insn(tb, n - 1)),
	       sizeof(insn));
	block->start = qemu_plugin_tb_vaddr(tb);
	block->end = block->start + 4 * n;
	block->symbol = block->start >> 63 ? symbol_at(block->start) : -1;
	block->leave = leave_by(insn);
	qemu_plugin_register_vcpu_tb_exec_cb(tb, executed, 0, block);
}

static void print(FILE *file, const struct node *node, const char *path)
{
	char text[4096];

	for (const struct node *n = node->child; n; n = n->next) {
		snprintf(text, sizeof(text), "%s%s%s", path, *path ? ";" : "",
			 n->symbol < 0 ? "user" : symbols[n->symbol].name);
		if (n->count)
			fprintf(file, "%s %lu\n", text, n->count);
		print(file, n, text);
	}
}

static void finish(qemu_plugin_id_t id, void *data)
{
	FILE *file = fopen(out, "w");

	(void)id;
	(void)data;
	if (file) {
		print(file, &top, "");
		fclose(file);
	}
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info_t *info,
			int argc, char **argv)
{
	const char *function = "";

	(void)info;
	for (int i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "map=", 4))
			read_symbols(argv[i] + 4);
		else if (!strncmp(argv[i], "root=", 5))
			function = argv[i] + 5;
		else if (!strncmp(argv[i], "out=", 4))
			out = strdup(argv[i] + 4);
	}
	root = find_symbol(function);
	if (root < 0 || !out) {
		fprintf(stderr, "no function '%s', or no file\n", function);
		return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, finish, NULL);
	return 0;
}
