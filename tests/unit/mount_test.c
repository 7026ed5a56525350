/*
 * mount_test.c - the same request and the same fault, in the words of each
 * mount.
 */
#include <stddef.h>
#include <stdlib.h>
#include <time.h>

#include "arena.h"
#include "db.h"
#include "field.h"
#include "json.h"
#include "mount.h"
#include "reply.h"
#include "request.h"
#include "route.h"
#include "str.h"
#include "tap.h"

#define ID     "0190163d-8694-739b-aea5-966c26f8ad91"
#define TRACE  "req_00000000000000000000000000"
#define SECOND INT64_C(1000000)
#define AT     INT64_C(790252205000000) /* 2025-01-15 10:30:05 */

static const char *const paths[] = { "/api", "/traced", "/coded", "/wrapped" };

enum {
	FLAT,
	TRACED,
	CODED,
	WRAPPED,
	MOUNTS
};

static struct arena *arena;
static struct request rq;

/* A request up to the point where its fields are checked. */
static void
begin(int mount, const char *method, const char *path, enum caller caller)
{
	arena_reset(arena);
	rq = (struct request){ .arena = arena, .id = TRACE, .caller = caller };
	rq.headers[HEADER_REQUEST_METHOD] = method;
	rq.headers[HEADER_REQUEST_URI] =
	    arena_printf(arena, "%s/v1%s", paths[mount], path);
	if (!request_target(&rq, ""))
		abort();
	rq.mount = mount_find(&rq);
	if (rq.mount == NULL || !route_find(&rq) ||
	    (caller != CALLER_NONE && !route_choose(&rq)))
		abort();
}

/* The parameters that the path, the body and the query make, or the error. */
static const char *
checked(const char *body)
{
	struct db_param params[DB_PARAMS_MAX];
	struct str s = str_new(arena);
	size_t n = 0;

	if (body != NULL)
		rq.object = json_parse(arena,
		    arena_copy(arena, body, strlen(body)), strlen(body));
	if (route_check_path(&rq) &&
	    field_body(&rq, rq.route->body, params, &n) &&
	    field_query(&rq, rq.mount->lists[rq.route->list].fields,
		rq.route->query, params, &n)) {
		route_page(&rq, params, &n);
		for (size_t i = 0; i < n; i++)
			str_printf(&s, "%s%s", i == 0 ? "" : "|",
			    params[i].bytes == NULL ? "-" : params[i].bytes);
		return s.text;
	}
	reply_failure(&rq, &s);
	return arena_printf(arena, "%d %s", rq.status, s.text);
}

#define FLAT_400(text) \
	"400 {\"error\":\"bad_request\",\"message\":\"" text "\"}"
#define TRACED_400(text) TRACED_AS("invalid_request", text)
#define TRACED_AS(code, text)                                                 \
	"400 {\"error\":\"" code "\",\"message\":\"" text "\",\"request_id\"" \
	":\"" TRACE "\"}"
#define CODED_400(code, text)                                             \
	"400 {\"error\":{\"code\":\"" code "\",\"message\":\"" text "\"," \
	"\"status\":400}}"
#define WRAPPED_400(code, text)                                    \
	"400 {\"success\":false,\"error\":{\"code\":\"" code "\"," \
	"\"message\":\"" text "\"}}"
#define WRAPPED_422(details)                                       \
	"422 {\"success\":false,\"error\":{\"code\":\"VALIDATION_" \
	"ERROR\",\"message\":\"The given data was invalid\","      \
	"\"details\":{" details "}}}"

