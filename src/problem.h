/*
 * problem.h - the table of all reasons for which a request fails.
 */
#ifndef FOYER_PROBLEM_H
#define FOYER_PROBLEM_H

enum problem {
	PROBLEM_NONE,
#define X(symbol, name, status, code, text) PROBLEM_##symbol,
#include "problems.def"
#undef X
	PROBLEM__MAX
};

struct problem_row {
	const char *name;
	const char *code; /* of the flat mount, as is status */
	const char *text;
	int status;
};

const struct problem_row *problem_row(enum problem p);

/*
 * The problem of an outcome that the database returned: PROBLEM_NONE for ok,
 * PROBLEM_INTERNAL for a word that is not in the table.
 */
enum problem problem_named(const char *outcome);

#endif
