// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random calls on heaps, buffers, mappings and importers, from several processes
 * at once. No call is expected to succeed; the kernel has to stay sane, and in
 * the end everything has to be back. What it does follows from a seed alone, so
 * CMA_FUZZ_SEED=N repeats a run, CMA_FUZZ_STEPS=N makes it longer.
 */
#include "../kselftest_harness.h"
#include "cma_heaps.h"
#include <poll.h>
#include <sys/socket.h>

#define PAGE		((size_t)cma_page_size())
#define SLOTS		24
#define PROCESSES	3

/* What one process holds; a slot is empty with an fd of -1 or a NULL map. */
struct fuzz {
	__u64 state;
	int heaps[4];
	int fds[SLOTS];		/* buffers, mostly */
	int imps[SLOTS];
	void *maps[SLOTS];
	size_t lens[SLOTS];
	int pair[2];
};

static __u64 pick(struct fuzz *f, __u64 n)
{
	return heap_random(&f->state) % n;
}

static int slot(struct fuzz *f)
{
	return pick(f, SLOTS);
}

/* Mostly something sensible, sometimes its edge, sometimes anything. */
static __u64 size_of(struct fuzz *f)
{
	static const __u64 edges[] = {
		0, 1, 4095, 4097, 1ULL << 31, 1ULL << 32, (1ULL << 32) + 4096,
		~0ULL, ~0ULL - 4094, 1ULL << 63,
	};

	switch (pick(f, 16)) {
	case 0:
		return edges[pick(f, ARRAY_SIZE(edges))];
	case 1:
		return heap_random(&f->state);
	case 2:
		return PAGE * (1 + pick(f, 2048));
	default:
		return PAGE * (1 + pick(f, 64));
	}
}

static __u32 flags_of(struct fuzz *f)
{
	return pick(f, 8) ? HEAP_RW : pick(f, 2) ? pick(f, 4) : heap_random(&f->state);
}

static int heap_of(struct fuzz *f)
{
	return f->heaps[pick(f, ARRAY_SIZE(f->heaps))];
}

static void keep(struct fuzz *f, int fd)
{
	int s = slot(f);

	if (f->fds[s] >= 0)
		close(f->fds[s]);
	f->fds[s] = fd;
}

static void op_alloc(struct fuzz *f)
{
	keep(f, heap_alloc_flags(heap_of(f), size_of(f), flags_of(f)));
}

static void op_batch(struct fuzz *f)
{
	int fds[8];
	struct cma_heap_alloc req = {
		.len = size_of(f), .align = pick(f, 3) ? 0 : 1ULL << pick(f, 64),
		.fds = pick(f, 16) ? (uintptr_t)fds : heap_random(&f->state),
		.count = pick(f, 16) ? 1 + pick(f, 8) : heap_random(&f->state),
		.fd_flags = flags_of(f), .flags = pick(f, 4),
		.reserved = !pick(f, 32),
	};

	/* More than there is room for must not be asked for. */
	if (req.count > 8)
		req.fds = 0;
	if (ioctl(heap_of(f), CMA_HEAP_IOCTL_ALLOC, &req))
		return;
	for (__u32 i = 0; i < req.count; i++)
		keep(f, fds[i]);
}

/* Any command with any argument, short ones and long ones. */
static void op_ioctl(struct fuzz *f)
{
	static const unsigned int commands[] = {
		DMA_HEAP_IOCTL_ALLOC, CMA_HEAP_IOCTL_ALLOC, DMA_BUF_IOCTL_SYNC,
		DMA_BUF_SET_NAME_B, DMA_BUF_IOCTL_EXPORT_SYNC_FILE,
		DMA_BUF_IOCTL_IMPORT_SYNC_FILE,
	};
	int fd = pick(f, 2) ? heap_of(f) : f->fds[slot(f)];
	unsigned int cmd = commands[pick(f, ARRAY_SIZE(commands))];
	__u64 arg[32];

	for (size_t i = 0; i < ARRAY_SIZE(arg); i++)
		arg[i] = pick(f, 3) ? pick(f, 16) : heap_random(&f->state);
	if (!pick(f, 3))
		cmd = _IOC(pick(f, 4), 'H', pick(f, 256), pick(f, sizeof(arg)));
	/* Never more than this into the array that it may write to. */
	if (_IOC_NR(cmd) >= 0x80)
		arg[2] = 0;
	ioctl(fd, cmd, pick(f, 8) ? (uintptr_t)arg : pick(f, 4096));
}

