// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a boot made of the command line and the device tree.
 *
 * Prints a line for each fact; the host compares them with what the case of the
 * boot matrix expects:
 *
 *	report: area NAME BASE BYTES CLASS	(or "unknown")
 *	report: device NAME AREA	the area that served it, or "none"
 *	report: count AREA SERVED FAILED	pages that these devices asked for
 *	report: memory MANAGED RESERVED RAM	KiB: of the page allocator, kept
 *						from it, all that is mapped
 *	report: crash BASE BYTES	memory of a crash kernel
 *	report: span BASE BYTES RESERVED	KiB of a range that the page
 *						allocator does not have
 *
 * A word cma_span=BASE+BYTES of the command line asks for a span.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define AREAS		64
#define DEBUGFS		"/sys/kernel/debug/"
#define SYSFS		"/sys/kernel/mm/cma/"
#define KPF_NOPAGE	(1ULL << 20)
#define KPF_RESERVED	(1ULL << 32)

struct area {
	char name[80];
	unsigned long long base, bytes;
	unsigned long long served, failed;
};

static struct area areas[AREAS];
static int nr_areas;
static unsigned long page;

static void die(const char *what)
{
	printf("Bail out! %s\n", what);
	exit(1);
}

static unsigned long long number(const char *dir, const char *name,
				 const char *file)
{
	char path[512];
	unsigned long long value = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s%s/%s", dir, name, file);
	f = fopen(path, "r");
	if (!f || fscanf(f, "%llu", &value) != 1)
		die(path);
	fclose(f);
	return value;
}

static void text(const char *name, const char *file, char *to, size_t bytes)
{
	char path[512];
	FILE *f;

	/* An area may do without its files in sysfs. */
	snprintf(to, bytes, "unknown");
	snprintf(path, sizeof(path), SYSFS "%s/%s", name, file);
	f = fopen(path, "r");
	if (!f)
		return;
	if (!fgets(to, (int)bytes, f))
		die(path);
	fclose(f);
	to[strcspn(to, "\n")] = '\0';
	for (; *to; to++) {
		if (*to == ' ')
			*to = ',';
	}
}

static void report_areas(void)
{
	DIR *dir = opendir(DEBUGFS "cma");
	struct dirent *d;
	struct area *a;
	char class[64], path[512];

	while (dir && (d = readdir(dir))) {
		snprintf(path, sizeof(path), DEBUGFS "cma/%s/base_pfn",
			 d->d_name);
		if (d->d_name[0] == '.' || access(path, R_OK))
			continue;
		if (nr_areas == AREAS)
			die("too many areas");
		a = &areas[nr_areas++];
		snprintf(a->name, sizeof(a->name), "%.79s", d->d_name);
		a->base = number(DEBUGFS "cma/", a->name, "base_pfn") * page;
		a->bytes = number(DEBUGFS "cma/", a->name, "count") * page;
		text(a->name, "class", class, sizeof(class));
		printf("report: area %s %#llx %#llx %s\n", a->name, a->base,
		       a->bytes, class);
	}
	if (dir)
		closedir(dir);
}

static const char *area_at(unsigned long long phys)
{
	int i;

	for (i = 0; i < nr_areas; i++) {
		if (phys >= areas[i].base &&
		    phys - areas[i].base < areas[i].bytes)
			return areas[i].name;
	}
	return "none";
}

/* Write @what to a file of a test device. */
static int put(const char *device, const char *file, const char *what)
{
	char path[512];
	FILE *f;
	int err;

	snprintf(path, sizeof(path), DEBUGFS "cma_dma_test/%s/%s", device, file);
	f = fopen(path, "w");
	if (!f)
		return -1;
	err = fputs(what, f) < 0;
	return fclose(f) || err ? -1 : 0;
}

/* Who serves this device is told by the address of what it gets. */
static void report_device(const char *name)
{
	unsigned long long phys;
	char path[512];
	FILE *f;

	if (put(name, "alloc", "131072")) {
		printf("report: device %s nothing\n", name);
		return;
	}
	snprintf(path, sizeof(path), DEBUGFS "cma_dma_test/%s/list", name);
	f = fopen(path, "r");
	if (!f || fscanf(f, "%*u %llx", &phys) != 1)
		die(path);
	fclose(f);
	printf("report: device %s %s\n", name, area_at(phys));
	if (put(name, "free", "0"))
		die("a buffer cannot be freed");
}

