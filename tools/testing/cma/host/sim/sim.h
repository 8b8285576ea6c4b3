/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A kernel to run the claim and allocation layers of mm/cma on
 *
 * It is force-included before alloc.c, release.c, claim.c, evacuate.c, pocket.c
 * and blockers.c, whose own kernel headers are empty files then. What is behind
 * it is a zone of page frames that checks every step: sim.c, a buddy allocator
 * with blocks that can be isolated, where each frame is free, raw, allocated
 * through us, or somebody else's, and only goes from one to another where the
 * protocol permits it; and folio.c, the folios of others, with LRU lists and
 * batches, reclaim and migration.
 *
 * One thread runs, but not one task: wherever the code lets go of a lock or may
 * sleep, somebody else may allocate, free, pin, isolate and write folios, an
 * interrupt may allocate from the area itself, or another task may allocate and
 * evacuate there from beginning to end.
 */
#ifndef CMA_HOST_SIM_H
#define CMA_HOST_SIM_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include "../host-shim.h"

typedef uint64_t phys_addr_t;
typedef int64_t s64;
typedef uint64_t dma_addr_t;

#define IS_ENABLED(option)	0
#define __init
#define __maybe_unused		__attribute__((unused))
#undef __always_inline
#define __always_inline		inline __attribute__((always_inline))
#define noinline		__attribute__((noinline))
#define likely(x)		(x)
#define unlikely(x)		__builtin_expect(!!(x), 0)
#define READ_ONCE(x)		(x)
#define WRITE_ONCE(x, v)	((x) = (v))
#define EXPORT_SYMBOL_GPL(x)	struct list_head
/* Nobody looks for races here: a name alone. */
#define data_race(x)		(x)
#define module_param(name, type, mode)	struct list_head
#define module_param_cb(name, ops, arg, mode)	struct list_head
#define __read_mostly
#define MODULE_PARM_DESC(name, text)	struct list_head
#define MODULE_PARAM_PREFIX
#define lockdep_assert_held(lock)
#define might_sleep_if(cond)
#define cond_resched()		sim_let_others_run()
#define alloc_hooks(call)	(call)
#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))
#define BIT(n)			(1UL << (n))
#define GENMASK(high, low) \
	((~0UL << (low)) & (~0UL >> (BITS_PER_LONG - 1 - (high))))
#define ALIGN_DOWN(x, a)	((x) & ~((__typeof__(x))(a) - 1))
#define ALIGN(x, a)		ALIGN_DOWN((x) + (a) - 1, a)
#define IS_ALIGNED(x, a)	(((x) & ((__typeof__(x))(a) - 1)) == 0)
#define is_power_of_2(n)	((n) && !((n) & ((n) - 1)))
#define clamp(v, lo, hi)	min(max(v, lo), hi)

#define NUMA_NO_NODE		(-1)
#define PAGE_SHIFT		12
#define PAGE_SIZE		4096UL
#define SZ_256K			0x40000
#define PHYS_PFN(addr)		((unsigned long)((addr) >> PAGE_SHIFT))
#define PFN_PHYS(pfn)		((phys_addr_t)(pfn) << PAGE_SHIFT)

/* Blocks of 64 frames, free pages of 128 at most: small, so that all happens. */
#define pageblock_order		6
#define pageblock_nr_pages	64UL
#define MAX_PAGE_ORDER		7
#define MAX_ORDER_NR_PAGES	128UL
#define PAGE_ALLOC_COSTLY_ORDER	3
#define MIGRATE_MOVABLE		1
#define MIGRATE_CMA		4
#define MIGRATE_ISOLATE		5
#define NR_FREE_PAGES		0
#define NR_FREE_CMA_PAGES	1
#define ZONE_MOVABLE		2

enum {
	PG_lru, PG_mlocked, PG_head, PG_swapbacked, PG_swapcache, PG_private,
	PG_dirty, PG_writeback,
};

#define PAGE_MAPPING_ANON	1UL
#define PAGE_MAPPING_MOVABLE	2UL
#define PAGE_MAPPING_FLAGS	3UL

#define LINUX_VERSION_CODE	KERNEL_VERSION(6, 12, 0)
#define KERNEL_VERSION(a, b, c)	((a) << 16 | (b) << 8 | (c))
#define TASK_COMM_LEN		16
#define CONFIG_CMA		1
#define CONFIG_CMA_FAULT	1
#define CONFIG_CMA_VALIDATE	1

