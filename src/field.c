/*
 * field.c - what a route takes from its body and its query, as tables.
 *
 * SPDX-License-Identifier: ISC
 */
#include <assert.h>
#include <string.h>

#include "arena.h"
#include "db.h"
#include "digest.h"
#include "field.h"
#include "json.h"
#include "mount.h"
#include "request.h"
#include "str.h"
#include "text.h"

/* What a request has for a field. */
struct given {
	const struct field *field;
	const char *name;  /* as the mount writes it; NULL: it has it not */
	const char *value; /* NULL: nothing is given */
	bool twice;
};

static struct given
given(const struct request *rq, const struct field *f)
{
	const bool foreign = f->foreign && rq->mount->native;

	return (struct given){ .field = f,
		.name = foreign ? NULL : mount_name(rq, f->name) };
}

static enum problem
problem_of(const struct given *g)
{
	return g->field->problem != PROBLEM_NONE ? g->field->problem
						 : PROBLEM_FIELDS_INVALID;
}

/* "a, b or c" */
static const char *
alternatives(struct request *rq, const char *const words[])
{
	struct str s = str_new(rq->arena);

	for (size_t i = 0; i < FIELD_CHOICES_MAX && words[i] != NULL; i++) {
		const bool last =
		    i + 1 == FIELD_CHOICES_MAX || words[i + 1] == NULL;

		if (i > 0)
			str_raw(&s, last ? " or " : ", ");
		str_raw(&s, words[i]);
	}
	return s.text;
}

/* Cut white space off; false when the text has a NUL. */
static bool
trim(struct request *rq, const char **text)
{
	size_t len = strlen(*text);

	if (strchr(*text, JSON_NUL) != NULL)
		return false;
	text_trim(text, &len);
	*text = arena_copy(rq->arena, *text, len);
	return true;
}

static bool
check_text(struct request *rq, const struct given *g, const char **text)
{
	const struct field *f = g->field;
	size_t count;

	if (!trim(rq, text))
		return request_invalid(rq, problem_of(g), g->name,
		    "must not contain NUL");
	count = text_length(*text, strlen(*text));
	return (count >= (size_t)f->min && count <= (size_t)f->max) ||
	    request_invalid(rq, problem_of(g), g->name,
		"must be %ld to %ld characters", f->min, f->max);
}

static bool
check_choice(struct request *rq, const struct given *g, const char *text)
{
	const struct field *f = g->field;

	for (size_t i = 0; i < FIELD_CHOICES_MAX; i++)
		if (f->choices[i] != NULL && strcmp(text, f->choices[i]) == 0)
			return true;
	return request_invalid(rq, problem_of(g), g->name, "must be %s",
	    alternatives(rq, f->choices));
}

static bool
is_uuid(struct request *rq, const char **text)
{
	char *canonical = arena_alloc(rq->arena, UUID_LEN + 1);

	if (!text_uuid(*text, canonical))
		return false;
	*text = canonical;
	return true;
}

static bool
bad_uuids(struct request *rq, const struct given *g)
{
	return request_invalid(rq, problem_of(g), g->name,
	    "must be a list of UUIDs");
}

/* One item of a list, appended to what becomes an array of PostgreSQL's. */
static bool
check_item(struct request *rq, const struct given *g, const char *item,
    struct str *array)
{
	if (g->field->type == FIELD_CHOICES) {
		if (!check_choice(rq, g, item))
			return false;
	} else if (!is_uuid(rq, &item)) {
		return bad_uuids(rq, g);
	}
	str_printf(array, "%s%s", array->len == 1 ? "" : ",", item);
	return true;
}

static bool
check_count(struct request *rq, const struct given *g, long count)
{
	const struct field *f = g->field;

	return f->type == FIELD_CHOICES ||
	    (count >= f->min && count <= f->max) ||
	    request_invalid(rq, PROBLEM_FIELDS_INVALID, g->name,
		"must have %ld to %ld UUIDs", f->min, f->max);
}

/* Values that scan() has joined. */
static bool
check_items(struct request *rq, const struct given *g, const char **text)
{
	struct str array = str_new(rq->arena);
	char *rest = arena_copy(rq->arena, *text, strlen(*text));
	long count = 0;

	str_raw(&array, "{");
	for (; rest != NULL; count++) {
		const char *item = rest;

		rest = strchr(rest, ',');
		if (rest != NULL)
			*rest++ = '\0';
		if (!check_item(rq, g, item, &array))
			return false;
	}
	str_raw(&array, "}");
	*text = array.text;
	return check_count(rq, g, count);
}

