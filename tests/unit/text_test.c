/*
 * text_test.c - bytes from outside: UTF-8, UUIDs, percent-encoding, numbers,
 * instants, addresses.
 */
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>

#include "tap.h"
#include "text.h"

static const struct {
	bool valid;
	size_t len;
	const char *bytes, *what;
} utf8s[] = {
	{ true, 0, "", "nothing" },
	{ true, 1, "\0", "NUL" },
	{ true, 1, "\x7f", "the last of one byte" },
	{ true, 2, "\xc2\x80", "the first of two bytes" },
	{ true, 2, "\xdf\xbf", "the last of two bytes" },
	{ true, 3, "\xe0\xa0\x80", "the first of three bytes" },
	{ true, 3, "\xed\x9f\xbf", "U+D7FF, before the surrogates" },
	{ true, 3, "\xee\x80\x80", "U+E000, behind the surrogates" },
	{ true, 3, "\xef\xbb\xbf", "U+FEFF" },
	{ true, 3, "\xef\xbf\xbf", "the last of three bytes" },
	{ true, 4, "\xf0\x90\x80\x80", "the first of four bytes" },
	{ true, 4, "\xf4\x8f\xbf\xbf", "U+10FFFF, the last of all" },
	{ true, 6, "a\xc3\xa9\xe2\x82\xac", "one, two and three bytes" },
	{ false, 1, "\x80", "a lone continuation" },
	{ false, 1, "\xbf", "another lone continuation" },
	{ false, 2, "a\x80", "a continuation behind a letter" },
	{ false, 3, "\xc3\xa9\xa9", "one continuation too many" },
	{ false, 2, "\xc0\x80", "an overlong NUL" },
	{ false, 2, "\xc1\xbf", "an overlong U+007F" },
	{ false, 3, "\xe0\x9f\xbf", "an overlong U+07FF" },
	{ false, 4, "\xf0\x8f\xbf\xbf", "an overlong U+FFFF" },
	{ false, 3, "\xed\xa0\x80", "U+D800, the first surrogate" },
	{ false, 3, "\xed\xbf\xbf", "U+DFFF, the last surrogate" },
	{ false, 6, "\xed\xa0\xbd\xed\xb8\x80", "a pair of surrogates" },
	{ false, 4, "\xf4\x90\x80\x80", "U+110000" },
	{ false, 4, "\xf5\x80\x80\x80", "a first byte of F5" },
	{ false, 5, "\xf8\x88\x80\x80\x80", "five bytes" },
	{ false, 1, "\xfe", "the byte FE" },
	{ false, 1, "\xff", "the byte FF" },
	{ false, 1, "\xc3", "two bytes without their second" },
	{ false, 2, "\xe2\x82", "three bytes without their third" },
	{ false, 1, "\xe2", "three bytes without their second" },
	{ false, 3, "\xf0\x9f\x98", "four bytes without their fourth" },
	{ false, 2, "\xc3(", "a second byte that is a letter" },
	{ false, 3, "\xe2\x82(", "a third byte that is a letter" },
	{ false, 4, "\xf0\x9f\x98(", "a fourth byte that is a letter" },
	{ false, 2, "\xc3\xc3", "a second byte that is a first" },
};

/* In memory of exactly its size, so that a read behind it is seen. */
static void
test_utf8(void)
{
	for (size_t i = 0; i < sizeof(utf8s) / sizeof(utf8s[0]); i++) {
		char *bytes = malloc(utf8s[i].len + 1);

		if (bytes == NULL)
			abort();
		memcpy(bytes + 1, utf8s[i].bytes, utf8s[i].len);
		ok(text_utf8(bytes + 1, utf8s[i].len) == utf8s[i].valid,
		    "%s is %s UTF-8", utf8s[i].what,
		    utf8s[i].valid ? "well-formed" : "not");
		free(bytes);
	}
}

static size_t
encode(unsigned code, char out[4])
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xc0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (char)(0xe0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 0x3f));
		out[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 0x3f));
	out[2] = (char)(0x80 | (code >> 6 & 0x3f));
	out[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}

/* PropList.txt of Unicode 15. */
static const unsigned whites[] = { 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x20, 0x85,
	0xa0, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006,
	0x2007, 0x2008, 0x2009, 0x200a, 0x2028, 0x2029, 0x202f, 0x205f,
	0x3000 };

static bool
is_white(unsigned code)
{
	for (size_t i = 0; i < sizeof(whites) / sizeof(whites[0]); i++)
		if (whites[i] == code)
			return true;
	return false;
}

