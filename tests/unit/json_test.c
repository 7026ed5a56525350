/*
 * json_test.c - strict reading of JSON, rule by rule of RFC 8259.
 */
#include <stddef.h>
#include <stdlib.h>

#include "arena.h"
#include "json.h"
#include "str.h"
#include "tap.h"

static struct arena *arena;

/* In memory of exactly its size, so that a read behind its end is seen. */
static const struct json *
parse_bytes(const char *bytes, size_t len)
{
	char *text = malloc(len + 1);
	const struct json *value;

	if (text == NULL)
		abort();
	memcpy(text, bytes, len);
	text[len] = '\0';
	value = json_parse(arena, text, len);
	free(text);
	return value;
}

static const struct json *
parse(const char *text)
{
	return parse_bytes(text, strlen(text));
}

static const char *const valid[] = {
	/* values, and white space around them */
	"{}",
	"[]",
	"null",
	"true",
	"false",
	"0",
	"\"\"",
	" \t\r\n{ } \t\r\n",
	"[ ]",
	"[1,2]",
	"[ 1 , 2 ]",
	"[[],{}]",
	"{\"a\":1}",
	"{ \"a\" : 1 , \"b\" : [ ] }",
	"{\"\":0}",
	/* numbers */
	"-0",
	"1",
	"-1",
	"10",
	"1234567890",
	"0.5",
	"-0.5",
	"1.0",
	"1e5",
	"1E5",
	"1e+5",
	"1e-5",
	"0e0",
	"1.5E-10",
	"1e400",
	"-1e400",
	"1e-400",
	"123456789012345678901234567890",
	"0.1234567890123456789012345678901234567890123456789012345678901234567",
	/* strings */
	"\"a\"",
	"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
	"\"\\u0041\"",
	"\"\\u00e9\\u20AC\"",
	"\"\\ud83d\\ude00\"",
	"\"\\uD83D\\uDE00\"",
	"\"\x7f\"",
	"\"\xc3\xa9\"",
	"\"\xf0\x9f\x98\x80\"",
	"\"/\"",
	"\"\\u0000\"",
	"\"\\ufeff\"",
	"\"\\uffff\"",
	"\"\xef\xbb\xbf\"",
	/* members that differ */
	"{\"a\":1,\"A\":2}",
	"{\"a\":1,\"\\u0062\":2}",
	"{\"a\":{\"a\":1}}",
	"[{\"a\":1},{\"a\":2}]",
	"{\"a\":{\"b\":1},\"c\":{\"b\":1}}",
	"{\"\\u00e9\":1,\"e\\u0301\":2}",
};

