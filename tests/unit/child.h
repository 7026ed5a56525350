/*
 * child.h - run a function in a child process, to see how it ends.
 */
#ifndef FOYER_CHILD_H
#define FOYER_CHILD_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * What the function writes to file descriptor fd, up to 8 KiB of it, valid
 * until the next call; *status is the exit status, 128 and the signal when that
 * ended it.
 */
static inline const char *
child_output(void (*function)(void), int fd, int *status)
{
	static char text[8192];
	size_t len = 0;
	ssize_t got;
	int ends[2], how;
	pid_t pid;

	fflush(stdout);
	if (pipe(ends) != 0 || (pid = fork()) < 0)
		abort();
	if (pid == 0) {
		if (dup2(ends[1], fd) < 0)
			abort();
		function();
		exit(0);
	}
	close(ends[1]);
	while ((got = read(ends[0], text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)got;
	text[len] = '\0';
	close(ends[0]);
	if (waitpid(pid, &how, 0) != pid)
		abort();
	*status = WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
	return text;
}

/* The text of msg="..." when the function ends the process by die(). */
static inline const char *
dies(void (*function)(void))
{
	int status;
	const char *line = child_output(function, STDERR_FILENO, &status);
	const char *start = strstr(line, " level=error msg=\"");
	static char message[8192];
	size_t len;

	if (status != 2 || start == NULL)
		return NULL;
	start += strlen(" level=error msg=\"");
	len = strcspn(start, "\n");
	memcpy(message, start, len);
	message[len > 0 ? len - 1 : 0] = '\0';
	return message;
}

#endif