/* The same body, sent to each mount in its own names. */
static const struct {
	const char *what, *method, *path;
	enum caller caller;
	const char *body;  /* in camelCase */
	const char *other; /* in snake_case; NULL: the same */
	const char *want[MOUNTS];
} bodies[] = {
	{ "a missing field", "POST", "/conversations/" ID "/messages",
	    CALLER_VISITOR, "{}", NULL,
	    { FLAT_400("content is required"),
		TRACED_400("content is required"),
		CODED_400("MISSING_REQUIRED_FIELD", "content is required"),
		WRAPPED_422("\"content\":[\"content is required\"]") } },
	{ "a name of the mount's own", "POST", "/conversations/" ID "/read",
	    CALLER_VISITOR, "{\"messageId\":\"x\"}", "{\"message_id\":\"x\"}",
	    { FLAT_400("messageId must be a valid UUID"),
		TRACED_400("message_id must be a valid UUID"),
		CODED_400("VALIDATION_ERROR",
		    "message_id must be a valid UUID"),
		WRAPPED_422("\"message_id\":[\"message_id must be a valid "
			    "UUID\"]") } },
	{ "two kinds of faults", "POST", "/conversations/" ID "/messages",
	    CALLER_VISITOR, "{\"\":1,\"x\":2}", NULL,
	    { FLAT_400("content is required;  is not a known field; "
		       "x is not a known field"),
		TRACED_400("content is required;  is not a known field; "
			   "x is not a known field"),
		CODED_400("VALIDATION_ERROR",
		    "content is required;  is not a known field; "
		    "x is not a known field"),
		WRAPPED_422("\"content\":[\"content is required\"],"
			    "\"\":[\" is not a known field\"],"
			    "\"x\":[\"x is not a known field\"]") } },
	{ "a bad e-mail address", "PUT", "/visitor", CALLER_VISITOR,
	    "{\"email\":\"x\"}", NULL,
	    { FLAT_400("email must be an e-mail address"),
		TRACED_AS("invalid_handle", "email must be an e-mail address"),
		CODED_400("VALIDATION_ERROR",
		    "email must be an e-mail address"),
		WRAPPED_422("\"email\":[\"email must be an e-mail "
			    "address\"]") } },
	{ "a bad phone number", "PUT", "/visitor", CALLER_VISITOR,
	    "{\"phone\":\"0123\"}", NULL,
	    { FLAT_400("phone must be a phone number in E.164 format, as "
		       "+14155550123"),
		TRACED_AS("invalid_handle",
		    "phone must be a phone number in E.164 format, as "
		    "+14155550123"),
		CODED_400("INVALID_PHONE_FORMAT",
		    "phone must be a phone number in E.164 format, as "
		    "+14155550123"),
		WRAPPED_422("\"phone\":[\"phone must be a phone number in "
			    "E.164 format, as +14155550123\"]") } },
	{ "both of them", "PUT", "/visitor", CALLER_VISITOR,
	    "{\"email\":1,\"phone\":\"x\"}", NULL,
	    { FLAT_400("email must be a string; phone must be a phone number "
		       "in E.164 format, as +14155550123"),
		TRACED_400("email must be a string; phone must be a phone "
			   "number in E.164 format, as +14155550123"),
		CODED_400("VALIDATION_ERROR",
		    "email must be a string; phone must be a phone number in "
		    "E.164 format, as +14155550123"),
		WRAPPED_422("\"email\":[\"email must be a string\"],"
			    "\"phone\":[\"phone must be a phone number in "
			    "E.164 format, as +14155550123\"]") } },
	{ "a contact", "PUT", "/visitor", CALLER_VISITOR,
	    "{\"name\":\" Ada \",\"email\":\" ada@example.com\","
	    "\"phone\":\"+14155550123\",\"proof\":\"" //
	    "00000000000000000000000000000000"
	    "0000000000000000000000000000000F\","
	    "\"metadata\":{\"seats\":3,\"plan\":\"pro\",\"trial\":true}}",
	    NULL,
#define CONTACT                                                         \
	"Ada|ada@example.com|+14155550123|"                             \
	"{\"plan\":\"pro\",\"seats\":3,\"trial\":true}|"                \
	"0000000000000000000000000000000000000000000000000000000000000" \
	"00F"
	    { CONTACT, CONTACT, CONTACT, CONTACT } },
	{ "a list that is none", "POST", "/conversations/" ID "/tags",
	    CALLER_OPERATOR, "{\"tagIds\":\"x\"}", "{\"tag_ids\":\"x\"}",
	    { FLAT_400("tagIds must be a list of UUIDs"),
		TRACED_400("tag_ids must be a list of UUIDs"),
		CODED_400("VALIDATION_ERROR",
		    "tag_ids must be a list of UUIDs"),
		WRAPPED_400("VALIDATION_ERROR",
		    "tag_ids must be a list of UUIDs") } },
	{ "too short a list", "POST", "/conversations/" ID "/tags",
	    CALLER_OPERATOR, "{\"tagIds\":[]}", "{\"tag_ids\":[]}",
	    { FLAT_400("tagIds must have 1 to 20 UUIDs"),
		TRACED_400("tag_ids must have 1 to 20 UUIDs"),
		CODED_400("VALIDATION_ERROR",
		    "tag_ids must have 1 to 20 UUIDs"),
		WRAPPED_422("\"tag_ids\":[\"tag_ids must have 1 to 20 "
			    "UUIDs\"]") } },
	{ "a list of texts", "POST", "/conversations/" ID "/tags",
	    CALLER_OPERATOR, "{\"tagIds\":[\"" ID "\",\"x\"]}",
	    "{\"tag_ids\":[\"" ID "\",\"x\"]}",
	    { FLAT_400("tagIds must be a list of UUIDs"),
		TRACED_400("tag_ids must be a list of UUIDs"),
		CODED_400("VALIDATION_ERROR",
		    "tag_ids must be a list of UUIDs"),
		WRAPPED_400("VALIDATION_ERROR",
		    "tag_ids must be a list of UUIDs") } },
	{ "a list of ids", "POST", "/conversations/" ID "/tags",
	    CALLER_OPERATOR, "{\"tagIds\":[\"" ID "\",\"" ID "\"]}",
	    "{\"tag_ids\":[\"" ID "\",\"" ID "\"]}",
	    { "{" ID "," ID "}", "{" ID "," ID "}", "{" ID "," ID "}",
		"{" ID "," ID "}" } },
};

