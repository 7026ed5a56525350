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
#include "mount.h"
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
static const struct field contact[] = {
	{ .name = "email",
	    .type = FIELD_EMAIL,
	    .problem = PROBLEM_EMAIL_INVALID },
	{ .name = "phone",
	    .type = FIELD_PHONE,
	    .problem = PROBLEM_PHONE_INVALID },
	{ .name = "since",
	    .type = FIELD_INSTANT,
	    .problem = PROBLEM_DATE_INVALID },
	{ .name = "metadata", .type = FIELD_LABELS, .max = 3 },
	{ .name = "proof", .type = FIELD_HEX, .max = 4 },
	{ .name = "tagIds",
	    .type = FIELD_UUIDS,
	    .min = 1,
	    .max = 2,
	    .problem = PROBLEM_LIST_MALFORMED },
	{ .name = NULL },
};
static const struct field none[] = { { .name = NULL } };
static const struct field *const tables[] = { texts, marker, contact, none };

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
	case FIELD_EMAIL:
		return text_email(text);
	case FIELD_PHONE:
		return text_phone(text);
	case FIELD_INSTANT:
		return text_instant(text);
	case FIELD_HEX:
		return len == (size_t)f->max &&
		    strspn(text, "0123456789abcdefABCDEF") == len;
	case FIELD_LABELS:
		return *text == '{' && text_utf8(text, len);
	case FIELD_UUIDS:
		return strspn(text, "{}0123456789abcdef-,") == len;
	case FIELD_CHOICE:
	case FIELD_CHOICES:
		break;
	}
	return false;
}

/* The value of a field as a body has it. */
static void
add_value(struct str *s, const struct field *f, const char *text)
{
	if (f->type == FIELD_LABELS) {
		str_raw(s, text);
		return;
	}
	if (f->type != FIELD_UUIDS) {
		str_json(s, text, strlen(text));
		return;
	}
	for (const char *open = "["; *text != '}'; open = ",") {
		str_raw(s, open);
		str_json(s, ++text, UUID_LEN);
		text += UUID_LEN;
	}
	str_raw(s, "]");
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
	b->rq.mount = mount_native();
	b->rq.object = json_parse(a, b->text, strlen(b->text));
	if (b->rq.object == NULL || json_kind(b->rq.object) != JSON_OBJECT)
		return false;
	b->accepted = field_body(&b->rq, fields, b->params, &b->nparams);
	must(b->nparams <= FIELDS_MAX);
	must(b->accepted == (b->rq.problem == PROBLEM_NONE));
	if (b->accepted) {
		field_fingerprint(&b->rq, fields, b->fingerprint);
	} else {
		must(b->rq.faults != NULL);
		for (const struct fault *f = b->rq.faults; f != NULL;
		     f = f->next)
			must(*f->text != '\0' &&
			    text_utf8(f->text, strlen(f->text)));
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
		add_value(&s, f, text);
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

/* A member: absent, or its value, the members of an object in any order. */
static bool
same_member(struct arena *a, const struct json *x, const struct json *y)
{
	struct str s = str_new(a), t = str_new(a);

	if (x == NULL || y == NULL)
		return x == y;
	json_write(&s, x);
	json_write(&t, y);
	return strcmp(s.text, t.text) == 0;
}

static bool
same_value(const struct field *fields, const struct body *x,
    const struct body *y)
{
	for (const struct field *f = fields; f->name != NULL; f++)
		if (!same_member(x->rq.arena,
			json_member(x->rq.object, f->name),
			json_member(y->rq.object, f->name)))
			return false;
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	struct input in = { data, size }, part;
	const struct field *fields =
	    tables[take_byte(&in) % (sizeof(tables) / sizeof(tables[0]))];
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
