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
#include <unistd.h>

#include "drivers/modbus/modbus_driver.h"

/* What a frame may take beyond its time on the wire: USB adapters hand over every 16 ms, a busy
 * host is late.  Only a frame that was cut short takes so long to be noticed. */
#define PAUSES_US 100000

/* Bytes that are thrown away while waiting for a line to fall silent, before it is asked anyway. */
#define NOISE_MAX 1024

/* A late answer may be arriving just now: lets it end.  True: something came. */
static bool
noise_drain(struct mb_bus *bus)
{
	int fd = modbus_get_socket(bus->context);
	uint64_t gap_us = 2 * mb_serial_silence_us(&bus->serial);
	size_t drained = 0;
	ssize_t n;

	while (drained < NOISE_MAX && mb_line_wait(fd, gap_us) > 0) {
		n = read(fd, bus->frame, sizeof(bus->frame));
		if (n <= 0)
			break;
		drained += (size_t)n;
	}
	return drained > 0;
}

static int
line_lost(struct mb_bus *bus, int error, struct err *err)
{
	/* End of file is how a terminal says that its far end has gone. */
	if (error == 0 || error == ECONNRESET)
		error = EIO;
	return err_set(err, -error, "%s: the serial line is gone: %s", bus->where, strerror(error));
}

static int
frame_send(struct mb_bus *bus, uint8_t unit, const uint8_t pdu[MB_REQUEST_PDU], struct err *err)
{
	uint8_t request[MB_RTU_HEADER + MB_REQUEST_PDU];

	request[0] = unit;
	memcpy(request + MB_RTU_HEADER, pdu, MB_REQUEST_PDU);
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
	uint64_t sending_us = mb_serial_us(&bus->serial, MB_RTU_REQUEST);
	int r = mb_rtu_receive(bus, unit, sending_us + (uint64_t)bus->timeout_ms * 1000,
	    mb_serial_us(&bus->serial, bus->expected) + PAUSES_US);

	return r < 0 && r != -EBADMSG ? line_lost(bus, -r, err) : r;
}

static int
line_rtu_ask(struct mb_bus *bus, uint8_t unit, const uint8_t pdu[MB_REQUEST_PDU],
    const uint8_t **ret_pdu, struct err *err)
{
	int r;

	/* The dead send nothing late; only they themselves have to wait for it. */
	if (!bus->is_past_dead || unit == bus->asked)
		mb_rtu_keep_silence(bus);
	if (bus->is_suspect && noise_drain(bus))
		bus->is_dead[bus->asked] = false;
	bus->is_suspect = false;
	bus->is_past_dead = false;
	bus->asked = unit;
	bus->expected = mb_rtu_expected(pdu);
	r = frame_send(bus, unit, pdu, err);
	if (r == 0)
		r = frame_receive(bus, unit, err);
	bus->is_silence = r == 0;
	mb_rtu_begin_silence(bus);
	if (!bus->is_silence)
		bus->is_dead[unit] = false;
	*ret_pdu = bus->frame + MB_RTU_HEADER;
	return r;
}

/*
 * A unit whose answer may come late gets the time for it.  One that was silent already the last
 * time, and sent nothing late either, is taken for dead: a try costs the others its time-out, not
 * two of them.
 */
static void
line_rtu_distrust(struct mb_bus *bus)
{
	mb_rtu_distrust(bus);
	bus->is_past_dead = bus->is_silence && bus->is_dead[bus->asked];
	bus->is_dead[bus->asked] = bus->is_silence;
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
	mb_rtu_done(bus);
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
	r = mb_rtu_init(bus, settings->options, err);
	if (r < 0)
		return r;
	r = device_lock(bus, settings->endpoint, err);
	if (r < 0)
		return r;
	r = device_open(bus, settings->endpoint, err);
	if (r < 0)
		return r;
	mb_rtu_begin_silence(bus);
	return 0;
}
