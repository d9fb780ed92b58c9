/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>

#include "conf/conf.h"
#include "core/err.h"

/* The command line of envsensord.  Options override the file. */
enum options_task {
	TASK_RUN,
	TASK_CHECK,
	TASK_PRINT,
	TASK_SCAN,
	TASK_LEAVE, /* --help, --version: all is said */
};

struct options {
	enum options_task task;
	const char *config;
	const char *state_dir; /* NULL: as the file says; the next two likewise */
	const char *agentx;
	const char *log_level;
	const char *scan_bus;
	bool foreground;
};

#define EXIT_USAGE  2
#define EXIT_CONFIG 78 /* EX_CONFIG of sysexits(3) */

/* 0, or EXIT_USAGE with one line on standard error. */
int options_parse(int argc, char **argv, struct options *ret_options);

/* 0, or -EINVAL. */
int options_apply(const struct options *options, struct conf *conf, struct err *err);

#endif
