// SPDX-License-Identifier: GPL-2.0-only
/*
 * One boot of a machine that a text describes, and what must hold after it
 *
 *	ram BASE SIZE		memory; several lines, several banks
 *	use BASE SIZE		memory that is taken by the head of the device tree
 *	kernel BASE SIZE	the image; likewise initrd and tree
 *	low END			end of what is mapped for good: there is high memory
 *	limit END		what the architecture permits for DMA
 *	config MIB PERCENT KIND	the size that the configuration chooses: one of mbytes,
 *				percentage, min, max; of this line alone decimal
 *	arm			areas of the command line come before those of nodes
 *	cma=WORD		of the command line; likewise cma_exclusive=
 *	node NAME PROP=CELL,CELL... PROP...
 *				of /reserved-memory, "shared-dma-pool" unless it has
 *				the property "other"; off stands for a status
 *
 * Figures are hexadecimal. Whatever else the text says is passed over, so that
 * any text is a machine.
 *
 * However little sense the machine makes, an area is what somebody asked for, it
 * is nobody else's memory, and all that is reserved in the end is what was taken
 * before, what nodes of others have, and the areas. What could be an area is one.
 */
#include <stdarg.h>
#include "early.h"
#include "../../../../../mm/cma/cma.h"
#include "../../../../../mm/cma/param.h"

u64 _text, _end, swapper_pg_dir, initrd_start, initrd_end;
u64 early_fdt_size;
u64 early_mbytes, early_percent;
unsigned long totalcma_pages;
struct list_head cma_areas = { &cma_areas };

static struct cma areas[NR_AREAS];
static bool area_from_tree[NR_AREAS];
static int nr_areas;
static bool from_tree;		/* nodes are being looked at */
static bool highmem;
static char size_kind[12];
static struct spans initial;
static struct { u64 base, size; } in_use[12];
static int nr_in_use;

/* Areas that words of one kind can ask for in a text of 1500 bytes. */
#define WORDS	400

/* What the command line said, as far as it was understood. */
static struct wish {
	char name[CMA_MAX_NAME];
	struct cma_param param;
	bool exclusive;
} wishes[2 * WORDS + 1];
static int nr_wishes;
static bool configured;		/* the last one is the configuration's */

static char why[256];

/* Keep the first reason. */
static void fail(const char *format, ...)
{
	va_list args;

	if (*why)
		return;
	va_start(args, format);
	vsnprintf(why, sizeof(why), format, args);
	va_end(args);
}

void sim_fail(const char *reason, unsigned long pfn)
{
	fprintf(stderr, "early: %s\n", reason);
	abort();
}

void early_say(const char *format, ...)
{
	(void)format;
}

bool early_enabled(const char *option)
{
	if (!strncmp(option, "CONFIG_CMA_SIZE_SEL_", 20))
		return !strcasecmp(option + 20, size_kind);
	return (!strcmp(option, "CONFIG_HIGHMEM") && highmem) ||
	       (!strcmp(option, "CONFIG_64BIT") && !highmem) ||
	       !strcmp(option, "CONFIG_BLK_DEV_INITRD") ||
	       !strncmp(option, "CONFIG_ZONE_DMA", 15) ||
	       !strcmp(option, "CONFIG_DMA_CMA");
}

/* In place of area.c: names are checked elsewhere. */

bool cma_area_slot_free(void)
{
	return nr_areas < NR_AREAS;
}

struct cma *cma_area_add(unsigned long base_pfn, unsigned long count,
			 unsigned int order_per_bit, const char *name)
{
	struct cma *cma = &areas[nr_areas];

	if (!cma_area_slot_free())
		return NULL;
	memset(cma, 0, sizeof(*cma));
	snprintf(cma->name, sizeof(cma->name), "%s", name ? name : "cma");
	cma->base_pfn = base_pfn;
	cma->count = count;
	area_from_tree[nr_areas++] = from_tree;
	/* At the end of a list that goes only one way. */
	cma->node.next = &cma_areas;
	if (nr_areas > 1)
		areas[nr_areas - 2].node.next = &cma->node;
	else
		cma_areas.next = &cma->node;
	return cma;
}

