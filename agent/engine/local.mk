# SPDX-License-Identifier: BSD-2-Clause
noinst_LIBRARIES += agent/engine/libengine.a
agent_engine_libengine_a_SOURCES = \
	agent/engine/change.c agent/engine/change.h \
	agent/engine/channel.h \
	agent/engine/entities.c agent/engine/entities.h \
	agent/engine/engine.c agent/engine/engine.h \
	agent/engine/engine_alarm.c \
	agent/engine/engine_care.c \
	agent/engine/engine_change.c \
	agent/engine/engine_commit.c \
	agent/engine/engine_conf.c \
	agent/engine/engine_effective.c \
	agent/engine/engine_load.c \
	agent/engine/engine_log.c \
	agent/engine/engine_operate.c \
	agent/engine/engine_private.h \
	agent/engine/engine_settings.c \
	agent/engine/engine_thread.c agent/engine/engine_thread.h \
	agent/engine/engine_turn.c \
	agent/engine/event_log.c agent/engine/event_log.h \
	agent/engine/mail_job.c agent/engine/mail_job.h \
	agent/engine/outbox.c agent/engine/outbox.h \
	agent/engine/outbox_commit.c \
	agent/engine/outbox_contact.c \
	agent/engine/outbox_late.c \
	agent/engine/outbox_load.c \
	agent/engine/outbox_mail.c \
	agent/engine/outbox_mail_outcome.c \
	agent/engine/outbox_mail_pick.c \
	agent/engine/outbox_mail_private.h \
	agent/engine/outbox_mail_route.c \
	agent/engine/outbox_mail_text.c \
	agent/engine/outbox_mail_tick.c \
	agent/engine/outbox_mail_view.c \
	agent/engine/outbox_outcome.c \
	agent/engine/outbox_path.c \
	agent/engine/outbox_private.h \
	agent/engine/outbox_relay.c \
	agent/engine/outbox_send.c \
	agent/engine/snapshot.c agent/engine/snapshot.h \
	agent/engine/summary.c agent/engine/summary.h
