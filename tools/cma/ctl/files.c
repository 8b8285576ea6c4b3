// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files of the kernel, below the root that was asked for
 *
 * A file that is not there is no error by itself: kernels differ, and so do the
 * rights of users. It is noted with what would help, once, and told at the end.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmactl.h"

struct lack {
	char *path;
	int error;
	const char *cure;
};

static struct lack *lacks;
static size_t nr_lacks;

/* The path of a file, below the root; it is good until the next call. */
char *path_of(const char *format, ...)
{
	static char path[PATH_MAX];
	int root = snprintf(path, sizeof(path), "%s", ctl.root), rest;
	va_list args;

	if (root >= (int)sizeof(path))
		root = sizeof(path) - 1;
	va_start(args, format);
	rest = vsnprintf(path + root, sizeof(path) - root, format, args);
	va_end(args);
	if (root + rest >= (int)sizeof(path))
		path[0] = '\0';
	return path;
}

/* All that is left of a file, however large; some files give a part with each read. */
char *text_from(int fd)
{
	size_t size = 0, room = 16384;
	char *text = grown(NULL, room);
	ssize_t n;

	for (;;) {
		n = read(fd, text + size, room - size - 1);
		/* EPIPE: records of the kernel log went by unread. */
		if (n < 0 && (errno == EINTR || errno == EPIPE))
			continue;
		if (n <= 0)
			break;
		size += n;
		if (room - size < 8192)
			text = grown(text, room *= 2);
	}
	if (n < 0 && !size) {
		free(text);
		return NULL;
	}
	text[size] = '\0';
	return text;
}

/* The contents of a file; NULL, and errno, if it cannot be read. */
char *file_text(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char *text;
	int error;

	if (fd < 0)
		return NULL;
	text = text_from(fd);
	error = errno;
	close(fd);
	errno = error;
	return text;
}

/* The number in a file, UNKNOWN if there is none. */
long long file_number(const char *path)
{
	long long number = UNKNOWN;
	char *text = file_text(path);

	if (!text)
		return UNKNOWN;
	text[strcspn(text, "\n")] = '\0';
	if (!to_count(text, &number))
		number = UNKNOWN;
	free(text);
	return number;
}