struct cma *cma_area_add_exclusive(unsigned long base_pfn, unsigned long count,
				   const char *name, unsigned int flags)
{
	struct cma *cma = cma_area_add(base_pfn, count, 0, name);

	if (cma) {
		cma->class = CMA_EXCLUSIVE;
		cma->flags = flags;
	}
	return cma;
}

const char *cma_get_name(const struct cma *cma)
{
	return cma->name;
}

unsigned long cma_get_size(const struct cma *cma)
{
	return PFN_PHYS(cma->count);
}

phys_addr_t cma_get_base(const struct cma *cma)
{
	return PFN_PHYS(cma->base_pfn);
}

/* --- The machine */

/* Two figures behind a word, each of 48 bits. The first line of a kind counts. */
static bool two(const char *line, const char *word, u64 *base, u64 *end)
{
	unsigned long long first, size;
	size_t len = strlen(word);

	if (strncmp(line, word, len) ||
	    sscanf(line + len, " %llx %llx", &first, &size) != 2)
		return false;
	first &= 0xffffffffffffULL;
	size &= 0xffffffffffffULL;
	if (!first || !size)
		return false;
	*base = first;
	*end = first + size;
	return true;
}

static void take(u64 base, u64 end)
{
	spans_add(&initial, base, end);
	memblock_reserve(base, end - base);
}

int early_mem_rsv(int i, u64 *base, u64 *size)
{
	*base = i < nr_in_use ? in_use[i].base : 0;
	*size = i < nr_in_use ? in_use[i].size : 0;
	return 0;
}

static void add_cells(struct early_prop *prop, const char *value)
{
	while (*value && prop->len + 4 <= (int)sizeof(prop->bytes) - 4) {
		u32 cell = strtoul(value, NULL, 16);
		int i;

		for (i = 24; i >= 0; i -= 8)
			prop->bytes[prop->len++] = cell >> i;
		value += strcspn(value, ",");
		value += *value == ',';
	}
}

static const char *const known[] = {
	"reg", "size", "alignment", "alloc-ranges", "reusable", "no-map", "other",
	"linux,cma-default", "linux,cma-exclusive",
};

static void add_prop(struct early_node *node, char *word)
{
	char *value = strchr(word, '=');
	struct early_prop *prop;
	size_t i;

	if (node->nr == (int)ARRAY_SIZE(node->props))
		return;
	prop = &node->props[node->nr];
	if (!strcmp(word, "off")) {
		prop->name = "status";
		prop->len = sizeof("disabled");
		memcpy(prop->bytes, "disabled", prop->len);
		node->nr++;
		return;
	}
	if (value)
		*value++ = '\0';
	for (i = 0; i < ARRAY_SIZE(known); i++) {
		if (strcmp(word, known[i]))
			continue;
		prop->name = known[i];
		add_cells(prop, value ? value : "");
		node->nr++;
		return;
	}
}

static void add_node(char *line)
{
	struct early_node *node = &early_nodes[early_nr_nodes];
	char *next, *word = strtok_r(line, " ", &next);

	if (early_nr_nodes == EARLY_NODES || !word)
		return;
	memset(node, 0, sizeof(*node));
	snprintf(node->name, sizeof(node->name), "%s", word);
	early_nr_nodes++;
	while ((word = strtok_r(NULL, " ", &next)))
		add_prop(node, word);
}

/* Remember what is asked for; @text is known to be right. */
static void wish_for(const char *text, bool exclusive)
{
	int i, kept = 0;
	bool unnamed = false, named = false;
	static struct wish now[WORDS];
	int nr = 0;

	while (nr < (int)ARRAY_SIZE(now)) {
		struct wish *wish = &now[nr];
		int err = exclusive ?
			cma_param_area(&text, wish->name, sizeof(wish->name),
				       &wish->param) :
			cma_param_element(&text, wish->name, sizeof(wish->name),
					  &wish->param);

		if (err)
			break;
		wish->exclusive = exclusive;
		unnamed |= !*wish->name;
		named |= *wish->name;
		nr++;
	}
	/* A later word takes the place of an earlier one of its kind. */
	for (i = 0; i < nr_wishes; i++) {
		bool old = *wishes[i].name ? named : unnamed;

		if (wishes[i].exclusive == exclusive && old)
			continue;
		wishes[kept++] = wishes[i];
	}
	nr_wishes = kept;
	for (i = 0; i < nr && nr_wishes < (int)ARRAY_SIZE(wishes) - 1; i++)
		wishes[nr_wishes++] = now[i];
}

