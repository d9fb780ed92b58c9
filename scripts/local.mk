# SPDX-License-Identifier: BSD-2-Clause
EXTRA_DIST += scripts/get-base-mibs scripts/get-mail-servers
EXTRA_DIST += scripts/demo scripts/demo-scenes
EXTRA_DIST += scripts/check-includes scripts/check-style scripts/house.py
EXTRA_DIST += scripts/check-findings
EXTRA_DIST += scripts/install-packages
EXTRA_DIST += scripts/fuzz
EXTRA_DIST += scripts/bench scripts/bench_figures.py
EXTRA_DIST += scripts/bench_mail.py
EXTRA_DIST += scripts/bench_msmtp.py
EXTRA_DIST += scripts/bench_peer.py
EXTRA_DIST += scripts/bench_start.py
EXTRA_DIST += scripts/package
EXTRA_DIST += scripts/packaging/debian/changelog.in
EXTRA_DIST += scripts/packaging/debian/control.in
EXTRA_DIST += scripts/packaging/debian/copyright.in
EXTRA_DIST += scripts/packaging/debian/envsensord.conf
EXTRA_DIST += scripts/packaging/debian/envsensord.docs
EXTRA_DIST += scripts/packaging/debian/envsensord.install
EXTRA_DIST += scripts/packaging/debian/envsensord.postinst
EXTRA_DIST += scripts/packaging/debian/envsensord.postrm
EXTRA_DIST += scripts/packaging/debian/rules
EXTRA_DIST += scripts/packaging/debian/source/format
EXTRA_DIST += scripts/bootstrap scripts/check .ci/run

bashcompdir = $(datadir)/bash-completion/completions
install-data-local: install-completion
install-completion:
	$(MKDIR_P) $(DESTDIR)$(bashcompdir)
	$(INSTALL_DATA) $(srcdir)/scripts/envsensorctl.bash $(DESTDIR)$(bashcompdir)/envsensorctl
uninstall-local: uninstall-completion
uninstall-completion:
	rm -f $(DESTDIR)$(bashcompdir)/envsensorctl
EXTRA_DIST += scripts/envsensorctl.bash

# scripts/check picks from these by folder
.PHONY: list-tests
list-tests:
	@echo $(TESTS)
