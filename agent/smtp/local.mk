# SPDX-License-Identifier: BSD-2-Clause
# Pure, and the daemon's too: what the mailer and the helper say to each other.
noinst_LIBRARIES += agent/smtp/libprotocol.a
agent_smtp_libprotocol_a_SOURCES = agent/smtp/protocol.c agent/smtp/protocol.h

noinst_LIBRARIES += agent/smtp/libsmtp.a
agent_smtp_libsmtp_a_CPPFLAGS = $(AM_CPPFLAGS) $(ESMTP_CFLAGS) $(OPENSSL_CFLAGS) $(GSASL_CFLAGS)
agent_smtp_libsmtp_a_SOURCES = \
	agent/smtp/auth.c \
	agent/smtp/body.c agent/smtp/body.h \
	agent/smtp/connect.c \
	agent/smtp/dialogue.c agent/smtp/dialogue.h \
	agent/smtp/exchange.c \
	agent/smtp/input.c agent/smtp/input.h \
	agent/smtp/pump.c agent/smtp/pump.h \
	agent/smtp/serve.c agent/smtp/serve.h \
	agent/smtp/session.c agent/smtp/session.h \
	agent/smtp/stream.c agent/smtp/stream.h \
	agent/smtp/tls.c agent/smtp/tls.h

libexec_PROGRAMS += envsensord-smtp
envsensord_smtp_SOURCES = agent/smtp/main.c
envsensord_smtp_LDADD = \
	agent/smtp/libsmtp.a \
	agent/smtp/libprotocol.a \
	agent/sys/libsys.a \
	agent/core/libcore.a \
	$(ESMTP_LIBS) $(OPENSSL_LIBS) $(GSASL_LIBS)
