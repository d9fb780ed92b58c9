/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_UNIT_STORE_STATE_FOLDER_H
#define TESTS_UNIT_STORE_STATE_FOLDER_H

#include <stddef.h>
#include <stdint.h>

#include "store/store.h"

/* A state directory of its own for each test, and what is done to the database in it. */
extern char state_dir[32];

int state_folder_make(void **state); /* set-up and tear-down of cmocka */
int state_folder_remove(void **state);
void state_folder_empty(void);

/* The path of envsensord.db with that suffix; valid until the fourth call after. */
const char *state_file(const char *suffix);
int state_files_like(const char *pattern); /* how many; behind "envsensord.db" */

struct store *store_opened(void);
uint32_t store_index_of(struct store *store, const char *sensor); /* stores it */
void store_add_events_to(struct store *store, uint32_t last_seq); /* of its event table */
int64_t store_number_of(struct store *store, const char *sql);

/* On the closed database, behind the back of the store. */
void run_sql(const char *suffix, const char *sql);
void write_file(const char *suffix, const void *content, size_t size);
size_t read_file(const char *suffix, void *content, size_t size);

#endif
