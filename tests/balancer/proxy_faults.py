"""What one client's attack, and a proxy's own timeouts and restarts, do to the playbacks and calls of others.

usage: proxy_faults.py BIN_DIR [--proxy=NAME,...] [--fault=NAME,...]

Each fault is put to a proxy with its file of server/deploy/, in which only the addresses are others and, for some faults,
a timeout is shortened. Beside it run paced playbacks and unary calls of the SDK. Attacks are to leave them alone: no
playback is so much as resumed. Where the proxy ends playbacks, each is to be resumed with every item exactly once.
"""

import argparse
import contextlib
import functools
import os
import pathlib
import signal
import socket
import struct
import sys
import time
import traceback
import urllib.request

import harness
from harness import Failure, Load, pause, wait_until

os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # it would tell of every connection that an attack ends
import grpc  # noqa: E402

# In place of harness.py's addresses, so that both may run beside each other.
PROXY_HOST = "127.0.0.40"
REPLICAS = [f"127.0.0.{i}:{harness.PORT}" for i in (41, 42, 43)]
PLAYBACKS = 60
GET_CORPUS = "/hotline.v1.ArchiveService/GetCorpus"


# HTTP/2 by hand, for what no gRPC client would send.


def frame(kind, flags, stream, payload):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def literal(text):
    length, prefix = len(text), b""
    if length >= 127:
        prefix, length = b"\x7f", length - 127
        while length >= 128:
            prefix, length = prefix + bytes([length % 128 + 128]), length // 128
    return prefix + bytes([length]) + text


def headers(path, *more):
    """Of a gRPC call, in literals that enter no table."""
    fields = [(b":method", b"POST"), (b":scheme", b"http"), (b":path", path.encode()), (b":authority", b"localhost"),
              (b"te", b"trailers"), (b"content-type", b"application/grpc"), *more]
    return b"".join(b"\0" + literal(name) + literal(value) for name, value in fields)


def channel_of_its_own():
    """gRPC's channels share connections, and how long to wait before the next attempt to connect."""
    return grpc.insecure_channel(f"{PROXY_HOST}:{harness.PORT}", [("grpc.use_local_subchannel_pool", 1)])


def connect():
    attacker = socket.create_connection((PROXY_HOST, harness.PORT), 5)
    attacker.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0, b""))
    return attacker


# Proxies at other addresses, with other timeouts.


class Proxy:
    """A proxy of harness.py with its file, in which texts are replaced: `edits` are pairs of an old and a new one."""

    def __init__(self, kind, folder, edits=()):
        text = (harness.DEPLOY / kind.config_name).read_text()
        for old, new in [("127.0.0.10", PROXY_HOST), *((f"127.0.0.1{i}:", f"127.0.0.4{i}:") for i in (1, 2, 3)),
                         *((f"127.0.0.1{i},", f"127.0.0.4{i},") for i in (1, 2, 3)), *edits]:
            if old not in text and (old, new) in edits:
                raise Failure(f"{kind.config_name} has no \"{old}\" any more")
            text = text.replace(old, new)
        config = pathlib.Path(folder) / kind.config_name
        config.write_text(text)
        self.kind = kind(folder, config)
        self.folder, self.starts, self.process = folder, 0, None

    def command(self):
        command = self.kind.command()
        # As a service runs it, with a master that takes reloads.
        return [command[0], "-W", *command[1:]] if self.kind.name == "haproxy" else command

    def start(self):
        self.starts += 1
        self.process = harness.Process(self.command(), self.folder, f"{self.kind.name}.{self.starts}")
        with channel_of_its_own() as channel:
            call = channel.unary_unary(GET_CORPUS, request_serializer=bytes, response_deserializer=bytes)

            def served():
                if not self.process.running():
                    raise Failure(f"{self.kind.name} ended:\n{self.process.error[-2000:]}")
                try:
                    return all(call(b"", timeout=2) is not None for _ in range(12))
                except grpc.RpcError:
                    return False

            wait_until(served, 20, f"{self.kind.name}: calls served")

    def stop(self):
        self.process.signal(signal.SIGTERM)
        try:
            self.process.wait(5)
        finally:
            self.process.close()

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.process is not None and self.process.running():
            with contextlib.suppress(Failure):
                self.stop()


class Lane:
    def __init__(self, proxy, replicas, programs, folder):
        self.proxy, self.replicas, self.programs, self.folder = proxy, replicas, programs, folder

    def load(self, **flags):
        return Load(self.programs / "balancer_load", f"{PROXY_HOST}:{harness.PORT}", self.folder,
                    **{"playbacks": PLAYBACKS, "open_over": "1s", "unary_rate": 40, "day_length": "5s", **flags})


