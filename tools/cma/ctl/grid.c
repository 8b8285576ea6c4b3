// SPDX-License-Identifier: GPL-2.0-only
/*
 * What lies where in an area: the map, the use of its blocks, and its holders
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "grid.h"

/* More than any area has: 1 TiB in pages of 4 KiB. */
#define MOST_PAGES	(1LL << 28)

/* Cells that fit on a screen. */
#define MOST_CELLS	1024

const char * const use_names[USES] = {
	"taken", "free", "anon", "file_clean", "file_dirty", "shmem", "pinned",
	"other"
};

/* In a block, lent pages are drawn in this order; taken ones where they are. */
static const struct {
	enum use use;
	enum kind kind;
} drawn[] = {
	{ USE_PINNED, KIND_PINNED }, { USE_ANON, KIND_USED },
	{ USE_SHMEM, KIND_USED }, { USE_FILE_DIRTY, KIND_USED },
	{ USE_FILE_CLEAN, KIND_USED }, { USE_OTHER, KIND_USED },
	{ USE_FREE, KIND_IDLE },
};

static void mark_unit(struct grid *grid, long long unit)
{
	long long pages = 1LL << grid->area.order;
	long long page = unit * pages, i;

	for (i = page; i < page + pages && i < grid->area.total; i++)
		grid->kind[i] = KIND_TAKEN;
}

/* Words of 32 bits, the lowest unit in bit 0 of the first one. */
static void parse_bitmap(struct grid *grid, char *text)
{
	long long units = ((grid->area.total - 1) >> grid->area.order) + 1;
	long long word, unit = 0;
	int bit;

	while (unit < units && to_count(next_word(&text), &word)) {
		for (bit = 0; bit < 32; bit++, unit++) {
			if (word >> bit & 1 && unit < units)
				mark_unit(grid, unit);
		}
	}
}

static void find_runs(struct grid *grid)
{
	long long i, start;

	for (i = 0; i < grid->area.total; i++) {
		if (grid->kind[i] != KIND_TAKEN)
			continue;
		for (start = i; i < grid->area.total; i++) {
			if (grid->kind[i] != KIND_TAKEN)
				break;
		}
		grid->runs = grown(grid->runs,
				   (grid->nr_runs + 1) * sizeof(*grid->runs));
		grid->runs[grid->nr_runs].pfn = grid->area.base + start;
		grid->runs[grid->nr_runs++].pages = i - start;
	}
}

static bool parse_block(struct block *block, char *line)
{
	int i;

	if (!to_count(next_word(&line), &block->pfn))
		return false;
	for (i = 0; i < USES; i++) {
		if (!to_count(next_word(&line), &block->use[i]))
			return false;
	}
	return true;
}

static void parse_blocks(struct grid *grid, char *text)
{
	struct block block;
	char *line;

	while ((line = next_line(&text))) {
		if (*line == '#' || !parse_block(&block, line))
			continue;
		grid->blocks = grown(grid->blocks, (grid->nr_blocks + 1) *
				     sizeof(*grid->blocks));
		grid->blocks[grid->nr_blocks++] = block;
	}
}

/* Give the pages of a block that are not taken the kinds that it has. */
static void lay_block(struct grid *grid, const struct block *block,
		      long long end)
{
	long long page = block->pfn - grid->area.base, left;
	size_t i = 0;

	if (page < 0 || page >= grid->area.total)
		return;
	left = block->use[drawn[0].use];
	for (; page < end; page++) {
		if (grid->kind[page] == KIND_TAKEN)
			continue;
		while (!left && ++i < sizeof(drawn) / sizeof(*drawn))
			left = block->use[drawn[i].use];
		if (!left)
			return;
		grid->kind[page] = drawn[i].kind;
		left--;
	}
}

static void lay_blocks(struct grid *grid)
{
	size_t i;

	for (i = 0; i < grid->nr_blocks; i++) {
		long long end = grid->area.total;

		if (i + 1 < grid->nr_blocks &&
		    grid->blocks[i + 1].pfn - grid->area.base < end)
			end = grid->blocks[i + 1].pfn - grid->area.base;
		lay_block(grid, &grid->blocks[i], end);
	}
}

