# SPDX-License-Identifier: BSD-2-Clause
"""Debian's Exim and Postfix as private instances: free ports, own configuration, spool, maildir.

Both want users of their own.  They get them in a mount namespace with another passwd file: Exim as
anybody, in a user namespace; Postfix as root only, since it runs its parts as different users.
"""
import glob
import os
import shutil
import socket
import subprocess

from harness import Process, await_, free_tcp_port

SOURCE = os.environ.get("ENVSENSOR_SRCDIR") or os.path.join(
    os.path.dirname(os.path.realpath(__file__)), "../..")
OWNER, DROP, READER = 64231, 64232, 64233  # ids of users that no machine has
DOMAIN = "example.org"


def programs():
    """The folder of scripts/get-mail-servers, or None."""
    done = subprocess.run([os.path.join(SOURCE, "scripts/get-mail-servers"), "--offline"],
        capture_output=True, text=True, check=False)
    return done.stdout.strip() or None


def namespaces(*options):
    """Is it allowed to have such ones?"""
    return shutil.which("unshare") is not None and subprocess.run(
        ["unshare", *options, "mount", "--bind", "/etc/passwd", "/etc/passwd"],
        capture_output=True, check=False).returncode == 0


class MailServer(Process):
    """`ports`: for security none, starttls, tls."""

    def __init__(self, stage, folder, certificate, user, password, options):
        self.programs, self.home = folder, stage.folder_at(self.name)
        os.chmod(stage.folder, 0o711)
        self.certificate, self.user, self.password = certificate, user, password
        self.ports = {name: free_tcp_port() for name in ("none", "starttls", "tls")}
        self.mails = self.folder("mails")
        self.write("passwd", self.without("/etc/passwd") +
            f"{self.account}:x:{OWNER}:{OWNER}::/:/bin/false\n")
        self.write("group", self.without("/etc/group") +
            f"{self.account}:x:{OWNER}:\npostdrop:x:{DROP}:\n")
        command = " ".join(self.prepare())
        script = self.write("run", f"mount --bind {self.path('passwd')} /etc/passwd &&\n"
            f"mount --bind {self.path('group')} /etc/group &&\nexec {command}\n")
        self.command = ["unshare", *options, "sh", script]
        self.start(stage)

    def start(self, stage):
        """Again, too, behind stop()."""
        super().__init__(stage, self.name, self.command)
        for port in self.ports.values():
            await_(lambda port=port: self.died("listening") or self.is_listening(port),
                f"{self.name} listens on {port}")

    def path(self, name):
        return os.path.join(self.home, name)

    def folder(self, name, owner=None, mode=0o755, group=None):
        os.makedirs(self.path(name))
        os.chmod(self.path(name), mode)
        if owner is not None:
            os.chown(self.path(name), owner, owner if group is None else group)
        return self.path(name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    def without(self, path):
        with open(path, encoding="utf-8") as file:
            return "".join(line for line in file
                if line.split(":")[0] not in (self.account, "postdrop"))

    def is_listening(self, port):
        with socket.socket() as sock:
            return sock.connect_ex(("127.0.0.1", port)) == 0

    def arrived(self):
        """All mails in the maildir."""
        found = []
        for path in glob.glob(os.path.join(self.mails, "**/new/*"), recursive=True):
            with open(path, "rb") as file:
                found.append(file.read())
        return found


class Exim(MailServer):
    name, account = "exim", "Debian-exim"

    @staticmethod
    def why_not():
        return None if namespaces("-Um", "--map-root-user") else "no user namespaces here"

    def __init__(self, stage, folder, certificate, user, password):
        super().__init__(stage, folder, certificate, user, password, ["--user", "--mount",
            f"--map-user={OWNER}", f"--map-group={OWNER}", "--keep-caps"])

    def prepare(self):
        self.folder("spool")
        self.folder("log")
        login = f"{{eq{{$auth%d}}{{{self.user}}}}}{{eq{{$auth%d}}{{{self.password}}}}}"
        config = self.write("exim.conf", f"""\
exim_path = {self.programs}/usr/sbin/exim4
primary_hostname = exim.example.org
spool_directory = {self.path("spool")}
log_file_path = {self.path("log")}/%slog
pid_file_path = {self.path("pid")}
deliver_drop_privilege = true
keep_environment =
local_interfaces = 127.0.0.1
daemon_smtp_ports = {" : ".join(str(port) for port in self.ports.values())}
tls_on_connect_ports = {self.ports["tls"]}
tls_certificate = {self.certificate}
tls_advertise_hosts = *
auth_advertise_hosts = *
host_lookup =
rfc1413_query_timeout = 0s
message_size_limit = 100K
smtp_accept_queue_per_connection = 0
acl_smtp_rcpt = rcpt
begin acl
rcpt:
  deny !domains = {DOMAIN}
       message = relay not permitted
  deny !authenticated = *
       message = authentication required
  deny !local_parts = ops
       message = no such user here
  accept
begin routers
all:
  driver = accept
  transport = maildir
begin transports
maildir:
  driver = appendfile
  directory = {self.mails}
  maildir_format
  return_path_add
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_condition = ${{if and{{{login % (2, 3)}}}}}
  server_set_id = $auth2
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = Username:: : Password::
  server_condition = ${{if and{{{login % (1, 2)}}}}}
  server_set_id = $auth1
""")
        return [f"{self.programs}/usr/sbin/exim4", "-C", config, "-bdf"]


class Postfix(MailServer):
    name, account = "postfix", "postfix"

    @staticmethod
    def why_not():
        if os.getuid() != 0:
            return "Postfix wants to be started by root"
        return None if namespaces("-m") else "no mount namespaces here"

    def __init__(self, stage, folder, certificate, user, password):
        super().__init__(stage, folder, certificate, user, password, ["--mount"])

    def without(self, path):
        text = super().without(path)
        return text + (f"reader:x:{READER}:{READER}::/:/bin/false\n"
            if path.endswith("passwd") else f"reader:x:{READER}:\n")

    def make_queue(self):
        for name in ("incoming", "active", "deferred", "bounce", "defer", "trace", "corrupt",
                "flush", "saved", "hold", "private"):
            self.folder("spool/" + name, OWNER, 0o700)
        self.folder("spool/pid")
        self.folder("spool/public", OWNER, 0o710, DROP)
        self.folder("spool/maildrop", OWNER, 0o730, DROP)
        self.folder("data", OWNER, 0o700)
        os.chown(self.mails, READER, READER)

    def make_users(self):
        self.folder("etc/sasl")
        self.write("etc/sasl/smtpd.conf", "pwcheck_method: auxprop\nauxprop_plugin: sasldb\n"
            f"mech_list: SCRAM-SHA-256 PLAIN LOGIN\nsasldb_path: {self.path('etc/sasldb')}\n")
        subprocess.run([f"{self.programs}/usr/sbin/saslpasswd2", "-p", "-c", "-f",
            self.path("etc/sasldb"), "-u", DOMAIN, self.user.split("@")[0]],
            input=self.password.encode(), check=True, capture_output=True)
        os.chown(self.path("etc/sasldb"), OWNER, OWNER)

    def prepare(self):
        self.make_queue()
        self.make_users()
        library = f"{self.programs}/usr/lib/postfix"
        self.write("etc/main.cf", f"""\
compatibility_level = 3.6
queue_directory = {self.path("spool")}
data_directory = {self.path("data")}
command_directory = {self.programs}/usr/sbin
daemon_directory = {library}/sbin
shlib_directory = {library}
import_environment = MAIL_CONFIG TZ LANG=C LD_LIBRARY_PATH={library}
mail_owner = postfix
setgid_group = postdrop
myhostname = postfix.example.org
mydestination =
mynetworks =
inet_interfaces = 127.0.0.1
alias_maps =
maillog_file = {self.path("log")}
maillog_file_prefixes = {self.home}
message_size_limit = 100000
virtual_mailbox_domains = {DOMAIN}
virtual_mailbox_base = {self.mails}
virtual_mailbox_maps = inline:{{ ops@{DOMAIN}=ops/ }}
virtual_uid_maps = static:{READER}
virtual_gid_maps = static:{READER}
smtpd_recipient_restrictions =
    reject_unauth_destination, permit_sasl_authenticated, reject
smtpd_sasl_auth_enable = yes
smtpd_sasl_local_domain = {DOMAIN}
smtpd_tls_cert_file = {self.certificate}
smtpd_tls_key_file = {self.certificate}
smtpd_tls_security_level = may
""")
        smtpd = {"none": "tls_security_level=none", "starttls": "tls_auth_only=yes",
            "tls": "tls_wrappermode=yes"}
        self.write("etc/master.cf", "".join(f"{port} inet n - n - - smtpd -o smtpd_{smtpd[name]}\n"
            for name, port in self.ports.items()) + """\
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
""")
        return ["env", f"LD_LIBRARY_PATH={library}", f"MAIL_CONFIG={self.path('etc')}",
            f"{library}/sbin/master", "-d", "-c", self.path("etc")]
