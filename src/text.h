/*
 * text.h - bytes from outside: UTF-8, UUIDs, percent-encoding, numbers.
 */
#ifndef FOYER_TEXT_H
#define FOYER_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#define UUID_LEN 36 /* characters of the 8-4-4-4-12 form */

/* A UUID that names nothing: what a malformed id in a path stands for. */
#define UUID_NIL "00000000-0000-0000-0000-000000000000"

/* Is this well-formed UTF-8 (RFC 3629)?  NUL is well-formed. */
bool text_utf8(const char *bytes, size_t n);

/* Code points of well-formed UTF-8. */
size_t text_length(const char *bytes, size_t n);

/*
 * Leave out white space (Unicode's White_Space property) at both ends of
 * well-formed UTF-8.
 */
void text_trim(const char **bytes, size_t *n);

/* Write a UUID in lower case; false when the text is not one. */
bool text_uuid(const char *text, char out[static UUID_LEN + 1]);

/*
 * Decode percent-encoding in place (RFC 3986, section 2.1); plus also makes
 * "+" a blank, as in a query.  False for a broken escape, a NUL or bytes that
 * are not UTF-8.
 */
bool text_decode(char *text, bool plus);

/* A decimal integer without sign or blanks, in [min, max]. */
bool text_integer(const char *text, long min, long max, long *value);

/*
 * An instant as RFC 3339 (section 5.6) writes it, with seconds and a zone, of a
 * day that exists; the fraction has at most 6 digits, and no second is a leap.
 */
bool text_instant(const char *text);

/*
 * An e-mail address as the HTML standard defines it, of at most 254 bytes, 64
 * of them before the @ (RFC 5321, section 4.5.3.1).
 */
bool text_email(const char *text);

/* An international number: "+", 2 to 15 digits, the first not 0 (ITU E.164). */
bool text_phone(const char *text);

/* camelCase as snake_case, cut off at size bytes with the NUL. */
void text_snake(const char *camel, char *snake, size_t size);

#endif
