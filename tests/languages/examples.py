"""Runs the program `crisis` of one language as a person would, and lets its server die under it."""

import os
import pathlib
import re
import subprocess
import sys
import threading
import time

import servers
from languages import HERE, SOURCE

sys.path.insert(0, str(SOURCE / "tests"))
import readme_blocks  # noqa: E402

SECONDS = 60
LAST_ORDINAL = 36  # of the whole timeline of the shipped corpus


def run_console(text, language, address):
    """Yields what was wrong with the commands of a console's text. Any program named crisis is the built one."""
    environment = dict(os.environ, HOTLINE_SERVER=address)
    for command, expected in readme_blocks.commands(text):
        arguments = re.sub(r"^\S*crisis(\.\w+)?(?=\s|$)", "crisis", command)
        program = f'crisis() {{ "{language.folder}/crisis" "$@"; }}; {arguments}'
        actual = readme_blocks.run(program, language.example, environment)
        if not readme_blocks.matches(expected, actual):
            yield f"$ {command}\n-- expected\n{expected}-- it prints\n{actual}"


class Following:
    """A program that follows the crisis, line by line."""

    def __init__(self, command, address, ordinals_of):
        self.process = subprocess.Popen(command, env=dict(os.environ, HOTLINE_SERVER=address), stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.ordinals_of = ordinals_of
        self.ordinals, self.lines, self.errors = [], [], []
        self.changed = threading.Condition()
        self.over = False
        self.readers = [threading.Thread(target=self._read), threading.Thread(target=self._read_errors)]
        for reader in self.readers:
            reader.start()

    def _read(self):
        for line in self.process.stdout:
            with self.changed:
                self.lines.append(line)
                self.ordinals += self.ordinals_of(line)
                self.changed.notify_all()
        with self.changed:
            self.over = True
            self.changed.notify_all()

    def _read_errors(self):
        self.errors += self.process.stderr

    def reach(self, ordinal):
        """Waits until this one came. False: it did not."""
        with self.changed:
            return self.changed.wait_for(lambda: self.over or ordinal in self.ordinals, SECONDS) and not self.over

    def end(self):
        """Waits for the end. Returns the exit code."""
        try:
            return self.process.wait(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()
        finally:
            for reader in self.readers:
                reader.join()


def ordinals_of_text(line):
    found = re.match(r" *(\d+)  \d{4}-\d\d-\d\dT", line)
    return [int(found[1])] if found else []


def survive(command, ordinals_of, programs, log, strike):
    """Lets the server be struck twice in the middle of a playback. Yields what was wrong."""
    server = servers.hotlined(programs, log).start()
    try:
        following = Following(command, server.address, ordinals_of)
        for ordinal in (8, 22):
            if following.reach(ordinal):
                strike(server)
                server.restart()
        code = following.end()
    finally:
        server.stop()
    if code != 0 or following.ordinals != list(range(LAST_ORDINAL + 1)):
        printed = "".join(following.lines[-10:] + following.errors[-20:])
        yield f"exit code {code}, the ordinals are {following.ordinals}; it printed:\n{printed}"
    starts = pathlib.Path(log).read_text().count(" listening on ")
    if starts != 3:
        yield f"the server was started {starts} times, not 3: the playback was over too soon"


def late_server(language, programs, log):
    """Yields what was wrong with a call that was begun before there was a server."""
    port = servers.FirstCallRefused()
    caller = subprocess.Popen([language.folder / "crisis", "day", "1962-10-27"], stdin=subprocess.DEVNULL,
                              env=dict(os.environ, HOTLINE_SERVER=port.address), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
    deadline = time.monotonic() + SECONDS
    while not port.came.wait(0.05):
        if caller.poll() is not None or time.monotonic() > deadline:
            caller.kill()
            yield f"it did not connect; it printed:\n{caller.communicate()[0]}"
            return
    server = servers.hotlined(programs, log).start(port.address)
    try:
        output, _ = caller.communicate(timeout=SECONDS)
    finally:
        caller.kill()
        server.stop()
    if caller.returncode != 0 or not output.endswith("4 documents, days of America/New_York\n"):
        yield f"exit code {caller.returncode}; it printed:\n{output}"


def wrong_usage(language):
    for arguments in (["fly"], [], ["show"], ["--nonsense", "play"]):
        result = subprocess.run([language.folder / "crisis", *arguments], stdin=subprocess.DEVNULL, capture_output=True,
                                text=True, timeout=SECONDS)
        if result.returncode != 2 or not result.stderr:
            yield f"crisis {' '.join(arguments)}: exit code {result.returncode}, {result.stderr!r}"


# What follows the crisis in a language, and how its lines name ordinals.
def follower(language):
    if language.has_example:
        return [language.folder / "crisis", "follow", "1"], ordinals_of_text
    return [language.folder / "follow"], lambda line: [int(line)]


def attempted(check):
    """Returns what was wrong, also where the check itself could not go on."""
    try:
        return list(check())
    except (OSError, RuntimeError, subprocess.TimeoutExpired) as error:
        return [f"{type(error).__name__}: {error}"]


def run(language, address, programs, folder, wanted):
    """Yields (row, what was wrong); None in place of the latter where the language has no such row."""
    follow, ordinals_of = follower(language)

    def console():
        yield from run_console((HERE / "crisis.console").read_text(), language, address)

    def readme():
        text = (language.example / "README.md").read_text()
        consoles = [body for kind, body in readme_blocks.blocks(text) if kind == "console"]
        for body in consoles:
            yield from run_console(body, language, address)
        for command in ("day", "show", "search", "play", "follow"):
            if not any(f"crisis {command}" in body for body in consoles):
                yield f"it does not show `crisis {command}`"

    def log(name):
        return folder / f"{language.name}-{name}.log"

    def own_check():
        result = subprocess.run([language.folder / "check"], env=dict(os.environ, HOTLINE_SERVER=address), text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                timeout=SECONDS)
        if result.returncode != 0:
            yield f"exit code {result.returncode}; it printed:\n{result.stdout}"

    rows = {
        "example: its commands and errors": console if language.has_example else None,
        "example: a wrong command line": (lambda: wrong_usage(language)) if language.has_example else None,
        "example: its README": readme if language.has_example else None,
        "example: a server that starts late":
            (lambda: late_server(language, programs, log("late"))) if language.has_example else None,
        "a server that is killed twice":
            lambda: survive(follow, ordinals_of, programs, log("kill"), servers.Server.kill),
        "a server that drains twice":
            lambda: survive(follow, ordinals_of, programs, log("drain"), servers.Server.terminate),
        "what trips it alone": own_check if (language.folder / "check").exists() else None,
    }
    for row, check in rows.items():
        if wanted is None or row in wanted:
            yield row, attempted(check) if check else None
