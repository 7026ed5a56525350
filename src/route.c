/*
 * route.c - the table of routes: the row is the handler.
 *
 * SPDX-License-Identifier: ISC
 */
#include <inttypes.h>
#include <string.h>

#include "arena.h"
#include "field.h"
#include "mount.h"
#include "route.h"
#include "str.h"

#define CURSOR_MAX 999999999999999999 /* fits bigint */

/* clang-format off */
#define STATUS                                                                 \
	.name = "status", .type = FIELD_CHOICES,                               \
	.choices = { "pending", "active", "closed" },                          \
	.problem = PROBLEM_STATUS_INVALID

static const struct field none[] = {
	{ .name = NULL },
};

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

static const struct field contact[] = {
	{ .name = "name", .type = FIELD_TEXT, .min = 1, .max = 200 },
	{ .name = "email", .type = FIELD_EMAIL,
	  .problem = PROBLEM_EMAIL_INVALID },
	{ .name = "phone", .type = FIELD_PHONE,
	  .problem = PROBLEM_PHONE_INVALID },
	{ .name = "metadata", .type = FIELD_LABELS, .max = 20 },
	{ .name = "proof", .type = FIELD_HEX, .max = 64 },
	{ .name = NULL },
};

static const struct field new_tag[] = {
	{ .name = "name", .type = FIELD_TEXT, .min = 1, .max = 50,
	  .required = true },
	{ .name = NULL },
};

static const struct field attached_tags[] = {
	{ .name = "tagIds", .type = FIELD_UUIDS, .min = 1, .max = 20,
	  .required = true, .problem = PROBLEM_LIST_MALFORMED },
	{ .name = NULL },
};

static const struct field visitor_filter[] = {
	{ STATUS, .foreign = true },
	{ .name = NULL },
};

static const struct field operator_filter[] = {
	{ STATUS },
	{ .name = "applicationId", .type = FIELD_UUID },
	{ .name = "assignedTo", .type = FIELD_CHOICE, .choices = { "me" } },
	{ .name = "tagId", .type = FIELD_UUIDS, .min = 1, .max = 20,
	  .problem = PROBLEM_LIST_MALFORMED },
	{ .name = NULL },
};

static const struct field change_page[] = {
	{ .name = "after", .type = FIELD_INTEGER, .max = CURSOR_MAX,
	  .fallback = "0" },
	{ .name = "limit", .type = FIELD_INTEGER, .min = 1, .max = 100,
	  .fallback = "100" },
	{ .name = NULL },
};

