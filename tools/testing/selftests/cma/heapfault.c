// SPDX-License-Identifier: GPL-2.0-only
/*
 * Heaps when things go wrong: memory that cannot be had at each step, owners
 * that are killed at each step, descriptors that run out, and the same done
 * over and over. Whatever happens, everything is back in the end.
 *
 * The n-th allocation of memory in a system call is made to fail by the kernel's
 * fault injection (CONFIG_FAILSLAB, CONFIG_FAIL_PAGE_ALLOC), n = 1, 2, ... until
 * the call gets through without meeting the fault.
 */
#include "../kselftest_harness.h"
#include "cma_heaps.h"
#include "cma_inject.h"

#define PAGE		((size_t)cma_page_size())
#define LEN		(64 * PAGE)
#define MOST_STEPS	400

FIXTURE(heapfault) {
	struct heap_counts before;
	struct cma_area area;
	int heap;
};

FIXTURE_SETUP(heapfault)
{
	self->heap = heap_open(HEAP_DEFAULT);
	if (self->heap < 0)
		SKIP(return, "no heap " HEAP_DEFAULT);
	ASSERT_TRUE(heap_area(HEAP_DEFAULT, &self->area));
	heap_count(&self->before);
}

FIXTURE_TEARDOWN(heapfault)
{
	EXPECT_SAME_COUNTS(&self->before);
	close(self->heap);
}

/* What a stage has to work with. */
struct held {
	int heap, buf, imp;
	int many[8];
};

/*
 * What is tried while memory fails. act() returns 0 or -errno; undo() takes back
 * what it did if it succeeded.
 */
struct stage {
	const char *name;
	int (*prepare)(struct held *h);
	int (*act)(struct held *h);
	void (*undo)(struct held *h);
	void (*unprepare)(struct held *h);
};

static int act_alloc(struct held *h)
{
	h->buf = heap_alloc(h->heap, LEN);
	return h->buf < 0 ? h->buf : 0;
}

static void undo_alloc(struct held *h)
{
	close(h->buf);
}

static int act_batch(struct held *h)
{
	return heap_alloc_many(h->heap, PAGE, 0, h->many, 8, 0);
}

static void undo_batch(struct held *h)
{
	heap_close_many(h->many, 8);
}

static int act_map(struct held *h)
{
	void *map = heap_map(h->buf, LEN);

	if (map == MAP_FAILED)
		return -errno;
	munmap(map, LEN);
	return 0;
}

static int prepare_import(struct held *h)
{
	int err = act_alloc(h);

	h->imp = imp_open("noncoherent");
	return err ? err : h->imp < 0 ? h->imp : 0;
}

static int act_attach(struct held *h)
{
	return imp_do(h->imp, "attach %d", h->buf);
}

static void undo_attach(struct held *h)
{
	imp_do(h->imp, "detach");
}

static int prepare_attached(struct held *h)
{
	int err = prepare_import(h);

	return err ? err : act_attach(h);
}

static int act_devmap(struct held *h)
{
	return imp_do(h->imp, "map from");
}

static void undo_devmap(struct held *h)
{
	imp_do(h->imp, "unmap");
}

static int act_vmap(struct held *h)
{
	return imp_do(h->imp, "vmap");
}

static void undo_vmap(struct held *h)
{
	imp_do(h->imp, "vunmap");
}

static void undo_import(struct held *h)
{
	close(h->imp);
	close(h->buf);
}

static const struct stage stages[] = {
	{ "alloc", NULL, act_alloc, undo_alloc, NULL },
	{ "batch", NULL, act_batch, undo_batch, NULL },
	{ "mmap", act_alloc, act_map, NULL, undo_alloc },
	{ "attach", prepare_import, act_attach, undo_attach, undo_import },
	{ "map", prepare_attached, act_devmap, undo_devmap, undo_import },
	{ "vmap", prepare_attached, act_vmap, undo_vmap, undo_import },
};

TEST_F(heapfault, memory_fails_at_each_step)
{
	int fail_nth = open("/proc/thread-self/fail-nth", O_RDWR);
	struct heap_counts before;
	char text[4096];

	if (fail_nth < 0 || !inject_ready())
		SKIP(return, "no fault injection in this kernel");
	for (size_t i = 0; i < ARRAY_SIZE(stages); i++) {
		const struct stage *s = &stages[i];
		struct held h = { .heap = self->heap };
		int n, err, refused = 0;
		bool met = true;

		if (s->prepare)
			ASSERT_EQ(0, s->prepare(&h));
		heap_count(&before);
		for (n = 1; met && n < MOST_STEPS; n++) {
			inject(fail_nth, n);
			err = s->act(&h);
			met = injected(fail_nth);
			refused += err != 0;
			EXPECT_TRUE(!err || err == -ENOMEM ||
				    err == -ENFILE || err == -EFAULT)
				TH_LOG("%s, step %d: errno %d", s->name, n, -err);
			EXPECT_TRUE(met || !err);
			if (!err && s->undo)
				s->undo(&h);
			EXPECT_SAME_COUNTS(&before);
			EXPECT_TRUE(cma_sound(text, sizeof(text), true))
				TH_LOG("%s, step %d: %s", s->name, n, text);
		}
		EXPECT_GT(MOST_STEPS, n);
		TH_LOG("%s: %d allocations of memory, %d of them needed",
		       s->name, n - 2, refused);
		if (s->unprepare)
			s->unprepare(&h);
	}
	close(fail_nth);
}

