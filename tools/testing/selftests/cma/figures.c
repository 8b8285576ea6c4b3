// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an area tells of itself: the files that tools know from the stock kernel,
 * figures that agree with what was done, failures with their blockers, and files
 * that take no harm from whoever reads and writes them.
 */
#include <sys/wait.h>

#include "../kselftest_harness.h"
#include "cma_pins.h"

#define NOBODY	65534

#define CMA_PARAMETERS	"/sys/module/cma/parameters"

static char text[16 * CMA_TEXT];

static const char *read_file(const char *dir, const struct cma_area *area,
			     const char *file)
{
	char path[CMA_PATH];
	long long err;

	snprintf(path, sizeof(path), "%s/%.63s/%s", dir, area->name, file);
	err = cma_read_text(path, text, sizeof(text));
	if (err < 0)
		snprintf(text, sizeof(text), "error %lld", err);
	return text;
}

/* The number behind a word at the begin of a line of a file in sysfs, or -1. */
static long long figure(const struct cma_area *area, const char *file,
			const char *word)
{
	char path[CMA_PATH];
	long long n;

	snprintf(path, sizeof(path), CMA_SYSFS "/%.63s/%s", area->name, file);
	n = cma_keyed(path, word);
	return n < 0 ? -1 : n;
}

/* Is it one decimal number and a line feed, nothing else? */
static bool is_number(const char *s)
{
	size_t len = strspn(s, "0123456789");

	return len && !strcmp(s + len, "\n");
}

FIXTURE(figures) {
	struct cma_area area;
	long long used;
};

FIXTURE_SETUP(figures)
{
	if (!cma_find_area(&self->area))
		SKIP(return, "no area in " CMA_DEBUGFS);
	ASSERT_EQ(0, cma_settle(&self->area));
	EXPECT_EQ(0, cma_command(&self->area, "reset", "1"));
	self->used = cma_file(&self->area, "used");
}

FIXTURE_TEARDOWN(figures)
{
	long long used = cma_file(&self->area, "used");

	EXPECT_EQ(self->used, used);
	if (used > self->used)
		cma_give(&self->area, used - self->used);
}

TEST_F(figures, stock_files)
{
	static const char * const debugfs[] = { "base_pfn", "count",
		"order_per_bit", "used", "maxchunk" };
	static const char * const sysfs[] = { "alloc_pages_success",
		"alloc_pages_fail", "release_pages_success", "total_pages",
		"available_pages" };
	unsigned char *bits = malloc(self->area.count);
	long long set = 0;

	for (size_t i = 0; i < ARRAY_SIZE(debugfs); i++) {
		EXPECT_TRUE(is_number(read_file(CMA_DEBUGFS, &self->area,
						debugfs[i])))
			TH_LOG("%s: %s", debugfs[i], text);
	}
	for (size_t i = 0; i < ARRAY_SIZE(sysfs); i++) {
		EXPECT_TRUE(is_number(read_file(CMA_SYSFS, &self->area,
						sysfs[i])))
			TH_LOG("%s: %s", sysfs[i], text);
	}
	ASSERT_EQ(self->area.count, cma_read_map(&self->area, bits));
	for (long long i = 0; i < self->area.count; i++)
		set += bits[i];
	EXPECT_EQ(self->used, set);
	free(bits);
	EXPECT_EQ(0, cma_command(&self->area, "alloc", "1"));
	EXPECT_EQ(0, cma_command(&self->area, "free", "1"));
	EXPECT_LE(0, cma_meminfo("CmaTotal"));
	EXPECT_LE(0, cma_meminfo("CmaFree"));
	EXPECT_LE(0, cma_vmstat("nr_free_cma"));
	EXPECT_LE(0, cma_vmstat("cma_alloc_success"));
	EXPECT_LE(0, cma_vmstat("cma_alloc_fail"));
}

