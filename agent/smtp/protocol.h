/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SMTP_PROTOCOL_H
#define SMTP_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/result.h"
#include "core/smtp_reply.h"
#include "core/smtp_result.h"

/*
 * What the mailer and envsensord-smtp say to each other, over the helper's standard input and
 * output.  One process is one connection to one relay.  Lines of words: a verb, an id where there
 * is one, then name=value in any order; what is not named has its default.
 *
 *   mailer                                    helper
 *   relay host=mail.example.org port=465 ...
 *                                             connected address=192.0.2.1 days=71 ...
 *                                          or failed phase=tls result=certificateInvalid ...
 *                                             and the end
 *   message 17 from=a@example.org recipients=1 size=840
 *   recipient b@example.org
 *   (840 bytes: the mail, RFC 5322)
 *                                             final 17
 *   go 17
 *                                             told 17 number=0 result=ok ...
 *                                             result 17 phase=dot result=ok code=250 ...
 *   (the end of the input)                    end
 *
 * - The path is checked by a relay line and then the end of the input: no mail is sent.
 * - `final`: all but the final dot was sent.  Until `go` comes the mail cannot be delivered; if the
 *   input ends instead, it is not.  Not every mail comes that far.
 * - `told`: one per recipient, in the order of the recipients, and what becomes of it: as its own
 *   refusal says, or the end of the mail as a whole.  `result` is the mail's, and comes last.
 * - The next message is read after the result.  A connection that was lost, also while nothing was
 *   to be sent, or has carried `mails` mails, ends: `end` is the last line.  A message without a
 *   result was not tried, unless its `final` came: then it is in doubt.
 * - A sender or a recipient that cannot be said in a command fails the mail: syntaxError.
 * - Exit status: 0 after `end`; 1 when the input ended within a message or before `go`; 2 if the
 *   input cannot be understood, with a line on standard error.
 *
 * Values: bytes that are not graphic ASCII, '%' and '=' are written %XX; NUL cannot be said.  What
 * must stand there is not empty.
 * Pure.  The relay line holds a secret: whoever writes or reads it wipes the buffer.
 */
#define PROTOCOL_LINE_MAX       32768 /* bytes, with the newline */
#define PROTOCOL_BODY_MAX       (1024 * 1024)
#define PROTOCOL_RECIPIENTS_MAX 100
#define PROTOCOL_ID_SIZE        64
#define PROTOCOL_MAILBOX_SIZE   255

enum protocol_verb {
	/* to the helper */
	PROTOCOL_RELAY,
	PROTOCOL_MESSAGE,
	PROTOCOL_RECIPIENT,
	PROTOCOL_GO,
	/* from the helper */
	PROTOCOL_CONNECTED,
	PROTOCOL_FAILED,
	PROTOCOL_FINAL,
	PROTOCOL_TOLD,
	PROTOCOL_RESULT,
	PROTOCOL_END,
	PROTOCOL_VERB_COUNT,
};

enum relay_security { RELAY_TLS = 1, RELAY_STARTTLS, RELAY_NONE }; /* envsRelaySecurity */

enum relay_auth {
	RELAY_AUTH_AUTO, /* the best of the next three that is offered */
	RELAY_AUTH_SCRAM_SHA_256,
	RELAY_AUTH_PLAIN,
	RELAY_AUTH_LOGIN,
	RELAY_AUTH_XOAUTH2,
};

struct smtp_relay {
	char host[256]; /* a name or an IP address, without brackets */
	uint32_t port;
	enum relay_security security;
	enum relay_auth auth;
	char user[256];     /* "": no AUTH */
	char secret[8192];  /* the password, or the token of XOAUTH2 */
	char ca_file[1024]; /* "": the system's certificates */
	char helo[256];     /* our name; "": that of the host */
	uint32_t connect_ms, command_ms, data_ms, block_ms, dot_ms;
	uint32_t mails;      /* after so many the connection ends; 0: never */
	bool allow_insecure; /* security none to other hosts than this, and AUTH without TLS */
	bool is_clock_sure;  /* our clock is synchronised: a certificate's dates mean something */
};

struct smtp_mail {
	char id[PROTOCOL_ID_SIZE];
	char from[PROTOCOL_MAILBOX_SIZE];
	uint32_t recipients; /* so many lines follow, 1..PROTOCOL_RECIPIENTS_MAX */
	uint32_t size;       /* then so many bytes, up to PROTOCOL_BODY_MAX */
	uint32_t by_s;       /* worth nothing after so many seconds; 0: always */
};

struct smtp_recipient {
	char address[PROTOCOL_MAILBOX_SIZE];
};

/* go, final */
struct smtp_mark {
	char id[PROTOCOL_ID_SIZE];
};

struct smtp_connected {
	char address[64]; /* that answered */
	char tls[16];     /* "TLSv1.3"; "": none */
	char cipher[64];
	char certificate[256]; /* the name in it */
	bool has_days;
	int32_t days; /* that the certificate has left; below 0: it has expired */
	char mechanisms[256];
	char auth[24]; /* the mechanism used; "": none */
	uint32_t took_ms;
};

/* failed, told, result */
struct smtp_report {
	char id[PROTOCOL_ID_SIZE]; /* not of failed */
	uint32_t number;           /* of told: the recipient, from 0 */
	enum smtp_phase phase;
	enum result result;
	enum result_class class;
	int32_t code; /* of the reply; 0: none */
	char enhanced[12];
	char text[SMTP_TEXT_SIZE]; /* the server's words, cleaned, or ours */
	bool has_days;             /* of failed: of a certificate that came */
	int32_t days;
	uint32_t took_ms;
};

struct protocol_line {
	enum protocol_verb verb;
	union {
		struct smtp_relay relay;
		struct smtp_mail mail;
		struct smtp_recipient recipient;
		struct smtp_mark mark;
		struct smtp_connected connected;
		struct smtp_report report;
	};
};

/* The defaults of a line of this verb: what a decoder assumes for what is not named. */
void protocol_line_init(enum protocol_verb verb, struct protocol_line *ret_line);

/* Writes the line with its newline, and NUL behind it; only what differs from the defaults.  The
 * length, or -ENOSPC (never with PROTOCOL_LINE_MAX + 1 bytes). */
int protocol_write(const struct protocol_line *line, char *to, size_t size);

/* `len` bytes without the newline.  -EPROTO: no line of this protocol; *ret_line is undefined, and
 * may hold secrets all the same. */
int protocol_read(const char *text, size_t len, struct protocol_line *ret_line);

/* "tls", "scram-sha-256"; the number of a name, or -1. */
const char *relay_security_name(unsigned security);
const char *relay_auth_name(unsigned auth);
int relay_security_from_name(const char *name);
int relay_auth_from_name(const char *name);

#endif