static void
test_bodies(void)
{
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
		for (int m = FLAT; m < MOUNTS; m++) {
			const bool own = m != FLAT && bodies[i].other != NULL;

			begin(m, bodies[i].method, bodies[i].path,
			    bodies[i].caller);
			is_text(checked(own ? bodies[i].other : bodies[i].body),
			    bodies[i].want[m], "%s: %s", paths[m],
			    bodies[i].what);
		}
}

/* Bodies of new fields that are wrong; flat says it. */
static const struct {
	const char *path, *body, *want;
} faults[] = {
#define LABELS                                                              \
	FLAT_400("metadata must be an object of at most 20 members with "   \
		 "names of 1 to 40 characters, each a text of at most 500 " \
		 "characters, a number or a boolean")
	{ "/visitor", "{\"metadata\":[]}", LABELS },
	{ "/visitor", "{\"metadata\":\"x\"}", LABELS },
	{ "/visitor", "{\"metadata\":{\"\":1}}", LABELS },
	{ "/visitor", "{\"metadata\":{\"a\":null}}", LABELS },
	{ "/visitor", "{\"metadata\":{\"a\":{}}}", LABELS },
	{ "/visitor", "{\"metadata\":{\"a\":[]}}", LABELS },
	{ "/visitor", "{\"metadata\":{\"a\":1e400}}", LABELS },
	{ "/visitor", "{\"metadata\":{\"a\":\"\\u0000\"}}", LABELS },
	{ "/visitor",
	    "{\"metadata\":{\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\":1}}",
	    LABELS },
	{ "/visitor",
	    "{\"metadata\":{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,"
	    "\"g\":1,\"h\":1,\"i\":1,\"j\":1,\"k\":1,\"l\":1,\"m\":1,\"n\":1,"
	    "\"o\":1,\"p\":1,\"q\":1,\"r\":1,\"s\":1,\"t\":1,\"u\":1}}",
	    LABELS },
#define PROOF FLAT_400("proof must be 64 hexadecimal digits")
#define HEX_63                             \
	"00000000000000000000000000000000" \
	"0000000000000000000000000000000"
	{ "/visitor", "{\"proof\":\"00\"}", PROOF },
	{ "/visitor", "{\"proof\":\"" HEX_63 "\"}", PROOF },
	{ "/visitor", "{\"proof\":\"" HEX_63 "g\"}", PROOF },
	{ "/visitor", "{\"proof\":\"" HEX_63 "00\"}", PROOF },
	{ "/visitor", "{\"proof\":\"" HEX_63 "0g\"}", PROOF },
	{ "/visitor", "{\"name\":\"\"}",
	    FLAT_400("name must be 1 to 200 characters") },
	{ "/visitor", "{\"email\":\"a@b\\u0000\"}",
	    FLAT_400("email must be an e-mail address") },
	{ "/visitor", "{\"phone\":14155550123}",
	    FLAT_400("phone must be a string") },
};

static void
test_faults(void)
{
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		begin(FLAT, "PUT", faults[i].path, CALLER_VISITOR);
		is_text(checked(faults[i].body), faults[i].want,
		    "%s is refused", faults[i].body);
	}
}

#define TIME "2025-01-15T10:30:05.000Z"