def expect(condition, text):
    if not condition:
        raise Failure(text)


def check(report, faults, resumed):
    """`resumed`: whether playbacks were to be resumed, or left alone."""
    faults += harness.faults_of(report)
    if resumed and report["resumes"] < PLAYBACKS / 4:
        faults.append(f"only {report['resumes']:g} resumes: the fault did not strike")
    if not resumed and report["resumes"]:
        faults.append(f"{report['resumes']:g} playbacks of others were cut")
    return report


# The attacks.


def large_metadata(lane, faults):
    """9, 15 and 30 KB of metadata in calls of another client."""
    codes = {}
    with lane.load() as load:
        load.await_opened()
        with channel_of_its_own() as channel:
            call = channel.unary_unary(GET_CORPUS, request_serializer=bytes, response_deserializer=bytes)
            for kilobytes in (9, 15, 30):
                for _ in range(10):
                    try:
                        call(b"", timeout=5, metadata=[("filler", "x" * kilobytes * 1000)])
                        code = "OK"
                    except grpc.RpcError as error:
                        code = error.code().name
                    codes.setdefault(f"{kilobytes} KB", set()).add(code)
        report = check(load.report(), faults, resumed=False)
    return report, ", ".join(f"{size}: {'/'.join(sorted(seen))}" for size, seen in codes.items())


def bad_binary_header(lane, faults):
    """A "-bin" header that is no base64, for which gRPC drops a whole connection."""
    with lane.load() as load:
        load.await_opened()
        for _ in range(20):
            with connect() as attacker:
                attacker.sendall(frame(1, 4, 1, headers(GET_CORPUS, (b"bad-bin", b"*!*"))) +
                                 frame(0, 1, 1, bytes(5)))
                attacker.settimeout(5)
                expect(attacker.recv(4096), "the proxy answered nothing")
        report = check(load.report(), faults, resumed=False)
    return report, "20 such calls"


def rapid_reset(lane, faults):
    """5,000 calls that are reset at once (CVE-2023-44487)."""
    block = headers(GET_CORPUS)
    with lane.load() as load:
        load.await_opened()
        pairs = 0
        with connect() as attacker:
            attacker.settimeout(5)
            with contextlib.suppress(ConnectionError):
                for stream in range(1, 10_001, 2):
                    attacker.sendall(frame(1, 4, stream, block) + frame(3, 0, stream, struct.pack(">I", 8)))
                    pairs += 1
            attacker.setblocking(False)
            closed = pairs < 5_000

            def cut():
                try:
                    return not attacker.recv(65536)
                except BlockingIOError:
                    return False
                except ConnectionError:
                    return True

            with contextlib.suppress(Failure):
                wait_until(cut, 2, "cut")
                closed = True
        report = check(load.report(), faults, resumed=False)
    if lane.proxy.kind.name == "envoy" and not closed:
        faults.append("Envoy did not cut the attacker")
    return report, f"attacker {'cut after' if closed else 'not cut within'} {pairs} pairs"


# What proxies do by themselves.


def end_by_timeout(lane, faults):
    """A timeout of the proxy ends every playback that lives so long."""
    with lane.load() as load:
        report = check(load.report(), faults, resumed=True)
    return report, ""


def end_by_silence(lane, faults, **flags):
    """A replica is silent, since it is frozen, and the proxy's idle timeout ends its playbacks."""
    with lane.load(day_length="8s", **flags) as load:
        load.await_opened()
        begun = time.time()
        lane.replicas[0].freeze()
        pause(4)
        lane.replicas[0].thaw()
        report = check(load.report(), faults, resumed=True)
    first = min(moment for moment in report["resumed_at"] if moment > begun) - begun
    return report, f"first resumed {first:.1f} s after the replica froze"


def restart(lane, faults):
    """SIGTERM to the proxy, and another one in its place."""
    # Playbacks alone: to whom a unary call went while nothing listened, that fails in the end.
    with lane.load(unary_rate=0) as load:
        load.await_opened()
        lane.proxy.stop()
        lane.proxy.start()
        report = check(load.report(), faults, resumed=True)
    return report, ""


def reload(lane, faults):
    """The proxy reads its file again, and its old workers end after two seconds with what they still serve."""
    with lane.load() as load:
        load.await_opened()
        lane.proxy.process.signal(signal.SIGUSR2 if lane.proxy.kind.name == "haproxy" else signal.SIGHUP)
        report = check(load.report(), faults, resumed=True)
    return report, ""


