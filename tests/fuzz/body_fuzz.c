/*
 * body_fuzz.c - the fields of a body and its fingerprint: what is accepted
 * keeps to its table and is accepted again as it is, and two bodies have the
 * same fingerprint if and only if their fields have the same values.
 *
 * The input is the number of a table, and one or two bodies divided by a NUL.
 */
#include "db.h"
#include "digest.h"
#include "field.h"
#include "fuzz.h"
#include "json.h"
#include "request.h"
#include "str.h"
#include "text.h"

static const struct field texts[] = {
	{ .name = "content",
	    .type = FIELD_TEXT,
	    .min = 1,
	    .max = 40,
	    .required = true },
	{ .name = "contentFormat",
	    .type = FIELD_CHOICE,
	    .choices = { "plain", "rich" },
	    .unsent = true },
	{ .name = "subject", .type = FIELD_TEXT, .min = 0, .max = 5 },
	{ .name = NULL },
};
static const struct field marker[] = {
	{ .name = "messageId", .type = FIELD_UUID, .required = true },
	{ .name = "seq", .type = FIELD_INTEGER, .min = 1, .max = 100 },
	{ .name = NULL },
};
static const struct field none[] = { { .name = NULL } };
static const struct field *const tables[] = { texts, marker, none };

static bool
acceptable(const struct field *f, const char *text)
{
	const char *trimmed = text;
	char uuid[UUID_LEN + 1];
	size_t len = strlen(text);
	long value;

	switch (f->type) {
	case FIELD_TEXT:
		if (!text_utf8(text, len))
			return false;
		text_trim(&trimmed, &len);
		return strlen(text) == len &&
		    text_length(text, len) >= (size_t)f->min &&
		    text_length(text, len) <= (size_t)f->max;
	case FIELD_UUID:
		return text_uuid(text, uuid) && strcmp(text, uuid) == 0;
	case FIELD_INTEGER:
		return text_integer(text, f->min, f->max, &value) &&
		    *text != '0';
	case FIELD_CHOICE:
	case FIELD_CHOICES:
		break;
	}
	return false;
}

/* What a body is made of that counts. */
struct body {
	char *text;
	struct request rq;
	struct db_param params[FIELDS_MAX];
	size_t nparams;
	bool accepted;
	unsigned char fingerprint[DIGEST_LEN];
};

/* False: it is no object. */
static bool
read_body(struct arena *a, const struct field *fields, struct body *b)
{
	b->rq.arena = a;
	b->rq.object = json_parse(a, b->text, strlen(b->text));
	if (b->rq.object == NULL || json_kind(b->rq.object) != JSON_OBJECT)
		return false;
	b->accepted = field_body(&b->rq, fields, b->params, &b->nparams);
	must(b->nparams <= FIELDS_MAX);
	must(b->accepted == (b->rq.problem == PROBLEM_NONE));
	if (b->accepted) {
		field_fingerprint(&b->rq, fields, b->fingerprint);
	} else {
		must(b->rq.problem == PROBLEM_FIELDS_INVALID);
		must(b->rq.invalid.len > 0 &&
		    strlen(b->rq.invalid.text) == b->rq.invalid.len);
		must(text_utf8(b->rq.invalid.text, b->rq.invalid.len));
	}
	return true;
}

/* Each parameter keeps to its field; they are a body that says the same. */
static void
check_accepted(struct arena *a, const struct field *fields,
    const struct body *b)
{
	struct str s = str_new(a);
	struct body again = { .nparams = 0 };
	size_t n = 0;

	str_raw(&s, "{");
	for (const struct field *f = fields; f->name != NULL; f++) {
		const char *text = f->unsent ? NULL : b->params[n++].bytes;

		must(text != NULL || f->unsent || !f->required);
		if (text == NULL)
			continue;
		must(acceptable(f, text));
		str_printf(&s, "%s\"%s\":", s.len > 1 ? "," : "", f->name);
		str_json(&s, text, strlen(text));
	}
	str_raw(&s, "}");
	must(n == b->nparams);
	again.text = s.text;
	must(read_body(a, fields, &again) && again.accepted);
	must(again.nparams == n);
	for (size_t i = 0; i < n; i++)
		must((again.params[i].bytes == NULL) ==
			(b->params[i].bytes == NULL) &&
		    (b->params[i].bytes == NULL ||
			strcmp(again.params[i].bytes, b->params[i].bytes) ==
			    0));
}

/* A member: absent, null, or its text. */
static bool
same_member(const struct json *x, const struct json *y)
{
	if (x == NULL || y == NULL)
		return x == y;
	if (json_kind(x) != JSON_STRING || json_kind(y) != JSON_STRING)
		return json_kind(x) == json_kind(y);
	return strcmp(json_text(x), json_text(y)) == 0;
}

static bool
same_value(const struct field *fields, const struct body *x,
    const struct body *y)
{
	for (const struct field *f = fields; f->name != NULL; f++)
		if (!same_member(json_member(x->rq.object, f->name),
			json_member(y->rq.object, f->name)))
			return false;
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	struct input in = { data, size }, part;
	const struct field *fields = tables[take_byte(&in) % 3];
	struct body bodies[2] = { { .nparams = 0 }, { .nparams = 0 } };
	size_t n = 0;
	bool objects = true;

	for (; n < 2 && take_part(&in, &part); n++) {
		bodies[n].text = fuzz_text(part.data, part.size);
		objects = read_body(a, fields, &bodies[n]) && objects;
		if (bodies[n].accepted)
			check_accepted(a, fields, &bodies[n]);
	}
	if (n == 2 && objects && bodies[0].accepted && bodies[1].accepted)
		must(same_value(fields, &bodies[0], &bodies[1]) ==
		    (memcmp(bodies[0].fingerprint, bodies[1].fingerprint,
			 DIGEST_LEN) == 0));
	free(bodies[0].text);
	free(bodies[1].text);
	return 0;
}
