/*
 * mount.c - the wire formats: one row for each path under which Foyer speaks.
 *
 * SPDX-License-Identifier: ISC
 */
#include <string.h>

#include "arena.h"
#include "mount.h"
#include "problem.h"
#include "reply.h"
#include "request.h"
#include "str.h"

static void
member(struct str *s, const char *name, const char *text)
{
	str_printf(s, "%s\"%s\":", s->len == 1 ? "" : ",", name);
	str_json(s, text, strlen(text));
}

/* {"error", "message"}; a refusal by the limiter has members of its own. */
static void
flat_problem(struct request *rq, struct str *body)
{
	str_raw(body, "{");
	member(body, "error", problem_row(rq->problem)->code);
	if (rq->problem == PROBLEM_RATE_LIMITED) {
		member(body, "cause",
		    arena_printf(rq->arena, "per_%s", rq->verdict.rate_scope));
		str_raw(body, ",\"retryAfter\":");
		str_int(body, reply_retry_after(&rq->verdict));
		member(body, "window", rq->verdict.rate_window);
	} else {
		member(body, "message", reply_problem_text(rq));
	}
	str_raw(body, "}");
}

static const struct mount mounts[] = {
	{ { "api", "v1" }, flat_problem },
};

const struct mount *
mount_find(const struct request *rq)
{
	for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++)
		if (rq->nsegments > MOUNT_SEGMENTS &&
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
