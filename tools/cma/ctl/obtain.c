// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmactl test: take memory of an area and give it back
 *
 * It comes through the dma-buf heap of the area, as a program would get it, and
 * is proof for this moment only: the next may find a blocker.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../cma_heap.h"
#include "area.h"

#define HEAPS		"/sys/kernel/mm/cma_heap"
#define DEVICES		"/dev/dma_heap"

struct attempt {
	long long bytes, count, got;
	long long take_us, give_us;
	int error;
};

static long long now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000LL + ts.tv_nsec / 1000;
}

/* Does the heap take its buffers from this area? */
static bool is_heap_of(const char *heap, const char *area)
{
	char *text = file_text(path_of(HEAPS "/%s/area", heap));
	bool same;

	if (!text)
		return false;
	text[strcspn(text, "\n")] = '\0';
	same = !strcmp(text, area);
	free(text);
	return same;
}

/* The heap on an area: what the kernel says, else the one of the same name. */
static void find_heap(const char *area, char *heap, size_t bytes)
{
	size_t nr, i;
	char **names = folder_names(path_of(HEAPS), &nr);

	snprintf(heap, bytes, "%s", area);
	for (i = 0; i < nr; i++) {
		if (is_heap_of(names[i], area)) {
			snprintf(heap, bytes, "%s", names[i]);
			break;
		}
	}
	free_names(names, nr);
}

static int open_heap(const char *heap)
{
	return open(path_of(DEVICES "/%s", heap), O_RDWR | O_CLOEXEC);
}

static void obtain(int heap, struct attempt *a)
{
	int *fds = grown(NULL, a->count * sizeof(*fds));
	long long began = now_us();
	int fd = 0;

	while (a->got < a->count) {
		fd = cma_heap_alloc(heap, a->bytes);
		if (fd < 0)
			break;
		fds[a->got++] = fd;
	}
	a->error = fd < 0 ? -fd : 0;
	a->take_us = now_us() - began;
	began = now_us();
	cma_heap_close_many(fds, a->got);
	a->give_us = now_us() - began;
	free(fds);
}

static const char *why(int error)
{
	if (error == ENOMEM)
		return "no place, or pages in the way that could not be moved";
	if (error == EDQUOT)
		return "more than users may have, see user_limit in " HEAPS;
	return strerror(error);
}

static void print_attempt(const struct area *area, const struct attempt *a)
{
	char size[TEXT_BYTES], text[TEXT_BYTES];
	long long pages = a->bytes / (long long)ctl.page;

	printf("%s: %lld of %lld times %s MiB", area->name, a->got, a->count,
	       mib(pages, size));
	printf(" taken in %s", micros(a->take_us, text));
	printf(", given back in %s\n", micros(a->give_us, text));
	if (a->error)
		printf("%snot obtainable now%s: %s; cmactl explain says more\n",
		       color(RED), color(PLAIN), why(a->error));
}

static void attempt_json(const struct area *area, const char *heap,
			 const struct attempt *a)
{
	json_begin("test");
	json_string("area", area->name);
	json_string("heap", heap);
	json_number("bytes", a->bytes);
	json_number("count", a->count);
	json_number("obtained", a->got);
	json_number("take_us", a->take_us);
	json_number("release_us", a->give_us);
	json_string("error", a->error ? why(a->error) : NULL);
	json_end();
}

static int test(const struct area *area, struct attempt *a)
{
	char name[NAME_BYTES], path[PATH_BYTES];
	int heap;

	find_heap(area->name, name, sizeof(name));
	heap = open_heap(name);
	if (heap < 0) {
		snprintf(path, sizeof(path), DEVICES "/%s", name);
		lacking(path, errno, "build the kernel with CONFIG_DMABUF_HEAPS_CMA=y");
		lacking_print(stderr);
		return lacking_status();
	}
	obtain(heap, a);
	close(heap);
	if (ctl.json)
		attempt_json(area, name, a);
	else
		print_attempt(area, a);
	return a->error ? CTL_NO : CTL_OK;
}

int cmd_test(int argc, char **argv)
{
	struct attempt a = { .bytes = 1 << 20, .count = 1 };
	struct area area;
	int status;

	if (argc < 2 || argc > 4)
		return usage_error("test takes an area, and perhaps size and count");
	if (argc > 2 && !to_bytes(argv[2], &a.bytes))
		return usage_error("size '%s': not a number with K, M or G",
				   argv[2]);
	if (argc > 3 && (!to_count(argv[3], &a.count) || !a.count ||
			 a.count > 1024))
		return usage_error("count '%s': not a number from 1 to 1024",
				   argv[3]);
	status = area_find(argv[1], &area);
	if (status)
		return status;
	return test(&area, &a);
}
