/*
 * fcgi.c - the FastCGI side of the process; the only user of libfcgi.
 *
 * libfcgi does not retry what a signal interrupts, and would cut an answer
 * short. So the two signals that end the process stay blocked, except while it
 * looks for work; then the handler's flag is all that is needed.
 *
 * SPDX-License-Identifier: ISC
 */
#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fcgi.h"
#include "log.h"

#define LISTENER 0
#define DRAIN_S	 1 /* the least patient server, mod_fcgid, kills after 8 s */

struct fcgi {
	FCGX_Request request;
	sigset_t waiting; /* the signal mask of ppoll */
	time_t end;	  /* when a stopping process has served enough */
};

static volatile sig_atomic_t stopping;

static void
stop(int signal)
{
	(void)signal;
	stopping = 1;
}

bool
fcgi_available(void)
{
	return !FCGX_IsCGI();
}

static void
catch_signals(sigset_t *waiting)
{
	const int signals[] = { SIGTERM, SIGUSR1 };
	struct sigaction action = { .sa_handler = stop };
	sigset_t blocked;

	(void)sigemptyset(&action.sa_mask);
	(void)sigemptyset(&blocked);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		(void)sigaction(signals[i], &action, NULL);
		(void)sigaddset(&blocked, signals[i]);
	}
	(void)sigprocmask(SIG_BLOCK, &blocked, waiting);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		(void)sigdelset(waiting, signals[i]);
}

struct fcgi *
fcgi_open(void)
{
	struct fcgi *f = calloc(1, sizeof(*f));
	int flags;

	if (f == NULL)
		die("out of memory");
	/* Before FCGX_Init(): it keeps handlers that are there already. */
	catch_signals(&f->waiting);
	if (FCGX_Init() != 0 ||
	    FCGX_InitRequest(&f->request, LISTENER, FCGI_FAIL_ACCEPT_ON_INTR) !=
		0)
		die("libfcgi cannot be initialised");
	/* Another process may win the race for a connection. */
	flags = fcntl(LISTENER, F_GETFL);
	if (flags < 0 || fcntl(LISTENER, F_SETFL, flags | O_NONBLOCK) < 0)
		die("descriptor 0: %s", strerror(errno));
	return f;
}

void
fcgi_close(struct fcgi *f)
{
	(void)close(LISTENER); /* before anything that takes time */
	FCGX_Free(&f->request, 1);
	free(f);
}

static time_t
now_s(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/*
 * Have we been told to go?  As long as requests are waiting ppoll(2) returns at
 * once, and lets no signal in: so they are let in here.
 */
static bool
is_stopping(struct fcgi *f)
{
	sigset_t blocked;

	(void)sigprocmask(SIG_SETMASK, &f->waiting, &blocked);
	(void)sigprocmask(SIG_SETMASK, &blocked, NULL);
	if (stopping && f->end == 0)
		f->end = now_s() + DRAIN_S;
	return stopping;
}

/*
 * Wait until a request can be accepted.  A connection that the web server keeps
 * open is given up as soon as another one waits: with one process for each
 * request, nobody else might ever serve it.  A process that was told to go
 * still serves what has been sent to it; the socket may be its own.
 */
static bool
wait_for_work(struct fcgi *f)
{
	static const struct timespec at_once = { 0 };

	for (;;) {
		struct pollfd p[] = {
			{ .fd = LISTENER, .events = POLLIN },
			{ .fd = f->request.ipcFd, .events = POLLIN },
		};
		const bool last = is_stopping(f);
		int n;

		if (last && now_s() > f->end)
			return false;
		n = ppoll(p, 2, last ? &at_once : NULL, &f->waiting);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			die("ppoll: %s", strerror(errno));
		if (n == 0)
			return false;
		if (p[1].revents != 0)
			return true;
		if (f->request.ipcFd >= 0)
			FCGX_Free(&f->request, 1);
		return true;
	}
}

bool
fcgi_next(struct fcgi *f)
{
	while (wait_for_work(f))
		/* Its error codes do not tell a lost race from other causes. */
		if (FCGX_Accept_r(&f->request) == 0)
			return true;
	return false;
}

void
fcgi_parameters(struct fcgi *f,
    void (*take)(void *context, const char *name, const char *value),
    void *context)
{
	for (char **p = f->request.envp; *p != NULL; p++) {
		char *equals = strchr(*p, '=');

		if (equals == NULL)
			continue;
		*equals = '\0';
		take(context, *p, equals + 1);
	}
}

size_t
fcgi_read(struct fcgi *f, char *body, size_t max, bool *complete)
{
	size_t n = 0;
	int got;
	char more;

	while (n < max &&
	    (got = FCGX_GetStr(body + n, (int)(max - n), f->request.in)) > 0)
		n += (size_t)got;
	if (n == max && FCGX_GetStr(&more, 1, f->request.in) == 1)
		n++;
	*complete = FCGX_GetError(f->request.in) == 0;
	return n;
}

bool
fcgi_write(struct fcgi *f, const char *bytes, size_t len)
{
	return FCGX_PutStr(bytes, (int)len, f->request.out) == (int)len;
}

bool
fcgi_finish(struct fcgi *f)
{
	char rest[512];
	bool sent;

	/* A body that nobody wanted; what is longer ends a kept connection. */
	for (int i = 0; i < 64; i++)
		if (FCGX_GetStr(rest, sizeof(rest), f->request.in) <= 0)
			break;
	if (!FCGX_HasSeenEOF(f->request.in))
		f->request.keepConnection = 0;
	sent = FCGX_FFlush(f->request.out) == 0 &&
	    FCGX_GetError(f->request.out) == 0;
	FCGX_Finish_r(&f->request);
	return sent;
}
