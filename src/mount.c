/*
 * mount.c - the wire formats: one row for each path under which Foyer speaks.
 *
 * SPDX-License-Identifier: ISC
 */
#include <inttypes.h>
#include <string.h>

#include "arena.h"
#include "field.h"
#include "mount.h"
#include "problem.h"
#include "reply.h"
#include "request.h"
#include "route.h"
#include "str.h"

#define OFFSET_MAX 2147483647
#define NUMBER_MAX 21474836 /* with 100 on a page, still an offset */

/* clang-format off */

/* ---- parameters of lists */

#define LIMIT(member, standard)                                                \
	{ .name = (member), .type = FIELD_INTEGER, .min = 1, .max = 100,       \
	  .fallback = (standard), .slot = PAGE_LIMIT }
#define OFFSET                                                                 \
	.name = "offset", .type = FIELD_INTEGER, .max = OFFSET_MAX,            \
	.fallback = "0", .slot = PAGE_OFFSET
#define ORDER(standard)                                                        \
	{ .name = "order", .type = FIELD_CHOICE, .choices = { "asc", "desc" }, \
	  .fallback = (standard), .slot = PAGE_ORDER }
#define INSTANT(member, page)                                                  \
	{ .name = (member), .type = FIELD_INSTANT, .slot = (page),             \
	  .problem = PROBLEM_DATE_INVALID }
#define NUMBER                                                                 \
	{ .name = "page", .type = FIELD_INTEGER, .min = 1, .max = NUMBER_MAX,  \
	  .fallback = "1", .slot = PAGE_NUMBER }

static const struct field offset_page[] = {
	LIMIT("limit", "20"),
	{ OFFSET },
	{ .name = NULL },
};

static const struct field cursor_page[] = {
	LIMIT("limit", "20"),
	{ OFFSET, .excludes = { "after", "before" } },
	ORDER("asc"),
	{ .name = "after", .type = FIELD_UUID, .slot = PAGE_AFTER },
	{ .name = "before", .type = FIELD_UUID, .slot = PAGE_BEFORE },
	{ .name = NULL },
};

static const struct field before_page[] = {
	LIMIT("limit", "50"),
	INSTANT("before", PAGE_BEFORE_AT),
	{ .name = "beforeId", .type = FIELD_UUID, .slot = PAGE_BEFORE_ID,
	  .needs = "before" },
	INSTANT("since", PAGE_SINCE),
	INSTANT("until", PAGE_UNTIL),
	{ .name = NULL },
};

#define NUMBERED_PAGE(array, standard)                                         \
	static const struct field array[] = {                                  \
		NUMBER,                                                        \
		LIMIT("perPage", standard),                                    \
		ORDER("desc"),                                                 \
		INSTANT("since", PAGE_SINCE),                                  \
		INSTANT("until", PAGE_UNTIL),                                  \
		{ .name = NULL },                                              \
	}

NUMBERED_PAGE(coded_page, "20");
NUMBERED_PAGE(wrapped_page, "50");

/* ---- statuses and codes */

#define ANSWER(status, code, text) { status, code, text }

static const struct answer flat_answers[KIND__MAX] = {
#define X(kind, flat, traced, coded, wrapped) [KIND_##kind] = ANSWER flat,
#include "kinds.def"
#undef X
};

static const struct answer traced_answers[KIND__MAX] = {
#define X(kind, flat, traced, coded, wrapped) [KIND_##kind] = ANSWER traced,
#include "kinds.def"
#undef X
};

static const struct answer coded_answers[KIND__MAX] = {
#define X(kind, flat, traced, coded, wrapped) [KIND_##kind] = ANSWER coded,
#include "kinds.def"
#undef X
};

static const struct answer wrapped_answers[KIND__MAX] = {
#define X(kind, flat, traced, coded, wrapped) [KIND_##kind] = ANSWER wrapped,
#include "kinds.def"
#undef X
};

/* clang-format on */

static void
text_member(struct str *s, const char *name, const char *text)
{
	str_name(s, name);
	str_json(s, text, strlen(text));
}

static void
number_member(struct str *s, const char *name, int64_t number)
{
	str_name(s, name);
	str_int(s, number);
}

/* As many pages as the items need. */
static int64_t
pages(const struct request *rq, const struct listing *list)
{
	const int64_t limit = request_page(rq, PAGE_LIMIT);

	return (list->total + limit - 1) / limit;
}

