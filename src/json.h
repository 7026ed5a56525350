/*
 * json.h - strict reading of JSON (RFC 8259); the only user of cJSON.
 *
 * Accepted is what the RFC allows, in UTF-8, without duplicate members, nested
 * to at most JSON_DEPTH.  Everything else is refused before cJSON sees it.
 */
#ifndef FOYER_JSON_H
#define FOYER_JSON_H

#include <stdbool.h>
#include <stddef.h>

#define JSON_DEPTH 16

struct arena;
struct str;
struct json; /* a value; lives as long as the arena's request */

enum json_kind {
	JSON_NULL,
	JSON_BOOL,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT,
};

/*
 * Parse text, which has len bytes and a NUL behind them and is changed: an
 * escaped NUL, which a C string cannot hold, becomes the byte JSON_NUL.  NULL
 * when it is not JSON by the rules above.
 */
const struct json *json_parse(struct arena *a, char *text, size_t len);

/* Stands for U+0000 in strings; never occurs in UTF-8. */
#define JSON_NUL 0xff

enum json_kind json_kind(const struct json *value);

/* The text of a string, in UTF-8. */
const char *json_text(const struct json *string);

/* The member of that name, or NULL. */
const struct json *json_member(const struct json *object, const char *name);

/*
 * The members of an object, or the elements of an array, in order of
 * appearance: pass NULL for the first.
 */
const struct json *json_next(const struct json *parent,
    const struct json *child);
const char *json_name(const struct json *member);

/*
 * Is it a number that every reader of JSON understands alike (RFC 8259, section
 * 6), that is from -(2^53)+1 to (2^53)-1?
 */
bool json_interoperable(const struct json *number);

/*
 * Append a value in a form that equal values have in common: members sorted by
 * name, no white space, numbers in the fewest digits that read as the same
 * double.
 */
void json_write(struct str *s, const struct json *value);

#endif
