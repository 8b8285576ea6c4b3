// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the counters and the last failures of an area mean
 */
#include <stdlib.h>
#include <string.h>

#include "explain.h"
#include "failures.h"

/* An area is made of whole blocks; this is a multiple of most of them. */
#define ROUND_MIB	4

#define SIZE_CURE							\
	"cma= on the command line if it is the default area, else the size of its node in the device tree"

/* MiB that an area of so many pages needs. */
static long long whole_mib(long long pages)
{
	long long mib = (long long)mib_of(pages);

	return (mib / ROUND_MIB + 1) * ROUND_MIB;
}

static void full(const struct area *area, const struct failed *f,
		 const char *evidence)
{
	char cure[400];

	if (area->total != UNKNOWN && f->available != UNKNOWN)
		snprintf(cure, sizeof(cure),
			 "to hold what was taken and this request it needs %lld MiB: %s. If that is more than drivers should need, cmactl holders shows who does not give back",
			 whole_mib(area->total - f->available + f->pages),
			 SIZE_CURE);
	else
		snprintf(cure, sizeof(cure), "make it larger: %s", SIZE_CURE);
	finding(ERROR, area->name, "drivers hold so much that the request did not fit",
		evidence, cure);
}

static void fragmented(const struct area *area, const struct failed *f,
		       const char *evidence)
{
	char cure[400], hole[TEXT_BYTES];

	if (f->align > 0 && f->largest >= f->pages)
		snprintf(cure, sizeof(cure),
			 "the largest hole was %s MiB: only the alignment, of order %lld, found no place; lower CONFIG_CMA_ALIGNMENT",
			 mib(f->largest, hole), f->align);
	else
		snprintf(cure, sizeof(cure),
			 "the largest hole was %s MiB: allocate the largest buffers first and keep them, give their driver an area of its own, or make the area larger; cmactl record and cmactl plan tell how large",
			 mib(f->largest, hole));
	finding(ERROR, area->name, "there was room, but not in one piece",
		evidence, cure);
}

static void busy(const struct area *area, const struct failed *f,
		 const char *evidence)
{
	char text[900], what[300];
	const struct blocker *b = &f->blockers[0];
	const char *cure;

	if (!f->nr_blockers) {
		finding(ERROR, area->name, "pages in the way could not be moved",
			evidence, "ask again; cmactl blockers shows what is in the way now");
		return;
	}
	cure = reason_cure(b->reason);
	snprintf(what, sizeof(what), "pages in the way could not be moved: %s",
		 reason_text(b->reason));
	snprintf(text, sizeof(text),
		 "%s; in the way: pfn %#llx, %s, %lld references, %lld mappings, owner %s",
		 evidence, b->pfn, b->kind, b->refs, b->maps, b->owner);
	finding(ERROR, area->name, what, text,
		cure ? cure : "cmactl blockers shows what is in the way now");
}

static void refused(const struct area *area, const struct failed *f,
		    const char *evidence)
{
	char cure[300];

	if (area->total != UNKNOWN && f->pages > area->total)
		snprintf(cure, sizeof(cure), "it needs at least %lld MiB: %s",
			 whole_mib(f->pages), SIZE_CURE);
	else
		snprintf(cure, sizeof(cure),
			 "a mistake of the caller: alignment or size do not fit the area");
	finding(ERROR, area->name, "the area can never serve this request",
		evidence, cure);
}

static void interrupted(const struct area *area, const struct failed *f,
			const char *evidence)
{
	(void)f;
	finding(NOTE, area->name, "a task was killed while it waited", evidence,
		"nothing");
}

static void nomem(const struct area *area, const struct failed *f,
		  const char *evidence)
{
	(void)f;
	finding(ERROR, area->name,
		"pages in the way could move, but there was no memory to move them to",
		evidence,
		"free memory outside of the area, let the driver allocate early, or give it an exclusive area (cma_exclusive= or linux,cma-exclusive)");
}

static void slow(const struct area *area, const struct failed *f,
		 const char *evidence)
{
	(void)f;
	finding(NOTE, area->name, "an allocation succeeded, but took long",
		evidence,
		"if the driver cannot wait, give it an exclusive area (cma_exclusive= or linux,cma-exclusive), or let it allocate early");
}

