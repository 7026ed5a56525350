/*
 * main.c - foyer.fcgi: a live-chat conversation API behind a web server.
 *
 * SPDX-License-Identifier: ISC
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "config.h"
#include "db.h"
#include "diagnose.h"
#include "fcgi.h"
#include "log.h"
#include "options.h"
#include "serve.h"
#include "str.h"

static void
usage(FILE *out)
{
	(void)fprintf(out,
	    "foyer.fcgi %s: a live-chat conversation API.\n"
	    "\n"
	    "It is a FastCGI responder: a web server starts it, with a listening\n"
	    "socket as its standard input; contrib/quickstart shows a whole site.\n"
	    "Where a server has nothing better, it is a CGI program as well.\n"
	    "Without a web server, run for example\n"
	    "\n"
	    "  spawn-fcgi -s /run/foyer.sock -n -- /usr/lib/foyer/foyer.fcgi\n"
	    "\n"
	    "  --check    try the settings and the database, say what is wrong\n"
	    "  --help     this text\n"
	    "  --version  name and version\n"
	    "\n"
	    "Settings, from the environment:\n",
	    PACKAGE_VERSION);
	options_help(out);
}

/* 0 when a request could be served now. */
static int
check(const struct options *options)
{
	struct arena *arena = arena_new();
	struct db *db = db_new(options->db, options->prepare);
	struct findings found = { .arena = arena };
	struct str out = str_new(arena);
	bool wrong;

	if (!diagnose(&found, db, "foyer_api", NULL))
		findings_add(&found, "connection", LEVEL_WRONG,
		    "%s; see FOYER_DB", db_error(db).message);
	if (!findings_wrong(&found))
		diagnose_turns(&found, options->db, options->prepare);
	wrong = findings_wrong(&found);
	findings_print(&out, false, &found);
	(void)fputs(out.text, stdout);
	db_free(db);
	arena_free(arena);
	return wrong ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int
run(const struct options *options)
{
	struct server server = {
		.options = options,
		/* A statement that runs once is not worth preparing. */
		.db = db_new(options->db, options->prepare && !fcgi_is_cgi()),
		.arena = arena_new(),
	};
	struct fcgi *f = fcgi_open();

	while (fcgi_next(f))
		serve(&server, f);
	fcgi_close(f);
	db_free(server.db);
	arena_free(server.arena);
	return EXIT_SUCCESS;
}

int
main(int argc, char **argv)
{
	struct options options;

	/* A CGI program's arguments are the query's words (RFC 3875, 4.4). */
	if (fcgi_is_cgi())
		argc = 1;
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		printf("foyer.fcgi %s\n", PACKAGE_VERSION);
		return EXIT_SUCCESS;
	}
	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		usage(stdout);
		return EXIT_SUCCESS;
	}
	options = options_read();
	if (argc == 2 && strcmp(argv[1], "--check") == 0)
		return check(&options);
	if (argc == 1 && fcgi_available())
		return run(&options);
	usage(stderr);
	return 2;
}
