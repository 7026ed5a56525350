/*
 * arena.h - memory that lives as long as one request.
 *
 * Nothing taken from an arena is freed by itself; arena_reset() takes all of it
 * back at once.  Running out of memory ends the process: sizes that come from
 * outside are bounded before memory is asked for.
 */
#ifndef FOYER_ARENA_H
#define FOYER_ARENA_H

#include <stddef.h>

struct arena;

/* A new, empty arena; it keeps one block for good.  The caller frees it. */
struct arena *arena_new(void);
void arena_free(struct arena *a);

/* n bytes, aligned for any object, not cleared; valid until arena_reset(). */
void *arena_alloc(struct arena *a, size_t n)
    __attribute__((malloc, returns_nonnull));

/* A NUL-terminated copy of n bytes. */
char *arena_copy(struct arena *a, const char *bytes, size_t n)
    __attribute__((returns_nonnull));

/* snprintf() into the arena. */
char *arena_printf(struct arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3), returns_nonnull));

/* Take everything back.  All blocks but the first go back to the system. */
void arena_reset(struct arena *a);

#endif
