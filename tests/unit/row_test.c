/*
 * row_test.c - rows of a result as JSON, and the values that db.c decodes.
 *
 * The results are made by hand, in libpq's binary form.
 */
#include <libpq-fe.h>
#include <stddef.h>
#include <stdlib.h>

#include "arena.h"
#include "child.h"
#include "db.h"
#include "row.h"
#include "str.h"
#include "tap.h"

#define UUID_BYTES \
	"\x01\x90\x16\x3d\x86\x94\x73\x9b\xae\xa5\x96\x6c\x26\xf8\xad\x91"
#define UUID_TEXT  "0190163d-8694-739b-aea5-966c26f8ad91"
#define TIME_BYTES "\x00\x00\x00\x00\x00\x0f\x42\x41" /* a second, 1 us */

static struct arena *arena;

/* A result of one row and one column; bytes NULL: null. */
static struct db_result *
result_of(const char *column, unsigned type, const char *bytes, size_t len)
{
	PGresult *result = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
	char *name = arena_copy(arena, column, strlen(column));
	char *value = bytes == NULL ? NULL : arena_copy(arena, bytes, len);
	PGresAttDesc attribute = { .name = name, .format = 1, .typid = type };

	if (result == NULL || !PQsetResultAttrs(result, 1, &attribute) ||
	    !PQsetvalue(result, 0, 0, value, bytes == NULL ? -1 : (int)len))
		abort();
	return (struct db_result *)result;
}

/* The member that one value makes. */
static const char *
member(const char *column, unsigned type, const char *bytes, size_t len)
{
	struct db_result *result = result_of(column, type, bytes, len);
	struct str s = str_new(arena);

	str_raw(&s, "{");
	row_members(&s, result, 0, 0, 1, false);
	str_raw(&s, "}");
	db_clear(result);
	return s.text;
}

static const struct {
	unsigned type;
	size_t len;
	const char *bytes, *want;
} values[] = {
	{ 16, 1, "\1", "true" },
	{ 16, 1, "\0", "false" },
	{ 21, 2, "\xff\xfe", "-2" },
	{ 23, 4, "\x7f\xff\xff\xff", "2147483647" },
	{ 23, 4, "\x80\x00\x00\x00", "-2147483648" },
	{ 20, 8, "\x00\x00\x00\x01\x00\x00\x00\x00", "4294967296" },
	{ 20, 8, "\x7f\xff\xff\xff\xff\xff\xff\xff", "9223372036854775807" },
	{ 20, 8, "\x80\x00\x00\x00\x00\x00\x00\x00", "-9223372036854775808" },
	{ 20, 8, "\xff\xff\xff\xff\xff\xff\xff\xff", "-1" },
	{ 25, 0, "", "\"\"" },
	{ 25, 4, "a\"\nb", "\"a\\\"\\nb\"" },
	{ 1043, 1, "x", "\"x\"" },
	{ 114, 7, "{\"a\":1}", "{\"a\":1}" },
	{ 3802, 8, "\1{\"a\":1}", "{\"a\":1}" },
	{ 2950, 16, UUID_BYTES, "\"" UUID_TEXT "\"" },
	{ 1184, 8, TIME_BYTES, "\"2000-01-01T00:00:01.000Z\"" },
	{ 1184, 8, "\xff\xff\xff\xff\xff\xff\xff\xff",
	    "\"1999-12-31T23:59:59.999Z\"" },
	{ 2950, 0, NULL, "null" },
	{ 23, 0, NULL, "null" },
};

static void
test_values(void)
{
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		char want[128];

		(void)snprintf(want, sizeof(want), "{\"x\":%s}",
		    values[i].want);
		is_text(
		    member("x", values[i].type, values[i].bytes, values[i].len),
		    want, "a value of type %u is %s", values[i].type,
		    values[i].want);
	}
}

/* An int4 in network order. */
static void
put_int(struct str *s, uint32_t value)
{
	for (int shift = 24; shift >= 0; shift -= 8) {
		const char byte = (char)(value >> shift & 0xff);

		str_bytes(s, &byte, 1);
	}
}

static void
put_field(struct str *s, uint32_t type, const char *bytes, size_t len)
{
	put_int(s, type);
	put_int(s, (uint32_t)len);
	str_bytes(s, bytes, len);
}

