/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h" /* GNU */

#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "sys/network.h"
#include "tests/unit/unit.h"

/* Run by itself in a network namespace of its own, where its user may do what it likes. */
static bool is_alone;
static struct network *network;

static int
set_up(void **state)
{
	sigset_t signals;

	(void)state;
	is_alone = unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0;
	sigemptyset(&signals);
	sigaddset(&signals, SIGIO);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	return network_open(&network) == 0 ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	network_close(network);
	return 0;
}

static void
put_link(bool is_up)
{
	struct ifreq request = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	assert_true(fd >= 0);
	request.ifr_flags = is_up ? IFF_UP : 0;
	assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &request), 0);
	close(fd);
}

static bool
is_told(void)
{
	const struct timespec wait = { 120, 0 };
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGIO);
	assert_int_equal(sigtimedwait(&signals, NULL, &wait), SIGIO);
	return network_has_come_up(network);
}

static void
a_link_that_comes_up_is_heard(void **state)
{
	(void)state;
	if (!is_alone) {
		print_message("no network namespaces here\n");
		skip();
	}
	assert_false(network_has_come_up(network));
	put_link(true);
	assert_true(is_told());
	put_link(false);
	assert_false(is_told());
	put_link(true);
	assert_true(is_told());
	assert_false(network_has_come_up(network)); /* once */
}

static void
where_it_is_not_allowed_there_is_none(void **state)
{
	struct rlimit limit, none;
	struct network *other = NULL;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = (struct rlimit){ 0, limit.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_int_equal(network_open(&other), -EMFILE);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_null(other);
	network_close(other);
}

/* ---- messages ---- */

struct message {
	struct nlmsghdr head;
	union {
		struct ifinfomsg link;
		struct {
			struct ifaddrmsg head;
			struct rtattr attribute;
			uint8_t address[16];
		} address;
	} body;
};

static struct message
link_message(uint16_t type, int index, unsigned flags)
{
	struct message message = { .head = { .nlmsg_type = type } };

	message.head.nlmsg_len = NLMSG_LENGTH(sizeof(message.body.link));
	message.body.link.ifi_index = index;
	message.body.link.ifi_flags = flags;
	return message;
}

static struct message
address_message(uint16_t type, unsigned index, uint8_t flags, uint8_t last)
{
	struct message message = { .head = { .nlmsg_type = type } };

	message.head.nlmsg_len = NLMSG_LENGTH(sizeof(message.body.address));
	message.body.address.head.ifa_index = index;
	message.body.address.head.ifa_flags = flags;
	message.body.address.attribute.rta_type = IFA_ADDRESS;
	message.body.address.attribute.rta_len = RTA_LENGTH(16);
	message.body.address.address[15] = last;
	return message;
}

static void
what_is_repeated_is_no_news(void **state)
{
	const unsigned up = IFF_UP | IFF_RUNNING;
	const struct {
		const char *what;
		struct message message;
		bool is_news;
	} cases[] = {
		{ "no cable", link_message(RTM_NEWLINK, 7, IFF_UP), false },
		{ "a link", link_message(RTM_NEWLINK, 7, up), true },
		{ "its statistics", link_message(RTM_NEWLINK, 7, up), false },
		{ "another link", link_message(RTM_NEWLINK, 8, up), true },
		{ "nobody knows yet whose it is",
		    address_message(RTM_NEWADDR, 7, IFA_F_TENTATIVE, 1), false },
		{ "ours", address_message(RTM_NEWADDR, 7, 0, 1), true },
		{ "the router tells it again", address_message(RTM_NEWADDR, 7, 0, 1), false },
		{ "the same on the other link", address_message(RTM_NEWADDR, 8, 0, 1), true },
		{ "another address", address_message(RTM_NEWADDR, 7, 0, 2), true },
		{ "it goes", address_message(RTM_DELADDR, 7, 0, 2), false },
		{ "and comes back", address_message(RTM_NEWADDR, 7, 0, 2), true },
		{ "the cable goes", link_message(RTM_NEWLINK, 7, IFF_UP), false },
		{ "and comes back", link_message(RTM_NEWLINK, 7, up), true },
		{ "the link goes", link_message(RTM_DELLINK, 7, up), false },
		{ "and comes back", link_message(RTM_NEWLINK, 7, up), true },
		{ "a route", link_message(RTM_NEWROUTE, 9, up), false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct message *message = &cases[i].message;

		if (network_take(network, message, message->head.nlmsg_len) != cases[i].is_news)
			fail_msg("%zu: %s", i, cases[i].what);
	}
}

/* Whatever the lengths say; the sanitizer looks. */
static void
half_a_message_is_none(void **state)
{
	struct message whole = address_message(RTM_NEWADDR, 70, 0, 9), cut;

	(void)state;
	for (unsigned size = 0; size < whole.head.nlmsg_len; size++) {
		assert_false(network_take(network, &whole, size));
		cut = whole;
		cut.head.nlmsg_len = size;
		assert_false(network_take(network, &cut, size));
	}
	cut = whole;
	cut.body.address.attribute.rta_len = 200;
	assert_false(network_take(network, &cut, cut.head.nlmsg_len));
	assert_true(network_take(network, &whole, whole.head.nlmsg_len));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_link_that_comes_up_is_heard),
		cmocka_unit_test(where_it_is_not_allowed_there_is_none),
		cmocka_unit_test(what_is_repeated_is_no_news),
		cmocka_unit_test(half_a_message_is_none),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
