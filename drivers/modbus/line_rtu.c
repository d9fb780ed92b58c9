/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "drivers/modbus/modbus_driver.h"

#define HEADER       1 /* unit */
#define CRC          2
#define REQUEST_SIZE (HEADER + MB_REQUEST_PDU + CRC)

/* What a frame may take beyond its time on the wire: USB adapters hand over every 16 ms, a busy
 * host is late.  Only a frame that was cut short takes so long to be noticed. */
#define PAUSES_US 100000

/* Bytes that are thrown away while waiting for a line to fall silent, before it is asked anyway. */
#define NOISE_MAX 1024

static void
silence_arm(struct mb_bus *bus, uint64_t us)
{
	struct itimerspec when = {
		.it_value = { (time_t)(us / 1000000), (long)(us % 1000000) * 1000 },
	};

	timerfd_settime(bus->silence_fd, 0, &when, NULL);
}

/* Sleeps for what is left of the silence that the line demands. */
static void
silence_keep(struct mb_bus *bus)
{
	uint64_t expirations;
	ssize_t n;

	do
		n = read(bus->silence_fd, &expirations, sizeof(expirations));
	while (n < 0 && errno == EINTR);
}

/* A late answer may be arriving just now: lets it end. */
static void
noise_drain(struct mb_bus *bus)
{
	int fd = modbus_get_socket(bus->context);
	uint64_t gap_us = 2 * mb_serial_silence_us(&bus->serial);
	size_t drained = 0;
	ssize_t n;

	while (drained < NOISE_MAX && mb_line_wait(fd, gap_us) > 0) {
		n = read(fd, bus->frame, sizeof(bus->frame));
		if (n <= 0)
			return;
		drained += (size_t)n;
	}
}

static int
line_lost(struct mb_bus *bus, int error, struct err *err)
{
	/* End of file is how a terminal says that its far end has gone. */
	if (error == 0 || error == ECONNRESET)
		error = EIO;
	return err_set(err, -error, "%s: the serial line is gone: %s", bus->where, strerror(error));
}

/* What libmodbus could not read: only a bad frame, or a lost line? */
static int
receive_failed(struct mb_bus *bus, int error, struct err *err)
{
	/* Something has come, so a time-out means that the frame was cut short. */
	if (error > MODBUS_ENOBASE || error == ETIMEDOUT || error == EAGAIN)
		return -EBADMSG;
	return line_lost(bus, error, err);
}

static int
frame_send(struct mb_bus *bus, uint8_t unit, const uint8_t pdu[MB_REQUEST_PDU], struct err *err)
{
	uint8_t request[HEADER + MB_REQUEST_PDU];

	request[0] = unit;
	memcpy(request + HEADER, pdu, MB_REQUEST_PDU);
	if (modbus_flush(bus->context) < 0 || modbus_set_slave(bus->context, unit) < 0)
		return line_lost(bus, errno, err);
	if (modbus_send_raw_request(bus->context, request, sizeof(request)) < 0)
		return errno > MODBUS_ENOBASE ? -EBADMSG : line_lost(bus, errno, err);
	bus->base.counters.requests++;
	return 0;
}

static int
frame_receive(struct mb_bus *bus, uint8_t unit, struct err *err)
{
	uint64_t sending_us = mb_serial_us(&bus->serial, REQUEST_SIZE);
	int r = mb_line_wait(
	    modbus_get_socket(bus->context), sending_us + (uint64_t)bus->timeout_ms * 1000);

	if (r < 0)
		return line_lost(bus, -r, err);
	if (r == 0)
		return 0;
	r = mb_line_receive(
	    bus->context, mb_serial_us(&bus->serial, bus->expected) + PAUSES_US, bus->frame);
	if (r < 0)
		return receive_failed(bus, errno, err);
	/* 0: the CRC is right, but the frame is of another unit. */
	if (r <= HEADER + CRC || bus->frame[0] != unit)
		return -EBADMSG;
	return r - HEADER - CRC;
}

static int
line_rtu_ask(struct mb_bus *bus, uint8_t unit, const uint8_t pdu[MB_REQUEST_PDU],
    const uint8_t **ret_pdu, struct err *err)
{
	int r;

	silence_keep(bus);
	if (bus->is_suspect)
		noise_drain(bus);
	bus->is_suspect = false;
	bus->expected = HEADER + mb_pdu_expected(pdu) + CRC;
	r = frame_send(bus, unit, pdu, err);
	if (r == 0)
		r = frame_receive(bus, unit, err);
	silence_arm(bus, mb_serial_silence_us(&bus->serial));
	*ret_pdu = bus->frame + HEADER;
	return r;
}

