/*
 * ctl_probe.c - does the web server pass on what Foyer needs?  The only user of
 * libcurl.
 *
 * A well-formed key that nobody has shows how far a request came: Foyer says of
 * it that it is invalid, and of a request without one that there is none.
 *
 * SPDX-License-Identifier: ISC
 */
#include <curl/curl.h>
#include <string.h>
#include <strings.h>

#include "arena.h"
#include "ctl_probe.h"
#include "diagnose.h"
#include "json.h"
#include "log.h"
#include "str.h"

#define ANSWER_MAX 65536
#define BODY_MAX   131072 /* the contract's, in bytes */
#define KEY	   "dk_test_00000000000000000000000000000000"
#define BY_HEADER  "X-Api-Key: " KEY
#define MOUNT	   "/api/v1"

/* clang-format off */
static const struct probe {
	const char *name, *method, *path, *key;
	long body;	     /* bytes of it; 0: none */
	enum level level;    /* of another answer */
	long status;	     /* of Foyer's answer, */
	const char *message; /* and what it says */
	const char *mend;
} probes[] = {
	{ "authorization", "GET", "/conversations",
	  "Authorization: Bearer " KEY, 0, LEVEL_WRONG, 401, "Invalid API key",
	  "let the web server pass Authorization on: CGIPassAuth On (Apache's "
	  ".htaccess), FcgidPassHeader Authorization (its vhost); or have "
	  "clients send X-Api-Key" },
	{ "api-key", "GET", "/conversations",
	  BY_HEADER, 0, LEVEL_WRONG, 401, "Invalid API key",
	  "let the web server pass X-Api-Key on" },
	{ "patch", "PATCH", "/conversations/0/subject",
	  BY_HEADER, 2, LEVEL_WRONG, 401, "Invalid API key",
	  "let the web server pass the method PATCH on" },
	{ "delete", "DELETE", "/conversations/0",
	  BY_HEADER, 0, LEVEL_WRONG, 401, "Invalid API key",
	  "let the web server pass the method DELETE on" },
	{ "body", "POST", "/conversations",
	  BY_HEADER, BODY_MAX, LEVEL_WRONG, 401, "Invalid API key",
	  "let the web server take 131072 bytes: FcgidMaxRequestLen (Apache), "
	  "client_max_body_size (nginx), server.max-request-size (lighttpd)" },
	{ "body-limit", "POST", "/conversations",
	  BY_HEADER, BODY_MAX + 1, LEVEL_WARNING, 413, "",
	  "a larger body gets the web server's own error: let it take more "
	  "than 131072 bytes, Foyer refuses them itself" },
};
/* clang-format on */

struct answer {
	struct str body;
	char error[CURL_ERROR_SIZE];
	const char *message;
	long status;
	bool came, ours;
};

static size_t
take_body(char *bytes, size_t size, size_t n, void *context)
{
	struct answer *a = context;

	if (a->body.len + size * n <= ANSWER_MAX)
		str_bytes(&a->body, bytes, size * n);
	return size * n;
}

/* The name that all answers of Foyer's have, and no others. */
static size_t
take_header(char *bytes, size_t size, size_t n, void *context)
{
	static const char id[] = "X-Request-Id: req_";
	struct answer *a = context;

	if (size * n >= sizeof(id) - 1 &&
	    strncasecmp(bytes, id, sizeof(id) - 1) == 0)
		a->ours = true;
	return size * n;
}

static const char *
message_of(struct arena *arena, struct answer *a)
{
	const struct json *object =
	    json_parse(arena, a->body.text, a->body.len);
	const struct json *message =
	    object != NULL && json_kind(object) == JSON_OBJECT
	    ? json_member(object, "message")
	    : NULL;

	return message != NULL && json_kind(message) == JSON_STRING
	    ? json_text(message)
	    : "";
}

static void
set_options(CURL *curl, struct arena *arena, const char *url,
    const struct probe *p, struct answer *a)
{
	(void)curl_easy_setopt(curl, CURLOPT_URL, url);
	(void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 5L);
	(void)curl_easy_setopt(curl, CURLOPT_TIMEOUT, 15L);
	(void)curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, a->error);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, a);
	(void)curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
	(void)curl_easy_setopt(curl, CURLOPT_HEADERDATA, a);
	if (p == NULL)
		return;
	if (p->body > 0) {
		char *body = arena_alloc(arena, (size_t)p->body);

		memset(body, ' ', (size_t)p->body);
		(void)curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, p->body);
		(void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	}
	(void)curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, p->method);
}

/* p NULL: a plain GET. */
static struct answer
ask(struct arena *arena, const char *url, const struct probe *p)
{
	struct answer a = { .body = str_new(arena), .message = "" };
	struct curl_slist *headers =
	    curl_slist_append(NULL, "Content-Type: application/json");
	CURL *curl = curl_easy_init();

	if (curl == NULL || headers == NULL)
		die("out of memory");
	set_options(curl, arena, url, p, &a);
	if (p != NULL && curl_slist_append(headers, p->key) == NULL)
		die("out of memory");
	(void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	a.came = curl_easy_perform(curl) == CURLE_OK;
	(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &a.status);
	curl_easy_cleanup(curl);
	curl_slist_free_all(headers);
	if (a.came && a.ours)
		a.message = message_of(arena, &a);
	return a;
}

/* What came back, in a few words. */
static const char *
told(struct arena *arena, const struct answer *a)
{
	if (!a->came)
		return arena_printf(arena, "no answer: %s", a->error);
	return arena_printf(arena, "%ld%s%s", a->status,
	    !a->ours		      ? ", which is not Foyer's"
		: *a->message != '\0' ? " "
				      : "",
	    a->message);
}

/* Does Foyer answer there at all? */
static bool
find_site(struct findings *f, const char *url)
{
	struct answer a =
	    ask(f->arena, arena_printf(f->arena, "%s/health/ready", url), NULL);
	const char *host = url + strcspn(url, "/") + 2;
	const char *path = host + strcspn(host, "/");
	const int prefix = (int)(strlen(path) - strlen(MOUNT));
	const char *mend;

	if (a.came && a.ours && a.status == 200) {
		findings_add(f, "site", LEVEL_OK, "%s answers", url);
		return true;
	}
	if (!a.came)
		mend = "start the web server, or correct the address";
	else if (!a.ours)
		mend = "let the web server hand this path to foyer.fcgi";
	else if (a.status == 404)
		mend = arena_printf(f->arena, "set FOYER_PREFIX=%.*s", prefix,
		    path);
	else
		mend = "run foyer.fcgi --check with the site's settings";
	findings_add(f, "site", LEVEL_WRONG, "%s/health/ready: %s; %s", url,
	    told(f->arena, &a), mend);
	return a.came && a.ours && a.status != 404;
}

void
probe_site(struct findings *f, const char *url)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		die("libcurl does not start");
	if (!find_site(f, url))
		return;
	for (size_t i = 0; i < sizeof(probes) / sizeof(probes[0]); i++) {
		const struct probe *p = &probes[i];
		struct answer a = ask(f->arena,
		    arena_printf(f->arena, "%s%s", url, p->path), p);

		if (a.came && a.ours && a.status == p->status &&
		    strstr(a.message, p->message) != NULL)
			findings_add(f, p->name, LEVEL_OK, "%s",
			    p->body > 2 ? arena_printf(f->arena,
					      "%ld bytes reach Foyer", p->body)
					: "it is passed on");
		else
			findings_add(f, p->name, p->level, "%s; %s",
			    told(f->arena, &a), p->mend);
	}
	curl_global_cleanup();
}
