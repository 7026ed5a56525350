/*
 * db.c - the connection to PostgreSQL; the only user of libpq.
 *
 * Results come in binary form: exact, cheap for the server, and independent of
 * its DateStyle and TimeZone.  A call has a deadline of its own, beyond the
 * server's statement_timeout, so that a peer that is gone never hangs a
 * request; and those that queue behind it are refused at once.
 *
 * SPDX-License-Identifier: ISC
 */
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "db.h"
#include "log.h"

#define CALL_MS	      7000 /* the role's statement_timeout is 5 s */
#define REST_MS	      1000 /* what a client is told by Retry-After */
#define STATEMENT_MAX 256
#define FAULT_MAX     256

/* Types by their OID, which pg_type.dat fixes for ever. */
enum {
	OID_BOOL = 16,
	OID_INT8 = 20,
	OID_INT2 = 21,
	OID_INT4 = 23,
	OID_TEXT = 25,
	OID_JSON = 114,
	OID_TEXT_ARRAY = 1009,
	OID_TIMESTAMPTZ = 1184,
	OID_UUID = 2950,
	OID_JSONB = 3802,
	OID_USER = 16384, /* the first that an installation gives */
};

static const struct {
	const char *function;
	size_t nparams;
} queries[QUERY__MAX] = {
#define X(symbol, function, nparams) [QUERY_##symbol] = { function, nparams },
#include "queries.def"
#undef X
};

struct db {
	const char *conninfo;
	PGconn *conn;	  /* NULL: not connected */
	PGresult *failed; /* of the last statement, if that was refused */
	bool ended;	  /* the server has said that it ends the session */
	int64_t deadline; /* of this call, on the monotonic clock */
	int64_t rest;	  /* until then nothing is tried */
	bool prepare;
	bool prepared[QUERY__MAX];
};

/* What to do about an SQLSTATE; a prefix, the first that fits counts. */
static const struct {
	const char *state;
	enum db_status status;
	enum {
		KEEP,
		RETRY,
		RECONNECT,
		RENEW, /* reconnect and retry: nothing has been done */
	} action;
	const char *hint;
} states[] = {
	{ "40001", DB_UNAVAILABLE, RETRY, "" },
	{ "40P01", DB_UNAVAILABLE, RETRY, "" },
	{ "55P03", DB_UNAVAILABLE, KEEP, "; a lock is held for long" },
	{ "57014", DB_UNAVAILABLE, KEEP, "; the database is too slow" },
	{ "0A000", DB_UNAVAILABLE, RENEW, "; the schema has changed" },
	/* What a session has compiled may not fit a schema that has grown. */
	{ "22P07", DB_FAULT, RENEW, "; the schema has changed" },
	{ "42804", DB_FAULT, RENEW, "; the schema has changed" },
	{ "25006", DB_UNAVAILABLE, RENEW, "; this server is a standby" },
	{ "26000", DB_UNAVAILABLE, RECONNECT, "; set FOYER_PREPARE=off" },
	{ "42P05", DB_UNAVAILABLE, RECONNECT, "; set FOYER_PREPARE=off" },
	{ "42501", DB_UNAVAILABLE, KEEP, "; apply the grants again" },
	{ "42883", DB_UNAVAILABLE, KEEP, "; deploy the schema" },
	{ "3F000", DB_UNAVAILABLE, KEEP, "; deploy the schema" },
	{ "08", DB_UNAVAILABLE, RECONNECT, "" },
	{ "53", DB_UNAVAILABLE, KEEP, "; the server is short of something" },
	{ "57P", DB_UNAVAILABLE, RECONNECT, "" },
	{ "58", DB_UNAVAILABLE, RECONNECT, "; see the server's log" },
	/* An internal error may come from what the session keeps. */
	{ "XX", DB_FAULT, RECONNECT, "; see the server's log" },
	{ "", DB_FAULT, KEEP, "" },
};

/*
 * Notices are not for our log.  But one that is FATAL, in a session without a
 * statement, is how a server says that it ends the session.
 */
static void
receive_notice(void *context, const PGresult *notice)
{
	struct db *db = context;
	const char *severity =
	    PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);

	if (severity != NULL &&
	    (strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0))
		db->ended = true;
}

