/*
 * problem.c - the table of all reasons for which a request fails.
 *
 * SPDX-License-Identifier: ISC
 */
#include <assert.h>
#include <string.h>

#include "problem.h"

static const struct problem_row rows[PROBLEM__MAX] = {
	[PROBLEM_NONE] = { "ok", "", KIND__MAX },
#define X(symbol, name, kind, text) \
	[PROBLEM_##symbol] = { name, text, KIND_##kind },
#include "problems.def"
#undef X
};

const struct problem_row *
problem_row(enum problem p)
{
	assert(p < PROBLEM__MAX);
	return &rows[p];
}

enum problem
problem_named(const char *outcome)
{
	for (int p = 0; p < PROBLEM__MAX; p++)
		if (strcmp(rows[p].name, outcome) == 0)
			return (enum problem)p;
	return PROBLEM_INTERNAL;
}
