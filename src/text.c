/*
 * text.c - bytes from outside: UTF-8, UUIDs, percent-encoding, numbers.
 *
 * SPDX-License-Identifier: ISC
 */
#include <stdint.h>
#include <string.h>

#include "text.h"

/*
 * The length of the well-formed sequence at the start of n bytes, and its code
 * point; 0 when there is none.  The table is Unicode's table 3-7.
 */
static size_t
sequence(const unsigned char *p, size_t n, uint32_t *code)
{
	static const struct {
		unsigned char first, last, low, high;
		unsigned char extra, mask;
	} forms[] = {
		{ 0x00, 0x7f, 0x00, 0x00, 0, 0x7f },
		{ 0xc2, 0xdf, 0x80, 0xbf, 1, 0x1f },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 2, 0x0f },
		{ 0xe1, 0xec, 0x80, 0xbf, 2, 0x0f },
		{ 0xed, 0xed, 0x80, 0x9f, 2, 0x0f },
		{ 0xee, 0xef, 0x80, 0xbf, 2, 0x0f },
		{ 0xf0, 0xf0, 0x90, 0xbf, 3, 0x07 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 3, 0x07 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 3, 0x07 },
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (p[0] < forms[i].first || p[0] > forms[i].last)
			continue;
		if (n < 1U + forms[i].extra)
			return 0;
		*code = p[0] & forms[i].mask;
		for (size_t k = 1; k <= forms[i].extra; k++) {
			if (p[k] < (k == 1 ? forms[i].low : 0x80) ||
			    p[k] > (k == 1 ? forms[i].high : 0xbf))
				return 0;
			*code = *code << 6 | (p[k] & 0x3f);
		}
		return 1U + forms[i].extra;
	}
	return 0;
}

bool
text_utf8(const char *bytes, size_t n)
{
	const unsigned char *p = (const unsigned char *)bytes;
	uint32_t code;

	while (n > 0) {
		size_t len = *p < 0x80 ? 1 : sequence(p, n, &code);

		if (len == 0)
			return false;
		p += len;
		n -= len;
	}
	return true;
}

size_t
text_length(const char *bytes, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += ((unsigned char)bytes[i] & 0xc0) != 0x80;
	return count;
}

static bool
white(uint32_t code)
{
	return (code >= 0x09 && code <= 0x0d) || code == 0x20 || code == 0x85 ||
	    code == 0xa0 || code == 0x1680 ||
	    (code >= 0x2000 && code <= 0x200a) || code == 0x2028 ||
	    code == 0x2029 || code == 0x202f || code == 0x205f ||
	    code == 0x3000;
}

/* Where the last sequence of n bytes begins. */
static size_t
last_start(const unsigned char *p, size_t n)
{
	size_t i = n - 1;

	while (i > 0 && (p[i] & 0xc0) == 0x80)
		i--;
	return i;
}

void
text_trim(const char **bytes, size_t *n)
{
	const unsigned char *p = (const unsigned char *)*bytes;
	size_t len = *n, step, start;
	uint32_t code;

	while (len > 0 && (step = sequence(p, len, &code)) > 0 && white(code)) {
		p += step;
		len -= step;
	}
	while (len > 0) {
		start = last_start(p, len);
		if (sequence(p + start, len - start, &code) == 0 ||
		    !white(code))
			break;
		len = start;
	}
	*bytes = (const char *)p;
	*n = len;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
text_uuid(const char *text, char out[static UUID_LEN + 1])
{
	for (int i = 0; i < UUID_LEN; i++) {
		char c = text[i];

		if (i == 8 || i == 13 || i == 18 || i == 23) {
			if (c != '-')
				return false;
		} else if (hex_digit(c) < 0) {
			return false;
		}
		out[i] = c;
		if (c >= 'A' && c <= 'F')
			out[i] = (char)(c - 'A' + 'a');
	}
	out[UUID_LEN] = '\0';
	return text[UUID_LEN] == '\0';
}

bool
text_decode(char *text, bool plus)
{
	char *from = text, *to = text;

	while (*from != '\0') {
		if (*from == '%') {
			int high = hex_digit(from[1]);
			int low = high < 0 ? -1 : hex_digit(from[2]);

			if (low < 0 || (high == 0 && low == 0))
				return false;
			*to++ = (char)(high << 4 | low);
			from += 3;
		} else {
			*to = *from++;
			if (*to == '+' && plus)
				*to = ' ';
			to++;
		}
	}
	*to = '\0';
	return text_utf8(text, (size_t)(to - text));
}

bool
text_integer(const char *text, long min, long max, long *value)
{
	long sum = 0;

	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9' ||
		    sum > (max - (*text - '0')) / 10)
			return false;
		sum = sum * 10 + (*text - '0');
	}
	*value = sum;
	return sum >= min && sum <= max;
}