struct list_head {
	struct list_head *next, *prev;
};

struct rb_node {
	struct rb_node *left;
};

#define list_for_each_entry(at, head, member)	for (at = NULL; at; )
#define list_for_each_entry_safe(at, after, head, member)		\
	for ((at) = container_of((head)->next, __typeof__(*(at)), member); \
	     &(at)->member != (head) &&					\
	     ((after) = container_of((at)->member.next,			\
				     __typeof__(*(at)), member), true);	\
	     (at) = (after))
#define LIST_HEAD(name)		struct list_head name = { &(name), &(name) }

static inline void INIT_LIST_HEAD(struct list_head *head)
{
	head->next = head;
	head->prev = head;
}

static inline bool list_empty(const struct list_head *head)
{
	return head->next == head;
}

static inline void list_add_tail(struct list_head *at, struct list_head *head)
{
	at->prev = head->prev;
	at->next = head;
	head->prev->next = at;
	head->prev = at;
}

static inline void list_del(struct list_head *at)
{
	at->prev->next = at->next;
	at->next->prev = at->prev;
	at->next = NULL;
	at->prev = NULL;
}

static inline void list_move_tail(struct list_head *at, struct list_head *head)
{
	list_del(at);
	list_add_tail(at, head);
}

static inline void list_splice_tail(struct list_head *list,
				    struct list_head *head)
{
	if (list_empty(list))
		return;
	list->next->prev = head->prev;
	head->prev->next = list->next;
	list->prev->next = head;
	head->prev = list->prev;
}

typedef struct {
	long held;
} spinlock_t;
typedef struct {
	long v;
} atomic_t, atomic_long_t;
typedef struct {
	s64 v;
} atomic64_t;
typedef struct {
	int unused;
} wait_queue_head_t;

struct work_struct {
	void (*func)(struct work_struct *work);
};

struct delayed_work {
	struct work_struct work;
	bool pending;
};

struct zone {
	unsigned long zone_start_pfn;
	spinlock_t lock;
};

/* What a frame is; the protocol is the list of steps in sim.c. */
enum sim_state {
	SIM_FREE,	/* part of a free page of the buddy allocator */
	SIM_RAW,	/* off the free lists, nobody's page */
	SIM_OURS,	/* a page that cma_prepare() has made */
	SIM_FOREIGN,	/* a page that somebody else has allocated */
	SIM_HELD,	/* was ours; somebody else has the last reference */
	SIM_PCP,	/* free, in a per-CPU list */
	SIM_TARGET,	/* allocated, to migrate something there */
	SIM_BROKEN,	/* bad memory, out of use */
};

/* Who has taken a folio off the LRU lists, and has a reference to it. */
enum sim_isolator {
	SIM_NOBODY,
	SIM_US,
	SIM_OTHERS,
};

struct page {
	struct list_head lru;
	unsigned long flags;
	void *mapping;
	unsigned long private;	/* for its owner, 0 when it comes */
	atomic_t _mapcount;
	long refs;
	enum sim_state state;
	enum sim_isolator isolator;
	bool head;		/* of a free page */
	bool tail;		/* of a folio, whose first frame is @first */
	bool pinned;		/* somebody has one more reference */
	bool batched;		/* in a per-CPU batch, which has one, too */
	unsigned int looked_at;	/* each who has a look has one */
	bool broken;		/* it will not be free again */
	bool gone;		/* nobody uses it any more but who has those */
	unsigned int order;	/* of the free page, or of the folio */
	unsigned int id;	/* what is in it */
	unsigned long first;
};

struct folio {
	union {
		struct page page;
		struct list_head lru;
	};
};

struct kernel_param {
	int unused;
};

struct kernel_param_ops {
	int (*set)(const char *text, const struct kernel_param *param);
	int (*get)(char *text, const struct kernel_param *param);
};

static inline int param_set_uint_minmax(const char *text,
					const struct kernel_param *param,
					unsigned int low, unsigned int high)
{
	return -EINVAL;
}

static inline int param_get_uint(char *text, const struct kernel_param *param)
{
	return -EINVAL;
}

struct task_struct {
	unsigned int flags;
};

typedef struct {
	int unused;
} __sim_ratelimit;