TEST_F(figures, success_counts)
{
	long long claimed = figure(&self->area, "allocations", "claimed");
	long long evacuated = figure(&self->area, "allocations", "evacuated");

	ASSERT_LE(0, claimed);
	for (int i = 0; i < 5; i++)
		ASSERT_EQ(0, cma_take(&self->area, 10));
	ASSERT_EQ(0, cma_give(&self->area, 50));
	EXPECT_EQ(claimed + evacuated + 5,
		  figure(&self->area, "allocations", "claimed") +
		  figure(&self->area, "allocations", "evacuated"));
	EXPECT_EQ(self->used + 50, cma_stat(&self->area, "peak_pages"));
	EXPECT_EQ(0, cma_command(&self->area, "reset", "1"));
	EXPECT_EQ(self->used, cma_stat(&self->area, "peak_pages"));
}

TEST_F(figures, failure_counts)
{
	long long refused = figure(&self->area, "allocations", "refused");
	long long full = figure(&self->area, "allocations", "full");
	long long fragmented = figure(&self->area, "allocations", "fragmented");
	long long hole = cma_file(&self->area, "maxchunk"), taken;

	EXPECT_STREQ("none\n", read_file(CMA_SYSFS, &self->area, "last_failure"));
	EXPECT_GT(0, cma_take(&self->area, self->area.count + 1));
	EXPECT_EQ(refused + 1, figure(&self->area, "allocations", "refused"));
	read_file(CMA_SYSFS, &self->area, "last_failure");
	EXPECT_EQ(0, strncmp(text, "refused ", 8)) TH_LOG("%s", text);

	taken = cma_take_all(&self->area);
	ASSERT_LT(0, taken);
	EXPECT_GT(0, cma_take(&self->area, 1));
	EXPECT_EQ(full + 1, figure(&self->area, "allocations", "full"));
	EXPECT_EQ(0, cma_stat(&self->area, "largest_hole"));
	EXPECT_EQ(0, cma_stat(&self->area, "fragmentation"));
	EXPECT_EQ(self->used + taken, figure(&self->area, "lent", "taken"));
	ASSERT_EQ(0, cma_give(&self->area, taken));
	EXPECT_EQ(hole, cma_stat(&self->area, "largest_hole"));
	EXPECT_EQ(fragmented, figure(&self->area, "allocations", "fragmented"));
	read_file(CMA_SYSFS, &self->area, "last_failure");
	EXPECT_EQ(0, strncmp(text, "full ", 5)) TH_LOG("%s", text);
}

/*
 * Two holes: of what is taken last the first pages go back, and half of them are
 * taken again. There is no other way from here to make holes.
 */
TEST_F(figures, fragmentation_is_the_share_outside_the_largest_hole)
{
	long long fragmented = figure(&self->area, "allocations", "fragmented");
	long long hole = cma_file(&self->area, "maxchunk");
	long long part = hole / 4 / 64 * 64, untaken, largest;

	if (self->area.order)
		SKIP(return, "units of more than a page cannot be split");
	/* Low to high: part, rest; the first half of the rest goes back. */
	ASSERT_EQ(0, cma_take(&self->area, part));
	ASSERT_EQ(0, cma_take(&self->area, hole - part));
	ASSERT_EQ(0, cma_give(&self->area, part));
	ASSERT_EQ(0, cma_take(&self->area, part / 2));
	untaken = self->area.count - cma_file(&self->area, "used");
	largest = cma_stat(&self->area, "largest_hole");
	EXPECT_EQ(part - part / 2, largest);
	EXPECT_EQ(1000 * (untaken - largest) / untaken,
		  cma_stat(&self->area, "fragmentation"));
	if (untaken > largest) {
		EXPECT_GT(0, cma_take(&self->area, untaken));
		EXPECT_EQ(fragmented + 1,
			  figure(&self->area, "allocations", "fragmented"));
	}
	ASSERT_EQ(0, cma_give(&self->area, hole - part + part / 2));
}

