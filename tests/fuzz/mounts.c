/*
 * mounts.c - a request to any route of any mount, and what must hold whatever
 * its fields are.
 */
#include "mounts.h"
#include "json.h"
#include "reply.h"
#include "str.h"
#include "text.h"

#define ID	    "0190163d-8694-739b-aea5-966c26f8ad91"
#define ID_UPPER    "0190163D-8694-739B-AEA5-966C26F8AD91"
#define NAME	    "0123456789abcdefghijklmnopqrstuv"
#define FAULT_BYTES 40 /* of an answer for each byte of a request */

/* ---- which request */

/* The rows of route.c, one for each caller; a lint compares them. */
struct way {
	const char *method, *path;
	enum caller caller;
};

static const struct way ways[] = {
	{ "PUT", "/visitor", CALLER_VISITOR },
	{ "POST", "/conversations", CALLER_VISITOR },
	{ "POST", "/conversations/:id/messages", CALLER_VISITOR },
	{ "POST", "/conversations/:id/messages", CALLER_OPERATOR },
	{ "PATCH", "/conversations/:id/messages/:messageId", CALLER_VISITOR },
	{ "PATCH", "/conversations/:id/messages/:messageId", CALLER_OPERATOR },
	{ "POST", "/conversations/:id/read", CALLER_VISITOR },
	{ "POST", "/conversations/:id/read", CALLER_OPERATOR },
	{ "PATCH", "/conversations/:id/subject", CALLER_OPERATOR },
	{ "POST", "/conversations/:id/tags", CALLER_OPERATOR },
	{ "POST", "/tags", CALLER_OPERATOR },
	{ "GET", "/conversations", CALLER_VISITOR },
	{ "GET", "/conversations", CALLER_OPERATOR },
	{ "GET", "/conversations/:id/messages", CALLER_VISITOR },
	{ "GET", "/conversations/:id/messages", CALLER_OPERATOR },
	{ "GET", "/conversations/:id/changes", CALLER_VISITOR },
	{ "GET", "/conversations/:id/changes", CALLER_OPERATOR },
	{ "GET", "/conversations/:id/tags", CALLER_OPERATOR },
	{ "GET", "/tags", CALLER_OPERATOR },
	{ "POST", "/conversations/:id/accept", CALLER_OPERATOR },
	{ "POST", "/conversations/:id/leave", CALLER_OPERATOR },
	{ "POST", "/conversations/:id/resolve", CALLER_OPERATOR },
	{ "DELETE", "/conversations/:id/messages/:messageId", CALLER_VISITOR },
	{ "DELETE", "/conversations/:id/messages/:messageId", CALLER_OPERATOR },
	{ "DELETE", "/conversations/:id/tags/:tagId", CALLER_OPERATOR },
	{ "DELETE", "/conversations/:id", CALLER_OPERATOR },
	{ "DELETE", "/tags/:tagId", CALLER_OPERATOR },
	{ "GET", "/conversations/:id", CALLER_VISITOR },
	{ "GET", "/conversations/:id", CALLER_OPERATOR },
	{ "GET", "/conversations/:id/unread", CALLER_VISITOR },
	{ "GET", "/conversations/:id/unread", CALLER_OPERATOR },
	{ "GET", "/conversations/:id/visitor", CALLER_OPERATOR },
	{ "GET", "/visitor", CALLER_VISITOR },
	{ "GET", "/me", CALLER_VISITOR },
	{ "GET", "/me", CALLER_OPERATOR },
	{ "GET", "/health", CALLER_NONE },
	{ "GET", "/health/live", CALLER_NONE },
	{ "GET", "/health/ready", CALLER_NONE },
};

#define NWAYS (sizeof(ways) / sizeof(ways[0]))

/* clang-format off */
static const struct field none[] = { { .name = NULL } };

static const struct field texts[] = {
	{ .name = "content", .type = FIELD_TEXT, .min = 1, .max = 40,
	  .required = true },
	{ .name = "contentFormat", .type = FIELD_CHOICE,
	  .choices = { "plain", "rich" }, .unsent = true },
	{ .name = "subject", .type = FIELD_TEXT, .min = 0, .max = 5 },
	{ .name = "seq", .type = FIELD_INTEGER, .min = 1, .max = 100 },
	{ .name = "since", .type = FIELD_INSTANT,
	  .problem = PROBLEM_DATE_INVALID },
	{ .name = NULL },
};

