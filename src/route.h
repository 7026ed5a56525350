/*
 * route.h - the table of routes: the row is the handler.
 */
#ifndef FOYER_ROUTE_H
#define FOYER_ROUTE_H

#include <stddef.h>

#include "db.h"
#include "mount.h"
#include "request.h"

struct field;

/* As the native mount shows it; others put all in an envelope of their own. */
enum shape {
	SHAPE_ALIVE,   /* {"status": "ok"}, without the database */
	SHAPE_VALUES,  /* the columns themselves */
	SHAPE_ONE,     /* {member: {columns}} */
	SHAPE_LIST,    /* {member: [{columns}, ...], ...} */
	SHAPE_CHANGES, /* a list whose items have the members of their type */
	SHAPE_DONE,    /* {"success": true}; in an envelope {member: true} */
	SHAPE_EMPTY,   /* no body */
};

struct route {
	enum method method;
	const char *path; /* below the mount; ":name" takes a segment */
	enum caller callers;
	const struct field *body, *query; /* NULL: none */
	enum query call;
	int status; /* of success */
	enum shape shape;
	const char *member;
	const char *scope; /* what a key must be allowed; NULL: nothing */
	enum list list;	   /* which parameters a page of it has */
	bool conditional;  /* the call also takes the tags of If-None-Match */
	bool sends;	   /* a message: some contracts only accept it */
};

/*
 * Find the row for rq's method and path and set rq->route.  Fails with
 * PROBLEM_ROUTE_UNKNOWN or PROBLEM_METHOD_UNKNOWN.
 */
bool route_find(struct request *rq);

/*
 * Choose among the rows of that method and path the one for rq->caller.  Fails
 * with PROBLEM_CALLER_WRONG.
 */
bool route_choose(struct request *rq);

/*
 * The methods of rq's path, as the Allow field lists them (RFC 9110, 10.2.1).
 */
const char *route_allow(struct request *rq);

/*
 * Where the mount is strict, a path id that is no UUID is a fault; elsewhere it
 * names nothing.
 */
bool route_check_path(struct request *rq);

/* Append the parameters of a list: which page of it is asked for. */
void route_page(struct request *rq, struct db_param *params, size_t *nparams);

/* Append a parameter for each ":name" of the path: a UUID, or the nil UUID. */
void route_captures(struct request *rq, struct db_param *params,
    size_t *nparams);

/* The canonical id that the n-th ":name" of the path takes. */
const char *route_capture(struct request *rq, size_t n);

/* "METHOD /path" with canonical ids: the scope of an Idempotency-Key. */
const char *route_target(struct request *rq);

#endif
