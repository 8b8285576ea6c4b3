// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who waited for whom: the lock tracepoints of a run, boiled down.
 *
 * A wait begins and ends with lock:contention_begin and contention_end of one
 * task; whoever woke that task last in between (sched:sched_waking) is taken for
 * the one that had the lock. A waiter that got it by spinning was woken by
 * nobody. The stack at its begin tells which function waited. Only mutexes are
 * traced: both the stock allocator and ours sleep on those.
 */
#include "bench.h"

#define TRACING		"/sys/kernel/tracing/"
#define BEGIN		TRACING "events/lock/contention_begin/"
#define END		TRACING "events/lock/contention_end/"
#define WAKING		TRACING "events/sched/sched_waking/"
#define MOST_TASKS	8
#define MOST_PLACES	16

/* A task's wait that goes on. */
struct wait {
	int pid;
	double since;			/* s; 0: does not wait */
	int waker;			/* pid, 0: nobody yet */
	char where[40];
};

/* What a task waited for another, 0 being anyone else or nobody. */
struct tally {
	char where[40];
	int count[MOST_TASKS + 1][MOST_TASKS + 1];
	long long ns[MOST_TASKS + 1][MOST_TASKS + 1];
};

static struct wait waits[MOST_TASKS];
static struct tally tallies[MOST_PLACES];
static int tasks;

int bench_waits_start(void)
{
	static const char * const setup[][2] = {
		{ TRACING "tracing_on", "0" },
		{ TRACING "buffer_size_kb", "8192" },
		{ TRACING "trace", "" },
		{ BEGIN "filter", "flags & 32" },	/* mutexes */
		{ BEGIN "trigger", "stacktrace" },
		{ WAKING "filter", "comm == \"cma-bench\"" },
		{ BEGIN "enable", "1" },
		{ END "enable", "1" },
		{ WAKING "enable", "1" },
		{ TRACING "tracing_on", "1" },
	};
	int fd = open(TRACING "trace", O_WRONLY | O_TRUNC);

	if (fd < 0)
		return -errno;
	close(fd);
	for (size_t i = 0; i < sizeof(setup) / sizeof(*setup); i++) {
		int err = cma_write_text(setup[i][0], setup[i][1]);

		/* The trigger is there from the first run on. */
		if (err && err != -EEXIST)
			return err;
	}
	return 0;
}

static struct wait *wait_of(int pid)
{
	for (int i = 0; i < tasks; i++)
		if (waits[i].pid == pid)
			return &waits[i];
	return NULL;
}

/* Return: number of the task from 1, or 0. */
static int number_of(int pid)
{
	const struct wait *wait = wait_of(pid);

	return wait ? wait - waits + 1 : 0;
}

static struct tally *tally_of(const char *where)
{
	int i = 0;

	while (i < MOST_PLACES - 1 && tallies[i].where[0] &&
	       strcmp(tallies[i].where, where))
		i++;
	snprintf(tallies[i].where, sizeof(tallies[i].where), "%s", where);
	return &tallies[i];
}

/* The machinery between the event and the function that takes the lock. */
static bool is_machinery(const char *name)
{
	return strstr(name, "mutex") || strstr(name, "contention") ||
	       strstr(name, "trace") || strstr(name, "trigger");
}

static void finish(struct wait *wait, const struct work *row, double at)
{
	struct tally *tally = tally_of(wait->where[0] ? wait->where : "unknown");
	int waker = number_of(wait->waker), waiter = number_of(wait->pid);
	struct sample sample = { .ns = (at - wait->since) * 1e9 };

	tally->count[waiter][waker]++;
	tally->ns[waiter][waker] += sample.ns;
	bench_keep(row, bench_text("wait in %s", tally->where), sample, "");
	wait->since = 0;
}

/* The number behind the last @mark before @end. */
static double number_before(const char *line, const char *end, char mark)
{
	while (end > line && end[-1] != mark)
		end--;
	return end > line ? strtod(end, NULL) : 0;
}

/* Of a line "task-PID  [CPU] flags  SECONDS: event: text". */
static void one_event(const struct work *row, int pid, double at,
		      const char *event, struct wait **last)
{
	struct wait *wait = wait_of(pid);
	int woken;

	if (wait && strstr(event, "contention_begin:")) {
		wait->since = at;
		wait->waker = 0;
		wait->where[0] = 0;
		*last = wait;
	} else if (wait && wait->since && strstr(event, "contention_end:")) {
		finish(wait, row, at);
	} else if (sscanf(event, ": sched_waking: comm=cma-bench pid=%d", &woken) == 1) {
		wait = wait_of(woken);
		if (wait && wait->since)
			wait->waker = pid;
	}
}

static void read_trace(const struct work *row)
{
	FILE *file = fopen(TRACING "trace", "r");
	struct wait *last = NULL;
	char line[512], name[40];

	while (file && fgets(line, sizeof(line), file)) {
		const char *bracket = strstr(line, " ["), *event = strstr(line, ": ");

		if (bracket && event)
			one_event(row, number_before(line, bracket, '-'),
				  number_before(line, event, ' '), event, &last);
		else if (last && !last->where[0] &&
			 sscanf(line, " => %39s", name) == 1 && !is_machinery(name))
			memcpy(last->where, name, sizeof(name));
	}
	if (file)
		fclose(file);
}

static void print_tally(const struct work *row, const struct tally *tally)
{
	for (int waiter = 1; waiter <= tasks; waiter++)
		for (int waker = 0; waker <= tasks; waker++)
			if (tally->count[waiter][waker])
				printf("wait,%s,%s,%d,%d,%d,%lld\n", row->name,
				       tally->where, waiter, waker,
				       tally->count[waiter][waker],
				       tally->ns[waiter][waker]);
}

/* Keep the waits of those tasks as samples, and print who waited for whom. */
void bench_waits_stop(const struct work *row, const int *pids, int n)
{
	cma_write_text(TRACING "tracing_on", "0");
	cma_write_text(BEGIN "enable", "0");
	cma_write_text(END "enable", "0");
	cma_write_text(WAKING "enable", "0");
	memset(waits, 0, sizeof(waits));
	memset(tallies, 0, sizeof(tallies));
	tasks = n;
	for (int i = 0; i < n; i++)
		waits[i].pid = pids[i];
	read_trace(row);
	for (int i = 0; i < MOST_PLACES; i++)
		print_tally(row, &tallies[i]);
}