static long long sum_line(const char *word)
{
	const char *line = strstr(text, word);
	long long sum = 0;
	char *end;

	if (!line)
		return -1;
	line += strlen(word);
	for (int i = 0; i < 24; i++, line = end) {
		sum += strtoll(line, &end, 10);
		if (end == line)
			return -1;
	}
	return *line == '\n' ? sum : -1;
}

/* No more is timed than happens, and what is rare is timed each time. */
TEST_F(figures, latencies)
{
	for (int i = 0; i < 4; i++) {
		usleep(50000);
		ASSERT_EQ(0, cma_take(&self->area, 200));
		ASSERT_EQ(0, cma_give(&self->area, 200));
	}
	read_file(CMA_SYSFS, &self->area, "latency");
	EXPECT_EQ(4, sum_line("claim") + sum_line("evacuate"))
		TH_LOG("%s", text);
	EXPECT_EQ(4, sum_line("release")) TH_LOG("%s", text);
	for (int i = 0; i < 1000; i++) {
		ASSERT_EQ(0, cma_take(&self->area, 1));
		ASSERT_EQ(0, cma_give(&self->area, 1));
	}
	read_file(CMA_SYSFS, &self->area, "latency");
	EXPECT_GE(1004, sum_line("claim") + sum_line("evacuate"))
		TH_LOG("%s", text);
	/* The last release was timed, so the next allocation was. */
	EXPECT_LE(5, sum_line("claim") + sum_line("evacuate"))
		TH_LOG("%s", text);
}

static long long lent_sum(const struct cma_area *area)
{
	static const char * const uses[] = { "free", "anon", "file_clean",
		"file_dirty", "shmem", "pinned", "other", "taken" };
	char *line;
	long long sum = 0;

	read_file(CMA_SYSFS, area, "lent");
	line = text;
	for (size_t i = 0; i < ARRAY_SIZE(uses); i++) {
		size_t len = strlen(uses[i]);

		if (strncmp(line, uses[i], len) || line[len] != ' ')
			return -1;
		sum += strtoll(line + len, &line, 10);
		if (*line++ != '\n')
			return -1;
	}
	return sum;
}

/* All of "blocks", or -1 if it is not what it should be. */
static long long blocks_sum(const struct cma_area *area)
{
	long long sum = 0, pfn, last = -1, n[8];
	char *line;

	read_file(CMA_DEBUGFS, area, "blocks");
	if (strncmp(text, "# pfn taken free ", 17))
		return -1;
	for (line = text; (line = strchr(line, '\n')) && line[1]; line++) {
		if (sscanf(line, "\n%llx %lld %lld %lld %lld %lld %lld %lld %lld",
			   &pfn, n, n + 1, n + 2, n + 3, n + 4, n + 5, n + 6,
			   n + 7) != 9 || pfn <= last)
			return -1;
		last = pfn;
		for (int i = 0; i < 8; i++)
			sum += n[i];
	}
	return sum;
}

