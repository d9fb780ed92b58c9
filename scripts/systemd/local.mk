# SPDX-License-Identifier: BSD-2-Clause
# What a machine with systemd wants, with the paths of configure.
systemdunitdir = $(prefix)/lib/systemd/system
systemdunit_DATA = scripts/systemd/envsensord.service
sysusersdir = $(prefix)/lib/sysusers.d
sysusers_DATA = scripts/systemd/sysusers.d/envsensord.conf
tmpfilesdir = $(prefix)/lib/tmpfiles.d
tmpfiles_DATA = scripts/systemd/tmpfiles.d/envsensord.conf

SYSTEMD_TEMPLATES = \
	scripts/systemd/envsensord.service.in \
	scripts/systemd/sysusers.conf.in \
	scripts/systemd/tmpfiles.conf.in
EXTRA_DIST += $(SYSTEMD_TEMPLATES)
CLEANFILES += $(systemdunit_DATA) $(sysusers_DATA) $(tmpfiles_DATA)

with_paths = $(AM_V_GEN)$(MKDIR_P) $(@D) && $(SED) -e 's|@sbindir[@]|$(sbindir)|g' \
	-e 's|@sysconfdir[@]|$(sysconfdir)|g' -e 's|@localstatedir[@]|$(localstatedir)|g' \
	-e 's|@agentx_group[@]|$(AGENTX_GROUP)|g' -e 's|@ROOT[@]|.$(ENTERPRISE_OID)|g'
scripts/systemd/envsensord.service: scripts/systemd/envsensord.service.in Makefile
	$(with_paths) $(srcdir)/scripts/systemd/envsensord.service.in >$@
scripts/systemd/sysusers.d/envsensord.conf: scripts/systemd/sysusers.conf.in Makefile
	$(with_paths) $(srcdir)/scripts/systemd/sysusers.conf.in >$@
scripts/systemd/tmpfiles.d/envsensord.conf: scripts/systemd/tmpfiles.conf.in Makefile
	$(with_paths) $(srcdir)/scripts/systemd/tmpfiles.conf.in >$@
