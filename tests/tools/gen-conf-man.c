/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Prints envsensord.conf(5): the keys from the schema, the rest from here.  It runs in the build,
 * so that the manual cannot say anything but what the program does.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/schema.h"

static const char head[] =
    ".\\\" SPDX-License-Identifier: BSD-2-Clause\n"
    ".\\\" Made by tests/tools/gen-conf-man from agent/conf/schema.c: change it there.\n"
    ".Dd November 21, 2026\n"
    ".Dt ENVSENSORD.CONF 5\n"
    ".Os\n"
    ".Sh NAME\n"
    ".Nm envsensord.conf\n"
    ".Nd configuration of envsensord\n"
    ".Sh DESCRIPTION\n"
    "The file tells\n"
    ".Xr envsensord 8\n"
    "which buses there are, which sensors hang on them, when a value is an alarm, and who is "
    "told.\n"
    "It is read when the daemon starts and again on\n"
    ".Dv SIGHUP .\n"
    "A file with a mistake is refused as a whole: the daemon does not start, or keeps what it "
    "has.\n"
    ".Ql envsensord \\-\\-check\n"
    "checks a file and changes nothing.\n"
    ".Ss Syntax\n"
    "A setting is\n"
    ".Ar key No = Ar value .\n"
    "A key with several values has them in braces,\n"
    ".Ar key No = { Ar value , value No } .\n"
    "A bus, a sensor or a device is a section: its kind, its name, and its settings in braces.\n"
    "Settings need no separator; line ends and blanks do not matter.\n"
    "Sections that stand once, as\n"
    ".Ic mail ,\n"
    "have no name.\n"
    "A key stands once in its section, a name once among the sections of its kind.\n"
    ".Pp\n"
    "Comments run from\n"
    ".Ql #\n"
    "or\n"
    ".Ql //\n"
    "to the end of the line, or from\n"
    ".Ql /*\n"
    "to\n"
    ".Ql */ .\n"
    ".Pp\n"
    "Text with blanks or with one of\n"
    ".Ql # = + * \\(dq \\(aq { } \\&( \\&) \\&,\n"
    "stands in quotes and ends on the line where it begins.\n"
    "In double quotes a backslash escapes\n"
    ".Po Ql \\e\\(dq ,\n"
    ".Ql \\e\\e ,\n"
    ".Ql \\ex41\n"
    ".Pc ;\n"
    "in single quotes all stands for itself, but for\n"
    ".Ql \\e\\(aq\n"
    "and\n"
    ".Ql \\e\\e .\n"
    "Variables of the environment are not replaced, and\n"
    ".Ql ${\n"
    "is refused outside single quotes.\n"
    "The file is UTF\\-8.\n"
    ".Ss Values\n"
    ".Bl -tag -width Ds\n"
    ".It duration\n"
    "A whole number with its unit:\n"
    ".Cm ms , s , m , h\n"
    "or\n"
    ".Cm d ,\n"
    "as in\n"
    ".Ql 250ms\n"
    "or\n"
    ".Ql 4h .\n"
    "Only\n"
    ".Ql 0\n"
    "needs no unit.\n"
    ".It decimal\n"
    "A number as\n"
    ".Ql 27\n"
    "or\n"
    ".Ql \\-12.5 ,\n"
    "with a point and without an exponent.\n"
    "Limits, deadband and offset are in the unit of the sensor.\n"
    ".It name\n"
    "1 to 32 of letters, digits, blank and\n"
    ".Ql \\- _ \\&. \\&: / # ,\n"
    "with no blank at either end.\n"
    ".El\n";

static const char includes[] =
    ".Ss Includes\n"
    ".Ql include(\\(dqNAME\\(dq)\n"
    "at the top level reads one more file, or each\n"
    ".Pa *.conf\n"
    "of a folder in the order of their names.\n"
    "A relative name starts from the folder of the file that includes.\n"
    "Files may include others, up to eight inside each other, but none is read twice.\n"
    "What is included counts as if it stood behind the file that includes it.\n";

