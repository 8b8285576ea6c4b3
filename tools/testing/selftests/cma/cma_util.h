/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of the contiguous memory allocator know of an area: how to
 * find it, steer it by its debugfs files and read what the kernel counts.
 *
 * Page counts are signed: a negative value is -errno of the file it came from,
 * so an absent file is never mistaken for a count of zero.
 */
#ifndef CMA_UTIL_H
#define CMA_UTIL_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

/*
 * A test's limit ends one that hangs. It is no measure of speed: an emulated
 * machine whose kernel checks each access takes twenty times as long as a board.
 */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT 800

/* Seconds for tests that evacuate an area thousands of times, on a debug kernel. */
#define CMA_LONG	3600

#define CMA_DEBUGFS	"/sys/kernel/debug/cma"
#define CMA_SYSFS	"/sys/kernel/mm/cma"
#define CMA_PATH	256
#define CMA_TEXT	65536
#define CMA_MOST	32	/* areas looked at */

/* One area, as found at the start of a test. Sizes in pages. */
struct cma_area {
	char name[64];
	long long base;
	long long count;
	long long order;
};

/* What the kernel counts, at one moment. Pages, except the vm_ events. */
struct cma_counts {
	long long used;		/* debugfs: taken frames of the map */
	long long maxchunk;	/* debugfs: largest hole */
	long long success;	/* sysfs: pages ever allocated */
	long long fail;		/* sysfs: pages of refused requests */
	long long released;	/* sysfs: pages ever released */
	long long available;	/* sysfs: untaken; absent on old kernels */
	long long free_cma;	/* vmstat: in the buddy's CMA lists, all areas */
	long long pcp;		/* zoneinfo: in per-CPU lists, any type */
	long long vm_success;	/* vmstat: calls that succeeded */
	long long vm_fail;	/* vmstat: calls that failed */
};

/* Return: bytes read, NUL-terminated in @buf, or -errno. */
static inline long long cma_read_text(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY);
	size_t have = 0;
	ssize_t n = 1;

	if (fd < 0)
		return -errno;
	while (n > 0 && have < size - 1) {
		n = read(fd, buf + have, size - 1 - have);
		if (n > 0)
			have += n;
	}
	if (n < 0)
		n = -errno;
	close(fd);
	buf[have] = 0;
	return n < 0 ? n : (long long)have;
}

static inline long long cma_read_num(const char *path)
{
	char buf[64];
	long long n = cma_read_text(path, buf, sizeof(buf));

	return n < 0 ? n : strtoll(buf, NULL, 10);
}

/* Return: 0 or -errno; the errno is the kernel's answer to the write. */
static inline int cma_write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

/* The number after @key at the start of a line of @path, or -ENOENT. */
static inline long long cma_keyed(const char *path, const char *key)
{
	static char text[CMA_TEXT];
	size_t len = strlen(key);
	char *line;

	if (cma_read_text(path, text, sizeof(text)) < 0)
		return -ENOENT;
	for (line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, key, len) && strchr(" :\t", line[len]))
			return strtoll(line + len + 1, NULL, 10);
	}
	return -ENOENT;
}

static inline long long cma_vmstat(const char *key)
{
	return cma_keyed("/proc/vmstat", key);
}

/* Return: kB. */
static inline long long cma_meminfo(const char *key)
{
	return cma_keyed("/proc/meminfo", key);
}

static inline long long cma_file(const struct cma_area *area, const char *file)
{
	char path[CMA_PATH];

	snprintf(path, sizeof(path), CMA_DEBUGFS "/%.63s/%s", area->name, file);
	return cma_read_num(path);
}

static inline long long cma_stat(const struct cma_area *area, const char *file)
{
	char path[CMA_PATH];

	snprintf(path, sizeof(path), CMA_SYSFS "/%.63s/%s", area->name, file);
	return cma_read_num(path);
}

static inline int cma_command(const struct cma_area *area, const char *file,
			      const char *text)
{
	char path[CMA_PATH];

	snprintf(path, sizeof(path), CMA_DEBUGFS "/%.63s/%s", area->name, file);
	return cma_write_text(path, text);
}

static inline int cma_take(const struct cma_area *area, long long pages)
{
	char text[32];

	snprintf(text, sizeof(text), "%lld", pages);
	return cma_command(area, "alloc", text);
}

static inline int cma_give(const struct cma_area *area, long long pages)
{
	char text[32];

	snprintf(text, sizeof(text), "%lld", pages);
	return cma_command(area, "free", text);
}

