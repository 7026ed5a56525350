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

static void
grow(struct str *s, size_t n)
{
	char *text;
	size_t cap = s->cap;

	while (n >= cap - s->len)
		cap *= 2;
	text = arena_alloc(s->arena, cap);
	memcpy(text, s->text, s->len + 1);
	s->text = text;
	s->cap = cap;
}

/* Make room for n more bytes and the NUL. */
static inline void
reserve(struct str *s, size_t n)
{
	if (n >= s->cap - s->len)
		grow(s, n);
}

void
str_bytes(struct str *s, const char *bytes, size_t n)
{
	reserve(s, n);
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
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	char digits[24], *first = digits + sizeof(digits);

	do
		*--first = (char)('0' + rest % 10);
	while ((rest /= 10) > 0);
	if (value < 0)
		*--first = '-';
	str_bytes(s, first, (size_t)(digits + sizeof(digits) - first));
}

/* Into the room that there is; what it cuts off is written once more. */
void
str_vprintf(struct str *s, const char *fmt, va_list ap)
{
	const size_t room = s->cap - s->len;
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(s->text + s->len, room, fmt, ap);
	assert(n >= 0);
	if ((size_t)n >= room) {
		grow(s, (size_t)n);
		(void)vsnprintf(s->text + s->len, (size_t)n + 1, fmt, again);
	}
	va_end(again);
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

void
str_name(struct str *s, const char *name)
{
	const size_t len = strlen(name);
	char *at;

	reserve(s, len + 4);
	at = s->text + s->len;
	if (s->len > 0 && at[-1] != '{')
		*at++ = ',';
	*at++ = '"';
	memcpy(at, name, len + 1);
	memcpy(at + len, "\":", 3);
	s->len = (size_t)(at - s->text) + len + 2;
}

/* How a byte is written that JSON does not allow in a string. */
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
		(void)snprintf(spell, 7, "\\u%04x", (unsigned)c);
		return spell;
	}
}

void
str_json(struct str *s, const char *bytes, size_t n)
{
	char spell[7];
	size_t done = 0;

	reserve(s, n + 2);
	str_bytes(s, "\"", 1);
	for (size_t i = 0; i < n; i++) {
		const unsigned char c = (unsigned char)bytes[i];

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		str_bytes(s, bytes + done, i - done);
		str_raw(s, json_escape(c, spell));
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

static bool
plain(const char *text)
{
	const char *p = text;

	while (*p > ' ' && *p <= '~' && *p != '"' && *p != '=' && *p != '\\')
		p++;
	return p > text && *p == '\0';
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

/* The last n digits of a number. */
static void
put_digits(char *at, int n, unsigned number)
{
	for (; n > 0; number /= 10)
		at[--n] = (char)('0' + number % 10);
}

void
str_time(struct str *s, int64_t us, int digits)
{
	const int64_t day_us = INT64_C(86400000000);
	int64_t days = us / day_us, rest = us % day_us;
	int64_t year, month, day;
	unsigned seconds;
	char text[] = "yyyy-mm-ddThh:mm:ss.uuuuuuZ";

	if (rest < 0) {
		rest += day_us;
		days--;
	}
	civil(days - 60, &year, &month, &day);
	seconds = (unsigned)(rest / 1000000);
	put_digits(text, 4, (unsigned)year);
	put_digits(text + 5, 2, (unsigned)month);
	put_digits(text + 8, 2, (unsigned)day);
	put_digits(text + 11, 2, seconds / 3600);
	put_digits(text + 14, 2, seconds / 60 % 60);
	put_digits(text + 17, 2, seconds % 60);
	put_digits(text + 20, 6, (unsigned)(rest % 1000000));
	text[20 + digits] = 'Z';
	str_bytes(s, text, 21 + (size_t)digits);
}