static const struct field contact[] = {
	{ .name = "email", .type = FIELD_EMAIL,
	  .problem = PROBLEM_EMAIL_INVALID },
	{ .name = "phone", .type = FIELD_PHONE,
	  .problem = PROBLEM_PHONE_INVALID },
	{ .name = "metaData", .type = FIELD_LABELS, .max = 3 },
	{ .name = "proof", .type = FIELD_HEX, .max = 4 },
	{ .name = "tagIds", .type = FIELD_UUIDS, .min = 1, .max = 2,
	  .problem = PROBLEM_LIST_MALFORMED },
	{ .name = NULL },
};

static const struct field filter[] = {
	{ .name = "q", .type = FIELD_TEXT, .min = 1, .max = 20 },
	{ .name = "tagIds", .type = FIELD_UUIDS, .min = 1, .max = 2,
	  .problem = PROBLEM_LIST_MALFORMED },
	{ .name = "kind", .type = FIELD_CHOICES, .choices = { "one", "two" },
	  .problem = PROBLEM_STATUS_INVALID },
	{ .name = "email", .type = FIELD_EMAIL,
	  .problem = PROBLEM_EMAIL_INVALID },
	{ .name = "phone", .type = FIELD_PHONE, .needs = "email",
	  .problem = PROBLEM_PHONE_INVALID },
	{ .name = "proof", .type = FIELD_HEX, .max = 4,
	  .excludes = { "email", "q" } },
	{ .name = "seq", .type = FIELD_INTEGER, .min = 7, .max = 12,
	  .fallback = "9" },
	{ .name = "ofOthers", .type = FIELD_TEXT, .max = 3, .foreign = true },
	{ .name = NULL },
};

static const struct route own[] = {
	{ METHOD_POST, "/tags", CALLER_OPERATOR, texts, none, QUERY__MAX, 200,
	  SHAPE_DONE, .member = "done" },
	{ METHOD_POST, "/tags", CALLER_OPERATOR, contact, none, QUERY__MAX, 200,
	  SHAPE_DONE, .member = "done" },
	{ METHOD_GET, "/tags", CALLER_OPERATOR, none, filter, QUERY__MAX, 200,
	  SHAPE_LIST, .member = "tags", .list = LIST_RESOURCES },
};
/* clang-format on */

#define NOWN (sizeof(own) / sizeof(own[0]))

/* Two bits of choice.ids are the form of an id. */
static const char *const forms[] = { ID, ID_UPPER, "x", "%C3%A9" };

struct choice
take_choice(struct input *in)
{
	struct choice c;

	c.mount = take_byte(in) % MOUNTS;
	c.route = take_byte(in) % (NWAYS + NOWN);
	c.ids = take_byte(in);
	return c;
}

/* The path below its mount, with ids where the route has names. */
static const char *
path_of(struct arena *a, const char *pattern, unsigned ids)
{
	struct str path = str_new(a);

	while (*pattern != '\0') {
		const size_t n = strcspn(pattern, ":");

		str_bytes(&path, pattern, n);
		pattern += n;
		if (*pattern == '\0')
			break;
		str_raw(&path, forms[ids % 4]);
		ids /= 4;
		pattern += strcspn(pattern, "/");
	}
	return path.text;
}

void
begin(struct request *rq, struct arena *a, struct choice choice)
{
	static const char *const names[MOUNTS] = { "api", "traced", "coded",
		"wrapped" };
	static const struct way other = { "GET", "/tags", CALLER_OPERATOR };
	const bool ours = choice.route >= NWAYS;
	const struct way *way = ours ? &other : &ways[choice.route];

	*rq = (struct request){ .arena = a, .caller = way->caller };
	(void)snprintf(rq->id, sizeof(rq->id), "req_%.26s", NAME);
	rq->headers[HEADER_REQUEST_METHOD] = way->method;
	rq->headers[HEADER_REQUEST_URI] = arena_printf(a, "/%s/v1%s",
	    names[choice.mount], path_of(a, way->path, choice.ids));
	must(request_target(rq, ""));
	rq->mount = mount_find(rq);
	must(rq->mount != NULL);
	must(strcmp(rq->mount->path[0], names[choice.mount]) == 0);
	must(route_find(rq));
	must(way->caller == CALLER_NONE ? rq->route->callers == CALLER_NONE
					: route_choose(rq));
	if (ours)
		rq->route = &own[choice.route - NWAYS];
}

