/*
 * mount.h - the wire formats: one row for each path under which Foyer speaks.
 *
 * Everything that differs between mounts is in the row; no handler and no
 * function of the database knows which mount it serves.
 */
#ifndef FOYER_MOUNT_H
#define FOYER_MOUNT_H

#include <stddef.h>

struct request;
struct str;

struct mount {
	const char *path[2]; /* its segments */
	/* Append the body of an error, for rq->problem. */
	void (*problem)(struct request *rq, struct str *body);
};

/* Path segments of every mount. */
#define MOUNT_SEGMENTS 2

/*
 * The mount of the request's path; NULL when it is none of them.
 */
const struct mount *mount_find(const struct request *rq);

/* What an unknown path is answered in. */
const struct mount *mount_native(void);

#endif
