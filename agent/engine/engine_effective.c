/* SPDX-License-Identifier: BSD-2-Clause */
/* state-dir/effective.conf: what is in force, for people, as a file. */
#include "config.h" /* asprintf */

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "conf/conf_print.h"
#include "engine/engine_private.h"
#include "sys/log.h"
#include "sys/replace.h"

#define EVERY_MS 1000 /* not more often: it takes its time when there are many sensors */

static int
put_line(void *context, const char *line)
{
	replace_add(context, line);
	return 0;
}

static int
know(struct engine *engine, struct err *err)
{
	struct overlay overlay = { 0 };
	int r = engine_load_overlay(engine, &overlay, err);

	if (r < 0) {
		overlay_done(&overlay);
		return r;
	}
	overlay_compare(&overlay, engine->conf);
	overlay_done(&engine->known);
	engine->known = overlay;
	engine->has_known = true;
	return 0;
}

static int
write_to(struct engine *engine, const char *path, struct err *err)
{
	struct replace *replace;
	int r = know(engine, err);

	if (r == 0)
		r = replace_begin(path, &replace, err);
	if (r < 0)
		return r;
	replace_add(
	    replace, "# The configuration in force, written by envsensord at each change.\n\n");
	conf_print(engine->conf, &engine->known, put_line, replace);
	return replace_end(replace, err);
}

void
engine_write_effective(struct engine *engine, const struct moment *now)
{
	struct err err = { 0 };
	char *path;
	int r = -ENOMEM;

	engine->now = *now;
	if (!engine->is_effective_old ||
	    (engine->is_running && now->boottime_ms < engine->effective_due_ms))
		return;
	engine->effective_due_ms = now->boottime_ms + EVERY_MS;
	if (asprintf(&path, "%s/effective.conf", store_folder(engine->store)) < 0)
		path = NULL;
	if (path != NULL)
		r = write_to(engine, path, &err);
	free(path);
	malloc_trim(0);
	if (r == 0)
		engine->is_effective_old = false;
	else if (!engine->has_effective_failed)
		log_warning("%s; trying again each second", err.text);
	engine->has_effective_failed = r < 0;
}
