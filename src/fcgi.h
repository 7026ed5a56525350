/*
 * fcgi.h - the web server's side of the process; the only user of libfcgi.
 *
 * As a FastCGI responder: the web server listens, and hands the listening
 * socket over as descriptor 0.  SIGTERM and SIGUSR1 end the process between two
 * requests: one that is being served is finished and answered.
 *
 * As a CGI program: the web server starts the process for one request.
 */
#ifndef FOYER_FCGI_H
#define FOYER_FCGI_H

#include <stdbool.h>
#include <stddef.h>

struct fcgi;

/* Has a web server started us, in one of the two ways? */
bool fcgi_available(void);

/* Is it the second, where a client may have chosen the arguments? */
bool fcgi_is_cgi(void);

/* Catch the signals and take over descriptor 0; once per process. */
struct fcgi *fcgi_open(void);
void fcgi_close(struct fcgi *f);

/* Wait for the next request; false when the process is to end. */
bool fcgi_next(struct fcgi *f);

/* Pass on each parameter of the request; texts live until fcgi_finish(). */
void fcgi_parameters(struct fcgi *f,
    void (*take)(void *context, const char *name, const char *value),
    void *context);

/*
 * Read the body into room for max bytes, and return how many there were: more
 * than max means that the rest was left.  *complete is false when the server
 * stopped in the middle.
 */
size_t fcgi_read(struct fcgi *f, char *body, size_t max, bool *complete);

/* Send a part of the answer; false when the other side has gone. */
bool fcgi_write(struct fcgi *f, const char *bytes, size_t len);

/* End the answer; false when the other side has gone before. */
bool fcgi_finish(struct fcgi *f);

#endif
