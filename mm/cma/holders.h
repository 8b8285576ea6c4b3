/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _MM_CMA_HOLDERS_H
#define _MM_CMA_HOLDERS_H
/*
 * Who holds what: hooks for the layers that allocate
 *
 * All of it is compiled away without CONFIG_CMA_HOLDERS, and a patched branch as
 * long as nobody asks for it at boot.
 */
#include <linux/jump_label.h>
#include <linux/rbtree.h>
#include <linux/sched.h>
#include <linux/types.h>

#include "stats.h"

struct cma;
struct dentry;
struct device;

/* Return addresses that a record keeps. */
#define CMA_HOLDER_STACK	10

/**
 * struct cma_holder - a record: a range and who has allocated it
 * @node: in the tree of the ranges
 * @list: in order of age, or in the list of spare records
 * @serial: number of the allocation
 * @pfn: first frame
 * @count: frames
 * @when: nanoseconds since boot
 * @pid: the task, 0 if it was an interrupt
 * @nid: the node of the processor that allocated
 * @comm: name of the task
 * @device: name of the device, empty if none is known
 * @stack: where the call came from, innermost first
 * @depth: entries of @stack
 */
struct cma_holder {
	struct rb_node node;
	struct list_head list;
	u64 serial;
	unsigned long pfn;
	unsigned long count;
	u64 when;
	pid_t pid;
	int nid;
	char comm[TASK_COMM_LEN];
	char device[CMA_DEVICE_NAME];
	unsigned long stack[CMA_HOLDER_STACK];
	unsigned int depth;
};

/* caller.c */
unsigned long cma_caller(const unsigned long *stack, unsigned int depth);

#ifdef CONFIG_CMA_HOLDERS

DECLARE_STATIC_KEY_FALSE(cma_holders_key);

void __cma_holders_add(struct cma *cma, unsigned long pfn, unsigned long count,
		       const struct device *dev);
void __cma_holders_del(struct cma *cma, unsigned long pfn, unsigned long count);
void cma_holders_activate(struct cma *cma);
struct cma_holders *cma_holders_new(unsigned int max);
void cma_holders_destroy(struct cma_holders *holders);
unsigned int cma_holders_copy(struct cma *cma, struct cma_holder *to,
			      unsigned int max, u64 *missed);
unsigned int cma_holders_max(const struct cma *cma);
const char *cma_holders_check(struct cma *cma, unsigned long *pfn);

/* A range has been allocated, for a device if @dev is not NULL. */
static inline void cma_holders_add(struct cma *cma, unsigned long pfn,
				   unsigned long count,
				   const struct device *dev)
{
	if (static_branch_unlikely(&cma_holders_key))
		__cma_holders_add(cma, pfn, count, dev);
}

/* A range, or part of one, is about to be free. */
static inline void cma_holders_del(struct cma *cma, unsigned long pfn,
				   unsigned long count)
{
	if (static_branch_unlikely(&cma_holders_key))
		__cma_holders_del(cma, pfn, count);
}

#else

static inline void cma_holders_add(struct cma *cma, unsigned long pfn,
				   unsigned long count,
				   const struct device *dev) { }
static inline void cma_holders_del(struct cma *cma, unsigned long pfn,
				   unsigned long count) { }
static inline void cma_holders_activate(struct cma *cma) { }

static inline const char *cma_holders_check(struct cma *cma, unsigned long *pfn)
{
	return NULL;
}

#endif

#if defined(CONFIG_CMA_HOLDERS) && defined(CONFIG_CMA_DEBUGFS)
void cma_holders_files(struct cma *cma, struct dentry *dir);
#else
static inline void cma_holders_files(struct cma *cma, struct dentry *dir) { }
#endif

#endif /* _MM_CMA_HOLDERS_H */
