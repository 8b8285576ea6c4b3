// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmactl map --svg: the same picture as a file for a report
 */
#include <errno.h>
#include <string.h>

#include "grid.h"

#define COLUMNS	64
#define SIDE	12
#define LEFT	110
#define TOP	40

static const struct {
	const char *fill, *meaning;
} looks[KINDS] = {
	[KIND_IDLE] = { "#d5e8d4", "lent, idle" },
	[KIND_LENT] = { "#d9d9d9", "lent, use unknown" },
	[KIND_USED] = { "#f1c232", "lent, in use" },
	[KIND_TAKEN] = { "#b03a2e", "taken" },
	[KIND_PINNED] = { "#7b2d8b", "pinned: cannot be moved" },
};

static void escaped(FILE *out, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '&':
			fputs("&amp;", out);
			break;
		default:
			fputc(*text, out);
		}
	}
}

static void text_at(FILE *out, int x, int y, const char *text)
{
	fprintf(out, "<text x=\"%d\" y=\"%d\">", x, y);
	escaped(out, text);
	fputs("</text>\n", out);
}

static void hint(FILE *out, const struct grid *grid, size_t cell,
		 enum kind kind)
{
	int owner = kind == KIND_TAKEN ? grid_owner(grid, cell) : -1;
	long long pfn = grid->area.base + cell * grid->cell;

	fprintf(out, "<title>pfn %#llx: %s", pfn, looks[kind].meaning);
	if (owner >= 0) {
		fputs(", ", out);
		escaped(out, grid->holders[owner].task);
		fputs(", ", out);
		escaped(out, grid->holders[owner].caller);
	}
	fputs("</title>", out);
}

static void cells(FILE *out, const struct grid *grid)
{
	size_t i;

	for (i = 0; i < grid->nr_cells; i++) {
		enum kind kind = grid_cell(grid, i);

		fprintf(out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\">",
			(int)(LEFT + i % COLUMNS * SIDE),
			(int)(TOP + i / COLUMNS * SIDE), SIDE - 1, SIDE - 1,
			looks[kind].fill);
		hint(out, grid, i, kind);
		fputs("</rect>\n", out);
	}
}

static void addresses(FILE *out, const struct grid *grid)
{
	char text[TEXT_BYTES];
	size_t i;

	for (i = 0; i < grid->nr_cells; i += COLUMNS) {
		snprintf(text, sizeof(text), "%#llx",
			 (grid->area.base + (long long)i * grid->cell) *
			 (unsigned long long)ctl.page);
		text_at(out, 8, TOP + i / COLUMNS * SIDE + SIDE - 2, text);
	}
}

static void legend(FILE *out, const struct grid *grid, int y)
{
	char text[TEXT_BYTES], line[256];
	size_t i;
	int kind;

	for (kind = 0; kind < KINDS; kind++) {
		long long pages = grid_pages(grid, kind);

		if (!pages)
			continue;
		fprintf(out, "<rect x=\"%d\" y=\"%d\" width=\"11\" height=\"11\" fill=\"%s\"/>\n",
			LEFT, y - 10, looks[kind].fill);
		snprintf(line, sizeof(line), "%s MiB %s", mib(pages, text),
			 looks[kind].meaning);
		text_at(out, LEFT + 20, y, line);
		y += 18;
	}
	for (i = 0; i < grid->nr_holders && i < 20; i++, y += 18) {
		const struct holder *h = &grid->holders[i];

		snprintf(line, sizeof(line), "%s MiB at %#llx: %s/%lld, %s, %.100s",
			 mib(h->pages, text), h->pfn * (unsigned long long)ctl.page,
			 h->task, h->pid, h->device, h->caller);
		text_at(out, LEFT + 20, y, line);
	}
}

static void picture(FILE *out, const struct grid *grid)
{
	int rows = (grid->nr_cells + COLUMNS - 1) / COLUMNS;
	int holders = grid->nr_holders < 20 ? grid->nr_holders : 20;
	int y = TOP + rows * SIDE + 24;
	char size[TEXT_BYTES], cell[TEXT_BYTES], line[160];

	fprintf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"12\">\n",
		LEFT + COLUMNS * SIDE + 8, y + (KINDS + holders) * 18);
	fputs("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n", out);
	snprintf(line, sizeof(line), "%s, %s MiB, a cell is %s MiB",
		 grid->area.name, mib(grid->area.total, size),
		 mib(grid->cell, cell));
	text_at(out, LEFT, 24, line);
	addresses(out, grid);
	cells(out, grid);
	legend(out, grid, y);
	fputs("</svg>\n", out);
}

/* Draw into a file. Return: exit status. */
int svg_write(const struct grid *grid, const char *path)
{
	FILE *out = fopen(path, "w");
	bool bad;

	if (!out)
		return failure(CTL_ERROR, "%s: %s", path, strerror(errno));
	picture(out, grid);
	bad = ferror(out);
	if (fclose(out) || bad)
		return failure(CTL_ERROR, "%s: cannot write", path);
	return CTL_OK;
}
