// SPDX-License-Identifier: GPL-2.0-only
/*
 * The words of the command line (pure layer)
 *
 * Numbers are written as everywhere on the kernel's command line: decimal, 0x
 * for hexadecimal, a leading 0 for octal, then one of the suffixes K, M, G, T,
 * P or E. Unlike memparse() these functions see a missing number and a value
 * that does not fit, so that a typing error is told from ``cma=0``.
 */
#include "param.h"

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return 16;
}

static int parse_number(const char **text, u64 *value)
{
	const char *p = *text;
	int base = 10, digits = 0;

	if (p[0] == '0' && (p[1] | 0x20) == 'x' && digit_of(p[2]) < 16) {
		base = 16;
		p += 2;
	} else if (p[0] == '0') {
		base = 8;
	}

	*value = 0;
	for (; digit_of(*p) < base; p++, digits++) {
		if (check_mul_overflow(*value, (u64)base, value) ||
		    check_add_overflow(*value, (u64)digit_of(*p), value))
			return -EOVERFLOW;
	}
	*text = p;
	return digits ? 0 : -EINVAL;
}

/* Powers of 1024 that a suffix stands for, 0 if @c is none. */
static unsigned int suffix_of(char c)
{
	static const char suffixes[] = "kmgtpe";
	unsigned int i;

	for (i = 0; suffixes[i]; i++) {
		if (suffixes[i] == (c | 0x20))
			return i + 1;
	}
	return 0;
}

/**
 * cma_param_size() - parse a size or an address
 * @text: in: where it begins; out: what follows it
 * @bytes: the value
 *
 * Return: 0, -EINVAL if there is no number, -EOVERFLOW if it needs more than
 * 64 bits.
 */
int cma_param_size(const char **text, u64 *bytes)
{
	unsigned int shift;
	int err;

	err = parse_number(text, bytes);
	if (err)
		return err;
	shift = 10 * suffix_of(**text);
	if (!shift)
		return 0;
	if (*bytes > U64_MAX >> shift)
		return -EOVERFLOW;
	*bytes <<= shift;
	(*text)++;
	return 0;
}

static int parse_place(const char **text, struct cma_param *param)
{
	int err;

	err = cma_param_size(text, &param->base);
	if (err)
		return err;
	if (param->size > U64_MAX - param->base)
		return -EOVERFLOW;
	if (param->base)
		param->limit = param->base + param->size;
	if (**text == '-') {
		(*text)++;
		err = cma_param_size(text, &param->limit);
		if (err)
			return err;
		if (param->limit < param->base ||
		    param->limit - param->base < param->size)
			return -ERANGE;
	}
	param->fixed = param->base &&
		       param->limit - param->base == param->size;
	return 0;
}

/**
 * cma_param_parse() - parse the value of ``cma=``
 * @text: size[@start[-end]]
 * @param: the result; all zero on error
 *
 * A start of 0 means anywhere.
 *
 * Return: 0, -EINVAL if @text is not of that form, -EOVERFLOW if a value needs
 * more than 64 bits, -ERANGE if the size does not fit between start and end.
 */
int cma_param_parse(const char *text, struct cma_param *param)
{
	int err;

	memset(param, 0, sizeof(*param));
	err = cma_param_size(&text, &param->size);
	if (!err && *text == '@') {
		text++;
		err = parse_place(&text, param);
	}
	if (!err && *text)
		err = -EINVAL;
	if (err)
		memset(param, 0, sizeof(*param));
	return err;
}

/**
 * cma_param_node() - parse the next element of ``numa_cma=``
 * @text: in: node:size[,node:size...]; out: the element after this one
 * @nid: the node's number
 * @size: bytes
 *
 * Return: 0, -ENOENT at the end of the list, -EINVAL if the element is not of
 * that form, -EOVERFLOW if a value is too large.
 */
int cma_param_node(const char **text, unsigned int *nid, u64 *size)
{
	u64 node;
	int err;

	if (!**text)
		return -ENOENT;
	err = parse_number(text, &node);
	if (err)
		return err;
	if (node > INT_MAX)
		return -EOVERFLOW;
	if (**text != ':')
		return -EINVAL;
	(*text)++;
	err = cma_param_size(text, size);
	if (err)
		return err;
	if (**text == ',' && (*text)[1])
		(*text)++;
	else if (**text)
		return -EINVAL;
	*nid = node;
	return 0;
}

/* The name of an area is what its files are called. */
static int parse_name(const char **text, char *name, size_t bytes)
{
	const char *p = *text;
	size_t len = 0;

	for (; *p && *p != ':'; p++, len++) {
		if (len + 1 >= bytes)
			return -EOVERFLOW;
		if (*p <= ' ' || *p == 0x7f || *p == '/' || *p == ',')
			return -EINVAL;
		name[len] = *p;
	}
	name[len] = '\0';
	if (!len || !*p || name[0] == '.')
		return -EINVAL;
	*text = p + 1;
	return 0;
}

/* What follows a name, up to the next element: a comma announces one. */
static int parse_rest(const char **text, struct cma_param *param)
{
	int err = cma_param_size(text, &param->size);

	if (!err && **text == '@') {
		(*text)++;
		err = parse_place(text, param);
	}
	if (!err && **text == ',' && (*text)[1])
		(*text)++;
	else if (!err && **text)
		err = -EINVAL;
	return err;
}

/**
 * cma_param_area() - parse the next element of ``cma_exclusive=``
 * @text: in: name:size[@start[-end]][,name:...]; out: the element after this one
 * @name: receives the name
 * @bytes: room in @name
 * @param: size and place, all zero on error
 *
 * Return: 0, -ENOENT at the end of the list, else as cma_param_parse(); also
 * -EINVAL if the size is 0, -EOVERFLOW if the name is too long.
 */
int cma_param_area(const char **text, char *name, size_t bytes,
		   struct cma_param *param)
{
	int err;

	memset(param, 0, sizeof(*param));
	if (!**text)
		return -ENOENT;
	err = parse_name(text, name, bytes);
	if (!err)
		err = parse_rest(text, param);
	if (!err && !param->size)
		err = -EINVAL;
	if (err)
		memset(param, 0, sizeof(*param));
	return err;
}

/* Is what follows, up to the end of the element, led by a name? */
static bool has_name(const char *text)
{
	while (*text && *text != ',' && *text != ':')
		text++;
	return *text == ':';
}

/**
 * cma_param_element() - parse the next element of ``cma=``
 * @text: in: [name:]size[@start[-end]][,...]; out: the element after this one
 * @name: receives the name, empty if there is none
 * @bytes: room in @name
 * @param: size and place, all zero on error
 *
 * Without a name the size may be 0.
 *
 * Return: as cma_param_area().
 */
int cma_param_element(const char **text, char *name, size_t bytes,
		      struct cma_param *param)
{
	int err;

	if (has_name(*text))
		return cma_param_area(text, name, bytes, param);

	name[0] = '\0';
	memset(param, 0, sizeof(*param));
	if (!**text)
		return -ENOENT;
	err = parse_rest(text, param);
	if (err)
		memset(param, 0, sizeof(*param));
	return err;
}
