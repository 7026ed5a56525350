/*
 * field.h - what a route takes from its body and its query, as tables.
 */
#ifndef FOYER_FIELD_H
#define FOYER_FIELD_H

#include <stdbool.h>
#include <stddef.h>

#include "request.h"

enum field_type {
	FIELD_TEXT,    /* min to max code points after trimming */
	FIELD_CHOICE,  /* one of choices */
	FIELD_CHOICES, /* the same, may be given again: an array */
	FIELD_UUID,
	FIELD_UUIDS, /* a JSON array of min to max, or given again: an array */
	FIELD_INTEGER, /* min to max */
	FIELD_INSTANT,
	FIELD_EMAIL,
	FIELD_PHONE,
	FIELD_HEX,   /* max digits */
	FIELD_LABELS /* an object of at most max texts, numbers and booleans */
};

#define FIELD_CHOICES_MAX    4
#define FIELD_LABEL_NAME_MAX 40	 /* code points of a name in FIELD_LABELS */
#define FIELD_LABEL_TEXT_MAX 500 /* code points of a text there */
#define FIELDS_MAX	     8	 /* of a body, a query or a page */

/* A list of fields ends with a row without name. */
struct field {
	const char *name; /* in camelCase, whatever the mount writes */
	enum field_type type;
	bool required;
	bool unsent;	/* only checked: no parameter of the call */
	bool foreign;	/* the native mount does not have it */
	enum page slot; /* of a page: a parameter of the page, not of its own */
	enum problem problem; /* what a bad value is, when not FIELDS_INVALID */
	long min, max;
	const char *fallback; /* the value when it is absent; NULL: null */
	const char *choices[FIELD_CHOICES_MAX];
	const char *excludes[FIELD_CHOICES_MAX]; /* not together with these */
	const char *needs;			 /* not without this one */
};

struct db_param;

/*
 * Check the request's body (a JSON object, or nothing) against its fields, and
 * append a parameter for each to params.  Every fault is recorded, in the order
 * of the table; unknown members follow in the order of their appearance.
 */
bool field_body(struct request *rq, const struct field *fields,
    struct db_param *params, size_t *nparams);

/*
 * The same for the query, which may have the fields of a page too (NULL: it has
 * none); those are left in rq->page.  Parameters that are in no table are
 * ignored, or faults where the mount is strict.
 */
bool field_query(struct request *rq, const struct field *page,
    const struct field *fields, struct db_param *params, size_t *nparams);

/*
 * SHA-256 of the JSON value of the body, for idempotency; after field_body().
 */
void field_fingerprint(struct request *rq, const struct field *fields,
    unsigned char out[static 32]);

#endif
