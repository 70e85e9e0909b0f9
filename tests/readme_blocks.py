"""Reads the fenced blocks of a README, runs the commands in them, and compares what they print.

In a block of `console`, a line that begins with "$ " is a command for bash, which goes on behind a "\\" at its end. The
lines below it are its whole output, where "..." stands for any number of lines; blanks at a line's end do not count. A
command that fails has "exit code N" as its last line.
"""

import re
import subprocess

TIMEOUT_SECONDS = 100


def blocks(text):
    """Yields (language, body) of each fenced block."""
    yield from re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def commands(body):
    """Yields (command, expected output) of a console block."""
    for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
        yield re.fullmatch(r"((?:.*\\\n)*.*)\n((?:.*\n)*)", part).groups()


def matches(expected, actual):
    expected, actual = (re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE) for text in (expected, actual))
    pieces = re.split(r"^\.\.\.\n", expected, flags=re.MULTILINE)
    return re.fullmatch("(?:.*\n)*?".join(re.escape(piece) for piece in pieces), actual) is not None


def run(command, folder, environment):
    """Returns what a command prints."""
    result = subprocess.run(["bash", "-c", command], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=TIMEOUT_SECONDS)
    return result.stdout + (f"exit code {result.returncode}\n" if result.returncode else "")


def start_server(bin_dir, *flags):
    """Starts hotlined on a free port, and returns its process and its address."""
    server = subprocess.Popen([bin_dir / "hotlined", "--listen=127.0.0.1:0", *flags], stderr=subprocess.PIPE, text=True)
    for line in server.stderr:
        if " listening on " in line:
            return server, line.split()[-1]
    raise SystemExit("hotlined did not start")
