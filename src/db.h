/*
 * db.h - the connection to PostgreSQL; the only user of libpq.
 *
 * One connection per process, opened when it is first needed and again when it
 * is lost.  A call is one statement, and so one transaction.
 */
#ifndef FOYER_DB_H
#define FOYER_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The schema that this program was made for: foyer_api.schema_version().
 * It also serves the next, so that a schema is deployed before its programs.
 */
#define DB_SCHEMA_VERSION 1

#define DB_PARAMS_MAX 24

enum query {
#define X(symbol, function, nparams) QUERY_##symbol,
#include "queries.def"
#undef X
	QUERY__MAX
};

enum db_status {
	DB_DONE,
	DB_UNAVAILABLE, /* no database, or not now; a write's fate is unknown */
	DB_FAULT,	/* the database refuses the statement: a defect */
};

/* bytes NULL: null.  A text is NUL-terminated; len counts only if binary. */
struct db_param {
	const char *bytes;
	size_t len;
	bool binary;
};

enum db_type {
	DB_NULL,
	DB_BOOL,   /* number */
	DB_INT,	   /* number */
	DB_TIME,   /* number: microseconds since 2000-01-01 00:00 UTC */
	DB_UUID,   /* bytes: 16 */
	DB_TEXT,   /* bytes: UTF-8, without NUL at the end */
	DB_JSON,   /* bytes: JSON text */
	DB_NESTED, /* bytes: a record or an array, see db_fields() */
};

struct db_value {
	enum db_type type;
	const char *bytes;
	size_t len;
	int64_t number;
};

struct db;
struct db_result;

/* conninfo and what it points to must live as long as the connection. */
struct db *db_new(const char *conninfo, bool prepare);
void db_free(struct db *db);

/*
 * Call a function of foyer_api, for at most 7 s, or 2 s for each host that does
 * not answer.  Deadlocks and serialization failures are tried once more.  With
 * DB_DONE the caller owns *result; otherwise the reason has been logged: of a
 * database that hangs once, and for 1 s nothing more is tried.
 */
enum db_status db_call(struct db *db, enum query query,
    const struct db_param *params, size_t nparams, struct db_result **result)
    __attribute__((warn_unused_result));

/*
 * For foyerctl: any one statement, once, for as long as it takes, and whatever
 * version the schema has.  DB_UNAVAILABLE: there is no connection, or it broke.
 * DB_FAULT: the database refused.  Nothing is logged, db_error() says why.
 */
enum db_status db_statement(struct db *db, const char *sql,
    const struct db_param *params, size_t nparams, struct db_result **result)
    __attribute__((warn_unused_result));

/* Why the last statement has no result; the texts live until the next one. */
struct db_error {
	const char *state;   /* SQLSTATE */
	const char *message; /* of the server, or of libpq */
	const char *hint;    /* what to do, behind "; ", or "" */
};

struct db_error db_error(const struct db *db);

/* What to do about a schema of this version; NULL: this program serves it. */
const char *db_version_fault(int64_t version, char *out, size_t size);

/* How the server was reached; after a statement. */
struct db_peer {
	const char *host; /* a name, an address or a socket's directory */
	int version;	  /* 150004: 15.4 */
	bool local;	  /* over a Unix socket */
	bool encrypted;
	bool verified; /* by sslmode=verify-full */
};

struct db_peer db_peer(const struct db *db);

void db_clear(struct db_result *result);

size_t db_rows(const struct db_result *result);
size_t db_columns(const struct db_result *result);
const char *db_name(const struct db_result *result, size_t column);

/* Values borrow from the result. */
struct db_value db_value(const struct db_result *result, size_t row,
    size_t column);

/*
 * The fields of a record, or the elements of an array (in binary form); at most
 * max of them are stored, how many there are is returned: never more than the
 * value has room for.  A value whose form is broken ends the process.
 */
size_t db_record(struct db_value record, struct db_value *fields, size_t max);
size_t db_array(struct db_value array, struct db_value *elements, size_t max);

/* A UUID's text, with a NUL. */
void db_uuid(struct db_value uuid, char out[static 37]);

#endif