/* method, path, callers, body, query, call, status, shape, and what else */
static const struct route routes[] = {
	{ METHOD_GET, "/health", CALLER_NONE, none, none,
	  QUERY_HEALTH, 200, SHAPE_VALUES,
	  .member = NULL },
	{ METHOD_GET, "/health/live", CALLER_NONE, none, none,
	  QUERY__MAX, 200, SHAPE_ALIVE,
	  .member = NULL },
	{ METHOD_GET, "/health/ready", CALLER_NONE, none, none,
	  QUERY_READY, 200, SHAPE_VALUES,
	  .member = NULL },
	{ METHOD_GET, "/me", CALLER_BOTH, none, none,
	  QUERY_ME, 200, SHAPE_ONE,
	  .member = "caller" },
	{ METHOD_PUT, "/visitor", CALLER_VISITOR, contact, none,
	  QUERY_VISITOR_IDENTIFY, 200, SHAPE_ONE,
	  .member = "visitor", .scope = "contacts:write" },
	{ METHOD_GET, "/visitor", CALLER_VISITOR, none, none,
	  QUERY_VISITOR_GET, 200, SHAPE_ONE,
	  .member = "visitor", .scope = "contacts:read" },
	{ METHOD_POST, "/conversations", CALLER_VISITOR, new_conversation, none,
	  QUERY_CONVERSATION_CREATE, 201, SHAPE_ONE,
	  .member = "conversation", .scope = "conversations:write" },
	{ METHOD_GET, "/conversations", CALLER_VISITOR, none, visitor_filter,
	  QUERY_CONVERSATION_LIST, 200, SHAPE_LIST,
	  .member = "conversations", .scope = "conversations:read", .list = LIST_RESOURCES },
	{ METHOD_GET, "/conversations", CALLER_OPERATOR, none, operator_filter,
	  QUERY_OPERATOR_LIST, 200, SHAPE_LIST,
	  .member = "conversations", .list = LIST_RESOURCES },
	{ METHOD_GET, "/conversations/:id", CALLER_BOTH, none, none,
	  QUERY_CONVERSATION_GET, 200, SHAPE_ONE,
	  .member = "conversation", .scope = "conversations:read" },
	{ METHOD_DELETE, "/conversations/:id", CALLER_OPERATOR, none, none,
	  QUERY_CONVERSATION_DELETE, 204, SHAPE_EMPTY,
	  .member = NULL },
	{ METHOD_POST, "/conversations/:id/messages", CALLER_BOTH, new_message, none,
	  QUERY_MESSAGE_SEND, 201, SHAPE_ONE,
	  .member = "message", .scope = "messages:write", .sends = true },
	{ METHOD_GET, "/conversations/:id/messages", CALLER_BOTH, none, none,
	  QUERY_MESSAGE_LIST, 200, SHAPE_LIST,
	  .member = "messages", .scope = "messages:read", .list = LIST_MESSAGES },
	{ METHOD_PATCH, "/conversations/:id/messages/:messageId", CALLER_BOTH,
	  edited_message, none,
	  QUERY_MESSAGE_EDIT, 200, SHAPE_ONE,
	  .member = "message", .scope = "messages:write" },
	{ METHOD_DELETE, "/conversations/:id/messages/:messageId", CALLER_BOTH,
	  none, none,
	  QUERY_MESSAGE_DELETE, 200, SHAPE_DONE,
	  .member = "deleted", .scope = "messages:delete" },
	{ METHOD_POST, "/conversations/:id/read", CALLER_BOTH, marker, none,
	  QUERY_MESSAGE_READ, 200, SHAPE_DONE,
	  .member = "read", .scope = "messages:write" },
	{ METHOD_GET, "/conversations/:id/unread", CALLER_BOTH, none, none,
	  QUERY_CONVERSATION_UNREAD, 200, SHAPE_VALUES,
	  .scope = "messages:read" },
	{ METHOD_GET, "/conversations/:id/changes", CALLER_BOTH, none, change_page,
	  QUERY_CHANGE_LIST, 200, SHAPE_CHANGES,
	  .member = "changes", .scope = "messages:read", .conditional = true },
	{ METHOD_POST, "/conversations/:id/accept", CALLER_OPERATOR, none, none,
	  QUERY_CONVERSATION_ACCEPT, 200, SHAPE_ONE,
	  .member = "conversation" },
	{ METHOD_POST, "/conversations/:id/leave", CALLER_OPERATOR, none, none,
	  QUERY_CONVERSATION_LEAVE, 200, SHAPE_ONE,
	  .member = "conversation" },
	{ METHOD_POST, "/conversations/:id/resolve", CALLER_OPERATOR, none, none,
	  QUERY_CONVERSATION_RESOLVE, 200, SHAPE_ONE,
	  .member = "conversation" },
	{ METHOD_PATCH, "/conversations/:id/subject", CALLER_OPERATOR, new_subject, none,
	  QUERY_CONVERSATION_SUBJECT, 200, SHAPE_ONE,
	  .member = "conversation" },
	{ METHOD_GET, "/conversations/:id/visitor", CALLER_OPERATOR, none, none,
	  QUERY_CONVERSATION_VISITOR, 200, SHAPE_ONE,
	  .member = "visitor" },
	{ METHOD_GET, "/conversations/:id/tags", CALLER_OPERATOR, none, none,
	  QUERY_CONVERSATION_TAGS, 200, SHAPE_LIST,
	  .member = "tags", .list = LIST_RESOURCES },
	{ METHOD_POST, "/conversations/:id/tags", CALLER_OPERATOR, attached_tags, none,
	  QUERY_TAG_ATTACH, 200, SHAPE_DONE,
	  .member = "attached" },
	{ METHOD_DELETE, "/conversations/:id/tags/:tagId", CALLER_OPERATOR, none, none,
	  QUERY_TAG_DETACH, 200, SHAPE_DONE,
	  .member = "detached" },
	{ METHOD_POST, "/tags", CALLER_OPERATOR, new_tag, none,
	  QUERY_TAG_CREATE, 201, SHAPE_ONE,
	  .member = "tag" },
	{ METHOD_GET, "/tags", CALLER_OPERATOR, none, none,
	  QUERY_TAG_LIST, 200, SHAPE_LIST,
	  .member = "tags", .list = LIST_RESOURCES },
	{ METHOD_DELETE, "/tags/:tagId", CALLER_OPERATOR, none, none,
	  QUERY_TAG_DELETE, 204, SHAPE_EMPTY,
	  .member = NULL },
};
/* clang-format on */

