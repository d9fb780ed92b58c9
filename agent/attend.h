/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ATTEND_H
#define ATTEND_H

#include <signal.h>

#include "engine/snapshot.h"

/*
 * What the main thread does while the others work: it waits for the next of `signals`, which are
 * blocked, and returns it.  Meanwhile a service manager, if there is one, is told how things are,
 * and gets its sign of life as long as the engine moves: a bus, SNMP or mail thread that stands
 * still is a state and no reason to start all over.
 */
int attend(struct hub *hub, const sigset_t *signals);

#endif
