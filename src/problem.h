/*
 * problem.h - the table of all reasons for which a request fails.
 */
#ifndef FOYER_PROBLEM_H
#define FOYER_PROBLEM_H

enum problem {
	PROBLEM_NONE,
#define X(symbol, name, kind, text) PROBLEM_##symbol,
#include "problems.def"
#undef X
	PROBLEM__MAX
};

/* What the contracts tell apart; several problems may be of one kind. */
enum kind {
#define X(kind, flat, traced, coded, wrapped) KIND_##kind,
#include "kinds.def"
#undef X
	KIND__MAX
};

struct problem_row {
	const char *name;
	const char *text;
	enum kind kind;
};

/* That of PROBLEM_NONE has no kind. */
const struct problem_row *problem_row(enum problem p);

/*
 * The problem of an outcome that the database returned: PROBLEM_NONE for ok,
 * PROBLEM_INTERNAL for a word that is not in the table.
 */
enum problem problem_named(const char *outcome);

#endif
