/*
 * route.c - the table of routes: the row is the handler.
 *
 * SPDX-License-Identifier: ISC
 */
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "field.h"
#include "mount.h"
#include "route.h"
#include "str.h"

#define OFFSET_MAX 2147483647
#define CURSOR_MAX 999999999999999999 /* fits bigint */

/* clang-format off */
#define FIELD_LIMIT                                                            \
	{ .name = "limit", .type = FIELD_INTEGER, .min = 1, .max = 100,        \
	  .fallback = "20", .echoed = true }
#define FIELD_OFFSET                                                           \
	.name = "offset", .type = FIELD_INTEGER, .max = OFFSET_MAX,            \
	.fallback = "0", .echoed = true

static const struct field new_conversation[] = {
	{ .name = "subject", .type = FIELD_TEXT, .min = 1, .max = 500 },
	{ .name = NULL },
};

static const struct field new_message[] = {
	{ .name = "content", .type = FIELD_TEXT, .min = 1, .max = 5000,
	  .required = true },
	{ .name = "contentFormat", .type = FIELD_CHOICE, .choices = { "plain" },
	  .unsent = true },
	{ .name = NULL },
};

static const struct field edited_message[] = {
	{ .name = "content", .type = FIELD_TEXT, .min = 1, .max = 5000,
	  .required = true },
	{ .name = NULL },
};

static const struct field new_subject[] = {
	{ .name = "subject", .type = FIELD_TEXT, .min = 1, .max = 500,
	  .required = true },
	{ .name = NULL },
};

static const struct field marker[] = {
	{ .name = "messageId", .type = FIELD_UUID, .required = true },
	{ .name = NULL },
};

static const struct field page[] = {
	FIELD_LIMIT,
	{ FIELD_OFFSET },
	{ .name = NULL },
};

static const struct field operator_page[] = {
	FIELD_LIMIT,
	{ FIELD_OFFSET },
	{ .name = "status", .type = FIELD_CHOICES,
	  .choices = { "pending", "active", "closed" } },
	{ .name = "applicationId", .type = FIELD_UUID },
	{ .name = "assignedTo", .type = FIELD_CHOICE, .choices = { "me" } },
	{ .name = NULL },
};

static const struct field message_page[] = {
	FIELD_LIMIT,
	{ FIELD_OFFSET, .excludes = { "after", "before" } },
	{ .name = "order", .type = FIELD_CHOICE, .choices = { "asc", "desc" },
	  .fallback = "asc" },
	{ .name = "after", .type = FIELD_UUID },
	{ .name = "before", .type = FIELD_UUID },
	{ .name = NULL },
};

static const struct field change_page[] = {
	{ .name = "after", .type = FIELD_INTEGER, .max = CURSOR_MAX,
	  .fallback = "0" },
	{ .name = "limit", .type = FIELD_INTEGER, .min = 1, .max = 100,
	  .fallback = "100" },
	{ .name = NULL },
};

/* method, path, callers, body, query, call, status, shape, member, ... */
static const struct route routes[] = {
	{ METHOD_GET, "/health/live", CALLER_NONE, NULL, NULL,
	  QUERY__MAX, 200, SHAPE_ALIVE, NULL, 0, false },
	{ METHOD_GET, "/health/ready", CALLER_NONE, NULL, NULL,
	  QUERY_READY, 200, SHAPE_VALUES, NULL, 0, false },
	{ METHOD_POST, "/conversations", CALLER_VISITOR, new_conversation, NULL,
	  QUERY_CONVERSATION_CREATE, 201, SHAPE_ONE, "conversation", 0, false },
	{ METHOD_GET, "/conversations", CALLER_VISITOR, NULL, page,
	  QUERY_CONVERSATION_LIST, 200, SHAPE_LIST, "conversations", 1, false },
	{ METHOD_GET, "/conversations", CALLER_OPERATOR, NULL, operator_page,
	  QUERY_OPERATOR_LIST, 200, SHAPE_LIST, "conversations", 1, false },
	{ METHOD_GET, "/conversations/:id", CALLER_BOTH, NULL, NULL,
	  QUERY_CONVERSATION_GET, 200, SHAPE_ONE, "conversation", 0, false },
	{ METHOD_DELETE, "/conversations/:id", CALLER_OPERATOR, NULL, NULL,
	  QUERY_CONVERSATION_DELETE, 204, SHAPE_EMPTY, NULL, 0, false },
	{ METHOD_POST, "/conversations/:id/messages", CALLER_BOTH, new_message, NULL,
	  QUERY_MESSAGE_SEND, 201, SHAPE_ONE, "message", 0, false },
	{ METHOD_GET, "/conversations/:id/messages", CALLER_BOTH, NULL, message_page,
	  QUERY_MESSAGE_LIST, 200, SHAPE_LIST, "messages", 0, false },
	{ METHOD_PATCH, "/conversations/:id/messages/:messageId", CALLER_BOTH,
	  edited_message, NULL, QUERY_MESSAGE_EDIT, 200, SHAPE_ONE, "message", 0, false },
	{ METHOD_DELETE, "/conversations/:id/messages/:messageId", CALLER_BOTH, NULL, NULL,
	  QUERY_MESSAGE_DELETE, 200, SHAPE_SUCCESS, NULL, 0, false },
	{ METHOD_POST, "/conversations/:id/read", CALLER_BOTH, marker, NULL,
	  QUERY_MESSAGE_READ, 200, SHAPE_SUCCESS, NULL, 0, false },
	{ METHOD_GET, "/conversations/:id/unread", CALLER_BOTH, NULL, NULL,
	  QUERY_CONVERSATION_UNREAD, 200, SHAPE_VALUES, NULL, 0, false },
	{ METHOD_GET, "/conversations/:id/changes", CALLER_BOTH, NULL, change_page,
	  QUERY_CHANGE_LIST, 200, SHAPE_CHANGES, "changes", 2, true },
	{ METHOD_POST, "/conversations/:id/accept", CALLER_OPERATOR, NULL, NULL,
	  QUERY_CONVERSATION_ACCEPT, 200, SHAPE_ONE, "conversation", 0, false },
	{ METHOD_POST, "/conversations/:id/leave", CALLER_OPERATOR, NULL, NULL,
	  QUERY_CONVERSATION_LEAVE, 200, SHAPE_ONE, "conversation", 0, false },
	{ METHOD_POST, "/conversations/:id/resolve", CALLER_OPERATOR, NULL, NULL,
	  QUERY_CONVERSATION_RESOLVE, 200, SHAPE_ONE, "conversation", 0, false },
	{ METHOD_PATCH, "/conversations/:id/subject", CALLER_OPERATOR, new_subject, NULL,
	  QUERY_CONVERSATION_SUBJECT, 200, SHAPE_ONE, "conversation", 0, false },
};
/* clang-format on */

