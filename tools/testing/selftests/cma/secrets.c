// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the unprivileged learn of areas: counts, but neither an address of the
 * kernel nor what somebody else has left in the memory.
 */
#include "../kselftest_harness.h"
#include "cma_util.h"
#include <grp.h>
#include <sys/wait.h>

#define NOBODY	65534

/* Is there a word of 16 hex digits in @text that begins as addresses do? */
static bool has_address(const char *text)
{
	size_t digits;

	for (; *text; text += digits ? digits : 1) {
		digits = strspn(text, "0123456789abcdefABCDEF");
		if (digits == 16 && !strncasecmp(text, "ffff", 4))
			return true;
	}
	return false;
}

/* Return: files read, or minus the number of those with an address. */
static int read_all(const char *path)
{
	char file[CMA_PATH + 300], text[4096];
	DIR *dir = opendir(path);
	int nr = 0, bad = 0;
	struct dirent *e;

	while (dir && (e = readdir(dir))) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(file, sizeof(file), "%s/%s", path, e->d_name);
		if (cma_read_text(file, text, sizeof(text)) < 0)
			continue;
		nr++;
		bad += has_address(text);
	}
	if (dir)
		closedir(dir);
	return bad ? -bad : nr;
}

/* As nobody. Return: 0, or what is wrong as an exit status. */
static int look_as_nobody(const struct cma_area *area)
{
	char path[CMA_PATH], text[64];

	if (setgroups(0, NULL) || setgid(NOBODY) || setuid(NOBODY))
		return 1;
	snprintf(path, sizeof(path), CMA_SYSFS "/%.63s", area->name);
	if (read_all(path) <= 0)
		return 2;
	if (cma_read_text(CMA_DEBUGFS "/validate", text, sizeof(text)) >= 0)
		return 3;
	snprintf(path, sizeof(path), CMA_DEBUGFS "/%.63s/holders", area->name);
	if (cma_read_text(path, text, sizeof(text)) >= 0)
		return 4;
	if (!cma_take(area, 1))
		return 5;
	return 0;
}

TEST(unprivileged_see_counts_only)
{
	struct cma_area area;
	int status = -1;
	pid_t child;

	if (!cma_find_area(&area) || access(CMA_SYSFS, F_OK))
		SKIP(return, "no area, or no " CMA_SYSFS);
	ASSERT_TRUE(has_address("at ffff800081234560 of"));
	ASSERT_FALSE(has_address("12345678"));
	child = fork();
	ASSERT_LE(0, child);
	if (!child)
		_exit(look_as_nobody(&area));
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status) TH_LOG("exit status %d", WEXITSTATUS(status));
}

TEST_HARNESS_MAIN
