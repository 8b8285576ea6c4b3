// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scenario "camera": a camera pipeline is opened and closed a thousand times
 * while files are read.
 *
 * Open takes four 1080p and two 4K frame buffers (NV12) one after the other,
 * each a sample; close gives all of them back. In between a large file is read
 * on, always the part that was read longest ago, until the area is full of clean
 * page cache again: only then do all kernels have to empty the same number of
 * frames, wherever they put the buffers. The note says how much stayed free.
 *
 * The least that is read is more than the pipeline gave back: frames that an
 * allocator releases through per-CPU lists rest there, free and counted by
 * nobody, until somebody uses as many pages.
 */
#include "bench.h"

#define OPENS		1000
#define QUICK_OPENS	100
#define FILE_BYTES	(400 * CMA_MIB)	/* more than memory has room for */
#define ROOM		(128 * CMA_MIB)	/* of ordinary memory */
#define LEFT_KB		2048		/* of the area, before an open */
#define LEAST_BYTES	(44 * CMA_MIB)	/* of reads in between */
#define MOST_BYTES	(160 * CMA_MIB)
#define STEP		(128 * 1024)	/* what is read ahead at most */

static const struct {
	const char *name;
	long long pages;
} buffers[] = {
	{ "1080p", 760 }, { "1080p", 760 }, { "1080p", 760 }, { "1080p", 760 },
	{ "4K", 3038 }, { "4K", 3038 },
};

#define BUFFERS		(sizeof(buffers) / sizeof(*buffers))

static int make_file(void)
{
	static char block[STEP];
	char path[CMA_PATH];
	int fd;

	if (!cma_has_disk())
		return -ENODEV;
	snprintf(path, sizeof(path), "%s/bench-camera", cma_file_dir());
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	for (size_t at = 0; at < FILE_BYTES; at += STEP)
		if (pwrite(fd, block, STEP, at) != STEP)
			return -ENOSPC;
	cma_sync_files();
	return fd;
}

/* Read ahead, and wait for the last page: the copy is nobody's business here. */
static void read_some(int fd, size_t bytes)
{
	static size_t at;
	char last;

	for (size_t done = 0; done < bytes; done += STEP) {
		readahead(fd, at, STEP);
		if (pread(fd, &last, 1, at + STEP - 1) != 1)
			return;
		at = (at + STEP) % FILE_BYTES;
	}
}

/* Return: kB of the area that no page cache went to. */
static long long fill(int fd)
{
	size_t done = LEAST_BYTES;

	read_some(fd, done);
	while (cma_meminfo("CmaFree") > LEFT_KB && done < MOST_BYTES) {
		read_some(fd, CMA_MIB);
		done += CMA_MIB;
	}
	return cma_meminfo("CmaFree");
}

static void open_close(struct bench *bench, const char *note)
{
	struct work work = { .scenario = "camera", .name = "camera" };
	long long held[BUFFERS];
	int n = 0;

	for (size_t i = 0; i < BUFFERS; i++) {
		struct sample got = bench_alloc(bench, buffers[i].pages);

		work.size = buffers[i].name;
		work.pages = buffers[i].pages;
		bench_keep(&work, "allocate", got, note);
		if (!got.err)
			held[n++] = i;
	}
	while (n--) {
		work.size = buffers[held[n]].name;
		work.pages = buffers[held[n]].pages;
		bench_keep(&work, "release",
			   bench_free(bench, work.pages), "");
	}
}

int bench_camera(struct bench *bench)
{
	int err = cma_settle(&bench->area), fd, ballast;

	if (err)
		return err;
	fd = make_file();
	if (fd < 0)
		return fd;
	ballast = cma_squeeze(&bench->area, ROOM);
	if (ballast < 0)
		return ballast;
	posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM);
	for (int i = 0; i < (bench_quick() ? QUICK_OPENS : OPENS); i++) {
		long long left = fill(fd);

		open_close(bench, bench_text("%lld kB left", left));
	}
	close(ballast);
	close(fd);
	return 0;
}
