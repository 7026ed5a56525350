/*
 * request_test.c - what the parameters of one request say.
 */
#include <stddef.h>
#include <time.h>

#include "arena.h"
#include "digest.h"
#include "request.h"
#include "str.h"
#include "tap.h"

#define RANDOM "0123456789abcdefghijABCDEFGHIJ42"
#define LIVE   "dk_live_" RANDOM
#define TEST   "dk_test_" RANDOM
#define OTHER      \
	"dk_live_" \
	"X123456789abcdefghijABCDEFGHIJ42"

static struct arena *arena;
static struct request rq;

static void
begin(void)
{
	arena_reset(arena);
	rq = (struct request){ .arena = arena };
}

static const struct {
	const char *authorization, *api_key;
	enum caller caller;
	enum problem problem;
} credentials[] = {
	{ "Bearer " LIVE, NULL, CALLER_VISITOR, PROBLEM_NONE },
	{ "Bearer " TEST, NULL, CALLER_VISITOR, PROBLEM_NONE },
	{ "Bearer op_live_" RANDOM, NULL, CALLER_OPERATOR, PROBLEM_NONE },
	{ "Bearer op_test_" RANDOM, NULL, CALLER_OPERATOR, PROBLEM_NONE },
	{ "bearer " LIVE, NULL, CALLER_VISITOR, PROBLEM_NONE },
	{ "BEARER   " LIVE, NULL, CALLER_VISITOR, PROBLEM_NONE },
	{ NULL, LIVE, CALLER_VISITOR, PROBLEM_NONE },
	{ NULL, "op_test_" RANDOM, CALLER_OPERATOR, PROBLEM_NONE },
	{ "Bearer " LIVE, LIVE, CALLER_VISITOR, PROBLEM_NONE },
	{ "Bearer " LIVE, "", CALLER_VISITOR, PROBLEM_NONE },
	{ "Basic dXNlcjpwYXNz", LIVE, CALLER_VISITOR, PROBLEM_NONE },
	{ NULL, NULL, CALLER_NONE, PROBLEM_KEY_MISSING },
	{ "", "", CALLER_NONE, PROBLEM_KEY_MISSING },
	{ NULL, "", CALLER_NONE, PROBLEM_KEY_MISSING },
	{ "Basic dXNlcjpwYXNz", NULL, CALLER_NONE, PROBLEM_KEY_MISSING },
	{ "Bearer " LIVE, OTHER, CALLER_NONE, PROBLEM_KEY_UNKNOWN },
	{ "Bearer " LIVE, TEST, CALLER_NONE, PROBLEM_KEY_UNKNOWN },
	{ "Bearer " LIVE, "dk_live_0123456789ABCDEFGHIJabcdefghij42",
	    CALLER_NONE, PROBLEM_KEY_UNKNOWN },
	{ "Bearer", NULL, CALLER_NONE, PROBLEM_KEY_MALFORMED },
	{ "Bearer ", NULL, CALLER_NONE, PROBLEM_KEY_MALFORMED },
	{ "Bearer x", NULL, CALLER_NONE, PROBLEM_KEY_MALFORMED },
	{ "Bearer " RANDOM, NULL, CALLER_NONE, PROBLEM_KEY_MALFORMED },
	{ "Bearer dk_live_", NULL, CALLER_NONE, PROBLEM_KEY_MALFORMED },
	{ "Bearer " LIVE "x", NULL, CALLER_NONE, PROBLEM_KEY_MALFORMED },
	{ "Bearer " LIVE " ", NULL, CALLER_NONE, PROBLEM_KEY_MALFORMED },
	{ "Bearer " LIVE ", Bearer " LIVE, NULL, CALLER_NONE,
	    PROBLEM_KEY_MALFORMED },
	{ "Bearer dk_prod_" RANDOM, NULL, CALLER_NONE, PROBLEM_KEY_MALFORMED },
	{ "Bearer DK_LIVE_" RANDOM, NULL, CALLER_NONE, PROBLEM_KEY_MALFORMED },
	{ "Bearer dk_live_0123456789abcdefghijABCDEFGHIJ4", NULL, CALLER_NONE,
	    PROBLEM_KEY_MALFORMED },
	{ "Bearer dk_live_0123456789abcdefghijABCDEFGHIJ4-", NULL, CALLER_NONE,
	    PROBLEM_KEY_MALFORMED },
	{ "Bearer dk_live_0123456789abcdefghijABCDEFGHIJ\xc3\xa9", NULL,
	    CALLER_NONE, PROBLEM_KEY_MALFORMED },
	{ NULL, LIVE ", " LIVE, CALLER_NONE, PROBLEM_KEY_MALFORMED },
};

