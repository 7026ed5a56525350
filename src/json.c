/*
 * json.c - strict reading of JSON (RFC 8259); the only user of cJSON.
 *
 * cJSON builds the tree.  It also accepts much that is not JSON, so a validator
 * of our own goes over the text first: a recursive descent with one function
 * for each rule of the grammar, a cursor that never passes the end, and a bound
 * on the depth.  What it lets through, cJSON reads as the RFC means it.
 *
 * SPDX-License-Identifier: ISC
 */
#include <cjson/cJSON.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "json.h"
#include "str.h"
#include "text.h"

/*
 * The text ends in a NUL, which no rule accepts: reading at p is always safe.
 */
struct cursor {
	char *p;
	int depth;
	bool name; /* inside a member's name */
};

static bool value(struct cursor *c);

static void
space(struct cursor *c)
{
	while (*c->p == ' ' || *c->p == '\t' || *c->p == '\n' || *c->p == '\r')
		c->p++;
}

static bool
literal(struct cursor *c, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(c->p, word, len) != 0)
		return false;
	c->p += len;
	return true;
}

static bool
digits(struct cursor *c)
{
	const char *start = c->p;

	while (*c->p >= '0' && *c->p <= '9')
		c->p++;
	return c->p > start;
}

static bool
number(struct cursor *c)
{
	if (*c->p == '-')
		c->p++;
	if (*c->p == '0')
		c->p++;
	else if (!digits(c))
		return false;
	if (*c->p == '.') {
		c->p++;
		if (!digits(c))
			return false;
	}
	if (*c->p == 'e' || *c->p == 'E') {
		c->p++;
		if (*c->p == '+' || *c->p == '-')
			c->p++;
		if (!digits(c))
			return false;
	}
	return true;
}

/* Four hexadecimal digits. */
static bool
hex4(const char *p, unsigned *code)
{
	*code = 0;
	for (int i = 0; i < 4; i++) {
		const char *all = "0123456789abcdefABCDEF";
		const char *at = p[i] == '\0' ? NULL : strchr(all, p[i]);

		if (at == NULL)
			return false;
		*code = *code << 4 |
		    (unsigned)(at - all > 15 ? at - all - 6 : at - all);
	}
	return true;
}

/* What follows "\u": surrogates come in pairs, and NUL is marked. */
static bool
unicode(struct cursor *c)
{
	unsigned high, low;

	if (!hex4(c->p, &high))
		return false;
	if (high == 0) {
		if (c->name)
			return false;
		memset(c->p - 2, JSON_NUL, 6);
	}
	c->p += 4;
	if (high >= 0xdc00 && high <= 0xdfff)
		return false;
	if (high < 0xd800 || high > 0xdbff)
		return true;
	if (c->p[0] != '\\' || c->p[1] != 'u' || !hex4(c->p + 2, &low) ||
	    low < 0xdc00 || low > 0xdfff)
		return false;
	c->p += 6;
	return true;
}

static bool
string(struct cursor *c)
{
	if (*c->p++ != '"')
		return false;
	for (;;) {
		unsigned char byte = (unsigned char)*c->p++;

		if (byte == '"')
			return true;
		if (byte < 0x20)
			return false;
		if (byte != '\\')
			continue;
		byte = (unsigned char)*c->p++;
		if (byte == 'u') {
			if (!unicode(c))
				return false;
		} else if (byte == '\0' || strchr("\"\\/bfnrt", byte) == NULL) {
			return false;
		}
	}
}

static bool
member(struct cursor *c)
{
	bool named;

	c->name = true;
	named = string(c);
	c->name = false;
	/* A string that fails at the NUL leaves the cursor behind it. */
	if (!named)
		return false;
	space(c);
	return *c->p++ == ':' && value(c);
}

/* The inside of an object or array, up to its closing bracket. */
static bool
items(struct cursor *c, char close, bool (*item)(struct cursor *))
{
	c->p++;
	space(c);
	if (*c->p == close) {
		c->p++;
		return true;
	}
	for (;;) {
		space(c);
		if (!item(c))
			return false;
		space(c);
		if (*c->p == close) {
			c->p++;
			return true;
		}
		if (*c->p++ != ',')
			return false;
	}
}

static bool
value(struct cursor *c)
{
	bool good;

	space(c);
	if (*c->p == '{' || *c->p == '[') {
		if (++c->depth > JSON_DEPTH)
			return false;
		good =
		    *c->p == '{' ? items(c, '}', member) : items(c, ']', value);
		c->depth--;
		return good;
	}
	switch (*c->p) {
	case '"':
		return string(c);
	case 't':
		return literal(c, "true");
	case 'f':
		return literal(c, "false");
	case 'n':
		return literal(c, "null");
	default:
		return number(c);
	}
}

