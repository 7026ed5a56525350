/*
 * field_test.c - bodies and queries against the tables of the routes.
 */
#include <stddef.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "arena.h"
#include "db.h"
#include "digest.h"
#include "field.h"
#include "json.h"
#include "mount.h"
#include "reply.h"
#include "request.h"
#include "route.h"
#include "str.h"
#include "tap.h"

#define ID_UPPER "0190163D-8694-739B-AEA5-966C26F8AD91"
#define ID_LOWER "0190163d-8694-739b-aea5-966c26f8ad91"
#define MESSAGES "/api/v1/conversations/" ID_LOWER "/messages"

static struct arena *arena;
static struct request rq;

/* A visitor's request up to the point where its fields are checked. */
static void
begin(const char *method, const char *uri, const char *body)
{
	arena_reset(arena);
	rq = (struct request){ .arena = arena };
	rq.headers[HEADER_REQUEST_METHOD] = method;
	rq.headers[HEADER_REQUEST_URI] = uri;
	rq.caller = CALLER_VISITOR;
	if (!request_target(&rq, ""))
		abort();
	rq.mount = mount_find(&rq);
	if (rq.mount == NULL || !route_find(&rq) || !route_choose(&rq))
		abort();
	if (body == NULL)
		return;
	rq.object = json_parse(arena, arena_copy(arena, body, strlen(body)),
	    strlen(body));
	if (rq.object == NULL)
		abort();
}

/* What the database would be given, "-" for null; or what is wrong. */
static const char *
outcome(bool good, const struct db_param *params, size_t n)
{
	struct str s = str_new(arena);

	if (good != (rq.problem == PROBLEM_NONE))
		return "the result and the problem contradict each other";
	if (!good)
		return reply_problem_text(&rq);
	for (size_t i = 0; i < n; i++)
		str_printf(&s, "%s%s", i == 0 ? "" : "|",
		    params[i].bytes == NULL ? "-" : params[i].bytes);
	return s.text;
}

static const char *
body(const char *uri, const char *text)
{
	struct db_param params[DB_PARAMS_MAX];
	size_t n = 0;
	bool good;

	begin("POST", uri, text);
	good = field_body(&rq, rq.route->body, params, &n);
	return outcome(good, params, n);
}

static const char *
query(const char *uri, enum caller caller)
{
	struct db_param params[DB_PARAMS_MAX];
	size_t n = 0;
	bool good;

	begin("GET", uri, NULL);
	rq.caller = caller;
	if (!route_choose(&rq))
		abort();
	good = field_query(&rq, rq.mount->lists[rq.route->list].fields,
	    rq.route->query, params, &n);
	if (good)
		route_page(&rq, params, &n);
	return outcome(good, params, n);
}

#define SUBJECT_LENGTH "subject must be 1 to 500 characters"
#define CONTENT_LENGTH "content must be 1 to 5000 characters"

static const struct {
	const char *body, *want;
} subjects[] = {
	{ NULL, "-" },
	{ "{}", "-" },
	{ "{\"subject\":null}", "-" },
	{ "{\"subject\":\"Hello\"}", "Hello" },
	{ "{\"subject\":\" \\t Hello  you\\u3000\\n\"}", "Hello  you" },
	{ "{\"subject\":\"\"}", SUBJECT_LENGTH },
	{ "{\"subject\":\" \\u00a0 \"}", SUBJECT_LENGTH },
	{ "{\"subject\":0}", "subject must be a string" },
	{ "{\"subject\":false}", "subject must be a string" },
	{ "{\"subject\":[\"a\"]}", "subject must be a string" },
	{ "{\"subject\":{}}", "subject must be a string" },
	{ "{\"subject\":\"a\\u0000b\"}", "subject must not contain NUL" },
	{ "{\"subject\":\"\\u0000\"}", "subject must not contain NUL" },
	{ "{\"colour\":\"red\"}", "colour is not a known field" },
	{ "{\"colour\":null}", "colour is not a known field" },
	{ "{\"Subject\":\"a\"}", "Subject is not a known field" },
	{ "{\"\":\"a\"}", " is not a known field" },
	{ "{\"z\":0,\"subject\":1,\"a\":2}",
	    "subject must be a string; "
	    "z is not a known field; "
	    "a is not a known field" },
};

