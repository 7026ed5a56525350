/*
 * ctl_command.c - the commands of foyerctl, as a table.
 *
 * SPDX-License-Identifier: ISC
 */
#include <string.h>

#include "arena.h"
#include "ctl_command.h"
#include "str.h"

/* clang-format off */

#define UUID(name) { (name), (name), .check = CHECK_UUID }
#define NAME	   { "NAME", "NAME", .check = CHECK_NAME }
#define CHOICE(name, words, standard) \
	{ (name), (words), .check = CHECK_CHOICE, .fallback = (standard) }
#define NUMBER(name, what, least, most, standard) \
	{ (name), (what), .check = CHECK_INTEGER, .min = (least), \
	    .max = (most), .fallback = (standard) }
#define LIMIT(name, scopes) \
	{ (name), "N", .check = CHECK_INTEGER, .max = 1000000, \
	    .with = (scopes) }
#define SCOPES \
	"conversations:read|conversations:write|messages:read|" \
	"messages:write|messages:delete|contacts:read|contacts:write"
#define ORIGINS(no) \
	{ "--origin", "HOST", .check = CHECK_HOST, .list = true, .none = (no) }

const struct command commands[] = {
	{ { "org", "create" }, "organization_create", OUTPUT_ONE, SECRET_NONE,
	    "make an organization",
	    { NAME } },
	{ { "app", "create" }, "application_create", OUTPUT_ONE, SECRET_NONE,
	    "make an application, and an organization for it without --org",
	    { NAME, { "--org", "ORG", .check = CHECK_UUID }, ORIGINS(NULL) } },
	{ { "app", "set" }, "application_set", OUTPUT_ONE, SECRET_NONE,
	    "change settings of an application; --origin replaces the list",
	    { UUID("APP"),
	      NUMBER("--edit-window", "SECONDS", 0, 315360000, NULL),
	      ORIGINS("--no-origins"),
	      CHOICE("--require-origin", "yes|no", NULL),
	      CHOICE("--suspended", "yes|no", NULL),
	      { "--retention", "DAYS|forever", .check = CHECK_DAYS, .min = 1,
		.max = 36500 },
	      CHOICE("--require-proof", "yes|no", NULL) } },
	{ { "app", "secret" }, "application_secret", OUTPUT_ONE, SECRET_NONE,
	    "make a secret to prove visitors with; it is shown this once",
	    { UUID("APP") } },
	{ { "app", "list" }, "application_list", OUTPUT_LIST, SECRET_NONE,
	    "show all applications", { { 0 } } },
	{ { "app", "show" }, "application_show", OUTPUT_ONE, SECRET_NONE,
	    "show an application",
	    { UUID("APP") } },
	{ { "key", "create" }, "key_create", OUTPUT_ONE, SECRET_KEY,
	    "give an application a key; it is shown this once",
	    { UUID("APP"), CHOICE("--env", "live|test", "live"),
	      { "--name", "TEXT", .check = CHECK_NAME },
	      { "--expires", "TIME", .check = CHECK_TIME },
	      { "--scope", SCOPES, "SCOPE", CHECK_CHOICE, .list = true } } },
	{ { "key", "list" }, "key_list", OUTPUT_LIST, SECRET_NONE,
	    "show the keys of an application",
	    { UUID("APP") } },
	{ { "key", "disable" }, "key_disable", OUTPUT_ONE, SECRET_NONE,
	    "refuse a key until it is enabled again",
	    { UUID("KEYID") } },
	{ { "key", "enable" }, "key_enable", OUTPUT_ONE, SECRET_NONE,
	    "take a disabled key again",
	    { UUID("KEYID") } },
	{ { "key", "revoke" }, "key_revoke", OUTPUT_ONE, SECRET_NONE,
	    "refuse a key from now on",
	    { UUID("KEYID") } },
	{ { "operator", "create" }, "operator_create", OUTPUT_ONE,
	    SECRET_OPERATOR,
	    "make an operator; the key is shown this once",
	    { UUID("ORG"), NAME,
	      CHOICE("--role", "operator|admin", "operator"),
	      CHOICE("--env", "live|test", "live") } },
	{ { "operator", "list" }, "operator_list", OUTPUT_LIST, SECRET_NONE,
	    "show the operators of an organization",
	    { UUID("ORG") } },
	{ { "operator", "revoke" }, "operator_revoke", OUTPUT_ONE, SECRET_NONE,
	    "refuse an operator from now on",
	    { UUID("OPERATOR") } },
	{ { "limits", "set" }, "limits_set", OUTPUT_KEYED, SECRET_NONE,
	    "change rate limits; 0 is no limit, what is left out stays",
	    { UUID("APP"),
	      CHOICE("SCOPE", "visitor|operator|key", NULL),
	      LIMIT("--second", "visitor|operator"),
	      { "--minute", "N|default", .check = CHECK_INTEGER,
		.max = 1000000, .word = "default", .sent = "-1" },
	      LIMIT("--hour", "visitor|operator"),
	      { "--key", "KEYID", .check = CHECK_UUID, .with = "key" } } },
	{ { "limits", "show" }, "limits_show", OUTPUT_KEYED, SECRET_NONE,
	    "show the rate limits of an application",
	    { UUID("APP") } },
	{ { "limits", "usage" }, "limits_usage", OUTPUT_LIST, SECRET_NONE,
	    "show who is near which limit, the fullest first",
	    { UUID("APP"),
	      { "VISITOR", "VISITOR", .check = CHECK_UUID, .optional = true } } },
	{ { "purge" }, "purge", OUTPUT_SUM, SECRET_NONE,
	    "delete what retention, retries and idle counters have outlived",
	    { NUMBER("--batch", "N", 1, 10000, "1000") } },
	{ { "visitor", "export" }, "visitor_export", OUTPUT_DOCUMENT,
	    SECRET_NONE,
	    "print everything that is stored about a visitor, as JSON",
	    { UUID("APP"), UUID("VISITOR") } },
	{ { "visitor", "erase" }, "visitor_erase", OUTPUT_ONE, SECRET_NONE,
	    "remove everything that is stored about a visitor",
	    { UUID("APP"), UUID("VISITOR") } },
	{ { "check" }, "installation_check", OUTPUT_CHECK, SECRET_NONE,
	    "say whether the database, and the site at URL, are as they should be",
	    { { "--url", "URL", .check = CHECK_URL },
	      NUMBER("--workers", "N", 1, 100000, NULL) } },
};
/* clang-format on */

