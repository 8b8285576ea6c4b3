/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints of the stages of an allocation
 *
 * They stand beside those of include/trace/events/cma.h, which are the stock
 * ones, in the same directory of tracefs. Each carries the number of the
 * allocation, so that one of many can be followed: cma_request comes first, then
 * cma_search, cma_claim, cma_isolate, cma_reclaim, cma_migrate and cma_wait as
 * often as they happen, in the end cma_done, before it cma_give_up if the
 * allocation fails. A pfn of ~0 means that there is none.
 *
 * While one of them is on, every allocation and release is timed.
 *
 * The types of fields are those of C: bpftrace reads them, and knows no u64 where
 * the kernel has no BTF.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM cma

#if !defined(_MM_CMA_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _MM_CMA_TRACE_H

#include <linux/tracepoint.h>
#include <linux/types.h>
#include <trace/events/mmflags.h>

#ifdef CONFIG_TRACEPOINTS
int cma_trace_on(void);
void cma_trace_off(void);
#endif

TRACE_EVENT_FN(cma_request,

	TP_PROTO(u64 id, const char *name, unsigned long count,
		 unsigned int align, gfp_t gfp),

	TP_ARGS(id, name, count, align, gfp),

	TP_STRUCT__entry(
		__field(unsigned long long, id)
		__string(name, name)
		__field(unsigned long, count)
		__field(unsigned int, align)
		__field(unsigned long, gfp)
	),

	TP_fast_assign(
		__entry->id = id;
		__assign_str(name);
		__entry->count = count;
		__entry->align = align;
		__entry->gfp = (__force unsigned long)gfp;
	),

	TP_printk("id=%llu name=%s count=%lu align=%u gfp=%s", __entry->id,
		  __get_str(name), __entry->count, __entry->align,
		  show_gfp_flags(__entry->gfp)),

	cma_trace_on, cma_trace_off
);

TRACE_EVENT_FN(cma_search,

	TP_PROTO(u64 id, const char *name, unsigned long pfn,
		 unsigned long count),

	TP_ARGS(id, name, pfn, count),

	TP_STRUCT__entry(
		__field(unsigned long long, id)
		__string(name, name)
		__field(unsigned long, pfn)
		__field(unsigned long, count)
	),

	TP_fast_assign(
		__entry->id = id;
		__assign_str(name);
		__entry->pfn = pfn;
		__entry->count = count;
	),

	TP_printk("id=%llu name=%s pfn=0x%lx count=%lu", __entry->id,
		  __get_str(name), __entry->pfn, __entry->count),

	cma_trace_on, cma_trace_off
);

DECLARE_EVENT_CLASS(cma_attempt,

	TP_PROTO(u64 id, const char *name, unsigned long pfn,
		 unsigned long count, int ret),

	TP_ARGS(id, name, pfn, count, ret),

	TP_STRUCT__entry(
		__field(unsigned long long, id)
		__string(name, name)
		__field(unsigned long, pfn)
		__field(unsigned long, count)
		__field(int, ret)
	),

	TP_fast_assign(
		__entry->id = id;
		__assign_str(name);
		__entry->pfn = pfn;
		__entry->count = count;
		__entry->ret = ret;
	),

	TP_printk("id=%llu name=%s pfn=0x%lx count=%lu ret=%d", __entry->id,
		  __get_str(name), __entry->pfn, __entry->count, __entry->ret)
);

DEFINE_EVENT_FN(cma_attempt, cma_claim,
	TP_PROTO(u64 id, const char *name, unsigned long pfn,
		 unsigned long count, int ret),
	TP_ARGS(id, name, pfn, count, ret),
	cma_trace_on, cma_trace_off
);

DEFINE_EVENT_FN(cma_attempt, cma_isolate,
	TP_PROTO(u64 id, const char *name, unsigned long pfn,
		 unsigned long count, int ret),
	TP_ARGS(id, name, pfn, count, ret),
	cma_trace_on, cma_trace_off
);

TRACE_EVENT_FN(cma_reclaim,

	TP_PROTO(u64 id, const char *name, unsigned long pfn, unsigned long nr),

	TP_ARGS(id, name, pfn, nr),

	TP_STRUCT__entry(
		__field(unsigned long long, id)
		__string(name, name)
		__field(unsigned long, pfn)
		__field(unsigned long, nr)
	),

	TP_fast_assign(
		__entry->id = id;
		__assign_str(name);
		__entry->pfn = pfn;
		__entry->nr = nr;
	),

	TP_printk("id=%llu name=%s pfn=0x%lx nr=%lu", __entry->id,
		  __get_str(name), __entry->pfn, __entry->nr),

	cma_trace_on, cma_trace_off
);