/* ---- flat: camelCase, resources by their names (the native contract) */

/* {"error", "message"}; a refusal by the limiter has members of its own. */
static void
flat_problem(struct request *rq, struct str *body)
{
	str_raw(body, "{");
	text_member(body, "error", mount_answer(rq)->code);
	if (rq->problem == PROBLEM_RATE_LIMITED) {
		text_member(body, "cause",
		    arena_printf(rq->arena, "per_%s", rq->verdict.rate_scope));
		number_member(body, "retryAfter",
		    reply_retry_after(&rq->verdict));
		text_member(body, "window", rq->verdict.rate_window);
	} else {
		text_member(body, "message", reply_problem_text(rq));
	}
	str_raw(body, "}");
}

/* A resource or a list is a member of the body; all else is the body. */
static bool
flat_named(const struct request *rq)
{
	const enum shape shape = rq->route->shape;

	return shape == SHAPE_ONE || shape == SHAPE_LIST ||
	    shape == SHAPE_CHANGES;
}

static void
flat_open(struct request *rq, struct str *body)
{
	if (flat_named(rq)) {
		str_raw(body, "{");
		str_name(body, rq->route->member);
	}
}

static void
flat_close(struct request *rq, const struct listing *list, struct str *body)
{
	if (list != NULL && list->members != NULL) {
		str_printf(body, ",%s", list->members);
	} else if (list != NULL) {
		if (rq->mount->lists[rq->route->list].counted)
			number_member(body, "total", list->total);
		number_member(body, "limit", request_page(rq, PAGE_LIMIT));
		number_member(body, "offset", request_page(rq, PAGE_OFFSET));
	}
	if (flat_named(rq))
		str_raw(body, "}");
}

/* ---- traced: the request's id in every body */

static void
traced_problem(struct request *rq, struct str *body)
{
	str_raw(body, "{");
	text_member(body, "error", mount_answer(rq)->code);
	text_member(body, "message", reply_problem_text(rq));
	text_member(body, "request_id", rq->id);
	str_raw(body, "}");
}

static void
data_open(struct request *rq, struct str *body)
{
	(void)rq;
	str_raw(body, "{\"data\":");
}

static void
traced_close(struct request *rq, const struct listing *list, struct str *body)
{
	if (list != NULL && list->members != NULL)
		str_printf(body, ",%s", list->members);
	else if (list != NULL)
		str_printf(body, ",\"has_more\":%s",
		    list->more ? "true" : "false");
	text_member(body, "request_id", rq->id);
	str_raw(body, "}");
}

/* ---- coded: an error object with code and status */

static const char *
coded_text(struct request *rq)
{
	const struct verdict *v = &rq->verdict;
	int64_t seconds;

	if (rq->problem != PROBLEM_RATE_LIMITED)
		return reply_problem_text(rq);
	seconds = reply_retry_after(v);
	return arena_printf(rq->arena,
	    "Limit of %" PRId64 " requests per %s reached. Wait %" PRId64
	    " second%s.",
	    v->rate_limit, v->rate_window, seconds, seconds == 1 ? "" : "s");
}

static void
coded_problem(struct request *rq, struct str *body)
{
	str_raw(body, "{\"error\":{");
	text_member(body, "code", mount_answer(rq)->code);
	text_member(body, "message", coded_text(rq));
	number_member(body, "status", mount_answer(rq)->status);
	str_raw(body, "}}");
}

static void
coded_close(struct request *rq, const struct listing *list, struct str *body)
{
	if (list != NULL) {
		str_raw(body, ",\"meta\":{");
		if (list->members != NULL) {
			str_raw(body, list->members);
		} else {
			number_member(body, "page",
			    request_page(rq, PAGE_NUMBER));
			number_member(body, "per_page",
			    request_page(rq, PAGE_LIMIT));
			number_member(body, "total", list->total);
			number_member(body, "total_pages", pages(rq, list));
		}
		str_raw(body, "}");
	}
	str_raw(body, "}");
}

/* ---- wrapped: success says which, and fields have details */

