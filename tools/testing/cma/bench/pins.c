// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scenario "pins": an area that is idle but for some pages that cannot move.
 *
 * The pages are anonymous memory held by pipes (vmsplice), the same frames in
 * every kernel as far as the process got them. Besides round sizes, the largest
 * request that still fits, which fits in one place only, and the next larger,
 * which fits nowhere, is refused twice: the second time at once, when a kernel
 * may still know why. What a request costs depends on where the pins are, and a
 * few unlucky places cost most: each sample is of another placement, and the
 * mean says more than the median. Between two requests some time passes, so that
 * each meets the pins anew.
 */
#include "bench.h"

#include <sys/uio.h>

#define MOST_PINS	400
#define PIPE_PAGES	16		/* a pipe holds so many by default */
#define STEP		(128 * 1024)
#define FULL_KB		768		/* of the area that may be left */
#define PLACEMENTS	16
#define HEADROOM	(20 * CMA_MIB)	/* of ordinary memory, filled as well */
#define ROOM		(64 * CMA_MIB)	/* the same while measuring */
#define PAUSE		1000000		/* us */

struct pins {
	char *map;			/* memory that fills the area */
	size_t len;
	int *page_at;			/* by frame of the area: page of map, or -1 */
	bool *pinned;			/* by page of map */
	bool *blocked;			/* by frame of the area */
	int pipe[MOST_PINS / PIPE_PAGES][2];
	int pipes;
	int count;
};

/* With most pins nearly every place is an unlucky one, and stock takes minutes. */
static const struct {
	int pins;
	int placements;
} counts[] = {
	{ 1, PLACEMENTS }, { 10, PLACEMENTS }, { 40, PLACEMENTS },
	{ MOST_PINS, PLACEMENTS / 2 },
};

static const long long sizes[] = { 64, 256, 512, 1024, 2048, 4096 };

