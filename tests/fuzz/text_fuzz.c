/*
 * text_fuzz.c - UTF-8, trimming, percent-encoding, UUIDs, numbers, and what is
 * written of them; compared with iconv(3) and the C library.
 */
#include <errno.h>
#include <iconv.h>
#include <strings.h>

#include "fuzz.h"
#include "json.h"
#include "str.h"
#include "text.h"

/* Code points of bytes, by iconv; -1 when they are not UTF-8. */
static ssize_t
reference_points(const uint8_t *data, size_t size, uint32_t *points)
{
	static iconv_t decoder;
	char *from = (char *)(uintptr_t)data, *to = (char *)points;
	size_t room = (size + 1) * sizeof(*points), all = room;

	if (decoder == NULL)
		decoder = iconv_open("UTF-32LE", "UTF-8");
	(void)iconv(decoder, NULL, NULL, NULL, NULL);
	if (iconv(decoder, &from, &size, &to, &room) == (size_t)-1)
		return -1;
	return (ssize_t)((all - room) / sizeof(*points));
}

/* PropList.txt of Unicode 15: White_Space */
static bool
reference_white(uint32_t point)
{
	static const uint16_t all[] = { 0x0009, 0x000a, 0x000b, 0x000c, 0x000d,
		0x0020, 0x0085, 0x00a0, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003,
		0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200a, 0x2028,
		0x2029, 0x202f, 0x205f, 0x3000 };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i] == point)
			return true;
	return false;
}

static size_t
bytes_of(uint32_t point)
{
	return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
}

static void
check_trim(const char *text, size_t size, const uint32_t *points, size_t n)
{
	const char *trimmed = text, *again;
	size_t len = size, front = 0, first = 0, twice;

	text_trim(&trimmed, &len);
	for (; first < n && reference_white(points[first]); first++)
		front += bytes_of(points[first]);
	for (; n > first && reference_white(points[n - 1]); n--)
		size -= bytes_of(points[n - 1]);
	must(trimmed == text + front && len == size - front);
	must(text_utf8(trimmed, len));
	must(text_length(trimmed, len) == n - first);
	again = trimmed;
	twice = len;
	text_trim(&again, &twice);
	must(again == trimmed && twice == len);
}

static void
check_utf8(const uint8_t *data, size_t size)
{
	uint32_t *points = calloc(size + 1, sizeof(*points));
	char *text = fuzz_text(data, size);
	const ssize_t n = reference_points(data, size, points);

	must(text_utf8(text, size) == (n >= 0));
	if (n >= 0) {
		must(text_length(text, size) == (size_t)n);
		check_trim(text, size, points, (size_t)n);
	}
	free(text);
	free(points);
}

/* What is decoded is found again behind an encoding of every byte. */
static void
check_decode(const uint8_t *data, size_t size, bool plus)
{
	char *text = fuzz_text(data, size), *coded;
	const size_t before = strlen(text);
	size_t after;

	if (text_decode(text, plus)) {
		after = strlen(text);
		must(after <= before && (before - after) % 2 == 0);
		must(text_utf8(text, after));
		must(!plus || strchr(text, '+') == NULL ||
		    memchr(data, '%', size) != NULL);
		coded = malloc(3 * after + 1);
		coded[0] = '\0';
		for (size_t i = 0; i < after; i++)
			(void)snprintf(coded + 3 * i, 4, "%%%02X",
			    (unsigned)(unsigned char)text[i]);
		must(text_decode(coded, plus) && strcmp(coded, text) == 0);
		free(coded);
	}
	free(text);
}

static void
check_uuid(const char *text)
{
	char uuid[UUID_LEN + 1], again[UUID_LEN + 1];
	const bool good = text_uuid(text, uuid);
	bool wanted = strlen(text) == UUID_LEN;

	for (size_t i = 0; wanted && i < UUID_LEN; i++)
		wanted = i == 8 || i == 13 || i == 18 || i == 23
		    ? text[i] == '-'
		    : strchr("0123456789abcdefABCDEF", text[i]) != NULL;
	must(good == wanted);
	if (!good)
		return;
	must(strcasecmp(text, uuid) == 0);
	must(strpbrk(uuid, "ABCDEF") == NULL);
	must(text_uuid(uuid, again) && strcmp(uuid, again) == 0);
}

static void
check_integer(const char *text)
{
	static const long ranges[][2] = { { 0, 0 }, { 0, 5 }, { 1, 100 },
		{ 0, 2147483647 }, { 0, 999999999999999999 },
		{ 1, 9223372036854775807 } };
	const bool digits =
	    *text != '\0' && text[strspn(text, "0123456789")] == '\0';

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		long value = -1, want;

		errno = 0;
		want = strtol(text, NULL, 10);
		must(text_integer(text, ranges[i][0], ranges[i][1], &value) ==
		    (digits && errno == 0 && want >= ranges[i][0] &&
			want <= ranges[i][1]));
		must(!digits || errno != 0 || want < ranges[i][0] ||
		    want > ranges[i][1] || value == want);
	}
}

/* What is written as JSON is read as what it was. */
static void
check_json(struct arena *a, const char *text)
{
	struct str s = str_new(a);
	const struct json *string;

	str_json(&s, text, strlen(text));
	if (!text_utf8(text, strlen(text)))
		return;
	string = json_parse(a, s.text, s.len);
	must(string != NULL && json_kind(string) == JSON_STRING);
	must(strcmp(json_text(string), text) == 0);
}

/* A value in the log is on one line, and is visible ASCII. */
static void
check_logfmt(struct arena *a, const char *text)
{
	struct str s = str_new(a);

	str_logfmt(&s, text);
	must(s.len > 0 && strlen(s.text) == s.len);
	for (size_t i = 0; i < s.len; i++)
		must(s.text[i] >= ' ' && s.text[i] <= '~');
	must(s.text[0] == '"' || strpbrk(s.text, " \"=") == NULL);
	must(s.text[0] != '"' || (s.len >= 2 && s.text[s.len - 1] == '"'));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	char *text = fuzz_text(data, size);

	check_utf8(data, size);
	check_decode(data, size, false);
	check_decode(data, size, true);
	check_uuid(text);
	check_integer(text);
	check_json(a, text);
	check_logfmt(a, text);
	free(text);
	return 0;
}
