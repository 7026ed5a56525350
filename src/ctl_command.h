/*
 * ctl_command.h - the commands of foyerctl, as a table.
 */
#ifndef FOYER_CTL_COMMAND_H
#define FOYER_CTL_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#define COMMAND_OPERANDS_MAX 8

enum check {
	CHECK_UUID = 1,
	CHECK_NAME,    /* 1 to 200 characters, none of them a control */
	CHECK_INTEGER, /* min to max */
	CHECK_DAYS,    /* min to max, or forever, which is sent as 0 */
	CHECK_CHOICE,  /* one of the words between the bars of value */
	CHECK_TIME,    /* ISO 8601: a date, or date, time and zone */
	CHECK_HOST,    /* of an origin: a name, *.name or [address] */
	CHECK_URL,     /* of the API: http or https, up to /api/v1 */
};

/* A positional argument; an option if its name begins with "--". */
struct operand {
	const char *name;
	const char *value; /* what the help calls it, if label does not */
	const char *label;
	enum check check;
	bool optional; /* an argument; options always are */
	bool list;     /* an option that may be repeated */
	long min, max;
	const char *fallback; /* when it is not given; NULL: null */
	const char *none;     /* the option that makes the list empty */
	const char *word;     /* may stand for the value, which is sent as */
	const char *sent;
	const char *with; /* only with an argument that is one of these */
};

enum output {
	OUTPUT_ONE,	 /* an object: the columns of one row */
	OUTPUT_LIST,	 /* an array of objects: the rows */
	OUTPUT_KEYED,	 /* an object of objects, named by the first column */
	OUTPUT_DOCUMENT, /* the JSON value that is the only column */
	OUTPUT_SUM,	 /* call again until all numbers are 0: their sums */
	OUTPUT_CHECK,	 /* findings, beside our own */
};

/* The key that a command makes; what is sent of it follows the operands. */
enum secret {
	SECRET_NONE,
	SECRET_KEY,	 /* SHA-256 and prefix */
	SECRET_OPERATOR, /* SHA-256 */
};

/* The operands are the function's parameters, in this order. */
struct command {
	const char *words[2];
	const char *function; /* of schema foyer_admin */
	enum output output;
	enum secret secret;
	const char *help;
	struct operand operands[COMMAND_OPERANDS_MAX];
};

extern const struct command commands[];
extern const size_t commands_count;

/* How many operands the command has. */
size_t command_operands(const struct command *c);

bool operand_is_option(const struct operand *o);

struct str;

/* Append "app create NAME [--org ORG] ...", in lines of at most width. */
void command_usage(struct str *s, const struct command *c, size_t width);

#endif