const size_t commands_count = sizeof(commands) / sizeof(commands[0]);

size_t
command_operands(const struct command *c)
{
	size_t n = 0;

	while (n < COMMAND_OPERANDS_MAX && c->operands[n].name != NULL)
		n++;
	return n;
}

bool
operand_is_option(const struct operand *o)
{
	return strncmp(o->name, "--", 2) == 0;
}

static const char *
operand_usage(struct arena *a, const struct operand *o)
{
	const char *value = o->label != NULL ? o->label : o->value;

	if (!operand_is_option(o))
		return o->optional ? arena_printf(a, "[%s]", value) : value;
	return arena_printf(a, "[%s %s]%s%s%s%s", o->name, value,
	    o->list ? "..." : "", o->none != NULL ? " [" : "",
	    o->none != NULL ? o->none : "", o->none != NULL ? "]" : "");
}

void
command_usage(struct str *s, const struct command *c, size_t width)
{
	size_t line = s->len;

	str_raw(s, c->words[0]);
	if (c->words[1] != NULL)
		str_printf(s, " %s", c->words[1]);
	for (size_t i = 0; i < command_operands(c); i++) {
		const char *text = operand_usage(s->arena, &c->operands[i]);

		if (s->len - line + 1 + strlen(text) > width) {
			str_raw(s, "\n     ");
			line = s->len - 5;
		}
		str_printf(s, " %s", text);
	}
}
