// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmactl record: write down what is allocated from areas and given back
 *
 * The events go to an instance of tracefs of our own, so that nobody else's
 * tracing is disturbed, and are copied as the kernel prints them. The head of the
 * file, lines that begin with #, has the areas and what was held at the start.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "grid.h"

/* Kilobytes for each processor; a line of events takes about 100 bytes. */
#define BUFFER_KB	"4096"

#define POLL_MS		100

/**
 * struct recording - one on its way
 * @folder: of the instance in tracefs
 * @pipe: events as text
 * @out: the file
 * @events: lines copied so far
 * @lost: events that the kernel dropped
 */
struct recording {
	char folder[PATH_BYTES];
	int pipe;
	FILE *out;
	long long events, lost;
};

struct options {
	const char *file;
	long long seconds;
	char **command;
};

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = stop };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

/* Pages of a block, as the head of /proc/pagetypeinfo says. */
static long long block_pages(void)
{
	static const char words[] = "Pages per block:";
	char *text = file_text(path_of("/proc/pagetypeinfo")), *rest = text, *line;
	long long pages = UNKNOWN;

	while ((line = next_line(&rest))) {
		if (strncmp(line, words, strlen(words)))
			continue;
		line += strlen(words);
		if (!to_count(next_word(&line), &pages))
			pages = UNKNOWN;
	}
	free(text);
	return pages;
}

/* One line for each allocation if they are known, else for each run. */
static void write_held(FILE *out, const char *area)
{
	struct grid grid;
	long long known = 0, taken;
	size_t i;

	if (grid_read(&grid, area))
		return;
	taken = grid_pages(&grid, KIND_TAKEN);
	for (i = 0; i < grid.nr_holders; i++)
		known += grid.holders[i].pages;
	if (known == taken) {
		for (i = 0; i < grid.nr_holders; i++)
			fprintf(out, "# held %s %#llx %lld\n", area,
				grid.holders[i].pfn, grid.holders[i].pages);
	} else {
		for (i = 0; i < grid.nr_runs; i++)
			fprintf(out, "# held %s %#llx %lld\n", area,
				grid.runs[i].pfn, grid.runs[i].pages);
	}
	grid_free(&grid);
}

static void write_head(FILE *out)
{
	size_t nr, i;
	struct area *areas = areas_read(&nr);
	long long block = block_pages();

	fprintf(out, "# cmactl record 1\n# page_size %zu\n", ctl.page);
	if (block != UNKNOWN)
		fprintf(out, "# block_pages %lld\n", block);
	for (i = 0; i < nr; i++) {
		if (areas[i].total == UNKNOWN)
			continue;
		fprintf(out, "# area %s %lld %lld\n", areas[i].name,
			areas[i].total,
			areas[i].order == UNKNOWN ? 0 : areas[i].order);
		write_held(out, areas[i].name);
	}
	free(areas);
}

static int tell(const struct recording *r, const char *file, const char *text)
{
	char path[2 * PATH_BYTES];
	int fd, error = 0;

	snprintf(path, sizeof(path), "%s/%s", r->folder, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	if (write(fd, text, strlen(text)) < 0)
		error = errno;
	close(fd);
	return error;
}

/* Where tracefs is, NULL if nowhere. */
static const char *trace_folder(void)
{
	static const char * const places[] = {
		"/sys/kernel/tracing", "/sys/kernel/debug/tracing",
	};
	size_t i;

	for (i = 0; i < 2; i++) {
		if (!access(path_of("%s/instances", places[i]), F_OK))
			return places[i];
	}
	lacking(places[0], access(path_of("%s", places[0]), X_OK) ? errno : ENOENT,
		"build the kernel with CONFIG_FTRACE=y and a tracer, and mount -t tracefs none /sys/kernel/tracing");
	return NULL;
}

static int make_instance(struct recording *r)
{
	const char *place = trace_folder();
	int n;

	if (!place) {
		lacking_print(stderr);
		return lacking_status();
	}
	n = snprintf(r->folder, sizeof(r->folder), "%s/instances/cmactl-%d",
		     path_of("%s", place), (int)getpid());
	if (n >= (int)sizeof(r->folder))
		return failure(CTL_ERROR, "%s: path too long", place);
	if (mkdir(r->folder, 0700))
		return failure(errno == EACCES || errno == EPERM ? CTL_DENIED :
			       CTL_ERROR, "%s: %s", r->folder, strerror(errno));
	return CTL_OK;
}

static int begin(struct recording *r)
{
	char path[2 * PATH_BYTES];
	int error;

	tell(r, "buffer_size_kb", BUFFER_KB);
	tell(r, "trace_clock", "mono");
	error = tell(r, "events/cma/enable", "1");
	if (error)
		return failure(error == ENOENT ? CTL_MISSING : CTL_ERROR,
			       "%s/events/cma/enable: %s: the kernel has no events of areas without CONFIG_CMA and CONFIG_FTRACE",
			       r->folder, strerror(error));
	snprintf(path, sizeof(path), "%s/trace_pipe", r->folder);
	r->pipe = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (r->pipe < 0)
		return failure(CTL_ERROR, "%s: %s", path, strerror(errno));
	return CTL_OK;
}

/* The instance goes away with all that is in it. */
static void end(struct recording *r)
{
	if (r->pipe >= 0)
		close(r->pipe);
	tell(r, "events/cma/enable", "0");
	rmdir(r->folder);
}

static void count_lines(struct recording *r, const char *text, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		r->events += text[i] == '\n';
}

/* Whatever is there by now. Return: whether it could be written. */
static bool copy(struct recording *r)
{
	char text[16384];
	ssize_t n;

	while ((n = read(r->pipe, text, sizeof(text))) > 0) {
		count_lines(r, text, n);
		if (fwrite(text, 1, n, r->out) != (size_t)n)
			return false;
	}
	return true;
}

static pid_t start_command(char **command)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	execvp(command[0], command);
	fprintf(stderr, "cmactl: %s: %s\n", command[0], strerror(errno));
	_exit(127);
}