static char *area_file(const struct area *area, const char *file,
		       const char *cure)
{
	char *text = file_text(path_of(DEBUGFS "/%s/%s", area->name, file));
	char path[PATH_BYTES];

	if (text)
		return text;
	snprintf(path, sizeof(path), DEBUGFS "/%s/%s", area->name, file);
	lacking(path, errno, cure);
	return NULL;
}

static int read_pages(struct grid *grid)
{
	struct area *area = &grid->area;
	char *text = area_file(area, "bitmap",
			       "build the kernel with CONFIG_CMA_DEBUGFS=y");

	if (!text || area->base == UNKNOWN) {
		free(text);
		lacking_print(stderr);
		return lacking_status();
	}
	parse_bitmap(grid, text);
	free(text);
	find_runs(grid);
	text = area_file(area, "blocks",
			 "this kernel does not tell how lent memory is used");
	if (text)
		parse_blocks(grid, text);
	free(text);
	lay_blocks(grid);
	return CTL_OK;
}

/* Read an area to draw. Return: exit status, with nothing to free if not 0. */
int grid_read(struct grid *grid, const char *name)
{
	struct area *area = &grid->area;
	int status;

	memset(grid, 0, sizeof(*grid));
	status = area_find(name, area);
	if (status)
		return status;
	if (area->total <= 0 || area->total > MOST_PAGES)
		return failure(CTL_ERROR, "%s: a size of %lld pages", name,
			       area->total);
	if (area->order < 0 || area->order > 20)
		area->order = 0;
	grid->kind = grown(NULL, area->total);
	memset(grid->kind, KIND_LENT, area->total);
	status = read_pages(grid);
	if (status) {
		grid_free(grid);
		return status;
	}
	grid->holders = holders_read(area, 1, &grid->nr_holders);
	for (grid->cell = 1; area->total > grid->cell * MOST_CELLS;)
		grid->cell *= 2;
	grid->nr_cells = (area->total - 1) / grid->cell + 1;
	return CTL_OK;
}

void grid_free(struct grid *grid)
{
	free(grid->kind);
	free(grid->blocks);
	free(grid->runs);
	free(grid->holders);
}

static long long cell_end(const struct grid *grid, size_t cell)
{
	long long end = (cell + 1) * grid->cell;

	return end < grid->area.total ? end : grid->area.total;
}

/* What most of a cell is; but one pinned page is enough to be in the way. */
enum kind grid_cell(const struct grid *grid, size_t cell)
{
	long long count[KINDS] = {}, i;
	int kind, most = KIND_IDLE;

	for (i = cell * grid->cell; i < cell_end(grid, cell); i++)
		count[grid->kind[i]]++;
	if (count[KIND_PINNED])
		return KIND_PINNED;
	for (kind = 0; kind < KINDS; kind++) {
		if (count[kind] && count[kind] >= count[most])
			most = kind;
	}
	return most;
}

/* Which of the holders has most of a cell, -1 if none is known. */
int grid_owner(const struct grid *grid, size_t cell)
{
	long long start = grid->area.base + cell * grid->cell;
	long long end = grid->area.base + cell_end(grid, cell), most = 0;
	int owner = -1;
	size_t i;

	for (i = 0; i < grid->nr_holders; i++) {
		const struct holder *h = &grid->holders[i];
		long long from = h->pfn > start ? h->pfn : start;
		long long to = end - h->pfn < h->pages ? end : h->pfn + h->pages;

		if (from < to && to - from > most) {
			most = to - from;
			owner = i;
		}
	}
	return owner;
}

long long grid_pages(const struct grid *grid, enum kind kind)
{
	long long sum = 0, i;

	for (i = 0; i < grid->area.total; i++)
		sum += grid->kind[i] == kind;
	return sum;
}
