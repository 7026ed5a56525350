/*
 * mount.h - the wire formats: one row for each path under which Foyer speaks.
 *
 * Everything that differs between mounts is in the row; no handler and no
 * function of the database knows which mount it serves.
 */
#ifndef FOYER_MOUNT_H
#define FOYER_MOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct field;
struct request;
struct str;

/* What a kind of problem is in a contract. */
struct answer {
	int status;
	const char *code;
	const char *text; /* NULL: the problem's own */
};

/* Which lists have the same parameters. */
enum list {
	LIST_NONE,
	LIST_RESOURCES,
	LIST_MESSAGES,
	LIST__MAX
};

/* How a contract pages a list. */
struct paging {
	const struct field *fields;
	bool counted; /* the total is shown */
	bool ahead;   /* one more is read, to know whether there are more */
};

/* What is said of a list besides its items. */
struct listing {
	int64_t total; /* of a counted list */
	bool more;     /* of one that was read ahead */
	/* members for the list itself, as "\"name\":value,..."; NULL: none */
	const char *members;
};

struct mount {
	const char *path[2]; /* its segments */
	bool native;	     /* no foreign fields; "success" when done */
	bool snake;	     /* names are in snake_case */
	bool strict;	     /* no unknown parameters, no ids but UUIDs */
	int key_max;	     /* requests of a key in a minute; 0: any number */
	int accepted;	     /* status of a message that is sent; 0: as usual */
	int replayed;	     /* status of a creation's replay; 0: as first */
	const struct answer *answers; /* by kind */
	struct paging lists[LIST__MAX];

	/* Append the body of an error, for rq->problem. */
	void (*problem)(struct request *rq, struct str *body);
	/*
	 * Append what comes before and after a success's data; list is NULL
	 * unless it is a list.
	 */
	void (*open)(struct request *rq, struct str *body);
	void (*close)(struct request *rq, const struct listing *list,
	    struct str *body);
};

/* Path segments of every mount. */
#define MOUNT_SEGMENTS 2

/*
 * The mount of the request's path; NULL when it is none of them.
 */
const struct mount *mount_find(const struct request *rq);

/* What an unknown path is answered in. */
const struct mount *mount_native(void);

/* How the request's mount writes a name that is in camelCase. */
const char *mount_name(const struct request *rq, const char *camel);

/* What rq->problem is in the request's mount. */
const struct answer *mount_answer(const struct request *rq);

#endif
