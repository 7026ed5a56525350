/*
 * serve.c - one request from its first byte to its line in the log.
 *
 * The order of the checks is the contract's.  Those before the key are made
 * here alone.  From then on each request makes exactly one call: its own, or,
 * when its headers, body or query are at fault, the one that only authenticates
 * and counts; a client without a key so learns nothing else.
 *
 * SPDX-License-Identifier: ISC
 */
#include <string.h>
#include <strings.h>
#include <time.h>

#include "arena.h"
#include "db.h"
#include "digest.h"
#include "fcgi.h"
#include "field.h"
#include "json.h"
#include "log.h"
#include "mount.h"
#include "options.h"
#include "reply.h"
#include "request.h"
#include "route.h"
#include "serve.h"
#include "str.h"

#define IDEMPOTENCY_KEY_MAX 255
#define UNIX_EPOCH_2000_US  (INT64_C(946684800) * 1000000)

static int64_t
now_us(clockid_t clock)
{
	struct timespec now;

	(void)clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Beyond their bound, header fields are only counted. */
static void
take_parameter(void *context, const char *name, const char *value)
{
	struct request *rq = context;

	if (strncmp(name, "HTTP_", 5) != 0 ||
	    ++rq->nheaders <= REQUEST_HEADERS_MAX)
		request_parameter(rq, name, value);
}

/* A header that is there and not empty. */
static const char *
header(const struct request *rq, enum header h)
{
	const char *value = rq->headers[h];

	return value == NULL || *value == '\0' ? NULL : value;
}

static bool
has_body(const struct request *rq)
{
	return rq->method == METHOD_POST || rq->method == METHOD_PUT ||
	    rq->method == METHOD_PATCH;
}

/* All digits: a number, of any length. */
static bool
is_number(const char *text)
{
	return text[strspn(text, "0123456789")] == '\0';
}

static bool
check_declared_size(struct request *rq)
{
	const char *length = header(rq, HEADER_CONTENT_LENGTH);
	long value;

	if (!has_body(rq) || length == NULL || !is_number(length) ||
	    text_integer(length, 0, REQUEST_BODY_MAX, &value))
		return true;
	return request_fail(rq, PROBLEM_BODY_TOO_LARGE);
}

/* Read the body; what is wrong with its length is told when its turn comes. */
static bool
read_body(struct request *rq, struct fcgi *f)
{
	const char *length = header(rq, HEADER_CONTENT_LENGTH);
	long max = REQUEST_BODY_MAX;
	bool declared, complete;
	size_t n;

	if (!has_body(rq))
		return true;
	declared =
	    length != NULL && text_integer(length, 0, REQUEST_BODY_MAX, &max);
	if (!declared)
		max = REQUEST_BODY_MAX;
	rq->body = arena_alloc(rq->arena, (size_t)max + 1);
	n = fcgi_read(f, rq->body, (size_t)max, &complete);
	if (n > (size_t)max && !declared)
		return request_fail(rq, PROBLEM_BODY_TOO_LARGE);
	rq->body_incomplete =
	    !complete || (declared ? n != (size_t)max : length != NULL);
	rq->body_len = n > (size_t)max ? (size_t)max : n;
	rq->body[rq->body_len] = '\0';
	return true;
}

/* Up to the declared size: what needs neither key nor database. */
static bool
check_request(struct request *rq, struct fcgi *f, const char *prefix)
{
	const bool good = request_target(rq, prefix);
	const struct mount *mount = mount_find(rq);

	rq->mount = mount != NULL ? mount : mount_native();
	if (!good || mount == NULL)
		return request_fail(rq, PROBLEM_ROUTE_UNKNOWN);
	return route_find(rq) && check_declared_size(rq) && read_body(rq, f);
}

/*
 * Application, kind of caller, visitor: all that comes before the rate limit.
 */
static bool
check_caller(struct request *rq)
{
	const char *application = header(rq, HEADER_APP_ID);
	const char *visitor = header(rq, HEADER_VISITOR_ID);

	/* No application has the nil UUID: it is never the key's. */
	if (application != NULL && !text_uuid(application, rq->application))
		memcpy(rq->application, UUID_NIL, sizeof(UUID_NIL));
	if (!route_choose(rq))
		return false;
	if (rq->nheaders > REQUEST_HEADERS_MAX)
		return request_fail(rq, PROBLEM_PARAMETERS);
	if (rq->caller == CALLER_OPERATOR)
		return true;
	if (visitor == NULL)
		return request_fail(rq, PROBLEM_VISITOR_MISSING);
	if (text_uuid(visitor, rq->visitor))
		return true;
	rq->visitor[0] = '\0';
	return request_fail(rq, PROBLEM_VISITOR_MALFORMED);
}

/* application/json or application/...+json, whatever its parameters. */
static bool
is_json(const char *type)
{
	const size_t len = strcspn(type, "; \t");

	return (len == 16 && strncasecmp(type, "application/json", len) == 0) ||
	    (len > 17 && strncasecmp(type, "application/", 12) == 0 &&
		strncasecmp(type + len - 5, "+json", 5) == 0);
}

static bool
check_body(struct request *rq)
{
	const char *type = header(rq, HEADER_CONTENT_TYPE);

	if (rq->body_len > 0 && type != NULL && !is_json(type))
		return request_fail(rq, PROBLEM_MEDIA_TYPE);
	if (rq->body_incomplete)
		return request_fail(rq, PROBLEM_BODY_INCOMPLETE);
	if (rq->body_len == 0)
		return true;
	rq->object = json_parse(rq->arena, rq->body, rq->body_len);
	if (rq->object == NULL)
		return request_fail(rq, PROBLEM_JSON_MALFORMED);
	return json_kind(rq->object) == JSON_OBJECT ||
	    request_fail(rq, PROBLEM_JSON_NOT_OBJECT);
}

static bool
check_idempotency_key(struct request *rq)
{
	const char *key = rq->headers[HEADER_IDEMPOTENCY_KEY];
	size_t len = 0;

	if (key == NULL || rq->method == METHOD_GET)
		return true;
	while (key[len] > ' ' && key[len] <= '~')
		len++;
	return (len >= 1 && len <= IDEMPOTENCY_KEY_MAX && key[len] == '\0') ||
	    request_fail(rq, PROBLEM_IDEMPOTENCY_KEY);
}

/* "" stands for null. */
static struct db_param
text_param(const char *text)
{
	return (struct db_param){ .bytes = *text == '\0' ? NULL : text };
}

static size_t
caller_params(struct request *rq, struct db_param *params)
{
	const char *kind =
	    rq->caller == CALLER_OPERATOR ? "operator" : "visitor";

	params[0] = (struct db_param){ .bytes = (const char *)rq->key_hash,
		.len = sizeof(rq->key_hash),
		.binary = true };
	params[1] = text_param(kind);
	params[2] = text_param(rq->application);
	params[3] = (struct db_param){ .bytes = request_origin(rq) };
	params[4] = text_param(rq->visitor);
	return 5;
}

/* What the route asks of a key, and what the mount says of limits. */
static void
asked_params(struct request *rq, struct db_param *params, size_t *nparams)
{
	const int max = rq->mount->key_max;
	const char *const values[] = {
		rq->route->scope,
		max > 0 ? arena_printf(rq->arena, "%d", max) : NULL,
		max > 0 ? request_address(rq) : NULL,
	};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		params[(*nparams)++] = (struct db_param){ .bytes = values[i] };
}

/* Slot and fingerprint of an Idempotency-Key, as SHA-256; null without one. */
static void
idempotency_params(struct request *rq, const struct field *fields,
    struct db_param *params, size_t *nparams)
{
	const char *key = rq->headers[HEADER_IDEMPOTENCY_KEY];
	const char *target = key != NULL ? route_target(rq) : "";
	struct piece pieces[2] = { { target, strlen(target) } };

	for (int i = 0; i < 2; i++) {
		unsigned char *digest = arena_alloc(rq->arena, DIGEST_LEN);

		if (key == NULL) {
			params[(*nparams)++] = text_param("");
			continue;
		}
		pieces[1] = (struct piece){ key, strlen(key) };
		if (i == 0)
			digest_pieces(pieces, 2, digest);
		else
			field_fingerprint(rq, fields, digest);
		params[(*nparams)++] = (struct db_param){
			.bytes = (const char *)digest,
			.len = DIGEST_LEN,
			.binary = true,
		};
	}
}

/* Body, fields, query and Idempotency-Key; what the route's call is given. */
static bool
check_input(struct request *rq, struct db_param *params, size_t *nparams)
{
	const struct route *route = rq->route;
	const struct field *page = rq->mount->lists[route->list].fields;
	struct db_param fields[2 * FIELDS_MAX];
	size_t nfields = 0;

	if (!check_body(rq) || !route_check_path(rq) ||
	    !field_body(rq, route->body, fields, &nfields) ||
	    !field_query(rq, page, route->query, fields, &nfields) ||
	    !check_idempotency_key(rq))
		return false;
	if (rq->method != METHOD_GET)
		idempotency_params(rq, route->body, params, nparams);
	route_captures(rq, params, nparams);
	memcpy(params + *nparams, fields, nfields * sizeof(fields[0]));
	*nparams += nfields;
	route_page(rq, params, nparams);
	if (route->conditional)
		params[(*nparams)++] =
		    (struct db_param){ .bytes = request_tags(rq) };
	asked_params(rq, params, nparams);
	return true;
}

/* The answer is another problem, whatever was found out before. */
static void
overrule(struct request *rq, enum problem problem)
{
	rq->problem = problem;
	rq->faults = NULL;
}

static struct db_result *
call(struct server *sv, struct request *rq, enum query query,
    const struct db_param *params, size_t nparams)
{
	const int64_t start = now_us(CLOCK_MONOTONIC);
	struct db_result *result = NULL;
	enum db_status status;

	status = db_call(sv->db, query, params, nparams, &result);
	rq->db_us = now_us(CLOCK_MONOTONIC) - start;
	if (status == DB_UNAVAILABLE)
		overrule(rq, PROBLEM_UNAVAILABLE);
	else if (status == DB_FAULT)
		overrule(rq, PROBLEM_INTERNAL);
	return result;
}

/*
 * The one call of a request with a key; NULL when the database had no answer.
 */
static struct db_result *
call_for_caller(struct server *sv, struct request *rq)
{
	struct db_param params[DB_PARAMS_MAX];
	size_t n;
	struct db_result *result;
	enum problem outcome;
	bool identified = check_caller(rq);

	n = caller_params(rq, params);
	if (identified && check_input(rq, params, &n)) {
		result = call(sv, rq, rq->route->call, params, n);
	} else {
		n = 5;
		params[n++] =
		    (struct db_param){ .bytes = identified ? "true" : NULL };
		asked_params(rq, params, &n);
		result = call(sv, rq, QUERY_ADMIT, params, n);
	}
	if (result == NULL)
		return NULL;
	reply_verdict(rq, result);
	outcome = problem_named(rq->verdict.outcome);
	if (outcome != PROBLEM_NONE)
		overrule(rq, outcome);
	if (outcome == PROBLEM_INTERNAL)
		log_error("the database returned the outcome %s, "
			  "which this program does not know",
		    rq->verdict.outcome);
	return result;
}

/*
 * A request that fails before it has a key, where the mount shows the limiter
 * in every answer: count it for its address.  The answer stays what it is.
 */
static void
tally(struct server *sv, struct request *rq)
{
	const int max = rq->mount->key_max;
	const enum problem problem = rq->problem;
	struct db_param params[2];
	struct db_result *result;

	if (max == 0)
		return;
	params[0] = text_param(arena_printf(rq->arena, "%d", max));
	params[1] = text_param(request_address(rq));
	result = call(sv, rq, QUERY_TALLY, params, 2);
	if (result != NULL)
		reply_verdict(rq, result);
	db_clear(result);
	rq->problem = problem;
}

/* Find out what the answer is; NULL, or the result that it is made of. */
static struct db_result *
work(struct server *sv, struct request *rq, struct fcgi *f)
{
	const bool good = check_request(rq, f, sv->options->prefix);
	const bool open = good && rq->route->callers == CALLER_NONE;

	if (!good || (!open && !request_credentials(rq))) {
		tally(sv, rq);
		return NULL;
	}
	if (open)
		return rq->route->call == QUERY__MAX
		    ? NULL
		    : call(sv, rq, rq->route->call, NULL, 0);
	return call_for_caller(sv, rq);
}

/* The body of the answer; rq->status is set. */
static struct str
answer(struct server *sv, struct request *rq, struct fcgi *f)
{
	struct str body = str_new(rq->arena);
	struct db_result *result = work(sv, rq, f);

	if (rq->problem == PROBLEM_NONE)
		reply_success(rq, result, &body);
	else
		reply_failure(rq, &body);
	db_clear(result);
	return body;
}

static void
log_name(struct str *line, const char *name)
{
	str_raw(line, " ");
	str_raw(line, name);
	str_raw(line, "=");
}

static void
log_field(struct str *line, const char *name, const char *value)
{
	if (value == NULL || *value == '\0')
		return;
	log_name(line, name);
	str_logfmt(line, value);
}

static void
log_ms(struct str *line, const char *name, int64_t us)
{
	const char digits[] = { '.', (char)('0' + us / 100 % 10),
		(char)('0' + us / 10 % 10), (char)('0' + us % 10) };

	log_name(line, name);
	str_int(line, us / 1000);
	str_bytes(line, digits, sizeof(digits));
}

/* Ids and figures only: never a key, never what somebody wrote. */
static void
log_request(struct request *rq, int64_t duration_us, bool sent)
{
	struct str s = str_new(rq->arena);

	str_raw(&s, "ts=");
	str_time(&s, now_us(CLOCK_REALTIME) - UNIX_EPOCH_2000_US, 3);
	str_raw(&s, " level=info msg=request");
	log_field(&s, "id", rq->id);
	log_field(&s, "method", rq->method_name);
	log_field(&s, "route", rq->route == NULL ? "-" : rq->route->path);
	log_name(&s, "status");
	str_int(&s, rq->status);
	if (rq->problem != PROBLEM_NONE)
		log_field(&s, "code", mount_answer(rq)->code);
	log_field(&s, "app", rq->application);
	log_field(&s, "visitor", rq->visitor);
	log_field(&s, "caller", rq->verdict.caller);
	if (rq->verdict.rate_window != NULL) {
		log_name(&s, "at");
		str_time(&s, rq->verdict.at, 6);
	}
	log_ms(&s, "duration_ms", duration_us);
	log_ms(&s, "db_ms", rq->db_us);
	str_raw(&s, sent ? "\n" : " sent=no\n");
	log_write(s.text, s.len);
}

void
serve(struct server *sv, struct fcgi *f)
{
	const int64_t start = now_us(CLOCK_MONOTONIC);
	struct request rq = { .arena = sv->arena };
	struct str head, body;
	bool sent;

	request_identify(&rq);
	fcgi_parameters(f, take_parameter, &rq);
	body = answer(sv, &rq, f);
	head = str_new(sv->arena);
	reply_headers(&rq, body.len, &head);
	sent = fcgi_write(f, head.text, head.len);
	if (!rq.head && sent && body.len > 0)
		sent = fcgi_write(f, body.text, body.len);
	if (!fcgi_finish(f))
		sent = false;
	log_request(&rq, now_us(CLOCK_MONOTONIC) - start, sent);
	arena_reset(sv->arena);
}
