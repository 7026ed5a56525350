/*
 * reply_test.c - from what was found out to the bytes of the answer.
 */
#include <stddef.h>
#include <stdlib.h>

#include "arena.h"
#include "mount.h"
#include "reply.h"
#include "request.h"
#include "route.h"
#include "str.h"
#include "tap.h"

#define SECOND INT64_C(1000000)
#define AT     INT64_C(790252205000000) /* 2025-01-15 10:30:05 */

static struct arena *arena;
static struct request rq;

static void
begin(int status, enum problem problem)
{
	arena_reset(arena);
	rq = (struct request){ .arena = arena,
		.status = status,
		.problem = problem,
		.id = "req_00000000000000000000000000" };
	rq.mount = mount_native();
	rq.headers[HEADER_REQUEST_METHOD] = "DELETE";
	rq.headers[HEADER_REQUEST_URI] = "/api/v1/conversations";
	if (!request_target(&rq, ""))
		abort();
}

/* The same, for the edit of a message. */
static void
begin_edit(void)
{
	begin(422, PROBLEM_NONE);
	rq.nsegments = 0;
	rq.headers[HEADER_REQUEST_METHOD] = "PATCH";
	rq.headers[HEADER_REQUEST_URI] = "/api/v1/conversations/x/messages/"
					 "0190163D-8694-739B-AEA5-966C26F8AD91";
	if (!request_target(&rq, "") || !route_find(&rq))
		abort();
	rq.problem = PROBLEM_EDIT_WINDOW_EXPIRED;
}

/* A verdict as the limiter gives it. */
static void
limited(const char *window, int64_t limit, int64_t remaining, int64_t reset)
{
	rq.verdict = (struct verdict){ .outcome = "ok",
		.rate_scope = "visitor",
		.rate_window = window,
		.at = AT,
		.rate_limit = limit,
		.rate_remaining = remaining,
		.rate_reset = reset };
}

static const struct {
	int64_t after; /* from the decision to the reset */
	int64_t want;
} retries[] = {
	{ 0, 1 },
	{ 1, 1 },
	{ SECOND - 1, 1 },
	{ SECOND, 1 },
	{ SECOND + 1, 2 },
	{ 2 * SECOND, 2 },
	{ 59 * SECOND + 999999, 60 },
	{ 3600 * SECOND, 3600 },
	{ -1, 1 },
	{ -5 * SECOND, 1 },
};

static void
test_retry_after(void)
{
	static const int64_t starts[] = { AT, AT + 1, AT + 999999, 0, -1,
		-AT - 1 };

	for (size_t i = 0; i < sizeof(retries) / sizeof(retries[0]); i++) {
		size_t wrong = 0;

		for (size_t k = 0; k < sizeof(starts) / sizeof(starts[0]);
		     k++) {
			const struct verdict v = { .at = starts[k],
				.rate_reset = starts[k] + retries[i].after };

			wrong += reply_retry_after(&v) != retries[i].want;
		}
		is_int(wrong, 0,
		    "%" PRId64 " us to wait are %" PRId64 " s, at any instant",
		    retries[i].after, retries[i].want);
	}
}

/* The value of a header field, or NULL; "twice", if it comes twice. */
static const char *
field(const char *name, size_t body_len)
{
	struct str s = str_new(arena);
	const char *at, *next, *line;

	reply_headers(&rq, body_len, &s);
	line = arena_printf(arena, "\r\n%s: ", name);
	at = strstr(s.text, line);
	if (at == NULL)
		return NULL;
	at += strlen(line);
	next = strstr(at, line);
	return next != NULL ? "twice"
			    : arena_copy(arena, at, strcspn(at, "\r"));
}

static void
test_header_block(void)
{
	struct str s;

	begin(200, PROBLEM_NONE);
	limited("minute", 30, 7, AT + 1);
	s = str_new(arena);
	reply_headers(&rq, 15, &s);
	is_text(s.text,
	    "Status: 200 OK\r\n"
	    "X-Request-Id: req_00000000000000000000000000\r\n"
	    "Cache-Control: no-store\r\n"
	    "Accept-Ranges: none\r\n"
	    "Content-Type: application/json; charset=utf-8\r\n"
	    "Content-Length: 15\r\n"
	    "X-RateLimit-Limit: 30\r\n"
	    "X-RateLimit-Remaining: 7\r\n"
	    "X-RateLimit-Reset: 1736937006\r\n"
	    "\r\n",
	    "a whole block of headers");
}

