/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/snapshot.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

struct hub {
	pthread_mutex_t lock;
	atomic_llong storing_since_ms; /* 0: not now */
	struct snapshot *newest;
	struct live *spare; /* one recycled live part */

	/* for the next snapshot; the engine's alone */
	struct alarms *alarms;
	struct event_view *events;
	struct deliveries *deliveries;
	struct mail_view *mail;
};

_Static_assert(sizeof(struct live_sensor) <= 96, "a live sensor takes at most 96 bytes");

int
hub_new(struct hub **ret_hub)
{
	struct hub *hub = calloc(1, sizeof(*hub));

	if (hub == NULL)
		return -ENOMEM;
	pthread_mutex_init(&hub->lock, NULL);
	atomic_init(&hub->storing_since_ms, 0);
	*ret_hub = hub;
	return 0;
}

static void
live_free(struct live *live)
{
	if (live == NULL)
		return;
	free(live->sensors);
	free(live->buses);
	free(live);
}

struct alarms *
alarms_new(size_t count)
{
	struct alarms *alarms = calloc(1, sizeof(*alarms) + count * sizeof(alarms->rows[0]));

	if (alarms == NULL)
		return NULL;
	atomic_init(&alarms->references, 1);
	alarms->count = count;
	return alarms;
}

static struct alarms *
alarms_ref(struct alarms *alarms)
{
	if (alarms != NULL)
		atomic_fetch_add(&alarms->references, 1);
	return alarms;
}

static void
alarms_unref(struct alarms *alarms)
{
	if (alarms != NULL && atomic_fetch_sub(&alarms->references, 1) == 1)
		free(alarms);
}

struct deliveries *
deliveries_new(size_t count)
{
	struct deliveries *deliveries =
	    calloc(1, sizeof(*deliveries) + count * sizeof(deliveries->rows[0]));

	if (deliveries == NULL)
		return NULL;
	atomic_init(&deliveries->references, 1);
	deliveries->count = count;
	return deliveries;
}

static struct deliveries *
deliveries_ref(struct deliveries *deliveries)
{
	if (deliveries != NULL)
		atomic_fetch_add(&deliveries->references, 1);
	return deliveries;
}

static void
deliveries_unref(struct deliveries *deliveries)
{
	if (deliveries != NULL && atomic_fetch_sub(&deliveries->references, 1) == 1)
		free(deliveries);
}

static struct mail_view *
mail_view_ref(struct mail_view *mail)
{
	if (mail != NULL)
		atomic_fetch_add(&mail->references, 1);
	return mail;
}

static void
mail_view_unref(struct mail_view *mail)
{
	if (mail == NULL || atomic_fetch_sub(&mail->references, 1) != 1)
		return;
	free(mail->contacts);
	free(mail->relays);
	free(mail);
}

struct mail_view *
mail_view_new(size_t contact_count, size_t relay_count)
{
	struct mail_view *mail = calloc(1, sizeof(*mail));

	if (mail == NULL)
		return NULL;
	atomic_init(&mail->references, 1);
	mail->contact_count = contact_count;
	mail->relay_count = relay_count;
	mail->contacts = calloc(contact_count + 1, sizeof(*mail->contacts));
	mail->relays = calloc(relay_count + 1, sizeof(*mail->relays));
	if (mail->contacts != NULL && mail->relays != NULL)
		return mail;
	mail_view_unref(mail);
	return NULL;
}

void
hub_take_mail(struct hub *hub, struct mail_view *mail)
{
	mail_view_unref(hub->mail);
	hub->mail = mail;
}

void
hub_take_alarms(struct hub *hub, struct alarms *alarms)
{
	alarms_unref(hub->alarms);
	hub->alarms = alarms;
}

void
hub_take_events(struct hub *hub, struct event_view *events)
{
	event_view_unref(hub->events);
	hub->events = events;
}

void
hub_take_deliveries(struct hub *hub, struct deliveries *deliveries)
{
	deliveries_unref(hub->deliveries);
	hub->deliveries = deliveries;
}

void
hub_set_storing(struct hub *hub, int64_t since_ms)
{
	atomic_store(&hub->storing_since_ms, since_ms);
}

