// SPDX-License-Identifier: GPL-2.0-only
/*
 * memblock on sets of addresses: slow, byte for byte, and of any size
 */
#include "early.h"

struct spans early_mapped, early_nomap, early_reserved;
u64 early_lowmem_end;

static bool bottom_up;

static void insert(struct spans *spans, int i, u64 base, u64 end)
{
	if (spans->nr == (int)ARRAY_SIZE(spans->at))
		sim_fail("too many spans", 0);
	memmove(&spans->at[i + 1], &spans->at[i],
		(spans->nr - i) * sizeof(spans->at[0]));
	spans->at[i].base = base;
	spans->at[i].end = end;
	spans->nr++;
}

static void drop(struct spans *spans, int i)
{
	spans->nr--;
	memmove(&spans->at[i], &spans->at[i + 1],
		(spans->nr - i) * sizeof(spans->at[0]));
}

void spans_cut(struct spans *spans, u64 base, u64 end)
{
	int i;

	for (i = 0; i < spans->nr && base < end; i++) {
		u64 first = spans->at[i].base, last = spans->at[i].end;

		if (last <= base || first >= end)
			continue;
		drop(spans, i--);
		if (last > end)
			insert(spans, i + 1, end, last);
		if (first < base)
			insert(spans, ++i, first, base);
	}
}

/* What lies side by side becomes one. */
void spans_add(struct spans *spans, u64 base, u64 end)
{
	int i;

	if (base >= end)
		return;
	for (i = spans->nr - 1; i >= 0; i--) {
		if (spans->at[i].end < base || spans->at[i].base > end)
			continue;
		base = min(base, spans->at[i].base);
		end = max(end, spans->at[i].end);
		drop(spans, i);
	}
	for (i = 0; i < spans->nr && spans->at[i].base < base; i++)
		;
	insert(spans, i, base, end);
}

bool spans_overlap(const struct spans *spans, u64 base, u64 end)
{
	int i;

	for (i = 0; i < spans->nr; i++) {
		if (spans->at[i].base < end && spans->at[i].end > base)
			return true;
	}
	return false;
}

bool spans_contain(const struct spans *spans, u64 base, u64 end)
{
	int i;

	for (i = 0; i < spans->nr; i++) {
		if (spans->at[i].base <= base && spans->at[i].end >= end)
			return true;
	}
	return false;
}

bool spans_equal(const struct spans *one, const struct spans *other)
{
	return one->nr == other->nr &&
	       !memcmp(one->at, other->at, one->nr * sizeof(one->at[0]));
}

/* As memblock does it with what is beyond all addresses. */
static u64 end_of(phys_addr_t base, phys_addr_t size)
{
	return base + min(size, PHYS_ADDR_MAX - base);
}

bool memblock_is_map_memory(phys_addr_t addr)
{
	return spans_contain(&early_mapped, addr, addr + 1);
}

bool memblock_is_memory(phys_addr_t addr)
{
	return memblock_is_map_memory(addr) ||
	       spans_contain(&early_nomap, addr, addr + 1);
}

bool memblock_is_region_memory(phys_addr_t base, phys_addr_t size)
{
	u64 end = end_of(base, size);

	return spans_contain(&early_mapped, base, end) ||
	       spans_contain(&early_nomap, base, end);
}

bool memblock_is_region_reserved(phys_addr_t base, phys_addr_t size)
{
	return spans_overlap(&early_reserved, base, end_of(base, size));
}

int memblock_reserve(phys_addr_t base, phys_addr_t size)
{
	spans_add(&early_reserved, base, end_of(base, size));
	return 0;
}

int memblock_phys_free(phys_addr_t base, phys_addr_t size)
{
	spans_cut(&early_reserved, base, end_of(base, size));
	return 0;
}

/* Move what is in both from one set to the other. */
static void move(struct spans *from, struct spans *to, u64 base, u64 end)
{
	struct spans all = *from;
	int i;

	for (i = 0; i < all.nr; i++)
		spans_add(to, max(base, all.at[i].base), min(end, all.at[i].end));
	spans_cut(from, base, end);
}

void memblock_mark_nomap(phys_addr_t base, phys_addr_t size)
{
	move(&early_mapped, &early_nomap, base, end_of(base, size));
}

void memblock_clear_nomap(phys_addr_t base, phys_addr_t size)
{
	move(&early_nomap, &early_mapped, base, end_of(base, size));
}

bool early_span(const struct spans *spans, u64 i, phys_addr_t *start,
		phys_addr_t *end)
{
	if (i >= (u64)spans->nr)
		return false;
	*start = spans->at[i].base;
	*end = spans->at[i].end;
	return true;
}

static struct spans all_free(void)
{
	struct spans left = early_mapped;
	int i;

	for (i = 0; i < early_reserved.nr; i++)
		spans_cut(&left, early_reserved.at[i].base,
			  early_reserved.at[i].end);
	return left;
}

bool early_free_span(u64 i, phys_addr_t *start, phys_addr_t *end)
{
	struct spans left = all_free();

	return early_span(&left, i, start, end);
}

phys_addr_t memblock_alloc_range_nid(phys_addr_t size, phys_addr_t align,
				     phys_addr_t start, phys_addr_t end,
				     int nid, bool exact)
{
	struct spans left = all_free();
	u64 found = 0;
	int i;

	if (!end)
		end = PHYS_ADDR_MAX;
	start = max_t(phys_addr_t, start, PAGE_SIZE);
	for (i = 0; i < left.nr; i++) {
		u64 low = max(left.at[i].base, start);
		u64 high = min(left.at[i].end, end), at;

		if (low >= high || high - low < size)
			continue;
		at = bottom_up ? ALIGN(low, align) :
				 ALIGN_DOWN(high - size, align);
		if (at < low || at > high - size)
			continue;
		if (!found || !bottom_up)
			found = at;
	}
	if (found)
		memblock_reserve(found, size);
	return found;
}

phys_addr_t memblock_start_of_DRAM(void)
{
	u64 mapped = early_mapped.nr ? early_mapped.at[0].base : PHYS_ADDR_MAX;
	u64 nomap = early_nomap.nr ? early_nomap.at[0].base : PHYS_ADDR_MAX;

	return min(mapped, nomap);
}

phys_addr_t memblock_end_of_DRAM(void)
{
	u64 mapped = early_mapped.nr ? early_mapped.at[early_mapped.nr - 1].end : 0;
	u64 nomap = early_nomap.nr ? early_nomap.at[early_nomap.nr - 1].end : 0;

	return max(mapped, nomap);
}

phys_addr_t memblock_phys_mem_size(void)
{
	u64 size = 0;
	int i;

	for (i = 0; i < early_mapped.nr; i++)
		size += early_mapped.at[i].end - early_mapped.at[i].base;
	for (i = 0; i < early_nomap.nr; i++)
		size += early_nomap.at[i].end - early_nomap.at[i].base;
	return size;
}

bool memblock_bottom_up(void)
{
	return bottom_up;
}

void memblock_set_bottom_up(bool enable)
{
	bottom_up = enable;
}