static const struct {
	int mount;
	const char *method, *path;
	enum caller caller;
	const char *want;
} queries[] = {
	/* status, or filters; limit, offset, order, since, until, before */
	{ FLAT, "GET", "/conversations", CALLER_VISITOR,
	    "-|20|0|desc|-|-|-|-|true" },
	{ FLAT, "GET", "/conversations?status=x&since=y&page=z", CALLER_VISITOR,
	    "-|20|0|desc|-|-|-|-|true" },
	{ TRACED, "GET", "/conversations", CALLER_VISITOR,
	    "-|51|0|desc|-|-|-|-|false" },
	{ TRACED, "GET",
	    "/conversations?limit=2&before=" TIME "&before_id=" ID
	    "&since=" TIME "&until=" TIME "&status=active",
	    CALLER_VISITOR,
	    "{active}|3|0|desc|" TIME "|" TIME "|" TIME "|" ID "|false" },
	{ CODED, "GET", "/conversations", CALLER_VISITOR,
	    "-|20|0|desc|-|-|-|-|true" },
	{ CODED, "GET", "/conversations?page=3&per_page=7&order=asc",
	    CALLER_VISITOR, "-|7|14|asc|-|-|-|-|true" },
	{ CODED, "GET", "/conversations?page=21474836&per_page=100&x=y",
	    CALLER_VISITOR, "-|100|2147483500|desc|-|-|-|-|true" },
	{ WRAPPED, "GET", "/conversations?page=2", CALLER_VISITOR,
	    "-|50|50|desc|-|-|-|-|true" },
	{ TRACED, "GET", "/conversations/" ID "/messages", CALLER_VISITOR,
	    "51|0|desc|-|-|-|-|false|-|-" },
	{ CODED, "GET", "/conversations/" ID "/messages", CALLER_VISITOR,
	    "20|0|desc|-|-|-|-|true|-|-" },
	{ WRAPPED, "GET",
	    "/conversations?tag_id=" ID "&tag_id=" ID "&assigned_to=me",
	    CALLER_OPERATOR, "-|-|me|{" ID "," ID "}|50|0|desc|-|-|-|-|true" },
	{ TRACED, "GET", "/conversations?before_id=" ID, CALLER_VISITOR,
	    TRACED_400("before_id needs before") },
	{ TRACED, "GET", "/conversations?before=yesterday", CALLER_VISITOR,
	    TRACED_400("before must be a time as " TIME) },
	{ TRACED, "GET", "/conversations?colour=red&limit=0&=&x",
	    CALLER_VISITOR,
	    TRACED_400("limit must be an integer from 1 to 100; "
		       "colour is not a known parameter; "
		       " is not a known parameter; "
		       "x is not a known parameter") },
	{ TRACED, "GET", "/conversations?%ff=1", CALLER_VISITOR,
	    TRACED_400("query must be percent-encoded UTF-8 without NUL") },
	{ TRACED, "GET", "/conversations/x", CALLER_VISITOR,
	    TRACED_400("id must be a valid UUID") },
	{ TRACED, "DELETE", "/conversations/x/messages/y", CALLER_VISITOR,
	    TRACED_400("id must be a valid UUID; "
		       "message_id must be a valid UUID") },
	{ CODED, "GET", "/conversations/x", CALLER_VISITOR, "" },
	{ CODED, "GET", "/conversations?per_page=101&status=x", CALLER_VISITOR,
	    CODED_400("VALIDATION_ERROR",
		"per_page must be an integer from 1 to 100; "
		"status must be pending, active or closed") },
	{ WRAPPED, "GET", "/conversations?per_page=abc&page=0", CALLER_VISITOR,
	    WRAPPED_422("\"page\":[\"page must be an integer from 1 to "
			"21474836\"],\"per_page\":[\"per_page must be an "
			"integer from 1 to 100\"]") },
	{ WRAPPED, "GET", "/conversations?status=bogus", CALLER_VISITOR,
	    WRAPPED_400("INVALID_STATUS",
		"status must be pending, active or closed") },
	{ WRAPPED, "GET", "/conversations?since=2025-02-30", CALLER_VISITOR,
	    WRAPPED_400("INVALID_DATE", "since must be a time as " TIME) },
	{ WRAPPED, "GET", "/conversations?tag_id=x", CALLER_OPERATOR,
	    WRAPPED_400("VALIDATION_ERROR", "tag_id must be a list of UUIDs") },
};