static void describe(char *line, bool *arm, u64 *limit)
{
	unsigned long long number, share;
	u64 base, end;

	if (two(line, "ram", &base, &end) && early_mapped.nr < 6) {
		spans_add(&early_mapped, base, end);
	} else if (two(line, "use", &base, &end)) {
		if (nr_in_use == (int)ARRAY_SIZE(in_use))
			return;
		in_use[nr_in_use].base = base;
		in_use[nr_in_use++].size = end - base;
		take(base, end);
	} else if (!_text && two(line, "kernel", &_text, &_end)) {
		swapper_pg_dir = _text;
		take(_text, _end);
	} else if (!initrd_start &&
		   two(line, "initrd", &initrd_start, &initrd_end)) {
		take(initrd_start, initrd_end);
	} else if (!early_fdt_size && two(line, "tree", &base, &end)) {
		initial_boot_params_pa = base;
		early_fdt_size = end - base;
		take(base, end);
	} else if (sscanf(line, "low %llx", &number) == 1 && number) {
		early_lowmem_end = number;
		highmem = true;
	} else if (sscanf(line, "limit %llx", &number) == 1) {
		*limit = number;
	} else if (sscanf(line, "config %llu %llu %11s", &number, &share,
			  size_kind) == 3) {
		early_mbytes = number % 1024;
		early_percent = share % 101;
	} else if (!strcmp(line, "arm")) {
		*arm = true;
	} else if (!strncmp(line, "cma=", 4)) {
		if (!early_param_early_cma(line + 4))
			wish_for(line + 4, false);
	} else if (!strncmp(line, "cma_exclusive=", 14)) {
		early_param_early_cma_exclusive(line + 14);
		wish_for(line + 14, true);
	} else if (!strncmp(line, "node ", 5)) {
		add_node(line + 5);
	}
}

/* All variables of the boot as they are in a kernel that has just been loaded. */
extern char __start_early_data[], __stop_early_data[];

static void power_on(void)
{
	static char *pristine;
	size_t bytes = __stop_early_data - __start_early_data;

	if (!pristine) {
		pristine = malloc(bytes);
		memcpy(pristine, __start_early_data, bytes);
	}
	memcpy(__start_early_data, pristine, bytes);
	memset(&early_mapped, 0, sizeof(early_mapped));
	memset(&early_nomap, 0, sizeof(early_nomap));
	memset(&early_reserved, 0, sizeof(early_reserved));
	memset(&early_firmware, 0, sizeof(early_firmware));
	memset(&early_firmware_nomap, 0, sizeof(early_firmware_nomap));
	memset(&initial, 0, sizeof(initial));
	dma_contiguous_default_area = NULL;
	memblock_set_bottom_up(false);
	cma_areas.next = &cma_areas;
	nr_areas = 0;
	early_nr_nodes = 0;
	nr_wishes = 0;
	configured = false;
	nr_in_use = 0;
	_text = 0;
	_end = 0;
	swapper_pg_dir = 0;
	initrd_start = 0;
	initrd_end = 0;
	early_fdt_size = 0;
	initial_boot_params_pa = 0;
	early_lowmem_end = 0;
	highmem = false;
	early_mbytes = 0;
	early_percent = 0;
	snprintf(size_kind, sizeof(size_kind), "mbytes");
	*why = '\0';
}

static void run(bool arm, u64 limit)
{
	from_tree = true;
	early_scan_reserved();
	if (!arm)
		early_init_regions();
	from_tree = false;
	dma_contiguous_reserve(limit);
	from_tree = true;
	if (arm)
		early_init_regions();
}

/* --- What must hold */

static u64 end_of(const struct cma *cma)
{
	return cma_get_base(cma) + cma_get_size(cma);
}

static bool is_default_wish(const struct wish *wish)
{
	return !*wish->name && !wish->exclusive;
}

static const struct wish *default_wish(void)
{
	int i;

	for (i = 0; i < nr_wishes; i++) {
		if (is_default_wish(&wishes[i]))
			return &wishes[i];
	}
	return NULL;
}

