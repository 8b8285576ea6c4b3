/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pages that cannot move: put into an area by filling it with anonymous
 * memory, chosen by page frame, and held by a pipe through vmsplice(), the
 * simplest short-term pin that user space has.
 */
#ifndef CMA_PINS_H
#define CMA_PINS_H

#include "cma_load.h"
#include <sys/uio.h>

#define CMA_PINS	8

struct cma_pins {
	char *map;		/* memory that fills the area */
	size_t len;
	long long *page_at;	/* by frame of the area: its page in map, or -1 */
	int pipe[2];
	int count;
	long long pfn[CMA_PINS];	/* rising */
	long long page[CMA_PINS];
};

static inline __u64 cma_pin_key(const struct cma_pins *pins, int i)
{
	return cma_page_key(77, pins->page[i]);
}

static inline int cma_pins_map(const struct cma_area *area,
			       struct cma_pins *pins)
{
	pins->len = (area->count * cma_page_size() / CMA_MIB + 97) * CMA_MIB;
	pins->page_at = malloc(area->count * sizeof(*pins->page_at));
	pins->map = mmap(NULL, pins->len, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (!pins->page_at || pins->map == MAP_FAILED)
		return -ENOMEM;
	memset(pins->page_at, -1, area->count * sizeof(*pins->page_at));
	/* One pin must hold one page; and children must not share them. */
	madvise(pins->map, pins->len, MADV_NOHUGEPAGE);
	madvise(pins->map, pins->len, MADV_DONTFORK);
	return 0;
}

/*
 * Other areas may be lent before this one: go on until all of them are, or
 * memory is short.
 */
static inline bool cma_pins_full(void)
{
	return cma_meminfo("CmaFree") < 2048 ||
	       cma_other_free() < cma_least() + 2 * (long long)CMA_MIB ||
	       cma_meminfo("MemFree") * 1024 < cma_floor();
}

/* Write to @nr pages from @first on, and see where they are. */
static inline void cma_pins_touch(const struct cma_area *area,
				  struct cma_pins *pins, size_t first, size_t nr)
{
	size_t size = cma_page_size();
	long long pfn[CMA_MIB / 4096];

	for (size_t i = first; i < first + nr; i++)
		cma_fill_page(pins->map + i * size, cma_page_key(77, i));
	cma_pfns_of(pins->map + first * size, nr, pfn);
	for (size_t i = 0; i < nr; i++) {
		if (cma_holds_pfn(area, pfn[i]))
			pins->page_at[pfn[i] - area->base] = first + i;
	}
}

/* Return: 0 or -errno. The area is then full of pages of pins->map. */
static inline int cma_pins_fill(const struct cma_area *area,
				struct cma_pins *pins)
{
	int ballast = cma_squeeze(area, 0), err;
	size_t size = cma_page_size(), at;

	if (ballast < 0)
		return ballast;
	err = cma_pins_map(area, pins);
	for (at = 0; !err && at < pins->len && !cma_pins_full(); at += CMA_MIB)
		cma_pins_touch(area, pins, at / size, CMA_MIB / size);
	if (!err && at < pins->len) {
		munmap(pins->map + at, pins->len - at);
		pins->len = at;
	}
	close(ballast);
	return err;
}

/*
 * Pin one page of each CMA_PINS-th part of the area, from its middle on. A
 * part that has none of our pages goes without. Return: 0 or -errno.
 */
static inline int cma_pins_set(const struct cma_area *area,
			       struct cma_pins *pins)
{
	long long part = area->count / CMA_PINS, i, n, at = 0;
	size_t size = cma_page_size();

	if (pipe(pins->pipe))
		return -errno;
	for (i = 0; i < CMA_PINS; i++) {
		struct iovec iov = { .iov_len = size };

		for (n = 0; n < part; n++) {
			at = i * part + (part / 2 + n) % part;
			if (pins->page_at[at] >= 0)
				break;
		}
		if (n == part)
			continue;
		pins->page[pins->count] = pins->page_at[at];
		pins->pfn[pins->count] = area->base + at;
		iov.iov_base = pins->map + pins->page_at[at] * size;
		if (vmsplice(pins->pipe[1], &iov, 1, 0) != (ssize_t)size)
			return -errno;
		pins->count++;
	}
	return pins->count ? 0 : -ENOENT;
}

/* Give back all pages but the pinned ones. */
static inline void cma_pins_thin(struct cma_pins *pins)
{
	size_t size = cma_page_size(), from = 0;

	for (size_t at = 0; at < pins->len; at += size) {
		for (int i = 0; i < pins->count; i++) {
			if (pins->page[i] != (long long)(at / size))
				continue;
			madvise(pins->map + from, at - from, MADV_DONTNEED);
			from = at + size;
		}
	}
	madvise(pins->map + from, pins->len - from, MADV_DONTNEED);
}

/* Return: pinned pages whose frame or content changed. */
static inline int cma_pins_wrong(const struct cma_pins *pins)
{
	int wrong = 0;

	for (int i = 0; i < pins->count; i++) {
		char *page = pins->map + pins->page[i] * cma_page_size();

		wrong += cma_pfn_of(page) != pins->pfn[i] ||
			 !cma_check_page(page, cma_pin_key(pins, i));
	}
	return wrong;
}

/* Largest run of frames that are neither taken nor pinned. */
static inline long long cma_pins_gap(const struct cma_area *area,
				     const struct cma_pins *pins)
{
	unsigned char *bits = calloc(area->count, 1);
	long long gap;

	if (!bits || cma_read_map(area, bits) != area->count)
		return -1;
	for (int i = 0; i < pins->count; i++)
		bits[pins->pfn[i] - area->base] = 1;
	gap = cma_largest_hole(bits, area->count);
	free(bits);
	return gap;
}

/* Ends the pins. Return: pages that the pipe held with wrong content. */
static inline int cma_pins_drop(struct cma_pins *pins)
{
	char *page = aligned_alloc(cma_page_size(), cma_page_size());
	ssize_t size = cma_page_size();
	int wrong = 0;

	for (int i = 0; i < pins->count; i++)
		wrong += read(pins->pipe[0], page, size) != size ||
			 !cma_check_page(page, cma_pin_key(pins, i));
	free(page);
	if (pins->pipe[1]) {
		close(pins->pipe[0]);
		close(pins->pipe[1]);
	}
	if (pins->map && pins->map != MAP_FAILED)
		munmap(pins->map, pins->len);
	free(pins->page_at);
	memset(pins, 0, sizeof(*pins));
	return wrong;
}

#endif /* CMA_PINS_H */