/* No route's field has two faults, but one may; its texts stay together. */
static void
test_details(void)
{
	struct str s;

	begin(WRAPPED, "PUT", "/visitor", CALLER_VISITOR);
	(void)request_invalid(&rq, PROBLEM_FIELDS_INVALID, "name", "is long");
	(void)request_invalid(&rq, PROBLEM_FIELDS_INVALID, "name", "is odd");
	(void)request_invalid(&rq, PROBLEM_FIELDS_INVALID, "proof", "is odd");
	s = str_new(arena);
	reply_failure(&rq, &s);
	is_text(arena_printf(arena, "%d %s", rq.status, s.text),
	    WRAPPED_422("\"name\":[\"name is long\",\"name is odd\"],"
			"\"proof\":[\"proof is odd\"]"),
	    "the faults of a field are one list");
}

static void
test_queries(void)
{
	for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
		begin(queries[i].mount, queries[i].method, queries[i].path,
		    queries[i].caller);
		is_text(checked(NULL), queries[i].want, "%s%s",
		    paths[queries[i].mount], queries[i].path);
	}
}

/* The value of a parameter that is a list, with so many ids. */
static const char *
tags(size_t n)
{
	struct str s;

	begin(FLAT, "GET", "/conversations", CALLER_OPERATOR);
	s = str_new(arena);
	for (size_t i = 0; i < n; i++)
		str_printf(&s, "%stagId=" ID, i > 0 ? "&" : "");
	rq.query = s.text;
	return checked(NULL);
}

static void
test_filters(void)
{
	ok(strncmp(tags(20), "-|-|-|{" ID, 7 + strlen(ID)) == 0,
	    "20 tags may be asked for");
	is_text(tags(21), FLAT_400("tagId must have 1 to 20 UUIDs"),
	    "21 may not");
}

/* wait: microseconds until the limiter admits a request again. */
static const char *
failure(int mount, enum problem problem, int64_t wait)
{
	struct str s;

	begin(mount, "GET", "/conversations", CALLER_VISITOR);
	rq.problem = problem;
	rq.verdict = (struct verdict){ .rate_scope = "key",
		.rate_window = "minute",
		.rate_limit = 100,
		.at = AT,
		.rate_reset = AT + wait };
	s = str_new(arena);
	reply_failure(&rq, &s);
	return arena_printf(arena, "%d %s", rq.status, s.text);
}

static const struct {
	enum problem problem;
	const char *want[MOUNTS];
} problems[] = {
	{ PROBLEM_KEY_EXPIRED,
	    { "401 {\"error\":\"unauthorized\","
	      "\"message\":\"API key has expired\"}",
		"401 {\"error\":\"unauthorized\","
		"\"message\":\"Missing or invalid API key\","
		"\"request_id\":\"" TRACE "\"}",
		"401 {\"error\":{\"code\":\"UNAUTHORIZED\","
		"\"message\":\"Invalid or missing API key\",\"status\":401}}",
		"401 {\"success\":false,\"error\":{\"code\":\"UNAUTHORIZED\","
		"\"message\":\"Invalid or missing API key\"}}" } },
	{ PROBLEM_SCOPE_MISSING,
	    { "403 {\"error\":\"forbidden\",\"message\":"
	      "\"Missing required scope: conversations:read\"}",
		"403 {\"error\":\"forbidden\",\"message\":"
		"\"Missing required scope: conversations:read\","
		"\"request_id\":\"" TRACE "\"}",
		"403 {\"error\":{\"code\":\"FORBIDDEN\",\"message\":"
		"\"Missing required scope: conversations:read\","
		"\"status\":403}}",
		"403 {\"success\":false,\"error\":{\"code\":\"FORBIDDEN\","
		"\"message\":\"Missing required scope: "
		"conversations:read\"}}" } },
	{ PROBLEM_RATE_LIMITED,
	    { "429 {\"error\":\"rate_limit_exceeded\",\"cause\":\"per_key\","
	      "\"retryAfter\":12,\"window\":\"minute\"}",
		"429 {\"error\":\"rate_limited\","
		"\"message\":\"Rate limit exceeded\","
		"\"request_id\":\"" TRACE "\"}",
		"429 {\"error\":{\"code\":\"RATE_LIMIT_EXCEEDED\","
		"\"message\":\"Limit of 100 requests per minute reached. "
		"Wait 12 seconds.\",\"status\":429}}",
		"429 {\"message\":\"Too Many Attempts.\"}" } },
	{ PROBLEM_CONVERSATION_CLOSED,
	    { "422 {\"error\":\"conversation_not_active\",\"message\":"
	      "\"Cannot send message: conversation is closed\"}",
		"409 {\"error\":\"conflict\",\"message\":"
		"\"Cannot send message: conversation is closed\","
		"\"request_id\":\"" TRACE "\"}",
		"409 {\"error\":{\"code\":\"CONVERSATION_NOT_ACTIVE\","
		"\"message\":\"Cannot send message: conversation is "
		"closed\",\"status\":409}}",
		"422 {\"success\":false,\"error\":{"
		"\"code\":\"CONVERSATION_NOT_ACTIVE\",\"message\":"
		"\"Cannot send message: conversation is closed\"}}" } },
};

