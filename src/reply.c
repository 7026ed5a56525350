/*
 * reply.c - from what was found out to the bytes of the answer.
 *
 * SPDX-License-Identifier: ISC
 */
#include <inttypes.h>
#include <string.h>

#include "arena.h"
#include "db.h"
#include "log.h"
#include "mount.h"
#include "reply.h"
#include "request.h"
#include "route.h"
#include "row.h"
#include "str.h"

#define UNIX_EPOCH_2000 INT64_C(946684800) /* 2000-01-01 in Unix seconds */

/* The columns of type foyer_api.verdict; a test compares the two. */
enum {
	VERDICT_OUTCOME,
	VERDICT_AT,
	VERDICT_CALLER,
	VERDICT_RATE_SCOPE,
	VERDICT_RATE_WINDOW,
	VERDICT_RATE_LIMIT,
	VERDICT_RATE_REMAINING,
	VERDICT_RATE_RESET,
	VERDICT_REPLAYED,
	VERDICT_UNMODIFIED,
	VERDICT_ETAG,
	VERDICT_EXPIRED_AT,
	VERDICT_EDIT_WINDOW,
	VERDICT__MAX
};

static const struct {
	int status;
	const char *reason;
} reasons[] = {
	{ 200, "OK" },
	{ 201, "Created" },
	{ 204, "No Content" },
	{ 304, "Not Modified" },
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 409, "Conflict" },
	{ 413, "Content Too Large" },
	{ 415, "Unsupported Media Type" },
	{ 422, "Unprocessable Content" },
	{ 429, "Too Many Requests" },
	{ 500, "Internal Server Error" },
	{ 503, "Service Unavailable" },
};

/* The text of a value, or NULL; lives as long as the request. */
static const char *
text(struct request *rq, struct db_value v)
{
	char uuid[UUID_LEN + 1];

	if (v.type == DB_NULL)
		return NULL;
	if (v.type != DB_UUID)
		return arena_copy(rq->arena, v.bytes, v.len);
	db_uuid(v, uuid);
	return arena_copy(rq->arena, uuid, UUID_LEN);
}

void
reply_verdict(struct request *rq, const struct db_result *result)
{
	const struct db_value verdict = db_value(result, 0, 0);
	struct db_value f[VERDICT__MAX];
	struct verdict *v = &rq->verdict;

	if (verdict.type != DB_NESTED ||
	    db_record(verdict, f, VERDICT__MAX) != VERDICT__MAX)
		die("the verdict has another form than this program knows");
	*v = (struct verdict){
		.outcome = text(rq, f[VERDICT_OUTCOME]),
		.caller = text(rq, f[VERDICT_CALLER]),
		.rate_scope = text(rq, f[VERDICT_RATE_SCOPE]),
		.rate_window = text(rq, f[VERDICT_RATE_WINDOW]),
		.at = f[VERDICT_AT].number,
		.rate_limit = f[VERDICT_RATE_LIMIT].number,
		.rate_remaining = f[VERDICT_RATE_REMAINING].number,
		.rate_reset = f[VERDICT_RATE_RESET].number,
		.expired_at = f[VERDICT_EXPIRED_AT].number,
		.edit_window = f[VERDICT_EDIT_WINDOW].number,
		.etag = f[VERDICT_ETAG].number,
		.replayed = f[VERDICT_REPLAYED].number != 0,
		.unmodified = f[VERDICT_UNMODIFIED].number != 0,
	};
}

/* Row 0 holds the verdict and what belongs to the list; the items follow. */
static void
list_json(struct request *rq, const struct db_result *result, struct str *s)
{
	const size_t first = 1 + rq->route->nheaders;

	str_printf(s, "{\"%s\":[", rq->route->member);
	for (size_t row = 1; row < db_rows(result); row++) {
		str_raw(s, row > 1 ? ",{" : "{");
		if (rq->route->shape == SHAPE_CHANGES)
			row_given(s, result, row, first, db_columns(result));
		else
			row_members(s, result, row, first, db_columns(result));
		str_raw(s, "}");
	}
	str_raw(s, "]");
	row_members(s, result, 0, 1, first);
	for (size_t i = 0; i < rq->nechoes; i++)
		str_printf(s, ",\"%s\":%s", rq->echoes[i].name,
		    rq->echoes[i].value);
	str_raw(s, "}");
}

