// SPDX-License-Identifier: GPL-2.0-only
/*
 * Everything at once: allocations of mixed sizes from several tasks and from an
 * interrupt, while every kind of memory that may lie in an area is filled, held,
 * moved and checked, processors come and go, memory is compacted, is to go
 * offline and runs out, and, if wished, steps fail on purpose. Then all is given
 * back, and everything that is counted must be as it was.
 *
 * CMA_SEED and CMA_SECONDS in the environment choose what is done and for how
 * long; CMA_FAULTS=1 lets steps fail. Each task draws from a stream of its own
 * that follows from the seed: the same seed asks for the same things, though the
 * kernel may serve them in another order.
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <linux/mman.h>
#include "../kselftest.h"
#include "cma_heaps.h"
#include "cma_load.h"

#define STRESS	"/sys/kernel/debug/cma_stress"
#define PAGE	((size_t)cma_page_size())

/* What a worker has done, in memory that all share. */
struct tally {
	long done;
	long refused;	/* memory was short, or a step failed on purpose */
	long wrong;	/* content that changed, or an error that may not be */
};

struct stress;

/**
 * struct worker - one kind of load
 * @name: what it is called
 * @step: one round of it
 * @faults: its own steps may fail on purpose
 * @needs: a file with a number above 0, without which there is nothing to do
 */
struct worker {
	const char *name;
	void (*step)(struct stress *s);
	bool faults;
	const char *needs;
};

/* What a worker knows; each has its own copy. */
struct stress {
	const struct cma_area *area;
	struct tally *tally;
	unsigned int seed;
	int heap;
	long round;
};

static unsigned int draw(struct stress *s, unsigned int most)
{
	return rand_r(&s->seed) % most;
}

/* Count how a call ended that may fail for want of memory. */
static bool served(struct stress *s, int err)
{
	if (!err)
		return true;
	if (err == -ENOMEM || err == -EAGAIN || err == -EINTR ||
	    err == -ENOSPC || err == -EBUSY)
		s->tally->refused++;
	else
		s->tally->wrong++;
	return false;
}

/* Ranges by hand, a few of them at a time; small ones and large ones. */
static void take_and_give(struct stress *s)
{
	long long sizes[8], sum = 0;
	unsigned int i, nr = 1 + draw(s, 8);

	for (i = 0; i < nr; i++) {
		sizes[i] = 1 + draw(s, draw(s, 4) ? 48 : 2048);
		if (served(s, cma_take(s->area, sizes[i])))
			sum += sizes[i];
	}
	/*
	 * The stack of the file is everybody's: what matters is the sum. A
	 * release does not fail, but there may be no memory to open the file.
	 */
	for (i = 0; sum && i < 1000; i++)
		if (served(s, cma_give(s->area, sum)))
			sum = 0;
	s->tally->wrong += !!sum;
}

/* A buffer of a device, filled, checked and closed; zeroed when it comes. */
static void use_buffer(struct stress *s)
{
	size_t len = (1 + draw(s, draw(s, 4) ? 32 : 512)) * PAGE, at;
	int fd = heap_alloc(s->heap, len);
	char *map;

	if (fd < 0) {
		served(s, fd);
		return;
	}
	map = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (map == MAP_FAILED) {
		served(s, -errno);
		return;
	}
	for (at = 0; at < len; at += PAGE) {
		if (*(__u64 *)(map + at))
			s->tally->wrong++;
		cma_fill_page(map + at, cma_page_key(s->seed, at / PAGE));
	}
	sched_yield();
	for (at = 0; at < len; at += PAGE)
		s->tally->wrong += !cma_check_page(map + at,
						   cma_page_key(s->seed, at / PAGE));
	munmap(map, len);
}

/* Memory of one kind, up to 4 MiB: filled, left alone, checked, dropped. */
static void use_load(struct stress *s, enum cma_kind kind)
{
	size_t len = (1 + draw(s, 1024)) * PAGE;
	struct cma_load load;

	if (kind == CMA_THP)
		len = (len + (2 << 20) - 1) & ~((2UL << 20) - 1);
	if (served(s, cma_load_prepare(&load, kind, len, 1 + draw(s, 1 << 20))) &&
	    served(s, cma_load_fill(&load))) {
		usleep(draw(s, 20000));
		s->tally->wrong += cma_load_wrong(&load);
	}
	cma_load_drop(&load);
}

static void use_memory(struct stress *s)
{
	static const enum cma_kind kinds[] = {
		CMA_ANON, CMA_LOCKED, CMA_SHMEM, CMA_SHMEM_UNMAPPED, CMA_THP,
	};

	use_load(s, kinds[draw(s, ARRAY_SIZE(kinds))]);
}

