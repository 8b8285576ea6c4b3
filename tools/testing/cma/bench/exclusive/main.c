// SPDX-License-Identifier: GPL-2.0-only
/*
 * The benchmark of exclusive areas in the kernel: speed, and how full it gets
 *
 * Files in <debugfs>/cma_exclusive_bench/, each runs when it is read and prints
 * a line of comma separated values for each result:
 *
 *	speed	speed,RIVAL,FILL %,PIECES,OPERATIONS,NS OF ALL,WORST ALLOC,WORST FREE
 *	fill	fill,RIVAL,TRACE,SEED,HIGHEST PER MILLE,STEPS,PIECES
 *
 * For speed a span is filled with pieces of one size, of which some are freed at
 * random, so that as many are left as are wanted and the holes are scattered.
 * Then small pieces are allocated and freed with interrupts off.
 */
#include <linux/debugfs.h>
#include <linux/irqflags.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/seq_file.h>

#include "bench-shim.h"
#include "trace.h"

static unsigned long units = 262144;
module_param(units, ulong, 0444);
MODULE_PARM_DESC(units, "units of the span for speed");

static unsigned long fill_units = 32768;
module_param(fill_units, ulong, 0444);
MODULE_PARM_DESC(fill_units, "units of the span for the traces");

static unsigned int operations = 500;
module_param(operations, uint, 0444);
MODULE_PARM_DESC(operations, "allocations for each figure of speed");

static unsigned int seeds = 3;
module_param(seeds, uint, 0444);
MODULE_PARM_DESC(seeds, "lives of each trace");

/* Pieces that live for a moment while speed is measured. */
#define RING	16

static const struct rival *const rivals[] = {
	&live_rival, &map_rival, &genalloc_rival, &first_fit_rival,
	&best_fit_rival, &next_fit_rival, &roving_fit_rival,
};

static struct dentry *dir;

/**
 * struct course - a span on which speed is measured
 * @rival: who manages it
 * @self: its state
 * @nr: units of a piece
 * @starts: where the pieces are
 * @pieces: how many there are
 * @lot: where chance comes from
 */
struct course {
	const struct rival *rival;
	void *self;
	unsigned long nr;
	unsigned long *starts;
	unsigned long pieces;
	struct lot lot;
};

/* What a run has cost, in nanoseconds. */
struct cost {
	u64 sum;
	u64 worst_alloc;
	u64 worst_free;
};

static void drop_piece(struct course *c, unsigned long i)
{
	c->rival->free(c->self, c->starts[i], c->nr);
	c->starts[i] = c->starts[--c->pieces];
	bench_breath();
}

/* Full of pieces first; then only @wanted of them are left. */
static bool lay_out(struct course *c, unsigned long wanted)
{
	struct want want = { .nr = c->nr, .align = 1 };
	unsigned long (*lay)(void *self, const struct want *want);
	unsigned long start;

	lay = c->rival->lay ?: c->rival->alloc;
	c->starts = vzalloc(units / c->nr * sizeof(*c->starts));
	if (!c->starts)
		return false;
	while (c->pieces < units / c->nr) {
		start = lay(c->self, &want);
		if (start == NOWHERE)
			break;
		c->starts[c->pieces++] = start;
		bench_breath();
	}
	while (c->pieces > wanted)
		drop_piece(c, lot_draw(&c->lot, c->pieces));
	return true;
}

static unsigned long timed_alloc(struct course *c, const struct want *want,
				 struct cost *cost)
{
	unsigned long start, flags;
	u64 ns;

	local_irq_save(flags);
	ns = ktime_get_ns();
	start = c->rival->alloc(c->self, want);
	ns = ktime_get_ns() - ns;
	local_irq_restore(flags);
	cost->sum += ns;
	cost->worst_alloc = max(cost->worst_alloc, ns);
	return start;
}

static void timed_free(struct course *c, unsigned long start, unsigned long nr,
		       struct cost *cost)
{
	unsigned long flags;
	u64 ns;

	local_irq_save(flags);
	ns = ktime_get_ns();
	c->rival->free(c->self, start, nr);
	ns = ktime_get_ns() - ns;
	local_irq_restore(flags);
	cost->sum += ns;
	cost->worst_free = max(cost->worst_free, ns);
}

