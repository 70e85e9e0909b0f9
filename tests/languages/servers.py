"""The servers that the languages are put to, each a process on a free port of 127.0.0.1."""

import contextlib
import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import threading
import time

from languages import SOURCE

START_SECONDS = 30


class Server:
    """A process that says "listening on HOST:PORT" on standard error, and may be ended and started again there."""

    def __init__(self, command, log, environment=None):
        self.command, self.log = [str(part) for part in command], pathlib.Path(log)
        self.environment = environment
        self.process = self.address = None

    def start(self, listen="127.0.0.1:0"):
        begun = self.log.stat().st_size if self.log.exists() else 0
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([*self.command, f"--listen={listen}"], stdin=subprocess.DEVNULL,
                                            stdout=subprocess.DEVNULL, stderr=log, env=self.environment)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            for line in self.log.read_bytes()[begun:].decode().splitlines():
                if " listening on " in line:
                    self.address = line.split()[-1]
                    return self
            time.sleep(0.02)
        raise RuntimeError(f"{self.command[0]} did not start; the end of its log:\n{self.log.read_text()[-2000:]}")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def terminate(self):
        """SIGTERM, and waits for the end."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)

    def restart(self):
        """Starts it where it listened before."""
        self.start(self.address)

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.kill()


class FirstCallRefused:
    """A port that refuses whoever comes, until somebody has come."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.came = threading.Event()
        threading.Thread(target=self._refuse, daemon=True).start()

    def _refuse(self):
        with contextlib.suppress(OSError):
            connection, _ = self.listener.accept()
            self.listener.close()
            connection.close()
            self.came.set()


def hotlined(programs, log, corpus=SOURCE / "data"):
    """The server under test, which is gone at once when it is told to leave. Not started."""
    return Server([programs / "hotlined", "--lame_duck=0", f"--corpus={corpus}"], log)


def logs():
    """A folder for logs: kept where HOTLINE_LANGUAGES_LOGS names one."""
    kept = os.environ.get("HOTLINE_LANGUAGES_LOGS")
    if kept:
        pathlib.Path(kept).mkdir(parents=True, exist_ok=True)
        return contextlib.nullcontext(kept)
    return tempfile.TemporaryDirectory()
