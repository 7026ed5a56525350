/*
 * ctl_print.h - results as JSON, or as text for people.
 *
 * JSON follows the rules of foyer.fcgi: see row.h.  In text, a dash is null.
 */
#ifndef FOYER_CTL_PRINT_H
#define FOYER_CTL_PRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ctl_command.h"

struct db_result;
struct str;

/*
 * Append what a command of this output prints.  secret, if there is one,
 * becomes the member key of the object.
 */
void print_json(struct str *s, enum output output,
    const struct db_result *result, const char *secret);
void print_text(struct str *s, enum output output,
    const struct db_result *result, const char *secret);

/* One object of n numbers, named by the columns of result. */
void print_sums(struct str *s, bool json, const struct db_result *result,
    const int64_t *sums, size_t n);

#endif