static void
test_problems(void)
{
	for (size_t i = 0; i < sizeof(problems) / sizeof(problems[0]); i++)
		for (int m = FLAT; m < MOUNTS; m++)
			is_text(
			    failure(m, problems[i].problem, 11 * SECOND + 1),
			    problems[i].want[m], "%s: %s", paths[m],
			    problem_row(problems[i].problem)->name);
}

/* The text of coded counts in English. */
static void
test_wait(void)
{
	ok(strstr(failure(CODED, PROBLEM_RATE_LIMITED, SECOND),
	       "reached. Wait 1 second.\"") != NULL,
	    "/coded: one second is not seconds");
}

/* Answers without a row of the database. */
static void
test_successes(void)
{
	static const char *const want[MOUNTS] = { "{\"success\":true}",
		"{\"data\":{\"deleted\":true},\"request_id\":\"" TRACE "\"}",
		"{\"data\":{\"deleted\":true}}",
		"{\"success\":true,\"data\":{\"deleted\":true}}" };

	for (int m = FLAT; m < MOUNTS; m++) {
		struct str s;

		begin(m, "DELETE", "/conversations/" ID "/messages/" ID,
		    CALLER_VISITOR);
		s = str_new(arena);
		reply_success(&rq, NULL, &s);
		is_text(s.text, want[m], "%s: what is done", paths[m]);
	}
}

/* Where these bytes are among the headers of the answer, or NULL. */
static const char *
found(const char *line)
{
	struct str s = str_new(arena);

	reply_headers(&rq, 2, &s);
	return strstr(s.text, line);
}

static bool
has(const char *line)
{
	return found(line) != NULL;
}

/* The instant that X-RateLimit-Reset tells. */
static int64_t
reset_told(void)
{
	static const char name[] = "\r\nX-RateLimit-Reset: ";
	const char *at = found(name);

	return at != NULL ? strtoll(at + strlen(name), NULL, 10) : -1;
}

/* Where the limiter was not asked. */
static void
test_headers(void)
{
	int64_t before, told;

	begin(FLAT, "GET", "/health/live", CALLER_NONE);
	rq.status = 503;
	ok(!has("X-RateLimit-"), "flat: nothing is said of limits");
	begin(CODED, "GET", "/health/live", CALLER_NONE);
	rq.status = 200;
	ok(has("\r\nX-RateLimit-Limit: 100\r\n"
	       "X-RateLimit-Remaining: 100\r\n"),
	    "coded: what a key may do");
	rq.status = 503;
	ok(has("\r\nX-RateLimit-Limit: 100\r\nX-RateLimit-Remaining: 0\r\n"),
	    "coded: nothing, while we are out of order");
	before = (int64_t)time(NULL);
	told = reset_told();
	ok(told >= before + 1 && told <= (int64_t)time(NULL) + 1,
	    "coded: until the second that Retry-After names");
}

static void
test_address(void)
{
	const char *one, *other;

	begin(CODED, "GET", "/health/live", CALLER_NONE);
	one = request_address(&rq);
	rq.headers[HEADER_REMOTE_ADDR] = "192.0.2.1";
	other = request_address(&rq);
	is_int(strlen(one), 32, "an address becomes an id");
	ok(strcmp(one, other) != 0, "another one another");
	is_text(request_address(&rq), other, "the same one the same");
}

int
main(void)
{
	arena = arena_new();
	test_bodies();
	test_faults();
	test_details();
	test_queries();
	test_filters();
	test_problems();
	test_wait();
	test_successes();
	test_headers();
	test_address();
	arena_free(arena);
	return done();
}
