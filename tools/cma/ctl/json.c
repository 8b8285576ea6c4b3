// SPDX-License-Identifier: GPL-2.0-only
/*
 * JSON on stdout, one document a command, as cmactl.schema.json has it
 *
 * A value is written under its key inside an object and without one (NULL)
 * inside an array. What is not known is null.
 */
#include "cmactl.h"

/* Of what level nothing has been written yet. */
static bool first[16];
static int depth;

static void indent(void)
{
	int i;

	if (!depth)
		return;
	printf("%s\n", first[depth] ? "" : ",");
	first[depth] = false;
	for (i = 0; i < depth; i++)
		printf("  ");
}

/* Whatever a name holds, the document stays one: other bytes than ASCII are escaped. */
static void quoted(const char *text)
{
	const unsigned char *c = (const unsigned char *)text;

	putchar('"');
	for (; *c; c++) {
		if (*c == '"' || *c == '\\')
			printf("\\%c", *c);
		else if (*c < 0x20 || *c >= 0x7f)
			printf("\\u%04x", *c);
		else
			putchar(*c);
	}
	putchar('"');
}

static void key_of(const char *key)
{
	indent();
	if (!key)
		return;
	quoted(key);
	printf(": ");
}

static void open_level(const char *key, char bracket)
{
	key_of(key);
	putchar(bracket);
	first[++depth] = true;
}

static void close_level(char bracket)
{
	bool empty = first[depth--];
	int i;

	if (!empty) {
		putchar('\n');
		for (i = 0; i < depth; i++)
			printf("  ");
	}
	putchar(bracket);
}

void json_object(const char *key)
{
	open_level(key, '{');
}

void json_object_end(void)
{
	close_level('}');
}

void json_array(const char *key)
{
	open_level(key, '[');
}

void json_array_end(void)
{
	close_level(']');
}

void json_string(const char *key, const char *value)
{
	key_of(key);
	if (value)
		quoted(value);
	else
		printf("null");
}

void json_number(const char *key, long long value)
{
	key_of(key);
	if (value == UNKNOWN)
		printf("null");
	else
		printf("%lld", value);
}

void json_real(const char *key, double value)
{
	key_of(key);
	printf("%.3f", value);
}

void json_bool(const char *key, bool value)
{
	key_of(key);
	printf("%s", value ? "true" : "false");
}

/* Every document says what it is, and in which pages it counts. */
void json_begin(const char *command)
{
	json_object(NULL);
	json_string("command", command);
	json_number("format", 1);
	json_number("page_size", ctl.page);
}

void json_end(void)
{
	lacking_json();
	json_object_end();
	putchar('\n');
	fflush(stdout);
}
