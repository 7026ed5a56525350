/*
 * arena.c - memory that lives as long as one request.
 *
 * SPDX-License-Identifier: ISC
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "log.h"

/* Enough for an ordinary request with its answer, so that none calls malloc. */
#define BLOCK_SIZE ((size_t)32 * 1024)
#define ALIGNMENT  _Alignof(max_align_t)

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define POISON(p, n)   ASAN_POISON_MEMORY_REGION(p, n)
#define UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION(p, n)
#else
#define POISON(p, n)   ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
#endif

struct block {
	struct block *older;
	size_t size; /* bytes after the header */
	size_t used;
	_Alignas(max_align_t) char data[];
};

struct arena {
	struct block *newest;
};

static struct block *
block_new(struct block *older, size_t size)
{
	struct block *b = malloc(sizeof(*b) + size);

	if (b == NULL)
		die("out of memory");
	b->older = older;
	b->size = size;
	b->used = 0;
	POISON(b->data, size);
	return b;
}

static void
block_free(struct block *b)
{
	UNPOISON(b->data, b->size);
	free(b);
}

struct arena *
arena_new(void)
{
	struct arena *a = malloc(sizeof(*a));

	if (a == NULL)
		die("out of memory");
	a->newest = block_new(NULL, BLOCK_SIZE);
	return a;
}

void
arena_reset(struct arena *a)
{
	while (a->newest->older != NULL) {
		struct block *b = a->newest;

		a->newest = b->older;
		block_free(b);
	}
	a->newest->used = 0;
	POISON(a->newest->data, a->newest->size);
}

void
arena_free(struct arena *a)
{
	arena_reset(a);
	block_free(a->newest);
	free(a);
}

void *
arena_alloc(struct arena *a, size_t n)
{
	struct block *b = a->newest;
	char *p;

	if (n > SIZE_MAX / 2)
		die("out of memory");
	n = (n + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	if (n > b->size - b->used) {
		b = block_new(b, n > BLOCK_SIZE ? n : BLOCK_SIZE);
		a->newest = b;
	}
	p = b->data + b->used;
	b->used += n;
	UNPOISON(p, n);
	return p;
}

char *
arena_copy(struct arena *a, const char *bytes, size_t n)
{
	char *copy = arena_alloc(a, n + 1);

	memcpy(copy, bytes, n);
	copy[n] = '\0';
	return copy;
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *text;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		die("vsnprintf: %s", fmt);
	text = arena_alloc(a, (size_t)n + 1);
	va_start(ap, fmt);
	(void)vsnprintf(text, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return text;
}
