/*
 * diagnose.h - what is right and wrong about an installation, a line each.
 */
#ifndef FOYER_DIAGNOSE_H
#define FOYER_DIAGNOSE_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct db;
struct str;

#define FINDINGS_MAX 32

enum level {
	LEVEL_OK,
	LEVEL_WARNING, /* Foyer works, but not as well as it could */
	LEVEL_WRONG,
};

/* Texts live as long as the arena. */
struct finding {
	const char *name, *detail;
	enum level level;
};

struct findings {
	struct arena *arena;
	size_t n;
	struct finding list[FINDINGS_MAX];
};

void findings_add(struct findings *f, const char *name, enum level level,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* Is anything wrong?  A warning is not. */
bool findings_wrong(const struct findings *f);

/* Append a line for each; or one array of objects. */
void findings_print(struct str *s, bool json, const struct findings *f);

/*
 * Look at the connection, at both clocks, and at what installation_check() of
 * this schema finds.  workers is how many connections the programs want, or
 * NULL.  False: there is no connection, db_error() says why.
 */
bool diagnose(struct findings *f, struct db *db, const char *schema,
    const char *workers) __attribute__((warn_unused_result));

/* Do the program's statements hold when two of its processes take turns? */
void diagnose_turns(struct findings *f, const char *conninfo, bool prepare);

#endif