/* Each code point in front of, behind, and inside of a text. */
static void
test_every_code_point(void)
{
	size_t malformed = 0, counted = 0, kept = 0, trimmed = 0;

	for (unsigned code = 0; code <= 0x10ffff; code++) {
		char text[16];
		const char *start = text;
		size_t len, one, left;

		if (code >= 0xd800 && code <= 0xdfff)
			continue;
		one = encode(code, text);
		text[one] = 'x';
		len = one + 1 + encode(code, text + one + 1);
		len += encode('y', text + len);
		memcpy(text + len, text, one);
		len += one;
		malformed += !text_utf8(text, len);
		counted += text_length(text, len) != 5;
		left = len;
		text_trim(&start, &left);
		if (is_white(code))
			trimmed += start != text + one || left != len - 2 * one;
		else
			kept += start != text || left != len;
	}
	is_int(malformed, 0, "every code point is well-formed UTF-8");
	is_int(counted, 0, "every code point counts as one character");
	is_int(trimmed, 0, "white space goes at both ends, not in the middle");
	is_int(kept, 0, "nothing else goes, not U+FEFF, U+200B or NUL");
}

static const struct {
	const char *text, *want;
} trims[] = {
	{ "", "" },
	{ " ", "" },
	{ " \t\r\n\v\f ", "" },
	{ "a", "a" },
	{ " a", "a" },
	{ "a ", "a" },
	{ "  a  b  ", "a  b" },
	{ "\xe3\x80\x80\xc2\xa0 a\xe2\x80\x8a\xc2\x85", "a" },
	{ "\xe2\x80\xa8\xe2\x80\xa9", "" },
	{ "\xef\xbb\xbf a", "\xef\xbb\xbf a" },
	{ "a \xe2\x80\x8b", "a \xe2\x80\x8b" },
	{ "\xc3\xa0", "\xc3\xa0" }, /* its last byte is that of U+00A0 */
	{ "\xe1\x9a\x80\xf0\x9f\x98\x80\xe1\x9a\x80", "\xf0\x9f\x98\x80" },
};

static void
test_trim(void)
{
	for (size_t i = 0; i < sizeof(trims) / sizeof(trims[0]); i++) {
		const char *text = trims[i].text;
		size_t len = strlen(text);
		char got[64];

		text_trim(&text, &len);
		memcpy(got, text, len);
		got[len] = '\0';
		is_text(got, trims[i].want, "trimming: case %zu", i + 1);
	}
}

static const struct {
	const char *text, *want; /* NULL: refused */
} uuids[] = {
	{ "0190163d-8694-739b-aea5-966c26f8ad91",
	    "0190163d-8694-739b-aea5-966c26f8ad91" },
	{ "0190163D-8694-739B-AEA5-966C26F8AD91",
	    "0190163d-8694-739b-aea5-966c26f8ad91" },
	{ "00000000-0000-0000-0000-000000000000", UUID_NIL },
	{ "ffffffff-FFFF-ffff-FFFF-ffffffffffff",
	    "ffffffff-ffff-ffff-ffff-ffffffffffff" },
	{ "", NULL },
	{ "0", NULL },
	{ "0190163d", NULL },
	{ "0190163d-8694-739b-aea5-966c26f8ad9", NULL },
	{ "0190163d-8694-739b-aea5-966c26f8ad911", NULL },
	{ "0190163d-8694-739b-aea5-966c26f8ad91 ", NULL },
	{ " 0190163d-8694-739b-aea5-966c26f8ad91", NULL },
	{ "{0190163d-8694-739b-aea5-966c26f8ad91}", NULL },
	{ "urn:uuid:0190163d-8694-739b-aea5-966c26f8ad91", NULL },
	{ "0190163d8694739baea5966c26f8ad91", NULL },
	{ "0190163d-8694739b-aea5-966c26f8ad9111", NULL },
	{ "0190163d-8694-739b-aea5-966c26f8ad9g", NULL },
	{ "0190163d-8694-739b-aea5-966c26f8ad9-", NULL },
	{ "0190163d_8694_739b_aea5_966c26f8ad91", NULL },
	{ "0190163d-8694-739b-aea5-966c26f8ad9\xc3\xa9", NULL },
};

static void
test_uuid(void)
{
	for (size_t i = 0; i < sizeof(uuids) / sizeof(uuids[0]); i++) {
		char out[UUID_LEN + 1];
		const bool valid = text_uuid(uuids[i].text, out);

		is_text(valid ? out : NULL, uuids[i].want, "\"%s\" is %s UUID",
		    uuids[i].text, uuids[i].want != NULL ? "a" : "no");
	}
}

