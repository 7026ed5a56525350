/*
 * row.h - rows of a result as JSON.
 *
 * The columns are named as the members, in camelCase; snake asks for
 * snake_case.  Their types say how they are written.
 */
#ifndef FOYER_ROW_H
#define FOYER_ROW_H

#include <stdbool.h>
#include <stddef.h>

struct db_result;
struct str;

/*
 * Append the columns of a row, from first to before last, as members of the
 * object that s has open.
 */
void row_members(struct str *s, const struct db_result *result, size_t row,
    size_t first, size_t last, bool snake);

/*
 * The same for rows of several kinds: columns that are null are left out, and a
 * column "name.member" is a member of the object name, which is there when its
 * first column is not null, and then whole.
 */
void row_given(struct str *s, const struct db_result *result, size_t row,
    size_t first, size_t last, bool snake);

#endif
