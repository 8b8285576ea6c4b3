/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
#ifndef _UAPI_LINUX_CMA_HEAP_H
#define _UAPI_LINUX_CMA_HEAP_H
/*
 * What dma-buf heaps on CMA areas offer beyond DMA_HEAP_IOCTL_ALLOC
 *
 * Documentation/userspace-api/cma-heap.rst tells how to use it.
 */
#include <linux/ioctl.h>
#include <linux/types.h>

/* Values of cma_heap_alloc.flags; at most one */
#define CMA_HEAP_NOWAIT		(1U << 0)
#define CMA_HEAP_WAIT		(1U << 1)

/* Buffers that one call may ask for */
#define CMA_HEAP_MAX_COUNT	1024

/**
 * struct cma_heap_alloc - ask for equal buffers, all of them or none
 * @len: bytes of each buffer, rounded up to whole pages
 * @align: the physical address of each is a multiple of so many bytes, a power
 *	of two. 0: of its size up to a limit of the system if that can be had,
 *	else of a page.
 * @fds: address of an array of @count __s32, which receives the descriptors
 * @count: buffers wanted, up to CMA_HEAP_MAX_COUNT
 * @fd_flags: O_RDONLY, O_WRONLY or O_RDWR, and O_CLOEXEC
 * @flags: 0: make room if that does not take long. CMA_HEAP_NOWAIT: take only
 *	what is free. CMA_HEAP_WAIT: wait, for a bounded time, for others to let
 *	go.
 * @reserved: 0
 *
 * Fields may be added at the end; the size that the command holds tells which of
 * them a caller knows. A field that the kernel does not know must be 0.
 */
struct cma_heap_alloc {
	__u64 len;
	__u64 align;
	__u64 fds;
	__u32 count;
	__u32 fd_flags;
	__u32 flags;
	__u32 reserved;
};

/* Size of struct cma_heap_alloc as it was first published */
#define CMA_HEAP_ALLOC_SIZE_VER0	40

/* In the upper half of the heaps' numbers, which is for single drivers */
#define CMA_HEAP_IOCTL_ALLOC	_IOW('H', 0x80, struct cma_heap_alloc)

#endif /* _UAPI_LINUX_CMA_HEAP_H */
