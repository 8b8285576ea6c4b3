// SPDX-License-Identifier: GPL-2.0-only
/*
 * Data survive evacuation: an area lent to one kind of page, or to all kinds
 * at once, is taken back nearly whole, and every byte is still there.
 */
#include "../kselftest_harness.h"
#include "cma_load.h"

#define LOADS		8
#define HUGE_SIZE	((size_t)(2 * CMA_MIB))

struct stage {
	struct cma_area area;
	struct cma_load load[LOADS];
	int loads;
	int ballast;		/* fd, -1 for none */
};

FIXTURE(integrity) {
	struct stage stage;
	struct cma_counts before;
	long long hugepages;	/* nr_hugepages found at the start */
};

FIXTURE_VARIANT(integrity) {
	int loads;
	enum cma_kind kind[LOADS];
};

FIXTURE_VARIANT_ADD(integrity, anonymous) {
	.loads = 1, .kind = { CMA_ANON },
};

FIXTURE_VARIANT_ADD(integrity, mlocked) {
	.loads = 1, .kind = { CMA_LOCKED },
};

FIXTURE_VARIANT_ADD(integrity, shmem_mapped) {
	.loads = 1, .kind = { CMA_SHMEM },
};

FIXTURE_VARIANT_ADD(integrity, shmem_unmapped) {
	.loads = 1, .kind = { CMA_SHMEM_UNMAPPED },
};

FIXTURE_VARIANT_ADD(integrity, file_clean) {
	.loads = 1, .kind = { CMA_FILE },
};

FIXTURE_VARIANT_ADD(integrity, file_mapped) {
	.loads = 1, .kind = { CMA_FILE_MAPPED },
};

FIXTURE_VARIANT_ADD(integrity, file_dirty) {
	.loads = 1, .kind = { CMA_FILE_DIRTY },
};

FIXTURE_VARIANT_ADD(integrity, thp) {
	.loads = 1, .kind = { CMA_THP },
};

FIXTURE_VARIANT_ADD(integrity, hugetlb) {
	.loads = 1, .kind = { CMA_HUGETLB },
};

FIXTURE_VARIANT_ADD(integrity, mixed) {
	.loads = 7,
	.kind = { CMA_ANON, CMA_FILE_DIRTY, CMA_LOCKED, CMA_FILE,
		  CMA_SHMEM, CMA_FILE_MAPPED, CMA_SHMEM_UNMAPPED },
};

#define NR_HUGEPAGES	"/proc/sys/vm/nr_hugepages"
#define THP_ENABLED	"/sys/kernel/mm/transparent_hugepage/enabled"

/* Return: NULL, or why this kernel cannot have pages of the kind. */
static const char *unsupported(enum cma_kind kind)
{
	if (cma_is_file(kind) && !cma_has_disk())
		return "no disk file system for the files";
	if (kind == CMA_THP && cma_write_text(THP_ENABLED, "madvise"))
		return "no transparent huge pages";
	if (kind == CMA_HUGETLB && cma_meminfo("Hugepagesize") != 2048)
		return "no 2 MiB hugetlb pages";
	return NULL;
}

static void drop_loads(struct stage *stage)
{
	while (stage->loads)
		cma_load_drop(&stage->load[--stage->loads]);
}

static void drop_ballast(struct stage *stage)
{
	if (stage->ballast >= 0)
		close(stage->ballast);
	stage->ballast = -1;
}

FIXTURE_SETUP(integrity)
{
	const char *why = NULL;

	self->stage.ballast = -1;
	self->hugepages = cma_read_num(NR_HUGEPAGES);
	if (!cma_find_area(&self->stage.area))
		SKIP(return, "no area in " CMA_DEBUGFS);
	for (int i = 0; i < variant->loads && !why; i++)
		why = unsupported(variant->kind[i]);
	if (why)
		SKIP(return, "%s", why);
	ASSERT_EQ(0, cma_settle(&self->stage.area));
	cma_count(&self->stage.area, &self->before);
}

