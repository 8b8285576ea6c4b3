// SPDX-License-Identifier: GPL-2.0-only
/*
 * The job that shows what the allocator is for: an area is lent out to page
 * cache and anonymous memory until next to nothing of it is free; then a
 * driver asks for 1, 8 and 32 MiB of contiguous memory and gets them; then
 * every byte that had to make room is still there, and the area is whole.
 *
 * Runs as root in a guest, with an ext4 disk mounted on the directory given as
 * argument. Every figure printed is read from the running kernel. Ends in TAP
 * lines, which carry the result.
 */
#include "../../selftests/cma/cma_load.h"

#include <stdarg.h>
#include <sys/utsname.h>

#define DMA_DEVICE	"/sys/kernel/debug/cma_dma_test/cma-test-default"
#define FILE_SIZE	(8 * CMA_MIB)
#define FILES		16
#define ANON_STEP	(2 * CMA_MIB)
#define ANON_STEPS	4096
#define HEADROOM	(24 * CMA_MIB)	/* of free memory, kept from filling */
#define LENT_ENOUGH	10		/* per cent of the area still free */
#define LENT_REQUIRED	15
#define TESTS		64

struct job {
	struct cma_area area;
	struct cma_counts start, end;
	const char *dir;
	bool device;		/* the DMA test device is there */
	struct cma_load file[FILES];
	__u64 sum[FILES];	/* of the content as it was written */
	int files;
	struct cma_load anon[ANON_STEPS];
	int anons;
};

/* One contiguous allocation, as the driver and the area report it. */
struct grant {
	long long bytes;
	unsigned long long phys;
	double ms;
	bool granted, contiguous, inside, pattern;
	long long reclaimed, migrated;	/* pages */
};

static struct {
	char name[80];
	bool ok;
} result[TESTS];
static int results;

/* The one place that decides what is green; printed when all is done. */
static void check(bool ok, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(result[results].name, sizeof(result[0].name), fmt, args);
	va_end(args);
	result[results++].ok = ok;
}

static int print_results(void)
{
	int failed = 0;

	printf("\n");
	for (int i = 0; i < results; i++) {
		printf("%sok %d - %s\n", result[i].ok ? "" : "not ", i + 1,
		       result[i].name);
		failed += !result[i].ok;
	}
	printf("1..%d\n", results);
	return !!failed;
}

static double mib(double bytes)
{
	return bytes / CMA_MIB;
}

static double pages_mib(long long pages)
{
	return mib((double)pages * cma_page_size());
}

static void head(const char *text)
{
	printf("\n%s\n", text);
	fflush(stdout);
}

static void row(const char *label, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	printf("  %-22s", label);
	vprintf(fmt, args);
	printf("\n");
	va_end(args);
	fflush(stdout);
}

static void show_log_line(const char *words)
{
	static char log[1 << 18];
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	ssize_t n;

	while (fd >= 0 && (n = read(fd, log, sizeof(log) - 1)) > 0) {
		char *text, *end;

		log[n] = 0;
		text = strchr(log, ';');
		end = text ? strchr(text, '\n') : NULL;
		if (end)
			*end = 0;
		if (text && strstr(text, words))
			row("kernel log", "%s", text + 1);
	}
	if (fd >= 0)
		close(fd);
}

static void show_free(const struct job *job)
{
	long long total = cma_meminfo("CmaTotal"), left = cma_meminfo("CmaFree");
	double taken = pages_mib(cma_file(&job->area, "used"));
	double lent = (total - left) / 1024.0 - taken;

	row("CmaFree", "%.1f MiB: %.1f lent out (%.0f %%), %.1f allocated",
	    left / 1024.0, lent, lent * 102400 / total, taken);
}