static inline bool cma_load_area(struct cma_area *area, const char *name)
{
	snprintf(area->name, sizeof(area->name), "%.63s", name);
	area->base = cma_file(area, "base_pfn");
	area->count = cma_file(area, "count");
	area->order = cma_file(area, "order_per_bit");
	return area->base >= 0 && area->count > 0 && area->order >= 0;
}

/*
 * The area to test: $CMA_AREA, else the default area by its usual name, else
 * the first one alive.
 */
static inline bool cma_find_area(struct cma_area *area)
{
	const char *wish = getenv("CMA_AREA");
	bool found = false;
	struct dirent *e;
	DIR *dir;

	if (wish)
		return cma_load_area(area, wish);
	if (cma_load_area(area, "reserved"))
		return true;
	dir = opendir(CMA_DEBUGFS);
	if (!dir)
		return false;
	while (!found && (e = readdir(dir)))
		found = e->d_name[0] != '.' && cma_load_area(area, e->d_name);
	closedir(dir);
	return found;
}

/* Return: how many areas are alive, all of them in @all. */
static inline int cma_all_areas(struct cma_area *all, int max)
{
	DIR *dir = opendir(CMA_DEBUGFS);
	struct dirent *e;
	int n = 0;

	while (dir && n < max && (e = readdir(dir)))
		if (e->d_name[0] != '.' && cma_load_area(&all[n], e->d_name))
			n++;
	if (dir)
		closedir(dir);
	return n;
}

/* Untaken pages of all areas but @area: at most so many can be free CMA. */
static inline long long cma_untaken_elsewhere(const struct cma_area *area)
{
	struct cma_area all[CMA_MOST];
	int n = cma_all_areas(all, CMA_MOST);
	long long sum = 0;

	for (int i = 0; i < n; i++)
		if (strcmp(all[i].name, area->name))
			sum += all[i].count - cma_file(&all[i], "used");
	return sum;
}

static inline bool cma_holds_pfn(const struct cma_area *area, long long pfn)
{
	return pfn >= area->base && pfn < area->base + area->count;
}

/* The sum of the numbers behind @key in all zones, in pages. */
static inline long long cma_zoneinfo(const char *key)
{
	static char text[CMA_TEXT];
	const char *at = text;
	long long sum = 0;

	if (cma_read_text("/proc/zoneinfo", text, sizeof(text)) < 0)
		return 0;
	while ((at = strstr(at, key))) {
		at += strlen(key);
		sum += strtoll(at, NULL, 10);
	}
	return sum;
}

/*
 * Pages in the per-CPU lists of all zones. A freed CMA page may rest there,
 * counted by nobody as free CMA, so this bounds how far nr_free_cma may stay
 * below the truth.
 */
static inline long long cma_pcp_pages(void)
{
	return cma_zoneinfo(" count:");
}

static inline void cma_count(const struct cma_area *area, struct cma_counts *c)
{
	cma_read_num("/proc/sys/vm/stat_refresh");
	c->used = cma_file(area, "used");
	c->maxchunk = cma_file(area, "maxchunk");
	c->success = cma_stat(area, "alloc_pages_success");
	c->fail = cma_stat(area, "alloc_pages_fail");
	c->released = cma_stat(area, "release_pages_success");
	c->available = cma_stat(area, "available_pages");
	c->free_cma = cma_vmstat("nr_free_cma");
	c->vm_success = cma_vmstat("cma_alloc_success");
	c->vm_fail = cma_vmstat("cma_alloc_fail");
	c->pcp = cma_pcp_pages();
}

/*
 * Take every hole, largest first. Return: pages taken, or -errno with nothing
 * taken. Boot may have left allocations in the area (atomic pools do), so the
 * area's size does not tell.
 */
static inline long long cma_take_all(const struct cma_area *area)
{
	long long hole, taken = 0;
	int err, tries = 5;

	while ((hole = cma_file(area, "maxchunk")) > 0) {
		err = cma_take(area, hole);
		if (!err) {
			taken += hole;
		} else if (--tries) {
			usleep(100000);
		} else {
			if (taken)
				cma_give(area, taken);
			return err;
		}
	}
	return hole < 0 ? hole : taken;
}

/* What cma_hold() has taken of each area, or -errno. */
struct cma_hold {
	struct cma_area areas[CMA_MOST];
	long long taken[CMA_MOST];
	int nr;
};

/* Take all that can be taken of all areas, @but one if that is not NULL. */
static inline void cma_hold(struct cma_hold *hold, const struct cma_area *but)
{
	hold->nr = cma_all_areas(hold->areas, CMA_MOST);
	for (int i = 0; i < hold->nr; i++) {
		const struct cma_area *area = &hold->areas[i];

		hold->taken[i] = but && !strcmp(area->name, but->name) ?
				 0 : cma_take_all(area);
	}
}