static void report_devices(void)
{
	DIR *dir = opendir(DEBUGFS "cma_dma_test");
	struct dirent *d;

	while (dir && (d = readdir(dir))) {
		if (d->d_name[0] != '.')
			report_device(d->d_name);
	}
	if (dir)
		closedir(dir);
}

/* Pages so far; an area without files in sysfs does not say. */
static int count_pages(const struct area *a, unsigned long long *served,
		       unsigned long long *failed)
{
	char path[512];

	snprintf(path, sizeof(path), SYSFS "%s/alloc_pages_fail", a->name);
	if (access(path, R_OK))
		return 0;
	*served = number(SYSFS, a->name, "alloc_pages_success");
	*failed = number(SYSFS, a->name, "alloc_pages_fail");
	return 1;
}

static void start_counts(void)
{
	int i;

	for (i = 0; i < nr_areas; i++)
		count_pages(&areas[i], &areas[i].served, &areas[i].failed);
}

static void report_counts(void)
{
	unsigned long long served, failed;
	int i;

	for (i = 0; i < nr_areas; i++) {
		if (count_pages(&areas[i], &served, &failed))
			printf("report: count %s %llu %llu\n", areas[i].name,
			       served - areas[i].served,
			       failed - areas[i].failed);
	}
}

/* KiB of the frames of a range that have any of these flags. */
static unsigned long long flagged(unsigned long long base,
				  unsigned long long bytes, uint64_t flags)
{
	static uint64_t chunk[4096];
	unsigned long long left = bytes / page, found = 0;
	FILE *f = fopen("/proc/kpageflags", "r");
	size_t i, nr;

	if (!f || fseeko(f, (off_t)(base / page * sizeof(*chunk)), SEEK_SET))
		die("/proc/kpageflags");
	while (left) {
		nr = fread(chunk, sizeof(*chunk), left < 4096 ? left : 4096, f);
		if (!nr)
			break;
		for (i = 0; i < nr; i++)
			found += !!(chunk[i] & flags);
		left -= nr;
	}
	fclose(f);
	return found * (page / 1024);
}

static void report_crash(void)
{
	unsigned long long start, end;
	char line[256];
	FILE *f = fopen("/proc/iomem", "r");

	while (f && fgets(line, sizeof(line), f)) {
		if (strstr(line, ": Crash kernel\n") &&
		    sscanf(line, "%llx-%llx", &start, &end) == 2)
			printf("report: crash %#llx %#llx\n", start,
			       end - start + 1);
	}
	if (f)
		fclose(f);
}

/* Each "System RAM" of the outermost level. */
static void report_memory(void)
{
	unsigned long long start, end, managed, reserved = 0, ram = 0;
	char line[256];
	FILE *f = fopen("/proc/iomem", "r");

	while (f && fgets(line, sizeof(line), f)) {
		if (line[0] == ' ' || !strstr(line, "System RAM") ||
		    sscanf(line, "%llx-%llx", &start, &end) != 2)
			continue;
		start = (start + page - 1) / page * page;
		end = (end + 1) / page * page;
		reserved += flagged(start, end - start, KPF_RESERVED);
		ram += (end - start) / 1024;
	}
	if (f)
		fclose(f);
	f = fopen("/proc/meminfo", "r");
	if (!f || fscanf(f, "MemTotal: %llu kB", &managed) != 1)
		die("/proc/meminfo");
	fclose(f);
	printf("report: memory %llu %llu %llu\n", managed, reserved, ram);
}

static void report_spans(void)
{
	unsigned long long base, bytes;
	char words[4096], *word;
	FILE *f = fopen("/proc/cmdline", "r");

	if (!f || !fgets(words, sizeof(words), f))
		die("/proc/cmdline");
	fclose(f);
	for (word = strtok(words, "\n "); word; word = strtok(NULL, "\n ")) {
		if (sscanf(word, "cma_span=%lli+%lli", (long long *)&base,
			   (long long *)&bytes) == 2)
			printf("report: span %#llx %#llx %llu\n", base, bytes,
			       flagged(base, bytes, KPF_RESERVED | KPF_NOPAGE));
	}
}

int main(void)
{
	page = (unsigned long)sysconf(_SC_PAGESIZE);
	report_areas();
	start_counts();
	report_devices();
	report_counts();
	report_memory();
	report_crash();
	report_spans();
	puts("report: end");
	return 0;
}
