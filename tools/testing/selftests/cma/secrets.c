// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the unprivileged learn of areas: counts, but neither an address of the
 * kernel nor what somebody else has left in the memory.
 */
#include "../kselftest_harness.h"
#include "cma_util.h"
#include <grp.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define NOBODY	65534

#define DEBUGFS	"/sys/kernel/debug"
#define HEAPS	"/sys/kernel/mm/cma_heap"

/* What stock kernels show in debugfs to all who may look there. */
static const char * const public_files[] = {
	"base_pfn", "count", "order_per_bit", "used", "maxchunk", "bitmap",
};

/*
 * Where the kernel begins if its addresses have 32 bits, else 0: at a multiple of
 * 1 GiB, right above user space, whose stack is at its end. On a kernel with 64
 * bits, a task of 32 has all 4 GiB.
 */
static uint32_t kernel_begin(void)
{
	return sizeof(long) == 4 ? ((uint32_t)(uintptr_t)environ | 0x3fffffff) + 1 :
				   0;
}

/*
 * Is it an address? With 64 bits, 16 digits that begin with ffff. With 32, 8 of
 * them, but a word without a letter is a number: addresses of memory for devices
 * and page frames are below, so only those of the kernel are left.
 */
static bool is_address(const char *word, size_t digits, uint32_t begin)
{
	if (digits == 16)
		return !strncasecmp(word, "ffff", 4);
	return begin && digits == 8 && strspn(word, "0123456789") < 8 &&
	       strtoull(word, NULL, 16) >> 30 >= begin >> 30;
}

static bool has_address(const char *text, uint32_t begin)
{
	size_t digits;
	char word[17];

	for (; *text; text += digits ? digits : 1) {
		digits = strspn(text, "0123456789abcdefABCDEF");
		snprintf(word, sizeof(word), "%.*s", (int)digits, text);
		if (is_address(word, digits, begin))
			return true;
	}
	return false;
}

/* What a walk over files has found. */
static struct {
	int nr;		/* files looked at */
	int wrong;	/* those that are not as they should be */
	char first[CMA_PATH];	/* of these */
} seen;

static void note(const char *path, bool wrong)
{
	seen.nr++;
	if (wrong && !seen.wrong++)
		snprintf(seen.first, sizeof(seen.first), "%s", path);
}

static bool is_public(const char *path)
{
	const char *name = strrchr(path, '/') + 1;

	for (size_t i = 0; i < ARRAY_SIZE(public_files); i++) {
		if (!strcmp(name, public_files[i]))
			return true;
	}
	return false;
}

