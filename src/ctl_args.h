/*
 * ctl_args.h - the command line of foyerctl.
 */
#ifndef FOYER_CTL_ARGS_H
#define FOYER_CTL_ARGS_H

#include <stdbool.h>

#include "ctl_command.h"

struct arena;

/* Texts are borrowed from argv or live as long as the arena. */
struct args {
	struct arena *arena;
	const struct command *command;
	const char *values[COMMAND_OPERANDS_MAX]; /* as sent; NULL: null */
	const char *error;			  /* one line */
	bool json, help, version;
};

/* False: the line is not well-formed, error says why. */
bool args_read(struct args *args, char **argv)
    __attribute__((warn_unused_result));

/* The value of an operand of the command. */
const char *args_value(const struct args *args, const char *name);

#endif
