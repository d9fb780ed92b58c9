/* SPDX-License-Identifier: BSD-2-Clause */
#include "smtp/input.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "smtp/stream.h"
#include "sys/clock.h"

/* What was taken is in nobody's memory any more. */
static void
forget_taken(struct input *input)
{
	size_t left = input->end - input->at;

	memmove(input->bytes, input->bytes + input->at, left);
	explicit_bzero(input->bytes + left, input->end - left);
	input->end = left;
	input->at = 0;
}

static bool
fill(struct input *input)
{
	ssize_t n;

	forget_taken(input);
	do
		n = read(input->fd, input->bytes + input->end, sizeof(input->bytes) - input->end);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return false;
	input->end += (size_t)n;
	return true;
}

enum input_read
input_line(struct input *input, struct protocol_line *ret_line)
{
	const char *line, *newline;
	int r;

	for (;;) {
		line = input->bytes + input->at;
		newline = memchr(line, '\n', input->end - input->at);
		if (newline != NULL)
			break;
		if (input->end - input->at == sizeof(input->bytes))
			return INPUT_GARBAGE;
		if (!fill(input))
			return INPUT_END;
	}
	r = protocol_read(line, (size_t)(newline - line), ret_line);
	input->at += (size_t)(newline - line) + 1;
	forget_taken(input);
	return r == 0 ? INPUT_LINE : INPUT_GARBAGE;
}

bool
input_wait(const struct input *input, uint32_t timeout_ms)
{
	return input->at < input->end ||
	       stream_wait(input->fd, POLLIN, clock_boottime_ms() + timeout_ms) == 0;
}

bool
input_bytes(struct input *input, char *to, size_t len)
{
	while (len > 0) {
		size_t there = input->end - input->at, part = there < len ? there : len;

		memcpy(to, input->bytes + input->at, part);
		input->at += part;
		to += part;
		len -= part;
		if (len > 0 && !fill(input))
			return false;
	}
	return true;
}

bool
output_line(const struct protocol_line *line)
{
	static char text[PROTOCOL_LINE_MAX + 1];
	int len = protocol_write(line, text, sizeof(text));
	const char *at = text;

	while (len > 0) {
		ssize_t n = write(STDOUT_FILENO, at, (size_t)len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += n;
		len -= (int)n;
	}
	return len == 0;
}