static void
test_credentials(void)
{
	unsigned char hash[DIGEST_LEN];

	for (size_t i = 0; i < sizeof(credentials) / sizeof(credentials[0]);
	     i++) {
		const char *field = credentials[i].authorization;
		const char *key = credentials[i].api_key;
		bool good;

		begin();
		rq.headers[HEADER_AUTHORIZATION] = field;
		rq.headers[HEADER_API_KEY] = key;
		good = request_credentials(&rq);
		ok(good == (credentials[i].problem == PROBLEM_NONE) &&
			rq.problem == credentials[i].problem &&
			(!good || rq.caller == credentials[i].caller),
		    "Authorization: %s, X-Api-Key: %s: %s", tap_shown(field),
		    tap_shown(key), problem_row(credentials[i].problem)->name);
	}
	begin();
	rq.headers[HEADER_AUTHORIZATION] = "Bearer " LIVE;
	(void)request_credentials(&rq);
	digest_bytes(LIVE, strlen(LIVE), hash);
	ok(memcmp(rq.key_hash, hash, sizeof(hash)) == 0,
	    "the hash of a key is that of all of it");
}

/* want: the segments, each behind a slash; NULL: no path of ours. */
static const struct {
	const char *uri, *prefix, *want, *query;
} targets[] = {
	{ "/a", "", "/a", "" },
	{ "/a/b/c", "", "/a/b/c", "" },
	{ "/a?x=1", "", "/a", "x=1" },
	{ "/a?", "", "/a", "" },
	{ "/a?x?y", "", "/a", "x?y" },
	{ "/a?x=/b/c", "", "/a", "x=/b/c" },
	{ "/a?u=http://x/y", "", "/a", "u=http://x/y" },
	{ "/%61%2e/b", "", "/a./b", "" },
	{ "/a+b", "", "/a+b", "" },
	{ "/%2561", "", "/%61", "" },
	{ "/1/2/3/4/5/6/7/8", "", "/1/2/3/4/5/6/7/8", "" },
	{ "http://example.com/a?b", "", "/a", "b" },
	{ "https://example.com:8443/a/b", "", "/a/b", "" },
	{ "/chat/a", "/chat", "/a", "" },
	{ "http://example.com/chat/a", "/chat", "/a", "" },
	{ "/a/b/c", "/a/b", "/c", "" },
	{ NULL, "", NULL, "" },
	{ "", "", NULL, "" },
	{ "*", "", NULL, "" },
	{ "a/b", "", NULL, "" },
	{ "?x", "", NULL, "x" },
	{ "/", "", NULL, "" },
	{ "//a", "", NULL, "" },
	{ "/a//b", "", NULL, "" },
	{ "/a/", "", NULL, "" },
	{ "/a/?x", "", NULL, "x" },
	{ "/a%2Fb", "", NULL, "" },
	{ "/a%00", "", NULL, "" },
	{ "/a%", "", NULL, "" },
	{ "/a%zz", "", NULL, "" },
	{ "/%c3", "", NULL, "" },
	{ "/1/2/3/4/5/6/7/8/9", "", NULL, "" },
	{ "http://example.com", "", NULL, "" },
	{ "/chat", "/chat", NULL, "" },
	{ "/chat/", "/chat", NULL, "" },
	{ "/chats/a", "/chat", NULL, "" },
	{ "/Chat/a", "/chat", NULL, "" },
	{ "/a", "/chat", NULL, "" },
	{ "/%63hat/a", "/chat", NULL, "" },
};

static const char *
segments(const char *uri, const char *prefix)
{
	struct str s;

	begin();
	s = str_new(arena);
	rq.headers[HEADER_REQUEST_METHOD] = "GET";
	rq.headers[HEADER_REQUEST_URI] = uri;
	if (!request_target(&rq, prefix))
		return NULL;
	for (size_t i = 0; i < rq.nsegments; i++)
		str_printf(&s, "/%s", rq.segments[i]);
	return s.text;
}