/* Known memory is in the area: it is found there as what it is. */
TEST_F(figures, lent_memory_by_kind)
{
	static const struct {
		enum cma_kind kind;
		const char *word;
	} kinds[] = {
		{ CMA_ANON, "anon" }, { CMA_SHMEM, "shmem" },
		{ CMA_FILE_MAPPED, "file_clean" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct cma_load load;
		long inside, found;
		int ballast;

		if (cma_is_file(kinds[i].kind) && !cma_has_disk())
			continue;
		ASSERT_EQ(0, cma_load_prepare(&load, kinds[i].kind,
					      32 * CMA_MIB, i));
			ballast = cma_squeeze(&self->area, 4 * CMA_MIB);
		ASSERT_LE(0, ballast);
		ASSERT_EQ(0, cma_load_fill(&load));
		usleep(1100000);	/* the lists are settled once a second */
		inside = cma_pages_inside(&self->area, load.map, load.len);
		found = figure(&self->area, "lent", kinds[i].word);
		TH_LOG("%s: %ld pages, %ld found", kinds[i].word, inside, found);
		EXPECT_LT(0, inside);
		EXPECT_LE(inside, found + 64);
		EXPECT_EQ(self->area.count, lent_sum(&self->area));
		EXPECT_EQ(self->area.count, blocks_sum(&self->area));
		cma_load_drop(&load);
		close(ballast);
	}
}

FIXTURE(blockers) {
	struct cma_area area;
	struct cma_pins pins;
};

FIXTURE_SETUP(blockers)
{
	if (!cma_find_area(&self->area))
		SKIP(return, "no area in " CMA_DEBUGFS);
	ASSERT_EQ(0, cma_settle(&self->area));
	EXPECT_EQ(0, cma_command(&self->area, "reset", "1"));
	ASSERT_EQ(0, cma_pins_fill(&self->area, &self->pins));
	ASSERT_EQ(0, cma_pins_set(&self->area, &self->pins));
	cma_pins_thin(&self->pins);
}

FIXTURE_TEARDOWN(blockers)
{
	EXPECT_EQ(0, cma_pins_drop(&self->pins));
	EXPECT_EQ(0, cma_settle(&self->area));
}

struct blocker {
	long long pfn, refs, maps;
	char kind[32], reason[32];
};

static bool parse_blocker(const char *line, struct blocker *b)
{
	return sscanf(line, "\n  pfn=%llx kind=%31s refs=%lld maps=%lld reason=%31s",
		      &b->pfn, b->kind, &b->refs, &b->maps, b->reason) == 5;
}

/* The failure's record names pinned frames, and as what they are. */
TEST_F(blockers, a_failure_names_them)
{
	long long hole = cma_file(&self->area, "maxchunk");
	long long busy = figure(&self->area, "allocations", "busy");
	struct blocker blocker;
	int named = 0;
	char *line;

	ASSERT_GT(0, cma_take(&self->area, hole));
	EXPECT_EQ(busy + 1, figure(&self->area, "allocations", "busy"));
	read_file(CMA_DEBUGFS, &self->area, "failures");
	ASSERT_EQ(0, strncmp(text, "id=", 3)) TH_LOG("%s", text);
	EXPECT_NE(NULL, strstr(text, " cause=busy "));
	EXPECT_NE(NULL, strstr(text, " caller=alloc_set+"));
	for (line = text; (line = strstr(line, "\n  pfn=")); line++) {
		bool pinned = false;

		ASSERT_TRUE(parse_blocker(line, &blocker)) TH_LOG("%s", line);
		for (int i = 0; i < self->pins.count; i++)
			pinned |= self->pins.pfn[i] == blocker.pfn;
		if (!pinned)
			continue;
		named++;
		EXPECT_STREQ("anon", blocker.kind);
		EXPECT_STREQ("held", blocker.reason);
		EXPECT_EQ(2, blocker.refs);
		EXPECT_EQ(1, blocker.maps);
	}
	EXPECT_LT(0, named) TH_LOG("%s", text);
	EXPECT_EQ(0, cma_command(&self->area, "reset", "1"));
	EXPECT_STREQ("", read_file(CMA_DEBUGFS, &self->area, "failures"));
}

/* Who has allocated them is known with page_owner=on, and only then. */
TEST_F(blockers, owners_are_named)
{
	bool known = !access("/sys/kernel/debug/page_owner", F_OK);
	char owner[64] = "-\n", word[128];

	if (known)
		snprintf(owner, sizeof(owner), "task:figures/%d\n", getpid());
	read_file(CMA_DEBUGFS, &self->area, "blockers");
	for (int i = 0; i < self->pins.count; i++) {
		snprintf(word, sizeof(word), "\n%#llx 1 anon 2 1 held %s",
			 self->pins.pfn[i], owner);
		EXPECT_NE(NULL, strstr(text, word)) TH_LOG("%s: %s", word, text);
	}
}

static int open_blockers(const struct cma_area *area)
{
	char path[CMA_PATH];

	snprintf(path, sizeof(path), CMA_DEBUGFS "/%.63s/blockers", area->name);
	return open(path, O_RDWR);
}

static void read_fd(int fd)
{
	size_t have = 0;
	ssize_t n;

	while ((n = read(fd, text + have, sizeof(text) - 1 - have)) > 0)
		have += n;
	text[have] = 0;
}

static bool listed(long long pfn)
{
	char word[64];

	snprintf(word, sizeof(word), "\n%#llx 1 anon 2 1 held ", pfn);
	return strstr(text, word);
}

TEST_F(blockers, all_are_listed)
{
	long long part = self->area.count / CMA_PINS;
	int fd = open_blockers(&self->area);
	char range[64];

	ASSERT_LE(0, fd);
	read_fd(fd);
	for (int i = 0; i < self->pins.count; i++) {
		EXPECT_TRUE(listed(self->pins.pfn[i]))
			TH_LOG("%#llx not in\n%s", self->pins.pfn[i], text);
	}

	/* The part of the first pin: the others are elsewhere. */
	snprintf(range, sizeof(range), "%#llx %lld\n", self->pins.pfn[0],
		 part / 2);
	ASSERT_EQ((ssize_t)strlen(range), write(fd, range, strlen(range)));
	read_fd(fd);
	EXPECT_TRUE(listed(self->pins.pfn[0])) TH_LOG("%s", text);
	for (int i = 1; i < self->pins.count; i++) {
		if (self->pins.pfn[i] >= self->pins.pfn[0] + part / 2)
			EXPECT_FALSE(listed(self->pins.pfn[i]));
	}
	close(fd);
}

TEST_F(blockers, ranges_are_checked)
{
	static const struct {
		const char *range;
		int err;
	} bad[] = {
		{ "", EINVAL }, { "1", EINVAL }, { "x y", EINVAL },
		{ "1 2 3", EINVAL }, { "0x 1", EINVAL }, { "-1 1", EINVAL },
		{ "0 1", ERANGE }, { "0xffffffff 1", ERANGE },
		{ "99999999999999999999999 1", ERANGE },
	};
	int fd = open_blockers(&self->area);
	char range[128];

	ASSERT_LE(0, fd);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		errno = 0;
		if (!*bad[i].range)
			continue;
		EXPECT_EQ(-1, write(fd, bad[i].range, strlen(bad[i].range)));
		EXPECT_EQ(bad[i].err, errno) TH_LOG("'%s'", bad[i].range);
	}
	snprintf(range, sizeof(range), "%lld 0", self->area.base);
	EXPECT_EQ(-1, write(fd, range, strlen(range)));
	EXPECT_EQ(EINVAL, errno);
	snprintf(range, sizeof(range), "%lld %lld", self->area.base,
		 self->area.count + 1);
	EXPECT_EQ(-1, write(fd, range, strlen(range)));
	EXPECT_EQ(ERANGE, errno);
	snprintf(range, sizeof(range), "%lld %lld", self->area.base,
		 self->area.count);
	EXPECT_EQ((ssize_t)strlen(range), write(fd, range, strlen(range)));
	memset(range, '1', sizeof(range));
	EXPECT_EQ(-1, write(fd, range, sizeof(range)));
	EXPECT_EQ(EINVAL, errno);
	close(fd);
}

