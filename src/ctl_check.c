/*
 * ctl_check.c - is a value of the command line a good one?
 *
 * SPDX-License-Identifier: ISC
 */
#include <arpa/inet.h>
#include <string.h>

#include "arena.h"
#include "ctl_check.h"
#include "ctl_command.h"
#include "str.h"
#include "text.h"

#define NAME_MAX_CHARS 200
#define HOST_MAX       100
#define URL_MAX	       1000
#define URL_CHARS                                                        \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" \
	"-._~:/[]"
#define LABEL_MAX 63 /* RFC 1035, section 2.3.4 */

/* No control character (Unicode's category Cc) in well-formed UTF-8. */
static bool
printable(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		const unsigned char c = (unsigned char)text[i];

		if (c < 0x20 || c == 0x7f)
			return false;
		if (c == 0xc2 && (unsigned char)text[i + 1] < 0xa0)
			return false;
	}
	return true;
}

static bool
name_good(const char *text)
{
	const size_t len = strlen(text);

	return len > 0 && text_utf8(text, len) &&
	    text_length(text, len) <= NAME_MAX_CHARS && printable(text, len);
}

/* A host, perhaps a port and a path, and nothing that needs an escape. */
static bool
url_good(const char *text)
{
	static const char end[] = "/api/v1";
	const char *host = strncmp(text, "http://", 7) == 0 ? text + 7
	    : strncmp(text, "https://", 8) == 0		    ? text + 8
							    : NULL;
	const size_t len = host == NULL ? 0 : strlen(host);

	return len >= sizeof(end) && len <= URL_MAX && *host != '/' &&
	    strspn(host, URL_CHARS) == len &&
	    strcmp(host + len - (sizeof(end) - 1), end) == 0;
}

static bool
integer_good(const struct operand *o, const char *text)
{
	long value;

	return text_integer(text, o->min, o->max, &value);
}

/* Is it one of the words between the bars? */
static bool
choice_good(const char *words, const char *text)
{
	const size_t len = strlen(text);

	for (const char *word = words; word != NULL;) {
		const char *bar = strchr(word, '|');
		const size_t n =
		    bar != NULL ? (size_t)(bar - word) : strlen(word);

		if (n == len && memcmp(word, text, len) == 0)
			return true;
		word = bar != NULL ? bar + 1 : NULL;
	}
	return false;
}

/* Take n digits from *p, of a number in [min, max]. */
static bool
digits(const char **p, int n, int min, int max, int *value)
{
	int sum = 0;

	for (int i = 0; i < n; i++, (*p)++) {
		if (**p < '0' || **p > '9')
			return false;
		sum = sum * 10 + (**p - '0');
	}
	*value = sum;
	return sum >= min && sum <= max;
}

static bool
take(const char **p, char c)
{
	if (**p != c)
		return false;
	(*p)++;
	return true;
}

