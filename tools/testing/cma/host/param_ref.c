// SPDX-License-Identifier: GPL-2.0-only
/*
 * The words of the command line once more, by means of the C library
 *
 * strtoull() knows the same forms of a number; a reference made from it shares
 * no code and no ideas with mm/cma/param.c.
 */
#include <ctype.h>
#include <stdlib.h>
#include "param_ref.h"
#include "tap.h"

static int ref_number(const char **text, u64 *value)
{
	char *end;

	if (!isdigit((unsigned char)**text))
		return -EINVAL;
	errno = 0;
	*value = strtoull(*text, &end, 0);
	*text = end;
	return errno ? -EOVERFLOW : 0;
}

static int ref_size(const char **text, u64 *bytes)
{
	static const char suffixes[] = "KMGTPE";
	const char *suffix;
	int err = ref_number(text, bytes);

	if (err || !**text)
		return err;
	suffix = strchr(suffixes, toupper((unsigned char)**text));
	if (!suffix)
		return 0;
	++*text;
	for (; suffix >= suffixes; suffix--) {
		if (*bytes > U64_MAX / 1024)
			return -EOVERFLOW;
		*bytes *= 1024;
	}
	return 0;
}

/* As cma_param_parse(), but any error is as good as any other. */
int ref_parse(const char *text, struct cma_param *param)
{
	struct cma_param p = {};
	bool window = false;
	int err;

	memset(param, 0, sizeof(*param));
	err = ref_size(&text, &p.size);
	if (!err && *text == '@') {
		text++;
		err = ref_size(&text, &p.base);
		p.limit = p.base ? p.base + p.size : 0;
		if (p.base > U64_MAX - p.size)
			return -EOVERFLOW;
		window = !err && *text == '-';
	}
	if (window) {
		text++;
		err = ref_size(&text, &p.limit);
		if (p.limit < p.base + p.size)
			return -ERANGE;
	}
	if (err || *text)
		return err ?: -EINVAL;
	p.fixed = p.base && p.limit == p.base + p.size;
	*param = p;
	return 0;
}

/* As cma_param_node(), but any error is as good as any other. */
int ref_node(const char **text, unsigned int *nid, u64 *size)
{
	u64 node;
	int err;

	if (!**text)
		return -ENOENT;
	err = ref_number(text, &node);
	if (err || node > INT_MAX || **text != ':')
		return -EINVAL;
	++*text;
	err = ref_size(text, size);
	if (err || (**text && **text != ',') || !strcmp(*text, ","))
		return -EINVAL;
	*text += **text == ',';
	*nid = (unsigned int)node;
	return 0;
}

static const char *parse_agrees(const char *text)
{
	struct cma_param got, ref;
	int err;

	memset(&got, 0xa5, sizeof(got));
	err = cma_param_parse(text, &got);
	expect(!err == !ref_parse(text, &ref));
	expect(got.size == ref.size);
	expect(got.base == ref.base);
	expect(got.limit == ref.limit);
	expect(got.fixed == ref.fixed);
	expect(!err || err == -EINVAL || err == -EOVERFLOW || err == -ERANGE);
	return NULL;
}

static const char *nodes_agree(const char *text)
{
	const char *ref_text = text;
	unsigned int nid = 0, ref_nid = 0;
	u64 size = 0, ref_size = 0;
	int err, ref_err;

	do {
		err = cma_param_node(&text, &nid, &size);
		ref_err = ref_node(&ref_text, &ref_nid, &ref_size);
		expect(!err == !ref_err);
		expect((err == -ENOENT) == (ref_err == -ENOENT));
		expect(err || (nid == ref_nid && size == ref_size));
		expect(err || text == ref_text);
	} while (!err);
	return NULL;
}

/* The end of the element that begins at @text. */
static size_t element_len(const char *text)
{
	return strcspn(text, ",");
}

/*
 * As cma_param_element(): cut the element out, then look at it alone. Any error
 * is as good as any other.
 */
static int ref_element(const char **text, char *name, size_t bytes,
		       struct cma_param *param)
{
	size_t len = element_len(*text), named;
	char *copy = strndup(*text, len), *colon;
	int err = -EINVAL;

	if (!copy)
		abort();
	memset(param, 0, sizeof(*param));
	colon = strchr(copy, ':');
	named = colon ? (size_t)(colon - copy) : 0;
	if (!**text)
		err = -ENOENT;
	else if (!strcmp(*text + len, ","))
		err = -EINVAL;
	else if (!colon)
		err = ref_parse(copy, param);
	else if (named && named < bytes && *copy != '.')
		err = ref_parse(colon + 1, param);
	if (!err && colon && !param->size)
		err = -EINVAL;
	for (size_t i = 0; !err && i < named; i++) {
		if (copy[i] == '/' || copy[i] == 0x7f || copy[i] <= ' ')
			err = -EINVAL;
	}
	if (!err) {
		memcpy(name, copy, named);
		name[named] = '\0';
		*text += len + ((*text)[len] == ',');
	}
	free(copy);
	return err;
}

static const char *elements_agree(const char *text)
{
	const char *ref_text = text;
	struct cma_param got, ref;
	char name[16], ref_name[16];
	int err, ref_err;

	do {
		err = cma_param_element(&text, name, sizeof(name), &got);
		ref_err = ref_element(&ref_text, ref_name, sizeof(ref_name),
				      &ref);
		expect(!err == !ref_err);
		expect((err == -ENOENT) == (ref_err == -ENOENT));
		if (err)
			break;
		expect(!strcmp(name, ref_name));
		expect(got.size == ref.size && got.base == ref.base);
		expect(got.limit == ref.limit && got.fixed == ref.fixed);
		expect(text == ref_text);
	} while (!err);
	return NULL;
}

/*
 * Do mm/cma/param.c and the reference agree on @text? It is copied first, so
 * that one read behind its end is seen.
 */
const char *param_agree(const char *text)
{
	char *copy = strdup(text);
	const char *why;

	if (!copy)
		abort();
	why = parse_agrees(copy) ?: nodes_agree(copy) ?: elements_agree(copy);
	free(copy);
	return why;
}
