"""Runs the driver's cases through the command line, those that say how they are typed. ../README.md has the protocol.

usage: adapter.py HOTLINE
"""

import json
import subprocess
import sys

NONE = {"message": "", "reason": "", "metadata": {}, "fields": [], "resource": ""}
# As google.rpc.Code numbers them; the exit code of a failed call is 64 more.
CODES = ("OK CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED "
         "RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED INTERNAL UNAVAILABLE DATA_LOSS "
         "UNAUTHENTICATED").split()


def detail(status, kind):
    """The first of the details that is a google.rpc.KIND."""
    for found in status.get("details", []):
        if found["@type"].endswith("/google.rpc." + kind):
            return found
    return {}


def run(case):
    command = [sys.argv[1], "--output=json", f"--server={case['server']}", *case["cli"]]
    result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    answer = {"responses": [json.loads(line) for line in result.stdout.splitlines()]}
    if result.returncode == 0:
        return {**answer, **NONE, "code": "OK"}
    if result.returncode < 64:
        return {"refused": f"exit code {result.returncode}: {result.stderr}"}
    status = json.loads(result.stderr.splitlines()[-1])
    if CODES[result.returncode - 64] != CODES[status["code"]]:
        return {"refused": f"exit code {result.returncode} with {result.stderr}"}
    info = detail(status, "ErrorInfo")
    return {
        **answer,
        "code": CODES[status["code"]],
        "message": status["message"],
        "reason": info.get("reason", ""),
        "metadata": info.get("metadata", {}),
        "fields": [violation["field"] for violation in detail(status, "BadRequest").get("fieldViolations", [])],
        "resource": detail(status, "ResourceInfo").get("resourceName", ""),
    }


for line in sys.stdin:
    case = json.loads(line)
    print(json.dumps({"name": case["name"], **run(case)}), flush=True)
