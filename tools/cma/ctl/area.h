/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _CMACTL_AREA_H
#define _CMACTL_AREA_H
/*
 * An area, as the files in sysfs and debugfs describe it
 *
 * Any number may be UNKNOWN: no file told it.
 */
#include "cmactl.h"

#define SYSFS	"/sys/kernel/mm/cma"
#define DEBUGFS	"/sys/kernel/debug/cma"

#define HISTOGRAM	24
#define PAIRS		16

/* A time of which only the half is known to be reached */
#define OPEN_END	(1LL << (HISTOGRAM - 1))

/* What latencies are kept of, in the order of enum event */
enum event { CLAIM, EVACUATE, RELEASE, EVENTS };
extern const char * const event_names[EVENTS];

/**
 * struct pairs - a file of lines "NAME NUMBER"
 * @nr: lines, 0 if there is no file
 * @name: the names, in the order of the file
 * @value: the numbers
 */
struct pairs {
	int nr;
	char name[PAIRS][24];
	long long value[PAIRS];
};

/**
 * struct histogram - how many events took how long
 * @known: a file told it
 * @count: events shorter than 2^i microseconds, but not shorter than half of it;
 *	the last has all that are longer
 */
struct histogram {
	bool known;
	long long count[HISTOGRAM];
};

/**
 * struct area - all that is known of an area; numbers are pages
 * @name: its name
 * @class: "shared" or "exclusive", perhaps followed by " no-map"; "" if unknown
 * @total: size
 * @available: not taken
 * @largest: largest hole
 * @fragmentation: of what is not taken, outside the largest hole; per mille
 * @peak: most that was ever taken
 * @allocated: allocated since boot
 * @failed: asked for in vain since boot
 * @released: given back since boot
 * @reclaimed: page cache dropped to make room
 * @migrated: moved to make room
 * @base: first page frame
 * @order: a bit of the map stands for 1 << @order pages
 * @outcomes: allocations by outcome
 * @lent: pages by use
 * @latency: of claims, evacuations and releases
 * @cause: of the last failure; "none" if there was none, "" if unknown
 * @ago: milliseconds since the last failure
 */
struct area {
	char name[NAME_BYTES];
	char class[32];
	long long total, available, largest, fragmentation, peak;
	long long allocated, failed, released, reclaimed, migrated;
	long long base, order;
	struct pairs outcomes, lent;
	struct histogram latency[EVENTS];
	char cause[24];
	long long ago;
};

struct area *areas_read(size_t *nr);
int area_find(const char *name, struct area *area);
int area_names_width(const struct area *areas, size_t nr);
long long area_taken(const struct area *area);
long long area_in_use(const struct area *area);
long long area_failures(const struct area *area);
long long pair_of(const struct pairs *pairs, const char *name);
long long histogram_sum(const struct histogram *h);
long long histogram_quantile(const struct histogram *h, int percent);
const char *histogram_text(const struct histogram *h, int percent, char *text);
void area_json(const struct area *area);

#endif /* _CMACTL_AREA_H */
