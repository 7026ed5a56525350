/*
 * row.c - rows of a result as JSON.
 *
 * SPDX-License-Identifier: ISC
 */
#include <string.h>

#include "arena.h"
#include "db.h"
#include "log.h"
#include "row.h"
#include "str.h"
#include "text.h"

#define MEMBERS_MAX  4
#define NAME_MAX_LEN 64 /* as PostgreSQL's */

/* The members of an element of a column that is an array of records. */
static const struct nested {
	const char *column;
	const char *members[MEMBERS_MAX];
} nested[] = {
	{ "participants", { "userId", "role", "joinedAt" } },
};

static void value_json(struct str *s, const char *column, struct db_value v,
    bool snake);

static void
name_json(struct str *s, const char *name, bool snake)
{
	if (snake) {
		char other[2 * NAME_MAX_LEN];

		text_snake(name, other, sizeof(other));
		str_name(s, other);
	} else {
		str_name(s, name);
	}
}

static void
member_json(struct str *s, const char *name, struct db_value v, bool snake)
{
	name_json(s, name, snake);
	value_json(s, name, v, snake);
}

static const struct nested *
nested_row(const char *column)
{
	for (size_t i = 0; i < sizeof(nested) / sizeof(nested[0]); i++)
		if (strcmp(nested[i].column, column) == 0)
			return &nested[i];
	die("column %s holds records that this program does not know", column);
}

static void
record_json(struct str *s, const char *column, struct db_value record,
    bool snake)
{
	const struct nested *row = nested_row(column);
	struct db_value fields[MEMBERS_MAX];
	const size_t n = db_record(record, fields, MEMBERS_MAX);

	str_raw(s, "{");
	for (size_t i = 0; i < n && i < MEMBERS_MAX && row->members[i] != NULL;
	     i++)
		member_json(s, row->members[i], fields[i], snake);
	str_raw(s, "}");
}

static void
array_json(struct str *s, const char *column, struct db_value array, bool snake)
{
	const size_t n = db_array(array, NULL, 0);
	struct db_value *elements =
	    arena_alloc(s->arena, (n + 1) * sizeof(*elements));

	(void)db_array(array, elements, n);
	str_raw(s, "[");
	for (size_t i = 0; i < n; i++) {
		str_raw(s, i > 0 ? "," : "");
		if (elements[i].type == DB_NESTED)
			record_json(s, column, elements[i], snake);
		else
			value_json(s, column, elements[i], snake);
	}
	str_raw(s, "]");
}

static void
value_json(struct str *s, const char *column, struct db_value v, bool snake)
{
	char uuid[UUID_LEN + 3] = "\"";

	switch (v.type) {
	case DB_NULL:
		str_raw(s, "null");
		break;
	case DB_BOOL:
		str_raw(s, v.number != 0 ? "true" : "false");
		break;
	case DB_INT:
		str_int(s, v.number);
		break;
	case DB_TIME:
		str_raw(s, "\"");
		str_time(s, v.number, 3);
		str_raw(s, "\"");
		break;
	case DB_UUID:
		db_uuid(v, uuid + 1);
		uuid[UUID_LEN + 1] = '"';
		str_bytes(s, uuid, UUID_LEN + 2);
		break;
	case DB_TEXT:
		str_json(s, v.bytes, v.len);
		break;
	case DB_JSON:
		str_bytes(s, v.bytes, v.len);
		break;
	case DB_NESTED:
		array_json(s, column, v, snake);
		break;
	}
}

void
row_members(struct str *s, const struct db_result *result, size_t row,
    size_t first, size_t last, bool snake)
{
	for (size_t k = first; k < last; k++)
		member_json(s, db_name(result, k), db_value(result, row, k),
		    snake);
}

void
row_given(struct str *s, const struct db_result *result, size_t row,
    size_t first, size_t last, bool snake)
{
	const char *object = "";
	size_t len = 0;

	for (size_t k = first; k < last; k++) {
		const char *name = db_name(result, k);
		const struct db_value v = db_value(result, row, k);
		const char *dot = strchr(name, '.');

		if (dot == NULL) {
			if (v.type != DB_NULL)
				member_json(s, name, v, snake);
			continue;
		}
		if (strncmp(name, object, len + 1) != 0 || len == 0) {
			if (len > 0)
				str_raw(s, "}");
			/* The first column of an object is its id. */
			len = v.type == DB_NULL ? 0 : (size_t)(dot - name);
			object = name;
			if (len == 0)
				continue;
			name_json(s, arena_copy(s->arena, name, len), snake);
			str_raw(s, "{");
		}
		member_json(s, dot + 1, v, snake);
	}
	if (len > 0)
		str_raw(s, "}");
}