#define NROUTES (sizeof(routes) / sizeof(routes[0]))

static const char *const method_names[] = {
	[METHOD_GET] = "GET",
	[METHOD_POST] = "POST",
	[METHOD_PUT] = "PUT",
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

/* What a ":name" of the pattern takes. */
struct capture {
	const char *name; /* in the pattern: up to its "/" or end */
	char *id;	  /* canonical; the nil UUID for what is none */
	bool good;
};

static size_t
captures(struct request *rq, struct capture out[REQUEST_SEGMENTS_MAX])
{
	const char *pattern = rq->route->path;
	size_t n = 0;

	for (size_t i = MOUNT_SEGMENTS; i < rq->nsegments; i++) {
		if (*++pattern == ':') {
			struct capture *c = &out[n++];

			c->name = pattern + 1;
			c->id = arena_alloc(rq->arena, UUID_LEN + 1);
			c->good = text_uuid(rq->segments[i], c->id);
			if (!c->good)
				memcpy(c->id, UUID_NIL, sizeof(UUID_NIL));
		}
		pattern += strcspn(pattern, "/");
	}
	return n;
}

bool
route_check_path(struct request *rq)
{
	struct capture ids[REQUEST_SEGMENTS_MAX];
	const size_t n = captures(rq, ids);

	if (!rq->mount->strict)
		return true;
	for (size_t i = 0; i < n; i++) {
		const char *name = arena_copy(rq->arena, ids[i].name,
		    strcspn(ids[i].name, "/"));

		if (!ids[i].good)
			(void)request_invalid(rq, PROBLEM_FIELDS_INVALID,
			    mount_name(rq, name), "must be a valid UUID");
	}
	return rq->problem == PROBLEM_NONE;
}

void
route_page(struct request *rq, struct db_param *params, size_t *nparams)
{
	const struct paging *paging = &rq->mount->lists[rq->route->list];
	const char *values[PAGE__MAX];
	const enum page last =
	    rq->route->list == LIST_MESSAGES ? PAGE_BEFORE : PAGE_BEFORE_ID;

	if (rq->route->list == LIST_NONE)
		return;
	memcpy(values, rq->page, sizeof(values));
	if (values[PAGE_NUMBER] != NULL)
		values[PAGE_OFFSET] = arena_printf(rq->arena, "%" PRId64,
		    (request_page(rq, PAGE_NUMBER) - 1) *
			request_page(rq, PAGE_LIMIT));
	else if (values[PAGE_OFFSET] == NULL)
		values[PAGE_OFFSET] = "0";
	if (values[PAGE_ORDER] == NULL)
		values[PAGE_ORDER] = "desc";
	if (paging->ahead)
		values[PAGE_LIMIT] = arena_printf(rq->arena, "%" PRId64,
		    request_page(rq, PAGE_LIMIT) + 1);
	for (int slot = PAGE_LIMIT; slot <= (int)last; slot++) {
		params[(*nparams)++] =
		    (struct db_param){ .bytes = values[slot] };
		if (slot == PAGE_BEFORE_ID)
			params[(*nparams)++] = (struct db_param){
				.bytes = paging->counted ? "true" : "false"
			};
	}
}

void
route_captures(struct request *rq, struct db_param *params, size_t *nparams)
{
	struct capture ids[REQUEST_SEGMENTS_MAX];
	const size_t n = captures(rq, ids);

	for (size_t i = 0; i < n; i++)
		params[(*nparams)++] = (struct db_param){ .bytes = ids[i].id };
}

const char *
route_capture(struct request *rq, size_t n)
{
	struct capture ids[REQUEST_SEGMENTS_MAX];

	return n < captures(rq, ids) ? ids[n].id : UUID_NIL;
}

const char *
route_target(struct request *rq)
{
	struct capture ids[REQUEST_SEGMENTS_MAX];
	const size_t n = captures(rq, ids);
	struct str s = str_new(rq->arena);

	str_printf(&s, "%s %s", method_names[rq->route->method],
	    rq->route->path);
	for (size_t i = 0; i < n; i++)
		str_printf(&s, " %s", ids[i].id);
	return s.text;
}
