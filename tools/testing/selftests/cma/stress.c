// SPDX-License-Identifier: GPL-2.0-only
/*
 * Everything at once: allocations of mixed sizes from several tasks and from an
 * interrupt, while every kind of memory that may lie in an area is filled, held,
 * moved and checked, processors and memory come and go, memory is compacted and
 * runs out, and, if wished, steps fail on purpose. Then all is given back, and
 * everything that is counted must be as it was.
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
#include "cma_inject.h"
#include "cma_load.h"

#define STRESS	"/sys/kernel/debug/cma_stress"
#define CBLOCK	"/sys/kernel/debug/cma_cblock"
#define DEVICE	"/sys/kernel/debug/cma_dma_test/cma-test-default"
#define VPU	"vpu"	/* an exclusive area, if there is one */
#define BLOCKS	"/sys/devices/system/memory"
#define PAGE	((size_t)cma_page_size())
#define STEP	(4 * CMA_MIB)
#define KINDS	4

/* What a worker has done, in memory that all share. */
struct tally {
	long done;		/* rounds */
	long served;		/* calls that did what they are there for */
	long refused;		/* memory was short, or a step failed on purpose */
	long wrong;		/* content that changed, or a bad error */
	long longest;		/* allocation, in ms */
	long tried[KINDS];	/* of a worker that does several things */
	long worked[KINDS];
};

struct stress;

/**
 * struct worker - one kind of load
 * @name: what it is called
 * @step: one round of it
 * @faults: its own steps may fail on purpose
 * @needs: a file without which there is nothing to do
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
	const struct cma_area *vpu;
	struct tally *tally;
	unsigned int seed;
	double until;		/* when workers end */
	int heap;
	long round;
};

static unsigned int draw(struct stress *s, unsigned int most)
{
	return rand_r(&s->seed) % most;
}

/* Workers end without a farewell to their output. */
static void say(const char *what, const char *how)
{
	ksft_print_msg("%s: %s\n", what, how);
	fflush(stdout);
}

/* Count how a call ended that may fail for want of memory. */
static bool served(struct stress *s, int err)
{
	if (!err) {
		s->tally->served++;
		return true;
	}
	if (err == -ENOMEM || err == -EAGAIN || err == -EINTR ||
	    err == -ENOSPC || err == -EBUSY)
		s->tally->refused++;
	else
		s->tally->wrong++;
	return false;
}

/* As served(), for an allocation that began at that time. */
static bool allocated(struct stress *s, double began, int err)
{
	long ms = (cma_seconds() - began) * 1000;

	if (ms > s->tally->longest)
		s->tally->longest = ms;
	return served(s, err);
}

/*
 * A write that releases something. That does not fail, but there may be no memory
 * to open the file.
 */
static void release(struct stress *s, const char *path, const char *text)
{
	int i;

	for (i = 0; i < 1000; i++)
		if (served(s, cma_write_text(path, text)))
			return;
	s->tally->wrong++;
}

static void give_back(struct stress *s, const struct cma_area *area,
		      long long pages)
{
	char path[CMA_PATH], text[32];

	snprintf(path, sizeof(path), CMA_DEBUGFS "/%.63s/free", area->name);
	snprintf(text, sizeof(text), "%lld", pages);
	release(s, path, text);
}

/* Ranges by hand, a few of them at a time; small ones and large ones. */
static void take_and_give_of(struct stress *s, const struct cma_area *area)
{
	long long sizes[8], sum = 0;
	unsigned int i, nr = 1 + draw(s, 8);

	for (i = 0; i < nr; i++) {
		double began = cma_seconds();

		sizes[i] = 1 + draw(s, draw(s, 4) ? 48 : 2048);
		if (allocated(s, began, cma_take(area, sizes[i])))
			sum += sizes[i];
	}
	/* The stack of the file is everybody's: what matters is the sum. */
	if (sum)
		give_back(s, area, sum);
}

static void take_and_give(struct stress *s)
{
	take_and_give_of(s, s->area);
}

