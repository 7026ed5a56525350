/*
 * tap.h - assertions of a unit test, told in TAP (the Test Anything Protocol).
 *
 * The sentence of an assertion is the promise that it checks; main() returns
 * done().
 */
#ifndef FOYER_TAP_H
#define FOYER_TAP_H

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static int tap_number, tap_failed;

static inline bool __attribute__((format(printf, 2, 3)))
ok(bool holds, const char *fmt, ...)
{
	va_list ap;

	printf("%sok %d - ", holds ? "" : "not ", ++tap_number);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	tap_failed += !holds;
	return holds;
}

/* Two texts; either may be NULL. */
static inline bool
tap_same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static inline const char *
tap_shown(const char *text)
{
	return text != NULL ? text : "(null)";
}

#define is_text(got, want, ...)                                                \
	do {                                                                   \
		const char *tap_got = (got), *tap_want = (want);               \
		if (!ok(tap_same(tap_got, tap_want), __VA_ARGS__))             \
			printf("#  got: %s\n# want: %s\n", tap_shown(tap_got), \
			    tap_shown(tap_want));                              \
	} while (0)

#define is_int(got, want, ...)                                               \
	do {                                                                 \
		const int64_t tap_got = (int64_t)(got);                      \
		const int64_t tap_want = (int64_t)(want);                    \
		if (!ok(tap_got == tap_want, __VA_ARGS__))                   \
			printf("#  got: %" PRId64 "\n# want: %" PRId64 "\n", \
			    tap_got, tap_want);                              \
	} while (0)

/* The plan, and the status of the test. */
static inline int
done(void)
{
	printf("1..%d\n", tap_number);
	return tap_failed != 0;
}

#endif
