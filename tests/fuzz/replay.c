/*
 * replay.c - the main() of a target without libFuzzer: all inputs that the
 * repository has for it, from tests/fuzz/seeds and tests/fuzz/corpus.
 *
 * A line of those files is an input; \xNN is a byte, and a line that begins
 * with "#" is a comment.
 */
#include <signal.h>
#include <unistd.h>

#include "fuzz.h"

static const char *file;
static int line;

/* With a sanitizer, everything that it finds becomes a SIGABRT. */
const char *__asan_default_options(void);
const char *__ubsan_default_options(void);

const char *
__asan_default_options(void)
{
	return "abort_on_error=1";
}

const char *
__ubsan_default_options(void)
{
	return "abort_on_error=1:print_stacktrace=1";
}

/* Say which input it was; the signal comes again, and ends the process. */
static void
tell(int signal)
{
	char text[256];
	const int n = snprintf(text, sizeof(text),
	    "by the input in line %d of tests/fuzz/%s\n", line, file);

	(void)signal;
	if (write(STDERR_FILENO, text, (size_t)n) < 0)
		_exit(1);
}

/* The bytes of a line, in place; their number. */
static size_t
unescape(char *text)
{
	char *to = text;
	unsigned byte;

	for (const char *p = text; *p != '\0' && *p != '\n'; p++) {
		if (*p == '\\') {
			char digits[3] = { p[2], p[3], '\0' }, *end;

			byte = (unsigned)strtoul(digits, &end, 16);
			must(p[1] == 'x' && *end == '\0');
			*to++ = (char)byte;
			p += 3;
		} else {
			*to++ = *p;
		}
	}
	return (size_t)(to - text);
}

/* The number of inputs in a file; -1 when there is no such file. */
static long
replay(const char *root, const char *kind, const char *target)
{
	static char name[64], path[4096];
	char *text = NULL;
	size_t room = 0;
	long n = 0;
	FILE *in;

	(void)snprintf(name, sizeof(name), "%s/%s.txt", kind, target);
	(void)snprintf(path, sizeof(path), "%s/tests/fuzz/%s", root, name);
	file = name;
	in = fopen(path, "r");
	if (in == NULL)
		return -1;
	for (line = 1; getline(&text, &room, in) >= 0; line++) {
		if (*text == '#')
			continue;
		(void)LLVMFuzzerTestOneInput((const uint8_t *)text,
		    unescape(text));
		n++;
	}
	free(text);
	(void)fclose(in);
	return n;
}

int
main(int argc, char **argv)
{
	static const char *const kinds[] = { "seeds", "corpus" };
	struct sigaction action = { .sa_handler = tell,
		.sa_flags = (int)SA_RESETHAND };
	const char *root = getenv("FOYER_ROOT"), *slash = strrchr(argv[0], '/');
	char target[32];
	int failed = 0;

	(void)argc;
	if (root == NULL)
		root = getenv("srcdir"); /* which make check sets */
	(void)snprintf(target, sizeof(target), "%s",
	    slash != NULL ? slash + 1 : argv[0]);
	target[strcspn(target, "_")] = '\0';
	(void)sigaction(SIGABRT, &action, NULL);
	(void)sigaction(SIGSEGV, &action, NULL);
	(void)LLVMFuzzerTestOneInput(NULL, 0);
	for (int i = 0; i < 2; i++) {
		const long n =
		    replay(root != NULL ? root : ".", kinds[i], target);

		failed += n < 1;
		printf(
		    "%sok %d - %ld inputs of %s/%s.txt keep what must hold\n",
		    n < 1 ? "not " : "", i + 1, n, kinds[i], target);
	}
	printf("1..2\n");
	return failed != 0;
}