void
reply_success(struct request *rq, const struct db_result *result,
    struct str *body)
{
	if (rq->verdict.unmodified) {
		rq->status = 304;
		return;
	}
	rq->status = rq->route->status;
	switch (rq->route->shape) {
	case SHAPE_ALIVE:
		str_raw(body, "{\"status\":\"ok\"}");
		break;
	case SHAPE_VALUES:
		str_raw(body, "{");
		row_members(body, result, 0,
		    rq->route->callers == CALLER_NONE ? 0 : 1,
		    db_columns(result));
		str_raw(body, "}");
		break;
	case SHAPE_ONE:
		str_printf(body, "{\"%s\":{", rq->route->member);
		row_members(body, result, 0, 1, db_columns(result));
		str_raw(body, "}}");
		break;
	case SHAPE_LIST:
	case SHAPE_CHANGES:
		list_json(rq, result, body);
		break;
	case SHAPE_SUCCESS:
		str_raw(body, "{\"success\":true}");
		break;
	case SHAPE_EMPTY:
		break;
	}
}

void
reply_failure(struct request *rq, struct str *body)
{
	rq->status = problem_row(rq->problem)->status;
	rq->mount->problem(rq, body);
}

static int64_t
divide_up(int64_t us)
{
	return us / 1000000 + (us % 1000000 > 0);
}

int64_t
reply_retry_after(const struct verdict *v)
{
	const int64_t seconds = divide_up(v->rate_reset - v->at);

	return seconds > 1 ? seconds : 1;
}

static const char *
edit_window_text(struct request *rq)
{
	const int64_t seconds = rq->verdict.edit_window;
	const bool minutes = seconds % 60 == 0;
	struct str at = str_new(rq->arena);

	str_time(&at, rq->verdict.expired_at, 3);
	return arena_printf(rq->arena,
	    "Message %s can no longer be modified. The %" PRId64
	    "-%s edit window expired at %s.",
	    route_capture(rq, 1), minutes ? seconds / 60 : seconds,
	    minutes ? "minute" : "second", at.text);
}

const char *
reply_problem_text(struct request *rq)
{
	if (rq->problem == PROBLEM_EDIT_WINDOW_EXPIRED)
		return edit_window_text(rq);
	if (rq->problem == PROBLEM_FIELDS_INVALID)
		return rq->invalid.text;
	return problem_row(rq->problem)->text;
}

static const char *
reason(int status)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "Unknown";
}

static void
rate_headers(const struct verdict *v, struct str *out)
{
	if (v->rate_window == NULL)
		return;
	str_printf(out, "X-RateLimit-Limit: %" PRId64 "\r\n", v->rate_limit);
	str_printf(out, "X-RateLimit-Remaining: %" PRId64 "\r\n",
	    v->rate_remaining);
	str_printf(out, "X-RateLimit-Reset: %" PRId64 "\r\n",
	    UNIX_EPOCH_2000 + divide_up(v->rate_reset));
}

void
reply_headers(struct request *rq, size_t len, struct str *out)
{
	const bool bodiless = rq->status == 204 || rq->status == 304;

	str_printf(out, "Status: %d %s\r\n", rq->status, reason(rq->status));
	str_printf(out, "X-Request-Id: %s\r\n", rq->id);
	str_raw(out, "Cache-Control: no-store\r\n");
	/* Without this, some servers answer Range from our 200. */
	str_raw(out, "Accept-Ranges: none\r\n");
	if (!bodiless) {
		str_raw(out,
		    "Content-Type: application/json; charset=utf-8\r\n");
		str_printf(out, "Content-Length: %zu\r\n", len);
	}
	rate_headers(&rq->verdict, out);
	if (rq->problem == PROBLEM_RATE_LIMITED)
		str_printf(out, "Retry-After: %" PRId64 "\r\n",
		    reply_retry_after(&rq->verdict));
	else if (rq->problem == PROBLEM_UNAVAILABLE)
		str_raw(out, "Retry-After: 1\r\n");
	else if (rq->problem == PROBLEM_METHOD_UNKNOWN)
		str_printf(out, "Allow: %s\r\n", route_allow(rq));
	else if (rq->status == 401)
		str_raw(out, "WWW-Authenticate: Bearer\r\n");
	if (rq->problem == PROBLEM_NONE && rq->verdict.etag > 0)
		str_printf(out, "ETag: \"%" PRId64 "\"\r\n", rq->verdict.etag);
	if (rq->problem == PROBLEM_NONE && rq->verdict.replayed)
		str_raw(out, "Idempotency-Replayed: true\r\n");
	str_raw(out, "\r\n");
}
