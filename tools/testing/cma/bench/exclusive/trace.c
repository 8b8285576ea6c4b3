// SPDX-License-Identifier: GPL-2.0-only
/*
 * Three lives of a span, each of which fills it until something does not fit
 *
 *	random	sizes of 1 page to 1/32 of the span, each power of two as likely
 *		as another; any piece may be the next to go
 *	media	cameras, codecs and displays come and go as a whole, with
 *		buffers of the sizes and alignments of such devices
 *	mixed	large pieces that go soon, and small ones that stay a hundred
 *		times as long
 *
 * How much is live follows a target that rises slowly, from a third of the span
 * on. What counts is how much was live when the first request failed.
 */
#include "bench-shim.h"
#include "trace.h"

#define MAX_PIECES	65536U

/* A piece that lives; pieces of one session go together. */
struct piece {
	unsigned long start;
	unsigned long nr;
	u32 session;
	bool small;
};

/**
 * struct life - a span in use
 * @rival: who manages it
 * @self: its state
 * @units: size of the span
 * @live: units live
 * @target: units that may be live, times 1024
 * @lot: where chance comes from
 * @pieces: what lives, in no order
 * @nr: how many
 * @session: number of the newest session
 * @fill: the result
 */
struct life {
	const struct rival *rival;
	void *self;
	unsigned long units;
	unsigned long live;
	u64 target;
	struct lot lot;
	struct piece *pieces;
	u32 nr;
	u32 session;
	struct fill *fill;
};

struct lot lot_of(u64 seed)
{
	return (struct lot){ .state = seed * 0x9e3779b97f4a7c15ULL | 1 };
}

/* Return: a number less than @below. */
u32 lot_draw(struct lot *lot, u32 below)
{
	lot->state ^= lot->state >> 12;
	lot->state ^= lot->state << 25;
	lot->state ^= lot->state >> 27;
	return (u32)(lot->state * 0x2545f4914f6cdd1dULL >> 32) % below;
}

/* A size from 1 to 2^@order - 1 units; each power of two has the same chance. */
static unsigned long draw_size(struct life *life, u32 order)
{
	u32 low = 1U << lot_draw(&life->lot, order);

	return low + lot_draw(&life->lot, low);
}

static bool add(struct life *life, unsigned long nr, unsigned long align,
		bool small)
{
	struct want want = { .nr = nr, .align = align };
	struct fill *fill = life->fill;
	unsigned long start;

	fill->steps++;
	start = life->nr < MAX_PIECES ? life->rival->alloc(life->self, &want) :
					NOWHERE;
	if (start == NOWHERE) {
		fill->failed_at = life->live;
		fill->wanted = nr;
		fill->pieces = life->nr;
		return false;
	}
	life->pieces[life->nr++] = (struct piece){ start, nr, life->session,
						   small };
	life->live += nr;
	fill->highest = max(fill->highest, life->live);
	return true;
}

static void drop(struct life *life, u32 i)
{
	struct piece piece = life->pieces[i];

	life->rival->free(life->self, piece.start, piece.nr);
	life->live -= piece.nr;
	life->pieces[i] = life->pieces[--life->nr];
}

static void drop_session(struct life *life, u32 session)
{
	u32 i = 0;

	while (i < life->nr) {
		if (life->pieces[i].session == session)
			drop(life, i);
		else
			i++;
	}
}

/* Is there room below the target? The target rises by 1/32768 of the span. */
static bool below_target(struct life *life)
{
	life->target += life->units / 32;
	return life->live < life->target >> 10;
}

static bool random_step(struct life *life)
{
	u32 order = ilog2(life->units) - 5;

	if (!below_target(life) && life->nr) {
		drop(life, lot_draw(&life->lot, life->nr));
		return true;
	}
	return add(life, draw_size(life, order), 1, false);
}

/* A buffer of @kib KiB on a span of 512 MiB, smaller on a smaller one. */
static bool add_buffer(struct life *life, u32 kib, unsigned long align)
{
	unsigned long nr = life->units / 4 * kib / (128 * 1024);

	while (align > 1 && align > nr)
		align /= 2;
	return add(life, max(nr, 1UL), align, false);
}

static bool add_buffers(struct life *life, u32 count, u32 kib,
			unsigned long align)
{
	while (count--) {
		if (!add_buffer(life, kib, align))
			return false;
	}
	return true;
}

