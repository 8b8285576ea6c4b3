// SPDX-License-Identifier: GPL-2.0-only
/*
 * cma-pin: hold pages of an area, so that they cannot be moved
 *
 * Fills the area with anonymous memory, lets a pipe hold some pages of it, gives
 * the others back, says how many it holds, and lets go when its standard input
 * ends.
 */
#include "../../selftests/cma/cma_pins.h"

int main(void)
{
	struct cma_pins pins = {};
	struct cma_area area;
	char byte;
	int err;

	if (!cma_find_area(&area)) {
		fprintf(stderr, "cma-pin: no area in " CMA_DEBUGFS "\n");
		return 1;
	}
	err = cma_settle(&area);
	if (!err)
		err = cma_pins_fill(&area, &pins);
	if (!err)
		err = cma_pins_set(&area, &pins);
	if (err) {
		fprintf(stderr, "cma-pin: %s: %s\n", area.name, strerror(-err));
		return 1;
	}
	cma_pins_thin(&pins);
	printf("%d pages of %s held\n", pins.count, area.name);
	fflush(stdout);
	while (read(0, &byte, 1) > 0)
		;
	return cma_pins_drop(&pins) != 0;
}
