/*
 * ctl_args.c - the command line of foyerctl.
 *
 * Options may stand before, between and behind the arguments; those of a
 * command only behind its words.
 *
 * SPDX-License-Identifier: ISC
 */
#include <assert.h>
#include <string.h>

#include "arena.h"
#include "ctl_args.h"
#include "ctl_check.h"

/* What has been read so far. */
struct reader {
	struct args *args;
	char **next;
	const char *word; /* the first of two */
};

static bool
same(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* Record why the line is not well-formed, behind the command's words. */
static bool
refuse(struct args *args, const char *what, const char *why)
{
	const struct command *c = args->command;

	args->error = c == NULL
	    ? arena_printf(args->arena, "%s %s; see foyerctl --help", what, why)
	    : arena_printf(args->arena, "%s%s%s: %s %s", c->words[0],
		  c->words[1] != NULL ? " " : "",
		  c->words[1] != NULL ? c->words[1] : "", what, why);
	return false;
}

/* One of the command's words. */
static bool
take_word(struct reader *r, const char *word)
{
	const char *first = r->word != NULL ? r->word : word;
	bool known = false;

	for (size_t i = 0; i < commands_count; i++) {
		const struct command *c = &commands[i];

		if (!same(c->words[0], first))
			continue;
		known = true;
		if (r->word == NULL ? c->words[1] == NULL
				    : same(c->words[1], word)) {
			r->args->command = c;
			return true;
		}
	}
	if (!known)
		return refuse(r->args, word, "is not a command");
	if (r->word != NULL)
		return refuse(r->args, word,
		    arena_printf(r->args->arena, "is not a command of %s",
			r->word));
	r->word = word;
	return true;
}

/* What is sent for a text; NULL: it is bad. */
static const char *
sent(struct arena *a, const struct operand *o, const char *text)
{
	return same(o->word, text) ? o->sent : check_value(a, o, text);
}

static bool
refuse_value(struct args *args, const struct operand *o)
{
	const char *rule = check_rule(args->arena, o);

	return refuse(args, o->name,
	    o->word == NULL
		? rule
		: arena_printf(args->arena, "%s, or %s", rule, o->word));
}

/* Set the value of operand i; a list grows. */
static bool
set(struct args *args, size_t i, const char *text)
{
	const struct operand *o = &args->command->operands[i];
	const char *value = sent(args->arena, o, text);
	const char *old = args->values[i];

	if (value == NULL)
		return refuse_value(args, o);
	if (old != NULL && !o->list)
		return refuse(args, o->name, "is given twice");
	if (!o->list)
		args->values[i] = value;
	else if (old == NULL)
		args->values[i] = arena_printf(args->arena, "{\"%s\"}", value);
	else if (same(old, "{}"))
		return refuse(args, o->name,
		    arena_printf(args->arena, "excludes %s", o->none));
	else /* neither hosts nor words need escapes */
		args->values[i] = arena_printf(args->arena, "%.*s,\"%s\"}",
		    (int)strlen(old) - 1, old, value);
	return true;
}

static bool
take_argument(struct args *args, const char *text)
{
	const struct command *c = args->command;

	for (size_t i = 0; i < command_operands(c); i++)
		if (!operand_is_option(&c->operands[i]) &&
		    args->values[i] == NULL)
			return set(args, i, text);
	return refuse(args, text, "is too much");
}

/* The value is behind a "=" or is the next argument. */
static bool
take_value(struct reader *r, size_t i, const char *behind)
{
	const struct operand *o = &r->args->command->operands[i];

	if (behind != NULL)
		return set(r->args, i, behind);
	if (*r->next == NULL || strncmp(*r->next, "--", 2) == 0)
		return refuse(r->args, o->name, "wants a value");
	return set(r->args, i, *r->next++);
}

/* An option that empties a list. */
static bool
take_none(struct args *args, size_t i)
{
	const struct operand *o = &args->command->operands[i];

	if (args->values[i] != NULL)
		return refuse(args, o->none,
		    same(args->values[i], "{}")
			? "is given twice"
			: arena_printf(args->arena, "excludes %s", o->name));
	args->values[i] = "{}";
	return true;
}

static bool
take_option(struct reader *r, const char *text)
{
	const struct command *c = r->args->command;
	const char *equals = strchr(text, '=');
	const char *name = equals == NULL
	    ? text
	    : arena_copy(r->args->arena, text, (size_t)(equals - text));

	if (same(text, "--json"))
		return r->args->json = true;
	if (same(text, "--help"))
		return r->args->help = true;
	if (same(text, "--version"))
		return r->args->version = true;
	for (size_t i = 0; c != NULL && i < command_operands(c); i++) {
		if (same(c->operands[i].none, text))
			return take_none(r->args, i);
		if (operand_is_option(&c->operands[i]) &&
		    same(c->operands[i].name, name))
			return take_value(r, i,
			    equals == NULL ? NULL : equals + 1);
	}
	return refuse(r->args, name,
	    c == NULL ? "is not an option in front of a command"
		      : "is not an option");
}

/* Is an argument one of the words that option i stands with? */
static bool
accompanied(const struct args *args, size_t i)
{
	const struct command *c = args->command;
	const struct operand words = { .check = CHECK_CHOICE,
		.value = c->operands[i].with };

	if (words.value == NULL)
		return true;
	for (size_t k = 0; k < command_operands(c); k++)
		if (!operand_is_option(&c->operands[k]) &&
		    args->values[k] != NULL &&
		    check_value(args->arena, &words, args->values[k]) != NULL)
			return true;
	return false;
}

/* What is missing is an error, or has a value of its own. */
static bool
complete(struct reader *r)
{
	struct args *args = r->args;
	const struct command *c = args->command;

	if (c == NULL && r->word == NULL)
		return refuse(args, "a command", "is missing");
	if (c == NULL)
		return refuse(args, r->word, "wants a command");
	for (size_t i = 0; i < command_operands(c); i++) {
		const struct operand *o = &c->operands[i];

		if (args->values[i] != NULL && !accompanied(args, i))
			return refuse(args, o->name,
			    arena_printf(args->arena, "stands only with %s",
				o->with));
		if (args->values[i] != NULL)
			continue;
		if (!operand_is_option(o) && !o->optional)
			return refuse(args, o->name, "is missing");
		args->values[i] = o->fallback;
	}
	return true;
}

bool
args_read(struct args *args, char **argv)
{
	struct reader r = { .args = args, .next = argv + 1 };
	bool options = true;

	while (*r.next != NULL) {
		const char *text = *r.next++;
		bool taken;

		if (options && strcmp(text, "--") == 0) {
			options = false;
			continue;
		}
		if (options && strncmp(text, "--", 2) == 0)
			taken = take_option(&r, text);
		else if (args->command == NULL)
			taken = take_word(&r, text);
		else
			taken = take_argument(args, text);
		if (!taken)
			return false;
	}
	return args->help || args->version || complete(&r);
}

const char *
args_value(const struct args *args, const char *name)
{
	const struct command *c = args->command;
	size_t i = 0;

	while (i < command_operands(c) && !same(c->operands[i].name, name))
		i++;
	assert(i < command_operands(c));
	return args->values[i];
}