static const char drivers[] =
    ".Ss Drivers\n"
    ".Bl -tag -width Ds\n"
    ".It Cm modbus-rtu\n"
    "Modbus over a serial line.\n"
    "The endpoint is the device, as\n"
    ".Pa /dev/ttyUSB0 ;\n"
    "options are the speed and the frame, as\n"
    ".Ql 9600,8N1 ,\n"
    "which is the default.\n"
    "Addresses are\n"
    ".Ar unit : Ns Ar table : Ns Ar register : Ns Ar type Ns Op : Ns Ar order ,\n"
    "as in\n"
    ".Ql 1:input:1:int16 .\n"
    "Units are 1 to 247.\n"
    "Tables are\n"
    ".Cm coil , discrete , input\n"
    "and\n"
    ".Cm holding .\n"
    "Registers are counted from 0, as on the wire.\n"
    "Types are\n"
    ".Cm bool , int16 , uint16 , int32 , uint32 , int64 , uint64 , float32\n"
    "and\n"
    ".Cm float64 ;\n"
    "the order of the bytes is\n"
    ".Cm abcd\n"
    "(the default),\n"
    ".Cm cdab , badc\n"
    "or\n"
    ".Cm dcba .\n"
    ".It Cm modbus-rtutcp\n"
    "Frames of Modbus RTU over TCP, to a gateway that passes bytes on to a serial line.\n"
    "The endpoint is\n"
    ".Ar host : Ns Ar port ,\n"
    "an IPv6 address in brackets; the port must be given.\n"
    "Options are those of the serial line; addresses as above.\n"
    ".It Cm modbus-tcp\n"
    "Modbus over TCP.\n"
    "The endpoint is\n"
    ".Ar host Ns Op : Ns Ar port ,\n"
    "an IPv6 address in brackets; the port is 502 unless given.\n"
    "Addresses as above, with units 0 to 255.\n"
    ".It Cm w1\n"
    "1\\-Wire through the Linux kernel.\n"
    "The endpoint is the folder\n"
    ".Pa /sys/bus/w1/devices ;\n"
    "an address is the ROM id of a probe, as\n"
    ".Ql 28\\-000005e2fdc3 .\n"
    "The option\n"
    ".Ql no\\-bulk\n"
    "lets each probe convert by itself.\n"
    ".It Cm owserver\n"
    "1\\-Wire through the\n"
    ".Xr owserver 1\n"
    "of OWFS.\n"
    "The endpoint is\n"
    ".Ar host Ns Op : Ns Ar port ,\n"
    "an IPv6 address in brackets; the port is 4304 unless given.\n"
    "Addresses are\n"
    ".Ar id Ns Op / Ns Ar property ,\n"
    "as in\n"
    ".Ql 26.000026D90300/VAD ;\n"
    "the property is\n"
    ".Cm temperature\n"
    "unless given.\n"
    "The option\n"
    ".Ql uncached\n"
    "asks the device each time.\n"
    "A temperature that owserver has to ask for takes up to 750 ms:\n"
    ".Cm timeout\n"
    "should be 2s or more.\n"
    ".It Cm sim\n"
    "No hardware: with an empty endpoint plausible values, else those of a script.\n"
    "An address is any name.\n"
    ".El\n"
    ".Pp\n"
    ".Ql envsensord \\-\\-scan Ar bus\n"
    "finds what is on a bus and prints configuration for it.\n";

static const char tail[] =
    ".Sh FILES\n"
    ".Bl -tag -width Ds\n"
    ".It Pa " CONFIG_DIR "/envsensord.conf\n"
    "The file that is read unless another is named.\n"
    ".It Pa profiles/*.conf\n"
    "Beside it: the profiles of the site.\n"
    ".It Pa " DATA_DIR "/profiles/*.conf\n"
    "The profiles that came with the program.\n"
    ".El\n"
    ".Sh EXAMPLES\n"
    ".Bd -literal -offset indent\n"
    "site = \"Prague 1\"\n"
    "\n"
    "bus \"rack-line\" {\n"
    "    driver   = modbus-rtu\n"
    "    endpoint = \"/dev/ttyUSB0\"\n"
    "    options  = \"9600,8N1\"\n"
    "    timeout  = 200ms\n"
    "}\n"
    "sensor \"rack-a inlet\" {\n"
    "    bus      = \"rack-line\"\n"
    "    address  = \"1:input:1:int16\"\n"
    "    quantity = temperature\n"
    "    gain     = 0.1\n"
    "    high-warning = 27   high-critical = 32\n"
    "}\n"
    "device \"rack-b\" { bus = \"rack-line\"  unit = 2  profile = "
    "\"xy-md02\" }\n"
    "\n"
    "mail {\n"
    "    from = \"sensors@example.org\"\n"
    "    relay {\n"
    "        host = \"mail.example.org\"\n"
    "        user = \"sensors@example.org\"\n"
    "        password-file = \"" CONFIG_DIR "/relay.password\"\n"
    "    }\n"
    "    relay { host = \"backup.example.org\"  port = 587  security = "
    "starttls }\n"
    "}\n"
    "contact \"ops\" { address = \"ops@example.org\" }\n"
    "contact \"on call\" {\n"
    "    address      = \"oncall@example.org\"\n"
    "    min-severity = critical  sensors = \"rack-*\"  escalate-after = 15m\n"
    "}\n"
    "\n"
    "include(\"conf.d\")\n"
    ".Ed\n"
    ".Sh DIAGNOSTICS\n"
    "Each mistake is one line,\n"
    ".Ar file : Ns Ar line : ,\n"
    "what is wrong, and what is wanted:\n"
    ".Bd -literal -offset indent\n"
    "envsensord.conf:7: timeout = \"200\": want 10ms to 1m\n"
    ".Ed\n"
    ".Pp\n"
    "The first one ends the reading, and\n"
    ".Xr envsensord 8\n"
    "exits with 78.\n"
    "Limits must rise strictly from\n"
    ".Ic low-critical\n"
    "to\n"
    ".Ic high-critical ,\n"
    "as far as they are enabled, and the deadband must leave room between "
    "the low and the high ones.\n"
    ".Sh SEE ALSO\n"
    ".Xr envsensord 8\n";