/* ---- what is accepted */

const struct field *
page_fields(const struct request *rq)
{
	return rq->mount->lists[rq->route->list].fields;
}

const char *
name_of(const struct request *rq, const struct field *f)
{
	return f->foreign && rq->mount->native ? NULL : mount_name(rq, f->name);
}

bool
same(const char *one, const char *other)
{
	return one == NULL || other == NULL ? one == other
					    : strcmp(one, other) == 0;
}

static bool
is_choice(const struct field *f, const char *word)
{
	for (size_t i = 0; i < FIELD_CHOICES_MAX; i++)
		if (f->choices[i] != NULL && strcmp(f->choices[i], word) == 0)
			return true;
	return false;
}

/* {one,two}: words, or UUIDs in lower case, and nothing to be quoted. */
static bool
is_array(struct arena *a, const struct field *f, const char *text)
{
	const size_t len = strlen(text);
	char uuid[UUID_LEN + 1];
	char *word, *rest;
	long n = 0;

	if (len < 2 || text[0] != '{' || text[len - 1] != '}')
		return false;
	rest = arena_copy(a, text + 1, len - 2);
	for (; (word = strsep(&rest, ",")) != NULL; n++)
		if (f->type == FIELD_CHOICES
			? !is_choice(f, word)
			: !text_uuid(word, uuid) || strcmp(word, uuid) != 0)
			return false;
	return f->type == FIELD_CHOICES ? n > 0 : n >= f->min && n <= f->max;
}

static bool
is_label_value(const struct json *value)
{
	const char *text;

	if (json_kind(value) != JSON_STRING)
		return json_kind(value) == JSON_BOOL ||
		    (json_kind(value) == JSON_NUMBER &&
			json_interoperable(value));
	text = json_text(value);
	return strchr(text, JSON_NUL) == NULL &&
	    text_length(text, strlen(text)) <= FIELD_LABEL_TEXT_MAX;
}

static bool
are_labels(struct arena *a, const struct field *f, const char *text)
{
	const size_t len = strlen(text);
	const struct json *all = json_parse(a, arena_copy(a, text, len), len);
	const struct json *m = NULL;
	long n = 0;

	if (all == NULL || json_kind(all) != JSON_OBJECT)
		return false;
	for (; (m = json_next(all, m)) != NULL; n++) {
		const char *name = json_name(m);
		const size_t length = text_length(name, strlen(name));

		if (length < 1 || length > FIELD_LABEL_NAME_MAX ||
		    !is_label_value(m))
			return false;
	}
	return n <= f->max;
}

static bool
is_text(const struct field *f, const char *text)
{
	const char *trimmed = text;
	const size_t all = strlen(text);
	size_t len = all;

	if (!text_utf8(text, len))
		return false;
	text_trim(&trimmed, &len);
	return len == all && text_length(text, len) >= (size_t)f->min &&
	    text_length(text, len) <= (size_t)f->max;
}

bool
acceptable(struct arena *a, const struct field *f, const char *text)
{
	char uuid[UUID_LEN + 1];
	const size_t len = strlen(text);
	long value;

	switch (f->type) {
	case FIELD_TEXT:
		return is_text(f, text);
	case FIELD_CHOICE:
		return is_choice(f, text);
	case FIELD_CHOICES:
	case FIELD_UUIDS:
		return is_array(a, f, text);
	case FIELD_UUID:
		return text_uuid(text, uuid) && strcmp(text, uuid) == 0;
	case FIELD_INTEGER:
		return text_integer(text, f->min, f->max, &value) &&
		    (*text != '0' || len == 1);
	case FIELD_INSTANT:
		return text_instant(text);
	case FIELD_EMAIL:
		return text_email(text);
	case FIELD_PHONE:
		return text_phone(text);
	case FIELD_HEX:
		return len == (size_t)f->max &&
		    strspn(text, "0123456789abcdefABCDEF") == len;
	case FIELD_LABELS:
		return are_labels(a, f, text);
	}
	return false;
}

