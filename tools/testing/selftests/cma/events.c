// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tracepoints: the stock ones are what tools know, ours are what is documented,
 * and one allocation can be followed by its number.
 */
#include <sys/mount.h>

#include "../kselftest_harness.h"
#include "cma_util.h"

#define TRACEFS	"/sys/kernel/tracing"
#define EVENTS	TRACEFS "/events/cma"

/* Fields that several events have. */
#define ID	"unsigned long long id;"
#define US	"unsigned long long us;"
#define NAME	"__data_loc char[] name;"
#define PFN	"unsigned long pfn;"
#define PAGE	"const struct page * page;"
#define COUNT	"unsigned long count;"
#define ALIGN	"unsigned int align;"

/* An event: its fields beyond the common ones, in order, and how it is printed. */
struct event {
	const char *name;
	const char *fields;
	const char *format;
	const char *values;	/* NULL if they do not matter */
};

static const struct event stock[] = {
	{ "cma_alloc_start", NAME COUNT ALIGN,
	  "name=%s count=%lu align=%u",
	  "__get_str(name), REC->count, REC->align" },
	{ "cma_alloc_finish", NAME PFN PAGE COUNT ALIGN "int errorno;",
	  "name=%s pfn=0x%lx page=%p count=%lu align=%u errorno=%d",
	  "__get_str(name), REC->pfn, REC->page, REC->count, REC->align, REC->errorno" },
	{ "cma_alloc_busy_retry", NAME PFN PAGE COUNT ALIGN,
	  "name=%s pfn=0x%lx page=%p count=%lu align=%u",
	  "__get_str(name), REC->pfn, REC->page, REC->count, REC->align" },
	{ "cma_release", NAME PFN PAGE COUNT,
	  "name=%s pfn=0x%lx page=%p count=%lu",
	  "__get_str(name), REC->pfn, REC->page, REC->count" },
};

static const struct event ours[] = {
	{ "cma_request", ID NAME COUNT ALIGN "unsigned long gfp;",
	  "id=%llu name=%s count=%lu align=%u gfp=%s", NULL },
	{ "cma_search", ID NAME PFN COUNT,
	  "id=%llu name=%s pfn=0x%lx count=%lu", NULL },
	{ "cma_claim", ID NAME PFN COUNT "int ret;",
	  "id=%llu name=%s pfn=0x%lx count=%lu ret=%d", NULL },
	{ "cma_isolate", ID NAME PFN COUNT "int ret;",
	  "id=%llu name=%s pfn=0x%lx count=%lu ret=%d", NULL },
	{ "cma_reclaim", ID NAME PFN "unsigned long nr;",
	  "id=%llu name=%s pfn=0x%lx nr=%lu", NULL },
	{ "cma_migrate", ID NAME PFN
	  "unsigned long nr_migrated;unsigned long nr_failed;int ret;",
	  "id=%llu name=%s pfn=0x%lx nr_migrated=%lu nr_failed=%lu ret=%d",
	  NULL },
	{ "cma_wait", ID NAME "unsigned int ms;unsigned long blocker_pfn;",
	  "id=%llu name=%s ms=%u blocker_pfn=0x%lx", NULL },
	{ "cma_give_up", ID NAME COUNT
	  "__data_loc char[] cause;unsigned long blocker_pfn;",
	  "id=%llu name=%s count=%lu cause=%s blocker_pfn=0x%lx", NULL },
	{ "cma_done", ID NAME PFN COUNT "__data_loc char[] stage;" US,
	  "id=%llu name=%s pfn=0x%lx count=%lu stage=%s us=%llu", NULL },
	{ "cma_freed", NAME PFN COUNT US,
	  "name=%s pfn=0x%lx count=%lu us=%llu", NULL },
};

static char text[CMA_TEXT];

/* The fields behind the common ones, as "TYPE NAME;" one after the other. */
static void fields_of(const char *format, char *to, size_t size)
{
	const char *at = format;
	size_t have = 0;

	to[0] = 0;
	while ((at = strstr(at, "field:"))) {
		int len = strcspn(at += strlen("field:"), ";");

		if (!memmem(at, len, "common_", strlen("common_")))
			have += snprintf(to + have, size - have, "%.*s;", len,
					 at);
	}
}

static void check_event(struct __test_metadata *_metadata,
			const struct event *event)
{
	char path[CMA_PATH], fields[1024];
	const char *print;

	snprintf(path, sizeof(path), EVENTS "/%s/format", event->name);
	ASSERT_LT(0, cma_read_text(path, text, sizeof(text)))
		TH_LOG("no event %s", event->name);
	fields_of(text, fields, sizeof(fields));
	EXPECT_STREQ(event->fields, fields);
	print = strstr(text, "print fmt: ");
	ASSERT_NE(NULL, print);
	snprintf(path, sizeof(path), "print fmt: \"%s\", %s", event->format,
		 event->values ? event->values : "");
	EXPECT_EQ(0, strncmp(print, path, strlen(path)))
		TH_LOG("%s: %s", event->name, print);
	if (event->values)
		EXPECT_STREQ("\n", print + strlen(path));
}

