/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/network.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MESSAGES_SIZE 32768 /* as much as the kernel puts together at most */

/* A link, or an address of it. */
struct thing {
	uint32_t link; /* 0: a free place */
	uint8_t length, address[16];
};

struct network {
	int fd;
	struct thing known[NETWORK_KNOWN]; /* that are up */
	size_t next;                       /* to be forgotten for another */
};

/* ---- what is known ---- */

static struct thing *
find(struct network *network, const struct thing *thing)
{
	for (size_t i = 0; i < NETWORK_KNOWN; i++) {
		struct thing *known = &network->known[i];

		if (known->link == thing->link && known->length == thing->length &&
		    memcmp(known->address, thing->address, sizeof(known->address)) == 0)
			return known;
	}
	return NULL;
}

/* True: it was not known. */
static bool
learn(struct network *network, const struct thing *thing)
{
	if (thing->link == 0 || find(network, thing) != NULL)
		return false;
	network->known[network->next] = *thing;
	network->next = (network->next + 1) % NETWORK_KNOWN;
	return true;
}

static void
forget(struct network *network, const struct thing *thing)
{
	struct thing *known = find(network, thing);

	if (known != NULL)
		*known = (struct thing){ 0 };
}

/* ---- messages ---- */

static bool
take_link(struct network *network, const struct nlmsghdr *message)
{
	const struct ifinfomsg *info = NLMSG_DATA(message);
	const unsigned wanted = IFF_UP | IFF_RUNNING;
	struct thing thing = { 0 };

	if (message->nlmsg_len < NLMSG_LENGTH(sizeof(*info)))
		return false;
	thing.link = (uint32_t)info->ifi_index;
	if (message->nlmsg_type == RTM_NEWLINK && (info->ifi_flags & wanted) == wanted)
		return learn(network, &thing);
	forget(network, &thing);
	return false;
}

/* Of IPv6 it may not be used before nobody else turned out to have it. */
static bool
take_address(struct network *network, const struct nlmsghdr *message)
{
	const struct ifaddrmsg *info = NLMSG_DATA(message);
	const struct rtattr *attribute;
	struct thing thing = { 0 };
	int left;

	if (message->nlmsg_len < NLMSG_LENGTH(sizeof(*info)))
		return false;
	thing.link = info->ifa_index;
	left = (int)IFA_PAYLOAD(message);
	for (attribute = IFA_RTA(info); RTA_OK(attribute, left);
	     attribute = RTA_NEXT(attribute, left)) {
		size_t length = RTA_PAYLOAD(attribute);

		if (attribute->rta_type != IFA_ADDRESS || length > sizeof(thing.address))
			continue;
		thing.length = (uint8_t)length;
		memcpy(thing.address, RTA_DATA(attribute), length);
	}
	if (thing.length == 0)
		return false;
	if (message->nlmsg_type == RTM_NEWADDR && (info->ifa_flags & IFA_F_TENTATIVE) == 0)
		return learn(network, &thing);
	forget(network, &thing);
	return false;
}

static bool
take(struct network *network, const struct nlmsghdr *message)
{
	switch (message->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		return take_link(network, message);
	case RTM_NEWADDR:
	case RTM_DELADDR:
		return take_address(network, message);
	}
	return false;
}

/* NLMSG_NEXT lets a number without sign fall below 0 behind a message of odd length. */
bool
network_take(struct network *network, const void *messages, size_t size)
{
	const struct nlmsghdr *message = messages;
	bool is_news = false;
	size_t step;

	while (size >= sizeof(*message) && message->nlmsg_len >= sizeof(*message) &&
	       message->nlmsg_len <= size) {
		is_news |= take(network, message);
		step = NLMSG_ALIGN(message->nlmsg_len);
		if (step >= size)
			break;
		size -= step;
		message = (const void *)((const char *)message + step);
	}
	return is_news;
}

/* Messages that found no room may have been news. */
bool
network_has_come_up(struct network *network)
{
	_Alignas(struct nlmsghdr) char messages[MESSAGES_SIZE];
	bool is_news = false;
	ssize_t size;

	for (;;) {
		size = recv(network->fd, messages, sizeof(messages), MSG_DONTWAIT);
		if (size > 0)
			is_news |= network_take(network, messages, (size_t)size);
		else if (size < 0 && errno == ENOBUFS)
			is_news = true;
		else if (size == 0 || errno != EINTR)
			return is_news;
	}
}

/* ---- life ---- */

static int
listen_to_kernel(void)
{
	const struct sockaddr_nl address = {
		.nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR,
	};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE), r;

	if (fd < 0)
		return -errno;
	if (fcntl(fd, F_SETOWN, getpid()) == 0 && fcntl(fd, F_SETFL, O_ASYNC | O_NONBLOCK) == 0 &&
	    bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	r = -errno;
	close(fd);
	return r;
}

int
network_open(struct network **ret_network)
{
	struct network *network = calloc(1, sizeof(*network));
	int fd;

	if (network == NULL)
		return -ENOMEM;
	fd = listen_to_kernel();
	if (fd < 0) {
		free(network);
		return fd;
	}
	network->fd = fd;
	*ret_network = network;
	return 0;
}

void
network_close(struct network *network)
{
	if (network == NULL)
		return;
	close(network->fd);
	free(network);
}