/* A pinned page of a file is named after the file. */
TEST_F(figures, a_failure_names_the_file)
{
	struct cma_load load;
	struct iovec iov = { .iov_len = cma_page_size() };
	char word[128];
	struct stat st;
	long long pfn = -1;
	int ballast, pipes[2];

	if (!cma_has_disk())
		SKIP(return, "no disk at %s", cma_file_dir());
	ASSERT_EQ(0, cma_load_prepare(&load, CMA_FILE_MAPPED, 32 * CMA_MIB, 9));
	ballast = cma_squeeze(&self->area, 4 * CMA_MIB);
	ASSERT_LE(0, ballast);
	ASSERT_EQ(0, cma_load_fill(&load));
	for (size_t at = 0; at < load.len; at += cma_page_size()) {
		iov.iov_base = (char *)load.map + at;
		pfn = cma_pfn_of(iov.iov_base);
		if (cma_holds_pfn(&self->area, pfn))
			break;
		pfn = -1;
	}
	ASSERT_LT(0, pfn);
	ASSERT_EQ(0, pipe(pipes));
	ASSERT_EQ((ssize_t)cma_page_size(), vmsplice(pipes[1], &iov, 1, 0));
	close(ballast);

	ASSERT_EQ(0, fstat(load.fd, &st));
	EXPECT_GT(0, cma_take(&self->area, cma_file(&self->area, "maxchunk")));
	read_file(CMA_DEBUGFS, &self->area, "failures");
	snprintf(word, sizeof(word), "  pfn=%#llx kind=file ", pfn);
	EXPECT_NE(NULL, strstr(text, word)) TH_LOG("%s: %s", word, text);
	snprintf(word, sizeof(word), ",ino:%llu,%.23s", (unsigned long long)st.st_ino,
		 strrchr(load.path, '/') + 1);
	EXPECT_NE(NULL, strstr(text, word)) TH_LOG("%s: %s", word, text);
	close(pipes[0]);
	close(pipes[1]);
	cma_load_drop(&load);
	EXPECT_EQ(0, cma_settle(&self->area));
}

