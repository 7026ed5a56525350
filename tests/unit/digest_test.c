/*
 * digest_test.c - SHA-256, and what makes lists of pieces unambiguous.
 */
#include <stddef.h>
#include <stdlib.h>

#include "digest.h"
#include "tap.h"

static const char *
hex(const unsigned char digest[static DIGEST_LEN])
{
	static char text[2 * DIGEST_LEN + 1];

	for (size_t i = 0; i < DIGEST_LEN; i++)
		(void)snprintf(text + 2 * i, 3, "%02x", digest[i]);
	return text;
}

/* The examples of FIPS 180-4 and of RFC 6234. */
static const struct {
	const char *text, *want;
} vectors[] = {
	{ "",
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ "abc",
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	{ "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
	  "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
	    "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1" },
};

static void
test_vectors(void)
{
	unsigned char digest[DIGEST_LEN];
	const size_t million = 1000000;
	char *text = malloc(million);

	if (text == NULL)
		abort();
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		digest_bytes(vectors[i].text, strlen(vectors[i].text), digest);
		is_text(hex(digest), vectors[i].want,
		    "the digest of \"%s\" is the standard's", vectors[i].text);
	}
	memset(text, 'a', million);
	digest_bytes(text, million, digest);
	is_text(hex(digest),
	    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
	    "the digest of a million letters is the standard's");
	free(text);
}

/* Lists of pieces that are alike when they are only strung together. */
static const struct {
	size_t n;
	struct piece pieces[3];
} lists[] = {
	{ 0, { { "", 0 } } },
	{ 1, { { "", 0 } } },
	{ 2, { { "", 0 }, { "", 0 } } },
	{ 1, { { "abc", 3 } } },
	{ 2, { { "a", 1 }, { "bc", 2 } } },
	{ 2, { { "ab", 2 }, { "c", 1 } } },
	{ 2, { { "abc", 3 }, { "", 0 } } },
	{ 2, { { "", 0 }, { "abc", 3 } } },
	{ 3, { { "a", 1 }, { "b", 1 }, { "c", 1 } } },
	{ 3, { { "ab", 2 }, { "", 0 }, { "c", 1 } } },
	{ 2, { { "bc", 2 }, { "a", 1 } } },
	{ 1, { { "\0\0\0\0\0\0\0\1a", 9 } } },
	{ 1, { { "a\0bc", 4 } } },
};

static void
test_pieces(void)
{
	const size_t n = sizeof(lists) / sizeof(lists[0]);
	unsigned char digests[sizeof(lists) / sizeof(lists[0])][DIGEST_LEN];
	size_t alike = 0;

	for (size_t i = 0; i < n; i++) {
		digest_pieces(lists[i].pieces, lists[i].n, digests[i]);
		for (size_t k = 0; k < i; k++)
			alike +=
			    memcmp(digests[i], digests[k], DIGEST_LEN) == 0;
	}
	is_int(alike, 0, "no two different lists of pieces have one digest");
}

/* The form is for good: digests are compared with those in the database. */
static void
test_form(void)
{
	char flat[8 + 3 + 8 + 258] = "\0\0\0\0\0\0\0\3abc\0\0\0\0\0\0\1\2";
	char piece[258];
	const struct piece pieces[] = { { "abc", 3 },
		{ piece, sizeof(piece) } };
	unsigned char got[DIGEST_LEN], want[DIGEST_LEN];

	memset(piece, 'x', sizeof(piece));
	memset(flat + 19, 'x', sizeof(piece));
	digest_pieces(pieces, 2, got);
	digest_bytes(flat, sizeof(flat), want);
	ok(memcmp(got, want, DIGEST_LEN) == 0,
	    "each piece follows its length, as eight bytes, highest first");
}

int
main(void)
{
	test_vectors();
	test_pieces();
	test_form();
	return done();
}