static const char device_after[] =
    "What is about one sensor stands in a section of that sensor inside the device:\n"
    ".Ic sensor No \\(dq Ns Ar title Ns No \\(dq { ... }\n"
    "with any setting of a sensor but\n"
    ".Ic bus .\n"
    "It has precedence over what the device says for all, and both over the profile.\n"
    "Limits are set there:\n"
    ".Bd -literal -offset indent\n"
    "device \"rack-b\" {\n"
    "    bus = \"rack-line\"  unit = 2  profile = \"xy-md02\"\n"
    "    location = \"row 3\"\n"
    "    sensor \"temperature\" { high-warning = 27  offset = -0.3 }\n"
    "}\n"
    ".Ed\n"
    ".Pp\n"
    "A section with a title that the profile does not have is one more sensor of the device;\n"
    "it must have\n"
    ".Ic address ,\n"
    "without the unit, and\n"
    ".Ic quantity .\n";

static const char profile_after[] = ".Pp\n"
				    "In a profile stand its sensors, at least one:\n"
				    ".Ic sensor No \\(dq Ns Ar title Ns No \\(dq { ... }\n"
				    "with any setting of a sensor but\n"
				    ".Ic bus ;\n"
				    ".Ic address\n"
				    "is without the unit.\n"
				    ".Ic range-low\n"
				    "and\n"
				    ".Ic range-high\n"
				    "say what the device can measure.\n"
				    ".Ql envsensord \\-\\-scan Ar bus\n"
				    "tries all profiles on the units that it finds.\n";

static const struct {
	enum conf_object object;
	const char *title, *before, *after;
} parts[] = {
	{ CONF_AGENT, "Top level", "At the top level stand\n", "" },
	{ CONF_BUS, "Buses",
	    "A bus is\n.Ic bus No \\(dq Ns Ar name Ns No \\(dq { ... } .\nThere must be at least "
	    "one.\n"
	    "Its settings:\n",
	    "" },
	{ CONF_SENSOR, "Sensors",
	    "A sensor is\n.Ic sensor No \\(dq Ns Ar name Ns No \\(dq { ... } .\n"
	    "Its value is the raw value times gain plus offset.\n"
	    "A limit that is set is enabled.\nIts settings:\n",
	    "" },
	{ CONF_DEVICE, "Devices",
	    "A device is one unit of a bus with several sensors,\n"
	    ".Ic device No \\(dq Ns Ar name Ns No \\(dq { ... } .\n"
	    "What they are stands in a profile.\n"
	    "The name of each is that of the device, a blank, and its title in the profile: "
	    "\\(dqrack-b temperature\\(dq.\n"
	    "Its settings:\n",
	    device_after },
	{ CONF_PROFILE, "Profiles",
	    "A profile is a file with one section,\n"
	    ".Ic profile No \\(dq Ns Ar name Ns No \\(dq { ... } ,\n"
	    "which is named\n"
	    ".Ar name Ns Pa .conf .\n"
	    "It lies in the folder\n"
	    ".Pa profiles\n"
	    "beside the configuration, or is one of those that came with the program; the former "
	    "has precedence.\n"
	    "Its settings:\n",
	    profile_after },
	{ CONF_DELIVERY, "Deliveries",
	    "What is to be told waits in a queue until it is delivered, by SNMP or by mail.\n"
	    "The section\n.Ic delivery No { ... }\nhas the settings:\n",
	    "" },
	{ CONF_BREAKER, "Destinations that fail",
	    "The section\n.Ic breaker No { ... }\nhas the setting:\n", "" },
	{ CONF_LIMITER, "Too many mails",
	    "The section\n.Ic limiter No { ... }\n"
	    "bounds the mails to each recipient.\n"
	    "A critical alarm is not held back.\n"
	    "Its settings:\n",
	    "" },
	{ CONF_MAIL, "Mail",
	    "Mail is sent if there is the section\n.Ic mail No { ... } ,\n"
	    "with at least one relay in it.\nIts settings:\n",
	    "" },
	{ CONF_RELAY, "Relays",
	    "Inside\n.Ic mail\nstand the relays,\n.Ic relay No { ... } ,\n"
	    "in order of preference.\nThe settings of each:\n",
	    "" },
	{ CONF_CONTACT, "Contacts",
	    "Who gets mail is a contact,\n"
	    ".Ic contact No \\(dq Ns Ar name Ns No \\(dq { ... } .\n"
	    "Its settings:\n",
	    "" },
};

