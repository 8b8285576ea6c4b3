/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the pure files of mm/cma need of the kernel, in plain C.
 *
 * It is force-included (-include) before map.c, effort.c and param.c and takes
 * the guard of their own shim.h, so that the very same sources compile in user
 * space under the sanitizers. Slow and simple on purpose: every access goes
 * through an ordinary array element that the sanitizers watch, and the bit
 * helpers keep the argument types of the kernel, so that a value that does not
 * fit is cut here as there.
 */
#ifndef _MM_CMA_SHIM_H
#define _MM_CMA_SHIM_H

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint8_t u8;
typedef uint32_t u32;
typedef uint64_t u64;
typedef unsigned int gfp_t;

#define U64_MAX		UINT64_MAX
#define BITS_PER_LONG	((int)(8 * sizeof(long)))

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#define DIV_ROUND_UP		div_round_up
#define BITS_TO_LONGS(n)	DIV_ROUND_UP(n, 8 * sizeof(long))

static inline unsigned long div_round_up(unsigned long n, unsigned long d)
{
	return (n + d - 1) / d;
}

/* As in the kernel, both sides must be of one type. */
#define typed_pick(a, op, b) __extension__ ({			\
	__typeof__(a) pick_a = (a);				\
	__typeof__(b) pick_b = (b);				\
	(void)(&pick_a == &pick_b);				\
	pick_a op pick_b ? pick_a : pick_b; })

#define min(a, b)		typed_pick(a, <, b)
#define max(a, b)		typed_pick(a, >, b)
#define min_t(type, a, b)	min((type)(a), (type)(b))
#define max_t(type, a, b)	max((type)(a), (type)(b))

static inline unsigned int max3(unsigned int a, unsigned int b, unsigned int c)
{
	return a > b ? max(a, c) : max(b, c);
}

#define check_add_overflow	__builtin_add_overflow
#define check_sub_overflow	__builtin_sub_overflow
#define check_mul_overflow	__builtin_mul_overflow

/* The bits that matter to the effort, and some that must not. */
#define __GFP_DMA		0x01u
#define __GFP_HIGHMEM		0x02u
#define __GFP_DMA32		0x04u
#define __GFP_MOVABLE		0x08u
#define __GFP_RECLAIMABLE	0x10u
#define __GFP_HIGH		0x20u
#define __GFP_IO		0x40u
#define __GFP_FS		0x80u
#define __GFP_ZERO		0x100u
#define __GFP_DIRECT_RECLAIM	0x400u
#define __GFP_KSWAPD_RECLAIM	0x800u
#define __GFP_WRITE		0x1000u
#define __GFP_NOWARN		0x2000u
#define __GFP_RETRY_MAYFAIL	0x4000u
#define __GFP_NOFAIL		0x8000u
#define __GFP_NORETRY		0x10000u
#define __GFP_MEMALLOC		0x20000u
#define __GFP_COMP		0x40000u
#define __GFP_NOMEMALLOC	0x80000u
#define __GFP_HARDWALL		0x100000u
#define __GFP_THISNODE		0x200000u
#define __GFP_ACCOUNT		0x400000u

#define __GFP_RECLAIM	(__GFP_DIRECT_RECLAIM | __GFP_KSWAPD_RECLAIM)
#define GFP_ATOMIC	(__GFP_HIGH | __GFP_KSWAPD_RECLAIM)
#define GFP_KERNEL	(__GFP_RECLAIM | __GFP_IO | __GFP_FS)
#define GFP_NOWAIT	(__GFP_KSWAPD_RECLAIM | __GFP_NOWARN)
#define GFP_NOIO	(__GFP_RECLAIM)
#define GFP_NOFS	(__GFP_RECLAIM | __GFP_IO)
#define GFP_USER	(GFP_KERNEL | __GFP_HARDWALL)
#define GFP_DMA32	__GFP_DMA32
#define GFP_HIGHUSER	(GFP_USER | __GFP_HIGHMEM)

static inline unsigned long __ffs(unsigned long word)
{
	return (unsigned long)__builtin_ctzl(word);
}

static inline unsigned long __fls(unsigned long word)
{
	return sizeof(long) * 8 - 1 - (unsigned long)__builtin_clzl(word);
}

static inline unsigned int ilog2(unsigned long n)
{
	return (unsigned int)__fls(n);
}

static inline unsigned long roundup_pow_of_two(unsigned long n)
{
	return n > 1 ? 1UL << (__fls(n - 1) + 1) : 1;
}

static inline bool test_bit(unsigned long bit, const unsigned long *map)
{
	return map[bit / BITS_PER_LONG] >> (bit % BITS_PER_LONG) & 1;
}

static inline void __set_bit(unsigned long bit, unsigned long *map)
{
	map[bit / BITS_PER_LONG] |= 1UL << (bit % BITS_PER_LONG);
}

static inline void __clear_bit(unsigned long bit, unsigned long *map)
{
	map[bit / BITS_PER_LONG] &= ~(1UL << (bit % BITS_PER_LONG));
}

static inline void bitmap_set(unsigned long *map, unsigned int start,
			      unsigned int nr)
{
	for (; nr; nr--, start++)
		__set_bit(start, map);
}

static inline void bitmap_clear(unsigned long *map, unsigned int start,
				unsigned int nr)
{
	for (; nr; nr--, start++)
		__clear_bit(start, map);
}

/* Words that the two searches below have read: the cost of what called them. */
#ifndef HOST_PER_THREAD
#define HOST_PER_THREAD
#endif
extern HOST_PER_THREAD unsigned long host_words_read;

/* The next bit equal to @set in [pos, size); @size or more means none. */
static inline unsigned long host_find(const unsigned long *map,
				      unsigned long size, unsigned long pos,
				      bool set)
{
	while (pos < size) {
		unsigned long bit = pos % BITS_PER_LONG;
		unsigned long word = map[pos / BITS_PER_LONG];

		host_words_read++;
		if (!set)
			word = ~word;
		word &= ~0UL << bit;
		if (word)
			return min(pos - bit + __ffs(word), size);
		pos += BITS_PER_LONG - bit;
	}
	return size;
}

static inline unsigned long find_next_bit(const unsigned long *map,
					  unsigned long size, unsigned long pos)
{
	return host_find(map, size, pos, true);
}

static inline unsigned long find_next_zero_bit(const unsigned long *map,
					       unsigned long size,
					       unsigned long pos)
{
	return host_find(map, size, pos, false);
}

#endif /* _MM_CMA_SHIM_H */