struct db *
db_new(const char *conninfo, bool prepare)
{
	struct db *db = calloc(1, sizeof(*db));

	if (db == NULL)
		die("out of memory");
	db->conninfo = conninfo;
	db->prepare = prepare;
	return db;
}

static void
disconnect(struct db *db)
{
	PQfinish(db->conn);
	db->conn = NULL;
	db->ended = false;
	memset(db->prepared, 0, sizeof(db->prepared));
}

void
db_free(struct db *db)
{
	disconnect(db);
	PQclear(db->failed);
	free(db);
}

static int64_t
now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool
is_done(const PGresult *result)
{
	const ExecStatusType status = PQresultStatus(result);

	return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
}

/*
 * The result of what was sent, or NULL when nothing came in time.  The server
 * sends its rows before it commits: they count when it has said that it is
 * ready again, and the first error that comes instead is the result: that of
 * the server, if it had a last word, or else libpq's about the connection.
 */
static PGresult *
receive(struct db *db)
{
	PGconn *conn = db->conn;
	PGresult *result = NULL, *next;

	for (;;) {
		const int unsent = PQflush(conn);
		struct pollfd p = {
			.fd = PQsocket(conn),
			.events = unsent == 1 ? POLLIN | POLLOUT : POLLIN,
		};
		const int64_t left = db->deadline - now_ms();

		if (left <= 0)
			break;
		if (unsent < 0 || (unsent == 0 && !PQisBusy(conn))) {
			next = PQgetResult(conn);
			if (next == NULL)
				return result;
			if (result == NULL ||
			    (is_done(result) && !is_done(next))) {
				PQclear(result);
				result = next;
			} else {
				PQclear(next);
			}
			continue;
		}
		if (poll(&p, 1, (int)left) < 0 && errno != EINTR)
			break;
		(void)PQconsumeInput(conn);
	}
	PQclear(result);
	return NULL;
}

/* Parameters as libpq takes them. */
struct packed {
	const char *values[DB_PARAMS_MAX];
	int lengths[DB_PARAMS_MAX], formats[DB_PARAMS_MAX];
};

static void
pack(const struct db_param *params, size_t nparams, struct packed *p)
{
	assert(nparams <= DB_PARAMS_MAX);
	for (size_t i = 0; i < nparams; i++) {
		p->values[i] = params[i].bytes;
		p->lengths[i] = (int)params[i].len;
		p->formats[i] = params[i].binary;
	}
}

/* Send sql, as statement name if that is given, and wait for its result. */
static PGresult *
execute(struct db *db, const char *name, const char *sql,
    const struct db_param *params, size_t nparams)
{
	PGconn *conn = db->conn;
	struct packed p = { 0 };
	int sent;

	pack(params, nparams, &p);
	if (name != NULL)
		sent = PQsendQueryPrepared(conn, name, (int)nparams, p.values,
		    p.lengths, p.formats, 1);
	else
		sent = PQsendQueryParams(conn, sql, (int)nparams, NULL,
		    p.values, p.lengths, p.formats, 1);
	return sent ? receive(db)
		    : PQmakeEmptyPGresult(conn, PGRES_FATAL_ERROR);
}

static const char *
sqlstate(const PGresult *result)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	/* libpq gives none for what it finds itself, such as a lost server. */
	return state != NULL ? state : "08000";
}

static size_t
state_row(const char *state)
{
	size_t i = 0;

	while (strncmp(state, states[i].state, strlen(states[i].state)) != 0)
		i++;
	return i;
}

const char *
db_version_fault(int64_t version, char *out, size_t size)
{
	const int own = DB_SCHEMA_VERSION;

	if (version == own || version == own + 1)
		return NULL;
	(void)snprintf(out, size,
	    "the schema has version %" PRId64
	    ", this program serves %d and %d; %s",
	    version, own, own + 1,
	    version < own ? "deploy the schema of this release"
			  : "install the release that belongs to the schema");
	return out;
}

