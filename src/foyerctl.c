/*
 * foyerctl.c - administration: a thin client of the functions of foyer_admin.
 *
 * A command is a row of ctl_command.c: its operands become the parameters of
 * one function, whose result is printed.  The database knows the rules.
 *
 * SPDX-License-Identifier: ISC
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "arena.h"
#include "config.h"
#include "ctl_args.h"
#include "ctl_print.h"
#include "ctl_probe.h"
#include "db.h"
#include "diagnose.h"
#include "digest.h"
#include "log.h"
#include "str.h"

#define KEY_CHARS    32 /* behind "dk_live_" */
#define PREFIX_CHARS 4	/* of them are kept to tell keys apart */
#define SUMS_MAX     16

enum status {
	STATUS_DONE,
	STATUS_REFUSED,
	STATUS_USAGE,
	STATUS_NO_DATABASE,
};

struct ctl {
	struct args args;
	struct arena *arena;
	struct db *db;
	struct str out;
};

/* One line on standard error, whatever the text holds. */
static enum status __attribute__((format(printf, 2, 3)))
fail(enum status status, const char *fmt, ...)
{
	char line[1024];
	va_list ap;
	size_t n = 0;

	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	/* Blanks and line ends become one blank between words. */
	for (const char *p = line; *p != '\0'; p++) {
		const bool blank = (unsigned char)*p <= ' ' || *p == 0x7f;

		if (!blank)
			line[n++] = *p;
		else if (n > 0 && line[n - 1] != ' ')
			line[n++] = ' ';
	}
	line[n > 0 && line[n - 1] == ' ' ? n - 1 : n] = '\0';
	(void)fprintf(stderr, "foyerctl: %s\n", line);
	return status;
}

/* Why the last statement has no result. */
static enum status
fail_statement(const struct ctl *ctl, enum db_status status)
{
	const struct db_error e = db_error(ctl->db);

	return fail(status == DB_UNAVAILABLE ? STATUS_NO_DATABASE
					     : STATUS_REFUSED,
	    "%s%s", e.message, status == DB_UNAVAILABLE ? "" : e.hint);
}

static void
usage(struct str *s)
{
	str_printf(s,
	    "foyerctl %s: administration of Foyer, a live-chat API.\n"
	    "\n"
	    "foyerctl [--json] COMMAND ...\n"
	    "\n",
	    PACKAGE_VERSION);
	for (size_t i = 0; i < commands_count; i++) {
		str_raw(s, "  ");
		command_usage(s, &commands[i], 76);
		str_printf(s, "\n        %s\n", commands[i].help);
	}
	str_raw(s,
	    "\n"
	    "  --json     print JSON: one object, or an array for a list\n"
	    "  --help     this text\n"
	    "  --version  name and version\n"
	    "\n"
	    "APP, ORG and the other ids are UUIDs; TIME is ISO 8601.  The exit\n"
	    "status is 0 when it is done, 1 when it is refused or not found, 2\n"
	    "for a line that is not well-formed, 3 without a database.\n"
	    "\n"
	    "  FOYER_ADMIN_DB  libpq connection string; empty: libpq's own\n"
	    "                  environment (PGHOST, PGSERVICE, ...)\n");
}

/* "dk_live_" and 32 characters of [A-Za-z0-9], all equally likely. */
static const char *
make_key(struct arena *a, const char *kind, const char *env)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz"
				       "0123456789";
	const size_t n = sizeof(alphabet) - 1;
	char chars[KEY_CHARS];
	size_t len = 0;

	while (len < KEY_CHARS) {
		unsigned char byte;

		if (getrandom(&byte, 1, 0) != 1)
			die("no random numbers");
		/* The last 256 % 62 values would favour some characters. */
		if (byte < 256 / n * n)
			chars[len++] = alphabet[byte % n];
	}
	return arena_printf(a, "%s_%s_%.*s", kind, env, KEY_CHARS, chars);
}

/* Append what is sent of a new key, and return it. */
static const char *
add_secret(struct ctl *ctl, struct db_param *params, size_t *n)
{
	const struct command *c = ctl->args.command;
	const char *kind = c->secret == SECRET_KEY ? "dk" : "op";
	unsigned char *hash;
	const char *key;

	if (c->secret == SECRET_NONE)
		return NULL;
	key = make_key(ctl->arena, kind, args_value(&ctl->args, "--env"));
	hash = arena_alloc(ctl->arena, DIGEST_LEN);
	digest_bytes(key, strlen(key), hash);
	params[(*n)++] = (struct db_param){ .bytes = (const char *)hash,
		.len = DIGEST_LEN,
		.binary = true };
	if (c->secret == SECRET_KEY)
		params[(*n)++] = (struct db_param){
			.bytes = arena_copy(ctl->arena, key,
			    strlen(key) - KEY_CHARS + PREFIX_CHARS)
		};
	return key;
}

/* Call the command's function; with DB_DONE the caller owns *result. */
static enum db_status
call(struct ctl *ctl, const struct db_param *params, size_t n,
    struct db_result **result)
{
	struct str sql = str_new(ctl->arena);

