/*
 * reply.h - from what was found out to the bytes of the answer.
 */
#ifndef FOYER_REPLY_H
#define FOYER_REPLY_H

#include <stddef.h>
#include <stdint.h>

struct db_result;
struct request;
struct str;
struct verdict;

/* Decode the verdict, the first column of a reply's first row, into rq. */
void reply_verdict(struct request *rq, const struct db_result *result);

/* Append the body of a success and set rq->status. */
void reply_success(struct request *rq, const struct db_result *result,
    struct str *body);

/* Append the body of rq->problem and set rq->status. */
void reply_failure(struct request *rq, struct str *body);

/* Append the header block, with the blank line, for a body of len bytes. */
void reply_headers(struct request *rq, size_t len, struct str *out);

/* Seconds until a refused request would be admitted: rounded up, at least 1. */
int64_t reply_retry_after(const struct verdict *v);

/* The sentence that says what rq->problem is. */
const char *reply_problem_text(struct request *rq);

#endif
