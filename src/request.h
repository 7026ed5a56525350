/*
 * request.h - one request: what came, what was found out, what is answered.
 */
#ifndef FOYER_REQUEST_H
#define FOYER_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "problem.h"
#include "str.h"
#include "text.h"

#define REQUEST_BODY_MAX     131072 /* bytes; what .htaccess-only hosts allow */
#define REQUEST_URI_MAX	     2048   /* bytes of path and of query, each */
#define REQUEST_HEADERS_MAX  100    /* HTTP_ parameters */
#define REQUEST_SEGMENTS_MAX 8
#define REQUEST_ID_LEN	     30 /* "req_" and 26 characters */

enum method {
	METHOD_OTHER,
	METHOD_GET,
	METHOD_POST,
	METHOD_PUT,
	METHOD_PATCH,
	METHOD_DELETE,
};

/* The header fields that Foyer reads; request.c has their CGI names. */
enum header {
	HEADER_AUTHORIZATION,
	HEADER_API_KEY,
	HEADER_APP_ID,
	HEADER_VISITOR_ID,
	HEADER_ORIGIN,
	HEADER_IDEMPOTENCY_KEY,
	HEADER_CONTENT_TYPE,
	HEADER_CONTENT_LENGTH,
	HEADER_IF_NONE_MATCH,
	HEADER_REQUEST_METHOD,
	HEADER_REQUEST_URI,
	HEADER_REMOTE_ADDR,
	HEADER__MAX
};

enum caller {
	CALLER_NONE = 0,
	CALLER_VISITOR = 1,
	CALLER_OPERATOR = 2,
	CALLER_BOTH = CALLER_VISITOR | CALLER_OPERATOR,
};

/*
 * Which part of a list is asked for.  Every mount has names of its own for some
 * of these; up to PAGE_BEFORE_ID they are what any list takes.
 */
enum page {
	PAGE_NONE,
	PAGE_LIMIT,
	PAGE_OFFSET,
	PAGE_ORDER,
	PAGE_SINCE,
	PAGE_UNTIL,
	PAGE_BEFORE_AT,
	PAGE_BEFORE_ID,
	PAGE_AFTER, /* ids of messages */
	PAGE_BEFORE,
	PAGE_NUMBER, /* of a page, from 1: instead of an offset */
	PAGE__MAX
};

/* What is wrong with a field, in the order in which it was found. */
struct fault {
	const char *field; /* as the client writes it */
	const char *text;  /* names the field */
	struct fault *next;
};

/* Instants are microseconds since 2000-01-01, as PostgreSQL sends them. */
struct verdict {
	const char *outcome;
	const char *caller; /* id of the key or operator; NULL when unknown */
	const char *rate_scope;
	const char *rate_window; /* NULL: no limiter was asked */
	int64_t at, rate_reset, expired_at;
	int64_t rate_limit, rate_remaining, edit_window;
	int64_t etag;	 /* 0: the answer has none */
	bool replayed;	 /* an earlier answer, by Idempotency-Key */
	bool unmodified; /* the client has it already, by If-None-Match */
};

struct arena;
struct json;
struct mount;
struct route;

/* Pointers live in the arena; headers only until the answer is finished. */
struct request {
	struct arena *arena;
	char id[REQUEST_ID_LEN + 1];
	const char *headers[HEADER__MAX]; /* NULL: not sent */
	size_t nheaders;		  /* HTTP_ parameters, all of them */

	enum method method;
	const char *method_name; /* as sent, at most 16 bytes of it */
	bool head;		 /* HEAD, handled as GET */
	const char *segments[REQUEST_SEGMENTS_MAX]; /* decoded */
	size_t nsegments;
	char *query; /* raw, never NULL */

	char *body; /* NUL-terminated; NULL until it is read */
	size_t body_len;
	bool body_incomplete;
	const struct json *object; /* the body; NULL: it is empty */

	const struct mount *mount; /* never NULL once the target is read */
	const struct route *route; /* NULL: there is none */
	enum caller caller;
	unsigned char key_hash[32];
	char application[UUID_LEN + 1]; /* "" when the header is missing */
	char visitor[UUID_LEN + 1];

	const char *page[PAGE__MAX]; /* NULL: not asked for */

	enum problem problem;	      /* the first; PROBLEM_NONE so far */
	struct fault *faults, *fault; /* of fields: the first, the last */
	struct verdict verdict;
	int status;
	int64_t db_us; /* time spent waiting for the database */
};

/* Record why the request fails; always false, so callers return it. */
bool request_fail(struct request *rq, enum problem problem);

/*
 * The same for a fault of a field, one of possibly several: if they are not all
 * of one problem, it is PROBLEM_FIELDS_INVALID.  The text is the name, a blank,
 * and what the format says.
 */
bool request_invalid(struct request *rq, enum problem problem,
    const char *field, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* A new id for rq: "req_" and a ULID of the clock and getrandom(2). */
void request_identify(struct request *rq);

/*
 * Take one CGI parameter.  A second one of the same name makes the value the
 * list of both, as RFC 9110 (section 5.3) joins field lines: no field that
 * Foyer reads may be a list but If-None-Match, so it will be refused.
 */
void request_parameter(struct request *rq, const char *name, const char *value);

/* A number of the page, as the client asked for it or as the list has it. */
int64_t request_page(const struct request *rq, enum page slot);

/*
 * Read method, path and query; segments are those of the path behind prefix.
 * False when the path cannot be one of ours; the segments then are those before
 * what is wrong with it, for they may name the mount that says so.
 */
bool request_target(struct request *rq, const char *prefix);

/* Who calls, by the key of the Authorization or X-Api-Key field. */
bool request_credentials(struct request *rq);

/*
 * The entity tags of If-None-Match (RFC 9110, section 13.1.2) that could be
 * ours, numbers and "*", as an array of PostgreSQL's; NULL without the field.
 */
const char *request_tags(struct request *rq);

/* The id that requests from the client's address are counted under. */
const char *request_address(struct request *rq);

/*
 * The host of the Origin field (RFC 6454) in lower case; NULL when there is no
 * field, "" when it names none.
 */
const char *request_origin(struct request *rq);

#endif
