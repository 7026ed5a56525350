/*
 * log.c - one line per event on standard error, in logfmt.
 *
 * Each line is one write(2): several processes may share the descriptor.
 *
 * SPDX-License-Identifier: ISC
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "log.h"

#define LINE_MAX_BYTES 4096

void
log_write(const char *line, unsigned long len)
{
	if (len > LINE_MAX_BYTES)
		len = LINE_MAX_BYTES;
	/* A log that cannot be written has nowhere to be reported. */
	if (write(STDERR_FILENO, line, len) < 0)
		return;
}

/*
 * Quote a message: libpq's may have several lines, and a value in it may hold
 * anything.  Needs no arena, so it also works when memory has run out.
 */
static size_t
quote(char *out, size_t size, const char *text)
{
	size_t n = 0;

	out[n++] = '"';
	for (; *text != '\0' && n + 3 < size; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			out[n++] = '\\';
		out[n] = ' ';
		if (c >= ' ' && c <= '~')
			out[n] = *text;
		n++;
	}
	while (n > 1 && out[n - 1] == ' ')
		n--;
	out[n++] = '"';
	return n;
}

static void __attribute__((format(printf, 1, 0)))
log_va(const char *fmt, va_list ap)
{
	char message[1024], line[LINE_MAX_BYTES];
	struct timespec now;
	struct tm tm;
	size_t n;

	(void)vsnprintf(message, sizeof(message), fmt, ap);
	(void)clock_gettime(CLOCK_REALTIME, &now);
	(void)gmtime_r(&now.tv_sec, &tm);
	n = strftime(line, sizeof(line), "ts=%Y-%m-%dT%H:%M:%S", &tm);
	n += (size_t)snprintf(line + n, sizeof(line) - n,
	    ".%03ldZ level=error msg=", now.tv_nsec / 1000000);
	n += quote(line + n, sizeof(line) - n - 1, message);
	line[n++] = '\n';
	log_write(line, n);
}

void
log_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_va(fmt, ap);
	va_end(ap);
}

void
die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_va(fmt, ap);
	va_end(ap);
	exit(2);
}
