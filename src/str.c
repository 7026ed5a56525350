/*
 * str.c - a growing string in an arena; the function's name says the context.
 *
 * SPDX-License-Identifier: ISC
 */
#include <assert.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "str.h"

#define FIRST_SIZE 256

struct str
str_new(struct arena *a)
{
	struct str s = { .arena = a, .cap = FIRST_SIZE };

	s.text = arena_alloc(a, s.cap);
	s.text[0] = '\0';
	return s;
}

/* Make room for n more bytes and the NUL. */
static void
grow(struct str *s, size_t n)
{
	char *text;
	size_t cap = s->cap;

	if (n < cap - s->len)
		return;
	while (n >= cap - s->len)
		cap *= 2;
	text = arena_alloc(s->arena, cap);
	memcpy(text, s->text, s->len + 1);
	s->text = text;
	s->cap = cap;
}

void
str_bytes(struct str *s, const char *bytes, size_t n)
{
	grow(s, n);
	memcpy(s->text + s->len, bytes, n);
	s->len += n;
	s->text[s->len] = '\0';
}

void
str_raw(struct str *s, const char *text)
{
	str_bytes(s, text, strlen(text));
}

void
str_int(struct str *s, int64_t value)
{
	char digits[24];
	int n = snprintf(digits, sizeof(digits), "%" PRId64, value);

	assert(n > 0);
	str_bytes(s, digits, (size_t)n);
}

void
str_vprintf(struct str *s, const char *fmt, va_list ap)
{
	va_list twice;
	int n;

	va_copy(twice, ap);
	n = vsnprintf(NULL, 0, fmt, twice);
	va_end(twice);
	assert(n >= 0);
	grow(s, (size_t)n);
	(void)vsnprintf(s->text + s->len, (size_t)n + 1, fmt, ap);
	s->len += (size_t)n;
}

void
str_printf(struct str *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	str_vprintf(s, fmt, ap);
	va_end(ap);
}

/* The escape of a byte that JSON does not allow in a string, else NULL. */
static const char *
json_escape(unsigned char c, char spell[static 7])
{
	switch (c) {
	case '"':
		return "\\\"";
	case '\\':
		return "\\\\";
	case '\n':
		return "\\n";
	case '\r':
		return "\\r";
	case '\t':
		return "\\t";
	default:
		if (c >= 0x20)
			return NULL;
		(void)snprintf(spell, 7, "\\u%04x", (unsigned)c);
		return spell;
	}
}

void
str_json(struct str *s, const char *bytes, size_t n)
{
	size_t done = 0;

	grow(s, n + 2);
	str_bytes(s, "\"", 1);
	for (size_t i = 0; i < n; i++) {
		char spell[7];
		const char *escape =
		    json_escape((unsigned char)bytes[i], spell);

		if (escape == NULL)
			continue;
		str_bytes(s, bytes + done, i - done);
		str_raw(s, escape);
		done = i + 1;
	}
	str_bytes(s, bytes + done, n - done);
	str_bytes(s, "\"", 1);
}

void
str_plain(struct str *s, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const unsigned char c = (unsigned char)bytes[i];
		const bool high = c == 0xc2 && i + 1 < n &&
		    (unsigned char)bytes[i + 1] < 0xa0;

		if (c < 0x20 || c == 0x7f || high)
			str_raw(s, "?");
		else
			str_bytes(s, bytes + i, 1);
		i += high;
	}
}

static int
plain(const char *text)
{
	if (*text == '\0')
		return 0;
	for (; *text != '\0'; text++)
		if (*text <= ' ' || *text > '~' || strchr("\"=\\", *text))
			return 0;
	return 1;
}

void
str_logfmt(struct str *s, const char *text)
{
	if (plain(text)) {
		str_raw(s, text);
		return;
	}
	str_raw(s, "\"");
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			str_printf(s, "\\%c", c);
		else if (c < ' ' || c > '~')
			str_printf(s, "\\x%02x", (unsigned)c);
		else
			str_bytes(s, text, 1);
	}
	str_raw(s, "\"");
}

/*
 * Days since 2000-03-01 to a date.  Counting years from March puts the leap
 * day last, so that the months' lengths follow one formula.
 */
static void
civil(int64_t days, int64_t *year, int64_t *month, int64_t *day)
{
	const int64_t era = (days >= 0 ? days : days - 146096) / 146097;
	const int64_t doe = days - era * 146097; /* day of the 400 years */
	const int64_t yoe =
	    (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	const int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	const int64_t m = (5 * doy + 2) / 153;

	*day = doy - (153 * m + 2) / 5 + 1;
	*month = m < 10 ? m + 3 : m - 9;
	*year = 2000 + yoe + era * 400 + (*month <= 2);
}

void
str_time(struct str *s, int64_t us, int digits)
{
	const int64_t day_us = INT64_C(86400000000);
	int64_t days = us / day_us, rest = us % day_us;
	int64_t year, month, day, seconds;

	if (rest < 0) {
		rest += day_us;
		days--;
	}
	civil(days - 60, &year, &month, &day);
	seconds = rest / 1000000;
	rest %= 1000000;
	str_printf(s,
	    "%04" PRId64 "-%02" PRId64 "-%02" PRId64 "T%02" PRId64 ":%02" PRId64
	    ":%02" PRId64 ".%0*" PRId64 "Z",
	    year, month, day, seconds / 3600, seconds / 60 % 60, seconds % 60,
	    digits, digits == 3 ? rest / 1000 : rest);
}