#define NROUTES (sizeof(routes) / sizeof(routes[0]))

static const char *const method_names[] = {
	[METHOD_GET] = "GET",
	[METHOD_POST] = "POST",
	[METHOD_PATCH] = "PATCH",
	[METHOD_DELETE] = "DELETE",
};

/* Does the path, below its mount, have the segments of the pattern? */
static bool
matches(const struct request *rq, const char *pattern)
{
	size_t i = MOUNT_SEGMENTS;

	while (*pattern == '/' && i < rq->nsegments) {
		const size_t len = strcspn(++pattern, "/");

		if (*pattern != ':' &&
		    (strlen(rq->segments[i]) != len ||
			memcmp(rq->segments[i], pattern, len) != 0))
			return false;
		pattern += len;
		i++;
	}
	return *pattern == '\0' && i == rq->nsegments;
}

bool
route_find(struct request *rq)
{
	bool path_known = false;

	for (size_t i = 0; i < NROUTES; i++) {
		if (!matches(rq, routes[i].path))
			continue;
		if (routes[i].method == rq->method) {
			rq->route = &routes[i];
			return true;
		}
		path_known = true;
	}
	return request_fail(rq,
	    path_known ? PROBLEM_METHOD_UNKNOWN : PROBLEM_ROUTE_UNKNOWN);
}

bool
route_choose(struct request *rq)
{
	const struct route *found = rq->route;

	for (size_t i = 0; i < NROUTES; i++)
		if (routes[i].method == found->method &&
		    strcmp(routes[i].path, found->path) == 0 &&
		    (routes[i].callers & rq->caller) != 0) {
			rq->route = &routes[i];
			return true;
		}
	return request_fail(rq, PROBLEM_CALLER_WRONG);
}

const char *
route_allow(struct request *rq)
{
	bool allowed[METHOD_DELETE + 1] = { false };
	struct str s = str_new(rq->arena);

	for (size_t i = 0; i < NROUTES; i++)
		if (matches(rq, routes[i].path))
			allowed[routes[i].method] = true;
	for (int m = METHOD_GET; m <= METHOD_DELETE; m++)
		if (allowed[m])
			str_printf(&s, "%s%s%s", s.len == 0 ? "" : ", ",
			    method_names[m], m == METHOD_GET ? ", HEAD" : "");
	return s.text;
}

/* The segments that the pattern's names take, canonical. */
static size_t
captures(struct request *rq, char *out[REQUEST_SEGMENTS_MAX])
{
	const char *pattern = rq->route->path;
	size_t n = 0;

	for (size_t i = MOUNT_SEGMENTS; i < rq->nsegments; i++) {
		if (*++pattern == ':') {
			out[n] = arena_alloc(rq->arena, UUID_LEN + 1);
			if (!text_uuid(rq->segments[i], out[n]))
				memcpy(out[n], UUID_NIL, sizeof(UUID_NIL));
			n++;
		}
		pattern += strcspn(pattern, "/");
	}
	return n;
}

void
route_captures(struct request *rq, struct db_param *params, size_t *nparams)
{
	char *ids[REQUEST_SEGMENTS_MAX];
	const size_t n = captures(rq, ids);

	for (size_t i = 0; i < n; i++)
		params[(*nparams)++] = (struct db_param){ .bytes = ids[i] };
}

const char *
route_capture(struct request *rq, size_t n)
{
	char *ids[REQUEST_SEGMENTS_MAX];

	return n < captures(rq, ids) ? ids[n] : UUID_NIL;
}

const char *
route_target(struct request *rq)
{
	char *ids[REQUEST_SEGMENTS_MAX];
	const size_t n = captures(rq, ids);
	struct str s = str_new(rq->arena);

	str_printf(&s, "%s %s", method_names[rq->route->method],
	    rq->route->path);
	for (size_t i = 0; i < n; i++)
		str_printf(&s, " %s", ids[i]);
	return s.text;
}