enum storage_state
snapshot_storage(const struct snapshot *snapshot, int64_t now_ms)
{
	int64_t since_ms =
	    snapshot->storing_since_ms != NULL ? atomic_load(snapshot->storing_since_ms) : 0;
	enum storage_state state = snapshot->agent.storage;

	if (state == STORAGE_OK && since_ms != 0 && now_ms - since_ms > SNAPSHOT_STALL_MS)
		state = STORAGE_DEGRADED;
	return state;
}

void
hub_free(struct hub *hub)
{
	if (hub == NULL)
		return;
	hub_put(hub, hub->newest);
	live_free(hub->spare);
	alarms_unref(hub->alarms);
	event_view_unref(hub->events);
	deliveries_unref(hub->deliveries);
	mail_view_unref(hub->mail);
	pthread_mutex_destroy(&hub->lock);
	free(hub);
}

const struct snapshot *
hub_get(struct hub *hub)
{
	struct snapshot *snapshot;

	pthread_mutex_lock(&hub->lock);
	snapshot = hub->newest;
	if (snapshot != NULL)
		snapshot->references++;
	pthread_mutex_unlock(&hub->lock);
	return snapshot;
}

/* Gives up one reference to `live`; returns what has to be freed outside the lock. */
static struct live *
live_drop(struct hub *hub, struct live *live)
{
	struct live *old = hub->spare;

	if (live == NULL || --live->references > 0)
		return NULL;
	hub->spare = live;
	return old;
}

void
hub_put(struct hub *hub, const struct snapshot *put)
{
	struct snapshot *snapshot = (struct snapshot *)put;
	struct live *garbage = NULL;
	bool is_last;

	if (snapshot == NULL)
		return;
	pthread_mutex_lock(&hub->lock);
	is_last = --snapshot->references == 0;
	if (is_last)
		garbage = live_drop(hub, snapshot->live);
	pthread_mutex_unlock(&hub->lock);
	if (!is_last)
		return;
	live_free(garbage);
	alarms_unref(snapshot->alarms);
	event_view_unref(snapshot->events);
	deliveries_unref(snapshot->deliveries);
	mail_view_unref(snapshot->mail);
	conf_unref(snapshot->conf);
	free(snapshot);
}

static struct live *
live_new(size_t sensor_count, size_t bus_count)
{
	struct live *live = calloc(1, sizeof(*live));

	if (live == NULL)
		return NULL;
	live->sensor_count = sensor_count;
	live->bus_count = bus_count;
	live->sensors = calloc(sensor_count + 1, sizeof(*live->sensors));
	live->buses = calloc(bus_count + 1, sizeof(*live->buses));
	if (live->sensors != NULL && live->buses != NULL)
		return live;
	live_free(live);
	return NULL;
}

struct live *
hub_take_live(struct hub *hub, size_t sensor_count, size_t bus_count)
{
	struct live *live;

	pthread_mutex_lock(&hub->lock);
	live = hub->spare;
	hub->spare = NULL;
	pthread_mutex_unlock(&hub->lock);
	if (live != NULL && live->sensor_count == sensor_count && live->bus_count == bus_count)
		return live;
	live_free(live);
	return live_new(sensor_count, bus_count);
}

int
hub_publish(
    struct hub *hub, const struct conf *conf, struct live *live, const struct live_agent *agent)
{
	struct snapshot *snapshot = calloc(1, sizeof(*snapshot)), *old;

	if (snapshot == NULL) {
		live_free(live);
		return -ENOMEM;
	}
	snapshot->references = 1;
	snapshot->conf = conf_ref(conf);
	snapshot->alarms = alarms_ref(hub->alarms);
	snapshot->events = event_view_ref(hub->events);
	snapshot->deliveries = deliveries_ref(hub->deliveries);
	snapshot->mail = mail_view_ref(hub->mail);
	snapshot->agent = *agent;
	snapshot->storing_since_ms = &hub->storing_since_ms;
	pthread_mutex_lock(&hub->lock);
	old = hub->newest;
	if (live == NULL)
		live = old->live;
	else
		live->references = 0;
	live->references++;
	snapshot->live = live;
	hub->newest = snapshot;
	pthread_mutex_unlock(&hub->lock);
	hub_put(hub, old);
	return 0;
}
