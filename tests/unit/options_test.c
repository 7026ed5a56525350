/*
 * options_test.c - the settings, from the environment.
 */
#include <stddef.h>
#include <stdlib.h>

#include "child.h"
#include "options.h"
#include "tap.h"

static void
set(const char *name, const char *value)
{
	if ((value == NULL ? unsetenv(name) : setenv(name, value, 1)) != 0)
		abort();
}

/* prefix and prepare are what is set, and what comes of it. */
static const struct {
	const char *prefix, *prepare;
	const char *want_prefix;
	bool want_prepare;
} goods[] = {
	{ NULL, NULL, "", true },
	{ "", "", "", true },
	{ "/chat", "on", "/chat", true },
	{ "/a/b", "off", "/a/b", false },
};

static void
test_values(void)
{
	for (size_t i = 0; i < sizeof(goods) / sizeof(goods[0]); i++) {
		struct options o;

		set("FOYER_PREFIX", goods[i].prefix);
		set("FOYER_PREPARE", goods[i].prepare);
		o = options_read();
		is_text(o.prefix, goods[i].want_prefix, "a prefix of %s",
		    tap_shown(goods[i].prefix));
		is_int(o.prepare, goods[i].want_prepare, "FOYER_PREPARE: %s",
		    tap_shown(goods[i].prepare));
	}
	set("FOYER_DB", NULL);
	is_text(options_read().db, "",
	    "no connection string leaves it to libpq");
	set("FOYER_DB", "host=/run/postgresql dbname=foyer");
	is_text(options_read().db, "host=/run/postgresql dbname=foyer",
	    "a connection string is taken as it is");
}

static void
read_options(void)
{
	(void)options_read();
}

static const struct {
	const char *name, *value, *want;
} bads[] = {
	{ "FOYER_PREFIX", "chat",
	    "FOYER_PREFIX must begin but not end with a slash" },
	{ "FOYER_PREFIX", "/chat/",
	    "FOYER_PREFIX must begin but not end with a slash" },
	{ "FOYER_PREFIX", "/",
	    "FOYER_PREFIX must begin but not end with a slash" },
	{ "FOYER_PREPARE", "yes", "FOYER_PREPARE must be on or off" },
	{ "FOYER_PREPARE", "ON", "FOYER_PREPARE must be on or off" },
	{ "FOYER_PREPARE", " on", "FOYER_PREPARE must be on or off" },
};

static void
test_bad_values(void)
{
	for (size_t i = 0; i < sizeof(bads) / sizeof(bads[0]); i++) {
		set("FOYER_PREFIX", NULL);
		set("FOYER_PREPARE", NULL);
		set(bads[i].name, bads[i].value);
		is_text(dies(read_options), bads[i].want,
		    "%s=%s ends the process with a clear line", bads[i].name,
		    bads[i].value);
	}
}

/* One line for each row of options.def, in its order. */
static void
print_help(void)
{
	options_help(stdout);
}

static void
test_help(void)
{
	static const char *const names[] = {
#define X(member, name, fallback, help) name,
#include "options.def"
#undef X
	};
	int status;
	const char *text = child_output(print_help, STDOUT_FILENO, &status);

	is_int(status, 0, "the help is printed");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const size_t len = strlen(names[i]);

		ok(strncmp(text, "  ", 2) == 0 &&
			strncmp(text + 2, names[i], len) == 0 &&
			text[2 + len] == ' ',
		    "%s has its line", names[i]);
		text += strcspn(text, "\n");
		text += *text != '\0';
	}
	is_text(text, "", "there are no other lines");
}

int
main(void)
{
	test_values();
	test_bad_values();
	test_help();
	return done();
}
