/*
 * options.c - the settings of foyer.fcgi, from the environment.
 *
 * SPDX-License-Identifier: ISC
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "options.h"

static const struct option_row {
	const char *name, *fallback, *help;
} rows[] = {
#define X(member, name, fallback, help) { name, fallback, help },
#include "options.def"
#undef X
};

enum {
#define X(member, name, fallback, help) OPTION_##member,
#include "options.def"
#undef X
};

static const char *
value(int option)
{
	const char *text = getenv(rows[option].name);

	return text != NULL && *text != '\0' ? text : rows[option].fallback;
}

struct options
options_read(void)
{
	struct options o = {
		.db = value(OPTION_db),
		.prefix = value(OPTION_prefix),
	};
	const char *prepare = value(OPTION_prepare);
	size_t len = strlen(o.prefix);

	if (len > 0 && (o.prefix[0] != '/' || o.prefix[len - 1] == '/'))
		die("FOYER_PREFIX must begin but not end with a slash");
	if (strcmp(prepare, "on") != 0 && strcmp(prepare, "off") != 0)
		die("FOYER_PREPARE must be on or off");
	o.prepare = strcmp(prepare, "on") == 0;
	return o;
}

void
options_help(FILE *out)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		(void)fprintf(out, "  %-14s %s%s%s%s\n", rows[i].name,
		    rows[i].help, *rows[i].fallback != '\0' ? " [" : "",
		    rows[i].fallback, *rows[i].fallback != '\0' ? "]" : "");
}
