/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONF_SCHEMA_H
#define CONF_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/err.h"

/*
 * THE table of settings: each setting stands here once, with its key in the file, its column in the
 * MIB, type, range, default, help.  The file reader, the SNMP columns, --print-config and the man
 * page envsensord.conf(5) are made from it.
 */
enum conf_object {
	CONF_AGENT,    /* struct conf_agent: keys at the top level of the file */
	CONF_BUS,      /* struct conf_bus: envsBusTable */
	CONF_SENSOR,   /* struct conf_sensor: envsSensorTable */
	CONF_DEVICE,   /* struct conf_device: not in the MIB; makes sensors */
	CONF_PROFILE,  /* struct conf_profile: a file of its own */
	CONF_EVENT,    /* struct conf_event: envsEvent; at the top level of the file, too */
	CONF_DELIVERY, /* struct conf_delivery: envsDelivery */
	CONF_BREAKER,  /* struct conf_breaker: not in the MIB */
	CONF_LIMITER,  /* struct conf_limiter: not in the MIB */
	CONF_MAIL,     /* struct conf_mail: envsMail */
	CONF_RELAY,    /* struct conf_relay: envsRelayTable */
	CONF_CONTACT,  /* struct conf_contact: envsContactTable */
};
#define CONF_OBJECT_COUNT (CONF_CONTACT + 1)

/* Where settings stand in a file: an object of its own, or what a device or a profile says about
 * one sensor of it (schema_is_key tells what it may say). */
enum schema_section {
	SECTION_TOP,
	SECTION_BUS,
	SECTION_SENSOR,
	SECTION_DEVICE, /* beside its own keys those that all its sensors share */
	SECTION_PROFILE,
	SECTION_PART, /* a sensor section inside a device or a profile */
	SECTION_DELIVERY,
	SECTION_BREAKER,
	SECTION_LIMITER,
	SECTION_MAIL,
	SECTION_RELAY, /* inside mail; it has no title */
	SECTION_CONTACT,
};

enum field_type {       /* C type at `offset`   in the file */
	FIELD_NAME,     /* char[]: the grammar of names (text_is_name) */
	FIELD_TEXT,     /* char[]: clean UTF-8; with `choices`: one of their labels; with `form`:
	                   what that likes */
	FIELD_ENUM,     /* int: a label of `choices` */
	FIELD_QUANTITY, /* int: a label of EnvsQuantity (core/units) */
	FIELD_BOOL,     /* bool: true false yes no */
	FIELD_NUMBER,   /* uint32_t: digits */
	FIELD_DURATION, /* uint32_t, ms: 250ms 1s 5m 4h */
	FIELD_SECONDS,  /* uint32_t, s: 30s 5m 4h (whole seconds) */
	FIELD_MILLI,    /* int32_t: decimal number in the sensor's unit, three places */
	FIELD_MICRO,    /* int32_t: decimal number, six places */
	FIELD_LIMITS,   /* uint8_t BITS: "low-critical, rate"; "none" */
};

enum field_flags {
	FIELD_REQUIRED = 1 << 0, /* the file must give it */
	FIELD_WRITABLE = 1 << 1, /* RW or RC in the MIB */
	FIELD_TITLE = 1 << 2,    /* not a key: the title of the section (bus "title" {) */
	FIELD_OR_ZERO = 1 << 3,  /* 0 is allowed below `min` too */
	FIELD_NOT_ZERO = 1 << 4, /* 0 is refused inside the range */
	FIELD_AUTO = 1 << 5,     /* "auto" is allowed and stored as -1 */
	FIELD_SHARED = 1 << 6,   /* of a sensor: may stand in a device, for all its sensors */
	FIELD_SECRET = 1 << 7,   /* in no error, log, event or output */
	FIELD_LIST = 1 << 8,     /* the file may give several: { "a", "b" }; stored as "a, b" */
};

/* What a text has to be beside clean. */
struct field_form {
	bool (*is_good)(const char *text); /* not asked about the empty text */
	const char *want;
};
extern const struct field_form form_mailbox, form_recipients, form_host, form_master, form_path,
    form_command;

struct field_choice {
	const char *label;
	int value;
};

struct field {
	enum conf_object object;
	const char *key; /* kebab-case, as in the file */
	enum field_type type;
	unsigned flags;
	unsigned column; /* in the MIB: of the object's table or group; 0 = not in the MIB */
	size_t offset, size;
	int64_t min, max;                   /* numbers: in the unit stored; text: length in bytes */
	const char *fallback;               /* the default as the file would write it; NULL: none */
	const struct field_choice *choices; /* ends with a NULL label; NULL: none */
	const struct field_form *form;      /* NULL: any */
	int limit;        /* enum conf_limit that setting this one enables, -1: none */
	const char *help; /* one sentence for the man page */
};

#define SCHEMA_KEYS_MAX   32   /* no object has more rows */
#define FIELD_FORMAT_SIZE 1024 /* enough for every field_format */

/* All rows, an object's title first, and the row of a key or column; NULL: none. */
const struct field *schema_at(size_t n);
const struct field *schema_find(enum conf_object object, const char *key);
const struct field *schema_column(enum conf_object object, unsigned column);

/* The row's place among those of its object, below SCHEMA_KEYS_MAX. */
size_t schema_number(const struct field *field);

/* "bus", "sensor"; "" for what stands at the top level. */
const char *schema_object_name(enum conf_object object);

/* The row is a key of such a section. */
bool schema_is_key(const struct field *field, enum schema_section section);

/* The row that `key` means in such a section; NULL: none. */
const struct field *schema_key(enum schema_section section, const char *key);

struct conf;

/* The structure of an object that a configuration has once; NULL: it has none, or rows. */
void *schema_single(struct conf *conf, enum conf_object object);

/* Reads `text` as the file writes it into `object` (the structure of field->object).  -EINVAL with
 * "KEY = "TEXT": want …" and nothing changed. */
int field_parse(const struct field *field, const char *text, void *object, struct err *err);

/* The same for a number as SNMP gives it, in the unit stored: enumerations by their value, BOOL as
 * 0 and 1, LIMITS as their octet.  -EINVAL: not allowed, nothing changed. */
int field_put_number(const struct field *field, int64_t number, void *object);

/* The file's form of the value in `object`: field_parse takes it back.  Of a secret "". */
void field_format(const struct field *field, const void *object, char *to, size_t size);

/* The same, of a secret the secret itself: for the database and what leads there only. */
void field_store(const struct field *field, const void *object, char *to, size_t size);

/* The file wants its values in quotes: they may be more than a word. */
bool field_is_quoted(const struct field *field);

/* "50ms to 1d, or 0": what is allowed, for errors and the man page. */
void field_describe(const struct field *field, char *to, size_t size);

/* From one structure to another. */
void field_copy(const struct field *field, const void *from, void *to);

/* True: both structures hold the same value. */
bool field_is_equal(const struct field *field, const void *a, const void *b);

/* Sets all defaults of `object_kind` in the structure. */
void schema_set_defaults(enum conf_object object_kind, void *object);

#endif