TRACE_EVENT_FN(cma_migrate,

	TP_PROTO(u64 id, const char *name, unsigned long pfn,
		 unsigned long nr_migrated, unsigned long nr_failed, int ret),

	TP_ARGS(id, name, pfn, nr_migrated, nr_failed, ret),

	TP_STRUCT__entry(
		__field(unsigned long long, id)
		__string(name, name)
		__field(unsigned long, pfn)
		__field(unsigned long, nr_migrated)
		__field(unsigned long, nr_failed)
		__field(int, ret)
	),

	TP_fast_assign(
		__entry->id = id;
		__assign_str(name);
		__entry->pfn = pfn;
		__entry->nr_migrated = nr_migrated;
		__entry->nr_failed = nr_failed;
		__entry->ret = ret;
	),

	TP_printk("id=%llu name=%s pfn=0x%lx nr_migrated=%lu nr_failed=%lu ret=%d",
		  __entry->id, __get_str(name), __entry->pfn,
		  __entry->nr_migrated, __entry->nr_failed, __entry->ret),

	cma_trace_on, cma_trace_off
);

TRACE_EVENT_FN(cma_wait,

	TP_PROTO(u64 id, const char *name, unsigned int ms,
		 unsigned long blocker_pfn),

	TP_ARGS(id, name, ms, blocker_pfn),

	TP_STRUCT__entry(
		__field(unsigned long long, id)
		__string(name, name)
		__field(unsigned int, ms)
		__field(unsigned long, blocker_pfn)
	),

	TP_fast_assign(
		__entry->id = id;
		__assign_str(name);
		__entry->ms = ms;
		__entry->blocker_pfn = blocker_pfn;
	),

	TP_printk("id=%llu name=%s ms=%u blocker_pfn=0x%lx", __entry->id,
		  __get_str(name), __entry->ms, __entry->blocker_pfn),

	cma_trace_on, cma_trace_off
);

TRACE_EVENT_FN(cma_give_up,

	TP_PROTO(u64 id, const char *name, unsigned long count,
		 const char *cause, unsigned long blocker_pfn),

	TP_ARGS(id, name, count, cause, blocker_pfn),

	TP_STRUCT__entry(
		__field(unsigned long long, id)
		__string(name, name)
		__field(unsigned long, count)
		__string(cause, cause)
		__field(unsigned long, blocker_pfn)
	),

	TP_fast_assign(
		__entry->id = id;
		__assign_str(name);
		__entry->count = count;
		__assign_str(cause);
		__entry->blocker_pfn = blocker_pfn;
	),

	TP_printk("id=%llu name=%s count=%lu cause=%s blocker_pfn=0x%lx",
		  __entry->id, __get_str(name), __entry->count,
		  __get_str(cause), __entry->blocker_pfn),

	cma_trace_on, cma_trace_off
);

TRACE_EVENT_FN(cma_done,

	TP_PROTO(u64 id, const char *name, unsigned long pfn,
		 unsigned long count, const char *stage, u64 us),

	TP_ARGS(id, name, pfn, count, stage, us),

	TP_STRUCT__entry(
		__field(unsigned long long, id)
		__string(name, name)
		__field(unsigned long, pfn)
		__field(unsigned long, count)
		__string(stage, stage)
		__field(unsigned long long, us)
	),

	TP_fast_assign(
		__entry->id = id;
		__assign_str(name);
		__entry->pfn = pfn;
		__entry->count = count;
		__assign_str(stage);
		__entry->us = us;
	),

	TP_printk("id=%llu name=%s pfn=0x%lx count=%lu stage=%s us=%llu",
		  __entry->id, __get_str(name), __entry->pfn, __entry->count,
		  __get_str(stage), __entry->us),

	cma_trace_on, cma_trace_off
);

TRACE_EVENT_FN(cma_freed,

	TP_PROTO(const char *name, unsigned long pfn, unsigned long count,
		 u64 us),

	TP_ARGS(name, pfn, count, us),

	TP_STRUCT__entry(
		__string(name, name)
		__field(unsigned long, pfn)
		__field(unsigned long, count)
		__field(unsigned long long, us)
	),

	TP_fast_assign(
		__assign_str(name);
		__entry->pfn = pfn;
		__entry->count = count;
		__entry->us = us;
	),

	TP_printk("name=%s pfn=0x%lx count=%lu us=%llu", __get_str(name),
		  __entry->pfn, __entry->count, __entry->us),

	cma_trace_on, cma_trace_off
);

#endif /* _MM_CMA_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH ../../mm/cma
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