static const struct {
	int status;
	enum problem problem;
	const char *line;
	const char *name, *value; /* the one that only some have */
} statuses[] = {
	{ 200, PROBLEM_NONE, "200 OK", NULL, NULL },
	{ 201, PROBLEM_NONE, "201 Created", NULL, NULL },
	{ 400, PROBLEM_FIELDS_INVALID, "400 Bad Request", NULL, NULL },
	{ 401, PROBLEM_KEY_MISSING, "401 Unauthorized", "WWW-Authenticate",
	    "Bearer" },
	{ 401, PROBLEM_APPLICATION_MISMATCH, "401 Unauthorized",
	    "WWW-Authenticate", "Bearer" },
	{ 403, PROBLEM_ORIGIN_REFUSED, "403 Forbidden", NULL, NULL },
	{ 404, PROBLEM_ROUTE_UNKNOWN, "404 Not Found", NULL, NULL },
	{ 405, PROBLEM_METHOD_UNKNOWN, "405 Method Not Allowed", "Allow",
	    "GET, HEAD, POST" },
	{ 409, PROBLEM_IDEMPOTENCY_MISMATCH, "409 Conflict", NULL, NULL },
	{ 413, PROBLEM_BODY_TOO_LARGE, "413 Content Too Large", NULL, NULL },
	{ 415, PROBLEM_MEDIA_TYPE, "415 Unsupported Media Type", NULL, NULL },
	{ 422, PROBLEM_CONVERSATION_CLOSED, "422 Unprocessable Content", NULL,
	    NULL },
	{ 429, PROBLEM_RATE_LIMITED, "429 Too Many Requests", "Retry-After",
	    "5" },
	{ 500, PROBLEM_INTERNAL, "500 Internal Server Error", NULL, NULL },
	{ 503, PROBLEM_UNAVAILABLE, "503 Service Unavailable", "Retry-After",
	    "1" },
};

static void
test_statuses(void)
{
	static const char *const special[] = { "WWW-Authenticate", "Allow",
		"Retry-After", "Idempotency-Replayed" };

	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		struct str s;
		char want[64];

		begin(statuses[i].status, statuses[i].problem);
		limited("second", 3, 0, AT + 4 * SECOND + 1);
		s = str_new(arena);
		reply_headers(&rq, 2, &s);
		(void)snprintf(want, sizeof(want), "Status: %s\r\n",
		    statuses[i].line);
		ok(strncmp(s.text, want, strlen(want)) == 0,
		    "%s is the status line", statuses[i].line);
		for (size_t k = 0; k < 4; k++)
			is_text(field(special[k], 2),
			    tap_same(special[k], statuses[i].name)
				? statuses[i].value
				: NULL,
			    "its %s", special[k]);
	}
}

static void
test_bodiless(void)
{
	static const int bodiless[] = { 204, 304 };

	for (int i = 0; i < 2; i++) {
		begin(bodiless[i], PROBLEM_NONE);
		is_text(field("Content-Length", 0), NULL,
		    "%d has no Content-Length", bodiless[i]);
		is_text(field("Content-Type", 0), NULL,
		    "%d has no Content-Type", bodiless[i]);
		is_text(field("Cache-Control", 0), "no-store",
		    "%d has what every answer has", bodiless[i]);
	}
	begin(200, PROBLEM_NONE);
	rq.head = true;
	is_text(field("Content-Length", 1234), "1234",
	    "HEAD has the length of GET");
}

static void
test_entity_tag(void)
{
	begin(200, PROBLEM_NONE);
	is_text(field("ETag", 2), NULL, "an answer without number has no ETag");
	rq.verdict.etag = 12;
	is_text(field("ETag", 2), "\"12\"", "one with a number has it, quoted");
	begin(404, PROBLEM_CONVERSATION_NOT_FOUND);
	rq.verdict.etag = 12;
	is_text(field("ETag", 2), NULL, "a problem has none");
	begin(304, PROBLEM_NONE);
	limited("minute", 30, 7, AT);
	rq.verdict.etag = 12;
	is_text(field("ETag", 0), "\"12\"", "304 has it");
	is_text(field("X-RateLimit-Remaining", 0), "7",
	    "and what the limiter says");
}

static void
test_rate_fields(void)
{
	begin(401, PROBLEM_KEY_UNKNOWN);
	is_text(field("X-RateLimit-Limit", 0), NULL,
	    "no limiter was asked, so nothing is told of one");
	begin(200, PROBLEM_NONE);
	limited("hour", 200, 0, AT + 3600 * SECOND);
	is_text(field("X-RateLimit-Limit", 0), "200", "the limit is told");
	is_text(field("X-RateLimit-Remaining", 0), "0", "and what is left");
	is_text(field("X-RateLimit-Reset", 0), "1736940605",
	    "a whole second is not rounded");
	rq.verdict.rate_reset++;
	is_text(field("X-RateLimit-Reset", 0), "1736940606",
	    "a microsecond more is rounded up");
}