/* Return: operations that were possible. */
static unsigned int measure(struct course *c, struct cost *cost)
{
	unsigned long start[RING], nr[RING] = {};
	unsigned int i, slot, done = 0;

	for (i = 0; i < operations + RING; i++) {
		struct want want = { .align = 1 };

		slot = i % RING;
		if (nr[slot])
			timed_free(c, start[slot], nr[slot], cost);
		nr[slot] = 0;
		if (i >= operations)
			continue;
		want.nr = 1 + lot_draw(&c->lot, min(c->nr, 256UL));
		start[slot] = timed_alloc(c, &want, cost);
		if (start[slot] != NOWHERE) {
			nr[slot] = want.nr;
			done++;
		}
		bench_breath();
	}
	return done;
}

static void time_rival(struct seq_file *m, const struct rival *rival,
		       unsigned int fill, unsigned long pieces)
{
	struct course c = {
		.rival = rival,
		.self = rival->create(units),
		.nr = max(units / 100 * max(fill, 1U) / pieces, 1UL),
		.lot = lot_of(fill * 100 + pieces),
	};
	struct cost cost = {};
	unsigned int done;

	if (c.self && lay_out(&c, fill ? pieces : 0)) {
		done = measure(&c, &cost);
		seq_printf(m, "speed,%s,%u,%lu,%u,%llu,%llu,%llu\n",
			   rival->name, fill, c.pieces, done, cost.sum,
			   cost.worst_alloc, cost.worst_free);
		while (c.pieces)
			drop_piece(&c, c.pieces - 1);
	}
	vfree(c.starts);
	rival->destroy(c.self);
}

static int speed_show(struct seq_file *m, void *unused)
{
	static const unsigned int fills[] = { 50, 90, 99 };
	unsigned long pieces;
	size_t r, f;

	for (r = 0; r < ARRAY_SIZE(rivals); r++) {
		time_rival(m, rivals[r], 0, 1000);
		for (f = 0; f < ARRAY_SIZE(fills); f++) {
			for (pieces = 10; pieces <= 100000; pieces *= 10)
				time_rival(m, rivals[r], fills[f], pieces);
		}
	}
	return 0;
}

static int fill_show(struct seq_file *m, void *unused)
{
	struct fill fill;
	size_t t, r;
	u64 seed;

	for (t = 0; t < ARRAY_SIZE(traces); t++) {
		for (r = 0; r < ARRAY_SIZE(rivals); r++) {
			for (seed = 1; seed <= seeds; seed++) {
				if (!traces[t].run(rivals[r], fill_units, seed,
						   &fill))
					continue;
				seq_printf(m, "fill,%s,%s,%llu,%lu,%lu,%lu\n",
					   rivals[r]->name, traces[t].name,
					   seed,
					   fill.highest * 1000 / fill_units,
					   fill.steps, fill.pieces);
			}
		}
	}
	return 0;
}

/* So large that no result is printed, and measured, twice. */
#define OUTPUT_BYTES	(64 * 1024)

static int speed_open(struct inode *inode, struct file *file)
{
	return single_open_size(file, speed_show, NULL, OUTPUT_BYTES);
}

static int fill_open(struct inode *inode, struct file *file)
{
	return single_open_size(file, fill_show, NULL, OUTPUT_BYTES);
}

static const struct file_operations speed_fops = {
	.owner = THIS_MODULE,
	.open = speed_open,
	.read = seq_read,
	.release = single_release,
};

static const struct file_operations fill_fops = {
	.owner = THIS_MODULE,
	.open = fill_open,
	.read = seq_read,
	.release = single_release,
};

static int __init bench_init(void)
{
	dir = debugfs_create_dir("cma_exclusive_bench", NULL);
	debugfs_create_file("speed", 0400, dir, NULL, &speed_fops);
	debugfs_create_file("fill", 0400, dir, NULL, &fill_fops);
	return 0;
}
module_init(bench_init);

static void __exit bench_exit(void)
{
	debugfs_remove(dir);
}
module_exit(bench_exit);

MODULE_DESCRIPTION("Benchmark of exclusive areas");
MODULE_LICENSE("GPL");
