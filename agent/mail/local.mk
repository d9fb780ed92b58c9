# SPDX-License-Identifier: BSD-2-Clause
noinst_LIBRARIES += agent/mail/libmail.a
agent_mail_libmail_a_CPPFLAGS = $(AM_CPPFLAGS) -DLIBEXEC_DIR='"$(libexecdir)"'
agent_mail_libmail_a_SOURCES = \
	agent/mail/letter.c \
	agent/mail/link.c \
	agent/mail/link_open.c \
	agent/mail/mail_private.h \
	agent/mail/mailer.c agent/mail/mailer.h