/* The number behind a key in a line of the trace. */
static unsigned long long value_of(const char *at, const char *key)
{
	at = at ? strstr(at, key) : NULL;
	return at ? strtoull(at + strlen(key), NULL, 0) : 0;
}

FIXTURE(events) {
	struct cma_area area;
};

FIXTURE_SETUP(events)
{
	if (!cma_find_area(&self->area))
		SKIP(return, "no area in " CMA_DEBUGFS);
	mount("tracefs", TRACEFS, "tracefs", 0, NULL);
	if (access(TRACEFS "/events", F_OK))
		SKIP(return, "no " TRACEFS);
	ASSERT_EQ(0, cma_settle(&self->area));
}

FIXTURE_TEARDOWN(events)
{
	cma_write_text(EVENTS "/enable", "0");
}

TEST_F(events, stock_formats)
{
	for (size_t i = 0; i < ARRAY_SIZE(stock); i++)
		check_event(_metadata, &stock[i]);
}

TEST_F(events, documented_formats)
{
	for (size_t i = 0; i < ARRAY_SIZE(ours); i++)
		check_event(_metadata, &ours[i]);
}

/* Another event that the trace has behind this one, or NULL. */
static const char *next_event(const char *at, const char *what)
{
	return at ? strstr(at, what) : NULL;
}

/* To open it for writing anew is what empties it. */
static void empty_trace(void)
{
	int fd = open(TRACEFS "/trace", O_WRONLY | O_TRUNC);

	if (fd >= 0)
		close(fd);
}

static void start_trace(void)
{
	empty_trace();
	cma_write_text(EVENTS "/enable", "1");
}

static void stop_trace(void)
{
	cma_write_text(EVENTS "/enable", "0");
	cma_read_text(TRACEFS "/trace", text, sizeof(text));
}

/* 100 pages have no place in the pocket: there is a search. */
TEST_F(events, an_allocation_can_be_followed)
{
	char line[128], name[CMA_PATH];
	unsigned long long id, pfn;
	const char *at;

	start_trace();
	EXPECT_EQ(0, cma_take(&self->area, 100));
	EXPECT_EQ(0, cma_give(&self->area, 100));
	stop_trace();

	at = strstr(text, "cma_request: id=");
	ASSERT_NE(NULL, at) TH_LOG("%s", text);
	id = value_of(at, "id=");
	snprintf(name, sizeof(name), "name=%s", self->area.name);
	snprintf(line, sizeof(line), "cma_search: id=%llu %s", id, name);
	at = next_event(at, line);
	ASSERT_NE(NULL, at) TH_LOG("%s", text);
	pfn = value_of(at, "pfn=");
	EXPECT_TRUE(cma_holds_pfn(&self->area, pfn));
	snprintf(line, sizeof(line),
		 "cma_claim: id=%llu %s pfn=%#llx count=100 ret=0", id, name,
		 pfn);
	at = next_event(at, line);
	ASSERT_NE(NULL, at) TH_LOG("%s", text);
	snprintf(line, sizeof(line),
		 "cma_done: id=%llu %s pfn=%#llx count=100 stage=claimed us=",
		 id, name, pfn);
	at = next_event(at, line);
	ASSERT_NE(NULL, at) TH_LOG("%s", text);
	snprintf(line, sizeof(line), "cma_freed: %s pfn=%#llx count=100 us=",
		 name, pfn);
	EXPECT_NE(NULL, next_event(at, line)) TH_LOG("%s", text);
}

TEST_F(events, a_failure_says_why)
{
	unsigned long long id;
	char line[128];
	const char *at;

	start_trace();
	EXPECT_GT(0, cma_take(&self->area, self->area.count + 1));
	stop_trace();
	at = strstr(text, "cma_request: id=");
	ASSERT_NE(NULL, at) TH_LOG("%s", text);
	id = value_of(at, "id=");
	snprintf(line, sizeof(line), "cma_give_up: id=%llu name=%s count=%lld cause=refused",
		 id, self->area.name, self->area.count + 1);
	at = next_event(at, line);
	ASSERT_NE(NULL, at) TH_LOG("%s", text);
	EXPECT_NE(NULL, next_event(at, "stage=failed")) TH_LOG("%s", text);
}

/* Listeners of single events come and go; in the end nobody listens. */
TEST_F(events, listeners_come_and_go)
{
	char path[CMA_PATH];

	for (int round = 0; round < 20; round++) {
		for (size_t i = 0; i < ARRAY_SIZE(ours); i++) {
			snprintf(path, sizeof(path), EVENTS "/%s/enable",
				 ours[i].name);
			EXPECT_EQ(0, cma_write_text(path, round % 2 ? "0" : "1"));
			EXPECT_EQ(0, cma_take(&self->area, 1));
			EXPECT_EQ(0, cma_give(&self->area, 1));
		}
	}
	empty_trace();
	EXPECT_EQ(0, cma_take(&self->area, 1));
	EXPECT_EQ(0, cma_give(&self->area, 1));
	cma_read_text(TRACEFS "/trace", text, sizeof(text));
	EXPECT_EQ(NULL, strstr(text, "cma_")) TH_LOG("%s", text);
}

TEST_HARNESS_MAIN
