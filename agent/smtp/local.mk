# SPDX-License-Identifier: BSD-2-Clause
# Pure, and the daemon's too: what the mailer and the helper say to each other.
noinst_LIBRARIES += agent/smtp/libprotocol.a
agent_smtp_libprotocol_a_SOURCES = agent/smtp/protocol.c agent/smtp/protocol.h