/* All that an application does, over and over. */
static void live(int heap)
{
	for (;;) {
		int buf = heap_alloc(heap, LEN), imp = imp_open("coherent");
		void *map = heap_map(buf, LEN);
		int fds[8];

		if (buf < 0 || map == MAP_FAILED)
			_exit(1);
		heap_sync(buf, DMA_BUF_SYNC_START | DMA_BUF_SYNC_RW);
		memset(map, 1, LEN);
		heap_sync(buf, DMA_BUF_SYNC_END | DMA_BUF_SYNC_RW);
		imp_do(imp, "attach %d", buf);
		imp_do(imp, "map both");
		imp_do(imp, "fill 1");
		imp_do(imp, "vmap");
		if (!heap_alloc_many(heap, LEN, 0, fds, 8, 0))
			heap_close_many(fds, 8);
		close(buf);
		munmap(map, LEN);
		close(imp);
		/* Large enough that clearing it is worth interrupting. */
		close(heap_alloc(heap, 8 * CMA_MIB));
	}
}

TEST_F(heapfault, killed_at_each_step)
{
	__u64 seed = 6;
	int status;

	for (int i = 0; i < 50; i++) {
		pid_t child = fork();

		if (!child)
			live(self->heap);
		usleep(heap_random(&seed) % 20000);
		kill(child, SIGKILL);
		waitpid(child, &status, 0);
		EXPECT_TRUE(WIFSIGNALED(status));
	}
}

TEST_F(heapfault, opened_a_thousand_times)
{
	static int heaps[1000];

	ASSERT_EQ(0, heap_many_fds());
	for (int i = 0; i < 1000; i++) {
		heaps[i] = heap_open(HEAP_DEFAULT);
		ASSERT_LE(0, heaps[i]);
	}
	for (int i = 0; i < 1000; i++) {
		int buf = heap_alloc(heaps[i], PAGE);

		ASSERT_LE(0, buf);
		close(buf);
	}
	heap_close_many(heaps, 1000);
}

TEST_F(heapfault, descriptors_run_out)
{
	struct rlimit few = { 32, 32 }, old;
	int bufs[64], n = 0, spare[8];

	ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &old));
	few.rlim_max = old.rlim_max;
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &few));
	while (n < 64 && (bufs[n] = heap_alloc(self->heap, PAGE)) >= 0)
		n++;
	EXPECT_EQ(-EMFILE, bufs[n]);
	heap_close_many(bufs + n - 4, 4);
	n -= 4;
	EXPECT_EQ(-EMFILE, heap_alloc_many(self->heap, PAGE, 0, spare, 8, 0));
	EXPECT_EQ(0, heap_alloc_many(self->heap, PAGE, 0, spare, 4, 0));
	heap_close_many(spare, 4);
	heap_close_many(bufs, n);
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &old));
}

/* Dirty memory of a page cache and of processes, for as long as it lives. */
static pid_t start_pressure(void)
{
	size_t len = cma_meminfo("MemFree") * 1024LL / 10 * 9;
	pid_t child = fork();

	if (!child) {
		char *map = mmap(NULL, len, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
				 -1, 0);

		cma_write_text("/proc/self/oom_score_adj", "1000");
		while (map != MAP_FAILED)
			for (size_t at = 0; at < len; at += PAGE)
				map[at]++;
		_exit(1);
	}
	return child;
}

TEST_F_TIMEOUT(heapfault, cycles_under_pressure, 3600)
{
	const char *wish = getenv("CMA_HEAP_CYCLES");
	int cycles = wish ? atoi(wish) : 1000, refused = 0;
	struct heap_counts warm, now;
	__u64 seed = 1;
	pid_t hog = 0;

	for (int i = 0; i < cycles; i++) {
		size_t len = (1 + heap_random(&seed) % 64) * PAGE;
		int buf = heap_alloc(self->heap, len);
		void *map;

		if (buf < 0) {
			ASSERT_EQ(-ENOMEM, buf);
			refused++;
			continue;
		}
		map = heap_map(buf, len);
		ASSERT_TRUE(map != MAP_FAILED);
		EXPECT_TRUE(heap_is_zero(map, len));
		heap_fill(map, len, i);
		munmap(map, len);
		close(buf);
		/* The first rounds fill caches that stay. */
		if (i == cycles / 10) {
			heap_count(&warm);
			hog = start_pressure();
		}
	}
	/* There was pressure until now. */
	EXPECT_EQ(0, waitpid(hog, NULL, WNOHANG));
	kill(hog, SIGKILL);
	waitpid(hog, NULL, 0);
	EXPECT_TRUE(heap_same(&self->before, &now));
	TH_LOG("%d cycles, %d refused; slab %lld kB, then %lld kB", cycles,
	       refused, warm.slab, now.slab);
	EXPECT_GT(cycles / 20 + 1, refused);
	EXPECT_GT(warm.slab + 512, now.slab);
}

TEST_HARNESS_MAIN
