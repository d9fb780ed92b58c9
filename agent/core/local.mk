# SPDX-License-Identifier: BSD-2-Clause
noinst_LIBRARIES += agent/core/libcore.a
agent_core_libcore_a_SOURCES = \
	agent/core/alarm.c agent/core/alarm.h \
	agent/core/backoff.c agent/core/backoff.h \
	agent/core/breaker.c agent/core/breaker.h \
	agent/core/codec.c agent/core/codec.h \
	agent/core/date.c agent/core/date.h \
	agent/core/delivery.c agent/core/delivery.h \
	agent/core/ds18x20.c agent/core/ds18x20.h \
	agent/core/elapsed.c agent/core/elapsed.h \
	agent/core/entity_sensor.c agent/core/entity_sensor.h \
	agent/core/err.c agent/core/err.h \
	agent/core/evaluator.c agent/core/evaluator.h \
	agent/core/evaluator_operate.c \
	agent/core/evaluator_private.h \
	agent/core/event.h \
	agent/core/event_text.c agent/core/event_text.h \
	agent/core/extremes.c agent/core/extremes.h \
	agent/core/flood.c agent/core/flood.h \
	agent/core/glob.c agent/core/glob.h \
	agent/core/kept.c agent/core/kept.h \
	agent/core/limiter.c agent/core/limiter.h \
	agent/core/limits.c agent/core/limits.h \
	agent/core/mail_body.c \
	agent/core/mail_limits.c agent/core/mail_limits.h \
	agent/core/mail_plan.c agent/core/mail_plan.h \
	agent/core/mail_subject.c agent/core/mail_text.h \
	agent/core/mail_words.c agent/core/mail_words.h \
	agent/core/mailbox.c agent/core/mailbox.h \
	agent/core/message.c agent/core/message.h \
	agent/core/notification.c agent/core/notification.h \
	agent/core/pace.c agent/core/pace.h \
	agent/core/rate.c agent/core/rate.h \
	agent/core/reading.c agent/core/reading.h \
	agent/core/recent.c agent/core/recent.h \
	agent/core/record.h \
	agent/core/report.h \
	agent/core/result.c agent/core/result.h \
	agent/core/rom.c agent/core/rom.h \
	agent/core/route.c agent/core/route.h \
	agent/core/scale.c agent/core/scale.h \
	agent/core/sensor.c agent/core/sensor.h \
	agent/core/sha1.c agent/core/sha1.h \
	agent/core/smtp_reply.c agent/core/smtp_reply.h \
	agent/core/smtp_result.c agent/core/smtp_result.h \
	agent/core/strbuf.c agent/core/strbuf.h \
	agent/core/suppression.c agent/core/suppression.h \
	agent/core/text.c agent/core/text.h \
	agent/core/units.c agent/core/units.h \
	agent/core/uuid.c agent/core/uuid.h \
	agent/core/window.c agent/core/window.h