static const struct {
	const char *text;
	bool plus;
	const char *want; /* NULL: refused */
} decodes[] = {
	{ "", false, "" },
	{ "plain", false, "plain" },
	{ "a+b", false, "a+b" },
	{ "a+b", true, "a b" },
	{ "%2B+%2b", true, "+ +" },
	{ "%41%4a%4A", false, "AJJ" },
	{ "%2F", false, "/" },
	{ "%25", false, "%" },
	{ "%2525", false, "%25" },
	{ "%C3%A9", false, "\xc3\xa9" },
	{ "\xc3\xa9", false, "\xc3\xa9" },
	{ "%7F", false, "\x7f" },
	{ "%", false, NULL },
	{ "%4", false, NULL },
	{ "a%", false, NULL },
	{ "%4g", false, NULL },
	{ "%g4", false, NULL },
	{ "%%41", false, NULL },
	{ "%+1", true, NULL },
	{ "%00", false, NULL },
	{ "a%00b", false, NULL },
	{ "%C3", false, NULL },
	{ "%c0%80", false, NULL },
	{ "%ED%A0%80", false, NULL },
	{ "\xff", false, NULL },
};

static void
test_decode(void)
{
	for (size_t i = 0; i < sizeof(decodes) / sizeof(decodes[0]); i++) {
		char text[64];
		bool valid;

		memcpy(text, decodes[i].text, strlen(decodes[i].text) + 1);
		valid = text_decode(text, decodes[i].plus);
		is_text(valid ? text : NULL, decodes[i].want,
		    "percent-encoding of %s \"%s\"",
		    decodes[i].plus ? "a query" : "a path", decodes[i].text);
	}
}

static const struct {
	const char *text;
	long min, max;
	bool valid;
	long want;
} integers[] = {
	{ "0", 0, 100, true, 0 },
	{ "1", 1, 100, true, 1 },
	{ "100", 1, 100, true, 100 },
	{ "007", 1, 100, true, 7 },
	{ "00000000000000000000000000000000000000001", 1, 100, true, 1 },
	{ "2147483647", 0, 2147483647, true, 2147483647 },
	{ "", 0, 100, false, 0 },
	{ "0", 1, 100, false, 0 },
	{ "101", 1, 100, false, 0 },
	{ "1000", 1, 100, false, 0 },
	{ "-1", 0, 100, false, 0 },
	{ "+1", 0, 100, false, 0 },
	{ " 1", 0, 100, false, 0 },
	{ "1 ", 0, 100, false, 0 },
	{ "1.0", 0, 100, false, 0 },
	{ "1e2", 0, 100, false, 0 },
	{ "0x10", 0, 100, false, 0 },
	{ "\xd9\xa1", 0, 100, false, 0 },
	{ "2147483648", 0, 2147483647, false, 0 },
	{ "2147483649", 0, 2147483647, false, 0 },
	{ "4294967297", 0, 2147483647, false, 0 },
	{ "18446744073709551617", 0, 2147483647, false, 0 },
	{ "99999999999999999999999999999999999999999", 0, 2147483647, false,
	    0 },
};

static void
test_integer(void)
{
	char text[32];
	long value = 0;

	for (size_t i = 0; i < sizeof(integers) / sizeof(integers[0]); i++) {
		const bool valid = text_integer(integers[i].text,
		    integers[i].min, integers[i].max, &value);

		ok(valid == integers[i].valid &&
			(!valid || value == integers[i].want),
		    "\"%s\" is %s integer from %ld to %ld", integers[i].text,
		    integers[i].valid ? "an" : "no", integers[i].min,
		    integers[i].max);
	}
	(void)snprintf(text, sizeof(text), "%ld", LONG_MAX);
	ok(text_integer(text, 0, LONG_MAX, &value) && value == LONG_MAX,
	    "the largest long is an integer");
	text[strlen(text) - 1]++;
	ok(!text_integer(text, 0, LONG_MAX, &value),
	    "the next one does not overflow it");
	text[strlen(text) - 1] = '9';
	ok(!text_integer(text, 0, LONG_MAX, &value),
	    "nor does one with a last digit of nine");
}

struct sample {
	const char *text;
	bool good;
};

