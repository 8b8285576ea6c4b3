// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each step of an allocation, a release and a look at an area fails once: what
 * needs memory meets failslab and fail_page_alloc, what may be refused by the
 * kernel meets fail_cma. Whatever comes of it, all records agree afterwards,
 * nothing is lost and nobody's content has changed.
 *
 * The n-th step of a call is made to fail by /proc/thread-self/fail-nth. The
 * first ones are met one by one; then n grows by a quarter, because an
 * evacuation has thousands of steps that are all alike. Each kind of step that
 * the allocator has is met once more by its own name.
 */
#include "../kselftest_harness.h"
#include "cma_inject.h"
#include "cma_pins.h"

#define TIMES_LEFT	"/sys/kernel/debug/fail_cma/times"
#define PCP_FRACTION	"/proc/sys/vm/percpu_pagelist_high_fraction"
#define FAVOUR		"/sys/module/cma/parameters/favour"
#define CHEAP		64	/* steps met one by one */
#define DEAR		12	/* the same, where a round fills the area */
#define STEPS_MOST	(1 << 20)	/* no call has so many */

FIXTURE(faults) {
	struct cma_area area;
	struct cma_counts before;
	struct cma_load load;
	long long taken;	/* pages on the stack of the area */
	struct cma_hold others;
	long long favour;	/* the setting as it was, if it was changed */
	int ballast;
	int fail_nth;
};

FIXTURE_SETUP(faults)
{
	self->load.fd = -1;
	self->ballast = -1;
	self->favour = -1;
	self->fail_nth = open("/proc/thread-self/fail-nth", O_RDWR);
	if (!cma_find_area(&self->area) || self->fail_nth < 0 || !inject_ready())
		SKIP(return, "no area, or nothing that lets it fail");
	ASSERT_EQ(0, cma_settle(&self->area));
	cma_count(&self->area, &self->before);
}

/* The steps of a running system, in the order of enum cma_step. */
static const char * const steps[] = {
	"claim", "watermark", "lock", "blocks", "pages", "target", "move",
	"retire",
};

#define TARGET	5
#define MOVE	6

/* Steps of a kind fail, so many times, whoever makes them; -1: none does. */
static int fail_steps(int step, int times)
{
	char bit[16], most[16];
	const char *settings[][2] = {
		{ "verbose", "0" }, { "task-filter", "N" }, { "interval", "1" },
		{ "space", "0" }, { "times", most },
		{ "steps", "0xffffffff" },
		{ "probability", step < 0 ? "0" : "100" },
	};
	int err = 0;

	snprintf(bit, sizeof(bit), "%#x", 1U << step);
	snprintf(most, sizeof(most), "%d", times);
	if (step >= 0)
		settings[5][1] = bit;
	for (size_t i = 0; !err && i < ARRAY_SIZE(settings); i++)
		err = inject_set("fail_cma", settings[i][0], settings[i][1]);
	return err;
}

/* The next step of a kind fails, once. */
static int fail_step(int step)
{
	return fail_steps(step, 1);
}

static int fail_none(void)
{
	return fail_steps(-1, -1);
}

/*
 * Movable memory comes from this area from now on. A load that goes would stay in
 * per-CPU lists, and the next one get the same frames: those are kept short.
 */
static void hold_others(FIXTURE_DATA(faults) *self)
{
	self->favour = cma_read_num(FAVOUR);
	cma_write_text(FAVOUR, "0");
	cma_write_text(PCP_FRACTION, "1000");
	cma_hold(&self->others, &self->area);
}

static void drop_all(FIXTURE_DATA(faults) *self)
{
	char favour[24];

	cma_load_drop(&self->load);
	if (self->ballast >= 0)
		close(self->ballast);
	self->ballast = -1;
	if (self->favour >= 0) {
		snprintf(favour, sizeof(favour), "%lld", self->favour);
		cma_write_text(FAVOUR, favour);
		cma_write_text(PCP_FRACTION, "0");
	}
	self->favour = -1;
	cma_hold_end(&self->others);
}

FIXTURE_TEARDOWN(faults)
{
	struct cma_counts now;

	fail_none();
	drop_all(self);
	cma_settle(&self->area);
	cma_count(&self->area, &now);
	EXPECT_EQ(self->before.used, now.used);
	EXPECT_EQ(self->before.maxchunk, now.maxchunk);
	close(self->fail_nth);
}

/*
 * Do @act with a fault at each step, the first ones one by one, and after each
 * look at all areas. What it has taken is given back without faults.
 */
