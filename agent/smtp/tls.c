/* SPDX-License-Identifier: BSD-2-Clause */
#include "smtp/tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "smtp/stream.h"

#define SSL3_HEADER 5

struct tls {
	SSL_CTX *context;
	SSL *ssl;
	struct smtp_connected *connected; /* only during the handshake */
	char first[SSL3_HEADER];          /* what the server began with */
	bool has_first;
};

/* ---- the certificate ---- */

static void
note_name(X509 *certificate, char *to, size_t size)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	char common[256] = "";

	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

		if (name->type != GEN_DNS)
			continue;
		text_clean((const char *)ASN1_STRING_get0_data(name->d.dNSName),
		    (size_t)ASN1_STRING_length(name->d.dNSName), to, size);
		break;
	}
	GENERAL_NAMES_free(names);
	if (to[0] != '\0')
		return;
	if (X509_NAME_get_text_by_NID(
		X509_get_subject_name(certificate), NID_commonName, common, sizeof(common)) > 0)
		text_clean(common, strlen(common), to, size);
}

static void
note_certificate(X509 *certificate, struct smtp_connected *connected)
{
	int days, seconds;

	note_name(certificate, connected->certificate, sizeof(connected->certificate));
	connected->has_days =
	    ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(certificate)) == 1;
	if (!connected->has_days)
		return;
	/* 0 is the last day; what has expired is below, be it by a second */
	connected->days = days == 0 && seconds < 0 ? -1 : days;
}

/* For each certificate of the chain, and for each thing that is wrong. */
static int
verify(int is_ok, X509_STORE_CTX *store)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct tls *tls = SSL_get_app_data(ssl);
	X509 *leaf = X509_STORE_CTX_get0_cert(store);

	if (leaf != NULL && tls->connected != NULL && !tls->connected->has_days)
		note_certificate(leaf, tls->connected);
	return is_ok;
}

/* ---- the handshake ---- */

static void
see_first_bytes(
    int is_written, int version, int type, const void *bytes, size_t len, SSL *ssl, void *context)
{
	struct tls *tls = context;

	(void)version;
	(void)ssl;
	if (is_written || type != SSL3_RT_HEADER || tls->has_first || len < sizeof(tls->first))
		return;
	memcpy(tls->first, bytes, sizeof(tls->first));
	tls->has_first = true;
}

static enum smtp_ending
broken(struct err *err)
{
	char reason[256];

	ERR_error_string_n(ERR_get_error(), reason, sizeof(reason));
	err_set(err, -ENOMEM, "no TLS: %s", reason);
	return SMTP_BROKEN;
}

static enum smtp_ending
load_authorities(struct tls *tls, const struct smtp_relay *relay, struct err *err)
{
	if (relay->ca_file[0] == '\0')
		return SSL_CTX_set_default_verify_paths(tls->context) == 1 ? SMTP_REPLIED
		                                                           : broken(err);
	if (SSL_CTX_load_verify_locations(tls->context, relay->ca_file, NULL) == 1)
		return SMTP_REPLIED;
	err_set(err, -EINVAL, "ca-file %s: no certificates that can be read", relay->ca_file);
	return SMTP_BAD_CERTIFICATE;
}

/* Whom the certificate must name. */
static bool
set_peer(SSL *ssl, const char *host)
{
	unsigned char address[sizeof(struct in6_addr)];

	if (inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1)
		return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) == 1;
	SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return SSL_set1_host(ssl, host) == 1 && SSL_set_tlsext_host_name(ssl, host) == 1;
}

