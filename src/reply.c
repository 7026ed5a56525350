/*
 * reply.c - from what was found out to the bytes of the answer.
 *
 * SPDX-License-Identifier: ISC
 */
#include <inttypes.h>
#include <string.h>
#include <time.h>

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

/*
 * The columns of type foyer_api.verdict; a test compares the two.  The next
 * schema may have more behind them.
 */
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
	{ 202, "Accepted" },
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
	    db_record(verdict, f, VERDICT__MAX) < VERDICT__MAX)
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

/*
 * Row 0 holds the verdict and what belongs to the list: of changes all columns
 * that are not an item's, else the total.
 */
#define CHANGES_MEMBERS 2
#define LIST_MEMBERS	1

static void
list_json(struct request *rq, const struct db_result *result, struct str *s)
{
	const struct mount *mount = rq->mount;
	const struct paging *paging = &mount->lists[rq->route->list];
	const bool changes = rq->route->shape == SHAPE_CHANGES;
	const size_t first = 1 + (changes ? CHANGES_MEMBERS : LIST_MEMBERS);
	size_t rows = db_rows(result);
	struct listing list = { .total = 0 };
	struct str members;

	if (changes) {
		members = str_new(rq->arena);
		row_members(&members, result, 0, 1, first, mount->snake);
		list.members = members.text;
	} else if (paging->counted) {
		list.total = db_value(result, 0, 1).number;
	}
	if (paging->ahead) {
		const size_t limit = (size_t)request_page(rq, PAGE_LIMIT);

		list.more = rows - 1 > limit;
		rows = list.more ? limit + 1 : rows;
	}
	str_raw(s, "[");
	for (size_t row = 1; row < rows; row++) {
		str_raw(s, row > 1 ? ",{" : "{");
		(changes ? row_given : row_members)(s, result, row, first,
		    db_columns(result), mount->snake);
		str_raw(s, "}");
	}
	str_raw(s, "]");
	mount->close(rq, &list, s);
}

static void
object_json(struct request *rq, const struct db_result *result, struct str *s)
{
	str_raw(s, "{");
	row_members(s, result, 0, rq->route->callers == CALLER_NONE ? 0 : 1,
	    db_columns(result), rq->mount->snake);
	str_raw(s, "}");
	rq->mount->close(rq, NULL, s);
}

static int
success_status(const struct request *rq)
{
	const struct route *route = rq->route;
	const struct mount *mount = rq->mount;

	if (rq->verdict.unmodified)
		return 304;
	if (route->status == 201 && rq->verdict.replayed && mount->replayed > 0)
		return mount->replayed;
	return route->sends && mount->accepted > 0 ? mount->accepted
						   : route->status;
}

void
reply_success(struct request *rq, const struct db_result *result,
    struct str *body)
{
	const struct route *route = rq->route;
	const struct mount *mount = rq->mount;

	rq->status = success_status(rq);
	if (rq->verdict.unmodified || route->shape == SHAPE_EMPTY)
		return;
	mount->open(rq, body);
	switch (route->shape) {
	case SHAPE_ALIVE:
		str_raw(body, "{\"status\":\"ok\"}");
		mount->close(rq, NULL, body);
		break;
	case SHAPE_VALUES:
	case SHAPE_ONE:
		object_json(rq, result, body);
		break;
	case SHAPE_LIST:
	case SHAPE_CHANGES:
		list_json(rq, result, body);
		break;
	case SHAPE_DONE:
		str_printf(body, "{\"%s\":true}",
		    mount->native ? "success" : route->member);
		mount->close(rq, NULL, body);
		break;
	case SHAPE_EMPTY:
		break;
	}
}

void
reply_failure(struct request *rq, struct str *body)
{
	rq->status = mount_answer(rq)->status;
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

static const char *
faults_text(struct request *rq)
{
	struct str s = str_new(rq->arena);

	for (const struct fault *f = rq->faults; f != NULL; f = f->next)
		str_printf(&s, "%s%s", f == rq->faults ? "" : "; ", f->text);
	return s.text;
}

const char *
reply_problem_text(struct request *rq)
{
	const char *text = mount_answer(rq)->text;

	if (text != NULL)
		return text;
	if (rq->faults != NULL)
		return faults_text(rq);
	text = problem_row(rq->problem)->text;
	if (rq->problem == PROBLEM_EDIT_WINDOW_EXPIRED)
		return edit_window_text(rq);
	if (rq->problem == PROBLEM_SCOPE_MISSING)
		return arena_printf(rq->arena, "%s: %s", text,
		    rq->route->scope);
	return text;
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
text_field(struct str *out, const char *name, const char *value)
{
	str_raw(out, name);
	str_raw(out, ": ");
	str_raw(out, value);
	str_raw(out, "\r\n");
}

static void
number_field(struct str *out, const char *name, int64_t value)
{
	str_raw(out, name);
	str_raw(out, ": ");
	str_int(out, value);
	str_raw(out, "\r\n");
}

static void
rate_fields(int64_t limit, int64_t remaining, int64_t reset, struct str *out)
{
	number_field(out, "X-RateLimit-Limit", limit);
	number_field(out, "X-RateLimit-Remaining", remaining);
	number_field(out, "X-RateLimit-Reset", reset);
}

/*
 * What the limiter said.  Where it was not asked, a mount that limits keys says
 * what a key may do: nothing until the time of Retry-After when we are out of
 * order, and else all of it.
 */
static void
rate_headers(const struct request *rq, struct str *out)
{
	const struct verdict *v = &rq->verdict;
	const int64_t max = rq->mount->key_max;
	const bool down = rq->status >= 500;

	if (v->rate_window != NULL)
		rate_fields(v->rate_limit, v->rate_remaining,
		    UNIX_EPOCH_2000 + divide_up(v->rate_reset), out);
	else if (max > 0)
		rate_fields(max, down ? 0 : max, (int64_t)time(NULL) + down,
		    out);
}

void
reply_headers(struct request *rq, size_t len, struct str *out)
{
	const bool bodiless = rq->status == 204 || rq->status == 304;

	str_raw(out, "Status: ");
	str_int(out, rq->status);
	str_raw(out, " ");
	str_raw(out, reason(rq->status));
	str_raw(out, "\r\n");
	text_field(out, "X-Request-Id", rq->id);
	str_raw(out, "Cache-Control: no-store\r\n");
	/* Without this, some servers answer Range from our 200. */
	str_raw(out, "Accept-Ranges: none\r\n");
	if (!bodiless) {
		str_raw(out,
		    "Content-Type: application/json; charset=utf-8\r\n");
		number_field(out, "Content-Length", (int64_t)len);
	}
	rate_headers(rq, out);
	if (rq->problem == PROBLEM_RATE_LIMITED)
		number_field(out, "Retry-After",
		    reply_retry_after(&rq->verdict));
	else if (rq->problem == PROBLEM_UNAVAILABLE)
		str_raw(out, "Retry-After: 1\r\n");
	else if (rq->problem == PROBLEM_METHOD_UNKNOWN)
		text_field(out, "Allow", route_allow(rq));
	else if (rq->status == 401)
		str_raw(out, "WWW-Authenticate: Bearer\r\n");
	if (rq->problem == PROBLEM_NONE && rq->verdict.etag > 0)
		str_printf(out, "ETag: \"%" PRId64 "\"\r\n", rq->verdict.etag);
	if (rq->problem == PROBLEM_NONE && rq->verdict.replayed)
		str_raw(out, "Idempotency-Replayed: true\r\n");
	str_raw(out, "\r\n");
}
