/*
 * options.h - the settings of foyer.fcgi, from the environment.
 */
#ifndef FOYER_OPTIONS_H
#define FOYER_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

/* Texts are borrowed from the environment and live as long as the process. */
struct options {
	const char *db;
	const char *prefix; /* "" or a path with a leading, no trailing slash */
	bool prepare;
};

/* Read the environment; a bad value ends the process with a clear line. */
struct options options_read(void);

/* Print the table of options, one to a line. */
void options_help(FILE *out);

#endif
