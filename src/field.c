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
#include "request.h"
#include "str.h"
#include "text.h"

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

static bool
check_text(struct request *rq, const struct field *f, const char **text)
{
	size_t len = strlen(*text), count;

	if (strchr(*text, JSON_NUL) != NULL)
		return request_invalid(rq, "%s must not contain NUL", f->name);
	text_trim(text, &len);
	count = text_length(*text, len);
	if (count < (size_t)f->min || count > (size_t)f->max)
		return request_invalid(rq, "%s must be %ld to %ld characters",
		    f->name, f->min, f->max);
	*text = arena_copy(rq->arena, *text, len);
	return true;
}

static bool
check_choice(struct request *rq, const struct field *f, const char *text)
{
	for (size_t i = 0; i < FIELD_CHOICES_MAX; i++)
		if (f->choices[i] != NULL && strcmp(text, f->choices[i]) == 0)
			return true;
	return request_invalid(rq, "%s must be %s", f->name,
	    alternatives(rq, f->choices));
}

/* Values joined by scan(); in braces they are an array of PostgreSQL's. */
static bool
check_choices(struct request *rq, const struct field *f, const char **text)
{
	char *list = arena_printf(rq->arena, "{%s}", *text), *rest;
	char *words = arena_copy(rq->arena, *text, strlen(*text));

	for (rest = words; rest != NULL;) {
		char *word = rest;

		rest = strchr(word, ',');
		if (rest != NULL)
			*rest++ = '\0';
		if (!check_choice(rq, f, word))
			return false;
	}
	*text = list;
	return true;
}

static bool
check_uuid(struct request *rq, const struct field *f, const char **text)
{
	char *canonical = arena_alloc(rq->arena, UUID_LEN + 1);

	if (!text_uuid(*text, canonical))
		return request_invalid(rq, "%s must be a valid UUID", f->name);
	*text = canonical;
	return true;
}

static bool
check_integer(struct request *rq, const struct field *f, const char **text)
{
	long value;

	if (!text_integer(*text, f->min, f->max, &value))
		return request_invalid(rq,
		    "%s must be an integer from %ld to %ld", f->name, f->min,
		    f->max);
	*text = arena_printf(rq->arena, "%ld", value);
	return true;
}

/* Check a value, and make of it what the database is given. */
static bool
check(struct request *rq, const struct field *f, const char **text)
{
	switch (f->type) {
	case FIELD_TEXT:
		return check_text(rq, f, text);
	case FIELD_CHOICE:
		return check_choice(rq, f, *text);
	case FIELD_CHOICES:
		return check_choices(rq, f, text);
	case FIELD_UUID:
		return check_uuid(rq, f, text);
	case FIELD_INTEGER:
		return check_integer(rq, f, text);
	}
	return false;
}

/* A value that was given, or NULL: check it, and pass it on. */
static void
take(struct request *rq, const struct field *f, const char *text,
    struct db_param *params, size_t *nparams)
{
	if (text == NULL)
		text = f->fallback;
	else if (!check(rq, f, &text))
		return;
	if (f->echoed) {
		assert(rq->nechoes < REQUEST_ECHOES_MAX);
		rq->echoes[rq->nechoes++] =
		    (struct echo){ .name = f->name, .value = text };
	}
	if (!f->unsent)
		params[(*nparams)++] = (struct db_param){ .bytes = text };
}

static const struct field *
field_named(const struct field *fields, const char *name)
{
	for (; fields->name != NULL; fields++)
		if (strcmp(fields->name, name) == 0)
			return fields;
	return NULL;
}

/* A member that is null counts as absent. */
static const struct json *
body_value(const struct request *rq, const struct field *f)
{
	const struct json *value =
	    rq->object == NULL ? NULL : json_member(rq->object, f->name);

	return value == NULL || json_kind(value) == JSON_NULL ? NULL : value;
}

bool
field_body(struct request *rq, const struct field *fields,
    struct db_param *params, size_t *nparams)
{
	const struct json *m = NULL;

	for (const struct field *f = fields; f->name != NULL; f++) {
		const struct json *value = body_value(rq, f);

		if (value == NULL && f->required)
			(void)request_invalid(rq, "%s is required", f->name);
		else if (value != NULL && json_kind(value) != JSON_STRING)
			(void)request_invalid(rq, "%s must be a string",
			    f->name);
		else
			take(rq, f, value == NULL ? NULL : json_text(value),
			    params, nparams);
	}
	while (rq->object != NULL && (m = json_next(rq->object, m)) != NULL)
		if (field_named(fields, json_name(m)) == NULL)
			(void)request_invalid(rq, "%s is not a known field",
			    json_name(m));
	return rq->problem == PROBLEM_NONE;
}

/* What the query has for a field. */
struct given {
	const char *value; /* NULL: nothing */
	bool twice;
};

static void
add(struct request *rq, const struct field *f, struct given *g,
    const char *value)
{
	if (g->value == NULL)
		g->value = value;
	else if (f->type == FIELD_CHOICES)
		g->value = arena_printf(rq->arena, "%s,%s", g->value, value);
	else
		g->twice = true;
}

/* Find the fields' raw values in the query. */
static void
scan(struct request *rq, const struct field *fields,
    struct given values[FIELDS_MAX])
{
	static char empty[] = "";
	char *next = rq->query;

	while (next != NULL) {
		char *name = next, *value;
		const struct field *f;

		next = strchr(name, '&');
		if (next != NULL)
			*next++ = '\0';
		value = strchr(name, '=');
		if (value != NULL)
			*value++ = '\0';
		f = text_decode(name, true) ? field_named(fields, name) : NULL;
		if (f == NULL)
			continue;
		/* What cannot be decoded is no valid value of any type. */
		if (value == NULL || !text_decode(value, true))
			value = empty;
		/* Only values that are given again make a list. */
		if (f->type == FIELD_CHOICES && strchr(value, ',') != NULL)
			value = empty;
		add(rq, f, &values[f - fields], value);
	}
}

static void
check_exclusion(struct request *rq, const struct field *fields,
    const struct field *f, const struct given values[FIELDS_MAX])
{
	for (size_t i = 0; i < FIELD_CHOICES_MAX; i++) {
		const struct field *other = f->excludes[i] == NULL
		    ? NULL
		    : field_named(fields, f->excludes[i]);

		if (other == NULL || values[other - fields].value == NULL)
			continue;
		(void)request_invalid(rq, "%s cannot be combined with %s",
		    f->name, alternatives(rq, f->excludes));
		return;
	}
}

bool
field_query(struct request *rq, const struct field *fields,
    struct db_param *params, size_t *nparams)
{
	struct given values[FIELDS_MAX] = { { NULL, false } };

	if (strlen(rq->query) > REQUEST_URI_MAX)
		return request_invalid(rq,
		    "query must be at most %d bytes long", REQUEST_URI_MAX);
	scan(rq, fields, values);
	for (const struct field *f = fields; f->name != NULL; f++) {
		const struct given *g = &values[f - fields];

		assert(f - fields < FIELDS_MAX);
		if (g->twice)
			(void)request_invalid(rq, "%s must be given only once",
			    f->name);
		else
			take(rq, f, g->value, params, nparams);
		if (g->value != NULL)
			check_exclusion(rq, fields, f, values);
	}
	return rq->problem == PROBLEM_NONE;
}

void
field_fingerprint(struct request *rq, const struct field *fields,
    unsigned char out[static 32])
{
	struct piece pieces[2 * FIELDS_MAX];
	size_t n = 0;

	for (const struct field *f = fields; f->name != NULL; f++) {
		const struct json *value = rq->object == NULL
		    ? NULL
		    : json_member(rq->object, f->name);
		const char *text;

		if (value == NULL)
			continue;
		/* JSON_NUL is in no text, so null is unlike any string. */
		text =
		    json_kind(value) == JSON_NULL ? "\xff" : json_text(value);
		pieces[n++] = (struct piece){ f->name, strlen(f->name) };
		pieces[n++] = (struct piece){ text, strlen(text) };
	}
	digest_pieces(pieces, n, out);
}