static void
test_targets(void)
{
	static char uri[4096];

	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		is_text(segments(targets[i].uri, targets[i].prefix),
		    targets[i].want, "the path of %s below \"%s\"",
		    tap_shown(targets[i].uri), targets[i].prefix);
		is_text(rq.query, targets[i].query, "and its query");
	}
	memset(uri, 'x', 2048);
	uri[0] = '/';
	ok(segments(uri, "") != NULL, "a path may have 2048 bytes");
	memcpy(uri + 2048, "?query", 7);
	ok(segments(uri, "") != NULL, "its query is not counted");
	memcpy(uri + 2048, "x", 2);
	ok(segments(uri, "") == NULL, "it may not have one more");
}

static const struct {
	const char *name;
	enum method method;
	bool head;
	const char *shown;
} methods[] = {
	{ "GET", METHOD_GET, false, "GET" },
	{ "HEAD", METHOD_GET, true, "HEAD" },
	{ "POST", METHOD_POST, false, "POST" },
	{ "PATCH", METHOD_PATCH, false, "PATCH" },
	{ "DELETE", METHOD_DELETE, false, "DELETE" },
	{ "OPTIONS", METHOD_OTHER, false, "OPTIONS" },
	{ "PUT", METHOD_PUT, false, "PUT" },
	{ "get", METHOD_OTHER, false, "get" },
	{ "GETS", METHOD_OTHER, false, "GETS" },
	{ "", METHOD_OTHER, false, "" },
	{ NULL, METHOD_OTHER, false, "-" },
	{ "ABCDEFGHIJKLMNOPQRSTUVWXYZ", METHOD_OTHER, false,
	    "ABCDEFGHIJKLMNOP" },
};

static void
test_methods(void)
{
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		begin();
		rq.headers[HEADER_REQUEST_METHOD] = methods[i].name;
		rq.headers[HEADER_REQUEST_URI] = "/a";
		ok(request_target(&rq, "") && rq.method == methods[i].method &&
			rq.head == methods[i].head &&
			tap_same(rq.method_name, methods[i].shown),
		    "the method %s is known for what it is",
		    tap_shown(methods[i].name));
	}
}

static const struct {
	const char *origin, *want;
} origins[] = {
	{ NULL, NULL },
	{ "", NULL },
	{ "https://example.com", "example.com" },
	{ "https://WWW.Example.COM", "www.example.com" },
	{ "http://example.com:8080", "example.com" },
	{ "example.com", "example.com" },
	{ "example.com:443", "example.com" },
	{ "https://my_host-1.example", "my_host-1.example" },
	{ "null", "null" },
	{ "http://127.0.0.1:3000", "127.0.0.1" },
	{ "http://[::1]", "[::1]" },
	{ "http://[::1]:3000", "[::1]" },
	{ "http://[2001:DB8::1]:80", "[2001:db8::1]" },
	{ "http://[::ffff:127.0.0.1]", "[::ffff:127.0.0.1]" },
	{ "https://", "" },
	{ "https://:80", "" },
	{ "https://example.com/", "" },
	{ "https://example.com:80a", "" },
	{ "https://user@example.com", "" },
	{ "https://example.com%2eevil.org", "" },
	{ "http://[::1", "" },
	{ "http://[::1]evil.org", "" },
	{ "http://[g]", "" },
	{ "https://\xff", "" },
	{ "https://caf\xc3\xa9.example", "" },
	{ "https://a.example, https://b.example", "" },
	{ "https://example.com https://evil.org", "" },
};

static void
test_origins(void)
{
	for (size_t i = 0; i < sizeof(origins) / sizeof(origins[0]); i++) {
		begin();
		rq.headers[HEADER_ORIGIN] = origins[i].origin;
		is_text(request_origin(&rq), origins[i].want,
		    "the host of origin %s", tap_shown(origins[i].origin));
	}
}

/* As an array of PostgreSQL's; NULL: the field was not sent. */
static const struct {
	const char *field, *want;
} tags[] = {
	{ NULL, NULL },
	{ "", "{}" },
	{ "*", "{*}" },
	{ "\"7\"", "{7}" },
	{ "W/\"7\"", "{7}" },
	{ "\"7\", W/\"12\",\"9\"", "{7,12,9}" },
	{ "\"a\", \"7\", \"7a\", \"\", \"-1\", \"1.5\"", "{7}" },
	{ "\"a,b\", \"7\"", "{7}" },
	{ "\"7", "{}" },
	{ "7", "{}" },
	{ "\"*\"", "{}" },
	{ "\"7}\", \"8\"", "{8}" },
	{ "\"123456789012345678901234567890\"",
	    "{123456789012345678901234567890}" },
};

