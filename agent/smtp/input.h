/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SMTP_INPUT_H
#define SMTP_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "smtp/protocol.h"

/*
 * What the mailer says, from standard input, and what it is told, on standard output.  The secrets
 * among it are wiped as soon as they are read.
 */
struct input {
	int fd;
	size_t at, end;
	char bytes[PROTOCOL_LINE_MAX];
};

enum input_read { INPUT_LINE, INPUT_END, INPUT_GARBAGE };

/* The next line; INPUT_END: there is none, or part of one. */
enum input_read input_line(struct input *input, struct protocol_line *ret_line);

/* Waits at most timeout_ms for a line to begin: false if none did. */
bool input_wait(const struct input *input, uint32_t timeout_ms);

/* So many bytes.  False: the input ended before. */
bool input_bytes(struct input *input, char *to, size_t len);

/* One line to standard output.  False: nobody reads it. */
bool output_line(const struct protocol_line *line);

#endif
