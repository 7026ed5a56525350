/*
 * body_fuzz.c - the fields of a body and its fingerprint: what is accepted
 * keeps to its table and is accepted again as it is, in any mount; what is not
 * is refused in the mount's words; and two bodies have the same fingerprint if
 * and only if their fields have the same values.
 *
 * The input is a choice of mount, route and ids, and one or two bodies divided
 * by a NUL.
 */
#include "digest.h"
#include "json.h"
#include "mounts.h"
#include "str.h"

/* What a body is made of that counts. */
struct body {
	char *text;
	struct request rq;
	struct db_param params[DB_PARAMS_MAX];
	size_t nparams;
	bool accepted;
	unsigned char fingerprint[DIGEST_LEN];
};

/* False: it is no object, or the path is refused. */
static bool
read_body(struct arena *a, struct choice choice, struct body *b)
{
	const size_t size = strlen(b->text);
	struct request *rq = &b->rq;
	const struct field *lists[2] = { NULL };

	begin(rq, a, choice);
	if (!check_path(rq, choice))
		return false;
	rq->object = json_parse(a, b->text, size);
	if (rq->object == NULL || json_kind(rq->object) != JSON_OBJECT)
		return false;
	lists[0] = rq->route->body;
	b->accepted = field_body(rq, lists[0], b->params, &b->nparams);
	must(b->nparams <= FIELDS_MAX);
	must(b->accepted == (rq->problem == PROBLEM_NONE));
	must(b->accepted == (rq->faults == NULL));
	if (b->accepted)
		field_fingerprint(rq, lists[0], b->fingerprint);
	else
		check_refusal(rq, lists, size);
	return true;
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

/* The body that says the same in a mount. */
static char *
written(struct arena *a, struct choice choice, const struct body *b)
{
	struct str s = str_new(a);
	struct request rq;
	size_t n = 0;

	begin(&rq, a, choice);
	str_raw(&s, "{");
	for (const struct field *f = rq.route->body; f->name != NULL; f++) {
		const char *text = f->unsent ? NULL : b->params[n++].bytes;

		if (text == NULL)
			continue;
		str_printf(&s, "%s\"%s\":", s.len > 1 ? "," : "",
		    name_of(&rq, f));
		add_value(&s, f, text);
	}
	str_raw(&s, "}");
	return s.text;
}

/*
 * Each parameter keeps to its field; and they are a body that says the same in
 * any mount, with one fingerprint: a retry may come by another one.
 */
static void
check_accepted(struct arena *a, struct choice choice, const struct body *b)
{
	unsigned char fingerprint[DIGEST_LEN];
	size_t n = 0;

	for (const struct field *f = b->rq.route->body; f->name != NULL; f++) {
		const char *text = f->unsent ? NULL : b->params[n++].bytes;

		must(text != NULL || f->unsent || !f->required);
		must(text == NULL || acceptable(a, f, text));
	}
	must(n == b->nparams);
	for (choice.mount = 0; choice.mount < MOUNTS; choice.mount++) {
		struct body again = { .nparams = 0 };

		choice.ids = 0;
		again.text = written(a, choice, b);
		must(read_body(a, choice, &again) && again.accepted);
		must(again.nparams == n);
		for (size_t i = 0; i < n; i++)
			must(same(again.params[i].bytes, b->params[i].bytes));
		if (choice.mount == 0)
			memcpy(fingerprint, again.fingerprint, DIGEST_LEN);
		must(memcmp(fingerprint, again.fingerprint, DIGEST_LEN) == 0);
	}
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
same_value(const struct body *x, const struct body *y)
{
	for (const struct field *f = x->rq.route->body; f->name != NULL; f++) {
		const char *name = name_of(&x->rq, f);

		if (!same_member(x->rq.arena, json_member(x->rq.object, name),
			json_member(y->rq.object, name)))
			return false;
	}
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	struct input in = { data, size }, part;
	const struct choice choice = take_choice(&in);
	struct body bodies[2] = { { .nparams = 0 }, { .nparams = 0 } };
	size_t n = 0;
	bool objects = true;

	for (; n < 2 && take_part(&in, &part); n++) {
		struct body *b = &bodies[n];

		b->text = fuzz_text(part.data, part.size);
		objects = read_body(a, choice, b) && objects;
		if (!b->accepted)
			continue;
		check_accepted(a, choice, b);
		if (b->rq.method != METHOD_GET)
			check_parameters(&b->rq, b->nparams);
	}
	if (n == 2 && objects && bodies[0].accepted && bodies[1].accepted)
		must(same_value(&bodies[0], &bodies[1]) ==
		    (memcmp(bodies[0].fingerprint, bodies[1].fingerprint,
			 DIGEST_LEN) == 0));
	free(bodies[0].text);
	free(bodies[1].text);
	return 0;
}