static void show_machine(const struct job *job)
{
	size_t size = cma_page_size();
	struct utsname uts;

	head("The machine");
	uname(&uts);
	row("kernel", "Linux %s on %s", uts.release, uts.machine);
	row("memory", "%.1f MiB, pages of %zu KiB",
	    cma_meminfo("MemTotal") / 1024.0, size / 1024);
	show_log_line("cma: Reserved");
	show_log_line("created CMA memory pool");
	row("area", "'%s', %.1f MiB at %#llx", job->area.name,
	    pages_mib(job->area.count),
	    (unsigned long long)job->area.base * size);
	row("CmaTotal", "%.1f MiB in all areas", cma_meminfo("CmaTotal") / 1024.0);
	show_free(job);
	check(job->area.count > 0 && cma_meminfo("CmaTotal") > 0,
	      "the kernel reports the area");
}

/* FNV-1a over words: each word of the file counts, and its place. */
static bool file_sum(const struct cma_load *file, __u64 *sum)
{
	static __u64 buf[8192];
	__u64 hash = 0xcbf29ce484222325ULL;
	size_t at = 0;
	ssize_t n;

	while ((n = pread(file->fd, buf, sizeof(buf), at)) > 0) {
		for (size_t i = 0; i < n / sizeof(*buf); i++)
			hash = (hash ^ buf[i]) * 0x100000001b3ULL;
		at += n;
	}
	*sum = hash;
	return at == file->len;
}

/* Files are written once, summed from what was written, and then clean. */
static bool make_files(struct job *job, size_t bytes)
{
	int n = bytes / FILE_SIZE;

	for (int i = 0; i < n && i < FILES; i++) {
		if (cma_load_prepare(&job->file[i], CMA_FILE, FILE_SIZE, 100 + i) ||
		    !file_sum(&job->file[i], &job->sum[i]))
			return false;
		job->files++;
	}
	return job->files > 0;
}

static void read_files(struct job *job)
{
	for (int i = 0; i < job->files; i++)
		cma_load_fill(&job->file[i]);
}

static bool grow_anon(struct job *job)
{
	struct cma_load *load = &job->anon[job->anons];

	if (job->anons == ANON_STEPS ||
	    cma_load_prepare(load, CMA_ANON, ANON_STEP, 1000 + job->anons) ||
	    cma_load_fill(load))
		return false;
	job->anons++;
	return true;
}

static bool lent_enough(int percent)
{
	return cma_meminfo("CmaFree") * 100 < cma_meminfo("CmaTotal") * percent;
}

/*
 * Anonymous memory first, until what ordinary memory is left suits the files;
 * then the files; then anonymous memory again, into what is still free. The
 * page cache is what evacuation can drop, so it must stay larger than the
 * largest request and not be squeezed out by the last step.
 */
static void lend(struct job *job)
{
	size_t area = job->area.count * cma_page_size();
	size_t files = area / 2 + 48 * CMA_MIB;

	head("Lending the area out");
	check(make_files(job, files), "files are written to the disk");
	cma_sync_files();
	while (cma_other_free() > (long long)(files - area / 2 + HEADROOM))
		if (!grow_anon(job))
			break;
	read_files(job);
	while (!lent_enough(LENT_ENOUGH) &&
	       cma_meminfo("MemAvailable") * 1024 > (long long)HEADROOM)
		if (!grow_anon(job))
			break;
	row("files", "%d, each %.0f MiB, on %s (ext4)", job->files,
	    mib(FILE_SIZE), job->dir);
	row("page cache", "%.1f MiB", cma_meminfo("Cached") / 1024.0);
	row("anonymous memory", "%.1f MiB", mib((double)job->anons * ANON_STEP));
	show_free(job);
	check(lent_enough(LENT_REQUIRED), "the area is mostly lent out");
}

