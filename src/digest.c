/*
 * digest.c - SHA-256 (FIPS 180-4); the only user of Nettle.
 *
 * SPDX-License-Identifier: ISC
 */
#include <nettle/sha2.h>
#include <stdint.h>

#include "digest.h"

_Static_assert(DIGEST_LEN == SHA256_DIGEST_SIZE, "SHA-256 has 32 bytes");

void
digest_pieces(const struct piece *pieces, size_t n,
    unsigned char out[static DIGEST_LEN])
{
	struct sha256_ctx ctx;

	sha256_init(&ctx);
	for (size_t i = 0; i < n; i++) {
		uint64_t len = pieces[i].len;
		uint8_t prefix[8];

		for (int k = 7; k >= 0; k--, len >>= 8)
			prefix[k] = (uint8_t)len;
		sha256_update(&ctx, sizeof(prefix), prefix);
		sha256_update(&ctx, pieces[i].len,
		    (const uint8_t *)pieces[i].bytes);
	}
	sha256_digest(&ctx, DIGEST_LEN, out);
}

void
digest_bytes(const char *bytes, size_t len,
    unsigned char out[static DIGEST_LEN])
{
	struct sha256_ctx ctx;

	sha256_init(&ctx);
	sha256_update(&ctx, len, (const uint8_t *)bytes);
	sha256_digest(&ctx, DIGEST_LEN, out);
}
