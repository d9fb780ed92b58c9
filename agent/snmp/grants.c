/* SPDX-License-Identifier: BSD-2-Clause */
#include "snmp/grants.h"

#include <stdlib.h>

#include "snmp/ask.h"
#include "snmp/serve.h"
#include "sys/clock.h"
#include "sys/log.h"

#define TABLES_MAX 32
#define AGAIN_MS   10000

struct hung {
	struct served *served;
	bool is_refused;  /* by this master, in this session */
	bool was_refused; /* what the log said last */
	int64_t again_ms; /* when to ask again */
};

struct grants {
	struct server server;
	struct hung tables[TABLES_MAX];
	size_t count;
	struct hung *registering; /* whose answer the library waits for */
	struct asker asker;
	struct hung *asking; /* whom the request that is out is for */
};

static void
answered(void *context, const struct ask *ask, enum ask_answer answer)
{
	struct grants *grants = context;
	struct hung *hung = grants->asking;

	(void)ask;
	grants->asking = NULL;
	hung->is_refused = answer != ASK_GRANTED;
	hung->again_ms = clock_boottime_ms() + AGAIN_MS;
	if (hung->is_refused)
		log_debug("asked again for %s: %s", served_table(hung->served)->name,
		    answer == ASK_REFUSED ? "refused" : "no answer");
}

struct grants *
grants_new(struct hub *hub)
{
	struct grants *grants = calloc(1, sizeof(*grants));

	if (grants == NULL)
		return NULL;
	grants->server.hub = hub;
	grants->asker.answered = answered;
	grants->asker.context = grants;
	return grants;
}

void
grants_serve(struct grants *grants)
{
	for (size_t i = 0; tables[i] != NULL && i < TABLES_MAX; i++) {
		struct hung *hung = &grants->tables[grants->count];

		hung->served = serve_table(tables[i], &grants->server);
		if (hung->served == NULL)
			log_error("%s is not served: out of memory", tables[i]->name);
		else
			grants->count++;
	}
}

void
grants_free(struct grants *grants)
{
	if (grants == NULL)
		return;
	for (size_t i = 0; i < grants->count; i++)
		serve_end(grants->tables[i].served);
	free(grants);
}

void
grants_begin(struct grants *grants, void *session)
{
	asker_begin(&grants->asker, session);
	uptime_forget(&grants->server.master);
	grants->asking = NULL;
	for (size_t i = 0; i < grants->count; i++)
		grants->tables[i].is_refused = false;
}

void
grants_end(struct grants *grants)
{
	asker_end(&grants->asker);
}

void
grants_registering(struct grants *grants, const unsigned long *name, size_t length)
{
	grants->registering = NULL;
	for (size_t i = 0; i < grants->count; i++)
		if (served_is_at(grants->tables[i].served, name, length))
			grants->registering = &grants->tables[i];
}

void
grants_refusal(struct grants *grants)
{
	if (grants->registering == NULL)
		return;
	grants->registering->is_refused = true;
	grants->registering->again_ms = clock_boottime_ms() + AGAIN_MS;
}

static void
ask_again(struct grants *grants, int64_t now_ms)
{
	for (size_t i = 0; i < grants->count; i++) {
		struct hung *hung = &grants->tables[i];
		struct ask ask = { .kind = ASK_REGISTER };

		if (!hung->is_refused || hung->again_ms > now_ms)
			continue;
		ask.length = served_place(hung->served, ask.arcs, ASK_ARCS_MAX);
		hung->again_ms = now_ms + AGAIN_MS;
		if (asker_ask(&grants->asker, &ask))
			grants->asking = hung;
		return;
	}
}

static void
tell(struct hung *hung)
{
	if (hung->is_refused == hung->was_refused)
		return;
	hung->was_refused = hung->is_refused;
	if (hung->is_refused)
		log_error("the SNMP master agent refuses %s, another agent seems to serve it; "
			  "trying again every %d s",
		    served_table(hung->served)->name, AGAIN_MS / 1000);
	else
		log_info("the SNMP master agent takes %s now", served_table(hung->served)->name);
}

void
grants_step(struct grants *grants, int64_t now_ms)
{
	if (asker_is_free(&grants->asker))
		ask_again(grants, now_ms);
	for (size_t i = 0; i < grants->count; i++)
		tell(&grants->tables[i]);
}
