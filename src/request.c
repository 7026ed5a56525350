/*
 * request.c - one request: what its parameters say.
 *
 * SPDX-License-Identifier: ISC
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <time.h>

#include "arena.h"
#include "digest.h"
#include "log.h"
#include "request.h"
#include "str.h"

#define KEY_RANDOM_LEN 32 /* characters after the prefix */
#define ALPHANUMERIC \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

#define NAME(name) .text = (name), .len = sizeof(name) - 1

static const struct {
	const char *text;
	size_t len;
} header_names[HEADER__MAX] = {
	[HEADER_AUTHORIZATION] = { NAME("HTTP_AUTHORIZATION") },
	[HEADER_API_KEY] = { NAME("HTTP_X_API_KEY") },
	[HEADER_APP_ID] = { NAME("HTTP_X_APP_ID") },
	[HEADER_VISITOR_ID] = { NAME("HTTP_X_VISITOR_ID") },
	[HEADER_ORIGIN] = { NAME("HTTP_ORIGIN") },
	[HEADER_IDEMPOTENCY_KEY] = { NAME("HTTP_IDEMPOTENCY_KEY") },
	[HEADER_CONTENT_TYPE] = { NAME("CONTENT_TYPE") },
	[HEADER_CONTENT_LENGTH] = { NAME("CONTENT_LENGTH") },
	[HEADER_IF_NONE_MATCH] = { NAME("HTTP_IF_NONE_MATCH") },
	[HEADER_REQUEST_METHOD] = { NAME("REQUEST_METHOD") },
	[HEADER_REQUEST_URI] = { NAME("REQUEST_URI") },
	[HEADER_REMOTE_ADDR] = { NAME("REMOTE_ADDR") },
};

static const struct {
	const char *prefix;
	enum caller caller;
} key_kinds[] = {
	{ "dk_live_", CALLER_VISITOR },
	{ "dk_test_", CALLER_VISITOR },
	{ "op_live_", CALLER_OPERATOR },
	{ "op_test_", CALLER_OPERATOR },
};

bool
request_fail(struct request *rq, enum problem problem)
{
	if (rq->problem == PROBLEM_NONE)
		rq->problem = problem;
	return false;
}

bool
request_invalid(struct request *rq, enum problem problem, const char *field,
    const char *fmt, ...)
{
	struct fault *fault = arena_alloc(rq->arena, sizeof(*fault));
	struct str text = str_new(rq->arena);
	va_list ap;

	str_printf(&text, "%s ", field);
	va_start(ap, fmt);
	str_vprintf(&text, fmt, ap);
	va_end(ap);
	*fault = (struct fault){ .field = field, .text = text.text };
	if (rq->faults == NULL)
		rq->faults = fault;
	else
		rq->fault->next = fault;
	rq->fault = fault;
	if (rq->problem != PROBLEM_NONE && rq->problem != problem)
		rq->problem = PROBLEM_FIELDS_INVALID;
	return request_fail(rq, problem);
}

/*
 * A ULID: 48 bits of milliseconds and 80 random bits, five to a character of
 * Crockford's base 32; the first character has only three bits.
 */
void
request_identify(struct request *rq)
{
	static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	unsigned char bytes[16];
	struct timespec now;
	uint64_t ms, bits = 0;
	int count = 2; /* zero bits in front, to make 130 */
	char *out = rq->id;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
	for (int i = 5; i >= 0; i--, ms >>= 8)
		bytes[i] = (unsigned char)ms;
	if (getrandom(bytes + 6, sizeof(bytes) - 6, 0) != sizeof(bytes) - 6)
		die("getrandom: no random bytes");
	memcpy(out, "req_", 4);
	out += 4;
	for (size_t i = 0; i < sizeof(bytes); i++) {
		bits = bits << 8 | bytes[i];
		count += 8;
		for (; count >= 5; count -= 5)
			*out++ = alphabet[bits >> (count - 5) & 31];
	}
	*out = '\0';
}

void
request_parameter(struct request *rq, const char *name, const char *value)
{
	const size_t len = strlen(name);

	for (int h = 0; h < HEADER__MAX; h++) {
		if (header_names[h].len != len ||
		    memcmp(header_names[h].text, name, len) != 0)
			continue;
		rq->headers[h] = rq->headers[h] == NULL
		    ? value
		    : arena_printf(rq->arena, "%s, %s", rq->headers[h], value);
		return;
	}
}

int64_t
request_page(const struct request *rq, enum page slot)
{
	return strtoll(rq->page[slot], NULL, 10);
}

static enum method
method_named(const char *name)
{
	static const char *const names[] = {
		[METHOD_GET] = "GET",
		[METHOD_POST] = "POST",
		[METHOD_PUT] = "PUT",
		[METHOD_PATCH] = "PATCH",
		[METHOD_DELETE] = "DELETE",
	};

	for (int m = METHOD_GET; m <= METHOD_DELETE; m++)
		if (strcmp(names[m], name) == 0)
			return (enum method)m;
	return METHOD_OTHER;
}

/* Behind scheme and authority of an absolute target (RFC 9112, 3.2.2). */
static const char *
target_path(const char *uri)
{
	const char *slashes = strstr(uri, "://");

	if (*uri == '/' || slashes == NULL)
		return uri;
	uri = strchr(slashes + 3, '/');
	return uri != NULL ? uri : "/";
}