static void op_map(struct fuzz *f)
{
	int s = slot(f), prot = pick(f, 4);
	size_t len = PAGE * (1 + pick(f, 64));
	off_t at = pick(f, 4) ? 0 : PAGE * pick(f, 64);
	void *map = mmap(NULL, len, prot, pick(f, 8) ? MAP_SHARED : MAP_PRIVATE,
			 f->fds[slot(f)], at);

	if (map == MAP_FAILED)
		return;
	if (f->maps[s])
		munmap(f->maps[s], f->lens[s]);
	f->maps[s] = map;
	f->lens[s] = len;
	if (prot & PROT_WRITE)
		memset(map, f->state, len);
}

static void op_change_map(struct fuzz *f)
{
	int s = slot(f);
	size_t half = f->lens[s] / PAGE / 2 * PAGE;
	size_t len = PAGE * (1 + pick(f, 64));
	void *new;

	if (!f->maps[s])
		return;
	switch (pick(f, 5)) {
	case 0:
		mprotect(f->maps[s], half + PAGE, pick(f, 4));
		break;
	case 1:
		madvise(f->maps[s], f->lens[s], pick(f, 26));
		break;
	case 2:
		new = mremap(f->maps[s], f->lens[s], len, MREMAP_MAYMOVE);
		if (new != MAP_FAILED) {
			f->maps[s] = new;
			f->lens[s] = len;
		}
		break;
	case 3:
		if (half)
			munmap((char *)f->maps[s] + half, f->lens[s] - half);
		f->lens[s] = half;
		f->maps[s] = half ? f->maps[s] : NULL;
		break;
	default:
		munmap(f->maps[s], f->lens[s]);
		f->maps[s] = NULL;
	}
}

static void op_sync(struct fuzz *f)
{
	heap_sync(f->fds[slot(f)], pick(f, 8) ? pick(f, 8) : heap_random(&f->state));
}

static void op_close(struct fuzz *f)
{
	keep(f, -1);
}

static void op_dup(struct fuzz *f)
{
	keep(f, dup(f->fds[slot(f)]));
}

static void op_file(struct fuzz *f)
{
	int fd = f->fds[slot(f)];
	struct pollfd p = { .fd = fd, .events = POLLIN | POLLOUT };
	char name[64] = "fuzz";

	switch (pick(f, 6)) {
	case 0:
		lseek(fd, pick(f, 3), pick(f, 3));
		break;
	case 1:
		poll(&p, 1, 0);
		break;
	case 2:
		ioctl(fd, DMA_BUF_SET_NAME_B, name);
		break;
	case 3:
		if (read(fd, name, sizeof(name)) < 0 && write(fd, name, 1) < 0)
			break;
		break;
	case 4:
		snprintf(name, sizeof(name), "/proc/self/fdinfo/%d", fd);
		cma_read_num(name);
		break;
	default:
		if (ftruncate(fd, 0) || fallocate(fd, 0, 0, PAGE))
			break;
	}
}

static void op_import(struct fuzz *f)
{
	static const char * const words[] = {
		"map to", "map from", "map both", "unmap", "detach", "vmap",
		"vunmap", "fill 1", "check 1", "vfill 2", "zero", "begin both",
		"end to", "begin from", "nonsense", "attach -1",
	};
	int s = slot(f);

	if (f->imps[s] < 0) {
		f->imps[s] = imp_open(pick(f, 2) ? "coherent" : "noncoherent");
		imp_do(f->imps[s], "attach %d", f->fds[slot(f)]);
	} else if (!pick(f, 8)) {
		close(f->imps[s]);
		f->imps[s] = -1;
	} else {
		imp_do(f->imps[s], "%s", words[pick(f, ARRAY_SIZE(words))]);
	}
}

