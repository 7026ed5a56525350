/*
 * query_fuzz.c - the fields of a query: what is accepted keeps to its tables,
 * and is accepted again as it is; what is not is refused in the mount's words.
 *
 * The input is a choice of mount, route and ids, and a query.
 */
#include "json.h"
#include "mounts.h"
#include "str.h"

struct asked {
	struct request rq;
	struct db_param params[DB_PARAMS_MAX];
	size_t nparams;
	bool accepted;
};

/* What a field of page or query has become; the name is NULL: not there. */
struct value {
	const struct field *field;
	const char *name, *text;
};

struct values {
	struct value list[2 * FIELDS_MAX];
	size_t n;
};

/* The parameters of any list, as PostgreSQL takes them. */
static const struct field list_params[] = {
	{ .name = "limit", .type = FIELD_INTEGER, .min = 1, .max = 101 },
	{ .name = "offset", .type = FIELD_INTEGER, .max = 2147483647 },
	{ .name = "order", .type = FIELD_CHOICE, .choices = { "asc", "desc" } },
	{ .name = "since", .type = FIELD_INSTANT },
	{ .name = "until", .type = FIELD_INSTANT },
	{ .name = "beforeAt", .type = FIELD_INSTANT },
	{ .name = "beforeId", .type = FIELD_UUID },
	{ .name = "counted",
	    .type = FIELD_CHOICE,
	    .choices = { "true", "false" } },
	{ .name = "after", .type = FIELD_UUID },
	{ .name = "before", .type = FIELD_UUID },
};

/* False: its path is refused, and there is nothing to ask. */
static bool
ask(struct arena *a, struct choice choice, const char *query,
    struct asked *asked)
{
	struct request *rq = &asked->rq;
	const struct field *lists[2];

	*asked = (struct asked){ .nparams = 0 };
	begin(rq, a, choice);
	if (!check_path(rq, choice))
		return false;
	lists[0] = page_fields(rq);
	lists[1] = rq->route->query;
	rq->query = arena_copy(a, query, strlen(query));
	asked->accepted =
	    field_query(rq, lists[0], lists[1], asked->params, &asked->nparams);
	must(asked->accepted == (rq->problem == PROBLEM_NONE));
	must(asked->accepted == (rq->faults == NULL));
	if (!asked->accepted)
		check_refusal(rq, lists, strlen(query));
	return true;
}

static void
take_value(const struct asked *asked, const struct field *f, const char *text,
    struct values *v)
{
	const char *name = name_of(&asked->rq, f);

	must(name != NULL || same(text, f->fallback));
	must(text != NULL || f->fallback == NULL);
	must(text == NULL || acceptable(asked->rq.arena, f, text));
	must(v->n < 2 * FIELDS_MAX);
	v->list[v->n++] = (struct value){ f, name, text };
}

/* All that was accepted, each in the bounds of its field. */
static void
take_values(const struct asked *asked, struct values *v)
{
	const struct field *f = page_fields(&asked->rq);
	size_t n = 0;

	v->n = 0;
	for (; f != NULL && f->name != NULL; f++) {
		must(f->slot != PAGE_NONE);
		take_value(asked, f, asked->rq.page[f->slot], v);
	}
	for (f = asked->rq.route->query; f->name != NULL; f++)
		take_value(asked, f, asked->params[n++].bytes, v);
	must(n == asked->nparams);
}

static bool
has(const struct values *v, const char *name)
{
	for (size_t i = 0; i < v->n; i++)
		if (strcmp(v->list[i].field->name, name) == 0)
			return v->list[i].text != NULL;
	return false;
}

/* Whether the value may not be given, because another one is. */
static bool
is_excluded(const struct values *v, const struct value *value)
{
	const struct field *f = value->field;

	for (size_t i = 0; i < FIELD_CHOICES_MAX; i++)
		if (f->excludes[i] != NULL && has(v, f->excludes[i]))
			return true;
	return false;
}