static FILE *page;

/* Text as roff takes it for text. */
static void
put_text(const char *text)
{
	if (*text == '.' || *text == '\'')
		fputs("\\&", page);
	for (; *text != '\0'; text++) {
		if (*text == '\\')
			fputs("\\e", page);
		else if (*text == '-')
			fputs("\\-", page);
		else
			putc(*text, page);
	}
}

/* A sentence a line, as mdoc(7) wants it. */
static void
put_sentences(const char *text)
{
	const char *end;

	for (; (end = strstr(text, ". ")) != NULL; text = end + 2) {
		char sentence[256];

		snprintf(sentence, sizeof(sentence), "%.*s", (int)(end + 1 - text), text);
		put_text(sentence);
		putc('\n', page);
	}
	put_text(text);
}

static void
put_fallback(const struct field *field)
{
	if (field->fallback == NULL)
		fputs("It must be given.\n", page);
	else if (field->fallback[0] == '\0')
		fputs("By default it is empty.\n", page);
	else {
		fputs("The default is\n.Ql ", page);
		put_text(field->fallback);
		fputs(" .\n", page);
	}
}

static void
put_field(const struct field *field)
{
	char allowed[FIELD_FORMAT_SIZE];

	if ((field->flags & FIELD_TITLE) != 0)
		return;
	field_describe(field, allowed, sizeof(allowed));
	fprintf(page, ".It Ic %s\n", field->key);
	put_sentences(field->help);
	fputs("\nAllowed: ", page);
	put_text(allowed);
	fputs(".\n", page);
	put_fallback(field);
}

/* What may stand in a device for all its sensors. */
static void
put_shared(void)
{
	const struct field *field;
	const char *before = "";

	fputs(".Pp\nBeside these a device takes, for all its sensors, their settings\n.Ic ", page);
	for (size_t n = 0; (field = schema_at(n)) != NULL; n++) {
		if ((field->flags & FIELD_SHARED) == 0)
			continue;
		fprintf(page, "%s%s", before, field->key);
		before = " , ";
	}
	fputs(" .\n", page);
}

static void
put_part(size_t part)
{
	const struct field *field;

	fprintf(page, ".Ss %s\n%s.Bl -tag -width Ds\n", parts[part].title, parts[part].before);
	for (size_t n = 0; (field = schema_at(n)) != NULL; n++)
		if (field->object == parts[part].object ||
		    (parts[part].object == CONF_AGENT && field->object == CONF_EVENT))
			put_field(field);
	fputs(".El\n", page);
	if (parts[part].object == CONF_DEVICE)
		put_shared();
	fputs(parts[part].after, page);
}

/* ---- lines that fit ---- */

#define WIDTH 80 /* what mandoc asks for */

/* Where a line of text that is too long is broken; `length` if it cannot be. */
static size_t
break_at(const char *line, size_t length)
{
	size_t at = WIDTH;

	while (at > 0 && line[at] != ' ')
		at--;
	return at > 0 ? at : length;
}

static void
print_page(const char *line)
{
	bool is_literal = false;

	while (*line != '\0') {
		size_t length = strcspn(line, "\n");
		bool is_text = line[0] != '.';

		if (strncmp(line, ".Bd", 3) == 0 || strncmp(line, ".Ed", 3) == 0)
			is_literal = line[1] == 'B';
		if (is_text && !is_literal && length > WIDTH)
			length = break_at(line, length);
		printf("%.*s\n", (int)length, line);
		line += length + 1;
	}
}

int
main(void)
{
	char *text = NULL;
	size_t size;

	page = open_memstream(&text, &size);
	if (page == NULL)
		return EXIT_FAILURE;
	fputs(head, page);
	for (size_t part = 0; part < sizeof(parts) / sizeof(parts[0]); part++)
		put_part(part);
	fputs(drivers, page);
	fputs(includes, page);
	fputs(tail, page);
	if (fclose(page) != 0)
		return EXIT_FAILURE;
	print_page(text);
	free(text);
	return fflush(stdout) == 0 && !ferror(stdout) ? EXIT_SUCCESS : EXIT_FAILURE;
}