/* A descriptor on its way: nobody may ever fetch it. */
static void op_send(struct fuzz *f)
{
	char data = 0, control[CMSG_SPACE(sizeof(int))] = {};
	struct iovec iov = { &data, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	int fd = f->fds[slot(f)];

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	if (fd >= 0)
		sendmsg(f->pair[0], &msg, MSG_DONTWAIT);
	if (!pick(f, 8) && recvmsg(f->pair[1], &msg, MSG_DONTWAIT) == 1) {
		c = CMSG_FIRSTHDR(&msg);
		if (c)
			memcpy(&fd, CMSG_DATA(c), sizeof(fd));
		if (c)
			keep(f, fd);
	}
}

static void step(struct fuzz *f);

/* A child with all we hold; it goes on for a while and dies in some way. */
static void op_fork(struct fuzz *f)
{
	int steps = pick(f, 20), how = pick(f, 3);
	pid_t child = fork();

	if (child < 0)
		return;
	if (!child) {
		alarm(20);
		while (steps--)
			step(f);
		if (how)
			_exit(0);
		raise(SIGKILL);
	}
	if (how == 2)
		kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static const struct {
	void (*run)(struct fuzz *f);
	int weight;
} ops[] = {
	{ op_alloc, 12 }, { op_batch, 4 }, { op_ioctl, 6 }, { op_map, 12 },
	{ op_change_map, 8 }, { op_sync, 8 }, { op_close, 8 }, { op_dup, 4 },
	{ op_file, 6 }, { op_import, 20 }, { op_send, 2 }, { op_fork, 1 },
};

static void step(struct fuzz *f)
{
	int total = 0, at;

	for (size_t i = 0; i < ARRAY_SIZE(ops); i++)
		total += ops[i].weight;
	at = pick(f, total);
	for (size_t i = 0; i < ARRAY_SIZE(ops); i++) {
		at -= ops[i].weight;
		if (at < 0) {
			ops[i].run(f);
			return;
		}
	}
}

static void fuzz(__u64 seed, int steps)
{
	char names[CMA_MOST][64];
	struct fuzz f = { .state = seed };
	int n = heap_all(names, CMA_MOST);

	for (size_t i = 0; i < ARRAY_SIZE(f.heaps); i++)
		f.heaps[i] = heap_open(names[i % n]);
	memset(f.fds, -1, sizeof(f.fds));
	memset(f.imps, -1, sizeof(f.imps));
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, f.pair))
		_exit(1);
	while (steps--)
		step(&f);
	_exit(0);
}

static long long number_of(const char *name, long long otherwise)
{
	const char *text = getenv(name);

	return text ? strtoll(text, NULL, 0) : otherwise;
}

FIXTURE(heapfuzz) {
	struct heap_counts before;
};

FIXTURE_SETUP(heapfuzz)
{
	char names[CMA_MOST][64];

	if (!heap_all(names, CMA_MOST))
		SKIP(return, "no heaps");
	heap_count(&self->before);
}

FIXTURE_TEARDOWN(heapfuzz)
{
	EXPECT_SAME_COUNTS(&self->before);
}

TEST_F_TIMEOUT(heapfuzz, random_calls, 3600)
{
	long long seed = number_of("CMA_FUZZ_SEED", 0x6d5a5eed);
	int steps = number_of("CMA_FUZZ_STEPS", 2000), status;

	TH_LOG("CMA_FUZZ_SEED=%#llx CMA_FUZZ_STEPS=%d", seed, steps);
	for (int i = 0; i < PROCESSES; i++)
		if (!fork())
			fuzz(seed * 2 + 1 + i * 0x9e3779b97f4a7c15ULL, steps);
	/* A process may end itself by what it does to its mappings, no more. */
	for (int i = 0; i < PROCESSES; i++) {
		wait(&status);
		EXPECT_TRUE(WIFEXITED(status) && !WEXITSTATUS(status))
			TH_LOG("status %#x", status);
	}
}

TEST_HARNESS_MAIN