static void
test_tags(void)
{
	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		begin();
		rq.headers[HEADER_IF_NONE_MATCH] = tags[i].field;
		is_text(request_tags(&rq), tags[i].want, "If-None-Match: %s",
		    tap_shown(tags[i].field));
	}
}

static void
test_parameters(void)
{
	begin();
	request_parameter(&rq, "HTTP_X_VISITOR_ID", "a");
	request_parameter(&rq, "HTTP_X_COLOUR", "red");
	request_parameter(&rq, "X_APP_ID", "x");
	request_parameter(&rq, "http_x_app_id", "x");
	is_text(rq.headers[HEADER_VISITOR_ID], "a", "a known field is kept");
	is_text(rq.headers[HEADER_APP_ID], NULL, "only under its exact name");
	request_parameter(&rq, "HTTP_X_VISITOR_ID", "b");
	request_parameter(&rq, "HTTP_X_VISITOR_ID", "");
	is_text(rq.headers[HEADER_VISITOR_ID], "a, b, ",
	    "one that comes again makes a list");
	request_parameter(&rq, "HTTP_ORIGIN", "");
	request_parameter(&rq, "HTTP_ORIGIN", "a");
	is_text(rq.headers[HEADER_ORIGIN], ", a", "also when it was empty");
	request_parameter(&rq, "CONTENT_LENGTH", "");
	is_text(rq.headers[HEADER_CONTENT_LENGTH], "",
	    "an empty one is told from none");
}

static void
test_problems(void)
{
	begin();
	ok(!request_fail(&rq, PROBLEM_MEDIA_TYPE) &&
		!request_fail(&rq, PROBLEM_INTERNAL) &&
		rq.problem == PROBLEM_MEDIA_TYPE,
	    "the first problem is the one");
	begin();
	ok(!request_invalid(&rq, PROBLEM_FIELD_MISSING, "content", "is %s",
	       "required") &&
		rq.problem == PROBLEM_FIELD_MISSING,
	    "a fault of a field is a problem");
	is_text(rq.faults->text, "content is required", "with a sentence");
	(void)request_invalid(&rq, PROBLEM_FIELD_MISSING, "x", "%d%%", 5);
	ok(rq.problem == PROBLEM_FIELD_MISSING,
	    "several of one kind keep their kind");
	(void)request_invalid(&rq, PROBLEM_DATE_INVALID, "y", "z");
	ok(rq.problem == PROBLEM_FIELDS_INVALID,
	    "those of different kinds have one in common");
	is_text(rq.faults->next->text, "x 5%", "the second follows the first");
	is_text(rq.faults->next->next->field, "y", "and the third the second");
	ok(rq.faults->next->next->next == NULL, "and nothing the third");
}

/* The value of a ULID's first ten characters, or -1. */
static int64_t
ulid_ms(const char *ulid)
{
	static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	int64_t ms = 0;

	if (strlen(ulid) != 26 || strspn(ulid, alphabet) != 26 || *ulid > '7')
		return -1;
	for (int i = 0; i < 10; i++)
		ms = ms * 32 + (strchr(alphabet, ulid[i]) - alphabet);
	return ms;
}

static int64_t
now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
test_ids(void)
{
	static char ids[1000][REQUEST_ID_LEN + 1];
	char used[26][256] = { { 0 } };
	const int64_t before = now_ms();
	size_t malformed = 0, again = 0, constant = 0;

	for (size_t i = 0; i < 1000; i++) {
		int64_t ms;

		begin();
		request_identify(&rq);
		memcpy(ids[i], rq.id, sizeof(rq.id));
		ms = strncmp(rq.id, "req_", 4) == 0 ? ulid_ms(rq.id + 4) : -1;
		malformed += ms < before || ms > now_ms();
		for (size_t k = 0; k < i; k++)
			again += strcmp(ids[i], ids[k]) == 0;
		for (size_t k = 0; k < 26; k++)
			used[k][(unsigned char)rq.id[4 + k]] = 1;
	}
	for (size_t k = 10; k < 26; k++) {
		int distinct = 0;

		for (size_t c = 0; c < 256; c++)
			distinct += used[k][c];
		constant += distinct != 32;
	}
	is_int(malformed, 0, "an id is req_ and a ULID of the present time");
	is_int(again, 0, "no id comes twice");
	is_int(constant, 0, "each character behind the time takes all values");
}

int
main(void)
{
	arena = arena_new();
	test_credentials();
	test_targets();
	test_methods();
	test_origins();
	test_tags();
	test_parameters();
	test_problems();
	test_ids();
	arena_free(arena);
	return done();
}