static void take_exclusively(struct stress *s)
{
	take_and_give_of(s, s->vpu);
}

/*
 * Blocks by address, with interrupts off, clean when they come. They are
 * cleared, which an owner of the same memory would notice.
 */
static void use_blocks(struct stress *s)
{
	unsigned int i, nr = 0, most = 1 + draw(s, 4);
	char text[4096];

	for (i = 0; i < most; i++) {
		snprintf(text, sizeof(text), "%zu",
			 (1 + draw(s, draw(s, 4) ? 16 : 512)) * PAGE);
		if (served(s, cma_write_text(CBLOCK "/alloc", text)))
			nr++;
	}
	if (cma_read_text(CBLOCK "/list", text, sizeof(text)) > 0)
		s->tally->wrong += !!strstr(text, "dirty");
	snprintf(text, sizeof(text), "%u", nr);
	if (nr)
		release(s, CBLOCK "/free", text);
}

/* Coherent buffers of a device: clean, filled, checked. */
static void use_device(struct stress *s)
{
	unsigned int i, nr = 1 + draw(s, 4);
	char text[128];

	for (i = 0; i < nr; i++) {
		double began = cma_seconds();

		snprintf(text, sizeof(text), "%zu",
			 (1 + draw(s, draw(s, 4) ? 16 : 256)) * PAGE);
		allocated(s, began, cma_write_text(DEVICE "/alloc", text));
	}
	snprintf(text, sizeof(text), "%u", draw(s, 1 << 20));
	for (i = 0; i < 2; i++) {
		if (cma_read_text(DEVICE "/verify", text + 64, 64) < 0 ||
		    strncmp(text + 64, "ok", 2))
			s->tally->wrong++;
		s->tally->wrong += !i && cma_write_text(DEVICE "/fill", text);
		sched_yield();
	}
	release(s, DEVICE "/free", "0");
}

/* A buffer of a device, filled, checked and closed; zeroed when it comes. */
static void use_buffer(struct stress *s)
{
	size_t len = (1 + draw(s, draw(s, 4) ? 32 : 512)) * PAGE, at;
	double began = cma_seconds();
	int fd = heap_alloc(s->heap, len);
	char *map;

	if (!allocated(s, began, fd < 0 ? fd : 0))
		return;
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
	served(s, held < 0 ? -errno : 0);
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

/* Return: 0 if all bytes were moved, or -errno. */
static int moved(ssize_t done, size_t len)
{
	return done == (ssize_t)len ? 0 : done < 0 ? -errno : -EIO;
}

/* Around the page cache, from and to pages that are pinned meanwhile. */
static void write_and_read_directly(struct stress *s)
{
	size_t len = (1 + draw(s, 64)) * PAGE, at;
	char *buf = aligned_alloc(PAGE, len);
	struct cma_load load;
	int fd = -1;

	if (!buf || cma_load_prepare(&load, CMA_FILE, len, 1 + draw(s, 9999)))
		goto out;
	fd = open(load.path, O_RDWR | O_DIRECT);
	if (fd < 0)
		goto out;
	if (served(s, moved(pread(fd, buf, len, 0), len)))
		for (at = 0; at < len; at += PAGE)
			s->tally->wrong += !cma_check_page(buf + at,
				cma_page_key(load.key, at / PAGE));
	load.key++;
	for (at = 0; at < len; at += PAGE)
		cma_fill_page(buf + at, cma_page_key(load.key, at / PAGE));
	if (served(s, moved(pwrite(fd, buf, len, 0), len)))
		s->tally->wrong += cma_load_wrong(&load);
out:
	s->tally->refused += fd < 0;
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
	for (size_t at = 0; at + STEP <= len && !enough; at += STEP)
		if (madvise(map + at, STEP, MADV_POPULATE_WRITE))
			break;
	munmap(map, len);
	return 0;
}

/* One more try; what never works is no load. */
static void count_try(struct stress *s, int kind, const char *name, bool worked)
{
	s->tally->tried[kind]++;
	s->tally->worked[kind] += worked;
	if (s->tally->tried[kind] == 8 && !s->tally->worked[kind]) {
		say(name, "in vain, eight times");
		s->tally->wrong++;
	}
}

/*
 * Somebody takes all memory there is, and dies of it, or has taken all that could
 * be had in the time there was.
 */
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
	    (WIFEXITED(status) && WEXITSTATUS(status))) {
		s->tally->refused++;
		return;
	}
	s->tally->served++;
	count_try(s, 0, "out of memory",
		  WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
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
		s->tally->served++;
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

static int compact(struct stress *s)
{
	return cma_write_text("/proc/sys/vm/compact_memory", "1");
}

static int empty_caches(struct stress *s)
{
	return cma_write_text("/proc/sys/vm/drop_caches", "3");
}

/* Out of service and back: 0, or why it could not go. */
static int off_and_on(struct stress *s, const char *path, const char *off,
		      const char *on)
{
	int err = cma_write_text(path, off);

	if (err)
		return err;
	usleep(draw(s, 100000));
	s->tally->wrong += !!cma_write_text(path, on);
	return 0;
}

static int stop_processor(struct stress *s)
{
	char path[80];

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/online",
		 1 + draw(s, 3));
	return off_and_on(s, path, "0", "1");
}