static const struct sample instants[] = {
	{ "2025-01-15T10:30:05.000Z", true },
	{ "2025-01-15T10:30:05Z", true },
	{ "2025-01-15t10:30:05z", true },
	{ "2025-01-15T10:30:05.1Z", true },
	{ "2025-01-15T10:30:05.123456Z", true },
	{ "2025-01-15T10:30:05+02:00", true },
	{ "2025-01-15T10:30:05.5-15:59", true },
	{ "0001-01-01T00:00:00Z", true },
	{ "9999-12-31T23:59:59.999999Z", true },
	{ "2024-02-29T00:00:00Z", true },
	{ "2000-02-29T00:00:00Z", true },
	{ "2025-02-29T00:00:00Z", false },
	{ "1900-02-29T00:00:00Z", false },
	{ "2025-04-31T00:00:00Z", false },
	{ "2025-00-01T00:00:00Z", false },
	{ "2025-13-01T00:00:00Z", false },
	{ "2025-01-00T00:00:00Z", false },
	{ "2025-01-32T00:00:00Z", false },
	{ "0000-01-01T00:00:00Z", false },
	{ "2025-01-15T24:00:00Z", false },
	{ "2025-01-15T10:60:00Z", false },
	{ "2025-01-15T10:30:60Z", false },
	{ "2025-01-15T10:30:05.Z", false },
	{ "2025-01-15T10:30:05.1234567Z", false },
	{ "2025-01-15T10:30:05", false },
	{ "2025-01-15T10:30Z", false },
	{ "2025-01-15 10:30:05Z", false },
	{ "2025-01-15", false },
	{ "2025-1-15T10:30:05Z", false },
	{ "2025-01-15T10:30:05ZZ", false },
	{ "2025-01-15T10:30:05+0200", false },
	{ "2025-01-15T10:30:05+16:00", false },
	{ "2025-01-15T10:30:05+02:60", false },
	{ "2025-01-15T10:30:05+02:00x", false },
	{ " 2025-01-15T10:30:05Z", false },
	{ "-2025-01-15T10:30:05Z", false },
	{ "now", false },
	{ "", false },
};

#define LABEL_63 \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct sample emails[] = {
	{ "a@b", true },
	{ "ada@example.com", true },
	{ "Ada.Lovelace+chat@mail.example.co.uk", true },
	{ "!#$%&'*+/=?^_`{|}~-@example.com", true },
	{ "a@1-2.3", true },
	{ "a@" LABEL_63 ".b", true },
	{ LABEL_63 "a@b", true },
	{ LABEL_63 "ab@b", false },
	{ "a@" LABEL_63 "a.b", false },
	{ "a@" LABEL_63 "." LABEL_63 "." LABEL_63 "."
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	    true },
	{ "a@" LABEL_63 "." LABEL_63 "." LABEL_63 "."
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	    false },
	{ "a@" LABEL_63 "." LABEL_63 "." LABEL_63 "." LABEL_63, false },
	{ "", false },
	{ "@", false },
	{ "a", false },
	{ "a@", false },
	{ "@b", false },
	{ "a@b@c", false },
	{ "a@b.", false },
	{ "a@.b", false },
	{ "a@b..c", false },
	{ "a@-b", false },
	{ "a@b-", false },
	{ "a@b_c", false },
	{ "a b@c", false },
	{ "a@b c", false },
	{ "a@[127.0.0.1]", false },
	{ "\"a\"@b", false },
	{ "\xc3\xa9@b", false },
	{ "a@b\n", false },
};

static const struct sample phones[] = {
	{ "+12", true },
	{ "+14155550123", true },
	{ "+123456789012345", true },
	{ "+1234567890123456", false },
	{ "+1", false },
	{ "+", false },
	{ "", false },
	{ "14155550123", false },
	{ "+0415555012", false },
	{ "+1 415 555", false },
	{ "++14155550123", false },
	{ "+1415555012x", false },
};

static void
test_samples(const char *what, bool (*is_one)(const char *),
    const struct sample *samples, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char *copy = malloc(strlen(samples[i].text) + 1);

		if (copy == NULL)
			abort();
		memcpy(copy, samples[i].text, strlen(samples[i].text) + 1);
		ok(is_one(copy) == samples[i].good, "\"%s\" is %s %s",
		    samples[i].text, samples[i].good ? "" : "not", what);
		free(copy);
	}
}

static const struct {
	const char *camel, *snake;
	size_t size;
} names[] = {
	{ "id", "id", 64 },
	{ "createdAt", "created_at", 64 },
	{ "beforeId", "before_id", 64 },
	{ "contentHtml", "content_html", 64 },
	{ "", "", 64 },
	{ "aB", "a_b", 4 },
	{ "aB", "a", 3 },
	{ "abc", "abc", 4 },
	{ "abc", "ab", 3 },
};

static void
test_snake(void)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char *snake = malloc(names[i].size);

		if (snake == NULL)
			abort();
		text_snake(names[i].camel, snake, names[i].size);
		ok(strcmp(snake, names[i].snake) == 0, "%s is %s in %zu bytes",
		    names[i].camel, names[i].snake, names[i].size);
		free(snake);
	}
}

int
main(void)
{
	test_utf8();
	test_every_code_point();
	test_trim();
	test_uuid();
	test_decode();
	test_integer();
	test_samples("an instant", text_instant, instants,
	    sizeof(instants) / sizeof(instants[0]));
	test_samples("an e-mail address", text_email, emails,
	    sizeof(emails) / sizeof(emails[0]));
	test_samples("a phone number", text_phone, phones,
	    sizeof(phones) / sizeof(phones[0]));
	test_snake();
	return done();
}