static bool wish_met(const struct wish *wish, const struct cma *cma)
{
	const struct cma_param *param = &wish->param;
	u64 align = wish->exclusive ? PAGE_SIZE : CMA_MIN_ALIGNMENT_BYTES;
	const char *name = *wish->name ? wish->name : "reserved";
	u64 base = cma_get_base(cma);

	if (strcmp(name, cma->name) ||
	    cma->class != (wish->exclusive ? CMA_EXCLUSIVE : CMA_SHARED) ||
	    ALIGN(param->size, align) != cma_get_size(cma))
		return false;
	if (param->fixed)
		return base == param->base;
	return base >= param->base &&
	       (!param->limit || end_of(cma) <= param->limit);
}

/* An entry of a property of addresses and sizes. */
static bool entry(int node, const char *name, int nr, u64 *base, u64 *size)
{
	int len;
	const __be32 *value = early_property(node, name, &len);

	if (!value || len % 16 || len < 16 * (nr + 1))
		return false;
	value += 4 * nr;
	*base = dt_mem_next_cell(2, &value);
	*size = dt_mem_next_cell(2, &value);
	return true;
}

/* Has the node asked for what is at this place? */
static bool node_permits(int node, u64 base, u64 end)
{
	u64 start, size;
	int i;

	if (early_has(node, "reg"))
		return entry(node, "reg", 0, &start, &size) && start == base;
	if (!early_has(node, "alloc-ranges"))
		return true;
	for (i = 0; entry(node, "alloc-ranges", i, &start, &size); i++) {
		if (base >= start && end <= start + min(size, PHYS_ADDR_MAX - start))
			return true;
	}
	return false;
}

static u64 own_size(int node)
{
	int len;
	const __be32 *value = early_property(node, "size", &len);
	u64 start, size;

	if (entry(node, "reg", 0, &start, &size))
		return size;
	return value && len == 8 ? dt_mem_next_cell(2, &value) : 0;
}

static bool node_met(int node, const struct cma *cma)
{
	return cma_node_available(node) && early_for_areas(node) &&
	       (cma_area_nomap(cma) || !early_has(node, "no-map")) &&
	       !strcmp(early_nodes[node].name, cma->name) &&
	       own_size(node) == cma_get_size(cma) &&
	       node_permits(node, cma_get_base(cma), end_of(cma));
}

/* The node that has a say about a default area of another size, or -1. */
static int default_node(void)
{
	const struct wish *wish = default_wish();
	int node;

	if (!wish || !wish->param.size || wish->param.limit || configured)
		return -1;
	for (node = 0; node < early_nr_nodes; node++) {
		if (early_has(node, "linux,cma-default") &&
		    !early_has(node, "linux,cma-exclusive") &&
		    !early_has(node, "no-map") && early_lends(node) &&
		    cma_node_available(node))
			return early_has(node, "reg") ? -1 : node;
	}
	return -1;
}

/* Its ranges and alignment, and the size of either. */
static bool default_met(int node, const struct cma *cma)
{
	const __be32 *value;
	u64 align = 0;
	int len;

	value = early_property(node, "alignment", &len);
	if (value && len == 8)
		align = dt_mem_next_cell(2, &value);
	if (!is_power_of_2(align) || align < CMA_MIN_ALIGNMENT_BYTES)
		align = CMA_MIN_ALIGNMENT_BYTES;
	return !strcmp(cma->name, "reserved") &&
	       IS_ALIGNED(cma_get_base(cma), align) &&
	       (ALIGN(default_wish()->param.size, align) == cma_get_size(cma) ||
		ALIGN(own_size(node), align) == cma_get_size(cma)) &&
	       node_permits(node, cma_get_base(cma), end_of(cma));
}

static bool asked_for(int i)
{
	int j, node;

	for (j = 0; area_from_tree[i] && j < early_nr_nodes; j++) {
		if (node_met(j, &areas[i]))
			return true;
	}
	if (area_from_tree[i])
		return false;
	node = default_node();
	for (j = 0; j < nr_wishes; j++) {
		if (is_default_wish(&wishes[j]) && node >= 0 ?
		    default_met(node, &areas[i]) :
		    wish_met(&wishes[j], &areas[i]))
			return true;
	}
	return false;
}