static const char *const invalid[] = {
	/* values, and white space around them */
	"",
	" ",
	"{",
	"}",
	"[",
	"]",
	"nul",
	"nulll",
	"Null",
	"NULL",
	"tru",
	"True",
	"fals",
	"undefined",
	"NaN",
	"Infinity",
	"-Infinity",
	"{} {}",
	"{}x",
	"1 2",
	"null null",
	",",
	"\f{}",
	"\v{}",
	"{}\f",
	"\xc2\xa0{}",
	"\xef\xbb\xbf{}",
	"/**/{}",
	"{}//",
	/* objects and arrays */
	"{\"a\"}",
	"{\"a\":}",
	"{:1}",
	"{a:1}",
	"{1:1}",
	"{'a':1}",
	"{null:1}",
	"{\"a\" 1}",
	"{\"a\":1,}",
	"{,\"a\":1}",
	"{\"a\":1 \"b\":2}",
	"{\"a\":1;\"b\":2}",
	"{\"a\":1,,\"b\":2}",
	"{\"a\"=1}",
	"{\"a\":1]",
	"{\"a\":1",
	"{\"a\":",
	"{\"a\"",
	"{\"a",
	"[1,]",
	"[,1]",
	"[1 2]",
	"[1,,2]",
	"[1}",
	"[1",
	"[\"a\":1]",
	"]",
	"[]]",
	/* numbers */
	"-",
	"+1",
	"01",
	"-01",
	"00",
	"1.",
	".5",
	"-.5",
	"1.e5",
	"1e",
	"1e+",
	"1E-",
	"0x10",
	"1_000",
	"1,000",
	"1.2.3",
	"1e5.5",
	"--1",
	"1-",
	"\xd9\xa1",
	"\xef\xbc\x91",
	/* strings */
	"\"",
	"\"a",
	"'a'",
	"\"\\\"",
	"\"\\x41\"",
	"\"\\a\"",
	"\"\\'\"",
	"\"\\0\"",
	"\"\\",
	"\"\\u\"",
	"\"\\u004\"",
	"\"\\u00g1\"",
	"\"\\U0041\"",
	"\"\\u 041\"",
	"\"\\u+041\"",
	"\"\\u",
	"\"\\u0",
	"\"\\u004",
	"\"a\nb\"",
	"\"\t\"",
	"\"\x01\"",
	"\"\x1f\"",
	/* surrogates */
	"\"\\ud83d\"",
	"\"\\ude00\"",
	"\"\\ude00\\ud83d\"",
	"\"\\ud83dx\"",
	"\"\\ud83d\\n\"",
	"\"\\ud83d\\u0041\"",
	"\"\\ud83d\\ud83d\"",
	"\"\\ud83d\\u\"",
	"\"\\ud83d\\",
	"\"\\udbff\\uffff\"",
	/* UTF-8 */
	"\"\x80\"",
	"\"\xc3\"",
	"\"\xc0\x80\"",
	"\"\xed\xa0\x80\"",
	"\"\xf4\x90\x80\x80\"",
	"\"\xff\"",
	"{\"\xff\":1}",
	"\xff",
	/* duplicate members, however they are spelt and wherever they are */
	"{\"a\":1,\"a\":1}",
	"{\"a\":1,\"b\":2,\"a\":3}",
	"{\"\":1,\"\":2}",
	"{\"a\":1,\"\\u0061\":2}",
	"{\"\\u00e9\":1,\"\xc3\xa9\":2}",
	"{\"/\":1,\"\\/\":2}",
	"{\"\\ud83d\\ude00\":1,\"\xf0\x9f\x98\x80\":2}",
	"{\"b\":{\"a\":1,\"a\":1}}",
	"[{\"a\":1,\"a\":1}]",
	"{\"b\":[[{\"a\":1,\"c\":[{\"x\":0,\"x\":0}]}]]}",
	/* names with NUL, which a C string would cut */
	"{\"\\u0000\":1}",
	"{\"a\\u0000b\":1}",
	"{\"b\":{\"a\\u0000\":1}}",
	"{\"a\":1,\"a\\u0000\":1}",
};

static void
test_grammar(void)
{
	for (size_t i = 0; i < sizeof(valid) / sizeof(valid[0]); i++) {
		struct str shown = str_new(arena);

		str_logfmt(&shown, valid[i]);
		ok(parse(valid[i]) != NULL, "this is JSON: %s", shown.text);
	}
	for (size_t i = 0; i < sizeof(invalid) / sizeof(invalid[0]); i++) {
		struct str shown = str_new(arena);

		str_logfmt(&shown, invalid[i]);
		ok(parse(invalid[i]) == NULL, "this is not JSON: %s",
		    shown.text);
	}
	ok(parse_bytes("{}\0", 3) == NULL, "a NUL behind a value is not JSON");
	ok(parse_bytes("{\0}", 3) == NULL, "nor is one in the middle");
	ok(parse_bytes("\"a\0b\"", 5) == NULL, "nor is one in a string");
	ok(parse_bytes("{} x", 2) != NULL,
	    "what is behind the end is not read");
}