#define AT_EACH_STEP(first, act) do {						\
	int n, refused = 0, more = 1, steps = 0;			\
	char text[4096];						\
									\
	for (n = 1; more && n < STEPS_MOST;				\
	     n += n < (first) ? 1 : 1 + n / 4, steps++) {		\
		int err;						\
									\
		inject(self->fail_nth, n);				\
		err = (act);						\
		more = injected(self->fail_nth) || err;			\
		refused += err != 0;					\
		/* EFAULT: no memory for what the kernel writes to. */	\
		EXPECT_TRUE(!err || err == -ENOMEM || err == -ENFILE ||	\
			    err == -EFAULT)				\
			TH_LOG("step %d: errno %d", n, -err);		\
		EXPECT_TRUE(cma_sound(text, sizeof(text), true))	\
			TH_LOG("step %d: %s", n, text);			\
	}								\
	TH_LOG("%d faults up to step %d, %d of them refused it", steps - 1, \
	       n, refused);						\
	EXPECT_LT(1, steps);						\
	EXPECT_FALSE(more) TH_LOG("fails without a fault");		\
} while (0)

/* Take some pages and keep them, or say why that cannot be. */
static int take(struct cma_area *area, long long pages, long long *taken)
{
	int err = cma_take(area, pages);

	*taken += err ? 0 : pages;
	return err;
}

/* What was taken is given back behind the next fault's back. */
#define GIVE_BACK() do {						\
	inject(self->fail_nth, 0);					\
	if (self->taken)						\
		EXPECT_EQ(0, cma_give(&self->area, self->taken));	\
	self->taken = 0;						\
} while (0)

/* Take, and give back; the fault may be in either. */
static int take_and_give(struct cma_area *area, int fail_nth, long long pages)
{
	int err = cma_take(area, pages);

	if (err)
		return err;
	err = cma_give(area, pages);
	if (err) {
		/* Not a failed release: the file could not be opened. */
		inject(fail_nth, 0);
		if (cma_give(area, pages))
			return -EIO;
		inject(fail_nth, 1 << 30);
	}
	return err;
}

TEST_F(faults, small_range)
{
	AT_EACH_STEP(CHEAP, take_and_give(&self->area, self->fail_nth, 3));
}

TEST_F(faults, large_range)
{
	AT_EACH_STEP(CHEAP, take_and_give(&self->area, self->fail_nth, 2000));
}

/* Bytes of a load: what else is free must have room for it when it moves. */
static size_t load_size(const struct cma_area *area)
{
	return area->count * cma_page_size() / 4;
}

/*
 * Anonymous pages or page cache in the area, and all of the area is wanted. What
 * the disk's journal holds of a new file must not be in it.
 */
static int refill(struct cma_area *area, struct cma_load *load,
		  enum cma_kind kind)
{
	size_t len = load_size(area);
	long long taken;
	int err;

	cma_load_drop(load);
	taken = cma_take_all(area);
	if (taken < 0)
		return taken;
	err = cma_load_prepare(load, kind, len, 5);
	if (taken)
		cma_give(area, taken);
	if (!err)
		err = cma_load_fill(load);
	if (!err && load->map &&
	    cma_pages_inside(area, load->map, len) < (long)(len / cma_page_size() / 2))
		err = -EDOM;
	return err;
}

static int take_hole(struct cma_area *area, int fail_nth, struct cma_load *load)
{
	long long hole = cma_file(area, "maxchunk");
	int err = hole < 0 ? (int)hole : take_and_give(area, fail_nth, hole);

	if (cma_load_wrong(load))
		return -EUCLEAN;
	return err;
}

static int squeeze(FIXTURE_DATA(faults) *self)
{
	hold_others(self);
	self->ballast = cma_squeeze(&self->area,
				    load_size(&self->area) + 4 * CMA_MIB);
	return self->ballast;
}

#define EVACUATE(kind) do {						\
	ASSERT_LE(0, squeeze(self));					\
	AT_EACH_STEP(DEAR, (inject(self->fail_nth, 0),			\
		      refill(&self->area, &self->load, kind) ? -EIO :		\
		      (inject(self->fail_nth, n),		\
			      take_hole(&self->area, self->fail_nth,	\
					&self->load))));		\
	drop_all(self);							\
} while (0)

TEST_F_TIMEOUT(faults, evacuation_of_anonymous_memory, CMA_LONG)
{
	EVACUATE(CMA_ANON);
}

TEST_F_TIMEOUT(faults, evacuation_of_mapped_files, CMA_LONG)
{
	if (!cma_has_disk())
		SKIP(return, "no disk");
	EVACUATE(CMA_FILE_MAPPED);
}

/*
 * Each kind of step fails where memory of that kind is in the way. Page cache
 * that has been written back meanwhile need not move.
 */
