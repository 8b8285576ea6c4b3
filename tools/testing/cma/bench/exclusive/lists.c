// SPDX-License-Identifier: GPL-2.0-only
/*
 * The allocators that boards have today: a list of pieces in order of address
 *
 * Every piece and every hole of the span is a node of one list, so that free
 * neighbours merge at once. Three ways to choose a hole:
 *
 *	first fit	the lowest that fits
 *	best fit	the smallest that fits, the lowest of equals
 *	next fit	the first that fits behind the last piece placed, unless the
 *			largest hole that was skipped on the way there may do; as
 *			Linux 2.6 looked for addresses to map at
 */
#include "bench-shim.h"
#include "rival.h"

struct node {
	unsigned long start;
	unsigned long nr;
	bool used;
	struct node *prev;
	struct node *next;
};

/**
 * struct list - a span
 * @units: its size
 * @head: its lowest node; there is always one
 * @at: the node that each start belongs to
 * @spare: nodes that are not in use, linked by next
 * @nodes: all nodes
 * @cursor: next fit: where the next search begins
 * @skipped: next fit: the largest hole below @cursor, as far as is known
 */
struct list {
	unsigned long units;
	struct node *head;
	struct node **at;
	struct node *spare;
	struct node *nodes;
	struct node *cursor;
	unsigned long skipped;
};

static struct node *get_node(struct list *list)
{
	struct node *node = list->spare;

	list->spare = node->next;
	return node;
}

static void put_node(struct list *list, struct node *node)
{
	node->next = list->spare;
	list->spare = node;
}

static void list_destroy(void *self)
{
	struct list *list = self;

	if (!list)
		return;
	bench_free(list->nodes);
	bench_free(list->at);
	bench_free(list);
}

static void *list_create(unsigned long units)
{
	struct list *list = bench_alloc(sizeof(*list));
	unsigned long i;

	if (!list)
		return NULL;
	list->units = units;
	list->nodes = bench_alloc((units + 2) * sizeof(*list->nodes));
	list->at = bench_alloc(units * sizeof(*list->at));
	if (!list->nodes || !list->at) {
		list_destroy(list);
		return NULL;
	}
	for (i = 0; i < units + 2; i++)
		put_node(list, &list->nodes[i]);
	list->head = get_node(list);
	*list->head = (struct node){ .nr = units };
	list->at[0] = list->head;
	list->cursor = list->head;
	return list;
}

/* Where in this hole @want would begin, NOWHERE if it does not fit. */
static unsigned long place_in(const struct node *hole, const struct want *want)
{
	unsigned long start = (hole->start + want->align - 1) &
			      ~(want->align - 1);

	if (hole->used || start - hole->start > hole->nr ||
	    hole->nr - (start - hole->start) < want->nr)
		return NOWHERE;
	return start;
}

/* Make two nodes of one, the second of which begins at @start. */
static struct node *split(struct list *list, struct node *node,
			  unsigned long start)
{
	struct node *high;

	if (start == node->start)
		return node;
	high = get_node(list);
	*high = (struct node){
		.start = start,
		.nr = node->start + node->nr - start,
		.prev = node,
		.next = node->next,
	};
	if (high->next)
		high->next->prev = high;
	node->next = high;
	node->nr -= high->nr;
	list->at[start] = high;
	return high;
}

static unsigned long take(struct list *list, struct node *hole,
			  const struct want *want)
{
	unsigned long start = place_in(hole, want);
	struct node *node = split(list, hole, start);

	if (node->nr > want->nr)
		split(list, node, start + want->nr);
	node->used = true;
	list->cursor = node;
	return start;
}

/* Join @node and the one behind it. */
static void merge(struct list *list, struct node *node)
{
	struct node *high = node->next;

	if (list->cursor == high)
		list->cursor = node;
	node->nr += high->nr;
	node->next = high->next;
	if (node->next)
		node->next->prev = node;
	put_node(list, high);
}

static void list_free(void *self, unsigned long start, unsigned long nr)
{
	struct list *list = self;
	struct node *node = list->at[start];

	node->used = false;
	if (node->next && !node->next->used)
		merge(list, node);
	if (node->prev && !node->prev->used) {
		node = node->prev;
		merge(list, node);
	}
	if (start < list->cursor->start)
		list->skipped = max(list->skipped, node->nr);
}

static unsigned long first_fit(void *self, const struct want *want)
{
	struct list *list = self;
	struct node *node;

	for (node = list->head; node; node = node->next) {
		if (place_in(node, want) != NOWHERE)
			return take(list, node, want);
	}
	return NOWHERE;
}

static unsigned long best_fit(void *self, const struct want *want)
{
	struct list *list = self;
	struct node *node, *best = NULL;

	for (node = list->head; node; node = node->next) {
		if (best && node->nr >= best->nr)
			continue;
		if (place_in(node, want) != NOWHERE)
			best = node;
	}
	return best ? take(list, best, want) : NOWHERE;
}

static unsigned long search_from(struct list *list, struct node *node,
				 const struct want *want)
{
	for (; node; node = node->next) {
		if (place_in(node, want) != NOWHERE)
			return take(list, node, want);
		if (!node->used)
			list->skipped = max(list->skipped, node->nr);
	}
	return NOWHERE;
}

/* Without the memory of what was skipped. */
static unsigned long roving_fit(void *self, const struct want *want)
{
	struct list *list = self;
	unsigned long start = search_from(list, list->cursor, want);

	return start != NOWHERE ? start : search_from(list, list->head, want);
}

static unsigned long next_fit(void *self, const struct want *want)
{
	struct list *list = self;
	unsigned long start;

	if (want->nr > list->skipped) {
		start = search_from(list, list->cursor, want);
		if (start != NOWHERE)
			return start;
	}
	list->skipped = 0;
	return search_from(list, list->head, want);
}

const struct rival first_fit_rival = {
	"first-fit", list_create, first_fit, list_free, list_destroy,
	roving_fit
};

const struct rival best_fit_rival = {
	"best-fit", list_create, best_fit, list_free, list_destroy,
	roving_fit
};

const struct rival next_fit_rival = {
	"next-fit", list_create, next_fit, list_free, list_destroy,
	roving_fit
};

const struct rival roving_fit_rival = {
	"roving-fit", list_create, roving_fit, list_free, list_destroy,
	roving_fit
};
