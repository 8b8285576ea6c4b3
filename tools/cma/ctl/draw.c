// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmactl map: an area drawn in the terminal
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "grid.h"

/* Holders that get a letter. */
#define LETTERS	26

static const struct {
	char glyph;
	enum color color;
	const char *name, *meaning;
} looks[KINDS] = {
	[KIND_IDLE] = { '.', GREEN, "idle", "lent, idle" },
	[KIND_LENT] = { '~', DIM, "lent", "lent, use unknown" },
	[KIND_USED] = { '+', YELLOW, "used", "lent, in use" },
	[KIND_TAKEN] = { '#', RED, "taken", "taken" },
	[KIND_PINNED] = { '!', MAGENTA, "pinned", "pinned: cannot be moved" },
};

static char glyph_of(const struct grid *grid, size_t cell, enum kind kind)
{
	int owner = kind == KIND_TAKEN ? grid_owner(grid, cell) : -1;

	return owner >= 0 && owner < LETTERS ? 'A' + owner : looks[kind].glyph;
}

/* Colours change where the kind does, not with each character. */
static void print_cells(const struct grid *grid, size_t from, size_t to)
{
	int last = -1;
	size_t i;

	for (i = from; i < to; i++) {
		enum kind kind = grid_cell(grid, i);

		if ((int)kind != last)
			printf("%s%s", color(PLAIN), color(looks[kind].color));
		putchar(glyph_of(grid, i, kind));
		last = kind;
	}
	printf("%s\n", color(PLAIN));
}

static void print_rows(const struct grid *grid)
{
	size_t columns = ctl.width >= 80 ? 64 : 32, i;

	for (i = 0; i < grid->nr_cells; i += columns) {
		long long pfn = grid->area.base + i * grid->cell;
		size_t end = i + columns;

		if (end > grid->nr_cells)
			end = grid->nr_cells;
		printf("%s%#12llx%s ", color(DIM),
		       pfn * (unsigned long long)ctl.page, color(PLAIN));
		print_cells(grid, i, end);
	}
}

static void print_legend(const struct grid *grid)
{
	char text[TEXT_BYTES];
	int kind;

	putchar('\n');
	for (kind = KINDS - 1; kind >= 0; kind--) {
		long long pages = grid_pages(grid, kind);

		if (pages)
			printf("  %s%c%s %9s MiB  %s\n", color(looks[kind].color),
			       looks[kind].glyph, color(PLAIN), mib(pages, text),
			       looks[kind].meaning);
	}
}

static void print_owners(const struct grid *grid)
{
	char size[TEXT_BYTES], since[TEXT_BYTES];
	size_t i;

	for (i = 0; i < grid->nr_holders && i < LETTERS; i++) {
		const struct holder *h = &grid->holders[i];

		printf("  %s%c%s %9s MiB  %s/%lld, %s, %s old, %s\n", color(RED),
		       (char)('A' + i), color(PLAIN), mib(h->pages, size),
		       h->task, h->pid, h->device, age(h->age, since),
		       h->caller);
	}
	if (grid->nr_holders > LETTERS)
		printf("  # %9s      %zu more holders\n", "",
		       grid->nr_holders - LETTERS);
}

static void print_map(const struct grid *grid)
{
	char size[TEXT_BYTES], cell[TEXT_BYTES], hole[TEXT_BYTES];

	printf("%s%s%s, %s MiB, a cell is %s MiB, largest hole %s MiB\n\n",
	       color(BOLD), grid->area.name, color(PLAIN),
	       mib(grid->area.total, size), mib(grid->cell, cell),
	       mib(grid->area.largest, hole));
	print_rows(grid);
	print_legend(grid);
	print_owners(grid);
}

static void blocks_json(const struct grid *grid)
{
	size_t i;
	int use;

	json_array("blocks");
	for (i = 0; i < grid->nr_blocks; i++) {
		json_object(NULL);
		json_number("pfn", grid->blocks[i].pfn);
		for (use = 0; use < USES; use++)
			json_number(use_names[use], grid->blocks[i].use[use]);
		json_object_end();
	}
	json_array_end();
}

static void runs_json(const struct grid *grid)
{
	size_t i;

	json_array("taken");
	for (i = 0; i < grid->nr_runs; i++) {
		json_object(NULL);
		json_number("pfn", grid->runs[i].pfn);
		json_number("pages", grid->runs[i].pages);
		json_object_end();
	}
	json_array_end();
}

static void cells_json(const struct grid *grid)
{
	char *cells = grown(NULL, grid->nr_cells + 1);
	size_t i;

	for (i = 0; i < grid->nr_cells; i++)
		cells[i] = looks[grid_cell(grid, i)].glyph;
	cells[i] = '\0';
	json_string("cells", cells);
	free(cells);
}

static void map_json(const struct grid *grid)
{
	int kind;

	json_begin("map");
	json_string("area", grid->area.name);
	json_number("base_pfn", grid->area.base);
	json_number("total", grid->area.total);
	json_number("largest_hole", grid->area.largest);
	json_number("cell_pages", grid->cell);
	cells_json(grid);
	json_object("pages");
	for (kind = 0; kind < KINDS; kind++)
		json_number(looks[kind].name, grid_pages(grid, kind));
	json_object_end();
	runs_json(grid);
	blocks_json(grid);
	holders_json(grid->holders, grid->nr_holders);
	json_end();
}

static int draw(const char *name, const char *svg)
{
	struct grid grid;
	int status = grid_read(&grid, name);

	if (status)
		return status;
	if (svg)
		status = svg_write(&grid, svg);
	else if (ctl.json)
		map_json(&grid);
	else
		print_map(&grid);
	if (!ctl.json)
		lacking_print(stderr);
	grid_free(&grid);
	return status;
}

int cmd_map(int argc, char **argv)
{
	static const struct option options[] = {
		{ "svg", required_argument, NULL, 's' },
		{ }
	};
	const char *svg = NULL;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option != 's')
			return usage_error("map takes an area and --svg FILE");
		svg = optarg;
	}
	if (optind + 1 != argc)
		return usage_error("map takes the name of an area");
	return draw(argv[optind], svg);
}