/* result: as receive() returned it.  Of libpq's messages the first line. */
static void
log_failure(const char *what, const PGresult *result)
{
	const char *message =
	    PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	const char *state = sqlstate(result);

	if (message == NULL)
		message = PQresultErrorMessage(result);
	if (result == NULL)
		log_error(
		    "%s: no answer within %d s; the database hangs, or the way "
		    "to it",
		    what, CALL_MS / 1000);
	else
		log_error("%s: %s: %.*s%s", what, state,
		    (int)strcspn(message, "\n"), message,
		    states[state_row(state)].hint);
}

/* Does the schema have a version that this program serves? */
static bool
version_known(struct db *db)
{
	PGresult *result =
	    execute(db, NULL, "SELECT foyer_api.schema_version()", NULL, 0);
	char text[FAULT_MAX];
	const char *fault = "";

	if (!is_done(result)) {
		log_failure("schema_version", result);
	} else {
		const struct db_value version =
		    db_value((const struct db_result *)result, 0, 0);

		fault = db_version_fault(version.number, text, sizeof(text));
		if (fault != NULL)
			log_error("%s", fault);
	}
	PQclear(result);
	return fault == NULL;
}

/*
 * Settings before dbname yield to the operator's conninfo, those after do not.
 */
static PGconn *
connect_database(struct db *db)
{
	static const char *const names[] = { "connect_timeout",
		"fallback_application_name", "dbname", "client_encoding",
		NULL };
	const char *const values[] = { "2", "foyer", db->conninfo, "UTF8",
		NULL };
	PGconn *conn = PQconnectdbParams(names, values, 1);

	if (conn == NULL)
		die("out of memory");
	(void)PQsetNoticeReceiver(conn, receive_notice, db);
	return conn;
}

/*
 * Has the server closed the session since the last statement?  Then it has left
 * a message, or the end of the stream; PQnotifies() makes libpq read it.
 */
static bool
alive(struct db *db)
{
	struct pollfd p = { .fd = PQsocket(db->conn), .events = POLLIN };

	if (poll(&p, 1, 0) > 0) {
		(void)PQconsumeInput(db->conn);
		PQfreemem(PQnotifies(db->conn));
	}
	return PQstatus(db->conn) == CONNECTION_OK && !db->ended;
}

static bool
connected(struct db *db)
{
	if (db->conn != NULL) {
		if (alive(db))
			return true;
		disconnect(db);
	}
	db->conn = connect_database(db);
	if (PQstatus(db->conn) != CONNECTION_OK)
		log_error("cannot connect to the database: %s",
		    PQerrorMessage(db->conn));
	else if (PQsetnonblocking(db->conn, 1) == 0 && version_known(db))
		return true;
	disconnect(db);
	return false;
}

/* "SELECT * FROM foyer_api.NAME($1, $2)" */
static void
statement_text(enum query query, char out[static STATEMENT_MAX])
{
	int n = snprintf(out, STATEMENT_MAX, "SELECT * FROM foyer_api.%s(",
	    queries[query].function);

	for (size_t i = 1; i <= queries[query].nparams; i++)
		n += snprintf(out + n, STATEMENT_MAX - (size_t)n, "%s$%zu",
		    i == 1 ? "" : ", ", i);
	n += snprintf(out + n, STATEMENT_MAX - (size_t)n, ")");
	assert(n < STATEMENT_MAX);
}

/* One try, over a living connection. */
static PGresult *
attempt(struct db *db, enum query query, const struct db_param *params,
    size_t nparams)
{
	const char *name = db->prepare ? queries[query].function : NULL;
	char sql[STATEMENT_MAX];

	if (name != NULL && db->prepared[query])
		return execute(db, name, NULL, params, nparams);
	statement_text(query, sql);
	if (name != NULL) {
		PGresult *result = PQsendPrepare(db->conn, name, sql, 0, NULL)
		    ? receive(db)
		    : PQmakeEmptyPGresult(db->conn, PGRES_FATAL_ERROR);

		if (!is_done(result))
			return result;
		PQclear(result);
		db->prepared[query] = true;
	}
	return execute(db, name, sql, params, nparams);
}

/*
 * The database hangs, and others wait in this process's queue: refuse them at
 * once for a while, or each would wait as long again.
 */
