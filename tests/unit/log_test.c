/*
 * log_test.c - one line per event, whatever is in its message.
 */
#include <ctype.h>
#include <stddef.h>

#include "child.h"
#include "log.h"
#include "tap.h"

static const char *message;

static void
say(void)
{
	log_error("%s", message);
}

static void
end(void)
{
	die("%s", message);
}

/* What is behind the time stamp, as 2025-01-15T10:30:05.000Z is one. */
static const char *
behind_time(const char *line)
{
	static const char form[] = "ts=0000-00-00T00:00:00.000Z ";

	for (size_t i = 0; form[i] != '\0'; i++, line++)
		if (form[i] == '0' ? !isdigit((unsigned char)*line)
				   : *line != form[i])
			return "no time stamp";
	return line;
}

static const struct {
	const char *text, *want;
} messages[] = {
	{ "all is well", "all is well" },
	{ "", "" },
	{ "connection refused\n\tIs it running?\n",
	    "connection refused  Is it running?" },
	{ "a \"b\" \\c", "a \\\"b\\\" \\\\c" },
	{ "x\" level=error msg=\"y", "x\\\" level=error msg=\\\"y" },
	{ "\x1b[31mred", " [31mred" },
	{ "caf\xc3\xa9", "caf" },
	{ "caf\xc3\xa9 au lait", "caf   au lait" },
};

static void
test_messages(void)
{
	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		char want[128];
		int status;

		message = messages[i].text;
		(void)snprintf(want, sizeof(want), "level=error msg=\"%s\"\n",
		    messages[i].want);
		is_text(behind_time(child_output(say, STDERR_FILENO, &status)),
		    want, "message %zu makes one line", i + 1);
	}
}

static void
test_long_message(void)
{
	static char text[5000];
	const char *line;
	int status;

	memset(text, '"', sizeof(text) - 1);
	message = text;
	line = child_output(say, STDERR_FILENO, &status);
	ok(strlen(line) <= 4096 && strlen(line) > 1024,
	    "a long message is cut");
	ok(strchr(line, '\n') == line + strlen(line) - 1 &&
		strcmp(line + strlen(line) - 2, "\"\n") == 0,
	    "and still ends with its quote and a newline");
}

static void
test_die(void)
{
	const char *line;
	int status;

	message = "cannot go on";
	line = child_output(end, STDERR_FILENO, &status);
	is_int(status, 2, "die ends the process with status 2");
	is_text(behind_time(line), "level=error msg=\"cannot go on\"\n",
	    "and says why");
}

int
main(void)
{
	test_messages();
	test_long_message();
	test_die();
	return done();
}
