// SPDX-License-Identifier: GPL-2.0-only
/*
 * cma-fill: how much memory fits until the kernel has none left
 *
 * usage: cma-fill anon|shmem|file FILE
 *	  cma-fill pipe MIB
 *
 * A child touches anonymous memory, shared memory, or locks the page cache of
 * the file, until it is killed for it, or refused. Prints how many MiB it had by
 * then.
 *
 * With pipe, memory of the kernel that cannot move: pipes are filled until less
 * than so many MiB are free outside of areas. Prints how many MiB that took, and
 * holds them until it is killed.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define STEP	(256UL << 10)
#define MOST	(1UL << 30)
#define PIPES	1024

static char filling[STEP];

static void touch(volatile unsigned long *steps, const char *kind,
		  const char *path)
{
	int file = !strcmp(kind, "file"), anon = !strcmp(kind, "anon");
	int fd = file ? open(path, O_RDONLY) : -1;
	int prot = file ? PROT_READ : PROT_READ | PROT_WRITE;
	int flags = anon ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
	int adj = open("/proc/self/oom_score_adj", O_WRONLY);
	char *map;

	if (!file)
		flags |= MAP_ANONYMOUS;
	map = mmap(NULL, MOST, prot, flags | MAP_NORESERVE, fd, 0);
	if (map == MAP_FAILED || write(adj, "1000", 4) != 4)
		_exit(2);
	for (; *steps < MOST / STEP; ++*steps) {
		if (!file)
			memset(map + *steps * STEP, 1, STEP);
		else if (mlock(map + *steps * STEP, STEP))
			_exit(4);
	}
	_exit(3);
}

static int fill(const char *kind, const char *path)
{
	unsigned long *steps = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status = 0;
	pid_t child;

	if (steps == MAP_FAILED)
		return 2;
	child = fork();
	if (!child)
		touch(steps, kind, path);
	if (child < 0 || waitpid(child, &status, 0) != child)
		return 2;
	printf("%lu\n", *steps * (STEP >> 10) / 1024);
	return !WIFSIGNALED(status);
}

/* KiB of /proc/meminfo */
static long kib_of(const char *name)
{
	FILE *f = fopen("/proc/meminfo", "r");
	char line[128];
	long kib = -1;

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, name, strlen(name)))
			kib = atol(line + strlen(name));
	if (f)
		fclose(f);
	return kib;
}

static int hold(long mib)
{
	struct rlimit most = { 2 * PIPES + 16, 2 * PIPES + 16 };
	unsigned long held = 0;
	int ends[2], i;

	if (setrlimit(RLIMIT_NOFILE, &most))
		return 2;
	for (i = 0; i < PIPES; i++) {
		if (kib_of("MemFree:") - kib_of("CmaFree:") < mib * 1024)
			break;
		/* A pipe that is no longer than usual has less in it. */
		if (pipe2(ends, O_NONBLOCK))
			return 2;
		fcntl(ends[1], F_SETPIPE_SZ, STEP);
		held += write(ends[1], filling, STEP) / 1024;
	}
	printf("%lu\n", held / 1024);
	fflush(stdout);
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "pipe"))
		return hold(atol(argv[2]));
	if (argc != 3 && (argc != 2 || !strcmp(argv[1], "file")))
		return 2;
	return fill(argv[1], argv[2]);
}
