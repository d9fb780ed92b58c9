/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONF_CONF_FILE_PRIVATE_H
#define CONF_CONF_FILE_PRIVATE_H

#include <confuse.h>
#include <stdarg.h>

#include "conf/conf_reader.h"

/*
 * Private to conf_file_parse.c, which takes sections and keys as libConfuse finds them, and
 * conf_file_refuse.c, which says what it does not like.
 */

/* The section that is read now. */
struct section {
	bool is_open;
	enum schema_section kind;
	void *object;
	struct spot *spot;
	const char *title; /* borrowed from the object; "": it has none */
};

/* While libConfuse reads one text.  A section inside another one is the inner one. */
struct parser {
	struct reader *reader;
	cfg_t *root;
	struct section top, outer, inner;
};

/* Where a section may stand, beside sensors in a device or a profile. */
enum section_place {
	PLACE_SITE,    /* the top level of a site's file */
	PLACE_PROFILE, /* the top level of a profile's */
	PLACE_MAIL,
};

struct section_kind {
	enum conf_object object;
	enum section_place place;
	enum schema_section section;
};
extern const struct section_kind section_kinds[];
#define SECTION_KIND_COUNT 10

/* ---- conf_file_parse.c ---- */

/* Of the name of a section that may stand at the top level of either file, or in mail; NULL: it is
 * none. */
const struct section_kind *section_kind_find(const char *name);

/* The section of the top level that is read now; NULL: none. */
cfg_t *parser_outer(const struct parser *parser);

/* Puts the place before the error that is there.  Returns less than 0. */
int parser_fail(struct parser *parser, uint32_t line);

/* ---- conf_file_refuse.c ---- */

/* libConfuse does not like something: its words, unless ours are better. */
void parser_refuse(struct parser *parser, const cfg_t *cfg, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));

/* It does not say what. */
void parser_refuse_silence(struct parser *parser);

#endif
