/*
 * serve.h - one request from its first byte to its line in the log.
 */
#ifndef FOYER_SERVE_H
#define FOYER_SERVE_H

struct arena;
struct db;
struct fcgi;
struct options;

/* What a process keeps from one request to the next. */
struct server {
	const struct options *options;
	struct db *db;
	struct arena *arena; /* reset after every request */
};

/* Serve the request that fcgi_next() has accepted, and finish it. */
void serve(struct server *server, struct fcgi *f);

#endif