void
check_parameters(struct request *rq, size_t fields)
{
	static const size_t taken[QUERY__MAX] = {
#define X(symbol, function, nparams) [QUERY_##symbol] = (nparams),
#include "queries.def"
#undef X
	};
	struct db_param ids[REQUEST_SEGMENTS_MAX];
	const bool writes = rq->method != METHOD_GET;
	const struct route *route = rq->route;
	size_t n = 0;

	route_captures(rq, ids, &n);
	n += fields + 2 * (size_t)writes + (size_t)route->conditional;
	must(n <= DB_PARAMS_MAX - 8);
	if (route->call != QUERY__MAX && route->callers != CALLER_NONE)
		must(5 + n + 3 == taken[route->call]);
}

/* ---- what is refused */

/* The text of a member, which must be there. */
static const char *
text_of(const struct json *object, const char *name)
{
	const struct json *m = json_member(object, name);

	must(m != NULL && json_kind(m) == JSON_STRING);
	return json_text(m);
}

static const struct json *
object_of(const struct json *object, const char *name)
{
	const struct json *m = json_member(object, name);

	must(m != NULL && json_kind(m) == JSON_OBJECT);
	return m;
}

static size_t
count(const struct json *parent)
{
	const struct json *child = NULL;
	size_t n = 0;

	while ((child = json_next(parent, child)) != NULL)
		n++;
	return n;
}

/* A member that is printed so. */
static bool
says(struct arena *a, const struct json *object, const char *name,
    const char *printed)
{
	const struct json *m = json_member(object, name);
	struct str s = str_new(a);

	must(m != NULL);
	json_write(&s, m);
	return strcmp(s.text, printed) == 0;
}

/* The code, and the sentence: the kind's, or all faults. */
static void
check_words(struct request *rq, const char *code, const char *message)
{
	const struct answer *answer = mount_answer(rq);

	must(strcmp(code, answer->code) == 0);
	must(*message != '\0');
	if (answer->text != NULL) {
		must(strcmp(message, answer->text) == 0);
		return;
	}
	for (const struct fault *f = rq->faults; f != NULL; f = f->next) {
		must(strncmp(message, f->text, strlen(f->text)) == 0);
		message += strlen(f->text);
		must(strncmp(message, "; ", 2) == 0 || f->next == NULL);
		message += f->next == NULL ? 0 : 2;
	}
	must(rq->faults == NULL || *message == '\0');
}

static void
check_flat(struct request *rq, const struct json *said)
{
	must(count(said) == 2);
	check_words(rq, text_of(said, "error"), text_of(said, "message"));
}

static void
check_traced(struct request *rq, const struct json *said)
{
	must(count(said) == 3);
	must(strcmp(text_of(said, "request_id"), rq->id) == 0);
	check_words(rq, text_of(said, "error"), text_of(said, "message"));
}

static void
check_coded(struct request *rq, const struct json *said)
{
	const struct json *error = object_of(said, "error");

	must(count(said) == 1 && count(error) == 3);
	must(says(rq->arena, error, "status",
	    arena_printf(rq->arena, "%d", rq->status)));
	check_words(rq, text_of(error, "code"), text_of(error, "message"));
}

/* Every fault once, with its field. */
static void
check_details(const struct request *rq, const struct json *details)
{
	const struct json *m = NULL;
	size_t n = 0;

	for (const struct fault *f = rq->faults; f != NULL; f = f->next) {
		const struct json *text = NULL;

		n++;
		m = json_member(details, f->field);
		must(m != NULL && json_kind(m) == JSON_ARRAY);
		while ((text = json_next(m, text)) != NULL)
			if (strcmp(json_text(text), f->text) == 0)
				break;
		must(text != NULL);
	}
	for (m = NULL; (m = json_next(details, m)) != NULL;)
		n -= count(m);
	must(n == 0);
}

