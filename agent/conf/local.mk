# SPDX-License-Identifier: BSD-2-Clause
noinst_LIBRARIES += agent/conf/libconf.a
agent_conf_libconf_a_SOURCES = \
	agent/conf/change_text.c agent/conf/change_text.h \
	agent/conf/conf.c agent/conf/conf.h \
	agent/conf/conf_check.c agent/conf/conf_check.h \
	agent/conf/conf_check_mail.c agent/conf/conf_check_mail.h \
	agent/conf/conf_entity.c agent/conf/conf_entity.h \
	agent/conf/conf_device.c \
	agent/conf/conf_file.c agent/conf/conf_file.h \
	agent/conf/conf_file_parse.c \
	agent/conf/conf_file_refuse.c agent/conf/conf_file_private.h \
	agent/conf/conf_idle.c agent/conf/conf_idle.h \
	agent/conf/conf_mail.c \
	agent/conf/conf_print.c agent/conf/conf_print.h \
	agent/conf/conf_profile.c agent/conf/conf_profile.h \
	agent/conf/conf_reader.c agent/conf/conf_reader.h \
	agent/conf/conf_scan.c agent/conf/conf_scan.h \
	agent/conf/conf_source.c agent/conf/conf_source.h \
	agent/conf/field.c \
	agent/conf/form.c \
	agent/conf/objects.c agent/conf/objects.h \
	agent/conf/overlay.c agent/conf/overlay.h \
	agent/conf/schema.c agent/conf/schema.h
agent_conf_libconf_a_CPPFLAGS = $(AM_CPPFLAGS) $(CONFUSE_CFLAGS) -DDATA_DIR='"$(pkgdatadir)"'
# Who links it adds agent/core/libcore.a and $(CONFUSE_LIBS).
