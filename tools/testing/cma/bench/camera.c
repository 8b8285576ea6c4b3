// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scenario "camera": a camera pipeline is opened and closed a thousand times
 * while files are read.
 *
 * Open takes four 1080p and two 4K frame buffers (NV12) one after the other,
 * each a sample; close gives all of them back. In between a part of a large
 * file is read, always the part that was read longest ago, so that the area
 * fills with clean page cache again.
 */
#include "bench.h"

#define OPENS		1000
#define FILE_BYTES	(400 * CMA_MIB)	/* more than memory has room for */
#define ROOM		(128 * CMA_MIB)	/* of ordinary memory */
#define READ_BYTES	(16 * CMA_MIB)
#define STEP		(128 * 1024)

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

static void read_some(int fd, size_t bytes)
{
	static char block[STEP];
	static size_t at;

	for (size_t done = 0; done < bytes; done += STEP) {
		if (pread(fd, block, STEP, at) <= 0)
			return;
		at = (at + STEP) % FILE_BYTES;
	}
}

static void open_close(struct bench *bench)
{
	struct work work = { .scenario = "camera", .name = "camera" };
	long long held[BUFFERS];
	int n = 0;

	for (size_t i = 0; i < BUFFERS; i++) {
		struct sample got = bench_alloc(bench, buffers[i].pages);

		work.size = buffers[i].name;
		work.pages = buffers[i].pages;
		bench_keep(&work, "allocate", got, "");
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
	/* Fill memory, so that what is read takes the place of what was. */
	read_some(fd, FILE_BYTES);
	for (int i = 0; i < OPENS; i++) {
		read_some(fd, READ_BYTES);
		open_close(bench);
	}
	close(ballast);
	close(fd);
	return 0;
}