/*
 * A file is cut off while somebody holds pages of it: they belong to no file any
 * more, but are no pages of the kernel. The look at all records knows that.
 */
static void cut_off(struct __test_metadata *_metadata,
		    const struct cma_area *area, enum cma_kind kind)
{
	struct iovec iov = { .iov_len = cma_page_size() };
	int ballast, pipes[2], held = 0;
	struct cma_load load;

	ASSERT_EQ(0, cma_load_prepare(&load, kind, 32 * CMA_MIB, 9));
	ballast = cma_squeeze(area, 4 * CMA_MIB);
	ASSERT_LE(0, ballast);
	ASSERT_EQ(0, cma_load_fill(&load));
	close(ballast);
	ASSERT_EQ(0, pipe(pipes));
	for (size_t at = 0; at < load.len && held < 8; at += cma_page_size()) {
		iov.iov_base = (char *)load.map + at;
		if (!cma_holds_pfn(area, cma_pfn_of(iov.iov_base)))
			continue;
		ASSERT_EQ((ssize_t)cma_page_size(),
			  vmsplice(pipes[1], &iov, 1, 0));
		held++;
	}
	EXPECT_EQ(8, held);
	ASSERT_EQ(0, ftruncate(load.fd, 0));
	cma_read_text(CMA_DEBUGFS "/validate", text, sizeof(text));
	EXPECT_STREQ("ok\n", text);
	close(pipes[0]);
	close(pipes[1]);
	cma_load_drop(&load);
	EXPECT_EQ(0, cma_settle(area));
}

TEST_F(figures, pages_of_a_cut_file_are_sound)
{
	if (access(CMA_DEBUGFS "/validate", F_OK))
		SKIP(return, "no CONFIG_CMA_VALIDATE");
	cut_off(_metadata, &self->area, CMA_SHMEM);
	if (cma_has_disk())
		cut_off(_metadata, &self->area, CMA_FILE_MAPPED);
}

/* Random text from what numbers are made of, and what they are not. */
static size_t random_text(unsigned int *seed, char *to, size_t max)
{
	static const char chars[] = "0123456789-+x abcf\n\t\\%.,";
	size_t len = rand_r(seed) % max;

	for (size_t i = 0; i < len; i++)
		to[i] = rand_r(seed) % 8 ? chars[rand_r(seed) % (sizeof(chars) - 1)] :
					   rand_r(seed);
	return len;
}

