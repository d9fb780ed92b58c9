/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>

#include "tests/tools/replay.h"

/* alarm-replay [--long] <COMMANDS: the evaluator, so that other models can be held against it. */
int
main(int argc, char **argv)
{
	struct replay replay;
	struct err err;
	int r;

	if (argc > 2 || (argc == 2 && strcmp(argv[1], "--long") != 0)) {
		fprintf(stderr, "usage: alarm-replay [--long]\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, BUFSIZ); /* whoever drives it by a pipe sees each event */
	replay_init(&replay, stdout);
	replay.is_long = argc == 2;
	r = replay_stream(&replay, stdin, &err);
	if (r < 0)
		printf("error: %s\n", err.text);
	if (fflush(stdout) != 0 || ferror(stdout))
		return 1;
	return r < 0 ? 1 : 0;
}