static void meet_each_step(struct __test_metadata *_metadata,
			   FIXTURE_DATA(faults) *self, enum cma_kind kind)
{
	bool moves = kind != CMA_FILE_DIRTY;
	char text[4096];

	ASSERT_LE(0, squeeze(self));
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		int err;

		ASSERT_EQ(0, refill(&self->area, &self->load, kind));
		ASSERT_EQ(0, fail_step(i));
		/* Small enough for the pocket, wherever it lies. */
		err = take_and_give(&self->area, self->fail_nth, 1);
		EXPECT_TRUE(!err || err == -ENOMEM);
		err = take_hole(&self->area, self->fail_nth, &self->load);
		EXPECT_TRUE(!err || err == -ENOMEM)
			TH_LOG("%s: errno %d", steps[i], -err);
		EXPECT_TRUE(!cma_read_num(TIMES_LEFT) || !moves)
			TH_LOG("no step %s", steps[i]);
		ASSERT_EQ(0, fail_none());
		EXPECT_TRUE(cma_sound(text, sizeof(text), true))
			TH_LOG("%s: %s", steps[i], text);
	}
	drop_all(self);
}

TEST_F_TIMEOUT(faults, each_kind_of_step_with_anonymous_memory, CMA_LONG)
{
	meet_each_step(_metadata, self, CMA_ANON);
}

TEST_F_TIMEOUT(faults, each_kind_of_step_with_huge_pages, CMA_LONG)
{
	meet_each_step(_metadata, self, CMA_THP);
}

TEST_F_TIMEOUT(faults, each_kind_of_step_with_shared_memory, CMA_LONG)
{
	meet_each_step(_metadata, self, CMA_SHMEM);
}

TEST_F_TIMEOUT(faults, each_kind_of_step_with_dirty_page_cache, CMA_LONG)
{
	if (!cma_has_disk())
		SKIP(return, "no disk");
	meet_each_step(_metadata, self, CMA_FILE_DIRTY);
}

/*
 * The area is full of pages, and no step of that kind succeeds: none of them can
 * move. One request then makes at least one such step and fewer than @most.
 */
static void refuse_after(struct __test_metadata *_metadata,
			 FIXTURE_DATA(faults) *self, int step, long long most)
{
	size_t size = cma_page_size();
	struct cma_pins full = {};
	long long tries, wrong = 0;
	double began;

	ASSERT_EQ(0, cma_pins_fill(&self->area, &full));
	ASSERT_EQ(0, fail_steps(step, INT_MAX));
	began = cma_seconds();
	EXPECT_EQ(-ENOMEM, cma_take(&self->area, self->area.count / 4));
	tries = INT_MAX - cma_read_num(TIMES_LEFT);
	TH_LOG("refused after %lld tries, %.0f ms", tries,
	       (cma_seconds() - began) * 1000);
	ASSERT_EQ(0, fail_none());
	EXPECT_LT(0, tries);
	EXPECT_GT(most, tries);
	EXPECT_EQ(0, take_and_give(&self->area, self->fail_nth,
				   self->area.count / 4));
	for (size_t at = 0; at < full.len; at += size)
		wrong += !cma_check_page(full.map + at,
					 cma_page_key(77, at / size));
	EXPECT_EQ(0, wrong);
	cma_pins_drop(&full);
}

/*
 * Each page of the area used to be tried: 147,123 targets were asked for in vain,
 * for minutes.
 */
TEST_F_TIMEOUT(faults, no_memory_to_move_to_is_met_a_few_times, CMA_LONG)
{
	refuse_after(_metadata, self, TARGET, 100);
}

/* As many pages may refuse to move. A pass tries 64 places, each three times. */
TEST_F_TIMEOUT(faults, pages_that_would_not_move_are_not_all_tried, CMA_LONG)
{
	refuse_after(_metadata, self, MOVE, 10 * 64 * 3);
}

/* Looks at the area: they change nothing, whatever fails. */
static int look(const struct cma_area *area)
{
	static const char * const files[] = {
		"used", "maxchunk", "bitmap", "holders", "callers", "validate",
	};
	static char text[CMA_TEXT];
	char path[CMA_PATH];

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		long long n;

		snprintf(path, sizeof(path), CMA_DEBUGFS "/%.63s/%s", area->name,
			 files[i]);
		n = cma_read_text(path, text, sizeof(text));
		if (n < 0 && n != -ENOENT)
			return n;
	}
	cma_stat(area, "available_pages");
	return 0;
}

TEST_F(faults, looks_at_the_area)
{
	EXPECT_EQ(0, take(&self->area, 100, &self->taken));
	AT_EACH_STEP(CHEAP, look(&self->area));
	GIVE_BACK();
}

TEST_HARNESS_MAIN
