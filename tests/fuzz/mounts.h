/*
 * mounts.h - a request to any route of any mount, and what must hold whatever
 * its fields are.
 */
#ifndef FOYER_FUZZ_MOUNTS_H
#define FOYER_FUZZ_MOUNTS_H

#include "db.h"
#include "field.h"
#include "fuzz.h"
#include "mount.h"
#include "request.h"
#include "route.h"

#define MOUNTS 4

/*
 * Which request it is, by an input's first three bytes: the mount, the route
 * with its caller, and the ids in its path.  Behind the routes of the program
 * are some of our own, whose fields have bounds that a short input reaches, or
 * types that no route has there.
 */
struct choice {
	uint8_t mount, route, ids;
};

struct choice take_choice(struct input *in);

/* A new request, up to the point where its fields are checked. */
void begin(struct request *rq, struct arena *a, struct choice choice);

/* Check the ids in its path; false when it is refused for them. */
bool check_path(struct request *rq, struct choice choice);

/* The fields of its pages; NULL: it has none. */
const struct field *page_fields(const struct request *rq);

/* The field's name in the mount; NULL: the mount has it not. */
const char *name_of(const struct request *rq, const struct field *f);

/* Is it what a field makes of a value: in its bounds, and in one form only? */
bool acceptable(struct arena *a, const struct field *f, const char *text);

/*
 * What must hold of a request that is refused for its body or query, of size
 * bytes: the faults are those of its fields, and the answer is the mount's.
 */
void check_refusal(struct request *rq, const struct field *const lists[2],
    size_t size);

/* What must hold of any answer to a request that fails. */
void check_answer(struct request *rq, size_t size);

/* The call has as many parameters as its function takes. */
void check_parameters(struct request *rq, size_t fields);

/* The same parameters, null or equal. */
bool same(const char *one, const char *other);

#endif