/* Cut a path at its slashes; each segment is decoded once, by itself. */
static bool
split(struct request *rq, char *path)
{
	if (*path != '/')
		return false;
	do {
		char *segment = path + 1;

		path = strchr(segment, '/');
		if (path != NULL)
			*path = '\0';
		if (rq->nsegments == REQUEST_SEGMENTS_MAX || *segment == '\0' ||
		    !text_decode(segment, false) ||
		    strchr(segment, '/') != NULL)
			return false;
		rq->segments[rq->nsegments++] = segment;
	} while (path != NULL);
	return true;
}

bool
request_target(struct request *rq, const char *prefix)
{
	const char *method = rq->headers[HEADER_REQUEST_METHOD];
	const char *uri = rq->headers[HEADER_REQUEST_URI];
	const size_t skip = strlen(prefix);
	const char *query;
	char *path;
	bool fits;

	if (method == NULL)
		method = "-";
	rq->method_name = arena_copy(rq->arena, method, strnlen(method, 16));
	rq->head = strcmp(method, "HEAD") == 0;
	rq->method = rq->head ? METHOD_GET : method_named(method);
	rq->query = arena_copy(rq->arena, "", 0);
	if (uri == NULL)
		return false;
	uri = target_path(uri);
	query = strchrnul(uri, '?');
	path = arena_copy(rq->arena, uri, (size_t)(query - uri));
	if (*query == '?')
		rq->query = arena_copy(rq->arena, query + 1, strlen(query + 1));
	fits = strlen(path) <= REQUEST_URI_MAX;
	return strncmp(path, prefix, skip) == 0 && split(rq, path + skip) &&
	    fits;
}

/* The token of a Bearer field; NULL when the field is of another scheme. */
static const char *
bearer(const char *field)
{
	if (field == NULL || strncasecmp(field, "Bearer", 6) != 0 ||
	    (field[6] != ' ' && field[6] != '\0'))
		return NULL;
	return field + 6 + strspn(field + 6, " ");
}

static enum caller
key_kind(const char *key)
{
	for (size_t i = 0; i < sizeof(key_kinds) / sizeof(key_kinds[0]); i++) {
		const size_t len = strlen(key_kinds[i].prefix);
		const char *random = key + len;

		if (strncmp(key, key_kinds[i].prefix, len) == 0 &&
		    strlen(random) == KEY_RANDOM_LEN &&
		    strspn(random, ALPHANUMERIC) == KEY_RANDOM_LEN)
			return key_kinds[i].caller;
	}
	return CALLER_NONE;
}

bool
request_credentials(struct request *rq)
{
	const char *key = bearer(rq->headers[HEADER_AUTHORIZATION]);
	const char *other = rq->headers[HEADER_API_KEY];

	if (other != NULL && *other == '\0')
		other = NULL;
	if (key == NULL && other == NULL)
		return request_fail(rq, PROBLEM_KEY_MISSING);
	if (key != NULL && other != NULL && strcmp(key, other) != 0)
		return request_fail(rq, PROBLEM_KEY_UNKNOWN);
	if (key == NULL)
		key = other;
	rq->caller = key_kind(key);
	if (rq->caller == CALLER_NONE)
		return request_fail(rq, PROBLEM_KEY_MALFORMED);
	digest_bytes(key, strlen(key), rq->key_hash);
	return true;
}

/* Of a digest only: the address itself is nowhere stored. */
const char *
request_address(struct request *rq)
{
	static const char label[] = "address";
	const char *address = rq->headers[HEADER_REMOTE_ADDR];
	unsigned char digest[DIGEST_LEN];
	struct str id = str_new(rq->arena);
	struct piece pieces[2] = { { label, sizeof(label) - 1 } };

	if (address == NULL)
		address = "";
	pieces[1] = (struct piece){ address, strlen(address) };
	digest_pieces(pieces, 2, digest);
	for (int i = 0; i < 16; i++)
		str_printf(&id, "%02x", digest[i]);
	return id.text;
}

/* The length of a host, with the brackets of an IPv6 address (RFC 3986). */
static size_t
host_length(const char *host)
{
	size_t len;

	if (*host != '[')
		return strspn(host, ALPHANUMERIC ".-_");
	len = 1 + strspn(host + 1, "0123456789ABCDEFabcdef:.");
	return host[len] == ']' ? len + 1 : 0;
}

const char *
request_origin(struct request *rq)
{
	const char *origin = rq->headers[HEADER_ORIGIN];
	const char *slashes, *port;
	char *host;
	size_t len;

	if (origin == NULL || *origin == '\0')
		return NULL;
	slashes = strstr(origin, "://");
	if (slashes != NULL)
		origin = slashes + 3;
	len = host_length(origin);
	port = origin + len;
	if (*port == ':')
		port += 1 + strspn(port + 1, "0123456789");
	if (*port != '\0')
		return "";
	host = arena_copy(rq->arena, origin, len);
	for (char *p = host; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	return host;
}

const char *
request_tags(struct request *rq)
{
	const char *p = rq->headers[HEADER_IF_NONE_MATCH];
	struct str tags = str_new(rq->arena);

	if (p == NULL)
		return NULL;
	if (strcmp(p, "*") == 0)
		return "{*}";
	/*
	 * Weak and strong tags compare alike; commas occur only between ours.
	 */
	while ((p = strchr(p, '"')) != NULL) {
		const size_t len = strspn(++p, "0123456789");

		if (len > 0 && p[len] == '"')
			str_printf(&tags, "%s%.*s", tags.len > 0 ? "," : "",
			    (int)len, p);
		p += strcspn(p, "\"");
		if (*p == '"')
			p++;
	}
	return arena_printf(rq->arena, "{%s}", tags.text);
}