	str_printf(&sql, "SELECT * FROM foyer_admin.%s(",
	    ctl->args.command->function);
	for (size_t i = 1; i <= n; i++)
		str_printf(&sql, "%s$%zu", i > 1 ? ", " : "", i);
	str_raw(&sql, ")");
	return db_statement(ctl->db, sql.text, params, n, result);
}

/* The operands' values as parameters. */
static size_t
operands(const struct ctl *ctl, struct db_param *params)
{
	const size_t n = command_operands(ctl->args.command);

	for (size_t i = 0; i < n; i++)
		params[i] = (struct db_param){ .bytes = ctl->args.values[i] };
	return n;
}

static enum status
run_once(struct ctl *ctl)
{
	struct db_param params[COMMAND_OPERANDS_MAX + 2];
	size_t n = operands(ctl, params);
	const char *secret = add_secret(ctl, params, &n);
	struct db_result *result;
	enum db_status status = call(ctl, params, n, &result);

	if (status != DB_DONE)
		return fail_statement(ctl, status);
	if (ctl->args.json)
		print_json(&ctl->out, ctl->args.command->output, result,
		    secret);
	else
		print_text(&ctl->out, ctl->args.command->output, result,
		    secret);
	db_clear(result);
	return STATUS_DONE;
}

/* Each call is a transaction of its own, and so a short one. */
static enum status
run_sum(struct ctl *ctl)
{
	struct db_param params[COMMAND_OPERANDS_MAX];
	const size_t n = operands(ctl, params);
	int64_t sums[SUMS_MAX] = { 0 };

	for (;;) {
		struct db_result *result;
		enum db_status status = call(ctl, params, n, &result);
		bool more = false;

		if (status != DB_DONE)
			return fail_statement(ctl, status);
		for (size_t k = 0; k < db_columns(result) && k < SUMS_MAX;
		     k++) {
			sums[k] += db_value(result, 0, k).number;
			more |= db_value(result, 0, k).number > 0;
		}
		if (!more)
			print_sums(&ctl->out, ctl->args.json, result, sums,
			    db_columns(result));
		db_clear(result);
		if (!more)
			return STATUS_DONE;
	}
}

static enum status
run_check(struct ctl *ctl)
{
	struct findings found = { .arena = ctl->arena };
	const char *url = args_value(&ctl->args, "--url");

	if (!diagnose(&found, ctl->db, "foyer_admin",
		args_value(&ctl->args, "--workers")))
		return fail_statement(ctl, DB_UNAVAILABLE);
	if (url != NULL)
		probe_site(&found, url);
	findings_print(&ctl->out, ctl->args.json, &found);
	return findings_wrong(&found) ? STATUS_REFUSED : STATUS_DONE;
}

/* Does the schema have a version that this program serves? */
static enum status
know_version(struct ctl *ctl)
{
	struct db_result *result;
	enum db_status status = db_statement(ctl->db,
	    "SELECT foyer_api.schema_version()", NULL, 0, &result);
	char text[256];
	const char *fault;

	if (status != DB_DONE)
		return fail_statement(ctl, status);
	fault =
	    db_version_fault(db_value(result, 0, 0).number, text, sizeof(text));
	db_clear(result);
	return fault == NULL ? STATUS_DONE : fail(STATUS_REFUSED, "%s", fault);
}

static enum status
run(struct ctl *ctl)
{
	enum status status = STATUS_DONE;

	if (ctl->args.command->output != OUTPUT_CHECK)
		status = know_version(ctl);
	if (status != STATUS_DONE)
		return status;
	switch (ctl->args.command->output) {
	case OUTPUT_SUM:
		return run_sum(ctl);
	case OUTPUT_CHECK:
		return run_check(ctl);
	case OUTPUT_ONE:
	case OUTPUT_LIST:
	case OUTPUT_KEYED:
	case OUTPUT_DOCUMENT:
		break;
	}
	return run_once(ctl);
}

/* A key that cannot be shown is lost: that must not go unnoticed. */
static enum status
show(const struct str *out, enum status status)
{
	if (fwrite(out->text, 1, out->len, stdout) != out->len ||
	    fflush(stdout) != 0)
		return fail(STATUS_REFUSED, "cannot write to standard output");
	return status;
}

int
main(int argc, char **argv)
{
	const char *conninfo = getenv("FOYER_ADMIN_DB");
	struct arena *arena = arena_new();
	struct ctl ctl = { .args.arena = arena,
		.arena = arena,
		.db = db_new(conninfo != NULL ? conninfo : "", false),
		.out = str_new(arena) };
	enum status status = STATUS_DONE;

	(void)argc;
	if (!args_read(&ctl.args, argv))
		status = fail(STATUS_USAGE, "%s", ctl.args.error);
	else if (ctl.args.help)
		usage(&ctl.out);
	else if (ctl.args.version)
		str_printf(&ctl.out, "foyerctl %s\n", PACKAGE_VERSION);
	else
		status = run(&ctl);
	status = show(&ctl.out, status);
	db_free(ctl.db);
	arena_free(arena);
	return (int)status;
}