static bool
grammatical(char *text, size_t len)
{
	struct cursor c = { .p = text };

	if (memchr(text, '\0', len) != NULL || !text_utf8(text, len) ||
	    !value(&c))
		return false;
	space(&c);
	return c.p == text + len;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorting keeps a body of ten thousand members from costing its square. */
static bool
names_unique(struct arena *a, const cJSON *object)
{
	size_t count = 0, n = 0;
	const char **names;

	for (const cJSON *m = object->child; m != NULL; m = m->next)
		count++;
	names = arena_alloc(a, (count + 1) * sizeof(*names));
	for (const cJSON *m = object->child; m != NULL; m = m->next)
		names[n++] = m->string;
	qsort(names, n, sizeof(*names), compare_names);
	for (size_t i = 1; i < n; i++)
		if (strcmp(names[i - 1], names[i]) == 0)
			return false;
	return true;
}

/* Recursion is as deep as the text, which is at most JSON_DEPTH. */
static bool
all_unique(struct arena *a, const cJSON *tree)
{
	if (cJSON_IsObject(tree) && !names_unique(a, tree))
		return false;
	for (const cJSON *m = tree->child; m != NULL; m = m->next)
		if (m->child != NULL && !all_unique(a, m))
			return false;
	return true;
}

/* cJSON's hooks take no context, so the arena of the parse is kept here. */
static struct arena *hook_arena;

static void *
hook_alloc(size_t n)
{
	return arena_alloc(hook_arena, n);
}

static void
hook_free(void *p)
{
	(void)p;
}

const struct json *
json_parse(struct arena *a, char *text, size_t len)
{
	cJSON_Hooks hooks = { .malloc_fn = hook_alloc, .free_fn = hook_free };
	cJSON *tree;

	if (!grammatical(text, len))
		return NULL;
	hook_arena = a;
	cJSON_InitHooks(&hooks);
	/*
	 * The length counts the NUL: without it the strict mode always fails.
	 */
	tree = cJSON_ParseWithLengthOpts(text, len + 1, NULL, 1);
	if (tree == NULL || !all_unique(a, tree))
		return NULL;
	return (const struct json *)tree;
}

static const cJSON *
node(const struct json *value)
{
	return (const cJSON *)value;
}

enum json_kind
json_kind(const struct json *value)
{
	if (cJSON_IsString(node(value)))
		return JSON_STRING;
	if (cJSON_IsObject(node(value)))
		return JSON_OBJECT;
	if (cJSON_IsArray(node(value)))
		return JSON_ARRAY;
	if (cJSON_IsNumber(node(value)))
		return JSON_NUMBER;
	return cJSON_IsNull(node(value)) ? JSON_NULL : JSON_BOOL;
}

const char *
json_text(const struct json *string)
{
	return node(string)->valuestring;
}

const struct json *
json_member(const struct json *object, const char *name)
{
	return (const struct json *)cJSON_GetObjectItemCaseSensitive(
	    node(object), name);
}

const struct json *
json_next(const struct json *parent, const struct json *child)
{
	return (const struct json *)(child == NULL ? node(parent)->child
						   : node(child)->next);
}

const char *
json_name(const struct json *member)
{
	return node(member)->string;
}

bool
json_interoperable(const struct json *number)
{
	const double value = node(number)->valuedouble;

	return value >= -9007199254740991.0 && value <= 9007199254740991.0;
}

static void
number_write(struct str *s, double value)
{
	char text[32];

	for (int precision = 15; precision <= 17; precision++) {
		(void)snprintf(text, sizeof(text), "%.*g", precision, value);
		if (strtod(text, NULL) == value)
			break;
	}
	str_raw(s, strcmp(text, "-0") == 0 ? "0" : text);
}

struct child {
	const cJSON *node;
};

static int
compare_children(const void *a, const void *b)
{
	const struct child *one = a, *other = b;

	return strcmp(one->node->string, other->node->string);
}

/* The children of an object or array, an object's sorted. */
static struct child *
children(struct arena *a, const cJSON *parent, size_t *n)
{
	struct child *list;

	*n = 0;
	for (const cJSON *m = parent->child; m != NULL; m = m->next)
		(*n)++;
	list = arena_alloc(a, (*n + 1) * sizeof(*list));
	*n = 0;
	for (const cJSON *m = parent->child; m != NULL; m = m->next)
		list[(*n)++].node = m;
	if (cJSON_IsObject(parent))
		qsort(list, *n, sizeof(*list), compare_children);
	return list;
}

/* Recursion is as deep as the text, which is at most JSON_DEPTH. */
void
json_write(struct str *s, const struct json *value)
{
	const bool object = json_kind(value) == JSON_OBJECT;
	struct child *list;
	size_t n;

	switch (json_kind(value)) {
	case JSON_NULL:
		str_raw(s, "null");
		break;
	case JSON_BOOL:
		str_raw(s, cJSON_IsTrue(node(value)) ? "true" : "false");
		break;
	case JSON_NUMBER:
		number_write(s, node(value)->valuedouble);
		break;
	case JSON_STRING:
		str_json(s, json_text(value), strlen(json_text(value)));
		break;
	case JSON_ARRAY:
	case JSON_OBJECT:
		list = children(s->arena, node(value), &n);
		str_raw(s, object ? "{" : "[");
		for (size_t i = 0; i < n; i++) {
			str_raw(s, i > 0 ? "," : "");
			if (object) {
				str_json(s, list[i].node->string,
				    strlen(list[i].node->string));
				str_raw(s, ":");
			}
			json_write(s, (const struct json *)list[i].node);
		}
		str_raw(s, object ? "}" : "]");
		break;
	}
}