static void
rest(struct db *db)
{
	db->rest = now_ms() + REST_MS;
}

enum db_status
db_call(struct db *db, enum query query, const struct db_param *params,
    size_t nparams, struct db_result **result)
{
	const int64_t start = now_ms();

	assert(nparams == queries[query].nparams);
	if (start < db->rest)
		return DB_UNAVAILABLE;
	db->deadline = start + CALL_MS;
	for (bool again = false;; again = true) {
		PGresult *got;
		size_t row;
		bool retry;

		if (!connected(db)) {
			if (now_ms() - start >= REST_MS)
				rest(db);
			return DB_UNAVAILABLE;
		}
		got = attempt(db, query, params, nparams);
		if (is_done(got)) {
			*result = (struct db_result *)got;
			return DB_DONE;
		}
		row = state_row(sqlstate(got));
		retry = !again &&
		    (states[row].action == RETRY ||
			states[row].action == RENEW);
		if (!retry)
			log_failure(queries[query].function, got);
		if (got == NULL)
			rest(db);
		PQclear(got);
		if (states[row].action == RECONNECT ||
		    states[row].action == RENEW)
			disconnect(db);
		if (!retry)
			return states[row].status;
	}
}

enum db_status
db_statement(struct db *db, const char *sql, const struct db_param *params,
    size_t nparams, struct db_result **result)
{
	struct packed p;
	PGresult *got;

	PQclear(db->failed);
	db->failed = NULL;
	if (db->conn == NULL)
		db->conn = connect_database(db);
	if (PQstatus(db->conn) != CONNECTION_OK)
		return DB_UNAVAILABLE;
	pack(params, nparams, &p);
	got = PQexecParams(db->conn, sql, (int)nparams, NULL, p.values,
	    p.lengths, p.formats, 1);
	if (is_done(got)) {
		*result = (struct db_result *)got;
		return DB_DONE;
	}
	db->failed = got;
	return PQstatus(db->conn) == CONNECTION_OK ? DB_FAULT : DB_UNAVAILABLE;
}

struct db_error
db_error(const struct db *db)
{
	const char *message =
	    PQresultErrorField(db->failed, PG_DIAG_MESSAGE_PRIMARY);
	const char *state = sqlstate(db->failed);

	return (struct db_error){
		.state = state,
		.message = message != NULL ? message : PQerrorMessage(db->conn),
		.hint = states[state_row(state)].hint,
	};
}

/* Has the server proved to be the one that was asked for? */
static bool
verified(PGconn *conn)
{
	PQconninfoOption *options = PQconninfo(conn);
	bool full = false;

	if (options == NULL)
		die("out of memory");
	for (const PQconninfoOption *o = options; o->keyword != NULL; o++)
		if (strcmp(o->keyword, "sslmode") == 0 && o->val != NULL)
			full = strcmp(o->val, "verify-full") == 0;
	PQconninfoFree(options);
	return full;
}

struct db_peer
db_peer(const struct db *db)
{
	const char *host = PQhost(db->conn);

	return (struct db_peer){
		.host = host,
		.version = PQserverVersion(db->conn),
		.local = *host == '/' || *host == '@',
		.encrypted = PQsslInUse(db->conn),
		.verified = verified(db->conn),
	};
}

static const PGresult *
pg(const struct db_result *result)
{
	return (const PGresult *)result;
}

void
db_clear(struct db_result *result)
{
	PQclear((PGresult *)result);
}

size_t
db_rows(const struct db_result *result)
{
	return (size_t)PQntuples(pg(result));
}

size_t
db_columns(const struct db_result *result)
{
	return (size_t)PQnfields(pg(result));
}

const char *
db_name(const struct db_result *result, size_t column)
{
	return PQfname(pg(result), (int)column);
}

/* A big-endian integer of n bytes. */
static int64_t
integer(const char *bytes, size_t n)
{
	uint64_t sum = n > 0 && (bytes[0] & 0x80) != 0 ? UINT64_MAX : 0;

	for (size_t i = 0; i < n; i++)
		sum = sum << 8 | (unsigned char)bytes[i];
	return (int64_t)sum;
}