static bool
check_integer(struct request *rq, const struct given *g, const char **text)
{
	const struct field *f = g->field;
	long value;

	if (!text_integer(*text, f->min, f->max, &value))
		return request_invalid(rq, problem_of(g), g->name,
		    "must be an integer from %ld to %ld", f->min, f->max);
	*text = arena_printf(rq->arena, "%ld", value);
	return true;
}

static bool
check_hex(struct request *rq, const struct given *g, const char **text)
{
	const size_t max = (size_t)g->field->max;

	return (trim(rq, text) && strlen(*text) == max &&
		   strspn(*text, "0123456789abcdefABCDEF") == max) ||
	    request_invalid(rq, problem_of(g), g->name,
		"must be %zu hexadecimal digits", max);
}

/* Check a text, and make of it what the database is given. */
static bool
check(struct request *rq, const struct given *g, const char **text)
{
	switch (g->field->type) {
	case FIELD_TEXT:
		return check_text(rq, g, text);
	case FIELD_CHOICE:
		return check_choice(rq, g, *text);
	case FIELD_CHOICES:
	case FIELD_UUIDS:
		return check_items(rq, g, text);
	case FIELD_UUID:
		return is_uuid(rq, text) ||
		    request_invalid(rq, problem_of(g), g->name,
			"must be a valid UUID");
	case FIELD_INTEGER:
		return check_integer(rq, g, text);
	case FIELD_INSTANT:
		return text_instant(*text) ||
		    request_invalid(rq, problem_of(g), g->name,
			"must be a time as 2025-01-15T10:30:05.000Z");
	case FIELD_EMAIL:
		return (trim(rq, text) && text_email(*text)) ||
		    request_invalid(rq, problem_of(g), g->name,
			"must be an e-mail address");
	case FIELD_PHONE:
		return (trim(rq, text) && text_phone(*text)) ||
		    request_invalid(rq, problem_of(g), g->name,
			"must be a phone number in E.164 format, "
			"as +14155550123");
	case FIELD_HEX:
		return check_hex(rq, g, text);
	case FIELD_LABELS: /* never a text */
		break;
	}
	return false;
}

/* Pass on a value that has been checked, or the field's own for NULL. */
static void
pass(struct request *rq, const struct given *g, const char *text,
    struct db_param *params, size_t *nparams)
{
	const struct field *f = g->field;

	if (text == NULL)
		text = f->fallback;
	if (f->slot != PAGE_NONE)
		rq->page[f->slot] = text;
	else if (!f->unsent)
		params[(*nparams)++] = (struct db_param){ .bytes = text };
}

static bool
is_label(const struct json *m)
{
	const char *name = json_name(m);
	const size_t len = text_length(name, strlen(name));
	const char *text;

	if (len < 1 || len > FIELD_LABEL_NAME_MAX)
		return false;
	switch (json_kind(m)) {
	case JSON_BOOL:
		return true;
	case JSON_NUMBER:
		return json_interoperable(m);
	case JSON_STRING:
		text = json_text(m);
		return strchr(text, JSON_NUL) == NULL &&
		    text_length(text, strlen(text)) <= FIELD_LABEL_TEXT_MAX;
	case JSON_NULL:
	case JSON_ARRAY:
	case JSON_OBJECT:
		return false;
	}
	return false;
}

static bool
check_labels(struct request *rq, const struct given *g,
    const struct json *value, const char **text)
{
	struct str s = str_new(rq->arena);
	const struct json *m = NULL;
	bool good = json_kind(value) == JSON_OBJECT;

	for (long n = 0; good && (m = json_next(value, m)) != NULL; n++)
		good = n < g->field->max && is_label(m);
	if (!good)
		return request_invalid(rq, problem_of(g), g->name,
		    "must be an object of at most %ld members with names of 1 "
		    "to %d characters, each a text of at most %d characters, a "
		    "number or a boolean",
		    g->field->max, FIELD_LABEL_NAME_MAX, FIELD_LABEL_TEXT_MAX);
	json_write(&s, value);
	*text = s.text;
	return true;
}