static void check_area(int i)
{
	const struct cma *cma = &areas[i];
	u64 base = cma_get_base(cma), end = end_of(cma);
	unsigned long long b = base, e = end;
	int j;

	if (!asked_for(i))
		fail("nobody asked for area %s at %#llx-%#llx", cma->name, b, e);
	if (base >= end || (cma_area_nomap(cma) ?
			    spans_overlap(&early_mapped, base, end) :
			    !spans_contain(&early_mapped, base, end)))
		fail("area %s at %#llx-%#llx is not its memory", cma->name, b, e);
	if (cma->class == CMA_SHARED &&
	    !IS_ALIGNED(base | end, CMA_MIN_ALIGNMENT_BYTES))
		fail("area %s at %#llx-%#llx is no blocks", cma->name, b, e);
	if (spans_overlap(&initial, base, end) ||
	    spans_overlap(&early_firmware, base, end) ||
	    spans_overlap(&early_firmware_nomap, base, end))
		fail("area %s at %#llx-%#llx is of others", cma->name, b, e);
	for (j = 0; j < i; j++) {
		if (cma_get_base(&areas[j]) < end && end_of(&areas[j]) > base)
			fail("area %s overlaps %s", cma->name, areas[j].name);
	}
	if (!area_from_tree[i] && highmem && base < early_lowmem_end &&
	    end > early_lowmem_end)
		fail("area %s lies over the end of low memory", cma->name);
}

/* What of @spans is in @ram. */
static struct spans within(const struct spans *spans, const struct spans *ram)
{
	struct spans part = *spans;
	u64 from = 0;
	int i;

	for (i = 0; i < ram->nr; i++) {
		spans_cut(&part, from, ram->at[i].base);
		from = ram->at[i].end;
	}
	spans_cut(&part, from, PHYS_ADDR_MAX);
	return part;
}

/* Nothing is lost, and nobody loses anything. */
static void check_reserved(const struct spans *ram)
{
	struct spans reserved = within(&early_reserved, ram);
	struct spans expected = initial;
	int i;

	for (i = 0; i < early_firmware.nr; i++)
		spans_add(&expected, early_firmware.at[i].base,
			  early_firmware.at[i].end);
	for (i = 0; i < nr_areas; i++)
		spans_add(&expected, cma_get_base(&areas[i]),
			  end_of(&areas[i]));
	expected = within(&expected, ram);
	/* What is not mapped is nobody's loss. */
	for (i = 0; i < early_nomap.nr; i++) {
		spans_cut(&reserved, early_nomap.at[i].base, early_nomap.at[i].end);
		spans_cut(&expected, early_nomap.at[i].base, early_nomap.at[i].end);
	}
	for (i = 0; i < reserved.nr; i++) {
		u64 base = reserved.at[i].base, end = reserved.at[i].end;

		if (!spans_contain(&expected, base, end))
			fail("somebody keeps part of %#llx-%#llx",
			     (unsigned long long)base, (unsigned long long)end);
	}
	for (i = 0; i < expected.nr; i++) {
		u64 base = expected.at[i].base, end = expected.at[i].end;

		if (!spans_contain(&reserved, base, end))
			fail("part of %#llx-%#llx was given away",
			     (unsigned long long)base, (unsigned long long)end);
	}
}

static void check_mapping(const struct spans *ram)
{
	struct spans all = early_mapped;
	int i;

	for (i = 0; i < early_nomap.nr; i++)
		spans_add(&all, early_nomap.at[i].base, early_nomap.at[i].end);
	if (!spans_equal(&all, ram))
		fail("memory is lost");
	for (i = 0; i < early_firmware_nomap.nr; i++) {
		if (spans_overlap(&early_mapped, early_firmware_nomap.at[i].base,
				  early_firmware_nomap.at[i].end))
			fail("no-map memory is mapped");
	}
}

/* Does another node say that it has some of this? */
static bool claimed(int self, u64 base, u64 end)
{
	u64 start, size;
	int node, i;

	for (node = 0; node < early_nr_nodes; node++) {
		for (i = 0; entry(node, "reg", i, &start, &size); i++) {
			if (!(node == self && !i) && size && start < end &&
			    start + min(size, PHYS_ADDR_MAX - start) > base)
				return true;
		}
	}
	return false;
}

