/*
 * str_test.c - a growing string, and what is written into it.
 */
#include <stddef.h>

#include "arena.h"
#include "str.h"
#include "tap.h"

#define DAY_US INT64_C(86400000000)

static struct arena *arena;

static const struct {
	const char *bytes;
	size_t len;
	const char *want;
} jsons[] = {
	{ "", 0, "\"\"" },
	{ "plain", 5, "\"plain\"" },
	{ "\"", 1, "\"\\\"\"" },
	{ "\\", 1, "\"\\\\\"" },
	{ "a\\\"b", 4, "\"a\\\\\\\"b\"" },
	{ "\n\r\t", 3, "\"\\n\\r\\t\"" },
	{ "\b\f\v", 3, "\"\\u0008\\u000c\\u000b\"" },
	{ "a\0b", 3, "\"a\\u0000b\"" },
	{ "\x1f\x20\x7f", 3, "\"\\u001f \x7f\"" },
	{ "/", 1, "\"/\"" },
	{ "\xc3\xa9 \xe2\x80\xa8 \xf0\x9f\x98\x80", 11,
	    "\"\xc3\xa9 \xe2\x80\xa8 \xf0\x9f\x98\x80\"" },
	{ "a\nb\nc", 5, "\"a\\nb\\nc\"" },
	{ "ab", 1, "\"a\"" },
};

static void
test_json(void)
{
	size_t plain = 0;

	for (size_t i = 0; i < sizeof(jsons) / sizeof(jsons[0]); i++) {
		struct str s = str_new(arena);

		str_json(&s, jsons[i].bytes, jsons[i].len);
		is_text(s.text, jsons[i].want, "JSON string: case %zu", i + 1);
	}
	for (char c = 1; c < ' '; c++) {
		struct str s = str_new(arena);

		str_json(&s, &c, 1);
		plain += s.len < 4 || s.text[1] != '\\';
	}
	is_int(plain, 0, "JSON string: every control byte is escaped");
}

static void
test_name(void)
{
	struct str s = str_new(arena);
	size_t wrong = 0;

	str_raw(&s, "{");
	str_name(&s, "a");
	str_int(&s, 1);
	str_name(&s, "b");
	str_raw(&s, "{");
	str_name(&s, "createdAt");
	str_raw(&s, "null}}");
	is_text(s.text, "{\"a\":1,\"b\":{\"createdAt\":null}}",
	    "a comma is before each name but an object's first");
	s = str_new(arena);
	str_name(&s, "first");
	is_text(s.text, "\"first\":", "nor is one at the very start");
	for (size_t n = 1; n <= 100; n++) {
		const size_t len = s.len;

		str_name(&s, "name");
		wrong += strcmp(s.text + len, ",\"name\":") != 0;
	}
	is_int(wrong, 0, "names make the string grow");
}

static const struct {
	const char *text, *want;
} logfmts[] = {
	{ "", "\"\"" },
	{ "bare", "bare" },
	{ "/conversations/:id", "/conversations/:id" },
	{ "2025-01-15T10:30:05.000Z", "2025-01-15T10:30:05.000Z" },
	{ "two words", "\"two words\"" },
	{ "a=b", "\"a=b\"" },
	{ "say \"no\"", "\"say \\\"no\\\"\"" },
	{ "back\\slash", "\"back\\\\slash\"" },
	{ "line\nlevel=error", "\"line\\x0alevel=error\"" },
	{ "\x1b[31m", "\"\\x1b[31m\"" },
	{ "\x7f", "\"\\x7f\"" },
	{ "\xc3\xa9", "\"\\xc3\\xa9\"" },
	{ "\xff", "\"\\xff\"" },
};

static void
test_logfmt(void)
{
	for (size_t i = 0; i < sizeof(logfmts) / sizeof(logfmts[0]); i++) {
		struct str s = str_new(arena);

		str_logfmt(&s, logfmts[i].text);
		is_text(s.text, logfmts[i].want, "logfmt: case %zu", i + 1);
	}
}

static const struct {
	const char *bytes, *want;
} plains[] = {
	{ "", "" },
	{ "caf\xc3\xa9 \"x\" \\ \xf0\x9f\x98\x80",
	    "caf\xc3\xa9 \"x\" \\ \xf0\x9f\x98\x80" },
	{ "a\nb\tc", "a?b?c" },
	{ "\x1b[31m", "?[31m" },
	{ "\x1f \x7e\x7f", "? \x7e?" },
	{ "\xc2\x80|\xc2\x9f|\xc2\xa0", "?|?|\xc2\xa0" },
};

static void
test_plain(void)
{
	for (size_t i = 0; i < sizeof(plains) / sizeof(plains[0]); i++) {
		struct str s = str_new(arena);

		str_plain(&s, plains[i].bytes, strlen(plains[i].bytes));
		is_text(s.text, plains[i].want,
		    "nothing that a terminal obeys: case %zu", i + 1);
	}
}

