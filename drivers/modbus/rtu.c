/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "drivers/modbus/modbus_driver.h"

#define CRC 2

int
mb_rtu_init(struct mb_bus *bus, const char *options, struct err *err)
{
	int r;

	bus->silence_fd = -1;
	r = mb_options_serial(options, &bus->serial, err);
	if (r < 0)
		return r;
	bus->silence_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	if (bus->silence_fd < 0)
		return err_set(err, -errno, "%s: no timer: %s", bus->where, strerror(errno));
	mb_rtu_begin_silence(bus);
	return 0;
}

void
mb_rtu_done(struct mb_bus *bus)
{
	if (bus->silence_fd >= 0)
		close(bus->silence_fd);
}

static void
silence_arm(struct mb_bus *bus, uint64_t us)
{
	struct itimerspec when = {
		.it_value = { (time_t)(us / 1000000), (long)(us % 1000000) * 1000 },
	};

	timerfd_settime(bus->silence_fd, 0, &when, NULL);
}

void
mb_rtu_begin_silence(struct mb_bus *bus)
{
	silence_arm(bus, mb_serial_silence_us(&bus->serial));
}

void
mb_rtu_keep_silence(struct mb_bus *bus)
{
	struct pollfd pollfd = { .fd = bus->silence_fd, .events = POLLIN };

	/* Never read, so that a silence that is over stays over. */
	while (poll(&pollfd, 1, -1) < 0 && errno == EINTR)
		continue;
}

/* The worst that a reply may take: it begins as late as is allowed, and is as long as was asked. */
void
mb_rtu_distrust(struct mb_bus *bus)
{
	bus->is_suspect = true;
	silence_arm(bus, (uint64_t)bus->timeout_ms * 1000 +
			     mb_serial_us(&bus->serial, bus->expected) +
			     mb_serial_silence_us(&bus->serial));
}

size_t
mb_rtu_expected(const uint8_t pdu[MB_REQUEST_PDU])
{
	return MB_RTU_HEADER + mb_pdu_expected(pdu) + CRC;
}

int
mb_rtu_receive(struct mb_bus *bus, uint8_t unit, uint64_t wait_us, uint64_t limit_us)
{
	int r = mb_line_wait(modbus_get_socket(bus->context), wait_us);

	if (r <= 0)
		return r;
	r = mb_line_receive(bus->context, limit_us, bus->frame);
	if (r < 0)
		return r;
	/* 0: the CRC is right, but the frame is of another unit. */
	if (r <= MB_RTU_HEADER + CRC || bus->frame[0] != unit)
		return -EBADMSG;
	return r - MB_RTU_HEADER - CRC;
}