extern struct task_struct *current;
extern struct page sim_pages[];
extern struct zone sim_zone;
extern unsigned long jiffies;
extern unsigned long sim_warnings;

#define PF_MEMALLOC		0x800
#define PF_MEMALLOC_PIN		0x10000000

static inline unsigned int memalloc_pin_save(void)
{
	unsigned int flags = current->flags & PF_MEMALLOC_PIN;

	current->flags |= PF_MEMALLOC_PIN;
	return flags;
}

static inline void memalloc_pin_restore(unsigned int flags)
{
	current->flags = (current->flags & ~PF_MEMALLOC_PIN) | flags;
}

void sim_fail(const char *why, unsigned long what) __attribute__((noreturn));
void sim_place(unsigned long pfn, unsigned long count);
void sim_let_others_run(void);
bool sim_draw(unsigned int one_in);

#define WARN(cond, ...)		(sim_warnings += !!(cond), !!(cond))
#define WARN_ON_ONCE(cond)	WARN(cond)
#define pr_err(...)		do { } while (0)

/* Locks: one task, so a lock that is held is a deadlock. */

static inline void sim_lock(spinlock_t *lock)
{
	if (lock->held++)
		sim_fail("a lock was taken twice", 0);
}

static inline void sim_unlock(spinlock_t *lock)
{
	if (--lock->held)
		sim_fail("a lock was released that was not held", 0);
}

#define spin_lock_init(lock)	((lock)->held = 0)
#define spin_lock_irqsave(lock, flags) \
	do { (flags) = 0; sim_lock(lock); } while (0)
#define spin_unlock_irqrestore(lock, flags) \
	do { (void)(flags); sim_unlock(lock); sim_let_others_run(); } while (0)

#define atomic_inc(a)			((a)->v++)
#define atomic_read(a)			((int)(a)->v)
#define atomic_dec_return_release(a)	(--(a)->v)
#define atomic_long_inc(a)		((a)->v++)
#define atomic_long_read(a)		((a)->v)
#define atomic64_add(n, a)		((a)->v += (n))
#define atomic64_read(a)		((a)->v)
#define atomic64_set(a, n)		((a)->v = (n))
#define smp_mb__before_atomic()
#define smp_mb__after_atomic()

/* Time passes where somebody waits for it. */

#define HZ			250
#define DEFAULT_RATELIMIT_INTERVAL	0
#define DEFAULT_RATELIMIT_BURST		0
#define DEFINE_RATELIMIT_STATE(name, interval, burst)	__sim_ratelimit name
#define __ratelimit(state)	((void)(state), true)
#define USEC_PER_MSEC		1000L
#define NSEC_PER_USEC		1000L
#define div_u64(n, d)		((n) / (d))
#define local_clock()		((uint64_t)jiffies * 4000000)
#define msecs_to_jiffies(ms)	(((unsigned long)(ms) + 3) / 4)
#define jiffies_to_msecs(j)	((unsigned int)(j) * 4)
#define time_before(a, b)	((long)((a) - (b)) < 0)
#define time_in_range_open(a, b, c)	(!time_before(a, b) && time_before(a, c))
#define init_waitqueue_head(wq)
#define wq_has_sleeper(wq)	((void)(wq), false)
#define wake_up_all(wq)		do { } while (0)
#define wait_event_killable_timeout(wq, cond, timeout) ({		\
	long sim_left = (timeout);					\
									\
	for (; sim_left > 0 && !(cond); sim_left--) {			\
		jiffies++;						\
		sim_let_others_run();					\
	}								\
	!sim_left && (cond) ? 1 : sim_left;				\
})
#define fatal_signal_pending(task)	((void)(task), false)

/* The timer of the pocket goes off when somebody else runs. */

#define INIT_DELAYED_WORK(dwork, fn)	((dwork)->work.func = (fn))
#define delayed_work_pending(dwork)	((dwork)->pending)
#define schedule_delayed_work(dwork, delay) \
	((void)(delay), (dwork)->pending = true)
#define to_delayed_work(w)	container_of(w, struct delayed_work, work)

/* Pages */

static inline struct page *pfn_to_page(unsigned long pfn)
{
	return &sim_pages[pfn];
}

static inline unsigned long page_to_pfn(const struct page *page)
{
	return page - sim_pages;
}