static bool
check_array(struct request *rq, const struct given *g, const struct json *value,
    const char **text)
{
	struct str array = str_new(rq->arena);
	const struct json *item = NULL;
	long count = 0;

	if (json_kind(value) != JSON_ARRAY)
		return bad_uuids(rq, g);
	str_raw(&array, "{");
	for (; (item = json_next(value, item)) != NULL; count++) {
		if (json_kind(item) != JSON_STRING)
			return bad_uuids(rq, g);
		if (!check_item(rq, g, json_text(item), &array))
			return false;
	}
	str_raw(&array, "}");
	*text = array.text;
	return check_count(rq, g, count);
}

/* A member of the body: what the database is given for it. */
static bool
check_value(struct request *rq, const struct given *g, const struct json *value,
    const char **text)
{
	if (g->field->type == FIELD_LABELS)
		return check_labels(rq, g, value, text);
	if (g->field->type == FIELD_UUIDS)
		return check_array(rq, g, value, text);
	if (json_kind(value) != JSON_STRING)
		return request_invalid(rq, PROBLEM_FIELDS_INVALID, g->name,
		    "must be a string");
	*text = json_text(value);
	return check(rq, g, text);
}

static bool
is_named(const struct given *g, const char *name)
{
	return g->name != NULL && strcmp(g->name, name) == 0;
}

static bool
known(struct request *rq, const struct field *fields, const char *name)
{
	for (; fields->name != NULL; fields++) {
		const struct given g = given(rq, fields);

		if (is_named(&g, name))
			return true;
	}
	return false;
}

/* A member that is null counts as absent. */
static const struct json *
body_value(const struct request *rq, const struct given *g)
{
	const struct json *value =
	    rq->object == NULL ? NULL : json_member(rq->object, g->name);

	return value == NULL || json_kind(value) == JSON_NULL ? NULL : value;
}

bool
field_body(struct request *rq, const struct field *fields,
    struct db_param *params, size_t *nparams)
{
	const struct json *m = NULL;

	for (const struct field *f = fields; f->name != NULL; f++) {
		const struct given g = given(rq, f);
		const struct json *value = body_value(rq, &g);
		const char *text = NULL;

		if (value == NULL && f->required)
			(void)request_invalid(rq, PROBLEM_FIELD_MISSING, g.name,
			    "is required");
		else if (value == NULL || check_value(rq, &g, value, &text))
			pass(rq, &g, text, params, nparams);
	}
	while (rq->object != NULL && (m = json_next(rq->object, m)) != NULL)
		if (!known(rq, fields, json_name(m)))
			(void)request_invalid(rq, PROBLEM_FIELDS_INVALID,
			    json_name(m), "is not a known field");
	return rq->problem == PROBLEM_NONE;
}

static bool
is_list(const struct field *f)
{
	return f->type == FIELD_CHOICES || f->type == FIELD_UUIDS;
}

static void
add(struct request *rq, struct given *g, const char *value)
{
	/* What cannot be decoded is no valid value of any type. */
	if (value == NULL)
		value = "";
	/* Only values that are given again make a list. */
	if (is_list(g->field) && strchr(value, ',') != NULL)
		value = "";
	if (g->value == NULL)
		g->value = value;
	else if (is_list(g->field))
		g->value = arena_printf(rq->arena, "%s,%s", g->value, value);
	else
		g->twice = true;
}

/* The parameters that a query may have, and those it has besides. */
struct query_fields {
	struct given list[2 * FIELDS_MAX];
	size_t n;
	const char **unknown;
	size_t nunknown;
	bool undecodable; /* it has a name that is not text */
};

static void
expect(struct request *rq, struct query_fields *q, const struct field *fields)
{
	for (const struct field *f = fields; f != NULL && f->name != NULL;
	     f++) {
		assert(q->n < sizeof(q->list) / sizeof(q->list[0]));
		q->list[q->n++] = given(rq, f);
	}
}

static struct given *
find(struct query_fields *q, const char *name)
{
	for (size_t i = 0; i < q->n; i++)
		if (is_named(&q->list[i], name))
			return &q->list[i];
	return NULL;
}

