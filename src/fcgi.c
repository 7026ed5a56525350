/*
 * fcgi.c - the web server's side of the process; the only user of libfcgi.
 *
 * libfcgi does not retry what a signal interrupts, and would cut an answer
 * short.  So the two signals that end the process stay blocked, and make a
 * descriptor readable that is asked where the process looks for work.
 *
 * Many processes may wait at one socket.  A connection wakes one of them:
 * with poll(2) it would wake all.
 *
 * As a CGI program (RFC 3875) the process serves one request: its parameters
 * are the environment, its body and answer are descriptors 0 and 1. Signals do
 * then what they always do: a server that ends the program wants no answer.
 *
 * SPDX-License-Identifier: ISC
 */
#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "fcgi.h"
#include "log.h"

#define LISTENER 0
#define DRAIN_S	 1 /* the least patient server, mod_fcgid, kills after 8 s */
#define UNWANTED 32768 /* bytes of a body; more ends a kept connection */
#define END_LEN	 24    /* of the records that end an answer */

struct fcgi {
	FCGX_Request request;
	int signals; /* descriptor that is readable once we are told to go */
	int work;    /* epoll: of signals, listener and kept connection */
	time_t end;  /* when a stopping process has served enough */
	bool cgi;    /* what follows is used then, and request is not */
	bool served;
	bool failed; /* reading the body */
	size_t left; /* bytes of the body that may be read */
};

bool
fcgi_is_cgi(void)
{
	const char *gateway = getenv("GATEWAY_INTERFACE");

	return FCGX_IsCGI() && gateway != NULL && *gateway != '\0';
}

bool
fcgi_available(void)
{
	return !FCGX_IsCGI() || fcgi_is_cgi();
}

/* A blocked signal stays pending, and is never read: we stay told. */
static int
catch_signals(void)
{
	const int signals[] = { SIGTERM, SIGUSR1 };
	sigset_t set;
	int fd;

	(void)sigemptyset(&set);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		(void)sigaddset(&set, signals[i]);
		/* One that is ignored would not even be pending. */
		(void)signal(signals[i], SIG_DFL);
	}
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_CLOEXEC);
	if (fd < 0)
		die("signalfd: %s", strerror(errno));
	return fd;
}

/*
 * How much of descriptor 0 is body: no more than CONTENT_LENGTH says, for the
 * server need not close it there (RFC 3875, 4.2).  A body in chunks has no
 * length; it ends where the descriptor does.
 */
static size_t
cgi_body_length(void)
{
	const char *length = getenv("CONTENT_LENGTH");
	unsigned long value;

	if (length == NULL || *length == '\0')
		return getenv("HTTP_TRANSFER_ENCODING") != NULL ? SIZE_MAX : 0;
	errno = 0;
	value = strtoul(length, NULL, 10);
	return errno == 0 ? value : SIZE_MAX;
}

/* One that is watched already stays so, until it is closed. */
static void
watch(const struct fcgi *f, int fd, uint32_t how)
{
	struct epoll_event event = { .events = EPOLLIN | how, .data.fd = fd };

	if (epoll_ctl(f->work, EPOLL_CTL_ADD, fd, &event) != 0 &&
	    errno != EEXIST)
		die("epoll_ctl: %s", strerror(errno));
}

static void
cgi_open(struct fcgi *f)
{
	f->cgi = true;
	f->left = cgi_body_length();
	/* Whether the client still listens is for the log to say. */
	(void)signal(SIGPIPE, SIG_IGN);
}

struct fcgi *
fcgi_open(void)
{
	struct fcgi *f = calloc(1, sizeof(*f));
	int flags;

	if (f == NULL)
		die("out of memory");
	if (fcgi_is_cgi()) {
		cgi_open(f);
		return f;
	}
	f->signals = catch_signals();
	if (FCGX_Init() != 0 ||
	    FCGX_InitRequest(&f->request, LISTENER, FCGI_FAIL_ACCEPT_ON_INTR) !=
		0)
		die("libfcgi cannot be initialised");
	/* Another process may win the race for a connection. */
	flags = fcntl(LISTENER, F_GETFL);
	if (flags < 0 || fcntl(LISTENER, F_SETFL, flags | O_NONBLOCK) < 0)
		die("descriptor 0: %s", strerror(errno));
	f->work = epoll_create1(EPOLL_CLOEXEC);
	if (f->work < 0)
		die("epoll_create1: %s", strerror(errno));
	watch(f, LISTENER, EPOLLEXCLUSIVE);
	watch(f, f->signals, 0);
	return f;
}

