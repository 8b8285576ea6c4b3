// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scenario "full": every frame of the area is lent out, and a driver wants some
 * of them back.
 *
 * Ordinary memory is taken away first, so that the kernel lends the area to the
 * load; then some of it is given back, so that what is migrated finds room. Each
 * measurement has a load of its own.
 */
#include "bench.h"

#define TIMES		3
#define FILE_BYTES	(192 * CMA_MIB)
#define MEMORY_BYTES	(256 * CMA_MIB)
#define STEP		(128 * 1024)
#define RUN_STEPS	64
#define HEADROOM	(20 * CMA_MIB)	/* of ordinary memory, filled as well */
#define ROOM		(128 * CMA_MIB)	/* the same while measuring */
#define FULL_KB		768		/* of the area that may be left */

/* A mix changes its kind with each step, runs after %RUN_STEPS of them. */
enum kind { ANON, CLEAN, DIRTY, SHMEM, KINDS, MIX = KINDS, RUNS, LOADS };

static const char * const names[] = {
	[ANON] = "full of anonymous memory",
	[CLEAN] = "full of clean page cache",
	[DIRTY] = "full of dirty page cache",
	[SHMEM] = "full of shared memory",
	[MIX] = "full of a mix",
	[RUNS] = "full of runs of 8 MiB",
};

static const long long sizes[] = { 256, 1024, 4096, 16384 };

struct load {
	int file;			/* on disk, not cached at the start */
	int shmem;
	char *anon_map, *shmem_map;
	size_t at[KINDS];		/* bytes in use of each kind */
};

/* The file that the cache kinds use: on disk, and nothing of it in memory. */
static int make_file(void)
{
	static char block[STEP];
	char path[CMA_PATH];
	int fd;

	snprintf(path, sizeof(path), "%s/bench-cache", cma_file_dir());
	if (!cma_has_disk())
		return -ENODEV;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	for (size_t at = 0; at < FILE_BYTES; at += STEP) {
		memset(block, at / STEP, STEP);
		if (pwrite(fd, block, STEP, at) != STEP)
			return -ENOSPC;
	}
	cma_sync_files();
	return fd;
}

static int load_start(struct load *load, int file)
{
	memset(load, 0, sizeof(*load));
	load->file = file;
	load->shmem = memfd_create("bench", MFD_CLOEXEC);
	if (load->shmem < 0 || ftruncate(load->shmem, MEMORY_BYTES))
		return -errno;
	load->shmem_map = mmap(NULL, MEMORY_BYTES, PROT_READ | PROT_WRITE,
			       MAP_SHARED, load->shmem, 0);
	load->anon_map = mmap(NULL, MEMORY_BYTES, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return load->shmem_map == MAP_FAILED ||
	       load->anon_map == MAP_FAILED ? -ENOMEM : 0;
}

static void load_end(struct load *load)
{
	munmap(load->anon_map, MEMORY_BYTES);
	munmap(load->shmem_map, MEMORY_BYTES);
	close(load->shmem);
	cma_sync_files();
}

static void touch(char *map)
{
	for (size_t at = 0; at < STEP; at += cma_page_size())
		map[at] = 1;
}

/* Dirty pages come from the end of the file, clean ones from its start. */
static bool step(struct load *load, enum kind kind)
{
	static char block[STEP];
	size_t at = load->at[kind];
	size_t cached = load->at[CLEAN] + load->at[DIRTY];

	if (at + STEP > MEMORY_BYTES)
		return false;
	load->at[kind] += STEP;
	switch (kind) {
	case ANON:
		touch(load->anon_map + at);
		return true;
	case SHMEM:
		touch(load->shmem_map + at);
		return true;
	case CLEAN:
		return cached + STEP <= FILE_BYTES &&
		       pread(load->file, block, STEP, at) == STEP;
	default:
		return cached + STEP <= FILE_BYTES &&
		       pwrite(load->file, block, STEP,
			      FILE_BYTES - STEP - at) == STEP;
	}
}

/* Return: 0, or -errno when the area would not fill up. */
static int fill(struct load *load, enum kind kind)
{
	for (int i = 0; cma_meminfo("CmaFree") > FULL_KB; i++) {
		enum kind now = kind;

		if (kind == MIX)
			now = i % KINDS;
		else if (kind == RUNS)
			now = i / RUN_STEPS % KINDS;
		if (!step(load, now))
			return -ENOSPC;
	}
	return 0;
}

/* Return: how many pages were copied or dropped up to now. */
static const char *moved(long long migrated)
{
	return bench_text("%lld migrated",
			  cma_vmstat("pgmigrate_success") - migrated);
}

static void measure(struct bench *bench, enum kind kind, long long pages)
{
	struct work work = { .scenario = "full", .name = names[kind] };
	long long migrated = cma_vmstat("pgmigrate_success");
	struct sample got;

	work.pages = pages;
	work.size = bench_text("%lld MiB", pages * 4096 / CMA_MIB);
	got = bench_alloc(bench, pages);
	bench_keep(&work, "allocate", got, moved(migrated));
	if (!got.err)
		bench_keep(&work, "release", bench_free(bench, pages), "");
}

static int once(struct bench *bench, int file, enum kind kind, long long pages)
{
	int err = cma_settle(&bench->area), ballast;
	struct load load;

	if (err)
		return err;
	bench_low_memory(true);
	ballast = cma_squeeze(&bench->area, HEADROOM);
	if (ballast < 0)
		return ballast;
	err = load_start(&load, file);
	if (!err)
		err = fill(&load, kind);
	close(ballast);
	bench_low_memory(false);
	if (!err)
		measure(bench, kind, pages);
	load_end(&load);
	return err;
}

/* Dirty pages stay dirty. */
static void tune(void)
{
	cma_write_text("/proc/sys/vm/dirty_bytes", "1073741824");
	cma_write_text("/proc/sys/vm/dirty_background_bytes", "1073741824");
	cma_write_text("/proc/sys/vm/dirty_writeback_centisecs", "0");
}

int bench_full(struct bench *bench)
{
	int file, ballast, err = 0;

	tune();
	file = make_file();
	if (file < 0)
		return file;
	ballast = cma_squeeze(&bench->area, ROOM);
	if (ballast < 0)
		return ballast;
	for (int kind = ANON; kind < LOADS; kind++) {
		if (!bench_wanted(names[kind]))
			continue;
		for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
			for (int n = 0; !err && n < TIMES; n++)
				err = once(bench, file, kind, sizes[i]);
		bench_flush();
		if (err)
			fprintf(stderr, "%s: %s, %lld kB left\n", names[kind],
				strerror(-err), cma_meminfo("CmaFree"));
	}
	close(ballast);
	close(file);
	return err;
}