/* Find the fields' raw values in the query. */
static void
scan(struct request *rq, struct query_fields *q)
{
	char *next = rq->query;
	size_t count = 1;

	for (const char *p = rq->query; *p != '\0'; p++)
		count += *p == '&';
	q->unknown = arena_alloc(rq->arena, count * sizeof(*q->unknown));
	while (next != NULL) {
		char *name = next, *value;
		struct given *g;

		next = strchr(name, '&');
		if (next != NULL)
			*next++ = '\0';
		value = strchr(name, '=');
		if (value != NULL)
			*value++ = '\0';
		else if (*name == '\0')
			continue;
		if (!text_decode(name, true)) {
			q->undecodable = true;
			continue;
		}
		g = find(q, name);
		if (g == NULL)
			q->unknown[q->nunknown++] = name;
		else
			add(rq, g,
			    value != NULL && text_decode(value, true) ? value
								      : NULL);
	}
}

static const struct given *
field_named(const struct query_fields *q, const char *name)
{
	for (size_t i = 0; i < q->n; i++)
		if (strcmp(q->list[i].field->name, name) == 0)
			return &q->list[i];
	return NULL;
}

/* What a field that is given says of others. */
static void
check_company(struct request *rq, const struct query_fields *q,
    const struct given *g)
{
	const struct field *f = g->field;
	const struct given *other;

	for (size_t i = 0; i < FIELD_CHOICES_MAX; i++) {
		if (f->excludes[i] == NULL)
			break;
		other = field_named(q, f->excludes[i]);
		if (other == NULL || other->value == NULL)
			continue;
		(void)request_invalid(rq, problem_of(g), g->name,
		    "cannot be combined with %s",
		    alternatives(rq, f->excludes));
		return;
	}
	if (f->needs == NULL)
		return;
	other = field_named(q, f->needs);
	if (other != NULL && other->value == NULL)
		(void)request_invalid(rq, problem_of(g), g->name, "needs %s",
		    other->name);
}

static void
refuse_unknown(struct request *rq, const struct query_fields *q)
{
	for (size_t i = 0; i < q->nunknown; i++)
		(void)request_invalid(rq, PROBLEM_FIELDS_INVALID, q->unknown[i],
		    "is not a known parameter");
	if (q->undecodable)
		(void)request_invalid(rq, PROBLEM_FIELDS_INVALID, "query",
		    "must be percent-encoded UTF-8 without NUL");
}

bool
field_query(struct request *rq, const struct field *page,
    const struct field *fields, struct db_param *params, size_t *nparams)
{
	struct query_fields q = { .n = 0 };

	if (strlen(rq->query) > REQUEST_URI_MAX)
		return request_invalid(rq, PROBLEM_FIELDS_INVALID, "query",
		    "must be at most %d bytes long", REQUEST_URI_MAX);
	expect(rq, &q, page);
	expect(rq, &q, fields);
	scan(rq, &q);
	for (size_t i = 0; i < q.n; i++) {
		const struct given *g = &q.list[i];
		const char *text = g->value;

		if (g->twice)
			(void)request_invalid(rq, PROBLEM_FIELDS_INVALID,
			    g->name, "must be given only once");
		else if (text == NULL || check(rq, g, &text))
			pass(rq, g, text, params, nparams);
		if (g->value != NULL)
			check_company(rq, &q, g);
	}
	if (rq->mount->strict)
		refuse_unknown(rq, &q);
	return rq->problem == PROBLEM_NONE;
}

/* A text that equal values have in common, and no others. */
static const char *
canonical(struct request *rq, const struct json *value)
{
	struct str s;

	if (json_kind(value) == JSON_STRING)
		return json_text(value);
	/* JSON_NUL is in no text, so no text is like any other value. */
	s = str_new(rq->arena);
	str_raw(&s, "\xff");
	json_write(&s, value);
	return s.text;
}

void
field_fingerprint(struct request *rq, const struct field *fields,
    unsigned char out[static 32])
{
	struct piece pieces[2 * FIELDS_MAX];
	size_t n = 0;

	for (const struct field *f = fields; f->name != NULL; f++) {
		const struct given g = given(rq, f);
		const struct json *value =
		    rq->object == NULL ? NULL : json_member(rq->object, g.name);
		const char *text;

		if (value == NULL)
			continue;
		text = canonical(rq, value);
		pieces[n++] = (struct piece){ f->name, strlen(f->name) };
		pieces[n++] = (struct piece){ text, strlen(text) };
	}
	digest_pieces(pieces, n, out);
}