/* Every prefix of a document is refused, and read no further than its end. */
static void
test_prefixes(void)
{
	static const char whole[] =
	    "{\"a\":[-1.5e+3,true,null,{\"b\\u00e9\":\"\\ud83d\\ude00\\n\"}]}";
	size_t accepted = 0;

	ok(parse(whole) != NULL, "a document with everything in it is JSON");
	for (size_t len = 0; len < sizeof(whole) - 1; len++)
		accepted += parse_bytes(whole, len) != NULL;
	is_int(accepted, 0, "no part of it is, from the start to any place");
}

/* depth brackets around what is inside. */
static const struct json *
parse_nested(size_t depth, const char *open, const char *inside,
    const char *close)
{
	struct str s = str_new(arena);

	for (size_t i = 0; i < depth; i++)
		str_raw(&s, open);
	str_raw(&s, inside);
	for (size_t i = 0; i < depth; i++)
		str_raw(&s, close);
	return json_parse(arena, s.text, s.len);
}

static void
test_depth(void)
{
	ok(parse_nested(16, "[", "", "]") != NULL, "16 arrays may be nested");
	ok(parse_nested(17, "[", "", "]") == NULL, "17 may not");
	ok(parse_nested(16, "{\"a\":", "1", "}") != NULL,
	    "16 objects may be nested");
	ok(parse_nested(17, "{\"a\":", "1", "}") == NULL, "17 may not");
	ok(parse_nested(8, "[{\"a\":", "\"\"", "}]") != NULL,
	    "16 of both may be nested");
	ok(parse_nested(8, "[{\"a\":", "[]", "}]") == NULL, "17 may not");
	ok(parse_nested(100000, "[", "", "]") == NULL,
	    "a hundred thousand are refused without harm");
	ok(parse_nested(1, "[[],[],[],[],[],[],[],[],[],",
	       "[],[],[],[],[],[],[],[[]],[[[]]]", "]") != NULL,
	    "brackets that are closed again do not count");
}

static const char *
text_of(const char *json)
{
	const struct json *value = parse(json);

	return value == NULL || json_kind(value) != JSON_STRING
	    ? NULL
	    : json_text(value);
}

static const struct {
	const char *json, *want;
} texts[] = {
	{ "\"\"", "" },
	{ "\"plain\"", "plain" },
	{ "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t" },
	{ "\"\\u0041\\u00e9\\u20ac\"", "A\xc3\xa9\xe2\x82\xac" },
	{ "\"\\uABCD\\uabcd\"", "\xea\xaf\x8d\xea\xaf\x8d" },
	{ "\"\\ud83d\\ude00\"", "\xf0\x9f\x98\x80" },
	{ "\"\\uDBFF\\uDFFF\"", "\xf4\x8f\xbf\xbf" },
	{ "\"\xf0\x9f\x98\x80\"", "\xf0\x9f\x98\x80" },
	{ "\"\\\\u0000\"", "\\u0000" },
	{ "\"\\\\\\u0041\"", "\\A" },
	{ "\"\\u0001\"", "\x01" },
	{ "\"\\u0000\"", "\xff\xff\xff\xff\xff\xff" },
	{ "\"a\\u0000b\"",
	    "a\xff\xff\xff\xff\xff\xff"
	    "b" },
};

static void
test_texts(void)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct str shown = str_new(arena);

		str_logfmt(&shown, texts[i].json);
		is_text(text_of(texts[i].json), texts[i].want, "the text of %s",
		    shown.text);
	}
}