static bool may_open(const char *path, int how)
{
	int fd = open(path, how);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool shows_address(const char *path)
{
	static char text[CMA_TEXT];

	return cma_read_text(path, text, sizeof(text)) >= 0 &&
	       has_address(text, kernel_begin());
}

typedef void look_fn(const char *path, mode_t mode);

/* Readable by all, without an address, and not to be written */
static void look_at_open(const char *path, mode_t mode)
{
	bool open = mode & 0400 && may_open(path, O_RDONLY);

	note(path, !open || shows_address(path) || may_open(path, O_WRONLY));
}

/* The same for what is public; all else is closed */
static void look_at_closed(const char *path, mode_t mode)
{
	if (is_public(path))
		look_at_open(path, mode);
	else
		note(path, may_open(path, O_RDONLY) || may_open(path, O_WRONLY));
}

/* Of the owner alone, or public and for nobody to write */
static void look_at_mode(const char *path, mode_t mode)
{
	note(path, is_public(path) ? mode != 0444 : mode & 07077);
}

/* Nobody but the owner may write */
static void look_at_writers(const char *path, mode_t mode)
{
	note(path, mode & 07022);
}

static void walk_down(const char *root, look_fn *look)
{
	DIR *dir = opendir(root);
	char path[CMA_PATH];
	struct dirent *e;
	struct stat st;

	if (!dir) {
		note(root, true);
		return;
	}
	while ((e = readdir(dir))) {
		if (e->d_name[0] == '.')
			continue;
		if (snprintf(path, sizeof(path), "%s/%s", root, e->d_name) >=
		    (int)sizeof(path) || lstat(path, &st))
			note(root, true);
		else if (S_ISDIR(st.st_mode))
			walk_down(path, look);
		else if (S_ISREG(st.st_mode))
			look(path, st.st_mode & 07777);
	}
	closedir(dir);
}

/* Return: whether there are files, and all are as they should be. */
static bool walk(const char *root, look_fn *look)
{
	memset(&seen, 0, sizeof(seen));
	walk_down(root, look);
	return seen.nr && !seen.wrong;
}

static bool become_nobody(void)
{
	return !setgroups(0, NULL) && !setgid(NOBODY) && !setuid(NOBODY);
}

static int tell(void)
{
	printf("# %s is one of %d in %d files\n", seen.first, seen.wrong, seen.nr);
	fflush(stdout);
	return 2;
}

/* As nobody. Return: 0, or what is wrong as an exit status. */
static int look_as_nobody(const struct cma_area *area)
{
	char path[CMA_PATH], text[64];

	if (!become_nobody())
		return 1;
	if (!walk(CMA_SYSFS, look_at_open))
		return tell();
	if (!access(HEAPS, F_OK) && !walk(HEAPS, look_at_open))
		return tell();
	if (cma_read_text(CMA_DEBUGFS "/validate", text, sizeof(text)) >= 0)
		return 3;
	snprintf(path, sizeof(path), CMA_DEBUGFS "/%.63s/holders", area->name);
	if (cma_read_text(path, text, sizeof(text)) >= 0)
		return 4;
	if (!cma_take(area, 1))
		return 5;
	return 0;
}

/* As nobody, where the directory of all that is in debugfs keeps nobody out. */
static int look_inside_debugfs(const struct cma_area *area)
{
	if (!become_nobody())
		return 1;
	if (!walk(CMA_DEBUGFS, look_at_closed))
		return tell();
	if (!cma_take(area, 1))
		return 3;
	if (access(DEBUGFS "/fail_cma", F_OK))
		return 0;
	return walk(DEBUGFS "/fail_cma", look_at_closed) ? 0 : tell();
}

/* Return: the exit status of a child that does @look. */
static int by_child(int (*look)(const struct cma_area *area),
		    const struct cma_area *area)
{
	int status = -1;
	pid_t child = fork();

	if (!child)
		_exit(look(area));
	if (child < 0 || waitpid(child, &status, 0) != child)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

FIXTURE(secrets) {
	struct cma_area area;
	struct stat debugfs;
};

FIXTURE_SETUP(secrets)
{
	if (!cma_find_area(&self->area) || access(CMA_SYSFS, F_OK))
		SKIP(return, "no area, or no " CMA_SYSFS);
	ASSERT_EQ(0, stat(DEBUGFS, &self->debugfs));
}

FIXTURE_TEARDOWN(secrets)
{
	EXPECT_EQ(0, chmod(DEBUGFS, self->debugfs.st_mode & 07777));
}

TEST_F(secrets, unprivileged_see_counts_only)
{
	EXPECT_EQ(0, by_child(look_as_nobody, &self->area));
}

TEST_F(secrets, modes)
{
	EXPECT_TRUE(walk(CMA_DEBUGFS, look_at_mode)) TH_LOG("%s", seen.first);
	EXPECT_TRUE(walk(CMA_SYSFS, look_at_writers)) TH_LOG("%s", seen.first);
	if (!access(HEAPS, F_OK))
		EXPECT_TRUE(walk(HEAPS, look_at_writers))
			TH_LOG("%s", seen.first);
}

TEST_F(secrets, files_keep_themselves)
{
	ASSERT_EQ(0, chmod(DEBUGFS, 0755));
	EXPECT_EQ(0, by_child(look_inside_debugfs, &self->area));
}

TEST(addresses_are_recognised)
{
	EXPECT_TRUE(has_address("at ffff800081234560 of", 0));
	EXPECT_TRUE(has_address("0xFFFF000012345678\n", 0xc0000000));
	EXPECT_FALSE(has_address("12345678 c0123456 0000000048000000", 0));
	EXPECT_FALSE(has_address("fff800081234560 0ffff800081234560", 0));

	EXPECT_TRUE(has_address("at c0123456 of", 0xc0000000));
	EXPECT_TRUE(has_address("<0xF0001234>", 0xc0000000));
	EXPECT_TRUE(has_address("80a12340", 0x80000000));
	EXPECT_FALSE(has_address("0x48a00000 0xbf000000", 0xc0000000));
	EXPECT_FALSE(has_address("85000000 4294967295 c012345 c01234567",
				 0x80000000));
	EXPECT_FALSE(has_address("available 1234 released", 0xc0000000));
	EXPECT_EQ(0, kernel_begin() & 0x3fffffff);
}

/* What a walk says, it says because it has looked. */
TEST(walks_find_secrets)
{
	char dir[] = "/tmp/secrets-XXXXXX", path[CMA_PATH];
	const char *text = kernel_begin() ? "c0123456" : "ffff800081234560";
	FILE *file;

	ASSERT_NE(NULL, mkdtemp(dir));
	EXPECT_FALSE(walk(dir, look_at_mode));
	snprintf(path, sizeof(path), "%s/sub", dir);
	ASSERT_EQ(0, mkdir(path, 0755));
	snprintf(path, sizeof(path), "%s/sub/used", dir);
	file = fopen(path, "w");
	ASSERT_NE(NULL, file);
	fprintf(file, "at %s\n", text);
	fclose(file);

	EXPECT_TRUE(shows_address(path));
	EXPECT_FALSE(walk(dir, look_at_open));
	EXPECT_EQ(0, chmod(path, 0444));
	EXPECT_TRUE(walk(dir, look_at_mode));
	EXPECT_EQ(0, chmod(path, 0446));
	EXPECT_FALSE(walk(dir, look_at_mode));
	EXPECT_FALSE(walk(dir, look_at_writers));
	EXPECT_STREQ(path, seen.first);
	unlink(path);
	snprintf(path, sizeof(path), "%s/sub", dir);
	rmdir(path);
	rmdir(dir);
}

TEST_HARNESS_MAIN
