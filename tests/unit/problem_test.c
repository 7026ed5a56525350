/*
 * problem_test.c - the table of problems, against the contract's closed set.
 */
#include <stddef.h>

#include "mount.h"
#include "problem.h"
#include "tap.h"

static const struct {
	const char *code;
	int status;
} codes[] = {
	{ "bad_request", 400 },
	{ "unauthorized", 401 },
	{ "forbidden", 403 },
	{ "not_found", 404 },
	{ "method_not_allowed", 405 },
	{ "conflict", 409 },
	{ "payload_too_large", 413 },
	{ "unsupported_media_type", 415 },
	{ "conversation_not_active", 422 },
	{ "edit_window_expired", 422 },
	{ "rate_limit_exceeded", 429 },
	{ "internal_server_error", 500 },
	{ "unavailable", 503 },
};

static int
status_of(const char *code)
{
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (strcmp(codes[i].code, code) == 0)
			return codes[i].status;
	return 0;
}

static void
test_rows(void)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz_";

	for (int p = PROBLEM_NONE + 1; p < PROBLEM__MAX; p++) {
		const struct problem_row *row = problem_row((enum problem)p);
		const struct answer *answer =
		    &mount_native()->answers[row->kind];

		is_int(answer->status, status_of(answer->code),
		    "%s: %s is a code, and has this status", row->name,
		    answer->code);
		ok(row->text[0] >= 'A' && row->text[0] <= 'z' &&
			row->text[strlen(row->text) - 1] != '.',
		    "%s: has a text, without a full stop", row->name);
		ok(row->name[strspn(row->name, letters)] == '\0',
		    "%s: has a lower-case name", row->name);
		is_int(problem_named(row->name), p,
		    "%s: is found by its name, so no two have it", row->name);
	}
}

static void
test_codes(void)
{
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		int users = 0;

		for (int p = PROBLEM_NONE + 1; p < PROBLEM__MAX; p++)
			users += tap_same(
			    mount_native()
				->answers[problem_row((enum problem)p)->kind]
				.code,
			    codes[i].code);
		ok(users > 0, "the code %s is used", codes[i].code);
	}
}

int
main(void)
{
	test_rows();
	test_codes();
	is_int(problem_named("ok"), PROBLEM_NONE, "ok is no problem");
	is_int(problem_named("no such word"), PROBLEM_INTERNAL,
	    "an unknown outcome is an internal error");
	is_int(problem_named(""), PROBLEM_INTERNAL, "so is an empty one");
	return done();
}