static inline void cma_hold_end(struct cma_hold *hold)
{
	for (; hold->nr; hold->nr--)
		if (hold->taken[hold->nr - 1] > 0)
			cma_give(&hold->areas[hold->nr - 1],
				 hold->taken[hold->nr - 1]);
}

/* Where test files go: a disk file system, so that clean pages can be dropped. */
static inline const char *cma_file_dir(void)
{
	const char *dir = getenv("CMA_TEST_DIR");

	return dir ? dir : "/mnt";
}

/* Pages of a RAM file system cannot be reclaimed: no test of page cache. */
static inline bool cma_has_disk(void)
{
	struct statfs fs;

	if (statfs(cma_file_dir(), &fs))
		return false;
	return (unsigned long)fs.f_type == 0xEF53UL;	/* ext2, ext3, ext4 */
}

/*
 * Make the file system let go of its metadata: a journal holds the buffers it
 * has not checkpointed, and a page of theirs in an area stays where it is.
 * Freezing checkpoints all of them, sync() does not.
 */
static inline void cma_sync_files(void)
{
	int fd = open(cma_file_dir(), O_RDONLY | O_DIRECTORY);

	sync();
	if (fd >= 0 && cma_has_disk() && !ioctl(fd, FIFREEZE, 0))
		ioctl(fd, FITHAW, 0);
	if (fd >= 0)
		close(fd);
	cma_write_text("/proc/sys/vm/drop_caches", "3");
}

/*
 * Bring all areas to rest: page cache dropped, every lent page evacuated once
 * by taking all that can be taken, then all of it given back. Tests start from
 * here, so that what they find at the end is theirs; nr_free_cma counts all
 * areas, hence not @area alone. The single page at the end makes an allocator
 * that releases through per-CPU lists drain them. Return: 0, or the -errno of
 * @area, the others may refuse.
 */
static inline int cma_settle(const struct cma_area *area)
{
	long long step = 1LL << area->order;
	struct cma_hold hold;
	int err = -ENOENT;

	cma_sync_files();
	cma_hold(&hold, NULL);
	for (int i = 0; i < hold.nr; i++)
		if (!strcmp(hold.areas[i].name, area->name))
			err = hold.taken[i] < 0 ? hold.taken[i] : 0;
	cma_hold_end(&hold);
	if (!err)
		err = cma_take(area, step);
	return err ? err : cma_give(area, step);
}

/* All of the free memory came back, but for what per-CPU lists may hold. */
static inline bool cma_free_is_back(const struct cma_counts *before,
				    const struct cma_counts *now)
{
	return now->free_cma + now->pcp >= before->free_cma;
}

/*
 * Read the map: @bits gets one byte a page, 1 when taken.
 * Return: pages described, or -errno.
 */
static inline long long cma_read_map(const struct cma_area *area,
				     unsigned char *bits)
{
	size_t size = 16 + (area->count >> area->order) / 32 * 11 + 64;
	char *text = malloc(size), *at = text, *end;
	long long page = 0, n, step = 1LL << area->order;
	char path[CMA_PATH];

	snprintf(path, sizeof(path), CMA_DEBUGFS "/%.63s/bitmap", area->name);
	n = text ? cma_read_text(path, text, size) : -ENOMEM;
	while (n > 0 && page < area->count) {
		__u32 word = strtoul(at, &end, 10);

		if (end == at)
			break;
		at = end;
		for (int bit = 0; bit < 32; bit++)
			for (int i = 0; i < step && page < area->count; i++)
				bits[page++] = word >> bit & 1;
	}
	free(text);
	return n < 0 ? n : page;
}

/* The longest run of untaken pages in what cma_read_map() filled. */
static inline long long cma_largest_hole(const unsigned char *bits, long long n)
{
	long long best = 0, run = 0;

	for (long long i = 0; i < n; i++) {
		run = bits[i] ? 0 : run + 1;
		if (run > best)
			best = run;
	}
	return best;
}

static inline double cma_seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/*
 * Do the records of all areas agree? If not, @text says what does not. @rest:
 * nothing is at work, so the counters must have been compared as well.
 */
static inline bool cma_sound(char *text, size_t size, bool rest)
{
	return cma_read_text(CMA_DEBUGFS "/validate", text, size) > 0 &&
	       !strncmp(text, "ok", 2) && (!rest || text[2] == '\n');
}

#endif /* CMA_UTIL_H */