static const struct {
	const char *body, *want;
} contents[] = {
	{ "{\"content\":\" a\\nb \"}", "a\nb" },
	{ "{\"content\":\"a\",\"contentFormat\":\"plain\"}", "a" },
	{ "{\"contentFormat\":null,\"content\":\"a\"}", "a" },
	{ NULL, "content is required" },
	{ "{}", "content is required" },
	{ "{\"content\":null}", "content is required" },
	{ "{\"content\":\"\"}", CONTENT_LENGTH },
	{ "{\"content\":\"  \"}", CONTENT_LENGTH },
	{ "{\"content\":12}", "content must be a string" },
	{ "{\"content\":\"a\\u0000\"}", "content must not contain NUL" },
	{ "{\"content\":\"a\",\"contentFormat\":\"html\"}",
	    "contentFormat must be plain" },
	{ "{\"content\":\"a\",\"contentFormat\":\"plain\\u0000\"}",
	    "contentFormat must be plain" },
	{ "{\"content\":\"a\",\"contentFormat\":\"\"}",
	    "contentFormat must be plain" },
	{ "{\"content\":\"a\",\"contentFormat\":1}",
	    "contentFormat must be a string" },
	{ "{\"colour\":1,\"contentFormat\":\"html\"}",
	    "content is required; contentFormat must be plain; "
	    "colour is not a known field" },
};

static const struct {
	const char *body, *want;
} markers[] = {
	{ "{\"messageId\":\"" ID_UPPER "\"}", ID_LOWER },
	{ "{}", "messageId is required" },
	{ "{\"messageId\":null}", "messageId is required" },
	{ "{\"messageId\":\"\"}", "messageId must be a valid UUID" },
	{ "{\"messageId\":\" " ID_LOWER "\"}",
	    "messageId must be a valid UUID" },
	{ "{\"messageId\":\"" ID_LOWER "\\u0000\"}",
	    "messageId must be a valid UUID" },
	{ "{\"messageId\":7}", "messageId must be a string" },
};

static void
test_bodies(void)
{
	for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++)
		is_text(body("/api/v1/conversations", subjects[i].body),
		    subjects[i].want, "a conversation of %s",
		    subjects[i].body == NULL ? "nothing" : subjects[i].body);
	for (size_t i = 0; i < sizeof(contents) / sizeof(contents[0]); i++)
		is_text(body(MESSAGES, contents[i].body), contents[i].want,
		    "a message of %s",
		    contents[i].body == NULL ? "nothing" : contents[i].body);
	for (size_t i = 0; i < sizeof(markers) / sizeof(markers[0]); i++)
		is_text(body("/api/v1/conversations/x/read", markers[i].body),
		    markers[i].want, "a read marker of %s", markers[i].body);
}

/* count times a character, between blanks. */
static const char *
subject_of(const char *character, size_t count)
{
	static char text[4096];
	size_t n = 0;

	n += (size_t)snprintf(text, sizeof(text), "{\"subject\":\"  ");
	for (size_t i = 0; i < count; i++) {
		memcpy(text + n, character, strlen(character));
		n += strlen(character);
	}
	memcpy(text + n, "  \"}", 5);
	return text;
}

static void
test_lengths(void)
{
	static const char *const characters[] = { "a", "\xc3\xa9",
		"\xe2\x82\xac", "\xf0\x9f\x98\x80" };

	for (size_t i = 0; i < 4; i++) {
		const char *c = characters[i];
		const char *got =
		    body("/api/v1/conversations", subject_of(c, 500));

		is_int(strlen(got), 500 * strlen(c),
		    "500 characters of %zu bytes are few enough", strlen(c));
		is_text(body("/api/v1/conversations", subject_of(c, 501)),
		    SUBJECT_LENGTH, "501 are too many");
	}
}

#define STATUS_CHOICES "status must be pending, active or closed"
#define LIMIT_RANGE    "limit must be an integer from 1 to 100"

static const struct {
	const char *query, *want;
} pages[] = {
	{ "", "-|20|0|desc|-|-|-|-|true" },
	{ "?", "-|20|0|desc|-|-|-|-|true" },
	{ "?limit=5&offset=7", "-|5|7|desc|-|-|-|-|true" },
	{ "?offset=7&limit=5", "-|5|7|desc|-|-|-|-|true" },
	{ "?limit=100", "-|100|0|desc|-|-|-|-|true" },
	{ "?limit=007", "-|7|0|desc|-|-|-|-|true" },
	{ "?offset=2147483647", "-|20|2147483647|desc|-|-|-|-|true" },
	{ "?&&limit=5&", "-|5|0|desc|-|-|-|-|true" },
	{ "?colour=red&limit=5&=&=x&x", "-|5|0|desc|-|-|-|-|true" },
	{ "?Limit=x&status=x&status=y", "-|20|0|desc|-|-|-|-|true" },
	{ "?%6Cimit=%35", "-|5|0|desc|-|-|-|-|true" },
	{ "?%zz=x&%00=y&%ff=z", "-|20|0|desc|-|-|-|-|true" },
	{ "?limit=0", LIMIT_RANGE },
	{ "?limit=101", LIMIT_RANGE },
	{ "?limit=-1", LIMIT_RANGE },
	{ "?limit=", LIMIT_RANGE },
	{ "?limit", LIMIT_RANGE },
	{ "?limit=+5", LIMIT_RANGE },
	{ "?limit=5%20", LIMIT_RANGE },
	{ "?limit=%", LIMIT_RANGE },
	{ "?limit=5%00", LIMIT_RANGE },
	{ "?limit=5=5", LIMIT_RANGE },
	{ "?limit=99999999999999999999", LIMIT_RANGE },
	{ "?offset=-1", "offset must be an integer from 0 to 2147483647" },
	{ "?offset=2147483648",
	    "offset must be an integer from 0 to 2147483647" },
	{ "?offset=x&limit=y",
	    LIMIT_RANGE "; offset must be an integer from 0 to 2147483647" },
	{ "?limit=5&limit=5", "limit must be given only once" },
	{ "?limit=5&%6cimit=6&limit=7", "limit must be given only once" },
	{ "?offset=1&offset=2&limit=x",
	    LIMIT_RANGE "; offset must be given only once" },
};