/*
 * Take a piece of memory out of service. No kernel lets go of an area, and arm64
 * of no memory that was there at boot; blocks are isolated in vain until then.
 */
static int put_offline(struct stress *s)
{
	char path[80];

	snprintf(path, sizeof(path), BLOCKS "/memory%u/state",
		 8 + draw(s, 8));
	return off_and_on(s, path, "offline", "online");
}

/* A file by which movable memory can go out of service, or that there is none. */
static char spare[CMA_PATH] = "movable memory block";

static void find_spare(void)
{
	char path[CMA_PATH], zones[80];
	struct dirent *e;
	DIR *dir = opendir(BLOCKS);

	while (dir && (e = readdir(dir))) {
		snprintf(path, sizeof(path), BLOCKS "/%.30s/valid_zones",
			 e->d_name);
		if (cma_read_text(path, zones, sizeof(zones)) > 0 &&
		    !strcmp(zones, "Movable\n"))
			snprintf(spare, sizeof(spare), BLOCKS "/%.30s/state",
				 e->d_name);
	}
	if (dir)
		closedir(dir);
}

static void time_is_up(int sig)
{
}

/*
 * Movable memory goes out of service and comes back: all that is in it has to find
 * another place, areas too. The kernel tries until a signal comes, and no processor
 * comes or goes meanwhile. The last round goes on when the other workers have ended.
 */
static void take_spare(struct stress *s)
{
	static const struct sigaction action = { .sa_handler = time_is_up };
	double left;
	bool gone;

	sigaction(SIGALRM, &action, NULL);
	usleep(draw(s, 3000000));
	do {
		alarm(2);
		gone = served(s, cma_write_text(spare, "offline"));
		alarm(0);
		left = s->until - cma_seconds();
	} while (!gone && left < 4 && left > -60);
	usleep(draw(s, 300000));
	if (gone)
		release(s, spare, "online_movable");
}

/* What no owner of memory asked for. */
static void shake(struct stress *s)
{
	static const struct {
		const char *name;
		int (*act)(struct stress *s);
		bool may_fail;
	} kinds[KINDS] = {
		{ "compaction", compact },
		{ "dropping caches", empty_caches },
		{ "taking a processor away", stop_processor },
		{ "taking memory away", put_offline, true },
	};
	int k = s->round % KINDS, err = kinds[k].act(s);

	s->tally->served += !err;
	s->tally->refused += !!err;
	count_try(s, k, kinds[k].name, !err || kinds[k].may_fail);
	usleep(draw(s, 200000));
}

static void look(struct stress *s)
{
	char text[4096];

	if (cma_sound(text, sizeof(text), false)) {
		s->tally->served++;
	} else {
		say(text, "under load");
		s->tally->wrong++;
	}
	usleep(500000);
}

