/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _CMACTL_H
#define _CMACTL_H
/*
 * What the parts of cmactl share: settings, files, and how things are written
 *
 *	cmactl.c		options, commands, exit status
 *	list.c draw.c svg.c top.c holders.c blockers.c explain.c record.c plan.c
 *	obtain.c		a command each, or two
 *	area.c grid.c failures.c trace.c workload.c	what files say
 *	replay.c		a workload on the map of the kernel
 *	files.c json.c text.c	reading and writing
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Exit status, as cmactl(1) tells it */
enum {
	CTL_OK = 0,
	CTL_NO = 1,		/* the answer is no, or something is wrong */
	CTL_USAGE = 2,
	CTL_MISSING = 3,	/* no such area, or the kernel does not tell */
	CTL_DENIED = 4,
	CTL_ERROR = 5,
};

/* A number that no file told. */
#define UNKNOWN		(-1LL)

/* No number of pages, events or milliseconds is larger; sums do not overflow. */
#define MOST		(1LL << 50)

#define NAME_BYTES	64
#define PATH_BYTES	128

/**
 * struct settings - what the command line and the environment decide
 * @root: put before the path of every file, "" for the running system
 * @json: write JSON
 * @color: write colours
 * @page: bytes of a page
 * @width: columns to write
 */
struct settings {
	const char *root;
	bool json;
	bool color;
	size_t page;
	int width;
};

extern struct settings ctl;

/* cmactl.c */
int usage_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
int failure(int status, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void *grown(void *array, size_t bytes);
size_t screen_rows(void);

/* Commands: their arguments begin with their own name. */
int cmd_list(int argc, char **argv);
int cmd_show(int argc, char **argv);
int cmd_map(int argc, char **argv);
int cmd_top(int argc, char **argv);
int cmd_holders(int argc, char **argv);
int cmd_blockers(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_record(int argc, char **argv);
int cmd_plan(int argc, char **argv);
int cmd_test(int argc, char **argv);

/* files.c */
char *path_of(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *text_from(int fd);
char *file_text(const char *path);
long long file_number(const char *path);
char **folder_names(const char *path, size_t *nr);
void free_names(char **names, size_t nr);
char *next_line(char **text);
char *next_word(char **line);
char *value_of(const char *line, const char *key, char *value, size_t bytes);
long long number_of(const char *line, const char *key);
bool to_number(const char *text, long long *number);
bool to_count(const char *text, long long *count);
bool to_bytes(const char *text, long long *bytes);

/* What could not be read, why, and what would help */
void lacking(const char *path, int error, const char *cure);
size_t lacking_nr(void);
void lacking_forget(void);
void lacking_print(FILE *out);
void lacking_json(void);
int lacking_status(void);

/* json.c */
void json_begin(const char *command);
void json_end(void);
void json_object(const char *key);
void json_object_end(void);
void json_array(const char *key);
void json_array_end(void);
void json_string(const char *key, const char *value);
void json_number(const char *key, long long value);
void json_real(const char *key, double value);
void json_bool(const char *key, bool value);

/* text.c */
enum color { PLAIN, BOLD, DIM, RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN };
const char *color(enum color which);
#define TEXT_BYTES	32
const char *mib(long long pages, char *text);
const char *micros(long long us, char *text);
const char *age(long long ms, char *text);
const char *share(long long permille, char *text);
double mib_of(long long pages);
void printable(char *text);

#endif /* _CMACTL_H */