static void
check_wrapped(struct request *rq, const struct json *said)
{
	const struct json *error = object_of(said, "error");
	const bool detailed = rq->faults != NULL && rq->status == 422;

	must(count(said) == 2 && says(rq->arena, said, "success", "false"));
	must(count(error) == (detailed ? 3 : 2));
	if (detailed)
		check_details(rq, object_of(error, "details"));
	check_words(rq, text_of(error, "code"), text_of(error, "message"));
}

void
check_answer(struct request *rq, size_t size)
{
	static const struct {
		const char *mount;
		void (*check)(struct request *, const struct json *);
	} envelopes[MOUNTS] = {
		{ "api", check_flat },
		{ "traced", check_traced },
		{ "coded", check_coded },
		{ "wrapped", check_wrapped },
	};
	struct str body = str_new(rq->arena), head = str_new(rq->arena);
	const struct json *said;

	reply_failure(rq, &body);
	must(rq->status >= 400 && rq->status < 500);
	must(body.len <= 1024 + FAULT_BYTES * size);
	reply_headers(rq, body.len, &head);
	must(strstr(head.text, "Unknown") == NULL);
	must(head.len > 4 &&
	    strstr(head.text, "\r\n\r\n") + 4 == head.text + head.len);
	said = json_parse(rq->arena, arena_copy(rq->arena, body.text, body.len),
	    body.len);
	must(said != NULL && json_kind(said) == JSON_OBJECT);
	for (size_t i = 0; i < MOUNTS; i++)
		if (strcmp(envelopes[i].mount, rq->mount->path[0]) == 0)
			envelopes[i].check(rq, said);
}

/* The field of that name in the mount. */
static const struct field *
field_called(const struct request *rq, const struct field *fields,
    const char *name)
{
	for (; fields != NULL && fields->name != NULL; fields++) {
		const char *called = name_of(rq, fields);

		if (called != NULL && strcmp(called, name) == 0)
			return fields;
	}
	return NULL;
}

/* Can these fields be at fault in that way? */
static bool
is_problem_of(const struct field *fields, enum problem problem)
{
	for (; fields != NULL && fields->name != NULL; fields++)
		if (fields->problem == problem ||
		    (fields->required && problem == PROBLEM_FIELD_MISSING))
			return true;
	return problem == PROBLEM_FIELDS_INVALID;
}

void
check_refusal(struct request *rq, const struct field *const lists[2],
    size_t size)
{
	must(rq->faults != NULL);
	must(is_problem_of(lists[0], rq->problem) ||
	    is_problem_of(lists[1], rq->problem));
	for (const struct fault *f = rq->faults; f != NULL; f = f->next) {
		const size_t len = strlen(f->field);
		const char *text = f->text + len + 1;
		const bool unknown = strncmp(text, "is not a known ", 15) == 0;
		const bool named =
		    field_called(rq, lists[0], f->field) != NULL ||
		    field_called(rq, lists[1], f->field) != NULL;

		must(text_utf8(f->text, strlen(f->text)));
		must(strncmp(f->text, f->field, len) == 0);
		must(f->text[len] == ' ' && *text != '\0');
		/* "query" stands for what no field can be blamed for. */
		must(unknown != named || strcmp(f->field, "query") == 0);
	}
	check_answer(rq, size);
}

/* A fault for each id that is none, where the mount is strict. */
bool
check_path(struct request *rq, struct choice choice)
{
	const char *name = rq->route->path;
	const struct fault *f;
	const bool good = route_check_path(rq);

	must(good == (rq->problem == PROBLEM_NONE));
	must(good == (rq->faults == NULL));
	f = rq->faults;
	for (; (name = strchr(name, ':')) != NULL; choice.ids /= 4) {
		char camel[32];

		(void)snprintf(camel, sizeof(camel), "%.*s",
		    (int)strcspn(name + 1, "/"), name + 1);
		name++;
		if (choice.ids % 4 < 2 || !rq->mount->strict)
			continue;
		must(f != NULL);
		must(strcmp(f->field, mount_name(rq, camel)) == 0);
		f = f->next;
	}
	must(f == NULL);
	if (!good) {
		must(rq->problem == PROBLEM_FIELDS_INVALID);
		check_answer(rq, 0);
	}
	return good;
}
