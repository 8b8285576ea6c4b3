// SPDX-License-Identifier: GPL-2.0-only
/*
 * A camera application in small: a pool of frame buffers that go round between
 * a source, which stands for the driver, and a sink.
 *
 *	cma-heap-demo [-h HEAP] [-n BUFFERS] [-s BYTES] [-f FRAMES] [-w]
 *
 * Where a program has a driver, it would hand the descriptor of a buffer to it
 * (VIDIOC_QBUF with V4L2_MEMORY_DMABUF, for one) instead of filling the buffer.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cma_heap.h"

static const char usage[] =
	"usage: cma-heap-demo [-h HEAP] [-n BUFFERS] [-s BYTES] [-f FRAMES] [-w]\n";

struct options {
	const char *heap;
	unsigned int buffers;
	unsigned int frames;
	size_t len;
	bool wait;
};

static int parse(int argc, char **argv, struct options *o)
{
	int c;

	while ((c = getopt(argc, argv, "h:n:s:f:w")) != -1) {
		switch (c) {
		case 'h':
			o->heap = optarg;
			break;
		case 'n':
			o->buffers = strtoul(optarg, NULL, 0);
			break;
		case 's':
			o->len = strtoul(optarg, NULL, 0);
			break;
		case 'f':
			o->frames = strtoul(optarg, NULL, 0);
			break;
		case 'w':
			o->wait = true;
			break;
		default:
			return -1;
		}
	}
	return o->buffers && o->len >= sizeof(uint32_t) ? 0 : -1;
}

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static uint32_t word_of(uint32_t frame, size_t i)
{
	return frame * 0x01000193U ^ (uint32_t)i;
}

static int produce(const struct cma_heap_buf *buf, uint32_t frame)
{
	uint32_t *word = buf->map;
	size_t i;
	int err;

	err = cma_heap_begin(buf, CMA_HEAP_WRITE);
	if (err)
		return err;
	for (i = 0; i < buf->len / sizeof(*word); i++)
		word[i] = word_of(frame, i);
	return cma_heap_end(buf, CMA_HEAP_WRITE);
}

static int consume(const struct cma_heap_buf *buf, uint32_t frame)
{
	const uint32_t *word = buf->map;
	size_t i, wrong = 0;
	int err;

	err = cma_heap_begin(buf, CMA_HEAP_READ);
	if (err)
		return err;
	for (i = 0; i < buf->len / sizeof(*word); i++)
		wrong += word[i] != word_of(frame, i);
	err = cma_heap_end(buf, CMA_HEAP_READ);
	return wrong ? -EIO : err;
}

/* Each frame is looked at when its buffer is about to be used again. */
static int run(struct cma_heap_buf *pool, const struct options *o)
{
	unsigned int frame;
	int err = 0;

	for (frame = 0; frame < o->frames + o->buffers && !err; frame++) {
		struct cma_heap_buf *buf = &pool[frame % o->buffers];

		if (frame >= o->buffers)
			err = consume(buf, frame - o->buffers);
		if (!err && frame < o->frames)
			err = produce(buf, frame);
	}
	return err;
}

static int fail(const char *what, int err)
{
	fprintf(stderr, "cma-heap-demo: %s: %s\n", what, strerror(-err));
	return 1;
}

int main(int argc, char **argv)
{
	struct options o = { .buffers = 4, .frames = 30, .len = 640 * 480 * 2 };
	struct cma_heap_buf *pool;
	double start, ready;
	unsigned int i;
	int heap, err;

	if (parse(argc, argv, &o)) {
		fputs(usage, stderr);
		return 2;
	}
	if (o.frames < o.buffers)
		o.frames = o.buffers;
	pool = calloc(o.buffers, sizeof(*pool));
	if (!pool)
		return fail("pool", -ENOMEM);
	heap = cma_heap_open(o.heap);
	if (heap < 0)
		return fail(o.heap ? o.heap : "default heap", heap);

	start = seconds();
	err = cma_heap_get_pool(heap, pool, o.buffers, o.len,
				o.wait ? CMA_HEAP_WAIT : 0);
	close(heap);
	if (err)
		return fail("buffers", err);
	ready = seconds();
	err = run(pool, &o);
	if (err)
		return fail("frames", err);
	printf("%u buffers of %zu bytes in %.2f ms, %u frames in %.2f ms\n",
	       o.buffers, o.len, (ready - start) * 1e3, o.frames,
	       (seconds() - ready) * 1e3);
	for (i = 0; i < o.buffers; i++)
		cma_heap_put(&pool[i]);
	free(pool);
	return 0;
}