/* A record as foyer_api.participant sends it. */
static struct str
participant(void)
{
	struct str s = str_new(arena);

	put_int(&s, 3);
	put_field(&s, 2950, UUID_BYTES, 16);
	put_field(&s, 25, "visitor", 7);
	put_field(&s, 1184, TIME_BYTES, 8);
	return s;
}

/* An array of one dimension; of n times the same element. */
static struct str
array(uint32_t type, uint32_t n, const char *bytes, size_t len)
{
	struct str s = str_new(arena);

	put_int(&s, n > 0);
	put_int(&s, 0);
	put_int(&s, type);
	if (n > 0) {
		put_int(&s, n);
		put_int(&s, 1);
	}
	for (uint32_t i = 0; i < n; i++) {
		put_int(&s, (uint32_t)len);
		str_bytes(&s, bytes, len);
	}
	return s;
}

#define PARTICIPANT                                           \
	"{\"userId\":\"" UUID_TEXT "\",\"role\":\"visitor\"," \
	"\"joinedAt\":\"2000-01-01T00:00:01.000Z\"}"

static void
test_nested(void)
{
	const struct str record = participant();
	struct str s = array(16385, 0, "", 0);

	is_text(member("participants", 16384, s.text, s.len),
	    "{\"participants\":[]}", "an empty array of records is one");
	s = array(16385, 1, record.text, record.len);
	is_text(member("participants", 16384, s.text, s.len),
	    "{\"participants\":[" PARTICIPANT "]}",
	    "a record has the members of its column");
	s = array(16385, 2, record.text, record.len);
	is_text(member("participants", 16384, s.text, s.len),
	    "{\"participants\":[" PARTICIPANT "," PARTICIPANT "]}",
	    "records are divided by commas");
	s = array(25, 2, "a\"b", 3);
	is_text(member("names", 1009, s.text, s.len),
	    "{\"names\":[\"a\\\"b\",\"a\\\"b\"]}", "texts too");
}

/* Rows of several kinds: integer columns n, id, a.id, a.x, b.id. */
static const struct {
	const char *given; /* a digit for each column, "-" for null */
	const char *want;
} kinds[] = {
	{ "-----", "{}" },
	{ "12---", "{\"n\":1,\"id\":2}" },
	{ "1----", "{\"n\":1}" },
	{ "-2---", "{\"id\":2}" },
	{ "1-34-", "{\"n\":1,\"a\":{\"id\":3,\"x\":4}}" },
	{ "1-3--", "{\"n\":1,\"a\":{\"id\":3,\"x\":null}}" },
	{ "1---5", "{\"n\":1,\"b\":{\"id\":5}}" },
	{ "--34-", "{\"a\":{\"id\":3,\"x\":4}}" },
	{ "12345",
	    "{\"n\":1,\"id\":2,\"a\":{\"id\":3,\"x\":4},\"b\":{\"id\":5}}" },
};

static const char *
given_members(const char *given)
{
	static char n[] = "n", id[] = "id", a_id[] = "a.id", a_x[] = "a.x",
		    b_id[] = "b.id";
	char *const names[] = { n, id, a_id, a_x, b_id };
	PGresAttDesc columns[5] = { { .name = NULL } };
	PGresult *result = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
	struct str s = str_new(arena);

	for (int k = 0; k < 5; k++)
		columns[k] = (PGresAttDesc){ .name = names[k],
			.format = 1,
			.typid = 23 };
	if (result == NULL || !PQsetResultAttrs(result, 5, columns))
		abort();
	for (int k = 0; k < 5; k++) {
		char value[4] = { 0, 0, 0, (char)(given[k] - '0') };

		if (!PQsetvalue(result, 0, k, value, given[k] == '-' ? -1 : 4))
			abort();
	}
	str_raw(&s, "{");
	row_given(&s, (struct db_result *)result, 0, 0, 5, false);
	str_raw(&s, "}");
	PQclear(result);
	return s.text;
}

static void
test_given(void)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		is_text(given_members(kinds[i].given), kinds[i].want,
		    "a row has the members of its kind: %s", kinds[i].given);
}