static bool open_camera(struct life *life)
{
	/* NV12 of 720p, 1080p and 2160p, and statistics */
	static const u32 frame_kib[] = { 1350, 3038, 12150 };
	u32 kib = frame_kib[lot_draw(&life->lot, 3)];

	return add_buffers(life, 3 + lot_draw(&life->lot, 5), kib, 256) &&
	       add_buffers(life, 4, 64, 16);
}

static bool open_codec(struct life *life)
{
	static const u32 frame_kib[] = { 675, 1350, 3038, 12150 };
	u32 kib = frame_kib[lot_draw(&life->lot, 4)];
	u32 frames = kib > 4096 ? 4 + lot_draw(&life->lot, 3) :
				  6 + lot_draw(&life->lot, 11);

	return add_buffers(life, 1, 96 + lot_draw(&life->lot, 160), 1) &&
	       add_buffers(life, 2, kib / 3, 16) &&
	       add_buffers(life, frames, kib, 16) &&
	       add_buffers(life, frames, kib / 16, 1);
}

static bool open_display(struct life *life)
{
	/* XRGB of 1080p and of 2160p, a cursor */
	u32 kib = lot_draw(&life->lot, 4) ? 8100 : 32400;

	return add_buffers(life, 2 + lot_draw(&life->lot, 2), kib, 256) &&
	       add_buffers(life, 1, 16, 1);
}

static bool media_step(struct life *life)
{
	if (!below_target(life) && life->nr) {
		u32 i = lot_draw(&life->lot, life->nr);

		drop_session(life, life->pieces[i].session);
		return true;
	}
	life->session++;
	switch (lot_draw(&life->lot, 8)) {
	case 0 ... 2:
		return open_camera(life);
	case 3 ... 6:
		return open_codec(life);
	default:
		return open_display(life);
	}
}

/* Something that is large, or small, to go; MAX_PIECES if there is none. */
static u32 pick(struct life *life, bool small)
{
	u32 i = lot_draw(&life->lot, life->nr), n;

	for (n = 0; n < life->nr; n++, i = i + 1 < life->nr ? i + 1 : 0) {
		if (life->pieces[i].small == small)
			return i;
	}
	return MAX_PIECES;
}

static bool mixed_step(struct life *life)
{
	u32 order = ilog2(life->units) - 5, i;
	bool small = !lot_draw(&life->lot, 2);

	if (!below_target(life) && life->nr) {
		i = pick(life, !lot_draw(&life->lot, 100));
		if (i < MAX_PIECES)
			drop(life, i);
		return true;
	}
	/* Small ones stay until they are a quarter of the span. */
	if (small && life->nr < life->units / 32)
		return add(life, 1 + lot_draw(&life->lot, 16), 1, true);
	return add(life, (1UL << (order - 4)) +
		   lot_draw(&life->lot, 1U << order), 1, false);
}

static bool live(const struct rival *rival, unsigned long units, u64 seed,
		 struct fill *fill, bool (*step)(struct life *life))
{
	struct life life = {
		.rival = rival,
		.units = units,
		.target = (u64)units / 3 * 1024,
		.lot = lot_of(seed),
		.fill = fill,
	};

	memset(fill, 0, sizeof(*fill));
	life.self = rival->create(units);
	life.pieces = bench_alloc(MAX_PIECES * sizeof(*life.pieces));
	if (life.self && life.pieces) {
		while (step(&life))
			bench_breath();
		while (life.nr)
			drop(&life, life.nr - 1);
	}
	bench_free(life.pieces);
	rival->destroy(life.self);
	return fill->steps;
}

static bool run_random(const struct rival *rival, unsigned long units, u64 seed,
		       struct fill *fill)
{
	return live(rival, units, seed, fill, random_step);
}

static bool run_media(const struct rival *rival, unsigned long units, u64 seed,
		      struct fill *fill)
{
	return live(rival, units, seed, fill, media_step);
}

static bool run_mixed(const struct rival *rival, unsigned long units, u64 seed,
		      struct fill *fill)
{
	return live(rival, units, seed, fill, mixed_step);
}

const struct trace traces[3] = {
	{ "random", run_random },
	{ "media", run_media },
	{ "mixed", run_mixed },
};
