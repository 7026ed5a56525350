/*
 * request_fuzz.c - the parameters of a request: method, path with its mount and
 * route, key, origin, entity tags.
 *
 * The input is a list of NAME=value divided by NULs, as FastCGI gives it.
 */
#include <ctype.h>

#include "digest.h"
#include "mounts.h"
#include "text.h"

static void
check_target(struct request *rq, const char *prefix)
{
	const bool target = request_target(rq, prefix);

	must(rq->method_name != NULL && strlen(rq->method_name) <= 16);
	must(rq->query != NULL);
	must(rq->nsegments <= REQUEST_SEGMENTS_MAX);
	must(!rq->head || rq->method == METHOD_GET);
	for (size_t i = 0; i < rq->nsegments; i++) {
		const char *segment = rq->segments[i];

		must(!target || strlen(segment) <= REQUEST_URI_MAX);
		must(!target || *segment != '\0');
		must(!target || strchr(segment, '/') == NULL);
		must(text_utf8(segment, strlen(segment)));
	}
	must(!target || rq->nsegments > 0);
	rq->mount = mount_find(rq);
}

/* The answer is the mount's; the request then goes on as if it were good. */
static void
check_problem(struct request *rq)
{
	check_answer(rq, REQUEST_URI_MAX);
	rq->problem = PROBLEM_NONE;
	rq->faults = NULL;
}

/* A strict mount wants UUIDs in the path, others take anything. */
static void
check_ids(struct request *rq)
{
	const char *name = rq->route->path;
	bool good = true;

	for (size_t i = MOUNT_SEGMENTS; i < rq->nsegments; i++) {
		char uuid[UUID_LEN + 1];

		good = good &&
		    (*++name != ':' || text_uuid(rq->segments[i], uuid));
		name += strcspn(name, "/");
	}
	must(route_check_path(rq) == (good || !rq->mount->strict));
	if (rq->problem != PROBLEM_NONE)
		check_problem(rq);
}

/* The route of a path below a mount, and what it takes from the path. */
static void
check_route(struct request *rq)
{
	struct db_param ids[DB_PARAMS_MAX];
	char uuid[UUID_LEN + 1];
	size_t n = 0;

	if (!route_find(rq)) {
		must(rq->route == NULL);
		must(rq->problem == PROBLEM_ROUTE_UNKNOWN ||
		    rq->problem == PROBLEM_METHOD_UNKNOWN);
		must((*route_allow(rq) != '\0') ==
		    (rq->problem == PROBLEM_METHOD_UNKNOWN));
		check_problem(rq);
		return;
	}
	must(rq->route != NULL && rq->route->method == rq->method);
	must(rq->problem == PROBLEM_NONE);
	must(*route_allow(rq) != '\0');
	route_captures(rq, ids, &n);
	for (size_t i = 0; i < n; i++) {
		must(text_uuid(ids[i].bytes, uuid));
		must(strcmp(ids[i].bytes, uuid) == 0);
		must(strcmp(route_capture(rq, i), uuid) == 0);
		must(strstr(route_target(rq), uuid) != NULL);
	}
	check_ids(rq);
}

static void
check_credentials(struct request *rq)
{
	const char *field = rq->headers[HEADER_AUTHORIZATION];
	const char *other = rq->headers[HEADER_API_KEY], *key;
	unsigned char hash[DIGEST_LEN];

	if (!request_credentials(rq)) {
		must(rq->problem == PROBLEM_KEY_MISSING ||
		    rq->problem == PROBLEM_KEY_MALFORMED ||
		    rq->problem == PROBLEM_KEY_UNKNOWN);
		check_problem(rq);
		return;
	}
	must(rq->caller == CALLER_VISITOR || rq->caller == CALLER_OPERATOR);
	key = other != NULL && *other != '\0' ? other : strrchr(field, ' ') + 1;
	must(strlen(key) == 40);
	must(
	    strncmp(key, rq->caller == CALLER_VISITOR ? "dk_" : "op_", 3) == 0);
	digest_bytes(key, 40, hash);
	must(memcmp(hash, rq->key_hash, sizeof(hash)) == 0);
	if (rq->route == NULL)
		return;
	if (route_choose(rq))
		must((rq->route->callers & rq->caller) != 0);
	else
		check_problem(rq);
}

/* Nothing but a host in lower case, of a field that has it. */
static void
check_origin(struct request *rq)
{
	const char *origin = request_origin(rq);
	const char *field = rq->headers[HEADER_ORIGIN];

	must((origin == NULL) == (field == NULL || *field == '\0'));
	if (origin == NULL)
		return;
	must(strcasestr(field, origin) != NULL);
	must(origin[strspn(origin,
		 "abcdefghijklmnopqrstuvwxyz0123456789-._[]:")] == '\0');
	must(strchr(origin, ':') == NULL || *origin == '[');
}

/* {*}, or an array of numbers that stand in the field, and need no quotes. */
static void
check_tags(struct request *rq)
{
	const char *tags = request_tags(rq), *p;

	must((tags == NULL) == (rq->headers[HEADER_IF_NONE_MATCH] == NULL));
	if (tags == NULL || strcmp(tags, "{*}") == 0)
		return;
	must(*tags == '{');
	for (p = tags + 1; *p != '}'; p += *p == ',') {
		must(isdigit((unsigned char)*p));
		p += strspn(p, "0123456789");
		must(*p == ',' || *p == '}');
	}
	must(p[1] == '\0' && (p == tags + 1 || p[-1] != ','));
}

/* 128 bits of a digest, whatever the server says. */
static void
check_address(struct request *rq)
{
	const char *id = request_address(rq);

	must(strlen(id) == 32 && strspn(id, "0123456789abcdef") == 32);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct request rq = { .arena = fuzz_arena() };
	struct input in = { data, size }, part;
	const char *prefix = take_byte(&in) % 2 == 0 ? "" : "/chat";

	request_identify(&rq);
	must(strlen(rq.id) == REQUEST_ID_LEN);
	while (take_part(&in, &part)) {
		char *text =
		    arena_copy(rq.arena, (const char *)part.data, part.size);
		char *equals = strchr(text, '=');

		if (equals == NULL)
			continue;
		*equals = '\0';
		request_parameter(&rq, text, equals + 1);
	}
	check_target(&rq, prefix);
	if (rq.mount != NULL)
		check_route(&rq);
	else
		rq.mount = mount_native();
	check_credentials(&rq);
	check_origin(&rq);
	check_tags(&rq);
	check_address(&rq);
	return 0;
}
