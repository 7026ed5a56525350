/*
 * arena_test.c - memory that lives as long as one request.
 */
#include <stdalign.h>
#include <stddef.h>
#include <stdlib.h>

#include "arena.h"
#include "child.h"
#include "tap.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

#define PIECES 2000

/* Many times the block, so that most pieces are in later blocks. */
static void
test_pieces(struct arena *a)
{
	static const size_t sizes[] = { 0, 1, 7, 8, 15, 16, 17, 31, 255, 4096,
		32767, 32768, 32769, 140000 };
	const size_t nsizes = sizeof(sizes) / sizeof(sizes[0]);
	static unsigned char *pieces[PIECES];
	size_t unaligned = 0, damaged = 0;

	for (size_t i = 0; i < PIECES; i++) {
		const size_t n = sizes[i % nsizes];

		pieces[i] = arena_alloc(a, n);
		unaligned += (uintptr_t)pieces[i] % alignof(max_align_t) != 0;
		memset(pieces[i], (int)(i % 251), n);
	}
	for (size_t i = 0; i < PIECES; i++)
		for (size_t k = 0; k < sizes[i % nsizes]; k++)
			damaged += pieces[i][k] != i % 251;
	is_int(unaligned, 0, "each piece is aligned for any object");
	is_int(damaged, 0, "no piece overlaps another, whatever its size");
}

static void
test_copy(struct arena *a)
{
	const char bytes[] = "ab\0cd";
	char *copy = arena_copy(a, bytes, 5);

	ok(copy != bytes && memcmp(copy, bytes, 6) == 0,
	    "a copy has all bytes, a NUL in the middle too, and one at the end");
	is_text(arena_copy(a, bytes, 1), "a", "a copy can be a part");
	is_text(arena_copy(a, bytes, 0), "", "a copy can be empty");
}

static void
test_printf(struct arena *a)
{
	char *text = arena_printf(a, "%*d", 50000, 7);

	is_text(arena_printf(a, "%s-%03d", "x", 5), "x-005",
	    "a text is formatted");
	is_text(arena_printf(a, "%s", ""), "", "a text can be empty");
	ok(strlen(text) == 50000 && strspn(text, " ") == 49999,
	    "a text can be longer than a block");
}

static void
test_reset(struct arena *a)
{
	char *first, *again;

	arena_reset(a);
	first = arena_alloc(a, 100);
	for (int i = 0; i < 100; i++)
		(void)arena_alloc(a, 20000);
	arena_reset(a);
	again = arena_alloc(a, 100);
	ok(first == again,
	    "after a reset the first block is used again, not a new one");
	arena_reset(a);
	arena_reset(a);
	ok(arena_alloc(a, 100) == first, "an empty arena can be reset");
}

/* In a sanitised build, use after the request is caught. */
static void
test_poison(struct arena *a)
{
#if defined(__SANITIZE_ADDRESS__)
	char *p = arena_alloc(a, 64);

	ok(!__asan_address_is_poisoned(p + 63), "what was taken can be used");
	ok(__asan_address_is_poisoned(p + 64), "what comes behind it cannot");
	arena_reset(a);
	ok(__asan_address_is_poisoned(p), "nor what a reset has taken back");
#else
	ok(a != NULL, "memory is poisoned # SKIP not a sanitised build");
#endif
}

static volatile size_t huge;
static struct arena *volatile exhausted;

static void
take_huge(void)
{
	exhausted = arena_new();
	(void)arena_alloc(exhausted, huge);
}

static void
test_exhaustion(void)
{
	huge = SIZE_MAX;
	is_text(dies(take_huge), "out of memory",
	    "a size that rounding up would make small ends the process");
	huge = SIZE_MAX / 2 + 1;
	is_text(dies(take_huge), "out of memory",
	    "a size beyond all memory ends the process");
}

int
main(void)
{
	struct arena *a = arena_new();

	test_pieces(a);
	test_copy(a);
	test_printf(a);
	test_reset(a);
	test_poison(a);
	arena_free(a);
	test_exhaustion();
	return done();
}
