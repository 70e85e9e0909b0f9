"""Three replicas of hotlined, a load balancer before them, and a load driver: what the tests of balancers are made of.

The balancers run with the very files of server/deploy/. Those name fixed addresses, which all are loopback's: the
balancer is 127.0.0.10:50051, the replicas are 127.0.0.11 to 127.0.0.13 at the same port. Ports on addresses of their own
cannot be taken by an outgoing connection, which comes from 127.0.0.1. Without a balancer the replicas are 127.0.0.21 to
127.0.0.23, so that such a run may take place beside another.

Every process is ended by whoever started it: use the classes as context managers.
"""

import contextlib
import json
import os
import pathlib
import re
import resource
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.request

SOURCE = pathlib.Path(__file__).resolve().parents[2]
DEPLOY = SOURCE / "server/deploy"
PORT = 50051
PROXY = f"127.0.0.10:{PORT}"
# Processes at once have thousands of connections.
FILES = 65536


class Failure(Exception):
    """What a test expected did not come about; the text says what."""


def wait_until(condition, seconds, what):
    """Polls until condition() is true. Raises Failure after so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise Failure(f"{what}: not within {seconds:g} s")
        threading.Event().wait(0.02)


def pause(seconds):
    """Lets time pass that is part of the fault, such as two seconds between one kill and the next."""
    threading.Event().wait(seconds)


class Process:
    """A program whose output is kept in files, of which each run has its own."""

    def __init__(self, arguments, folder, name, small_stacks=False):
        self.name = name
        self.output_file = pathlib.Path(folder) / f"{name}.out"
        self.error_file = pathlib.Path(folder) / f"{name}.err"

        def prepare():
            _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(FILES, hard), hard))
            if small_stacks:
                resource.setrlimit(resource.RLIMIT_STACK, (256 * 1024, 256 * 1024))

        with open(self.output_file, "wb") as output, open(self.error_file, "wb") as error:
            self.process = subprocess.Popen([str(a) for a in arguments], stdin=subprocess.DEVNULL, stdout=output,
                                            stderr=error, preexec_fn=prepare)

    @property
    def error(self):
        return self.error_file.read_text(errors="replace")

    @property
    def output(self):
        return self.output_file.read_text(errors="replace")

    def running(self):
        return self.process.poll() is None

    def signal(self, number):
        self.process.send_signal(number)

    def wait_for_error_line(self, text, seconds=20):
        """Waits until a line with the text came on standard error, and returns the first one."""
        found = []

        def seen():
            found[:] = [line for line in self.error.splitlines() if text in line]
            if not found and not self.running():
                raise Failure(f"{self.name} ended with {self.process.returncode}:\n{self.error[-2000:]}")
            return bool(found)

        wait_until(seen, seconds, f"{self.name}: \"{text}\"")
        return found[0]

    def wait(self, seconds):
        """Waits for its end, and returns the exit code."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Failure(f"{self.name} still runs after {seconds:g} s") from None

    def close(self):
        if self.running():
            self.signal(signal.SIGCONT)
            self.signal(signal.SIGKILL)
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def write_corpus(folder, events=240, title="letter"):
    """Writes a corpus of one day with evenly spaced events, ten to a document. Another `title` makes another revision
    with the same events."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "finding_aid.txt").write_text("A corpus for load balancers\n\n1. Kennedy to Khrushchev, 1 January 1962\n")
    text = ['default_time_zone: "UTC" finding_aid_source: "finding-aid"\n'
            'sources { id: "finding-aid" short_name: "finding aid" title: "The finding aid" }\n'
            'participants { id: "kennedy" display_name: "John F. Kennedy" time_zone: "UTC" audience: "washington"'
            ' also_written: "Kennedy" }\n'
            'participants { id: "khrushchev" display_name: "Nikita S. Khrushchev" time_zone: "UTC" audience: "moscow"'
            ' also_written: "Khrushchev" }\n'
            'audiences { id: "washington" display_name: "Washington" }\n'
            'audiences { id: "moscow" display_name: "Moscow" }\n']
    for event in range(events):
        if event % 10 == 0:
            number = event // 10
            text.append(f'{"}" if event else ""}\ndocuments {{\n  id: "letter-{number}" {"" if event else "positions: 1"}'
                        f' kind: DOCUMENT_KIND_LETTER title: "Kennedy to Khrushchev: {title} {number}"\n'
                        '  authors: "kennedy" recipients: "khrushchev" publicity: PUBLICITY_PRIVATE\n')
        minute = event * 24 * 60 // events
        text.append(f'  events {{ type: EVENT_TYPE_SENT date: "1962-01-01T{minute // 60:02}:{minute % 60:02}Z"'
                    ' place: "Washington" actor: "Department of State" channel: "Deptel 961"'
                    ' known_to: "washington" source: "finding-aid" }\n')
    (folder / "curation.textproto").write_text("".join(text) + "}\n")
    return folder


class Replica:
    """One hotlined at an address of its own, which may be ended and started again."""

    def __init__(self, hotlined, address, corpus, folder, flags=()):
        self.hotlined, self.address, self.corpus, self.folder = hotlined, address, corpus, pathlib.Path(folder)
        self.flags = list(flags)
        self.name = "replica-" + address.split(":")[0].split(".")[-1]
        self.starts = 0
        self.process = None

    def start(self, wait=True):
        self.starts += 1
        self.process = Process([self.hotlined, f"--listen={self.address}", f"--corpus={self.corpus}", *self.flags],
                               self.folder, f"{self.name}.{self.starts}")
        if wait:
            self.await_listening()

    def await_listening(self):
        self.process.wait_for_error_line(f"listening on {self.address}")

    def kill(self):
        self.process.signal(signal.SIGKILL)
        self.process.wait(10)

    def begin_drain(self):
        self.process.signal(signal.SIGTERM)

    def await_drained(self, seconds):
        """Waits for the end of a drain, which is to be exit code 0."""
        code = self.process.wait(seconds)
        if code != 0:
            raise Failure(f"{self.name} drained with exit code {code}:\n{self.process.error[-2000:]}")

    def freeze(self):
        self.process.signal(signal.SIGSTOP)

    def thaw(self):
        self.process.signal(signal.SIGCONT)

    def put_corpus(self, source):
        """Puts another corpus into this replica's folder, which must be its own."""
        for name in ("finding_aid.txt", "curation.textproto"):
            (pathlib.Path(self.corpus) / name).write_text((pathlib.Path(source) / name).read_text())

    def reload(self, source):
        """Has it read another corpus. Returns the revision."""
        self.put_corpus(source)
        self.process.signal(signal.SIGHUP)
        line = self.process.wait_for_error_line("SIGHUP: serving revision")
        return re.search(r"revision ([^ ,]+)", line).group(1)

    def metrics(self):
        """Every sample of the metrics page, by its text up to the value. Needs --metrics_listen among the flags."""
        line = self.process.wait_for_error_line("metrics on ")
        address = line.split("metrics on ")[1].split()[0]
        with urllib.request.urlopen(f"http://{address}/metrics", timeout=5) as page:
            lines = page.read().decode().splitlines()
        return {name: float(value) for name, value in
                (line.rsplit(" ", 1) for line in lines if line and not line.startswith("#"))}

    def close(self):
        if self.process is not None:
            self.process.close()