static const struct {
	const char *query, *want;
} operator_pages[] = {
	{ "", "-|-|-|-|20|0|desc|-|-|-|-|true" },
	{ "?status=pending", "{pending}|-|-|-|20|0|desc|-|-|-|-|true" },
	{ "?status=closed&limit=5&status=active",
	    "{closed,active}|-|-|-|5|0|desc|-|-|-|-|true" },
	{ "?applicationId=" ID_UPPER "&assignedTo=me",
	    "-|" ID_LOWER "|me|-|20|0|desc|-|-|-|-|true" },
	{ "?status=", STATUS_CHOICES },
	{ "?status=open", STATUS_CHOICES },
	{ "?status=active&status=open", STATUS_CHOICES },
	{ "?status=active&status=", STATUS_CHOICES },
	{ "?status=active}", STATUS_CHOICES },
	{ "?status=pending,active", STATUS_CHOICES },
	{ "?status=pending%2Cactive", STATUS_CHOICES },
	{ "?status=%22active%22", STATUS_CHOICES },
	{ "?status=NULL", STATUS_CHOICES },
	{ "?applicationId=x", "applicationId must be a valid UUID" },
	{ "?assignedTo=you", "assignedTo must be me" },
	{ "?assignedTo=me&assignedTo=me",
	    "assignedTo must be given only once" },
};

static const struct {
	const char *query, *want;
} change_pages[] = {
	{ "", "0|100" },
	{ "?after=7&limit=3", "7|3" },
	{ "?after=999999999999999999", "999999999999999999|100" },
	{ "?after=1000000000000000000",
	    "after must be an integer from 0 to 999999999999999999" },
	{ "?after=-1",
	    "after must be an integer from 0 to 999999999999999999" },
	{ "?limit=101", LIMIT_RANGE },
};

static const struct {
	const char *query, *want;
} message_pages[] = {
	{ "", "20|0|asc|-|-|-|-|false|-|-" },
	{ "?order=desc", "20|0|desc|-|-|-|-|false|-|-" },
	{ "?after=" ID_UPPER, "20|0|asc|-|-|-|-|false|" ID_LOWER "|-" },
	{ "?before=" ID_LOWER, "20|0|asc|-|-|-|-|false|-|" ID_LOWER },
	{ "?after=" ID_LOWER "&before=" ID_LOWER "&order=asc&limit=3",
	    "3|0|asc|-|-|-|-|false|" ID_LOWER "|" ID_LOWER },
	{ "?order=up", "order must be asc or desc" },
	{ "?order=ASC", "order must be asc or desc" },
	{ "?order=", "order must be asc or desc" },
	{ "?after=x", "after must be a valid UUID" },
	{ "?before={" ID_LOWER "}", "before must be a valid UUID" },
	{ "?after=", "after must be a valid UUID" },
	{ "?offset=0&after=" ID_LOWER,
	    "offset cannot be combined with after or before" },
	{ "?before=" ID_LOWER "&offset=1",
	    "offset cannot be combined with after or before" },
	{ "?before=" ID_LOWER "&offset=1&after=" ID_LOWER,
	    "offset cannot be combined with after or before" },
	{ "?before=x&order=y&limit=z",
	    LIMIT_RANGE "; order must be asc or desc; "
			"before must be a valid UUID" },
	{ "?after=" ID_LOWER "&after=" ID_LOWER,
	    "after must be given only once" },
};

static void
test_query(const char *path, const char *text, enum caller caller,
    const char *want)
{
	char uri[256];

	(void)snprintf(uri, sizeof(uri), "/api/v1%s%s", path, text);
	is_text(query(uri, caller), want, "%s%s", path, text);
}