def down_in_lame_duck(lane, faults):
    """A replica says NOT_SERVING: how long until HAProxy sends it nothing more."""

    def down():
        with urllib.request.urlopen(f"http://{PROXY_HOST}:8404/;csv", timeout=5) as page:
            rows = [line.split(",") for line in page.read().decode().splitlines()]
        status = rows[0].index("status")
        return any(row[0] == "streams" and row[1] == "replica1" and row[status].startswith("DOWN") for row in rows)

    with lane.load() as load:
        load.await_opened()
        begun = time.monotonic()
        lane.replicas[0].begin_drain()
        wait_until(down, 2, "DOWN in HAProxy")
        took = time.monotonic() - begun
        expect(lane.replicas[0].process.running(), "the replica was gone before HAProxy saw NOT_SERVING")
        lane.replicas[0].await_drained(10)
        report = check(load.report(), faults, resumed=True)
    return report, f"DOWN {took:.2f} s after SIGTERM"


STREAM_ROUTES = "route: { cluster: hotline, timeout: 0s }"
# Name, proxy, fault, edits of its file.
FAULTS = [
    ("metadata", harness.Envoy, large_metadata, []),
    ("-bin", harness.Envoy, bad_binary_header, []),
    ("resets", harness.Envoy, rapid_reset, []),
    ("route", harness.Envoy, end_by_timeout, [(STREAM_ROUTES, STREAM_ROUTES.replace("0s", "3s"))]),
    ("duration", harness.Envoy, end_by_timeout,
     [(STREAM_ROUTES, STREAM_ROUTES.replace("0s", "0s, max_stream_duration: { max_stream_duration: 4s }"))]),
    ("idle", harness.Envoy, end_by_silence, [("stream_idle_timeout: 300s", "stream_idle_timeout: 2s")]),
    ("restart", harness.Envoy, restart, []),
    ("metadata", harness.HAProxy, large_metadata, []),
    ("-bin", harness.HAProxy, bad_binary_header, []),
    ("resets", harness.HAProxy, rapid_reset, []),
    ("idle", harness.HAProxy, end_by_silence, [("timeout server 40s", "timeout server 2s")]),
    ("reload", harness.HAProxy, reload, [("hard-stop-after 30s", "hard-stop-after 2s")]),
    ("drain", harness.HAProxy, down_in_lame_duck, []),
    ("metadata", harness.Nginx, large_metadata, []),
    ("-bin", harness.Nginx, bad_binary_header, []),
    ("resets", harness.Nginx, rapid_reset, []),
    ("idle", harness.Nginx, end_by_silence, [("grpc_read_timeout 40s", "grpc_read_timeout 2s")]),
    # Counts where neither side says anything, and only for calls whose client may go on to speak.
    ("body", harness.Nginx, functools.partial(end_by_silence, controlled_percent=100),
     [("client_body_timeout 1h", "client_body_timeout 2s")]),
    ("reload", harness.Nginx, reload, [("worker_shutdown_timeout 30s", "worker_shutdown_timeout 2s")]),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin_dir", type=pathlib.Path)
    parser.add_argument("--proxy", default="envoy,haproxy,nginx")
    parser.add_argument("--fault", default=",".join(dict.fromkeys(name for name, *_ in FAULTS)))
    arguments = parser.parse_args()
    programs = arguments.bin_dir.resolve()

    begun, rows = time.monotonic(), []
    with harness.new_folder("faults") as folder, \
            harness.Replicas(programs / "hotlined", REPLICAS, folder,
                             ["--drain_window=6s", "--lame_duck=3s"]) as replicas:
        for name, kind, fault, edits in FAULTS:
            if kind.name not in arguments.proxy.split(",") or name not in arguments.fault.split(","):
                continue
            faults, report, note, fault_begun = [], None, "", time.monotonic()
            try:
                for replica in replicas:
                    if not replica.process.running():
                        replica.start()
                with Proxy(kind, folder, edits) as proxy:
                    report, note = fault(Lane(proxy, replicas, programs, folder), faults)
            except Failure as failure:
                faults.append(str(failure))
            except Exception:  # a fault of the test is one of the run
                faults.append(traceback.format_exc())
            rows.append((kind.name, name, report, note, faults))
            print(f"{kind.name:8} {name:9} {'ok' if not faults else 'FAILED'}: {note}"
                  f" ({time.monotonic() - fault_begun:.0f} s)", flush=True)
            for text in faults:
                print(f"    {text}", flush=True)

    columns = ("playbacks", "items", "lost", "repeated", "resumes", "unary_calls", "unary_failed")
    print(f"\n{'proxy':9}{'fault':10}" + "".join(f"{column:>13}" for column in columns))
    for proxy, name, report, _, _ in rows:
        print(f"{proxy:9}{name:10}" + "".join(f"{f'{report[c]:g}' if report else '-':>13}" for c in columns))
    print(f"{time.monotonic() - begun:.0f} s in all")
    return 1 if any(faults for *_, faults in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
