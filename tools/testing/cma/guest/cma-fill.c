// SPDX-License-Identifier: GPL-2.0-only
/*
 * cma-fill: how much memory fits until the kernel has none left
 *
 * usage: cma-fill anon|shmem
 *
 * A child touches anonymous or shared memory until it is killed for it, or
 * refused. Prints how many MiB it had by then.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define STEP	(256UL << 10)
#define MOST	(8UL << 30)

static void touch(volatile unsigned long *steps, int anon)
{
	int flags = anon ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED | MAP_ANONYMOUS;
	char *map = mmap(NULL, MOST, PROT_READ | PROT_WRITE,
			 flags | MAP_NORESERVE, -1, 0);
	int fd = open("/proc/self/oom_score_adj", O_WRONLY);

	if (map == MAP_FAILED || write(fd, "1000", 4) != 4)
		_exit(2);
	for (; *steps < MOST / STEP; ++*steps)
		memset(map + *steps * STEP, 1, STEP);
	_exit(3);
}

int main(int argc, char **argv)
{
	unsigned long *steps = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status = 0;
	pid_t child;

	if (argc != 2 || steps == MAP_FAILED)
		return 2;
	child = fork();
	if (!child)
		touch(steps, !strcmp(argv[1], "anon"));
	if (child < 0 || waitpid(child, &status, 0) != child)
		return 2;
	printf("%lu\n", *steps * (STEP >> 10) / 1024);
	return !WIFSIGNALED(status);
}
