/*
 * field.h - what a route takes from its body and its query, as tables.
 */
#ifndef FOYER_FIELD_H
#define FOYER_FIELD_H

#include <stdbool.h>
#include <stddef.h>

enum field_type {
	FIELD_TEXT,    /* min to max code points after trimming */
	FIELD_CHOICE,  /* one of choices */
	FIELD_CHOICES, /* the same, may be given again: an array */
	FIELD_UUID,
	FIELD_INTEGER, /* min to max */
};

#define FIELD_CHOICES_MAX 4
#define FIELDS_MAX	  8 /* of a body or a query */

/* A list of fields ends with a row without name. */
struct field {
	const char *name;
	enum field_type type;
	bool required;
	bool unsent; /* only checked: no parameter of the call */
	bool echoed; /* the answer to a list shows it again */
	long min, max;
	const char *fallback; /* the value when it is absent; NULL: null */
	const char *choices[FIELD_CHOICES_MAX];
	const char *excludes[FIELD_CHOICES_MAX]; /* not together with these */
};

struct db_param;
struct request;

/*
 * Check the request's body (a JSON object, or nothing) against its fields, and
 * append a parameter for each to params.  Every fault is recorded, in the order
 * of the table; unknown members follow in the order of their appearance.
 */
bool field_body(struct request *rq, const struct field *fields,
    struct db_param *params, size_t *nparams);

/* The same for the query; parameters that are not in the table are ignored. */
bool field_query(struct request *rq, const struct field *fields,
    struct db_param *params, size_t *nparams);

/*
 * SHA-256 of the JSON value of the body, for idempotency; after field_body().
 */
void field_fingerprint(struct request *rq, const struct field *fields,
    unsigned char out[static 32]);

#endif
