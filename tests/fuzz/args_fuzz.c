/*
 * args_fuzz.c - the command line of foyerctl: a line is refused with one line
 * of a reason, or each value is one that its operand takes.
 *
 * The input is the arguments, divided by NULs.
 */
#include "ctl_args.h"
#include "ctl_check.h"
#include "ctl_command.h"
#include "fuzz.h"
#include "text.h"

#define ARGS_MAX 24

static void
check_values(struct args *args)
{
	const struct command *c = args->command;

	must(c != NULL);
	for (size_t i = 0; i < command_operands(c); i++) {
		const struct operand *o = &c->operands[i];
		const char *value = args->values[i], *again;

		must(args_value(args, o->name) == value);
		must(value != NULL || o->optional || operand_is_option(o));
		if (value == NULL)
			continue;
		must(text_utf8(value, strlen(value)));
		if (value == o->fallback || value == o->sent || o->list ||
		    o->check == CHECK_DAYS)
			continue;
		again = check_value(args->arena, o, value);
		must(again != NULL && strcmp(again, value) == 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct args args = { .arena = fuzz_arena() };
	struct input in = { data, size }, part;
	char name[] = "foyerctl";
	char *argv[ARGS_MAX + 2] = { name };

	for (size_t n = 1; n <= ARGS_MAX && take_part(&in, &part); n++)
		argv[n] =
		    arena_copy(args.arena, (const char *)part.data, part.size);
	if (!args_read(&args, argv))
		must(args.error != NULL && *args.error != '\0');
	else if (!args.help && !args.version)
		check_values(&args);
	return 0;
}