/* The newest buffer of the device, as the driver lists it. */
static void ask_device(const struct job *job, struct grant *g)
{
	long long pages = g->bytes / cma_page_size(), pfn;
	unsigned long long dma, bytes, usecs;
	char text[512], contig[4];
	unsigned int index;

	snprintf(text, sizeof(text), "%lld kernel", g->bytes);
	if (cma_write_text(DMA_DEVICE "/alloc", text) ||
	    cma_read_text(DMA_DEVICE "/list", text, sizeof(text)) < 0 ||
	    sscanf(text, "%u %llx %llx %llu %llu contig=%3s", &index, &g->phys,
		   &dma, &bytes, &usecs, contig) != 6)
		return;
	pfn = g->phys / cma_page_size();
	g->granted = bytes == (unsigned long long)g->bytes;
	g->contiguous = !strcmp(contig, "yes");
	g->inside = cma_holds_pfn(&job->area, pfn) &&
		    cma_holds_pfn(&job->area, pfn + pages - 1);
	g->ms = usecs / 1000.0;
}

static bool pattern_holds(void)
{
	char text[128];

	return cma_read_text(DMA_DEVICE "/verify", text, sizeof(text)) > 0 &&
	       !strcmp(text, "ok\n");
}

/* Without a device tree there is no test device: the area is asked itself. */
static void ask_area(const struct job *job, struct grant *g)
{
	long long pages = g->bytes / cma_page_size();
	unsigned char *old = calloc(job->area.count, 1);
	unsigned char *new = calloc(job->area.count, 1);
	double start = cma_seconds();
	long long at = 0, n = 0;

	cma_read_map(&job->area, old);
	g->granted = !cma_take(&job->area, pages);
	g->ms = (cma_seconds() - start) * 1e3;
	cma_read_map(&job->area, new);
	while (at < job->area.count && old[at] == new[at])
		at++;
	while (at + n < job->area.count && old[at + n] != new[at + n])
		n++;
	g->phys = (unsigned long long)(job->area.base + at) * cma_page_size();
	g->contiguous = g->granted && n == pages;
	g->inside = g->contiguous;
	free(old);
	free(new);
}

static bool anon_intact(const struct job *job, long long *wrong)
{
	*wrong = 0;
	for (int i = 0; i < job->anons; i++)
		*wrong += cma_load_wrong(&job->anon[i]);
	return !*wrong;
}

/* The pattern is in place while the lent pages are checked: no overlap. */
static void use_buffer(const struct job *job, struct grant *g)
{
	char seed[32];
	long long wrong;

	snprintf(seed, sizeof(seed), "%lld", g->bytes / 4096 + 17);
	g->pattern = pattern_holds() &&
		     !cma_write_text(DMA_DEVICE "/fill", seed) &&
		     anon_intact(job, &wrong) && pattern_holds() &&
		     !cma_write_text(DMA_DEVICE "/free", "0");
}

static void show_grant(const struct job *job, const struct grant *g)
{
	if (!g->granted) {
		printf("  %4.0f MiB  refused\n", mib(g->bytes));
		return;
	}
	printf("  %4.0f MiB  %#-11llx  %-10s  %-11s  %7.1f ms  %5.1f MiB  %5.1f MiB  %s\n",
	       mib(g->bytes), g->phys, g->contiguous ? "yes" : "NO",
	       g->inside ? "yes" : "NO", g->ms, pages_mib(g->reclaimed),
	       pages_mib(g->migrated),
	       !job->device ? "-" : g->pattern ? "verified" : "WRONG");
	fflush(stdout);
}

/*
 * What moved is read from the kernel's own counters around the allocation:
 * pages that left the page cache, and pages that migration copied.
 */
static void ask(const struct job *job, long long bytes)
{
	struct grant g = { .bytes = bytes };
	long long cache, moved;

	if (bytes > (long long)(job->area.count * cma_page_size() / 4 * 3)) {
		printf("  %4.0f MiB  not asked: the area is too small\n", mib(bytes));
		return;
	}
	cma_read_num("/proc/sys/vm/stat_refresh");
	cache = cma_vmstat("nr_file_pages");
	moved = cma_vmstat("pgmigrate_success");
	if (job->device)
		ask_device(job, &g);
	else
		ask_area(job, &g);
	cma_read_num("/proc/sys/vm/stat_refresh");
	g.reclaimed = cache - cma_vmstat("nr_file_pages");
	if (g.reclaimed < 0)
		g.reclaimed = 0;
	g.migrated = cma_vmstat("pgmigrate_success") - moved;
	if (g.granted && job->device)
		use_buffer(job, &g);
	else if (g.granted)
		g.pattern = !cma_give(&job->area, bytes / cma_page_size());
	show_grant(job, &g);
	check(g.granted && g.contiguous && g.inside,
	      "%.0f MiB contiguous inside the area", mib(bytes));
	check(g.pattern, "%.0f MiB %s", mib(bytes), job->device ?
	      "hold the pattern written to them" : "are given back");
}

