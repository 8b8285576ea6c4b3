/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _CMACTL_GRID_H
#define _CMACTL_GRID_H
/*
 * An area page by page, and cut into cells to draw
 */
#include "area.h"
#include "holders.h"

/* Columns of the file "blocks", behind the page frame */
enum use {
	USE_TAKEN, USE_FREE, USE_ANON, USE_FILE_CLEAN, USE_FILE_DIRTY,
	USE_SHMEM, USE_PINNED, USE_OTHER, USES
};

extern const char * const use_names[USES];

/* What a page, or most of a cell, is; the later one wins a tie */
enum kind { KIND_IDLE, KIND_LENT, KIND_USED, KIND_TAKEN, KIND_PINNED, KINDS };

struct block {
	long long pfn;
	long long use[USES];
};

/* A run of pages that are taken */
struct run {
	long long pfn, pages;
};

/**
 * struct grid - an area to draw
 * @area: the area
 * @kind: of each page, an enum kind. Which pages are taken is exact; the others
 *	of a block lie in the order of their kinds.
 * @blocks: use of each block; NULL if the kernel does not tell
 * @nr_blocks: how many
 * @runs: what is taken, in the order of addresses
 * @nr_runs: how many
 * @holders: who has it, the largest first; NULL if the kernel does not tell
 * @nr_holders: how many
 * @cell: pages of a cell, a power of two
 * @nr_cells: cells of the area; the last may stand for fewer pages
 */
struct grid {
	struct area area;
	unsigned char *kind;
	struct block *blocks;
	size_t nr_blocks;
	struct run *runs;
	size_t nr_runs;
	struct holder *holders;
	size_t nr_holders;
	long long cell;
	size_t nr_cells;
};

int grid_read(struct grid *grid, const char *name);
void grid_free(struct grid *grid);
enum kind grid_cell(const struct grid *grid, size_t cell);
int grid_owner(const struct grid *grid, size_t cell);
long long grid_pages(const struct grid *grid, enum kind kind);
int svg_write(const struct grid *grid, const char *path);

#endif /* _CMACTL_GRID_H */