static void fuzz_dir(struct __test_metadata *_metadata, const char *root,
		     const struct cma_area *area)
{
	char path[CMA_PATH], junk[100];
	unsigned int seed = 1;
	struct dirent *e;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/%.63s", root, area->name);
	dir = opendir(path);
	ASSERT_NE(NULL, dir);
	while ((e = readdir(dir))) {
		int fd;

		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%.63s/%.63s", root, area->name,
			 e->d_name);
		fd = open(path, O_WRONLY);
		for (int i = 0; fd >= 0 && i < 2000; i++) {
			size_t len = random_text(&seed, junk, sizeof(junk));

			if (i % 2)
				lseek(fd, rand_r(&seed) % 5000, SEEK_SET);
			EXPECT_LE(write(fd, junk, len), (ssize_t)len);
		}
		if (fd >= 0)
			close(fd);
	}
	closedir(dir);
}

/* What is taken is a number, and stands there as one; what is not has no effect. */
TEST_F(figures, parameters_survive_junk)
{
	char path[CMA_PATH], junk[100];
	unsigned int seed = 2;
	int tried = 0;
	struct dirent *e;
	DIR *dir = opendir(CMA_PARAMETERS);

	ASSERT_NE(NULL, dir);
	while ((e = readdir(dir))) {
		char before[64], was[64], now[64];
		struct stat st;

		snprintf(path, sizeof(path), CMA_PARAMETERS "/%.63s", e->d_name);
		if (e->d_name[0] == '.' || stat(path, &st) ||
		    !(st.st_mode & 0200))
			continue;
		ASSERT_LT(0, cma_read_text(path, before, sizeof(before)));
		memcpy(now, before, sizeof(now));
		for (int i = 0; i < 500; i++) {
			int err;

			junk[random_text(&seed, junk, sizeof(junk))] = 0;
			memcpy(was, now, sizeof(was));
			err = cma_write_text(path, junk);
			cma_read_text(path, now, sizeof(now));
			if (err)
				EXPECT_STREQ(was, now);
			EXPECT_TRUE(is_number(now)) TH_LOG("%s: %s", path, now);
		}
		EXPECT_EQ(0, cma_write_text(path, before));
		tried++;
	}
	EXPECT_LE(3, tried);
	closedir(dir);
}

/* Some of it is a number that "alloc" takes; "free" gives that back. */
TEST_F_TIMEOUT(figures, files_survive_junk, CMA_LONG)
{
	fuzz_dir(_metadata, CMA_DEBUGFS, &self->area);
	fuzz_dir(_metadata, CMA_SYSFS, &self->area);
	if (cma_file(&self->area, "used") > self->used)
		EXPECT_EQ(0, cma_give(&self->area, self->area.count));
	EXPECT_EQ(self->area.count, lent_sum(&self->area));
	EXPECT_EQ(self->area.count, blocks_sum(&self->area));
	EXPECT_EQ(0, cma_take(&self->area, 100));
	EXPECT_EQ(0, cma_give(&self->area, 100));
}