static int pins_map(const struct cma_area *area, struct pins *pins)
{
	size_t pages;

	memset(pins, 0, sizeof(*pins));
	pins->len = area->count * cma_page_size() + 96 * CMA_MIB;
	pages = pins->len / cma_page_size();
	pins->page_at = malloc(area->count * sizeof(int));
	pins->blocked = calloc(area->count, sizeof(bool));
	pins->pinned = calloc(pages, sizeof(bool));
	pins->map = mmap(NULL, pins->len, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (!pins->page_at || !pins->blocked || !pins->pinned ||
	    pins->map == MAP_FAILED)
		return -ENOMEM;
	memset(pins->page_at, -1, area->count * sizeof(int));
	madvise(pins->map, pins->len, MADV_NOHUGEPAGE);
	return 0;
}

/* Touch memory until the area is full, and note where each page lies. */
static void pins_fill(const struct cma_area *area, struct pins *pins)
{
	size_t size = cma_page_size();

	for (size_t at = 0; at < pins->len; at += size) {
		long long pfn;

		if (!(at % STEP) && cma_meminfo("CmaFree") < FULL_KB)
			break;
		pins->map[at] = 1;
		pfn = cma_pfn_of(pins->map + at);
		if (cma_holds_pfn(area, pfn))
			pins->page_at[pfn - area->base] = at / size;
	}
}

/* Hold the page at @frame of the area. */
static int pin_one(struct pins *pins, long long frame)
{
	struct iovec iov = { .iov_len = cma_page_size() };
	int page = pins->page_at[frame];

	if (pins->count % PIPE_PAGES == 0) {
		if (pipe(pins->pipe[pins->pipes]))
			return -errno;
		pins->pipes++;
	}
	iov.iov_base = pins->map + page * cma_page_size();
	if (vmsplice(pins->pipe[pins->pipes - 1][1], &iov, 1, 0) < 0)
		return -errno;
	pins->pinned[page] = true;
	pins->blocked[frame] = true;
	pins->count++;
	return 0;
}

/* @count frames by chance; a frame that is not ours passes to its neighbour. */
static int pins_choose(const struct cma_area *area, struct pins *pins,
		       int count)
{
	int err = 0;

	while (!err && pins->count < count) {
		long long frame = bench_random(area->count), tries = 0;

		while ((pins->page_at[frame] < 0 || pins->blocked[frame]) &&
		       tries++ < area->count)
			frame = (frame + 1) % area->count;
		err = pins->page_at[frame] < 0 ? -ENOENT :
						 pin_one(pins, frame);
	}
	return err;
}

/* Give back all memory but the pinned pages. */
static void pins_thin(const struct pins *pins)
{
	size_t size = cma_page_size(), pages = pins->len / size, from = 0;

	for (size_t page = 0; page <= pages; page++) {
		if (page < pages && !pins->pinned[page])
			continue;
		if (page > from)
			madvise(pins->map + from * size, (page - from) * size,
				MADV_DONTNEED);
		from = page + 1;
	}
}

static int pins_set(const struct cma_area *area, struct pins *pins, int count)
{
	int ballast, err;

	bench_low_memory(true);
	ballast = cma_squeeze(area, HEADROOM);
	err = ballast < 0 ? ballast : pins_map(area, pins);
	if (!err) {
		pins_fill(area, pins);
		err = pins_choose(area, pins, count);
		pins_thin(pins);
	}
	if (ballast >= 0)
		close(ballast);
	bench_low_memory(false);
	return err;
}

static void pins_drop(struct pins *pins)
{
	while (pins->pipes--) {
		close(pins->pipe[pins->pipes][0]);
		close(pins->pipe[pins->pipes][1]);
	}
	munmap(pins->map, pins->len);
	free(pins->page_at);
	free(pins->pinned);
	free(pins->blocked);
}

/* Largest run of frames that are neither pinned nor taken by others. */
static long long largest_gap(const struct cma_area *area,
			     const struct pins *pins)
{
	unsigned char *bits = calloc(area->count, 1);
	long long gap;

	if (!bits || cma_read_map(area, bits) < 0)
		return -1;
	for (long long i = 0; i < area->count; i++)
		bits[i] |= pins->blocked[i];
	gap = cma_largest_hole(bits, area->count);
	free(bits);
	return gap;
}

static void measure_one(struct bench *bench, struct work *work,
			const char *size, long long pages)
{
	work->size = size;
	work->pages = pages;
	bench_pair(bench, work);
	usleep(PAUSE);
}

/* How fast is "no", and how fast is it the second time? */
static void measure_refusal(struct bench *bench, struct work *work,
			    long long pages)
{
	static const char * const ops[] = { "first refusal", "repeated refusal" };

	work->size = "one more than fits";
	work->pages = pages;
	for (size_t i = 0; i < sizeof(ops) / sizeof(*ops); i++) {
		struct sample got = bench_alloc(bench, pages);

		bench_keep(work, got.err ? ops[i] : "unexpected success", got, "");
		if (!got.err)
			bench_free(bench, pages);
	}
	usleep(PAUSE);
}

static void measure(struct bench *bench, const struct pins *pins, int count)
{
	struct work work = { .scenario = "pins" };
	long long gap = largest_gap(&bench->area, pins);

	work.name = bench_text("%d pins", count);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
		measure_one(bench, &work, bench_text("%lld", sizes[i]),
			    sizes[i]);
	measure_one(bench, &work, "largest that fits", gap);
	measure_refusal(bench, &work, gap + 1);
}

static int placement(struct bench *bench, int count, int seed)
{
	static struct pins pins;
	int err = cma_settle(&bench->area);

	if (err)
		return err;
	bench_seed(seed);
	err = pins_set(&bench->area, &pins, count);
	if (!err)
		measure(bench, &pins, count);
	pins_drop(&pins);
	return err;
}

int bench_pins(struct bench *bench)
{
	int ballast = cma_squeeze(&bench->area, ROOM);
	int err = ballast < 0 ? ballast : 0;

	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		if (!bench_wanted(bench_text("%d pins", counts[i].pins)))
			continue;
		for (int n = 0; !err && n < counts[i].placements / (bench_quick() ? 4 : 1); n++)
			err = placement(bench, counts[i].pins,
					1000 * n + counts[i].pins);
		bench_flush();
	}
	if (ballast >= 0)
		close(ballast);
	return err;
}