class Replicas:
    """Three of them, each with a corpus of its own, running."""

    def __init__(self, hotlined, addresses, folder, flags=(), events=240):
        self.all = []
        for address in addresses:
            corpus = write_corpus(pathlib.Path(folder) / f"corpus-{address.split(':')[0]}", events)
            self.all.append(Replica(hotlined, address, corpus, folder, flags))

    def __enter__(self):
        try:
            for replica in self.all:
                replica.start(wait=False)
            for replica in self.all:
                replica.await_listening()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for replica in self.all:
            replica.close()

    def __iter__(self):
        return iter(self.all)

    def __getitem__(self, index):
        return self.all[index]


class Balancer:
    """A load balancer with its file of server/deploy/, or another one that a test made of it."""

    name = ""
    replicas = [f"127.0.0.{i}:{PORT}" for i in (11, 12, 13)]
    target = PROXY

    def __init__(self, folder, config=None):
        self.folder = pathlib.Path(folder)
        self.config = pathlib.Path(config or DEPLOY / self.config_name) if self.config_name else None
        self.process = None

    config_name = None

    def command(self):
        raise NotImplementedError

    def healthy(self):
        """How many replicas it sends calls to; None where it does not say."""
        return None

    def __enter__(self):
        host, port = self.target.split(":")
        self.process = Process(self.command(), self.folder, self.name)
        try:
            wait_until(lambda: self.answers(host, int(port)), 20, f"{self.name}: listening on {self.target}")
            self.await_healthy(3)
        except BaseException:
            self.process.close()
            raise
        return self

    def answers(self, host, port):
        if not self.process.running():
            raise Failure(f"{self.name} ended with {self.process.process.returncode}:\n{self.process.error[-2000:]}")
        try:
            socket.create_connection((host, port), 1).close()
        except OSError:
            return False
        return True

    def await_healthy(self, count, seconds=20):
        """Waits until it sends calls to exactly so many replicas. Returns at once where it does not say."""
        wait_until(lambda: self.healthy() in (None, count), seconds, f"{self.name}: {count} healthy replicas")

    def __exit__(self, *_):
        self.process.signal(signal.SIGTERM)
        try:
            self.process.wait(5)
        except Failure:
            pass
        self.process.close()