static bool
take_date(const char **p)
{
	static const int lengths[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };
	int year, month, day;

	if (!digits(p, 4, 1, 9999, &year) || !take(p, '-') ||
	    !digits(p, 2, 1, 12, &month) || !take(p, '-') ||
	    !digits(p, 2, 1, lengths[month - 1], &day))
		return false;
	return month != 2 || day < 29 ||
	    (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
}

/* Seconds, and their fraction, may be left out. */
static bool
take_time(const char **p)
{
	size_t fraction;
	int value;

	if (!digits(p, 2, 0, 23, &value) || !take(p, ':') ||
	    !digits(p, 2, 0, 59, &value))
		return false;
	if (!take(p, ':'))
		return true;
	if (!digits(p, 2, 0, 59, &value))
		return false;
	if (!take(p, '.'))
		return true;
	fraction = strspn(*p, "0123456789");
	*p += fraction;
	return fraction >= 1 && fraction <= 6;
}

/* Z, or hours and perhaps minutes from UTC. */
static bool
take_zone(const char **p)
{
	int value;

	if (take(p, 'Z'))
		return true;
	if (!take(p, '+') && !take(p, '-'))
		return false;
	if (!digits(p, 2, 0, 14, &value))
		return false;
	if (take(p, ':'))
		return digits(p, 2, 0, 59, &value);
	return **p == '\0' || digits(p, 2, 0, 59, &value);
}

/* A date alone is its first instant in UTC. */
static const char *
time_sent(struct arena *a, const char *text)
{
	const char *p = text;

	if (!take_date(&p))
		return NULL;
	if (*p == '\0')
		return arena_printf(a, "%sT00:00:00Z", text);
	if (!take(&p, 'T') || !take_time(&p) || !take_zone(&p) || *p != '\0')
		return NULL;
	return text;
}

static bool
address_good(const char *text, size_t len)
{
	char address[HOST_MAX];
	struct in6_addr parsed;

	if (text[0] != '[' || text[len - 1] != ']')
		return false;
	memcpy(address, text + 1, len - 2);
	address[len - 2] = '\0';
	return inet_pton(AF_INET6, address, &parsed) == 1;
}

/* Labels of [a-z0-9_-], parted by dots; none begins or ends with a hyphen. */
static bool
labels_good(const char *p)
{
	for (;;) {
		const size_t n =
		    strspn(p, "abcdefghijklmnopqrstuvwxyz0123456789_-");

		if (n == 0 || n > LABEL_MAX || p[0] == '-' || p[n - 1] == '-')
			return false;
		p += n;
		if (*p == '\0')
			return true;
		if (*p++ != '.')
			return false;
	}
}

/* In lower case, as browsers send it. */
static const char *
host_sent(struct arena *a, const char *text)
{
	const size_t len = strlen(text);
	char *host;

	if (len == 0 || len > HOST_MAX)
		return NULL;
	host = arena_copy(a, text, len);
	for (char *p = host; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	if (address_good(host, len) ||
	    labels_good(strncmp(host, "*.", 2) == 0 ? host + 2 : host))
		return host;
	return NULL;
}

const char *
check_value(struct arena *a, const struct operand *o, const char *text)
{
	char uuid[UUID_LEN + 1];

	switch (o->check) {
	case CHECK_UUID:
		return text_uuid(text, uuid) ? arena_copy(a, uuid, UUID_LEN)
					     : NULL;
	case CHECK_NAME:
		return name_good(text) ? text : NULL;
	case CHECK_DAYS:
		if (strcmp(text, "forever") == 0)
			return "0";
		return integer_good(o, text) ? text : NULL;
	case CHECK_INTEGER:
		return integer_good(o, text) ? text : NULL;
	case CHECK_CHOICE:
		return choice_good(o->value, text) ? text : NULL;
	case CHECK_TIME:
		return time_sent(a, text);
	case CHECK_HOST:
		return host_sent(a, text);
	case CHECK_URL:
		return url_good(text) ? text : NULL;
	}
	return NULL;
}

/* "must be visitor, operator or key" */
static const char *
choice_rule(struct arena *a, const char *words)
{
	struct str s = str_new(a);

	str_raw(&s, "must be ");
	for (; *words != '\0'; words++)
		if (*words == '|')
			str_raw(&s,
			    strchr(words + 1, '|') != NULL ? ", " : " or ");
		else
			str_bytes(&s, words, 1);
	return s.text;
}

const char *
check_rule(struct arena *a, const struct operand *o)
{
	switch (o->check) {
	case CHECK_UUID:
		return "must be a UUID";
	case CHECK_NAME:
		return "must be 1 to 200 characters, without control "
		       "characters";
	case CHECK_INTEGER:
		return arena_printf(a, "must be an integer from %ld to %ld",
		    o->min, o->max);
	case CHECK_DAYS:
		return arena_printf(a,
		    "must be an integer from %ld to %ld, or forever", o->min,
		    o->max);
	case CHECK_CHOICE:
		return choice_rule(a, o->value);
	case CHECK_TIME:
		return "must be a date or an instant with its zone, such as "
		       "2030-01-31T12:00:00Z";
	case CHECK_HOST:
		return "must be a host name, which may begin with *., or "
		       "[IPv6 address], without scheme, port and path";
	case CHECK_URL:
		return "must begin with http:// or https:// and end with "
		       "/api/v1";
	}
	return "is bad";
}
