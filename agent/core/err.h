/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_ERR_H
#define CORE_ERR_H

/*
 * What went wrong, in one line that a person can act on.  A function that can fail returns 0 or a
 * negative errno and fills the caller's `struct err`; it never logs.  The text says what, where and
 * what is allowed; it holds no newline and no secret.
 */
struct err {
	int code; /* negative errno, 0 = no error */
	char text[512];
};

/* Fills `err` (which may be NULL) and returns `code`, so that a caller can `return
 * err_set(...)`. */
int
err_set(struct err *err, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Puts a place ("file:line: ", "bus \"x\": ") before the text that is already there. */
void err_prefix(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
