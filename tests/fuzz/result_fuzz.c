/*
 * result_fuzz.c - a server's binary values: one of any bytes is either refused
 * or read within its bounds, and what is written of it is JSON.
 *
 * The input is, for each column, the number of a type, a length and the bytes.
 */
#include <libpq-fe.h>
#include <setjmp.h>

#include "db.h"
#include "fuzz.h"
#include "json.h"
#include "log.h"
#include "row.h"
#include "str.h"
#include "text.h"

#define COLUMNS_MAX 4

/* With these of our own, those of log.c are not linked: dying is returning. */

static jmp_buf dead;

void
die(const char *fmt, ...)
{
	(void)fmt;
	longjmp(dead, 1);
}

void
log_error(const char *fmt, ...)
{
	(void)fmt;
}

void
log_write(const char *line, unsigned long len)
{
	(void)line;
	(void)len;
}

static const Oid types[] = { 16, 20, 21, 23, 25, 114, 1009, 1184, 2950, 3802,
	16384 };

/* bytes[0] to bytes[len] belong to the outer value, and are not JSON. */
static bool
check_value(struct arena *a, struct db_value v, const char *from,
    const char *to, int level)
{
	size_t n, all;
	struct db_value *inner;
	bool plain = v.type != DB_JSON;

	if (v.type == DB_NULL)
		return true;
	must(v.bytes >= from && v.bytes <= to);
	must(v.len <= (size_t)(to - v.bytes));
	if (v.type == DB_TEXT)
		return text_utf8(v.bytes, v.len);
	if (v.type != DB_NESTED)
		return plain;
	if (level == 4)
		return false;
	all = level % 2 == 0 ? db_array(v, NULL, 0) : db_record(v, NULL, 0);
	must(all <= v.len / 4);
	inner = arena_alloc(a, (all + 1) * sizeof(*inner));
	inner[all].len = 42;
	n = level % 2 == 0 ? db_array(v, inner, all) : db_record(v, inner, all);
	must(n == all && inner[all].len == 42);
	for (size_t i = 0; i < n; i++)
		plain = check_value(a, inner[i], v.bytes, v.bytes + v.len,
			    level + 1) &&
		    plain;
	return plain;
}

/* A row of the input's columns; its values end where their memory ends. */
static PGresult *
result_of(struct input *in)
{
	static char names[COLUMNS_MAX][16] = { "participants", "a.id", "a.x",
		"b" };
	PGresAttDesc columns[COLUMNS_MAX] = { { .name = NULL } };
	struct input values[COLUMNS_MAX];
	PGresult *result = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
	int n = 0;

	for (; n < COLUMNS_MAX && in->size > 0; n++) {
		const uint8_t type = take_byte(in);
		size_t len = take_byte(in);

		len = len < in->size ? len : in->size;
		columns[n] = (PGresAttDesc){ .name = names[n],
			.format = 1,
			.typid =
			    types[type % (sizeof(types) / sizeof(types[0]))] };
		values[n] = (struct input){ in->data, len };
		in->data += len;
		in->size -= len;
	}
	must(result != NULL && PQsetResultAttrs(result, n, columns));
	for (int k = 0; k < n; k++)
		must(PQsetvalue(result, 0, k, (char *)(uintptr_t)values[k].data,
		    (int)values[k].size));
	return result;
}

/*
 * The rows as JSON, in the names of a mount; they are that when what they hold
 * is text or JSON.
 */
static void
check_row(struct arena *a, const struct db_result *result, size_t n, bool plain,
    bool snake)
{
	struct str s = str_new(a);

	str_raw(&s, "{");
	row_members(&s, result, 0, 0, n, snake);
	str_raw(&s, "}");
	must(!plain || json_parse(a, s.text, s.len) != NULL);
	s = str_new(a);
	str_raw(&s, "{");
	row_given(&s, result, 0, 0, n, snake);
	str_raw(&s, "}");
	must(!plain || json_parse(a, s.text, s.len) != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	struct input in = { data, size };
	PGresult *result = result_of(&in);
	const struct db_result *ours = (const struct db_result *)result;
	const size_t n = (size_t)PQnfields(result);

	if (n > 0 && setjmp(dead) == 0) {
		bool plain = true;

		for (size_t k = 0; k < n; k++) {
			const char *bytes = PQgetvalue(result, 0, (int)k);

			plain =
			    check_value(a, db_value(ours, 0, k), bytes,
				bytes + PQgetlength(result, 0, (int)k), 0) &&
			    plain;
		}
		check_row(a, ours, n, plain, false);
		check_row(a, ours, n, plain, true);
	}
	PQclear(result);
	return 0;
}
