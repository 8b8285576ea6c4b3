/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _MM_CMA_FRAME_H
#define _MM_CMA_FRAME_H
/*
 * What is in a frame, in words for people
 */
#include <linux/sched.h>
#include <linux/types.h>

struct cma;
struct seq_file;

/* Bytes of a file's name that are kept, with the NUL. */
#define CMA_FRAME_NAME	24

/* What the memory is. The names are in frame.c. */
enum cma_kind {
	CMA_KIND_UNKNOWN,
	CMA_KIND_ANON,
	CMA_KIND_FILE,
	CMA_KIND_SHMEM,
	CMA_KIND_BUFFER,
	CMA_KIND_MOVABLE,
	CMA_KIND_HUGETLB,
	CMA_KIND_SLAB,
	CMA_KIND_PGTABLE,
	CMA_KIND_KERNEL,
};

/* Why it stays where it is. */
enum cma_reason {
	CMA_REASON_GONE,
	CMA_REASON_MET,
	CMA_REASON_PINNED,
	CMA_REASON_HELD,
	CMA_REASON_WRITEBACK,
	CMA_REASON_ISOLATED,
	CMA_REASON_LOCKED,
	CMA_REASON_UNMOVABLE,
	CMA_REASON_NOMIGRATE,
	CMA_REASON_HWPOISON,
};

/**
 * struct cma_frame - a frame, or a folio that begins there, as it was
 * @pfn: the frame
 * @nr: frames of the folio
 * @kind: what it is
 * @reason: why it cannot be moved
 * @refs: references
 * @maps: mappings into address spaces
 * @dev: the device of the file it caches, 0 if there is none
 * @ino: the file's number
 * @name: the file's name, or empty
 * @comm: the task that allocated it, if page_owner knows, or empty
 * @pid: that task
 */
struct cma_frame {
	unsigned long pfn;
	unsigned long nr;
	enum cma_kind kind;
	enum cma_reason reason;
	int refs;
	int maps;
	dev_t dev;
	unsigned long ino;
	char name[CMA_FRAME_NAME];
	char comm[TASK_COMM_LEN];
	pid_t pid;
};

/* What lent memory is used for. The names are in walk.c. */
enum cma_use {
	CMA_USE_FREE,
	CMA_USE_ANON,
	CMA_USE_FILE_CLEAN,
	CMA_USE_FILE_DIRTY,
	CMA_USE_SHMEM,
	CMA_USE_PINNED,
	CMA_USE_OTHER,
	CMA_USE_TAKEN,
	NR_CMA_USES,
};

/* frame.c */
void cma_frame_look(struct cma *cma, unsigned long pfn,
		    struct cma_frame *frame);
bool cma_frame_stays(unsigned long pfn);
bool cma_frame_alike(const struct cma_frame *a, const struct cma_frame *b);
const char *cma_kind_name(const struct cma_frame *frame);
const char *cma_reason_name(const struct cma_frame *frame);
void cma_frame_owner(struct seq_file *m, const struct cma_frame *frame);

/* walk.c */
extern const char *const cma_use_names[NR_CMA_USES];

void cma_walk_settle(bool now);
void cma_walk(struct cma *cma, unsigned long start, unsigned long end,
	      unsigned long nr[NR_CMA_USES]);

#endif /* _MM_CMA_FRAME_H */