/* debugfs has files beside the folders of areas. */
static bool is_name(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && entry->d_type != DT_REG;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names in a folder, sorted, but not of files; NULL, and errno, if it cannot be read. */
char **folder_names(const char *path, size_t *nr)
{
	struct dirent *entry;
	char **names = grown(NULL, sizeof(*names));
	DIR *folder = opendir(path);

	*nr = 0;
	if (!folder) {
		free(names);
		return NULL;
	}
	while ((entry = readdir(folder))) {
		if (!is_name(entry))
			continue;
		names = grown(names, (*nr + 1) * sizeof(*names));
		names[(*nr)++] = strdup(entry->d_name);
	}
	closedir(folder);
	qsort(names, *nr, sizeof(*names), by_name);
	return names;
}

void free_names(char **names, size_t nr)
{
	while (nr)
		free(names[--nr]);
	free(names);
}

/* Cut the next line off @text; NULL at the end. */
char *next_line(char **text)
{
	char *line = *text;

	if (!line || !*line)
		return NULL;
	*text = line + strcspn(line, "\n");
	if (**text)
		*(*text)++ = '\0';
	return line;
}

/* Cut the next word off @line; an empty one at the end. */
char *next_word(char **line)
{
	char *word = *line + strspn(*line, " \t");

	*line = word + strcspn(word, " \t");
	if (**line)
		*(*line)++ = '\0';
	return word;
}

/* The value of "KEY=VALUE" among the words of @line, NULL if it is not there. */
char *value_of(const char *line, const char *key, char *value, size_t bytes)
{
	size_t len = strlen(key), size;
	const char *at = line;

	for (; (at = strstr(at, key)); at += len) {
		if (at[len] == '=' && (at == line || at[-1] == ' '))
			break;
	}
	if (!at)
		return NULL;
	at += len + 1;
	size = strcspn(at, " ");
	if (size >= bytes)
		size = bytes - 1;
	memcpy(value, at, size);
	value[size] = '\0';
	return value;
}

/* The same where the value is a number; UNKNOWN if it is none. */
long long number_of(const char *line, const char *key)
{
	char value[32];
	long long number;

	if (!value_of(line, key, value, sizeof(value)) ||
	    !to_count(value, &number))
		return UNKNOWN;
	return number;
}

/* All of @text is a number: decimal, or hexadecimal after 0x. */
bool to_number(const char *text, long long *number)
{
	const char *digits = text + (*text == '-');
	bool hex = digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
	char *end;

	if (!isdigit((unsigned char)*digits))
		return false;
	errno = 0;
	*number = strtoll(text, &end, hex ? 16 : 10);
	return !errno && end != text && !*end;
}

/* The same for what cannot be negative. */
bool to_count(const char *text, long long *count)
{
	return to_number(text, count) && *count >= 0 && *count <= MOST;
}

/* A size: a number, and K, M or G, which may be followed by iB. */
bool to_bytes(const char *text, long long *bytes)
{
	static const char letters[] = "KMG";
	const char *letter;
	long long number;
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	number = strtoll(text, &end, 10);
	if (errno)
		return false;
	if (*end) {
		letter = strchr(letters, toupper((unsigned char)*end));
		if (!letter || (end[1] && strcmp(end + 1, "iB")))
			return false;
		if (number > LLONG_MAX >> (10 * (letter - letters + 1)))
			return false;
		number <<= 10 * (letter - letters + 1);
	}
	*bytes = number;
	return number > 0 && number <= MOST;
}

/* Is it this file, or one in this folder? */
static bool is_below(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	return !strncmp(path, folder, len) && (!path[len] || path[len] == '/');
}

/**
 * lacking() - note that a file could not be read
 * @path: the file, without the root
 * @error: why, an errno
 * @cure: what makes it readable if it is not there
 *
 * What has the cure of an earlier one, or lies in a folder that cannot be read
 * either, is no news.
 */
void lacking(const char *path, int error, const char *cure)
{
	size_t i;

	for (i = 0; i < nr_lacks; i++) {
		if (is_below(path, lacks[i].path) ||
		    (error == lacks[i].error && !strcmp(cure, lacks[i].cure)))
			return;
	}
	lacks = grown(lacks, (nr_lacks + 1) * sizeof(*lacks));
	lacks[nr_lacks].path = strdup(path);
	lacks[nr_lacks].error = error;
	lacks[nr_lacks++].cure = cure;
}

size_t lacking_nr(void)
{
	return nr_lacks;
}

void lacking_forget(void)
{
	while (nr_lacks)
		free(lacks[--nr_lacks].path);
	free(lacks);
	lacks = NULL;
}

static bool is_denied(const struct lack *lack)
{
	return lack->error == EACCES || lack->error == EPERM;
}

static const char *why(const struct lack *lack)
{
	if (is_denied(lack))
		return "not for this user";
	return lack->error == ENOENT ? "not there" : strerror(lack->error);
}

static const char *cure_of(const struct lack *lack)
{
	return is_denied(lack) ? "run as root" : lack->cure;
}

void lacking_print(FILE *out)
{
	size_t i;

	fflush(stdout);
	for (i = 0; i < nr_lacks; i++)
		fprintf(out, "cmactl: %s: %s: %s\n", lacks[i].path,
			why(&lacks[i]), cure_of(&lacks[i]));
}

void lacking_json(void)
{
	size_t i;

	json_array("missing");
	for (i = 0; i < nr_lacks; i++) {
		json_object(NULL);
		json_string("path", lacks[i].path);
		json_string("why", why(&lacks[i]));
		json_string("cure", cure_of(&lacks[i]));
		json_object_end();
	}
	json_array_end();
}

/* What a command that can do nothing without these files exits with. */
int lacking_status(void)
{
	size_t i;

	for (i = 0; i < nr_lacks; i++) {
		if (is_denied(&lacks[i]))
			return CTL_DENIED;
	}
	return CTL_MISSING;
}