void
fcgi_close(struct fcgi *f)
{
	if (!f->cgi) {
		(void)close(LISTENER); /* before what takes time */
		(void)close(f->work);
		(void)close(f->signals);
		FCGX_Free(&f->request, 1);
	}
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
 * Wait until a request can be accepted.  A connection that the web server keeps
 * open is given up as soon as another one waits: with one process for each
 * request, nobody else might ever serve it.  A process that was told to go
 * still serves what has been sent to it; the socket may be its own.
 */
static bool
wait_for_work(struct fcgi *f)
{
	struct epoll_event ready[3];
	bool listener = false, kept = false, told = false;
	int n;

	if (f->request.ipcFd >= 0)
		watch(f, f->request.ipcFd, 0);
	while ((n = epoll_wait(f->work, ready, 3, -1)) < 0)
		if (errno != EINTR)
			die("epoll_wait: %s", strerror(errno));
	while (n-- > 0) {
		listener |= ready[n].data.fd == LISTENER;
		kept |= ready[n].data.fd == f->request.ipcFd;
		told |= ready[n].data.fd == f->signals;
	}
	if (told) {
		if (f->end == 0)
			f->end = now_s() + DRAIN_S;
		if ((!listener && !kept) || now_s() > f->end)
			return false;
	}
	if (!kept && f->request.ipcFd >= 0)
		FCGX_Free(&f->request, 1);
	return true;
}

bool
fcgi_next(struct fcgi *f)
{
	if (f->cgi) {
		const bool first = !f->served;

		f->served = true;
		return first;
	}
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
	for (char **p = f->cgi ? environ : f->request.envp; *p != NULL; p++) {
		char *equals = strchr(*p, '=');

		if (equals == NULL)
			continue;
		*equals = '\0';
		take(context, *p, equals + 1);
		*equals = '='; /* libpq reads the environment, too */
	}
}

/* Some bytes of the body, at most so many; 0 at its end or when it broke. */
static size_t
read_some(struct fcgi *f, char *bytes, size_t max)
{
	ssize_t got;

	if (!f->cgi) {
		got = FCGX_GetStr(bytes, (int)max, f->request.in);
		return got > 0 ? (size_t)got : 0;
	}
	if (max > f->left)
		max = f->left;
	do
		got = max > 0 ? read(STDIN_FILENO, bytes, max) : 0;
	while (got < 0 && errno == EINTR);
	if (got < 0)
		f->failed = true;
	if (got <= 0)
		return f->left = 0;
	f->left -= (size_t)got;
	return (size_t)got;
}

size_t
fcgi_read(struct fcgi *f, char *body, size_t max, bool *complete)
{
	size_t n = 0, got;
	char more;

	while (n < max && (got = read_some(f, body + n, max - n)) > 0)
		n += got;
	if (n == max && read_some(f, &more, 1) == 1)
		n++;
	*complete = f->cgi ? !f->failed : FCGX_GetError(f->request.in) == 0;
	return n;
}

/* Pass over a body that nobody wanted, or what is left of one. */
static void
discard(struct fcgi *f, size_t max)
{
	static char rest[4096]; /* static, or it would be cleared each time */
	size_t got;

	while (max > 0 &&
	    (got = read_some(f, rest,
		 max < sizeof(rest) ? max : sizeof(rest))) > 0)
		max -= got;
}

bool
fcgi_write(struct fcgi *f, const char *bytes, size_t len)
{
	if (!f->cgi)
		return FCGX_PutStr(bytes, (int)len, f->request.out) == (int)len;
	/* The server listens only when it has got rid of the whole body. */
	discard(f, SIZE_MAX);
	while (len > 0) {
		ssize_t sent = write(STDOUT_FILENO, bytes, len);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return false;
		bytes += sent;
		len -= (size_t)sent;
	}
	return true;
}

/*
 * The records that end a request go out with the last ones of the answer, in
 * one write: libfcgi adds them to the stream that is closed last.  Where they
 * do not fit they go by themselves, and may fail: a server that has the whole
 * answer may be gone by then.
 */
static bool
end_answer(FCGX_Request *request)
{
	FCGX_Stream *out = request->out;
	bool sent;

	(void)FCGX_FClose(request->err);
	if (out->stop - out->wrNext >= END_LEN)
		return FCGX_FClose(out) == 0;
	(void)FCGX_FFlush(out);
	sent = FCGX_GetError(out) == 0;
	(void)FCGX_FClose(out);
	return sent;
}

/*
 * Close a connection from which nothing more can come.  libfcgi cannot tell,
 * and would wait until the server has closed it, too: what is unread when a
 * socket is closed may cost the server the answer.
 */
static void
hang_up(FCGX_Request *request)
{
	(void)close(request->ipcFd);
	request->ipcFd = -1;
}

bool
fcgi_finish(struct fcgi *f)
{
	bool sent;

	if (f->cgi)
		return true;
	discard(f, UNWANTED);
	if (!FCGX_HasSeenEOF(f->request.in))
		f->request.keepConnection = 0;
	sent = end_answer(&f->request);
	if (FCGX_HasSeenEOF(f->request.in) && !f->request.keepConnection)
		hang_up(&f->request);
	FCGX_Finish_r(&f->request);
	return sent;
}