static void
test_queries(void)
{
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		test_query("/conversations", pages[i].query, CALLER_VISITOR,
		    pages[i].want);
	for (size_t i = 0;
	     i < sizeof(operator_pages) / sizeof(operator_pages[0]); i++)
		test_query("/conversations", operator_pages[i].query,
		    CALLER_OPERATOR, operator_pages[i].want);
	for (size_t i = 0; i < sizeof(message_pages) / sizeof(message_pages[0]);
	     i++)
		test_query("/conversations/x/messages", message_pages[i].query,
		    CALLER_VISITOR, message_pages[i].want);
	for (size_t i = 0; i < sizeof(change_pages) / sizeof(change_pages[0]);
	     i++)
		test_query("/conversations/x/changes", change_pages[i].query,
		    CALLER_VISITOR, change_pages[i].want);
}

static void
test_long_query(void)
{
	static char uri[4096];
	size_t n;

	n = (size_t)snprintf(uri, sizeof(uri),
	    "/api/v1/conversations?limit=5&x=");
	memset(uri + n, 'x', 2048 - strlen("limit=5&x="));
	is_text(query(uri, CALLER_VISITOR), "-|5|0|desc|-|-|-|-|true",
	    "a query may have 2048 bytes");
	uri[strlen(uri)] = 'x';
	is_text(query(uri, CALLER_VISITOR),
	    "query must be at most 2048 bytes long",
	    "it may not have one more");
}

/* A text that quotes the client is still UTF-8, however long its name is. */
static void
test_long_name(void)
{
	static char text[2048];
	size_t cut = 0;

	for (size_t pad = 0; pad < 4; pad++) {
		size_t n = (size_t)snprintf(text, sizeof(text), "{\"%.*s",
		    (int)pad, "xxx");

		for (int i = 0; i < 300; i++, n += 4)
			memcpy(text + n, "\xf0\x9f\x98\x80", 4);
		memcpy(text + n, "\":1}", 5);
		(void)body("/api/v1/conversations", text);
		cut += !text_utf8(rq.fault->text, strlen(rq.fault->text));
	}
	is_int(cut, 0, "a long unknown name is never cut inside a character");
}

static long
peak_kib(void)
{
	struct rusage usage;

	(void)getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

/* As many unknown fields as a body of 128 KiB holds. */
static void
test_many_names(void)
{
	static char text[REQUEST_BODY_MAX];
	const long before = peak_kib();
	size_t n = 1;

	text[0] = '{';
	for (int i = 0; n < sizeof(text) - 20; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "\"%x\":0,",
		    (unsigned)i);
	text[n - 1] = '}';
	(void)body("/api/v1/conversations", text);
	ok(peak_kib() - before < 32 * 1024,
	    "a body full of unknown fields costs less than 32 MiB");
	printf("# %ld KiB\n", peak_kib() - before);
}

static const unsigned char *
fingerprint(const char *text)
{
	static unsigned char digests[2][DIGEST_LEN];
	static int turn;

	turn = !turn;
	(void)body(MESSAGES, text);
	field_fingerprint(&rq, rq.route->body, digests[turn]);
	return digests[turn];
}

static const struct {
	const char *one, *other;
	bool same;
} bodies[] = {
	{ NULL, "{}", true },
	{ "{\"content\":\"a\"}", " { \"content\" : \"\\u0061\" } ", true },
	{ "{\"content\":\"a\",\"contentFormat\":\"plain\"}",
	    "{\"contentFormat\":\"plain\",\"content\":\"a\"}", true },
	{ "{\"content\":\"a\"}", "{\"content\":\"b\"}", false },
	{ "{\"content\":\"a\"}", "{\"content\":\"A\"}", false },
	{ "{\"content\":\"a\"}", "{\"content\":\"a \"}", false },
	{ "{\"content\":\"a\"}", "{\"content\":\"a\",\"contentFormat\":null}",
	    false },
	{ "{\"content\":\"a\"}",
	    "{\"content\":\"a\",\"contentFormat\":\"plain\"}", false },
	{ "{}", "{\"content\":null}", false },
	{ "{\"content\":\"null\"}", "{\"content\":null}", false },
	{ "{\"content\":\"\"}", "{}", false },
	{ "{\"content\":\"a\"}", "{\"contentFormat\":\"a\"}", false },
};

static void
test_fingerprints(void)
{
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		const unsigned char *one = fingerprint(bodies[i].one);
		const unsigned char *other = fingerprint(bodies[i].other);

		ok((memcmp(one, other, DIGEST_LEN) == 0) == bodies[i].same,
		    "%s and %s are %s",
		    bodies[i].one == NULL ? "nothing" : bodies[i].one,
		    bodies[i].other,
		    bodies[i].same ? "one request" : "two requests");
	}
}

int
main(void)
{
	arena = arena_new();
	test_bodies();
	test_lengths();
	test_queries();
	test_long_query();
	test_long_name();
	test_many_names();
	test_fingerprints();
	arena_free(arena);
	return done();
}