static enum smtp_ending
prepare(struct tls *tls, int fd, const struct smtp_relay *relay, struct err *err)
{
	enum smtp_ending ending;

	tls->context = SSL_CTX_new(TLS_client_method());
	if (tls->context == NULL ||
	    SSL_CTX_set_min_proto_version(tls->context, TLS1_2_VERSION) != 1)
		return broken(err);
	SSL_CTX_set_options(tls->context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
	SSL_CTX_set_mode(
	    tls->context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_verify(tls->context, SSL_VERIFY_PEER, verify);
	ending = load_authorities(tls, relay, err);
	if (ending != SMTP_REPLIED)
		return ending;
	tls->ssl = SSL_new(tls->context);
	if (tls->ssl == NULL || SSL_set_fd(tls->ssl, fd) != 1 || !set_peer(tls->ssl, relay->host))
		return broken(err);
	SSL_set_app_data(tls->ssl, tls);
	SSL_set_msg_callback(tls->ssl, see_first_bytes);
	SSL_set_msg_callback_arg(tls->ssl, tls);
	return SMTP_REPLIED;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* SSL_ERROR_SSL: what was wrong with what came? */
static enum smtp_ending
why_refused(const struct tls *tls, const struct smtp_relay *relay, struct err *err)
{
	unsigned long code = ERR_peek_error();
	const char *reason = ERR_reason_error_string(code);
	long verified = SSL_get_verify_result(tls->ssl);

	if (verified != X509_V_OK) {
		err_set(err, -EACCES, "the certificate of %s (for \"%s\") is refused: %s",
		    relay->host, tls->connected->certificate,
		    X509_verify_cert_error_string(verified));
		return SMTP_BAD_CERTIFICATE;
	}
	if (tls->has_first && is_digit(tls->first[0]) && is_digit(tls->first[1]) &&
	    is_digit(tls->first[2])) {
		err_set(err, -EPROTO,
		    "the server speaks without TLS here; is it security = "
		    "starttls, or another port?");
		return SMTP_NO_TLS;
	}
	err_set(err, -EPROTO, "TLS handshake: %s", reason != NULL ? reason : "failed");
	switch (ERR_GET_REASON(code)) {
	case SSL_R_UNEXPECTED_EOF_WHILE_READING:
		return SMTP_LOST;
	case SSL_R_WRONG_VERSION_NUMBER: /* of a record: this is not TLS at all */
	case SSL_R_PACKET_LENGTH_TOO_LONG:
	case SSL_R_HTTP_REQUEST:
		return SMTP_GARBLED;
	default:
		return SMTP_BAD_HANDSHAKE;
	}
}

static enum smtp_ending
shake_hands(
    struct tls *tls, int fd, const struct smtp_relay *relay, int64_t until_ms, struct err *err)
{
	for (;;) {
		int r, error;

		ERR_clear_error();
		r = SSL_connect(tls->ssl);
		if (r == 1)
			return SMTP_REPLIED;
		error = SSL_get_error(tls->ssl, r);
		if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
			short events = error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;

			if (stream_wait(fd, events, until_ms) == 0)
				continue;
			err_set(err, -ETIMEDOUT, "TLS handshake: no answer in time");
			return SMTP_SILENT;
		}
		if (error == SSL_ERROR_SSL)
			return why_refused(tls, relay, err);
		err_set(err, -ECONNRESET, "TLS handshake: the server closed the connection");
		return SMTP_LOST;
	}
}

enum smtp_ending
tls_open(int fd, const struct smtp_relay *relay, int64_t until_ms, struct smtp_connected *connected,
    struct tls **ret_tls, struct err *err)
{
	struct tls *tls = calloc(1, sizeof(*tls));
	enum smtp_ending ending;

	if (tls == NULL) {
		err_set(err, -ENOMEM, "out of memory");
		return SMTP_BROKEN;
	}
	tls->connected = connected;
	ending = prepare(tls, fd, relay, err);
	if (ending == SMTP_REPLIED)
		ending = shake_hands(tls, fd, relay, until_ms, err);
	tls->connected = NULL;
	if (ending != SMTP_REPLIED) {
		tls_close(tls);
		return ending;
	}
	snprintf(connected->tls, sizeof(connected->tls), "%s", SSL_get_version(tls->ssl));
	snprintf(connected->cipher, sizeof(connected->cipher), "%s", SSL_get_cipher(tls->ssl));
	*ret_tls = tls;
	return SMTP_REPLIED;
}

/* ---- bytes ---- */

static ssize_t
error_of(const struct tls *tls, int r, short *ret_events)
{
	int error = SSL_get_error(tls->ssl, r);

	if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE)
		return -ECONNRESET;
	*ret_events = error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
	return -EAGAIN;
}

ssize_t
tls_read(struct tls *tls, char *to, size_t size, short *ret_events)
{
	size_t n = 0;
	int r;

	ERR_clear_error();
	r = SSL_read_ex(tls->ssl, to, size, &n);
	return r == 1 ? (ssize_t)n : error_of(tls, r, ret_events);
}

ssize_t
tls_write(struct tls *tls, const char *bytes, size_t len, short *ret_events)
{
	size_t n = 0;
	int r;

	ERR_clear_error();
	r = SSL_write_ex(tls->ssl, bytes, len, &n);
	return r == 1 ? (ssize_t)n : error_of(tls, r, ret_events);
}

void
tls_close(struct tls *tls)
{
	if (tls == NULL)
		return;
	SSL_free(tls->ssl);
	SSL_CTX_free(tls->context);
	free(tls);
}