/* Lengths and counts of a value are the server's word: believed, never. */
static void
want(bool holds)
{
	if (!holds)
		die("the database sent a broken value");
}

static struct db_value
number(enum db_type type, const char *bytes, size_t len, size_t expected)
{
	want(len == expected);
	return (struct db_value){ .type = type,
		.bytes = bytes,
		.len = len,
		.number = integer(bytes, len) };
}

static struct db_value
decode(unsigned oid, const char *bytes, size_t len)
{
	struct db_value v = { .type = DB_TEXT, .bytes = bytes, .len = len };

	switch (oid) {
	case OID_BOOL:
		return number(DB_BOOL, bytes, len, 1);
	case OID_INT2:
		return number(DB_INT, bytes, len, 2);
	case OID_INT4:
		return number(DB_INT, bytes, len, 4);
	case OID_INT8:
		return number(DB_INT, bytes, len, 8);
	case OID_TIMESTAMPTZ:
		return number(DB_TIME, bytes, len, 8);
	case OID_UUID:
		want(len == 16);
		v.type = DB_UUID;
		break;
	case OID_JSONB: /* text behind a version byte */
		want(len > 0);
		v.type = DB_JSON;
		v.bytes++;
		v.len--;
		break;
	case OID_JSON:
		v.type = DB_JSON;
		break;
	case OID_TEXT_ARRAY:
		v.type = DB_NESTED;
		break;
	default:
		if (oid >= OID_USER)
			v.type = DB_NESTED;
		break;
	}
	return v;
}

struct db_value
db_value(const struct db_result *result, size_t row, size_t column)
{
	const PGresult *r = pg(result);
	const int i = (int)row, k = (int)column;

	if (PQgetisnull(r, i, k))
		return (struct db_value){ .type = DB_NULL };
	return decode(PQftype(r, k), PQgetvalue(r, i, k),
	    (size_t)PQgetlength(r, i, k));
}

/* Take an integer of four bytes from *p. */
static int64_t
take_integer(const char **p, const char *end)
{
	want(end - *p >= 4);
	*p += 4;
	return integer(*p - 4, 4);
}

/* The value behind a length of four bytes, -1 for null; moves *p over it. */
static struct db_value
sized(unsigned oid, const char **p, const char *end)
{
	const int64_t len = take_integer(p, end);

	if (len == -1)
		return (struct db_value){ .type = DB_NULL };
	want(len >= 0 && len <= end - *p);
	*p += len;
	return decode(oid, *p - len, (size_t)len);
}

/* Take a number of items, each of which has at least so many bytes. */
static size_t
take_count(const char **p, const char *end, int64_t bytes)
{
	const int64_t n = take_integer(p, end);

	want(n >= 0 && n <= (end - *p) / bytes);
	return (size_t)n;
}

size_t
db_record(struct db_value record, struct db_value *fields, size_t max)
{
	const char *p = record.bytes, *end = record.bytes + record.len;
	const size_t n = take_count(&p, end, 8);

	for (size_t i = 0; i < n && i < max; i++) {
		const unsigned oid = (unsigned)take_integer(&p, end);

		fields[i] = sized(oid, &p, end);
	}
	return n;
}

/* Header: dimensions, flags, element type; then length and lower bound. */
size_t
db_array(struct db_value array, struct db_value *elements, size_t max)
{
	const char *p = array.bytes, *end = array.bytes + array.len;
	const int64_t dimensions = take_integer(&p, end);
	unsigned oid;
	size_t n;

	if (dimensions == 0)
		return 0;
	want(dimensions == 1);
	(void)take_integer(&p, end);
	oid = (unsigned)take_integer(&p, end);
	n = take_count(&p, end, 4);
	(void)take_integer(&p, end);
	for (size_t i = 0; i < n && i < max; i++)
		elements[i] = sized(oid, &p, end);
	return n;
}

void
db_uuid(struct db_value uuid, char out[static 37])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < 16; i++) {
		const unsigned char byte = (unsigned char)uuid.bytes[i];

		if (i == 4 || i == 6 || i == 8 || i == 10)
			*out++ = '-';
		*out++ = digits[byte >> 4];
		*out++ = digits[byte & 15];
	}
	*out = '\0';
}