/* Fields of a record: null, and more or fewer than there is room for. */
static void
test_record(void)
{
	struct str s = str_new(arena);
	struct db_value fields[3] = { { .type = DB_JSON } };
	struct db_result *result;

	put_int(&s, 2);
	put_int(&s, 23);
	put_int(&s, UINT32_MAX);
	put_field(&s, 23, "\0\0\0\5", 4);
	result = result_of("x", 16384, s.text, s.len);
	is_int(db_record(db_value(result, 0, 0), fields, 3), 2,
	    "a record says how many fields it has");
	ok(fields[0].type == DB_NULL, "a field can be null");
	ok(fields[1].type == DB_INT && fields[1].number == 5,
	    "the next one is found behind it");
	fields[1].number = 0;
	is_int(db_record(db_value(result, 0, 0), fields, 1), 2,
	    "also when there is no room for all");
	is_int(fields[1].number, 0, "and then no more are stored");
	is_text(db_name(result, 0), "x", "a column has its name");
	ok(db_rows(result) == 1 && db_columns(result) == 1,
	    "a result has its rows and columns");
	db_clear(result);
}

static struct str broken;

static void
read_broken(void)
{
	(void)member("participants", 16384, broken.text, broken.len);
}

/* Four bytes of broken become another integer. */
static void
break_at(size_t at, uint32_t value)
{
	struct str s = str_new(arena);

	put_int(&s, value);
	memcpy(broken.text + at, s.text, 4);
}

/* What is not a value of PostgreSQL's ends the process, not the memory. */
static void
test_broken(void)
{
	static const char promise[] = "the database sent a broken value";
	const struct str record = participant();
	size_t survived = 0;

	for (size_t len = 0; len < record.len; len++) {
		broken = array(16385, 1, record.text, len);
		survived += dies(read_broken) == NULL;
	}
	is_int(survived, 0, "a record that is cut is refused");
	survived = 0;
	for (size_t len = 0; len < 24 + record.len; len++) {
		broken = array(16385, 1, record.text, record.len);
		broken.len = len;
		survived += dies(read_broken) == NULL;
	}
	is_int(survived, 0, "an array that is cut is refused");
	broken = array(16385, 1, record.text, record.len);
	break_at(0, 2);
	is_text(dies(read_broken), promise, "so is one of two dimensions");
	break_at(0, 1);
	break_at(12, 0x7fffffff);
	is_text(dies(read_broken), promise,
	    "so is a count for which there is no room");
	break_at(12, 0x80000000);
	is_text(dies(read_broken), promise, "so is a count below nought");
	break_at(12, 1);
	break_at(20, 0xfffffffe);
	is_text(dies(read_broken), promise,
	    "so is a length below that of null");
	break_at(20, (uint32_t)record.len);
	break_at(24, 0x7fffffff);
	is_text(dies(read_broken), promise, "so is a record of too many");
}

/* One column of a type, and a length that the type does not have. */
static const struct {
	unsigned type;
	size_t len;
} lengths[] = {
	{ 16, 0 },
	{ 16, 2 },
	{ 21, 1 },
	{ 23, 8 },
	{ 20, 4 },
	{ 1184, 9 },
	{ 2950, 15 },
	{ 2950, 17 },
	{ 3802, 0 },
};
static size_t length;

static void
read_length(void)
{
	(void)member("x", lengths[length].type, "\1{}56789abcdefgh",
	    lengths[length].len);
}

static void
test_lengths(void)
{
	for (; length < sizeof(lengths) / sizeof(lengths[0]); length++)
		is_text(dies(read_length), "the database sent a broken value",
		    "no value of type %u has %zu bytes", lengths[length].type,
		    lengths[length].len);
}

static void
read_unknown(void)
{
	const struct str record = participant();
	const struct str s = array(16385, 1, record.text, record.len);

	(void)member("colours", 16384, s.text, s.len);
}

static void
test_unknown(void)
{
	is_text(dies(read_unknown),
	    "column colours holds records that this program does not know",
	    "records of an unknown column are refused");
}

int
main(void)
{
	arena = arena_new();
	test_values();
	test_nested();
	test_given();
	test_record();
	test_broken();
	test_lengths();
	test_unknown();
	arena_free(arena);
	return done();
}
