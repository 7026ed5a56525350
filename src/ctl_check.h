/*
 * ctl_check.h - is a value of the command line a good one?
 */
#ifndef FOYER_CTL_CHECK_H
#define FOYER_CTL_CHECK_H

struct arena;
struct operand;

/*
 * The text that is sent for a value of this operand; lives as long as the
 * arena.  NULL: the value is bad.
 */
const char *check_value(struct arena *a, const struct operand *o,
    const char *text);

/* What a good value is: "must be a UUID". */
const char *check_rule(struct arena *a, const struct operand *o);

#endif
