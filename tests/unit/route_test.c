/*
 * route_test.c - from method, path and caller to a row of the table.
 */
#include <stddef.h>

#include "arena.h"
#include "mount.h"
#include "route.h"
#include "tap.h"

#define ID_UPPER "0190163D-8694-739B-AEA5-966C26F8AD91"
#define ID_LOWER "0190163d-8694-739b-aea5-966c26f8ad91"
#define ID_OTHER "0190163d-8694-739b-aea5-966c26f8ad92"
#define MESSAGES "/api/v1/conversations/%s/messages"

static struct arena *arena;
static struct request rq;

/* The pattern of the row, or the methods that the path has, or 404. */
static const char *
find(const char *method, const char *uri)
{
	arena_reset(arena);
	rq = (struct request){ .arena = arena };
	rq.headers[HEADER_REQUEST_METHOD] = method;
	rq.headers[HEADER_REQUEST_URI] = uri;
	if (!request_target(&rq, ""))
		return "404";
	if (route_find(&rq))
		return rq.route->path;
	if (rq.problem == PROBLEM_METHOD_UNKNOWN)
		return route_allow(&rq);
	return rq.problem == PROBLEM_ROUTE_UNKNOWN ? "404" : "another problem";
}

static const struct {
	const char *method, *path, *want;
} rows[] = {
	{ "GET", "/api/v1/health/live", "/health/live" },
	{ "GET", "/api/v1/health/ready", "/health/ready" },
	{ "HEAD", "/api/v1/health/live", "/health/live" },
	{ "POST", "/api/v1/conversations", "/conversations" },
	{ "GET", "/api/v1/conversations", "/conversations" },
	{ "GET", "/api/v1/conversations?x=y", "/conversations" },
	{ "GET", "/api/v1/conversation%73", "/conversations" },
	{ "GET", "/api/v1/conversations/" ID_LOWER, "/conversations/:id" },
	{ "GET", "/api/v1/conversations/x", "/conversations/:id" },
	{ "GET", "/api/v1/conversations/messages", "/conversations/:id" },
	{ "POST", "/api/v1/conversations/x/messages",
	    "/conversations/:id/messages" },
	{ "GET", "/api/v1/conversations/:id/messages",
	    "/conversations/:id/messages" },
	{ "PATCH", "/api/v1/conversations/x/messages/y",
	    "/conversations/:id/messages/:messageId" },
	{ "GET", "/api/v1/conversations/x/changes",
	    "/conversations/:id/changes" },
	{ "POST", "/api/v1/conversations/accept/accept",
	    "/conversations/:id/accept" },
	{ "POST", "/api/v1/health/live", "GET, HEAD" },
	{ "OPTIONS", "/api/v1/health/ready", "GET, HEAD" },
	{ "DELETE", "/api/v1/conversations", "GET, HEAD, POST" },
	{ "get", "/api/v1/conversations", "GET, HEAD, POST" },
	{ "PUT", "/api/v1/conversations/x/messages", "GET, HEAD, POST" },
	{ "POST", "/api/v1/conversations/x", "GET, HEAD, DELETE" },
	{ "GET", "/api/v1/conversations/x/messages/y", "PATCH, DELETE" },
	{ "HEAD", "/api/v1/conversations/x/messages/y", "PATCH, DELETE" },
	{ "GET", "/api/v1/conversations/x/read", "POST" },
	{ "POST", "/api/v1/conversations/x/changes", "GET, HEAD" },
	{ "POST", "/api/v1/conversations/x/subject", "PATCH" },
	{ "GET", "/traced/v1/health", "/health" },
	{ "PUT", "/coded/v1/visitor", "/visitor" },
	{ "POST", "/wrapped/v1/visitor", "GET, HEAD, PUT" },
	{ "GET", "/api/v1/healt", "404" },
	{ "GET", "/api/v1/health/live/x", "404" },
	{ "GET", "/api/v1/health/liv", "404" },
	{ "GET", "/api/v1/health/lively", "404" },
	{ "GET", "/api/v1/Health/live", "404" },
	{ "GET", "/api/v1/x/live", "404" },
	{ "GET", "/api/v1/conversations/", "404" },
	{ "GET", "/api/v1//conversations", "404" },
	{ "GET", "/api/v1/conversations/x/", "404" },
	{ "GET", "/api/v1/conversations/x/messages/", "404" },
	{ "GET", "/api/v1/conversations/x/message", "404" },
	{ "GET", "/api/v1/conversations/x/messages/y/z", "404" },
	{ "GET", "/api/v1/conversations%2Fx", "404" },
	{ "GET", "/api/v1", "404" },
	{ "OPTIONS", "/api/v1/x", "404" },
};

static void
test_rows(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		is_text(find(rows[i].method, rows[i].path), rows[i].want,
		    "%s %s: %s", rows[i].method, rows[i].path, rows[i].want);
}

static const struct {
	const char *path;
	bool known;
} mounts[] = {
	{ "/api/v1/conversations", true },
	{ "/api/v1/x", true },
	{ "/api/v1", true },
	{ "/traced/v1", true },
	{ "/traced", false },
	{ "/traced/v1/", true },
	{ "/traced/v1//x", true },
	{ "/traced/v1/%ff", true },
	{ "/traced/v1/1/2/3/4/5/6/7", true },
	{ "/traced//v1/x", false },
	{ "/traced%2Fv1/x", false },
	{ "/api/v2/conversations", false },
	{ "/traced/v1/x", true },
	{ "/coded/v1/x", true },
	{ "/wrapped/v1/x", true },
	{ "/flat/v1/x", false },
	{ "/traced/v2/x", false },
	{ "/api/v11/conversations", false },
	{ "/API/v1/conversations", false },
	{ "/v1/api/conversations", false },
	{ "/x/api/v1/conversations", false },
	{ "/conversations", false },
};