static const struct {
	int64_t us;
	int digits;
	const char *want;
} times[] = {
	{ 0, 3, "2000-01-01T00:00:00.000Z" },
	{ 1, 3, "2000-01-01T00:00:00.000Z" },
	{ 1, 6, "2000-01-01T00:00:00.000001Z" },
	{ 999999, 3, "2000-01-01T00:00:00.999Z" },
	{ 999999, 6, "2000-01-01T00:00:00.999999Z" },
	{ 1000000, 3, "2000-01-01T00:00:01.000Z" },
	{ DAY_US - 1, 6, "2000-01-01T23:59:59.999999Z" },
	{ 58 * DAY_US, 3, "2000-02-28T00:00:00.000Z" },
	{ 59 * DAY_US, 3, "2000-02-29T00:00:00.000Z" },
	{ 60 * DAY_US, 3, "2000-03-01T00:00:00.000Z" },
	{ 1520 * DAY_US, 3, "2004-02-29T00:00:00.000Z" },
	{ 36583 * DAY_US, 3, "2100-02-28T00:00:00.000Z" },
	{ 36584 * DAY_US, 3, "2100-03-01T00:00:00.000Z" },
	{ INT64_C(790252205000000), 3, "2025-01-15T10:30:05.000Z" },
	{ INT64_C(252455615999999999), 6, "9999-12-31T23:59:59.999999Z" },
	{ -1, 3, "1999-12-31T23:59:59.999Z" },
	{ -1, 6, "1999-12-31T23:59:59.999999Z" },
	{ -DAY_US, 3, "1999-12-31T00:00:00.000Z" },
	{ -DAY_US - 1, 6, "1999-12-30T23:59:59.999999Z" },
	{ -1402 * DAY_US, 3, "1996-02-29T00:00:00.000Z" },
	{ -10957 * DAY_US, 3, "1970-01-01T00:00:00.000Z" },
	{ -36465 * DAY_US, 3, "1900-03-01T00:00:00.000Z" },
	{ -36466 * DAY_US, 3, "1900-02-28T00:00:00.000Z" },
	{ -146038 * DAY_US, 3, "1600-02-29T00:00:00.000Z" },
};

static void
test_time(void)
{
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		struct str s = str_new(arena);

		str_time(&s, times[i].us, times[i].digits);
		is_text(s.text, times[i].want, "an instant with %d digits: %s",
		    times[i].digits, times[i].want);
	}
}

static int
month_days(int year, int month)
{
	const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	if (month == 2)
		return leap ? 29 : 28;
	return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/* The calendar, counted day by day from 1600-01-01. */
static void
test_calendar(void)
{
	int year = 1600, month = 1, day = 1;
	size_t wrong = 0;

	for (int64_t d = -146097; year < 2801; d++) {
		struct str s;
		char want[64];

		arena_reset(arena);
		s = str_new(arena);
		str_time(&s, d * DAY_US, 3);
		(void)snprintf(want, sizeof(want),
		    "%04d-%02d-%02dT00:00:00.000Z", year, month, day);
		wrong += strcmp(s.text, want) != 0;
		if (++day > month_days(year, month)) {
			day = 1;
			month = month % 12 + 1;
			year += month == 1;
		}
	}
	is_int(wrong, 0, "every day of twelve centuries has its date");
}

static void
test_growth(void)
{
	struct str s = str_new(arena);
	char line[1000];
	size_t wrong = 0;

	is_text(s.text, "", "a new string is empty");
	for (size_t i = 0; i < 100000; i++) {
		const char digit = (char)('0' + i % 10);

		str_bytes(&s, &digit, 1);
		wrong += s.len != i + 1 || s.text[s.len] != '\0';
	}
	for (size_t i = 0; i < s.len; i++)
		wrong += s.text[i] != (char)('0' + i % 10);
	is_int(wrong, 0, "a string grows byte by byte, and keeps what it has");

	memset(line, 'x', sizeof(line));
	wrong = 0;
	for (size_t n = 0; n <= sizeof(line); n++) {
		s = str_new(arena);
		str_bytes(&s, line, n);
		wrong += s.cap <= n || strlen(s.text) != n;
		s = str_new(arena);
		str_printf(&s, "%.*s", (int)n, line);
		wrong += s.cap <= n || strlen(s.text) != n;
	}
	is_int(wrong, 0, "there is always room for the NUL");
	str_printf(&s, "%*s", 70000, "");
	is_int(strlen(s.text), 71000, "a long format makes it grow");
	str_bytes(&s, line, 0);
	str_raw(&s, "");
	ok(s.len == 71000 && strlen(s.text) == s.len, "nothing adds nothing");
}

static void
test_numbers(void)
{
	struct str s = str_new(arena);

	str_int(&s, INT64_MIN);
	str_raw(&s, " ");
	str_int(&s, 0);
	str_printf(&s, " %s%c ", "f", '!');
	str_int(&s, INT64_MAX);
	is_text(s.text, "-9223372036854775808 0 f! 9223372036854775807",
	    "integers of any size are written in full");
}

int
main(void)
{
	arena = arena_new();
	test_json();
	test_name();
	test_logfmt();
	test_plain();
	test_time();
	test_calendar();
	test_growth();
	test_numbers();
	arena_free(arena);
	return done();
}
