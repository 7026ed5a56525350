/*
 * diagnose.c - what is right and wrong about an installation, a line each.
 *
 * The database looks at itself, in foyer.findings.  Here is what only a program
 * sees: how it got there, the other clock, and a pool in between.
 *
 * SPDX-License-Identifier: ISC
 */
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include "arena.h"
#include "db.h"
#include "diagnose.h"
#include "str.h"

#define TURNS	       4
#define CLOCK_US       INT64_C(5000000) /* clocks may differ by so much */
#define VERSION_OLDEST 140000		/* of the server */
#define EPOCH_2000     INT64_C(946684800)

void
findings_add(struct findings *f, const char *name, enum level level,
    const char *fmt, ...)
{
	struct str detail = str_new(f->arena);
	va_list ap;

	if (f->n == FINDINGS_MAX)
		return;
	va_start(ap, fmt);
	str_vprintf(&detail, fmt, ap);
	va_end(ap);
	f->list[f->n++] = (struct finding){ name, detail.text, level };
}

bool
findings_wrong(const struct findings *f)
{
	size_t i = 0;

	while (i < f->n && f->list[i].level != LEVEL_WRONG)
		i++;
	return i < f->n;
}

static void
finding_json(struct str *s, const struct finding *f)
{
	str_raw(s, "{\"name\":");
	str_json(s, f->name, strlen(f->name));
	str_printf(s, ",\"ok\":%s,\"warning\":%s,\"detail\":",
	    f->level != LEVEL_WRONG ? "true" : "false",
	    f->level == LEVEL_WARNING ? "true" : "false");
	str_json(s, f->detail, strlen(f->detail));
	str_raw(s, "}");
}

void
findings_print(struct str *s, bool json, const struct findings *f)
{
	static const char *const words[] = {
		[LEVEL_OK] = "ok",
		[LEVEL_WARNING] = "WARN",
		[LEVEL_WRONG] = "WRONG",
	};

	str_raw(s, json ? "[" : "");
	for (size_t i = 0; i < f->n; i++) {
		const struct finding *found = &f->list[i];

		if (json) {
			str_raw(s, i > 0 ? "," : "");
			finding_json(s, found);
			continue;
		}
		str_printf(s, "%-5s %s: ", words[found->level], found->name);
		str_plain(s, found->detail, strlen(found->detail));
		str_raw(s, "\n");
	}
	str_raw(s, json ? "]\n" : "");
}

static void
find_connection(struct findings *f, struct db *db)
{
	const struct db_peer peer = db_peer(db);
	const bool old = peer.version < VERSION_OLDEST;
	const bool open = !peer.local && !peer.encrypted;
	const bool blind = peer.encrypted && !peer.verified;

	findings_add(f, "connection",
	    old || open ? LEVEL_WRONG
		: blind ? LEVEL_WARNING
			: LEVEL_OK,
	    "PostgreSQL %d.%d, %s%s%s%s", peer.version / 10000,
	    peer.version % 10000,
	    peer.local	? "Unix socket in "
		: open	? "no TLS to "
		: blind ? "TLS without proof to "
			: "TLS to ",
	    peer.host, old ? "; move to PostgreSQL 14 or later" : "",
	    open || blind ? "; set sslmode=verify-full" : "");
}

static int64_t
clock_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return ((int64_t)now.tv_sec - EPOCH_2000) * 1000000 +
	    now.tv_nsec / 1000;
}

/* How far the database's clock is ahead of ours, which is read around it. */
static bool
read_clock(struct db *db, int64_t *ahead)
{
	const int64_t before = clock_us();
	struct db_result *result;
	int64_t after, theirs;

	if (db_statement(db, "SELECT pg_catalog.clock_timestamp()", NULL, 0,
		&result) != DB_DONE)
		return false;
	after = clock_us();
	theirs = db_value(result, 0, 0).number;
	db_clear(result);
	*ahead = theirs < before ? theirs - before
	    : theirs > after	 ? theirs - after
				 : 0;
	return true;
}

static void
find_clock(struct findings *f, int64_t ahead)
{
	const bool right = ahead >= -CLOCK_US && ahead <= CLOCK_US;

	findings_add(f, "clock", right ? LEVEL_OK : LEVEL_WRONG,
	    "the database's is %.3f s %s of ours%s",
	    (double)(ahead < 0 ? -ahead : ahead) / 1e6,
	    ahead < 0 ? "behind" : "ahead",
	    right ? "" : "; synchronise both machines");
}

/* What the database finds.  That it cannot even be asked is a finding too. */
static bool
find_rest(struct findings *f, struct db *db, const char *schema,
    const char *workers)
{
	const struct db_param params[] = {
		{ .bytes = arena_printf(f->arena, "%d", DB_SCHEMA_VERSION) },
		{ .bytes = workers },
	};
	struct db_result *result;
	const enum db_status status = db_statement(db,
	    arena_printf(f->arena,
		"SELECT name, ok, warning, detail "
		"FROM %s.installation_check($1, $2)",
		schema),
	    params, 2, &result);

	if (status == DB_UNAVAILABLE)
		return false;
	if (status == DB_FAULT) {
		const struct db_error e = db_error(db);

		findings_add(f,
		    strcmp(e.state, "42501") == 0 ? "grants" : "version",
		    LEVEL_WRONG, "%s%s", e.message, e.hint);
		return true;
	}
	for (size_t row = 0; row < db_rows(result); row++) {
		const struct db_value name = db_value(result, row, 0);
		const struct db_value detail = db_value(result, row, 3);

		findings_add(f, arena_copy(f->arena, name.bytes, name.len),
		    db_value(result, row, 1).number == 0       ? LEVEL_WRONG
			: db_value(result, row, 2).number != 0 ? LEVEL_WARNING
							       : LEVEL_OK,
		    "%.*s", (int)detail.len, detail.bytes);
	}
	db_clear(result);
	return true;
}

bool
diagnose(struct findings *f, struct db *db, const char *schema,
    const char *workers)
{
	int64_t ahead;

	/* The first one connects, which would count as a difference. */
	if (!read_clock(db, &ahead) || !read_clock(db, &ahead))
		return false;
	find_connection(f, db);
	find_clock(f, ahead);
	return find_rest(f, db, schema, workers);
}

/*
 * A pool that lends its sessions by the transaction gives both of ours the same
 * one, where the name of the second's statement is taken already; or it gives
 * one of them a session that does not know its statement.
 */
void
diagnose_turns(struct findings *f, const char *conninfo, bool prepare)
{
	struct db *sessions[2] = { db_new(conninfo, prepare),
		db_new(conninfo, prepare) };
	bool held = true;

	for (int i = 0; i < TURNS && held; i++) {
		struct db_result *result = NULL;

		held = db_call(sessions[i % 2], QUERY_READY, NULL, 0,
			   &result) == DB_DONE;
		db_clear(result);
	}
	findings_add(f, "statements", held ? LEVEL_OK : LEVEL_WRONG, "%s",
	    !held && prepare ? "prepared ones do not hold, as behind a pool in "
			       "transaction mode; set FOYER_PREPARE=off"
		: !held	     ? "they do not hold; see the line above"
		: prepare    ? "prepared, and they hold"
			     : "sent whole");
	db_free(sessions[0]);
	db_free(sessions[1]);
}
