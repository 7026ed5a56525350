/*
 * ctl_print.c - results as JSON, or as text for people.
 *
 * SPDX-License-Identifier: ISC
 */
#include <string.h>

#include "arena.h"
#include "ctl_print.h"
#include "db.h"
#include "row.h"
#include "str.h"
#include "text.h"

static void
object_json(struct str *s, const struct db_result *result, size_t row,
    size_t first)
{
	str_raw(s, "{");
	row_members(s, result, row, first, db_columns(result), false);
	str_raw(s, "}");
}

/* The key follows the id, the first column. */
static void
one_json(struct str *s, const struct db_result *result, const char *secret)
{
	str_raw(s, "{");
	row_members(s, result, 0, 0, 1, false);
	if (secret != NULL) {
		str_raw(s, ",\"key\":");
		str_json(s, secret, strlen(secret));
	}
	row_members(s, result, 0, 1, db_columns(result), false);
	str_raw(s, "}");
}

static void
list_json(struct str *s, const struct db_result *result)
{
	str_raw(s, "[");
	for (size_t row = 0; row < db_rows(result); row++) {
		str_raw(s, row > 0 ? "," : "");
		object_json(s, result, row, 0);
	}
	str_raw(s, "]");
}

static void
keyed_json(struct str *s, const struct db_result *result)
{
	str_raw(s, "{");
	for (size_t row = 0; row < db_rows(result); row++) {
		const struct db_value name = db_value(result, row, 0);

		str_raw(s, row > 0 ? "," : "");
		str_json(s, name.bytes, name.len);
		str_raw(s, ":");
		object_json(s, result, row, 1);
	}
	str_raw(s, "}");
}

static void
document(struct str *s, const struct db_result *result)
{
	const struct db_value v = db_value(result, 0, 0);

	str_bytes(s, v.bytes, v.len);
}

void
print_json(struct str *s, enum output output, const struct db_result *result,
    const char *secret)
{
	switch (output) {
	case OUTPUT_ONE:
		one_json(s, result, secret);
		break;
	case OUTPUT_LIST:
		list_json(s, result);
		break;
	case OUTPUT_KEYED:
		keyed_json(s, result);
		break;
	case OUTPUT_DOCUMENT:
		document(s, result);
		break;
	case OUTPUT_SUM:
	case OUTPUT_CHECK:
		break;
	}
	str_raw(s, "\n");
}

static void value_text(struct str *s, struct db_value v);

static void
array_text(struct str *s, struct db_value array)
{
	const size_t n = db_array(array, NULL, 0);
	struct db_value *elements =
	    arena_alloc(s->arena, (n + 1) * sizeof(*elements));

	(void)db_array(array, elements, n);
	for (size_t i = 0; i < n; i++) {
		str_raw(s, i > 0 ? " " : "");
		value_text(s, elements[i]);
	}
	if (n == 0)
		str_raw(s, "-");
}

static void
value_text(struct str *s, struct db_value v)
{
	char uuid[UUID_LEN + 1];

	switch (v.type) {
	case DB_NULL:
		str_raw(s, "-");
		break;
	case DB_BOOL:
		str_raw(s, v.number != 0 ? "yes" : "no");
		break;
	case DB_INT:
		str_int(s, v.number);
		break;
	case DB_TIME:
		str_time(s, v.number, 3);
		break;
	case DB_UUID:
		db_uuid(v, uuid);
		str_raw(s, uuid);
		break;
	case DB_TEXT:
	case DB_JSON:
		str_plain(s, v.bytes, v.len);
		break;
	case DB_NESTED:
		array_text(s, v);
		break;
	}
}

/* "name: value", a line a column. */
static void
one_text(struct str *s, const struct db_result *result, const char *secret)
{
	for (size_t k = 0; k < db_columns(result); k++) {
		str_printf(s, "%s: ", db_name(result, k));
		value_text(s, db_value(result, 0, k));
		str_raw(s, "\n");
		if (k == 0 && secret != NULL)
			str_printf(s, "key: %s\n", secret);
	}
}

/* What a cell of the table holds; row 0 has the names of the columns. */
static struct str
cell(struct arena *a, const struct db_result *result, size_t row, size_t column)
{
	struct str s = str_new(a);

	if (row == 0)
		str_raw(&s, db_name(result, column));
	else
		value_text(&s, db_value(result, row - 1, column));
	return s;
}

/* Columns are as wide as their widest cell, and two blanks apart. */
static void
table_text(struct str *s, const struct db_result *result)
{
	const size_t rows = db_rows(result) + 1, columns = db_columns(result);
	struct str *cells =
	    arena_alloc(s->arena, rows * columns * sizeof(*cells));
	size_t *widths = arena_alloc(s->arena, columns * sizeof(*widths));

	for (size_t k = 0; k < columns; k++) {
		widths[k] = 0;
		for (size_t row = 0; row < rows; row++) {
			const struct str c = cell(s->arena, result, row, k);
			const size_t width = text_length(c.text, c.len);

			cells[row * columns + k] = c;
			if (width > widths[k])
				widths[k] = width;
		}
	}
	for (size_t i = 0; i < rows * columns; i++) {
		const size_t k = i % columns;
		const struct str *c = &cells[i];

		str_bytes(s, c->text, c->len);
		if (k + 1 < columns)
			str_printf(s, "%*s",
			    (int)(widths[k] - text_length(c->text, c->len)) + 2,
			    "");
		else
			str_raw(s, "\n");
	}
}

void
print_text(struct str *s, enum output output, const struct db_result *result,
    const char *secret)
{
	switch (output) {
	case OUTPUT_ONE:
		one_text(s, result, secret);
		break;
	case OUTPUT_LIST:
	case OUTPUT_KEYED:
		table_text(s, result);
		break;
	case OUTPUT_DOCUMENT:
		document(s, result);
		str_raw(s, "\n");
		break;
	case OUTPUT_SUM:
	case OUTPUT_CHECK:
		break;
	}
}

void
print_sums(struct str *s, bool json, const struct db_result *result,
    const int64_t *sums, size_t n)
{
	str_raw(s, json ? "{" : "");
	for (size_t k = 0; k < n; k++) {
		str_printf(s,
		    json ? "%s\"%s\":" : "%s%s: ", json && k > 0 ? "," : "",
		    db_name(result, k));
		str_int(s, sums[k]);
		str_raw(s, json ? "" : "\n");
	}
	str_raw(s, json ? "}\n" : "");
}