static void
test_members(void)
{
	const struct json *object = parse("{\"b\":\"x\",\"a\":null,\"c\":{},"
					  "\"d\":[],\"e\":1,\"f\":true}");
	static const struct {
		const char *name;
		enum json_kind kind;
	} want[] = { { "b", JSON_STRING }, { "a", JSON_NULL },
		{ "c", JSON_OBJECT }, { "d", JSON_ARRAY }, { "e", JSON_NUMBER },
		{ "f", JSON_BOOL } };
	const struct json *m = NULL;

	ok(json_kind(object) == JSON_OBJECT, "an object is one");
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		m = json_next(object, m);
		is_text(json_name(m), want[i].name,
		    "member %zu comes in its place", i + 1);
		ok(json_kind(m) == want[i].kind, "and is of its kind");
		ok(json_member(object, want[i].name) == m,
		    "and is found by its name");
	}
	ok(json_next(object, m) == NULL, "nothing follows the last");
	ok(json_member(object, "B") == NULL, "names are told apart by case");
	ok(json_member(object, "") == NULL, "an unknown name is not found");
	ok(json_next(parse("{}"), NULL) == NULL, "an empty object has none");
}

/* As many members as a body of 128 KiB holds. */
static void
test_many_members(void)
{
	const int count = 13000;
	const struct json *object, *m = NULL;
	struct str s = str_new(arena);
	int seen = 0;

	str_raw(&s, "{");
	for (int i = 0; i < count; i++)
		str_printf(&s, "%s\"%d\":0", i == 0 ? "" : ",",
		    i * 7919 % count);
	str_raw(&s, "}");
	object = json_parse(arena, arena_copy(arena, s.text, s.len), s.len);
	ok(object != NULL, "%d members of different names are JSON", count);
	while (object != NULL && (m = json_next(object, m)) != NULL)
		seen++;
	is_int(seen, count, "all of them are there");

	s.text[s.len - 1] = ',';
	str_raw(&s, "\"0\":0}");
	ok(json_parse(arena, s.text, s.len) == NULL,
	    "one more with the name of the first is not");
}

static const struct {
	const char *text, *want;
} written[] = {
	{ "null", "null" },
	{ " true ", "true" },
	{ "false", "false" },
	{ "\"a\\u0062\\n\\\"\"", "\"ab\\n\\\"\"" },
	{ "[ ]", "[]" },
	{ "{ }", "{}" },
	{ "[1, \"a\" ,null]", "[1,\"a\",null]" },
	{ "{\"b\":1,\"a\":{\"d\":[],\"c\":2}}",
	    "{\"a\":{\"c\":2,\"d\":[]},\"b\":1}" },
	{ "1.0", "1" },
	{ "-0", "0" },
	{ "-0.0", "0" },
	{ "1e2", "100" },
	{ "0.1", "0.1" },
	{ "1e-7", "1e-07" },
	{ "9007199254740991", "9007199254740991" },
	{ "-9007199254740991", "-9007199254740991" },
	{ "0.30000000000000004", "0.30000000000000004" },
	{ "3.141592653589793", "3.141592653589793" },
};

static void
test_write(void)
{
	for (size_t i = 0; i < sizeof(written) / sizeof(written[0]); i++) {
		struct str s = str_new(arena);
		const struct json *value = parse(written[i].text);

		if (value != NULL)
			json_write(&s, value);
		is_text(s.text, written[i].want, "%s is written as %s",
		    written[i].text, written[i].want);
		ok(parse(s.text) != NULL, "which is JSON");
	}
}

static const struct {
	const char *text;
	bool good;
} numbers[] = {
	{ "0", true },
	{ "-1.5", true },
	{ "9007199254740991", true },
	{ "9007199254740992", false },
	{ "-9007199254740991", true },
	{ "-9007199254740992", false },
	{ "1e300", false },
	{ "1e400", false },
	{ "-1e400", false },
};

static void
test_numbers(void)
{
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		ok(json_interoperable(parse(numbers[i].text)) ==
			numbers[i].good,
		    "%s is %sread alike by everybody", numbers[i].text,
		    numbers[i].good ? "" : "not ");
}

int
main(void)
{
	arena = arena_new();
	test_grammar();
	test_prefixes();
	test_depth();
	test_texts();
	test_members();
	test_many_members();
	test_write();
	test_numbers();
	arena_free(arena);
	return done();
}
