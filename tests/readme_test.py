"""Runs every command and block of code in the README and compares what it prints.

usage: readme_test.py SOURCE_DIR BIN_DIR PYTHON

A block of `console` is run against a real server (readme_blocks.py). A block of `python` is the program play.py. A block
of `cpp` must stand in client/examples/cpp/quickstart.cc, which is compiled and run elsewhere. Other languages fail.
"""

import os
import pathlib
import sys
import tempfile

from readme_blocks import blocks, commands, matches, run, start_server

SOURCE, BIN, PYTHON = (pathlib.Path(argument).absolute() for argument in sys.argv[1:])


def run_here(command, folder, address):
    environment = dict(os.environ, HOTLINE_SERVER=address, PATH=f"{BIN}:{PYTHON.parent}:{os.environ['PATH']}")
    if command == "make play":
        command = f"'{SOURCE}/.ci/play' '{BIN}'"  # the last step of it; the steps before it made this test
    return run(command, folder, environment)


def without_indent(text):
    return "\n".join(line.strip() for line in text.splitlines())


def check(language, body, folder, address):
    """Returns what is wrong with a block, and how many commands it ran."""
    if language == "python":
        (folder / "play.py").write_text(body)
        return [], 0
    if language == "cpp":
        program = without_indent((SOURCE / "client/examples/cpp/quickstart.cc").read_text())
        return [] if without_indent(body) in program else [f"not in quickstart.cc:\n{body}"], 0
    if language != "console":
        return [f"nobody runs a block of {language or 'no language'}:\n{body}"], 0
    faults, count = [], 0
    for command, expected in commands(body):
        if "$HOTLINE_WEB" in command:
            continue  # run by languages/web/http_test.py, since it takes Envoy
        actual = run_here(command, folder, address)
        count += 1
        if not matches(expected, actual):
            faults.append(f"$ {command}\n-- the README has\n{expected}-- it prints\n{actual}")
    return faults, count


def main():
    faults, count = [], 0
    server, address = start_server(BIN)
    try:
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "proto").symlink_to(SOURCE / "proto")
            for language, body in blocks((SOURCE / "README.md").read_text()):
                found, ran = check(language, body, folder, address)
                faults += found
                count += ran
    finally:
        server.terminate()
        server.wait()
    if count == 0:
        faults.append("no command was run")
    print("\n".join(faults) or f"{count} commands as the README has them")
    return 1 if faults else 0


sys.exit(main())