/* Take n digits at *p as a number in [min, max], and go behind them. */
static bool
digits(const char **p, int n, int min, int max, int *value)
{
	*value = 0;
	for (int i = 0; i < n; i++, (*p)++) {
		if (**p < '0' || **p > '9')
			return false;
		*value = *value * 10 + (**p - '0');
	}
	return *value >= min && *value <= max;
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
date(const char **p)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };
	int year, month, day;
	bool leap;

	if (!digits(p, 4, 1, 9999, &year) || !take(p, '-') ||
	    !digits(p, 2, 1, 12, &month) || !take(p, '-') ||
	    !digits(p, 2, 1, 31, &day))
		return false;
	leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return day <= days[month - 1] + (month == 2 && leap);
}

bool
text_instant(const char *text)
{
	const char *p = text;
	int number;

	if (!date(&p) || (*p != 'T' && *p != 't'))
		return false;
	p++;
	if (!digits(&p, 2, 0, 23, &number) || !take(&p, ':') ||
	    !digits(&p, 2, 0, 59, &number) || !take(&p, ':') ||
	    !digits(&p, 2, 0, 59, &number))
		return false;
	if (take(&p, '.')) {
		const size_t n = strspn(p, "0123456789");

		if (n < 1 || n > 6)
			return false;
		p += n;
	}
	if (*p == 'Z' || *p == 'z')
		return p[1] == '\0';
	if (!take(&p, '+') && !take(&p, '-'))
		return false;
	/* PostgreSQL takes no zone further away than 15:59. */
	return digits(&p, 2, 0, 15, &number) && take(&p, ':') &&
	    digits(&p, 2, 0, 59, &number) && *p == '\0';
}

#define ALPHANUMERIC \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
#define EMAIL_MAX 254
#define LOCAL_MAX 64
#define LABEL_MAX 63

/* The length of a label of a domain name; 0 when there is none. */
static size_t
label(const char *p)
{
	const size_t len = strspn(p, ALPHANUMERIC "-");

	if (len == 0 || len > LABEL_MAX || p[0] == '-' || p[len - 1] == '-')
		return 0;
	return len;
}

bool
text_email(const char *text)
{
	size_t len = strspn(text, ALPHANUMERIC ".!#$%&'*+/=?^_`{|}~-");

	if (len == 0 || len > LOCAL_MAX || text[len] != '@' ||
	    strlen(text) > EMAIL_MAX)
		return false;
	do {
		text += len + 1;
		len = label(text);
	} while (len > 0 && text[len] == '.');
	return len > 0 && text[len] == '\0';
}

bool
text_phone(const char *text)
{
	const size_t len = text[0] == '+' ? strspn(text + 1, "0123456789") : 0;

	return len >= 2 && len <= 15 && text[1] != '0' && text[len + 1] == '\0';
}

void
text_snake(const char *camel, char *snake, size_t size)
{
	size_t n = 0;

	for (; *camel != '\0'; camel++) {
		const bool upper = *camel >= 'A' && *camel <= 'Z';

		if (n + upper + 1 >= size)
			break;
		if (upper)
			snake[n++] = '_';
		snake[n++] = (char)(upper ? *camel - 'A' + 'a' : *camel);
	}
	snake[n] = '\0';
}
