/* SPDX-License-Identifier: BSD-2-Clause */
/* What the daemon's program does on this machine, without SNMP. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/ctl.h"

/* From a build tree, or wherever a test has put it. */
static const char *
program(void)
{
	const char *path = getenv("ENVSENSORD");

	return path != NULL ? path : SBIN_DIR "/envsensord";
}

static enum ctl_exit
run(struct ctl *ctl, const char *option, const char *value, struct err *err)
{
	const char *arguments[8] = { program() };
	int count = 1;

	if (ctl->config != NULL) {
		arguments[count++] = "--config";
		arguments[count++] = ctl->config;
	}
	arguments[count++] = option;
	if (value != NULL)
		arguments[count++] = value;
	arguments[count] = NULL;
	execv(arguments[0], (char **)arguments);
	err_set(err, -errno, "%s: %s", arguments[0], strerror(errno));
	return CTL_FAILED;
}

enum ctl_exit
ctl_scan(struct ctl *ctl, struct err *err)
{
	if (ctl->argc != 1) {
		err_set(err, -EINVAL, "want the name of a bus of the file");
		return CTL_USAGE;
	}
	return run(ctl, "--scan", ctl->argv[0], err);
}

enum ctl_exit
ctl_config(struct ctl *ctl, struct err *err)
{
	return run(ctl, "--print-config", NULL, err);
}
