/*
 * fuzz.h - what the fuzz targets have in common.
 *
 * A target is libFuzzer's entry point.  It gives the bytes to what it tests,
 * and says what must hold whatever they are.
 */
#ifndef FOYER_FUZZ_H
#define FOYER_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A property; abort() tells libFuzzer, and the replay, that it does not hold.
 */
#define must(holds)                                                     \
	do {                                                            \
		if (!(holds)) {                                         \
			(void)fprintf(stderr, "%s:%d: must hold: %s\n", \
			    __FILE__, __LINE__, #holds);                \
			abort();                                        \
		}                                                       \
	} while (0)

/* The arena of one input, which is empty again. */
static inline struct arena *
fuzz_arena(void)
{
	static struct arena *arena;

	if (arena == NULL)
		arena = arena_new();
	arena_reset(arena);
	return arena;
}

/*
 * A copy of the bytes with a NUL, and nothing that could be read behind it; the
 * caller frees it.
 */
static inline char *
fuzz_text(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (text == NULL)
		abort();
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

/* What is left of the input. */
struct input {
	const uint8_t *data;
	size_t size;
};

static inline uint8_t
take_byte(struct input *in)
{
	if (in->size == 0)
		return 0;
	in->size--;
	return *in->data++;
}

/* The part up to the next NUL or the end; false when nothing is left. */
static inline bool
take_part(struct input *in, struct input *part)
{
	const uint8_t *end =
	    in->size == 0 ? NULL : memchr(in->data, 0, in->size);

	if (in->size == 0)
		return false;
	part->data = in->data;
	part->size = end == NULL ? in->size : (size_t)(end - in->data);
	in->data += part->size + (end != NULL);
	in->size -= part->size + (end != NULL);
	return true;
}

#endif
