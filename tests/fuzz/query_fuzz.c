/*
 * query_fuzz.c - the fields of a query: what is accepted keeps to its table,
 * and is accepted again as it is.
 */
#include "db.h"
#include "field.h"
#include "fuzz.h"
#include "mount.h"
#include "request.h"
#include "str.h"
#include "text.h"

static const struct field fields[] = {
	{ .name = "limit",
	    .type = FIELD_INTEGER,
	    .min = 1,
	    .max = 100,
	    .fallback = "20" },
	{ .name = "offset",
	    .type = FIELD_INTEGER,
	    .max = 2147483647,
	    .fallback = "0",
	    .excludes = { "after" } },
	{ .name = "status",
	    .type = FIELD_CHOICES,
	    .choices = { "pending", "active", "closed" } },
	{ .name = "order",
	    .type = FIELD_CHOICE,
	    .choices = { "asc", "desc" },
	    .fallback = "asc" },
	{ .name = "after", .type = FIELD_UUID },
	{ .name = "q", .type = FIELD_TEXT, .min = 1, .max = 20 },
	{ .name = NULL },
};

enum {
	LIMIT,
	OFFSET,
	STATUS,
	ORDER,
	AFTER,
	Q,
	FIELDS,
};

struct asked {
	struct request rq;
	struct db_param params[FIELDS_MAX];
	size_t nparams;
	bool accepted;
};

static void
ask(struct arena *a, const char *query, struct asked *asked)
{
	*asked =
	    (struct asked){ .rq = { .arena = a, .mount = mount_native() } };
	asked->rq.query = arena_copy(a, query, strlen(query));
	asked->accepted = field_query(&asked->rq, NULL, fields, asked->params,
	    &asked->nparams);
	must(asked->accepted == (asked->rq.problem == PROBLEM_NONE));
	must(asked->accepted == (asked->rq.faults == NULL));
	for (const struct fault *f = asked->rq.faults; f != NULL; f = f->next)
		must(*f->text != '\0' && text_utf8(f->text, strlen(f->text)));
}

/* An integer as PostgreSQL reads it, without anything superfluous. */
static void
check_integer(const struct field *f, const char *text)
{
	long value;

	must(text_integer(text, f->min, f->max, &value));
	must(strcmp(text, "0") == 0 || *text != '0');
}

/* {pending,active}: words of the list, and nothing to be quoted. */
static void
check_status(struct arena *a, const char *text)
{
	char *word, *rest = arena_copy(a, text, strlen(text));
	const size_t len = strlen(text);

	must(len > 2 && text[0] == '{' && text[len - 1] == '}');
	rest[len - 1] = '\0';
	for (rest++; (word = strsep(&rest, ",")) != NULL;)
		must(strcmp(word, "pending") == 0 ||
		    strcmp(word, "active") == 0 || strcmp(word, "closed") == 0);
}

static void
add(struct str *query, const char *name, const char *value, size_t n)
{
	str_printf(query, "%s%s=", query->len > 0 ? "&" : "", name);
	for (size_t i = 0; i < n; i++)
		str_printf(query, "%%%02x", (unsigned)(unsigned char)value[i]);
}

/* The query that says the same. */
static const char *
written(struct arena *a, const struct asked *asked)
{
	struct str query = str_new(a);

	for (size_t i = 0; i < FIELDS; i++) {
		const char *text = asked->params[i].bytes, *word = text;

		/* The default of an excluded field is not to be given. */
		if (text == NULL ||
		    (i == OFFSET && asked->params[AFTER].bytes != NULL))
			continue;
		if (i != STATUS) {
			add(&query, fields[i].name, text, strlen(text));
			continue;
		}
		while (*word != '}') {
			const size_t n = strcspn(++word, ",}");

			add(&query, fields[i].name, word, n);
			word += n;
		}
	}
	return query.text;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	char *text = fuzz_text(data, size);
	struct asked first, second;
	const char *order, *again;

	ask(a, text, &first);
	free(text);
	if (!first.accepted)
		return 0;
	must(first.nparams == FIELDS);
	check_integer(&fields[LIMIT], first.params[LIMIT].bytes);
	check_integer(&fields[OFFSET], first.params[OFFSET].bytes);
	order = first.params[ORDER].bytes;
	must(strcmp(order, "asc") == 0 || strcmp(order, "desc") == 0);
	if (first.params[STATUS].bytes != NULL)
		check_status(a, first.params[STATUS].bytes);
	if (first.params[Q].bytes != NULL)
		must(text_utf8(first.params[Q].bytes,
		    strlen(first.params[Q].bytes)));
	/* Escapes may have made it too long. */
	again = written(a, &first);
	if (strlen(again) > REQUEST_URI_MAX)
		return 0;
	ask(a, again, &second);
	must(second.accepted);
	for (size_t i = 0; i < FIELDS; i++)
		must((first.params[i].bytes == NULL) ==
			(second.params[i].bytes == NULL) &&
		    (first.params[i].bytes == NULL ||
			strcmp(first.params[i].bytes, second.params[i].bytes) ==
			    0));
	return 0;
}