#define page_zone(page)		((void)(page), &sim_zone)
#define is_highmem(zone)	((void)(zone), false)
#define zone_idx(zone)		((void)(zone), 0)
#define zone_to_nid(zone)	((void)(zone), 0)
#define zone_page_state(zone, item)	((void)(zone), sim_free_frames(item))
#define get_pageblock_migratetype(page)	(*sim_block(page_to_pfn(page)))
#define is_migrate_isolate_page(page) \
	(get_pageblock_migratetype(page) == MIGRATE_ISOLATE)
#define pageblock_start_pfn(pfn)	ALIGN_DOWN(pfn, pageblock_nr_pages)
#define pageblock_end_pfn(pfn)	ALIGN((pfn) + 1, pageblock_nr_pages)
#define pageblock_aligned(pfn)	IS_ALIGNED(pfn, pageblock_nr_pages)
#define PageBuddy(page)		((page)->head)
#define PageTail(page)		((page)->tail)
#define PageLRU(page)		(!!((page)->flags & BIT(PG_lru)))
#define PageCompound(page) \
	((page)->tail || (page)->flags & BIT(PG_head))
#define PageHWPoison(page)	((page)->broken)
#define PageReserved(page)	((void)(page), 0)
#define PageHuge(page)		((void)(page), 0)
#define __PageMovable(page) \
	(((unsigned long)(page)->mapping & PAGE_MAPPING_FLAGS) == \
	 PAGE_MAPPING_MOVABLE)

static inline struct page *compound_head(struct page *page)
{
	return page->tail ? &sim_pages[page->first] : page;
}

#define buddy_order(page)	((page)->order)
#define buddy_order_unsafe(page)	((page)->order)
#define page_ref_count(page)	((int)(page)->refs)
#define page_kasan_tag_reset(page)
#define page_reporting_notify_free(order)
#define mem_alloc_profiling_enabled()	0
#define clear_page_pfmemalloc(page)
#define page_private(page)		((page)->private)
#define set_page_private(page, value)	((page)->private = (value))
#define prep_compound_page(page, order)	sim_prep_compound(page, order)
#define split_page(page, order)	sim_split_page(page, order)
#define count_vm_events(item, nr)
#define count_vm_event(item)
#define current_gfp_context(gfp)	(gfp)
#define page_folio(page)	((struct folio *)compound_head(page))
#define folio_test_large(folio)	(!!((folio)->page.flags & BIT(PG_head)))
#define folio_test_private(folio) \
	(!!((folio)->page.flags & BIT(PG_private)))
#define folio_ref_count(folio)	((int)(folio)->page.refs)
#define folio_try_get(folio)	sim_try_get(&(folio)->page)
#define folio_put(folio)	sim_put(&(folio)->page)
#define folio_pfn(folio)	page_to_pfn(&(folio)->page)
#define folio_nr_pages(folio) \
	(folio_test_large(folio) ? 1L << (folio)->page.order : 1L)
#define folio_mapcount(folio)	(atomic_read(&(folio)->page._mapcount) + 1)
#define folio_mapped(folio)	(folio_mapcount(folio) > 0)

/* What a folio is the cache of; swap space counts for anonymous memory, too. */
static inline bool folio_mapping(const struct folio *folio)
{
	unsigned long mapping = (unsigned long)folio->page.mapping;

	return folio->page.flags & BIT(PG_swapcache) ||
	       (mapping && !(mapping & PAGE_MAPPING_FLAGS));
}

bool sim_try_get(struct page *page);
static inline struct folio *folio_get_nontail_page(struct page *page)
{
	return !page->tail && sim_try_get(page) ? (struct folio *)page : NULL;
}

int *sim_block(unsigned long pfn);
unsigned long sim_free_frames(int item);
void sim_put(struct page *page);
void sim_prep_compound(struct page *page, unsigned int order);
int sim_isolate_free_page(struct page *page, unsigned int order);
void sim_putback_isolated_page(struct page *page, unsigned int order);
void sim_post_alloc(struct page *page, unsigned int order);
void sim_split_page(struct page *page, unsigned int order);
bool sim_free_prepare(struct page *page, unsigned int order);
bool sim_drop_ref(struct page *page);

#define __isolate_free_page(page, order)	sim_isolate_free_page(page, order)
#define __putback_isolated_page(page, order, type) \
	((void)(type), sim_putback_isolated_page(page, order))
