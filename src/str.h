/*
 * str.h - a growing string in an arena; the function's name says the context.
 */
#ifndef FOYER_STR_H
#define FOYER_STR_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/* text is NUL-terminated and lives as long as the arena's request. */
struct str {
	struct arena *arena;
	char *text;
	size_t len; /* bytes, without the NUL */
	size_t cap;
};

struct str str_new(struct arena *a);

void str_bytes(struct str *s, const char *bytes, size_t n);
void str_raw(struct str *s, const char *text);
void str_int(struct str *s, int64_t value);
void str_printf(struct str *s, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void str_vprintf(struct str *s, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));

/*
 * The name of a member of the object that s has open, with its colon, and a
 * comma before it if it is not the first.  Names are ours: nothing to escape.
 */
void str_name(struct str *s, const char *name);

/* A JSON string with its quotes (RFC 8259, section 7); bytes are UTF-8. */
void str_json(struct str *s, const char *bytes, size_t n);

/* For a terminal: a question mark for each control character; UTF-8. */
void str_plain(struct str *s, const char *bytes, size_t n);

/*
 * A logfmt value: bare when it can be, else quoted.  Control bytes and bytes
 * that are not ASCII are written as \xNN, so no client forges a line.
 */
void str_logfmt(struct str *s, const char *text);

/*
 * An instant as 2025-01-15T10:30:05.000Z, of the years 0 to 9999; digits of the
 * second's fraction are 3 or 6.  us is microseconds since 2000-01-01 00:00 UTC,
 * PostgreSQL's epoch.
 */
void str_time(struct str *s, int64_t us, int digits);

#endif