/* A node that nothing stands in the way of is an area. */
static void check_node(int node)
{
	u64 base, size;
	int i;

	if (!cma_node_available(node) || !early_for_areas(node) ||
	    early_has(node, "no-map") ||
	    (early_has(node, "linux,cma-exclusive") &&
	     (early_lends(node) || early_has(node, "linux,cma-default"))) ||
	    (early_has(node, "linux,cma-default") && default_wish() && !configured) ||
	    !entry(node, "reg", 0, &base, &size) || !size ||
	    !IS_ALIGNED(base | size, PAGE_SIZE) || size > PHYS_ADDR_MAX - base ||
	    !spans_contain(&early_mapped, base, base + size) ||
	    spans_overlap(&initial, base, base + size) ||
	    spans_overlap(&early_firmware, base, base + size) ||
	    claimed(node, base, base + size))
		return;
	for (i = 0; i < nr_areas; i++) {
		if (cma_get_base(&areas[i]) == base &&
		    cma_get_size(&areas[i]) == size)
			return;
	}
	if (nr_areas < NR_AREAS)
		fail("node %s could be an area", early_nodes[node].name);
}

/* What the configuration asks for, if the command line says nothing. */
static u64 config_wish(const struct spans *ram)
{
	u64 size = early_mbytes << 20, all = 0, part;
	int i;

	for (i = 0; i < ram->nr; i++)
		all += ram->at[i].end - ram->at[i].base;
	part = all / PAGE_SIZE * early_percent / 100 * PAGE_SIZE;
	if (!strcmp(size_kind, "percentage"))
		return part;
	if (!strcmp(size_kind, "min"))
		return min(size, part);
	if (!strcmp(size_kind, "max"))
		return max(size, part);
	return size;
}

/* So is a size on the command line for which there is room in the end. */
static void check_default(u64 limit)
{
	const struct wish *wish = default_wish();
	u64 end;
	int i;

	if (!wish || !wish->param.size || wish->param.fixed ||
	    nr_areas == NR_AREAS)
		return;
	if (highmem && !limit && memblock_start_of_DRAM() < 0xffffffff)
		limit = 0xffffffff;
	for (i = 0; i < nr_areas; i++) {
		if (!area_from_tree[i] && !strcmp(areas[i].name, "reserved"))
			return;
	}
	for (i = 0; i < early_nr_nodes; i++) {
		if (early_has(i, "linux,cma-default"))
			return;
	}
	end = min_not_zero(wish->param.limit, limit);
	if (end)
		end = min(ALIGN_DOWN(end, CMA_MIN_ALIGNMENT_BYTES),
			  (u64)memblock_end_of_DRAM());
	else
		end = memblock_end_of_DRAM();
	if (cma_fits(wish->param.base, wish->param.size, end, 0))
		fail("there is room for the default area");
}

/**
 * early_boot() - boot a machine, and look at what is reserved then
 * @text: the machine
 *
 * Return: NULL, or what is wrong.
 */
const char *early_boot(const char *text)
{
	char *copy = strdup(text), *next, *line;
	bool arm = false;
	struct spans ram;
	u64 limit = 0;
	int i;

	power_on();
	for (line = strtok_r(copy, "\n", &next); line;
	     line = strtok_r(NULL, "\n", &next))
		describe(line, &arm, &limit);
	ram = early_mapped;
	if (!default_wish() && config_wish(&ram)) {
		/* As if the command line had said so, but for what nodes say. */
		wishes[nr_wishes] = (struct wish){ .param.size = config_wish(&ram) };
		nr_wishes++;
		configured = true;
	}
	if (ram.nr) {
		if (!early_lowmem_end || early_lowmem_end > memblock_end_of_DRAM())
			early_lowmem_end = memblock_end_of_DRAM();
		run(arm, limit);
		for (i = 0; i < nr_areas; i++)
			check_area(i);
		check_reserved(&ram);
		check_mapping(&ram);
		for (i = 0; i < early_nr_nodes; i++)
			check_node(i);
		if (!arm)
			check_default(limit);
	}
	free(copy);
	return *why ? why : NULL;
}