static const struct worker workers[] = {
	{ "ranges, first task", take_and_give, true },
	{ "ranges, second task", take_and_give, true },
	{ "buffers, first task", use_buffer, true },
	{ "buffers, second task", use_buffer, true },
	{ "buffers of a device", use_device, false, DEVICE "/alloc" },
	{ "ranges of an exclusive area", take_exclusively, true,
	  CMA_DEBUGFS "/" VPU "/alloc" },
	{ "blocks by address", use_blocks, true, CMA_DEBUGFS "/" VPU "/alloc" },
	{ "anonymous, locked, huge and shared memory", use_memory },
	{ "fork and copy on write", fork_and_write },
	{ "files and their writeback", use_files },
	{ "pages held by a pipe", hold_in_pipe },
	{ "direct reads and writes", write_and_read_directly },
	{ "out of memory", run_out },
	{ "compaction, caches, processors, offlining", shake },
	{ "memory of a device that goes away", take_spare, false, spare },
	{ "gigantic pages", use_gigantic, false, CMA_DEBUGFS "/hugetlb0/count" },
	{ "all records agree", look, false, CMA_DEBUGFS "/validate" },
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
	return !worker->needs || !access(worker->needs, F_OK);
}

static void work(const struct worker *worker, struct stress *s)
{
	/* Who eats all memory is to die of it, and nobody else. */
	cma_write_text("/proc/self/oom_score_adj", "-1000");
	if (worker->faults)
		cma_write_text("/proc/self/make-it-fail", "1");
	for (; cma_seconds() < s->until; s->round++) {
		worker->step(s);
		s->tally->done++;
	}
	_exit(0);
}

#define FAULTS_MOST	1000000000

/* What meets failures: tasks that allow it, in one of so many steps. */
static const struct {
	const char *name;
	const char *percent;	/* the tasks seldom allocate pages themselves */
} faulty[] = {
	{ "failslab", "1" }, { "fail_page_alloc", "10" }, { "fail_cma", "1" },
};

static void let_fail(bool on)
{
	char most[16];

	snprintf(most, sizeof(most), "%d", FAULTS_MOST);
	inject_ready();
	for (size_t i = 0; i < ARRAY_SIZE(faulty); i++) {
		const char *name = faulty[i].name;

		inject_set(name, "verbose", "0");
		inject_set(name, "task-filter", "Y");
		inject_set(name, "interval", "1");
		if (on)
			inject_set(name, "times", most);
		inject_set(name, "probability", on ? faulty[i].percent : "0");
	}
}

/* Steps have failed; a short run may do without one kind. */
static void count_faults(void)
{
	long long sum = 0;

	for (size_t i = 0; i < ARRAY_SIZE(faulty); i++) {
		char path[CMA_PATH];
		long long left;

		snprintf(path, sizeof(path), "/sys/kernel/debug/%s/times",
			 faulty[i].name);
		left = cma_read_num(path);
		if (left < 0)
			continue;
		ksft_print_msg("%s: %lld failed on purpose\n", faulty[i].name,
			       FAULTS_MOST - left);
		sum += FAULTS_MOST - left;
	}
	ksft_test_result(sum, "steps fail\n");
}

/* Return: 0, -errno, or -ENOENT if this kernel does not have it. */
static int start_interrupt(const struct cma_area *area, unsigned int seed)
{
	char text[128];

	snprintf(text, sizeof(text), "%s %u %u", area->name, seed, 2000);
	return cma_write_text(STRESS, text);
}