static void
test_mounts(void)
{
	for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		(void)find("GET", mounts[i].path);
		ok((mount_find(&rq) != NULL) == mounts[i].known,
		    "%s is %s a mount", mounts[i].path,
		    mounts[i].known ? "in" : "not in");
	}
	(void)find("GET", "/api/v1/x");
	ok(mount_find(&rq) == mount_native(), "the native mount is /api/v1");
}

static const struct {
	const char *method, *path;
	enum caller callers;
} owners[] = {
	{ "POST", "/api/v1/conversations", CALLER_VISITOR },
	{ "GET", "/api/v1/conversations", CALLER_BOTH },
	{ "GET", "/api/v1/conversations/x", CALLER_BOTH },
	{ "DELETE", "/api/v1/conversations/x", CALLER_OPERATOR },
	{ "POST", "/api/v1/conversations/x/messages", CALLER_BOTH },
	{ "GET", "/api/v1/conversations/x/messages", CALLER_BOTH },
	{ "PATCH", "/api/v1/conversations/x/messages/y", CALLER_BOTH },
	{ "DELETE", "/api/v1/conversations/x/messages/y", CALLER_BOTH },
	{ "POST", "/api/v1/conversations/x/read", CALLER_BOTH },
	{ "GET", "/api/v1/conversations/x/unread", CALLER_BOTH },
	{ "GET", "/api/v1/conversations/x/changes", CALLER_BOTH },
	{ "POST", "/api/v1/conversations/x/accept", CALLER_OPERATOR },
	{ "POST", "/api/v1/conversations/x/leave", CALLER_OPERATOR },
	{ "POST", "/api/v1/conversations/x/resolve", CALLER_OPERATOR },
	{ "PATCH", "/api/v1/conversations/x/subject", CALLER_OPERATOR },
};

/* Whether that caller has a row, and it is one of that caller's. */
static bool
has_row(const char *method, const char *path, enum caller caller)
{
	bool chosen;

	(void)find(method, path);
	rq.caller = caller;
	chosen = route_choose(&rq);
	if (chosen)
		return (rq.route->callers & caller) != 0;
	ok(rq.problem == PROBLEM_CALLER_WRONG, "%s %s is not for caller %d",
	    method, path, (int)caller);
	return false;
}

static void
test_callers(void)
{
	for (size_t i = 0; i < sizeof(owners) / sizeof(owners[0]); i++) {
		const char *method = owners[i].method, *path = owners[i].path;
		const bool visitors = has_row(method, path, CALLER_VISITOR);
		const bool operators = has_row(method, path, CALLER_OPERATOR);

		ok(visitors == ((owners[i].callers & CALLER_VISITOR) != 0) &&
			operators ==
			    ((owners[i].callers & CALLER_OPERATOR) != 0),
		    "%s %s is for whom the contract says", method, path);
	}
}

/* What the captures give the database, and the scope of Idempotency-Key. */
static void
captured(const char *id, const char *want)
{
	struct db_param params[DB_PARAMS_MAX];
	size_t n = 2;
	char uri[128], target[128];

	(void)snprintf(uri, sizeof(uri), MESSAGES, id);
	(void)find("POST", uri);
	route_captures(&rq, params, &n);
	is_int(n, 3, "the path's id is one parameter behind the others");
	is_text(params[2].bytes, want, "%s is given as %s", id, want);
	(void)snprintf(target, sizeof(target),
	    "POST /conversations/:id/messages %s", want);
	is_text(route_target(&rq), target, "and is part of the target");
}

static void
test_captures(void)
{
	struct db_param params[DB_PARAMS_MAX];
	size_t n = 0;

	captured(ID_LOWER, ID_LOWER);
	captured(ID_UPPER, ID_LOWER);
	captured("0190163d-8694-739b-aea5-966c26f8ad9%31", ID_LOWER);
	captured(ID_OTHER, ID_OTHER);
	captured("x", UUID_NIL);
	captured("{" ID_LOWER "}", UUID_NIL);
	(void)find("DELETE",
	    "/api/v1/conversations/" ID_OTHER "/messages/" ID_UPPER);
	route_captures(&rq, params, &n);
	ok(n == 2 && tap_same(params[0].bytes, ID_OTHER) &&
		tap_same(params[1].bytes, ID_LOWER),
	    "two ids are two parameters, in the order of the path");
	is_text(route_capture(&rq, 0), ID_OTHER, "the first can be asked for");
	is_text(route_capture(&rq, 1), ID_LOWER, "and the second");
	is_text(route_capture(&rq, 2), UUID_NIL, "a third is the nil UUID");
	is_text(route_target(&rq),
	    "DELETE /conversations/:id/messages/:messageId " ID_OTHER
	    " " ID_LOWER,
	    "the target tells the two apart");
	n = 0;
	(void)find("POST", "/api/v1/conversations");
	route_captures(&rq, params, &n);
	is_int(n, 0, "a path without names has no captures");
	is_text(route_target(&rq), "POST /conversations",
	    "its target is method and path");
}

int
main(void)
{
	arena = arena_new();
	test_rows();
	test_mounts();
	test_callers();
	test_captures();
	arena_free(arena);
	return done();
}