/* {"field": ["text", ...], ...}; the faults of a field follow one another. */
static void
details(const struct fault *fault, struct str *body)
{
	const struct fault *last = NULL;

	str_raw(body, ",\"details\":{");
	for (; fault != NULL; last = fault, fault = fault->next) {
		if (last != NULL && strcmp(fault->field, last->field) == 0) {
			str_raw(body, ",");
		} else {
			str_raw(body, last == NULL ? "" : "],");
			str_json(body, fault->field, strlen(fault->field));
			str_raw(body, ":[");
		}
		str_json(body, fault->text, strlen(fault->text));
	}
	str_raw(body, "]}");
}

static void
wrapped_problem(struct request *rq, struct str *body)
{
	const struct answer *answer = mount_answer(rq);

	if (rq->problem == PROBLEM_RATE_LIMITED) {
		str_raw(body, "{");
		text_member(body, "message", answer->text);
		str_raw(body, "}");
		return;
	}
	str_raw(body, "{\"success\":false,\"error\":{");
	text_member(body, "code", answer->code);
	text_member(body, "message", reply_problem_text(rq));
	if (rq->faults != NULL && answer->status == 422)
		details(rq->faults, body);
	str_raw(body, "}}");
}

static void
wrapped_open(struct request *rq, struct str *body)
{
	(void)rq;
	str_raw(body, "{\"success\":true,\"data\":");
}

static void
wrapped_close(struct request *rq, const struct listing *list, struct str *body)
{
	int64_t last;

	if (list != NULL) {
		str_raw(body, ",\"meta\":{");
		if (list->members != NULL) {
			str_raw(body, list->members);
		} else {
			last = pages(rq, list);
			number_member(body, "current_page",
			    request_page(rq, PAGE_NUMBER));
			number_member(body, "last_page", last > 1 ? last : 1);
			number_member(body, "per_page",
			    request_page(rq, PAGE_LIMIT));
			number_member(body, "total", list->total);
		}
		str_raw(body, "}");
	}
	str_raw(body, "}");
}

/* ---- the table */

static const struct mount mounts[] = {
	{
	    .path = { "api", "v1" },
	    .native = true,
	    .answers = flat_answers,
	    .lists = {
		[LIST_RESOURCES] = { offset_page, .counted = true },
		[LIST_MESSAGES] = { cursor_page },
	    },
	    .problem = flat_problem,
	    .open = flat_open,
	    .close = flat_close,
	},
	{
	    .path = { "traced", "v1" },
	    .snake = true,
	    .strict = true,
	    .key_max = 120,
	    .accepted = 202,
	    .replayed = 200,
	    .answers = traced_answers,
	    .lists = {
		[LIST_RESOURCES] = { before_page, .ahead = true },
		[LIST_MESSAGES] = { before_page, .ahead = true },
	    },
	    .problem = traced_problem,
	    .open = data_open,
	    .close = traced_close,
	},
	{
	    .path = { "coded", "v1" },
	    .snake = true,
	    .key_max = 100,
	    .replayed = 200,
	    .answers = coded_answers,
	    .lists = {
		[LIST_RESOURCES] = { coded_page, .counted = true },
		[LIST_MESSAGES] = { coded_page, .counted = true },
	    },
	    .problem = coded_problem,
	    .open = data_open,
	    .close = coded_close,
	},
	{
	    .path = { "wrapped", "v1" },
	    .snake = true,
	    .key_max = 600,
	    .replayed = 200,
	    .answers = wrapped_answers,
	    .lists = {
		[LIST_RESOURCES] = { wrapped_page, .counted = true },
		[LIST_MESSAGES] = { wrapped_page, .counted = true },
	    },
	    .problem = wrapped_problem,
	    .open = wrapped_open,
	    .close = wrapped_close,
	},
};

const struct mount *
mount_find(const struct request *rq)
{
	for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++)
		if (rq->nsegments >= MOUNT_SEGMENTS &&
		    strcmp(rq->segments[0], mounts[i].path[0]) == 0 &&
		    strcmp(rq->segments[1], mounts[i].path[1]) == 0)
			return &mounts[i];
	return NULL;
}

const struct mount *
mount_native(void)
{
	return &mounts[0];
}

const struct answer *
mount_answer(const struct request *rq)
{
	return &rq->mount->answers[problem_row(rq->problem)->kind];
}

const char *
mount_name(const struct request *rq, const char *camel)
{
	const size_t size = 2 * strlen(camel) + 1;
	char *snake;

	if (!rq->mount->snake)
		return camel;
	snake = arena_alloc(rq->arena, size);
	text_snake(camel, snake, size);
	return snake;
}