static void take_back(const struct job *job)
{
	static const int sizes[] = { 1, 8, 32 };

	head(job->device ?
	     "Taking it back: a driver asks dma_alloc_coherent()" :
	     "Taking it back: no DMA test device here, the area is asked by debugfs");
	printf("     asked  address      contiguous  in the area");
	printf("        time  reclaimed   migrated  pattern\n");
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
		ask(job, sizes[i] * (long long)CMA_MIB);
}

static int files_unchanged(const struct job *job)
{
	int same = 0;
	__u64 sum;

	for (int i = 0; i < job->files; i++)
		same += file_sum(&job->file[i], &sum) && sum == job->sum[i];
	return same;
}

static void verify(const struct job *job)
{
	long long all = job->anons * (long long)(ANON_STEP / cma_page_size());
	long long wrong;
	int same;

	head("Nothing is lost");
	anon_intact(job, &wrong);
	row("anonymous pages", "%lld of %lld unchanged", all - wrong, all);
	check(!wrong && all, "every anonymous page is unchanged");
	same = files_unchanged(job);
	row("files, page cache", "%d of %d checksums unchanged", same, job->files);
	check(same && same == job->files, "every file is unchanged in memory");
	sync();
	cma_write_text("/proc/sys/vm/drop_caches", "3");
	same = files_unchanged(job);
	row("files, disk", "%d of %d checksums unchanged", same, job->files);
	check(same && same == job->files, "every file is unchanged on disk");
}

/*
 * Back to the start: the fillers go, the cache is dropped, and one last round
 * takes every hole and gives it back, which empties the area of pages that
 * other processes of the guest got lent meanwhile. Freed pages may then rest
 * in per-CPU lists, where no counter calls them free CMA: what those lists
 * hold in all is the tolerance, and nothing more.
 */
static void restore(struct job *job)
{
	int err;

	for (int i = 0; i < job->anons; i++)
		cma_load_drop(&job->anon[i]);
	for (int i = 0; i < job->files; i++)
		cma_load_drop(&job->file[i]);
	err = cma_settle(&job->area);
	cma_count(&job->area, &job->end);

	head("Back to the start");
	row("CmaFree", "%.1f MiB at the start, %.1f MiB now",
	    pages_mib(job->start.free_cma), pages_mib(job->end.free_cma));
	row("nr_free_cma", "%lld pages at the start, %lld now (%lld in per-CPU lists)",
	    job->start.free_cma, job->end.free_cma, job->end.pcp);
	row("taken", "%lld pages at the start, %lld now", job->start.used,
	    job->end.used);
	row("allocations", "%lld pages served, %lld released",
	    job->end.success - job->start.success,
	    job->end.released - job->start.released);
	check(!err, "the whole area can be taken at once");
	check(job->end.used == job->start.used, "no page of the area stays taken");
	check(cma_free_is_back(&job->start, &job->end),
	      "CmaFree is back at its start");
}

int main(int argc, char **argv)
{
	static struct job job;

	job.dir = argc > 1 ? argv[1] : "/mnt";
	setenv("CMA_TEST_DIR", job.dir, 1);
	if (!cma_find_area(&job.area)) {
		check(false, "there is an area in " CMA_DEBUGFS);
		return print_results();
	}
	job.device = !access(DMA_DEVICE "/alloc", F_OK);
	cma_count(&job.area, &job.start);
	show_machine(&job);
	lend(&job);
	take_back(&job);
	verify(&job);
	restore(&job);
	return print_results();
}
