"""Runs every command of the README beside it against a server, and asks the server by reflection.

usage: tools_test.py BIN_DIR TOOLS_DIR

BIN_DIR has hotlined, TOOLS_DIR what build.sh built. A line is printed for each recipe.
"""

import os
import pathlib
import re
import sys

import grpc
from google.protobuf import json_format
from google.rpc import status_pb2

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parents[2]
sys.path.append(str(SOURCE / "tests"))

from readme_blocks import blocks, commands, matches, run, start_server  # noqa: E402
from reflection_client import ReflectionClient, ask_v1  # noqa: E402

SERVICES = ["grpc.health.v1.Health", "grpc.reflection.v1alpha.ServerReflection", "hotline.v1.ArchiveService",
            "hotline.v1.TimelineService"]
METHODS = ["GetCorpus", "GetDocument", "ListDocuments", "SearchDocuments", "CompareSources", "ResolveReference",
           "GetThread"]


class Report:
    """Prints a line a recipe, and remembers whether all were right."""

    def __init__(self):
        self.right = self.wrong = 0

    def add(self, recipe, fault=None):
        if fault is None:
            self.right += 1
            print(f"ok     {recipe}", flush=True)
        else:
            self.wrong += 1
            print(f"WRONG  {recipe}\n{fault}", flush=True)

    def check(self, recipe, expected, actual):
        self.add(recipe, None if actual == expected else f"expected: {expected}\nactual: {actual}")


def run_block(report, body, environment):
    for command, expected in commands(body):
        actual = run(command, SOURCE, environment)
        fault = None if matches(expected, actual) else f"-- the README has\n{expected}-- it prints\n{actual}"
        report.add(re.sub(r"\s*\\?\n\s*", " ", command), fault)


def check_reflection(report, client, channel):
    report.check("reflection: services", SERVICES, sorted(client.services()))
    report.check("reflection: methods", METHODS, client.methods("hotline.v1.ArchiveService"))
    response = client.call("hotline.v1.ArchiveService", "GetDocument", {"name": "documents/kk-09", "readMask": "title"})
    report.check("reflection: a call", "Khrushchev to Kennedy: the public letter on Turkey", response.document.title)
    *_, last = client.call("hotline.v1.TimelineService", "StreamTimeline", {"pace": {"unpaced": True}})
    report.check("reflection: a stream", {"reason": "CLOSING_REASON_END"}, json_format.MessageToDict(last)["closing"])
    try:
        client.call("hotline.v1.ArchiveService", "GetDocument", {"name": "documents/kk-99"})
        report.add("reflection: an error", "there was none")
    except grpc.RpcError as error:
        status = status_pb2.Status.FromString(dict(error.trailing_metadata())["grpc-status-details-bin"])
        details = {any.TypeName(): client.message_class(any.TypeName()).FromString(any.value) for any in status.details}
        report.check("reflection: an error", "DOCUMENT_NOT_FOUND", details["google.rpc.ErrorInfo"].reason)
    try:
        client.message_class("hotline.v1.NoSuchMessage")
        report.add("reflection: an unknown name", "there is one")
    except KeyError:
        report.add("reflection: an unknown name")
    # Whoever asks by v1 first goes on with v1alpha behind this code, and this code alone.
    report.check("reflection: v1", grpc.StatusCode.UNIMPLEMENTED, ask_v1(channel).code())


def tell_to_leave(server, client):
    """Tells the server to leave, waits until its health says so, and returns a call that keeps it there for a while."""
    watch = client.call("grpc.health.v1.Health", "Watch", {})
    for health in watch:
        status = json_format.MessageToDict(health)["status"]
        if status == "NOT_SERVING":
            return watch
        server.terminate()
    raise SystemExit("the watch on the server's health ended")


def main():
    bin_dir, tools_dir = (pathlib.Path(argument).absolute() for argument in sys.argv[1:])
    report = Report()
    server, address = start_server(bin_dir, f"--corpus={SOURCE}/data", "--access_log=off", "--drain_window=60s",
                                   "--lame_duck=30s")
    environment = dict(os.environ, HOTLINE_SERVER=address, PATH=f"{tools_dir}:{os.environ['PATH']}")
    try:
        with grpc.insecure_channel(address) as channel:
            client = ReflectionClient(channel)
            check_reflection(report, client, channel)
            for section in re.split(r"^## ", (HERE / "README.md").read_text(), flags=re.MULTILINE):
                if section.startswith("While the server leaves\n"):
                    watch = tell_to_leave(server, client)
                for language, body in blocks(section):
                    if language == "console":
                        run_block(report, body, environment)
                    else:
                        report.add(f"a block of {language or 'no language'}", "nobody runs it")
            watch.cancel()
    finally:
        server.kill()
        server.wait()
    print(f"{report.right} passed, {report.wrong} failed")
    return 1 if report.wrong or not report.right else 0


sys.exit(main())