class Envoy(Balancer):
    name = "envoy"
    config_name = "envoy.yaml"
    admin = "127.0.0.10:9901"

    def command(self):
        # A base id of its own, since Envoys of one id share memory.
        return [SOURCE / "build/balancer/bin/envoy", "-c", self.config, "--base-id", str(os.getpid() % 30000 + 1),
                "--concurrency", "1", "--log-level", "warning"]

    def healthy(self):
        with urllib.request.urlopen(f"http://{self.admin}/clusters?format=json", timeout=5) as page:
            clusters = json.load(page).get("cluster_statuses", [])
        hosts = [host["health_status"] for cluster in clusters for host in cluster.get("host_statuses", [])]
        return sum(1 for host in hosts
                   if host.get("eds_health_status", "HEALTHY") == "HEALTHY"
                   and not any(bad in host for bad in ("failed_active_health_check", "failed_outlier_check")))


class HAProxy(Balancer):
    name = "haproxy"
    config_name = "haproxy.cfg"

    def command(self):
        # In the foreground, as one process.
        return ["/usr/sbin/haproxy", "-db", "-f", self.config]

    def healthy(self):
        with urllib.request.urlopen("http://127.0.0.10:8404/;csv", timeout=5) as page:
            rows = [line.split(",") for line in page.read().decode().splitlines()]
        status = rows[0].index("status")
        return sum(1 for row in rows if row[0] == "streams" and row[1].startswith("replica") and row[status] == "UP")


class Nginx(Balancer):
    name = "nginx"
    config_name = "nginx.conf"

    def command(self):
        return ["/usr/sbin/nginx", "-c", self.config, "-e", "stderr", "-g",
                f"daemon off; pid {self.folder}/nginx.pid;"]


class Nobody(Balancer):
    """No balancer: the SDK knows every replica."""

    name = "none"
    replicas = [f"127.0.0.{i}:{PORT}" for i in (21, 22, 23)]
    target = "ipv4:" + ",".join(replicas)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


BALANCERS = {balancer.name: balancer for balancer in (Envoy, HAProxy, Nginx, Nobody)}


class Load:
    """A run of balancer_load (its --help lists the flags)."""

    runs = 0

    def __init__(self, program, target, folder, **flags):
        Load.runs += 1
        self.process = Process([program, f"--target={target}", *(f"--{name}={value}" for name, value in flags.items())],
                               folder, f"load.{Load.runs}", small_stacks=True)

    def await_opened(self, seconds=60):
        """Waits until every playback has begun."""
        self.process.wait_for_error_line("opened", seconds)

    def running(self):
        return self.process.running()

    def report(self, seconds=180):
        """Waits for its end, and returns its figures (report.h)."""
        code = self.process.wait(seconds)
        if code != 0:
            raise Failure(f"balancer_load ended with {code}:\n{self.process.error[-2000:]}")
        return json.loads(self.process.output)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.close()


def faults_of(report):
    """What is not as it should be in a report, each as a line; nothing where all is well."""
    faults = [f"{report[name]:g} {name}" for name in
              ("lost", "repeated", "out_of_order", "different", "violations", "controls_failed", "unary_failed")
              if report[name]]
    if report["complete"] != report["playbacks"]:
        faults.append(f"{report['playbacks'] - report['complete']:g} playbacks did not come to their end")
    for kind in ("clock_falls", "playback_failures", "unary_failures"):
        faults += [f"{count:g} times: {text}" for text, count in report[kind].items()]
    return faults


@contextlib.contextmanager
def new_folder(name):
    """A folder for the corpora and logs of a run. It is removed, unless HOTLINE_BALANCER_LOGS names where to keep it."""
    if keep := os.environ.get("HOTLINE_BALANCER_LOGS"):
        yield tempfile.mkdtemp(prefix=f"{name}-", dir=keep)
    else:
        with tempfile.TemporaryDirectory(prefix=f"hotline-{name}-") as folder:
            yield folder