static const struct {
	const char *cause;
	void (*tell)(const struct area *area, const struct failed *f,
		     const char *evidence);
} causes[] = {
	{ "full", full }, { "fragmented", fragmented }, { "busy", busy },
	{ "nomem", nomem }, { "refused", refused },
	{ "interrupted", interrupted }, { "slow", slow },
};

static const char *evidence_of(const struct failed *f, long long times,
			       char *text, size_t bytes)
{
	char size[TEXT_BYTES], room[TEXT_BYTES], since[TEXT_BYTES];
	char device[80];

	snprintf(text, bytes,
		 "%lld of the last failures; the newest %s ago: %s in %s wanted %s MiB%s, %s were not taken",
		 times, age(f->ago, since), f->task, f->caller,
		 mib(f->pages, size), for_device(f, device, sizeof(device)),
		 mib(f->available, room));
	return text;
}

/* The newest failure of each cause; they come newest first. */
static void tell_failures(const struct area *area, const struct failed *failed,
			  size_t nr)
{
	char evidence[400];
	size_t i, j;

	for (i = 0; i < sizeof(causes) / sizeof(*causes); i++) {
		const struct failed *newest = NULL;
		long long times = 0;

		for (j = 0; j < nr; j++) {
			if (strcmp(failed[j].cause, causes[i].cause))
				continue;
			newest = newest ? newest : &failed[j];
			times++;
		}
		if (newest)
			causes[i].tell(area, newest,
				       evidence_of(newest, times, evidence,
						   sizeof(evidence)));
	}
}

/* Without the ring: what anybody may know of failures. */
static void tell_counters(const struct area *area)
{
	char evidence[200], since[TEXT_BYTES], size[TEXT_BYTES];

	if (!*area->cause && area->failed > 0) {
		snprintf(evidence, sizeof(evidence),
			 "%s MiB were asked for in vain since boot",
			 mib(area->failed, size));
		finding(WARNING, area->name, "allocations have failed", evidence,
			"the kernel log says more; this kernel keeps no causes");
	} else if (*area->cause && strcmp(area->cause, "none")) {
		snprintf(evidence, sizeof(evidence),
			 "%lld allocations failed since boot, the last one %s ago: %s",
			 area_failures(area), age(area->ago, since),
			 area->cause);
		finding(WARNING, area->name, "allocations have failed", evidence,
			"run cmactl explain as root: who, how much, and what was in the way");
	}
}

/* What has not failed yet. */
static void tell_outlook(const struct area *area)
{
	char evidence[160], a[TEXT_BYTES], b[TEXT_BYTES];
	const struct histogram *h = &area->latency[EVACUATE];
	long long slowest = histogram_quantile(h, 99);
	long long events = histogram_sum(h);

	if (area->peak != UNKNOWN && area->total > 0 &&
	    area->peak > area->total - area->total / 10 && !area->failed) {
		snprintf(evidence, sizeof(evidence), "%s of %s MiB were taken at some time",
			 mib(area->peak, a), mib(area->total, b));
		finding(NOTE, area->name, "it was nearly full", evidence,
			"make it larger before it is too small: " SIZE_CURE);
	}
	if (slowest != UNKNOWN && slowest > 100000) {
		snprintf(evidence, sizeof(evidence),
			 "of %lld allocations that had to make room, %s took %s and more",
			 events, events < 100 ? "the slowest" : "1 %",
			 micros(slowest / 2, a));
		finding(NOTE, area->name, "making room takes long", evidence,
			"if a driver cannot wait, give it an exclusive area (cma_exclusive= or linux,cma-exclusive)");
	}
	if (area->fragmentation > 500 && area->available > area->total / 4) {
		snprintf(evidence, sizeof(evidence),
			 "%s MiB are not taken, the largest hole has %s",
			 mib(area->available, a), mib(area->largest, b));
		finding(NOTE, area->name, "it is fragmented", evidence,
			"keep buffers of different sizes in different areas; cmactl plan tells whether a split helps");
	}
}

/* Return: whether the last failures are known with their causes. */
bool explain_area(const struct area *area)
{
	size_t nr;
	bool known;
	struct failed *failed = failures_read(area->name, &nr, &known);

	tell_failures(area, failed, nr);
	if (!nr)
		tell_counters(area);
	tell_outlook(area);
	free(failed);
	return known;
}