FIXTURE_TEARDOWN(integrity)
{
	char text[32];

	drop_loads(&self->stage);
	drop_ballast(&self->stage);
	if (variant->kind[0] == CMA_HUGETLB) {
		snprintf(text, sizeof(text), "%lld", self->hugepages);
		cma_write_text(NR_HUGEPAGES, text);
	}
}

/* hugetlb pages are allocated by the pool, so it must grow while squeezed. */
static int grow_hugetlb(size_t len)
{
	long long want = len / HUGE_SIZE;
	char text[32];

	snprintf(text, sizeof(text), "%lld", want);
	cma_write_text(NR_HUGEPAGES, text);
	return cma_read_num(NR_HUGEPAGES) < want ? -ENOMEM : 0;
}

/* Three fourths of the area keep free what evacuation needs elsewhere. */
static size_t load_size(const struct cma_area *area, int loads)
{
	size_t all = area->count * cma_page_size() / 4 * 3;

	return all / loads / HUGE_SIZE * HUGE_SIZE;
}

/*
 * Put content of the given kinds into the area. Evacuation needs the memory
 * that the ballast holds, so that goes at the end. Return: 0 or -errno.
 */
static int lend(struct stage *stage, const enum cma_kind *kind, int loads)
{
	size_t len = load_size(&stage->area, loads);
	int err = len ? 0 : -EINVAL, i;

	for (i = 0; !err && i < loads; i++) {
		stage->loads++;
		err = cma_load_prepare(&stage->load[i], kind[i], len, i * 16 + 5);
	}
	if (err)
		return err;
	stage->ballast = cma_squeeze(&stage->area, 4 * CMA_MIB);
	if (stage->ballast < 0)
		return stage->ballast;
	if (kind[0] == CMA_HUGETLB)
		err = grow_hugetlb(len);
	for (i = 0; !err && i < loads; i++)
		err = cma_load_fill(&stage->load[i]);
	drop_ballast(stage);
	return err;
}

static long wrong_pages(struct stage *stage)
{
	long wrong = 0;

	for (int i = 0; i < stage->loads; i++)
		wrong += cma_load_wrong(&stage->load[i]);
	return wrong;
}

/* Half, then half of what is left, and so on: most of it, in many sizes. */
static long long take_most(const struct cma_area *area)
{
	long long step = 1LL << area->order, taken = 0, hole;

	while ((hole = cma_file(area, "maxchunk")) > area->count / 32) {
		hole = hole / 2 / step * step;
		if (cma_take(area, hole))
			break;
		taken += hole;
	}
	return taken;
}

TEST_F(integrity, content_survives_evacuation)
{
	struct stage *stage = &self->stage;
	struct cma_counts lent, now;
	long long taken;

	ASSERT_EQ(0, lend(stage, variant->kind, variant->loads));
	cma_count(&stage->area, &lent);
	TH_LOG("lent %lld pages", self->before.free_cma - lent.free_cma);
	/* Else the test proves nothing. */
	EXPECT_LT(stage->area.count / 4, self->before.free_cma - lent.free_cma);

	taken = take_most(&stage->area);
	EXPECT_LT(stage->area.count / 8 * 7, taken);
	EXPECT_EQ(0, wrong_pages(stage));
	EXPECT_EQ(0, cma_give(&stage->area, taken));
	EXPECT_EQ(0, wrong_pages(stage));

	/* And what is on disk is what was in memory. */
	cma_sync_files();
	EXPECT_EQ(0, wrong_pages(stage));

	drop_loads(stage);
	EXPECT_EQ(0, cma_settle(&stage->area));
	cma_count(&stage->area, &now);
	EXPECT_EQ(self->before.used, now.used);
	EXPECT_EQ(now.success - self->before.success,
		  now.released - self->before.released);
	EXPECT_TRUE(cma_free_is_back(&self->before, &now));
}

TEST_HARNESS_MAIN