static void use_files(struct stress *s)
{
	static const enum cma_kind kinds[] = {
		CMA_FILE, CMA_FILE_MAPPED, CMA_FILE_DIRTY,
	};

	use_load(s, kinds[draw(s, ARRAY_SIZE(kinds))]);
}

/* A child that writes to what it shares, a parent that keeps what it had. */
static void fork_and_write(struct stress *s)
{
	struct cma_load load;
	pid_t child;
	int status;

	if (!served(s, cma_load_prepare(&load, CMA_ANON,
					(1 + draw(s, 256)) * PAGE,
					1 + draw(s, 1 << 20))) ||
	    !served(s, cma_load_fill(&load))) {
		cma_load_drop(&load);
		return;
	}
	child = fork();
	if (!child) {
		long wrong = cma_load_wrong(&load);

		load.key++;
		cma_fill_map(&load);
		_exit(wrong || cma_load_wrong(&load));
	}
	if (child > 0 && waitpid(child, &status, 0) == child &&
	    WIFEXITED(status) && WEXITSTATUS(status))
		s->tally->wrong++;
	s->tally->wrong += cma_load_wrong(&load);
	cma_load_drop(&load);
}

/* Pages that a pipe holds for a moment. */
static void hold_in_pipe(struct stress *s)
{
	size_t len = (1 + draw(s, 8)) * PAGE;
	char *map = mmap(NULL, len, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct iovec iov = { map, len };
	char *copy = malloc(PAGE);
	ssize_t held = -1;
	int ends[2];

	if (map == MAP_FAILED || !copy || pipe(ends)) {
		s->tally->refused++;
		free(copy);
		return;
	}
	for (size_t at = 0; at < len; at += PAGE)
		cma_fill_page(map + at, cma_page_key(s->round, at));
	held = vmsplice(ends[1], &iov, 1, SPLICE_F_NONBLOCK);
	usleep(draw(s, 20000));
	for (ssize_t at = 0; held - at >= (ssize_t)PAGE; at += PAGE)
		if (read(ends[0], copy, PAGE) != (ssize_t)PAGE ||
		    !cma_check_page(copy, cma_page_key(s->round, at)))
			s->tally->wrong++;
	close(ends[0]);
	close(ends[1]);
	munmap(map, len);
	free(copy);
}

/* Around the page cache, into pages that are pinned meanwhile. */
static void read_directly(struct stress *s)
{
	size_t len = (1 + draw(s, 64)) * PAGE;
	struct cma_load load;
	char *buf = NULL;
	int fd;

	if (!served(s, cma_load_prepare(&load, CMA_FILE, len, 1 + draw(s, 9999)))) {
		cma_load_drop(&load);
		return;
	}
	fd = open(load.path, O_RDONLY | O_DIRECT);
	if (fd >= 0 && !posix_memalign((void **)&buf, PAGE, len) &&
	    read(fd, buf, len) == (ssize_t)len)
		for (size_t at = 0; at < len; at += PAGE)
			s->tally->wrong += !cma_check_page(buf + at,
				cma_page_key(load.key, at / PAGE));
	else
		s->tally->refused++;
	free(buf);
	if (fd >= 0)
		close(fd);
	cma_load_drop(&load);
}

static volatile sig_atomic_t enough;

static void stop_eating(int sig)
{
	enough = sig;
}

/*
 * Take all memory there is. What has not been killed in time gives it back while
 * it can still be killed: memory stays short until a task that ends has freed its
 * own, and the kernel would meanwhile choose another.
 */
static int eat_memory(void)
{
	size_t len = (size_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);
	char *map = mmap(NULL, len, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (map == MAP_FAILED)
		return 1;
	cma_write_text("/proc/self/oom_score_adj", "1000");
	signal(SIGALRM, stop_eating);
	alarm(20);
	for (size_t at = 0; at < len && !enough; at += PAGE)
		map[at] = 1;
	munmap(map, len);
	return 0;
}

/* Somebody takes all memory there is, and dies of it. */
static void run_out(struct stress *s)
{
	int status = 0;
	pid_t child;

	usleep(200000 + draw(s, 800000));
	if (s->round % 4)
		return;
	child = fork();
	if (!child)
		_exit(eat_memory());
	if (child < 0 || waitpid(child, &status, 0) < 0 ||
	    (WIFEXITED(status) && WEXITSTATUS(status)))
		s->tally->refused++;
}

/*
 * Gigantic pages out of the area that hugetlb_cma= has reserved. The pool may not
 * grow by all that is asked for.
 */
static void use_gigantic(struct stress *s)
{
	static const char pool[] =
		"/sys/kernel/mm/hugepages/hugepages-32768kB/nr_hugepages";
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB |
			  25 << MAP_HUGE_SHIFT;
	const size_t len = 32 * CMA_MIB;
	unsigned int key = draw(s, 1 << 20);
	char text[16], *map;

	usleep(draw(s, 100000));
	snprintf(text, sizeof(text), "%u", 1 + draw(s, 4));
	if (!served(s, cma_write_text(pool, text)))
		return;
	map = mmap(NULL, len, PROT_READ | PROT_WRITE, flags, -1, 0);
	if (map == MAP_FAILED) {
		s->tally->refused++;
	} else {
		for (size_t at = 0; at < len; at += 64 * PAGE)
			cma_fill_page(map + at, cma_page_key(key, at));
		usleep(draw(s, 50000));
		for (size_t at = 0; at < len; at += 64 * PAGE)
			s->tally->wrong += !cma_check_page(map + at,
							   cma_page_key(key, at));
		munmap(map, len);
	}
	s->tally->wrong += !!cma_write_text(pool, "0");
}

/*
 * Take a piece of memory out of service. No kernel lets go of an area, and arm64
 * of no memory that was there at boot; blocks are isolated in vain until then.
 */
static void put_offline(struct stress *s)
{
	char path[80];

	snprintf(path, sizeof(path), "/sys/devices/system/memory/memory%u/state",
		 8 + draw(s, 8));
	if (!cma_write_text(path, "offline") && cma_write_text(path, "online"))
		s->tally->wrong++;
}

static void shake(struct stress *s)
{
	char path[80];
	int cpu = 1 + draw(s, 3);

	switch (draw(s, 4)) {
	case 0:
		cma_write_text("/proc/sys/vm/compact_memory", "1");
		break;
	case 1:
		cma_write_text("/proc/sys/vm/drop_caches", "3");
		break;
	case 2:
		put_offline(s);
		break;
	default:
		snprintf(path, sizeof(path),
			 "/sys/devices/system/cpu/cpu%d/online", cpu);
		if (!cma_write_text(path, "0")) {
			usleep(draw(s, 100000));
			if (cma_write_text(path, "1"))
				s->tally->wrong++;
		}
	}
	usleep(draw(s, 200000));
}

/* All records of all areas agree, whatever is going on. */
static bool sound(char *text, size_t size)
{
	if (cma_read_text(CMA_DEBUGFS "/validate", text, size) == -ENOENT)
		return true;
	return !strncmp(text, "ok", 2);
}

static void look(struct stress *s)
{
	char text[4096];

	if (!sound(text, sizeof(text))) {
		ksft_print_msg("%s\n", text);
		s->tally->wrong++;
	}
	usleep(500000);
}

static const struct worker workers[] = {
	{ "ranges, first task", take_and_give, true },
	{ "ranges, second task", take_and_give, true },
	{ "buffers, first task", use_buffer, true },
	{ "buffers, second task", use_buffer, true },
	{ "anonymous, locked, huge and shared memory", use_memory, false },
	{ "fork and copy on write", fork_and_write, false },
	{ "files and their writeback", use_files, false },
	{ "pages held by a pipe", hold_in_pipe, false },
	{ "direct reads", read_directly, false },
	{ "out of memory", run_out, false },
	{ "compaction, caches, processors, offlining", shake, false },
	{ "gigantic pages", use_gigantic, false, CMA_DEBUGFS "/hugetlb0/count" },
	{ "all records agree", look, false },
};

#define NR_WORKERS	(ARRAY_SIZE(workers))

/* A number from the environment. */
static unsigned int wish(const char *name, unsigned int otherwise)
{
	const char *text = getenv(name);

	return text && *text ? strtoul(text, NULL, 10) : otherwise;
}

static bool has_work(const struct worker *worker)
{
	return !worker->needs || cma_read_num(worker->needs) > 0;
}

static void work(const struct worker *worker, struct stress *s, double until)
{
	/* Who eats all memory dies of it, and nobody else. */
	cma_write_text("/proc/self/oom_score_adj", "-1000");
	if (worker->faults)
		cma_write_text("/proc/self/make-it-fail", "1");
	for (; cma_seconds() < until; s->round++) {
		worker->step(s);
		s->tally->done++;
	}
	_exit(0);
}

/* Tasks that allow it meet a failure in one of so many steps. */
static void let_fail(bool on)
{
	static const char * const where[] = {
		"failslab", "fail_page_alloc", "fail_cma",
	};
	char path[CMA_PATH];

	for (size_t i = 0; i < ARRAY_SIZE(where); i++) {
		const char *set[][2] = {
			{ "verbose", "0" }, { "times", "-1" },
			{ "task-filter", "Y" }, { "interval", "37" },
			{ "ignore-gfp-wait", "N" }, { "min-order", "0" },
			{ "probability", on ? "20" : "0" },
		};

		for (size_t j = 0; j < ARRAY_SIZE(set); j++) {
			snprintf(path, sizeof(path), "/sys/kernel/debug/%s/%s",
				 where[i], set[j][0]);
			cma_write_text(path, set[j][1]);
		}
	}
}

static void start_interrupt(const struct cma_area *area, unsigned int seed)
{
	char text[128];

	snprintf(text, sizeof(text), "%s %u %u", area->name, seed, 2000);
	cma_write_text(STRESS, text);
}

static void end_interrupt(void)
{
	long ok = 0, refused = 0, wrong = -1;
	char text[128];

	if (cma_write_text(STRESS, "stop") ||
	    cma_read_text(STRESS, text, sizeof(text)) < 0 ||
	    sscanf(text, "served %ld refused %ld wrong %ld", &ok, &refused,
		   &wrong) != 3) {
		ksft_test_result_skip("interrupt: no " STRESS "\n");
		return;
	}
	ksft_print_msg("interrupt: %ld served, %ld refused, %ld wrong\n", ok,
		       refused, wrong);
	ksft_test_result(ok && !wrong, "interrupt\n");
}

/* Everything is back, and what is counted agrees. */
static void compare(const struct cma_area *area, const struct cma_counts *before)
{
	struct cma_counts now;
	bool free_back = false;
	char text[4096] = "";

	ksft_test_result(!cma_settle(area), "the area comes to rest\n");
	for (int i = 0; i < 50 && !free_back; i++) {
		cma_count(area, &now);
		free_back = cma_free_is_back(before, &now);
		usleep(20000);
	}
	ksft_test_result(now.used == before->used, "all frames are back\n");
	ksft_test_result(now.maxchunk == before->maxchunk,
			 "the largest hole is back\n");
	ksft_test_result(now.success - now.released ==
			 before->success - before->released,
			 "as much was released as allocated\n");
	ksft_test_result(free_back, "the free memory is back\n");
	ksft_test_result(sound(text, sizeof(text)), "all records agree at rest\n");
	ksft_print_msg("%s\n", text);
}

int main(void)
{
	unsigned int seed = wish("CMA_SEED", 1), seconds = wish("CMA_SECONDS", 20);
	bool faults = wish("CMA_FAULTS", 0);
	struct stress s = { 0 };
	struct cma_counts before;
	struct cma_area area;
	struct tally *tally;
	double until;

	ksft_print_header();
	s.heap = heap_open(HEAP_DEFAULT);
	tally = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (!cma_find_area(&area) || s.heap < 0 || tally == MAP_FAILED ||
	    cma_settle(&area))
		ksft_exit_skip("no area, or no heap on it\n");
	ksft_set_plan(NR_WORKERS + 7);
	ksft_print_msg("seed %u, %u s, %s faults\n", seed, seconds,
		       faults ? "with" : "without");
	cma_count(&area, &before);
	s.area = &area;
	until = cma_seconds() + seconds;
	start_interrupt(&area, seed);
	let_fail(faults);
	fflush(NULL);
	for (unsigned int i = 0; i < NR_WORKERS; i++) {
		s.tally = &tally[i];
		s.seed = seed * 1000 + i;
		if (has_work(&workers[i]) && !fork())
			work(&workers[i], &s, until);
	}
	while (wait(NULL) > 0)
		;
	let_fail(false);
	for (unsigned int i = 0; i < NR_WORKERS; i++) {
		if (!has_work(&workers[i])) {
			ksft_test_result_skip("%s: no %s\n", workers[i].name,
					      workers[i].needs);
			continue;
		}
		ksft_print_msg("%s: %ld done, %ld refused, %ld wrong\n",
			       workers[i].name, tally[i].done, tally[i].refused,
			       tally[i].wrong);
		ksft_test_result(tally[i].done && !tally[i].wrong, "%s\n",
				 workers[i].name);
	}
	end_interrupt();
	compare(&area, &before);
	ksft_finished();
}