/* Reads and tries to write every file. Return: what was wrong. */
static int as_nobody(const struct cma_area *area)
{
	char path[CMA_PATH];
	struct dirent *e;
	int wrong = 0;
	DIR *dir;

	if (setgid(NOBODY) || setuid(NOBODY))
		return 100;
	snprintf(path, sizeof(path), CMA_SYSFS "/%.63s", area->name);
	dir = opendir(path);
	if (!dir)
		return 101;
	while ((e = readdir(dir))) {
		if (e->d_name[0] == '.')
			continue;
		read_file(CMA_SYSFS, area, e->d_name);
		/* What all may read has no addresses. */
		wrong += !strncmp(text, "error", 5) || strstr(text, "0x");
		snprintf(path, sizeof(path), CMA_SYSFS "/%.63s/%.63s",
			 area->name, e->d_name);
		wrong += open(path, O_WRONLY) >= 0;
	}
	closedir(dir);
	wrong += !!opendir(CMA_DEBUGFS);
	wrong += !!opendir("/sys/kernel/tracing/events/cma");
	wrong += cma_write_text(CMA_PARAMETERS "/short_wait_ms", "1") != -EACCES;
	wrong += cma_read_num(CMA_PARAMETERS "/short_wait_ms") < 0;
	wrong += cma_command(area, "alloc", "1") != -EACCES;
	wrong += cma_command(area, "reset", "1") != -EACCES;
	read_file(CMA_DEBUGFS, area, "blockers");
	wrong += strncmp(text, "error -13", 9) != 0;
	return wrong;
}

TEST_F(figures, nobody_sees_numbers_and_changes_nothing)
{
	int status;
	pid_t pid = fork();

	ASSERT_LE(0, pid);
	if (!pid)
		_exit(as_nobody(&self->area));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
}

/* Even to root, what is for root alone says so. */
TEST_F(figures, modes)
{
	static const struct {
		const char *file;
		unsigned int mode;
		bool may_lack;	/* not every kernel is asked to have it */
	} files[] = {
		{ "blocks", 0400, false }, { "blockers", 0600, false },
		{ "failures", 0400, false }, { "reset", 0200, false },
		{ "alloc", 0200, false }, { "free", 0200, false },
		{ "validate", 0400, true }, { "../validate", 0400, true },
		{ "holders", 0400, true }, { "callers", 0400, true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		char path[CMA_PATH];
		struct stat st;

		snprintf(path, sizeof(path), CMA_DEBUGFS "/%.63s/%s",
			 self->area.name, files[i].file);
		if (files[i].may_lack && access(path, F_OK))
			continue;
		ASSERT_EQ(0, stat(path, &st)) TH_LOG("%s", path);
		EXPECT_EQ(files[i].mode, st.st_mode & 0777) TH_LOG("%s", path);
	}
}

/* Memory comes and goes in the area, and with it what the walks look at. */
static void churn_memory(unsigned int seed)
{
	size_t len = 48 * CMA_MIB;

	for (;;) {
		char *map = mmap(NULL, len, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (map == MAP_FAILED)
			continue;
		if (rand_r(&seed) % 2)
			madvise(map, len, MADV_HUGEPAGE);
		for (size_t at = 0; at < len; at += cma_page_size())
			map[at] = 1;
		munmap(map, len);
	}
}

static void churn_area(const struct cma_area *area, unsigned int seed)
{
	for (;;) {
		long long n = 1 + rand_r(&seed) % 2000;

		if (!cma_take(area, n))
			cma_give(area, n);
	}
}

TEST_F(figures, walks_while_everything_moves)
{
	pid_t pid[2];

	for (int i = 0; i < 2; i++) {
		pid[i] = fork();
		ASSERT_LE(0, pid[i]);
		if (!pid[i] && i)
			churn_memory(i);
		else if (!pid[i])
			churn_area(&self->area, i);
	}
	for (int i = 0; i < 100; i++) {
		EXPECT_EQ(self->area.count, lent_sum(&self->area));
		EXPECT_EQ(self->area.count, blocks_sum(&self->area));
		read_file(CMA_DEBUGFS, &self->area, "blockers");
		EXPECT_EQ(0, strncmp(text, "# pfn pages kind ", 17));
		read_file(CMA_DEBUGFS, &self->area, "failures");
	}
	for (int i = 0; i < 2; i++) {
		kill(pid[i], SIGKILL);
		waitpid(pid[i], NULL, 0);
	}
	if (cma_file(&self->area, "used") > self->used)
		EXPECT_EQ(0, cma_give(&self->area,
				      cma_file(&self->area, "used") - self->used));
}

TEST_HARNESS_MAIN
