/*
 * log.h - one line per event on standard error, in logfmt.
 */
#ifndef FOYER_LOG_H
#define FOYER_LOG_H

/* What has gone wrong; who reads it should know what to do. */
void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Write a finished line, newline included, in one write(2) of at most 4 KiB. */
void log_write(const char *line, unsigned long len);

/* Log and end the process with status 2: it cannot start, or cannot go on. */
void die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif
