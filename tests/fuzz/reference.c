/*
 * reference.c - another reader of JSON, to compare ours with: Jansson's.
 */
#include "reference.h"

#ifdef HAVE_JANSSON
#include <jansson.h>
#include <string.h>

enum reference
reference_json(const char *text, size_t len)
{
	json_error_t error;
	json_t *value;

	/* Behind a value, it takes a NUL for the end. */
	if (memchr(text, '\0', len) != NULL)
		return REFERENCE_REFUSES;
	value = json_loadb(text, len,
	    JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL |
		JSON_ALLOW_NUL,
	    &error);
	if (value != NULL) {
		json_decref(value);
		return REFERENCE_ACCEPTS;
	}
	return json_error_code(&error) == json_error_numeric_overflow
	    ? REFERENCE_SILENT
	    : REFERENCE_REFUSES;
}

#else

enum reference
reference_json(const char *text, size_t len)
{
	(void)text;
	(void)len;
	return REFERENCE_SILENT;
}

#endif