static long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

/* Until the command ends, the time is up, or somebody interrupts. */
static int follow(struct recording *r, const struct options *o)
{
	long long until = o->seconds ? now_ms() + o->seconds * 1000 : 0;
	pid_t pid = o->command ? start_command(o->command) : 0;
	int state = 0;

	if (pid < 0)
		return failure(CTL_ERROR, "fork: %s", strerror(errno));
	while (!stopped && (!until || now_ms() < until)) {
		if (!copy(r))
			return failure(CTL_ERROR, "%s: %s", o->file,
				       strerror(errno));
		if (pid && waitpid(pid, &state, WNOHANG) == pid)
			break;
		poll(NULL, 0, POLL_MS);
	}
	tell(r, "events/cma/enable", "0");
	if (!copy(r) || fflush(r->out))
		return failure(CTL_ERROR, "%s: %s", o->file, strerror(errno));
	if (pid && state)
		return failure(CTL_NO, "%s: ended with status %d", o->command[0],
			       WIFEXITED(state) ? WEXITSTATUS(state) : 128 +
			       WTERMSIG(state));
	return CTL_OK;
}

static void report(const struct recording *r, const char *file)
{
	if (ctl.json) {
		json_begin("record");
		json_string("file", file);
		json_number("events", r->events);
		json_end();
	} else {
		printf("%lld events in %s; cmactl plan %s tells what they need\n",
		       r->events, file, file);
	}
}

static int record(const struct options *o)
{
	struct recording r = { .pipe = -1 };
	int status = make_instance(&r);

	if (status)
		return status;
	r.out = fopen(o->file, "w");
	if (!r.out) {
		status = failure(CTL_ERROR, "%s: %s", o->file, strerror(errno));
		end(&r);
		return status;
	}
	catch_signals();
	write_head(r.out);
	status = begin(&r);
	if (!status)
		status = follow(&r, o);
	end(&r);
	if (fclose(r.out) && !status)
		status = failure(CTL_ERROR, "%s: cannot write", o->file);
	if (!status || status == CTL_NO)
		report(&r, o->file);
	return status;
}

int cmd_record(int argc, char **argv)
{
	struct options o = {};
	int option;

	while ((option = getopt(argc, argv, "+t:")) != -1) {
		if (option != 't')
			return usage_error("record takes FILE, -t SECONDS, -- COMMAND");
		if (!to_count(optarg, &o.seconds) || !o.seconds ||
		    o.seconds > 1000000)
			return usage_error("-t %s: not a number of seconds",
					   optarg);
	}
	if (optind == argc)
		return usage_error("record takes the file to write");
	o.file = argv[optind++];
	/* -t may stand behind the file as well. */
	if (optind + 1 < argc && !strcmp(argv[optind], "-t")) {
		if (!to_count(argv[optind + 1], &o.seconds) || !o.seconds ||
		    o.seconds > 1000000)
			return usage_error("-t %s: not a number of seconds",
					   argv[optind + 1]);
		optind += 2;
	}
	if (optind < argc && strcmp(argv[optind], "--"))
		return usage_error("record: what is '%s'? A command stands behind --",
				   argv[optind]);
	if (optind + 1 < argc)
		o.command = &argv[optind + 1];
	return record(&o);
}
