/*
 * reference.h - another reader of JSON, to compare ours with.
 *
 * Its header and ours name things alike, so it has a file of its own.
 */
#ifndef FOYER_REFERENCE_H
#define FOYER_REFERENCE_H

#include <stddef.h>

enum reference {
	REFERENCE_REFUSES,
	REFERENCE_ACCEPTS,
	REFERENCE_SILENT, /* it is not there, or the number too large for it */
};

/* Is this JSON (RFC 8259) without duplicate members? */
enum reference reference_json(const char *text, size_t len);

#endif