static void
test_replayed(void)
{
	begin(201, PROBLEM_NONE);
	rq.verdict.replayed = true;
	is_text(field("Idempotency-Replayed", 2), "true", "a replay says so");
	begin(409, PROBLEM_IDEMPOTENCY_MISMATCH);
	rq.verdict.replayed = true;
	is_text(field("Idempotency-Replayed", 2), NULL, "a problem is none");
}

static const char *
failure(enum problem problem)
{
	struct str s = str_new(arena);

	rq.problem = problem;
	reply_failure(&rq, &s);
	return s.text;
}

static void
test_failures(void)
{
	begin(0, PROBLEM_NONE);
	is_text(failure(PROBLEM_KEY_UNKNOWN),
	    "{\"error\":\"unauthorized\",\"message\":\"Invalid API key\"}",
	    "a problem is its code and its text");
	is_int(rq.status, 401, "and has its status");
	begin(0, PROBLEM_NONE);
	(void)request_invalid(&rq, PROBLEM_FIELDS_INVALID, "a \"b\"",
	    "is not a known field");
	is_text(failure(PROBLEM_FIELDS_INVALID),
	    "{\"error\":\"bad_request\","
	    "\"message\":\"a \\\"b\\\" is not a known field\"}",
	    "an invalid field is named, and escaped");
	begin(0, PROBLEM_NONE);
	limited("minute", 30, 0, AT + 4 * SECOND + 1);
	is_text(failure(PROBLEM_RATE_LIMITED),
	    "{\"error\":\"rate_limit_exceeded\",\"cause\":\"per_visitor\","
	    "\"retryAfter\":5,\"window\":\"minute\"}",
	    "a refusal by the limiter has members of its own");
	rq.verdict.rate_scope = "operator";
	ok(strstr(failure(PROBLEM_RATE_LIMITED), "\"per_operator\"") != NULL,
	    "its cause is whose limit it was");
}

static const struct {
	int64_t seconds;
	const char *want;
} windows[] = {
	{ 900, "15-minute" },
	{ 60, "1-minute" },
	{ 3600, "60-minute" },
	{ 90, "90-second" },
	{ 1, "1-second" },
	{ 61, "61-second" },
	{ 59, "59-second" },
};

static void
test_edit_window(void)
{
	for (size_t i = 0; i < sizeof(windows) / sizeof(windows[0]); i++) {
		const char *want;

		begin_edit();
		rq.verdict.edit_window = windows[i].seconds;
		rq.verdict.expired_at = AT;
		want = arena_printf(arena,
		    "Message 0190163d-8694-739b-aea5-966c26f8ad91 can no "
		    "longer be modified. The %s edit window expired at "
		    "2025-01-15T10:30:05.000Z.",
		    windows[i].want);
		is_text(reply_problem_text(&rq), want,
		    "an edit window of %" PRId64 " s is a %s one",
		    windows[i].seconds, windows[i].want);
	}
}

/* Answers without a row of the database. */
static void
test_successes(void)
{
	static const struct {
		enum shape shape;
		int status;
		const char *want;
	} shapes[] = {
		{ SHAPE_ALIVE, 200, "{\"status\":\"ok\"}" },
		{ SHAPE_DONE, 200, "{\"success\":true}" },
		{ SHAPE_EMPTY, 204, "" },
	};

	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		const struct route route = { .status = shapes[i].status,
			.shape = shapes[i].shape };
		struct str s;

		begin(0, PROBLEM_NONE);
		s = str_new(arena);
		rq.route = &route;
		reply_success(&rq, NULL, &s);
		is_text(s.text, shapes[i].want, "a success without a row: %s",
		    shapes[i].want);
		is_int(rq.status, shapes[i].status, "has its route's status");
	}
}

static void
test_unmodified(void)
{
	const struct route route = { .status = 200, .shape = SHAPE_CHANGES };
	struct str s;

	begin(0, PROBLEM_NONE);
	s = str_new(arena);
	rq.route = &route;
	rq.verdict.unmodified = true;
	reply_success(&rq, NULL, &s);
	is_text(s.text, "", "what the client has already is not sent again");
	is_int(rq.status, 304, "but 304");
}

int
main(void)
{
	arena = arena_new();
	test_retry_after();
	test_header_block();
	test_statuses();
	test_bodiless();
	test_entity_tag();
	test_rate_fields();
	test_replayed();
	test_failures();
	test_edit_window();
	test_successes();
	test_unmodified();
	arena_free(arena);
	return done();
}