/* The worst that a reply may take: it begins as late as is allowed, and is as long as was asked. */
static void
line_rtu_distrust(struct mb_bus *bus)
{
	bus->is_suspect = true;
	silence_arm(bus, (uint64_t)bus->timeout_ms * 1000 +
			     mb_serial_us(&bus->serial, bus->expected) +
			     mb_serial_silence_us(&bus->serial));
}

static void
line_rtu_close(struct mb_bus *bus)
{
	int fd = bus->context == NULL ? -1 : modbus_get_socket(bus->context);

	if (fd >= 0) {
		/* The mark outlives us where the far end keeps the terminal alive. */
		ioctl(fd, TIOCNXCL);
		modbus_close(bus->context);
	}
	modbus_free(bus->context);
	if (bus->silence_fd >= 0)
		close(bus->silence_fd);
	if (bus->lock_fd >= 0)
		close(bus->lock_fd);
}

static const struct mb_line line_rtu = {
	.ask = line_rtu_ask,
	.distrust = line_rtu_distrust,
	.close = line_rtu_close,
};

/* The process that holds the lock of a file, or 0: nobody that we can see. */
static int
lock_holder(const char *path)
{
	FILE *locks = fopen("/proc/locks", "re");
	struct stat st;
	char line[256];
	unsigned major_id, minor_id;
	unsigned long inode;
	int pid, holder = 0;

	if (locks == NULL)
		return 0;
	if (stat(path, &st) == 0) {
		while (holder == 0 && fgets(line, sizeof(line), locks) != NULL)
			if (sscanf(line, "%*d: FLOCK %*s %*s %d %x:%x:%lu", &pid, &major_id,
				&minor_id, &inode) == 4 &&
			    makedev(major_id, minor_id) == st.st_dev && inode == st.st_ino)
				holder = pid;
	}
	fclose(locks);
	return holder;
}

static int
in_use(const char *path, struct err *err)
{
	int holder = lock_holder(path);

	if (holder > 0)
		return err_set(err, -EBUSY, "%s: in use by process %d", path, holder);
	return err_set(err, -EBUSY, "%s: in use by another program", path);
}

/* Two masters on a line spoil each other's frames: refuse before any of its settings is touched.
 * The lock stops other instances of ours, also those of root, the terminal's mark the rest. */
static int
device_lock(struct mb_bus *bus, const char *path, struct err *err)
{
	bus->lock_fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (bus->lock_fd < 0 && errno == EBUSY)
		return in_use(path, err);
	if (bus->lock_fd < 0)
		return err_set(err, -errno, "%s: %s", path, strerror(errno));
	if (!isatty(bus->lock_fd))
		return err_set(err, -ENOTTY, "%s: not a serial device", path);
	if (flock(bus->lock_fd, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK
		           ? in_use(path, err)
		           : err_set(err, -errno, "%s: cannot lock: %s", path, strerror(errno));
	return 0;
}

static int
device_open(struct mb_bus *bus, const char *path, struct err *err)
{
	int r;

	bus->context =
	    modbus_new_rtu(path, bus->serial.baud, bus->serial.parity, 8, bus->serial.stop_bits);
	if (bus->context == NULL)
		return err_set(err, -errno, "%s: %s", path, modbus_strerror(errno));
	r = mb_line_tame(bus->context, err);
	if (r < 0)
		return r;
	if (modbus_connect(bus->context) < 0)
		return err_set(err, -errno, "%s: %s", path, strerror(errno));
	r = mb_line_check_fd(modbus_get_socket(bus->context), err);
	if (r < 0)
		return r;
	if (ioctl(modbus_get_socket(bus->context), TIOCEXCL) < 0)
		return err_set(
		    err, -errno, "%s: cannot take for us alone: %s", path, strerror(errno));
	return 0;
}

int
mb_line_rtu_open(struct mb_bus *bus, const struct driver_settings *settings, struct err *err)
{
	int r;

	bus->line = &line_rtu;
	bus->lock_fd = -1;
	bus->silence_fd = -1;
	r = mb_options_serial(settings->options, &bus->serial, err);
	if (r < 0)
		return r;
	r = device_lock(bus, settings->endpoint, err);
	if (r < 0)
		return r;
	bus->silence_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	if (bus->silence_fd < 0)
		return err_set(err, -errno, "%s: no timer: %s", bus->where, strerror(errno));
	r = device_open(bus, settings->endpoint, err);
	if (r < 0)
		return r;
	silence_arm(bus, mb_serial_silence_us(&bus->serial));
	return 0;
}
