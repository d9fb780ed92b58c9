/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_UNIT_CONF_CONF_FOLDER_H
#define TESTS_UNIT_CONF_CONF_FOLDER_H

#include <stddef.h>

#include "conf/conf_file.h"

/* A folder of its own for each test, which stands in it, and files there for nobody else to read.
 */
int enter_folder(void **state); /* set-up and tear-down of cmocka */
int leave_folder(void **state);

void write_octets(const char *path, const char *octets, size_t length);
void write_text(const char *path, const char *text);

/* The text as main.conf, with mock_drivers; read_good ends the test if it is refused. */
int read_text(const char *text, struct conf **ret_conf, struct err *err);
struct conf *read_good(const char *text);

#endif