static void
check_company(const struct values *v)
{
	for (size_t i = 0; i < v->n; i++) {
		const struct value *value = &v->list[i];
		const struct field *f = value->field;

		must(value->text == NULL || f->needs == NULL ||
		    has(v, f->needs));
		must(!is_excluded(v, value) || same(value->text, f->fallback));
	}
}

static void
add(struct str *query, const char *name, const char *value, size_t n)
{
	str_printf(query, "%s%s=", query->len > 0 ? "&" : "", name);
	for (size_t i = 0; i < n; i++)
		str_printf(query, "%%%02x", (unsigned)(unsigned char)value[i]);
}

/* The query that says the same; what is an array is given again and again. */
static const char *
written(struct arena *a, const struct values *v)
{
	struct str query = str_new(a);

	for (size_t i = 0; i < v->n; i++) {
		const struct value *value = &v->list[i];
		const char *word = value->text;

		if (value->name == NULL || word == NULL ||
		    is_excluded(v, value))
			continue;
		if (value->field->type != FIELD_CHOICES &&
		    value->field->type != FIELD_UUIDS) {
			add(&query, value->name, word, strlen(word));
			continue;
		}
		while (*word != '}') {
			const size_t n = strcspn(++word, ",}");

			add(&query, value->name, word, n);
			word += n;
		}
	}
	return query.text;
}

static void
check_same(const struct values *v, const struct asked *other)
{
	struct values w;

	must(other->accepted);
	take_values(other, &w);
	must(w.n == v->n);
	for (size_t i = 0; i < v->n; i++)
		must(same(v->list[i].text, w.list[i].text));
}

/* A strict mount refuses what it does not know, others ignore it. */
static void
check_unknown(struct arena *a, struct choice choice, const char *query,
    const struct values *v)
{
	const char *more =
	    arena_printf(a, "%s%szz=1", query, *query == '\0' ? "" : "&");
	struct asked asked;

	if (strlen(more) > REQUEST_URI_MAX)
		return;
	must(ask(a, choice, more, &asked));
	if (!asked.rq.mount->strict)
		check_same(v, &asked);
	else
		must(!asked.accepted &&
		    strcmp(asked.rq.faults->field, "zz") == 0);
}

/* What the function of a list is given, and what is said about the list. */
static void
check_list(struct asked *asked)
{
	static const int64_t totals[] = { 0, 1, 2147483647 };
	struct request *rq = &asked->rq;
	const size_t first = asked->nparams;

	route_page(rq, asked->params, &asked->nparams);
	check_parameters(rq, asked->nparams);
	if (rq->route->list == LIST_NONE)
		return;
	must(asked->nparams - first ==
	    (rq->route->list == LIST_MESSAGES ? 10 : 8));
	for (size_t i = first; i < asked->nparams; i++) {
		const struct field *f = &list_params[i - first];
		const char *text = asked->params[i].bytes;
		const bool required =
		    f->type == FIELD_INTEGER || f->type == FIELD_CHOICE;

		must(text != NULL || !required);
		must(text == NULL || acceptable(rq->arena, f, text));
	}
	for (size_t i = 0; i < sizeof(totals) / sizeof(totals[0]); i++) {
		const struct listing list = { totals[i], i == 1, NULL };
		struct str s = str_new(rq->arena);

		rq->mount->open(rq, &s);
		str_raw(&s, "[]");
		rq->mount->close(rq, &list, &s);
		must(json_parse(rq->arena, s.text, s.len) != NULL);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	struct input in = { data, size };
	const struct choice choice = take_choice(&in);
	char *text = fuzz_text(in.data, in.size);
	struct asked asked, other;
	struct values v;
	const char *again;

	if (ask(a, choice, text, &asked) && asked.accepted) {
		take_values(&asked, &v);
		check_company(&v);
		again = written(a, &v);
		/* Escapes may have made it too long. */
		if (strlen(again) <= REQUEST_URI_MAX) {
			must(ask(a, choice, again, &other));
			check_same(&v, &other);
		}
		check_unknown(a, choice, text, &v);
		if (asked.rq.method == METHOD_GET)
			check_list(&asked);
	}
	free(text);
	return 0;
}
