# SPDX-License-Identifier: BSD-2-Clause
EXTRA_DIST += docs/ALARMS.md
EXTRA_DIST += docs/ARCHITECTURE.md
EXTRA_DIST += docs/BENCH.md
EXTRA_DIST += docs/DRIVERS.md
EXTRA_DIST += docs/HACKING.md
EXTRA_DIST += docs/MAIL.md
EXTRA_DIST += docs/MONITORING.md
EXTRA_DIST += docs/PROFILES.md
EXTRA_DIST += docs/SECURITY.md
EXTRA_DIST += docs/SNMPSET.md

EXTRA_DIST += docs/envsensord.8.in
man_MANS = docs/envsensord.8
CLEANFILES += docs/envsensord.8 docs/envsensord.8.tmp
docs/envsensord.8: docs/envsensord.8.in Makefile
	$(AM_V_GEN)$(MKDIR_P) docs
	$(AM_V_at)$(SED) -e 's|@sysconfdir[@]|$(sysconfdir)|' \
		-e 's|@localstatedir[@]|$(localstatedir)|' -e 's|@pkgdatadir[@]|$(pkgdatadir)|' \
		$(srcdir)/docs/envsensord.8.in >$@.tmp
	$(AM_V_at)mv -f $@.tmp $@

EXTRA_DIST += docs/ENVSENSOR-MIB.7.in mibs/man-page
man_MANS += docs/ENVSENSOR-MIB.7
CLEANFILES += docs/ENVSENSOR-MIB.7 docs/ENVSENSOR-MIB.7.tmp
docs/ENVSENSOR-MIB.7: docs/ENVSENSOR-MIB.7.in mibs/man-page scripts/monitoring/mib.py \
		mibs/ENVSENSOR-MIB.txt
	$(AM_V_GEN)$(MKDIR_P) docs
	$(AM_V_at)$(PYTHON) $(srcdir)/mibs/man-page mibs/ENVSENSOR-MIB.txt \
		$(srcdir)/docs/ENVSENSOR-MIB.7.in | \
		$(SED) -e 's|@pkgdatadir[@]|$(pkgdatadir)|' >$@.tmp
	$(AM_V_at)test -s $@.tmp && mv -f $@.tmp $@

dist_man_MANS += docs/envsensord.conf.5
CLEANFILES += docs/envsensord.conf.5 docs/envsensord.conf.5.tmp
# A generator built for another machine cannot run here: then the page that came with the source.
docs/envsensord.conf.5: tests/tools/gen-conf-man$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) docs && \
	if tests/tools/gen-conf-man$(EXEEXT) >$@.tmp; then :; else cp '$(srcdir)/$@' $@.tmp; fi && \
	mv -f $@.tmp $@

dist_man_MANS += docs/envsensorctl.1
if WITH_MAIL
dist_man_MANS += docs/envsensord-smtp.8
else
EXTRA_DIST += docs/envsensord-smtp.8
endif