#define post_alloc_hook(page, order, gfp)	\
	((void)(gfp), sim_post_alloc(page, order))
#define free_pages_prepare(page, order)	sim_free_prepare(page, order)
#define put_page_testzero(page)	sim_drop_ref(page)
#define page_ref_unfreeze(page, count)	((page)->refs = (count))
#define set_page_refcounted(page)	((page)->refs = 1)
/* Only of references: the last of ours goes, or somebody else has one. */
#define atomic_cmpxchg_relaxed(refs, old, new) \
	(*(refs) == (old) ? (*(refs) = (new), (old)) : *(refs))
#define _refcount		refs

/* What evacuate.c needs of the layers below; see folio.c. */

enum migrate_mode { MIGRATE_ASYNC, MIGRATE_SYNC_LIGHT, MIGRATE_SYNC };
enum migrate_reason { MR_CONTIG_RANGE };

struct compact_control {
	int order;
	struct zone *zone;
	gfp_t gfp_mask;
	enum migrate_mode mode;
	bool ignore_skip_hint;
	bool no_set_skip_hint;
	bool alloc_contig;
	struct list_head migratepages;
	unsigned int nr_migratepages;
	unsigned long migrate_pfn;
};

struct migration_target_control {
	int nid;
	gfp_t gfp_mask;
	enum migrate_reason reason;
};

typedef struct folio *new_folio_t(struct folio *folio, unsigned long private);

void drain_all_pages(struct zone *zone);
void lru_add_drain_all(void);
void lru_cache_disable(void);
void lru_cache_enable(void);
int start_isolate_page_range(unsigned long start, unsigned long end, int type,
			     int flags, gfp_t gfp);
void undo_isolate_page_range(unsigned long start, unsigned long end, int type);
int isolate_migratepages_range(struct compact_control *cc, unsigned long start,
			       unsigned long end);
unsigned long reclaim_clean_pages_from_list(struct zone *zone,
					    struct list_head *list);
int migrate_pages(struct list_head *list, new_folio_t *get, void *put,
		  unsigned long private, enum migrate_mode mode, int reason,
		  unsigned int *nr_moved);
void putback_movable_pages(struct list_head *list);
struct page *__alloc_pages_node(int nid, gfp_t gfp, unsigned int order);
struct folio *alloc_migration_target(struct folio *src, unsigned long private);
void __free_page(struct page *page);

#define wait_for_freed_hugetlb_folios()
#define trace_mm_alloc_contig_migrate_range_info(...)	do { } while (0)

/* Nobody traces, and nobody wants to know who holds what. */
#define trace_cma_alloc_start(...)	do { } while (0)
#define trace_cma_alloc_finish(name, pfn, page, count, align, err) \
	do { (void)(page); } while (0)
#define trace_cma_alloc_busy_retry(...)	do { } while (0)
#define trace_cma_release(...)		do { } while (0)

/* In place of mm/cma/trace.h. */
#define _MM_CMA_TRACE_H
#define trace_cma_request(...)		do { } while (0)
#define trace_cma_search(id, name, pfn, frames) \
	((void)(id), (void)(name), sim_place(pfn, frames))
#define trace_cma_claim(...)		do { } while (0)
#define trace_cma_isolate(...)		do { } while (0)
#define trace_cma_reclaim(...)		do { } while (0)
#define trace_cma_migrate(...)		do { } while (0)
#define trace_cma_wait(...)		do { } while (0)
#define trace_cma_done(...)		do { } while (0)
#define trace_cma_freed(...)		do { } while (0)

static inline unsigned int find_first_set(unsigned long word)
{
	return word ? (unsigned int)__ffs(word) : (unsigned int)BITS_PER_LONG;
}

#define for_each_set_bit(bit, map, size)				\
	for ((bit) = find_next_bit(map, size, 0); (bit) < (unsigned int)(size); \
	     (bit) = find_next_bit(map, size, (bit) + 1))
#define for_each_set_bitrange(low, high, map, size)			\
	for ((low) = find_next_bit(map, size, 0);			\
	     (low) < (unsigned int)(size) &&				\
	     ((high) = find_next_zero_bit(map, size, low), true);	\
	     (low) = find_next_bit(map, size, high))

#endif /* CMA_HOST_SIM_H */