/* What the file says of an area, and what start_interrupt() returned for it. */
static bool interrupt_right(const char *text, const char *name, int err)
{
	long ok = 0, refused = 0, wrong = -1;
	char begin[80];
	const char *line;

	snprintf(begin, sizeof(begin), "%s: ", name);
	line = strstr(text, begin);
	if (!err && line)
		sscanf(line + strlen(begin), "served %ld refused %ld wrong %ld",
		       &ok, &refused, &wrong);
	ksft_print_msg("interrupt, %s: %ld served, %ld refused, %ld wrong\n",
		       name, ok, refused, wrong);
	return ok && !wrong;
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
	if (access(CMA_DEBUGFS "/validate", F_OK)) {
		ksft_test_result_skip("all records agree at rest: no validate\n");
		return;
	}
	ksft_test_result(cma_sound(text, sizeof(text), true),
			 "all records agree at rest\n");
	ksft_print_msg("%s\n", text);
}

static void start_workers(struct stress *s, struct tally *tally,
			  unsigned int seed, unsigned int seconds)
{
	s->until = cma_seconds() + seconds;
	fflush(NULL);
	for (unsigned int i = 0; i < NR_WORKERS; i++) {
		s->tally = &tally[i];
		s->seed = seed * 1000 + i;
		if (has_work(&workers[i]) && !fork())
			work(&workers[i], s);
	}
}

/* A worker has done something, and nothing wrong. */
static void judge(const struct worker *worker, const struct tally *tally)
{
	if (!has_work(worker)) {
		ksft_test_result_skip("%s: no %s\n", worker->name, worker->needs);
		return;
	}
	ksft_print_msg("%s: %ld done, %ld refused, %ld wrong\n", worker->name,
		       tally->done, tally->refused, tally->wrong);
	if (tally->longest)
		ksft_print_msg("longest: %s %ld ms\n", worker->name,
			       tally->longest);
	ksft_test_result(tally->served && !tally->wrong, "%s\n", worker->name);
}

int main(void)
{
	unsigned int seed = wish("CMA_SEED", 1), seconds = wish("CMA_SECONDS", 20);
	struct cma_counts before, vpu_before;
	bool faults = wish("CMA_FAULTS", 0);
	struct cma_area area, vpu;
	char interrupts[512] = "";
	struct stress s = { .area = &area, .vpu = &vpu };
	struct tally *tally;
	int err, err_vpu = -ENOENT;
	bool exclusive;

	ksft_print_header();
	s.heap = heap_open(HEAP_DEFAULT);
	tally = mmap(NULL, NR_WORKERS * sizeof(*tally), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (!cma_find_area(&area) || s.heap < 0 || tally == MAP_FAILED ||
	    cma_settle(&area))
		ksft_exit_skip("no area, or no heap on it\n");
	exclusive = cma_load_area(&vpu, VPU);
	find_spare();
	ksft_set_plan(NR_WORKERS + 7 + 2 * exclusive + faults);
	ksft_print_msg("seed %u, %u s, %s faults\n", seed, seconds,
		       faults ? "with" : "without");
	cma_count(&area, &before);
	if (exclusive)
		cma_count(&vpu, &vpu_before);
	err = start_interrupt(&area, seed);
	if (exclusive)
		err_vpu = start_interrupt(&vpu, seed + 1);
	let_fail(faults);
	start_workers(&s, tally, seed, seconds);
	while (wait(NULL) > 0)
		;
	let_fail(false);
	for (unsigned int i = 0; i < NR_WORKERS; i++)
		judge(&workers[i], &tally[i]);
	if (faults)
		count_faults();
	cma_write_text(STRESS, "stop");
	cma_read_text(STRESS, interrupts, sizeof(interrupts));
	if (err == -ENOENT)
		ksft_test_result_skip("interrupt: no " STRESS "\n");
	else
		ksft_test_result(interrupt_right(interrupts, area.name, err),
				 "interrupt\n");
	if (exclusive) {
		ksft_test_result(interrupt_right(interrupts, vpu.name, err_vpu),
				 "interrupt, exclusive area\n");
		ksft_test_result(cma_file(&vpu, "used") == vpu_before.used &&
				 cma_file(&vpu, "maxchunk") == vpu_before.maxchunk,
				 "the exclusive area is as it was\n");
	}
	compare(&area, &before);
	ksft_finished();
}
