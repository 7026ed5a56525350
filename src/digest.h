/*
 * digest.h - SHA-256 (FIPS 180-4); the only user of Nettle.
 */
#ifndef FOYER_DIGEST_H
#define FOYER_DIGEST_H

#include <stddef.h>

#define DIGEST_LEN 32 /* bytes */

/* One piece of what is digested. */
struct piece {
	const char *bytes;
	size_t len;
};

/*
 * The digest of n pieces, each preceded by its length: no two different lists
 * of pieces have the same input.
 */
void digest_pieces(const struct piece *pieces, size_t n,
    unsigned char out[static DIGEST_LEN]);

/* The digest of the bytes alone: how an API key is stored. */
void digest_bytes(const char *bytes, size_t len,
    unsigned char out[static DIGEST_LEN]);

#endif
