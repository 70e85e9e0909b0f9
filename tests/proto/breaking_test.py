"""Shows that `buf breaking` refuses what would break clients of the last released schema, and nothing else.

Each case changes a copy of the schema by one replacement, and names the rule by which buf must refuse it; None where it
must pass.

usage: breaking_test.py BUF PROTO_DIR RELEASED_IMAGE
"""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

BUF, PROTO, RELEASED = (pathlib.Path(argument).absolute() for argument in sys.argv[1:])

CASES = [
    ("nothing", "archive_service", "", "", None),
    ("a field renumbered", "document", "string title = 3;", "string title = 15;", "FIELD_NO_DELETE"),
    ("a field removed, its number kept free", "document", "string text = 14;", "reserved 14;", "FIELD_NO_DELETE"),
    ("a field renamed, as JSON shows it", "archive_service", "string snippet = 2;", "string extract = 2;",
     "FIELD_SAME_JSON_NAME"),
    ("a field of another type", "timeline", "int64 ordinal = 1;", "int32 ordinal = 1;", "FIELD_SAME_TYPE"),
    ("a field that became a list", "document", "string place = 5;", "repeated string place = 5;",
     "FIELD_SAME_CARDINALITY"),
    ("a field moved into a oneof", "timeline", "google.protobuf.Duration longest_wait = 4;",
     "oneof limit { google.protobuf.Duration longest_wait = 4; }", "FIELD_SAME_ONEOF"),
    ("an RPC removed", "archive_service", "rpc GetThread(GetThreadRequest) returns (GetThreadResponse);", "",
     "RPC_NO_DELETE"),
    ("an RPC that no longer streams", "timeline_service", "returns (stream StreamTimelineResponse)",
     "returns (StreamTimelineResponse)", "RPC_SAME_SERVER_STREAMING"),
    ("an enum value renamed", "document", "DOCUMENT_KIND_ADDRESS = 3;", "DOCUMENT_KIND_SPEECH = 3;",
     "ENUM_VALUE_SAME_NAME"),
    ("an enum value removed", "document", "EVENT_TYPE_IN_FORCE = 8;", "", "ENUM_VALUE_NO_DELETE"),
    ("a package name of Go changed", "corpus", '"hotline/v1;hotlinev1"', '"hotline/v1;hotline"',
     "FILE_SAME_GO_PACKAGE"),
    ("a comment changed", "document", "// A speech, given or broadcast.", "// A speech.", None),
    ("a new field at the end", "document", "string text = 14;", "string text = 14;\n  string note = 15;", None),
    ("a new enum value at the end", "document", "EVENT_TYPE_IN_FORCE = 8;",
     "EVENT_TYPE_IN_FORCE = 8;\n  EVENT_TYPE_LEAKED = 9;", None),
    ("a new RPC", "archive_service", "rpc GetThread(",
     "rpc GetCorpusAgain(GetCorpusRequest) returns (GetCorpusResponse);\n  rpc GetThread(", None),
]


def refusals(file, old, new):
    """Returns the rules that the changed schema breaks."""
    with tempfile.TemporaryDirectory() as folder:
        changed = pathlib.Path(folder, "a changed schema")
        shutil.copytree(PROTO, changed)
        path = changed / "hotline/v1" / f"{file}.proto"
        text = path.read_text()
        if old and text.count(old) != 1:
            raise SystemExit(f"{file}.proto has {text.count(old)} times, where the test expects one: {old}")
        path.write_text(text.replace(old, new) if old else text)
        command = [BUF, "breaking", changed, "--against", RELEASED, "--error-format=json"]
        result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if result.returncode not in (0, 100):  # 100: it compared, and found something
        raise SystemExit(f"buf breaking ended with {result.returncode}: {result.stderr}")
    rules = {json.loads(line)["type"] for line in result.stdout.splitlines()}
    if (result.returncode == 0) != (not rules):
        raise SystemExit(f"buf breaking ended with {result.returncode}, but says {rules or 'nothing'}")
    return rules


def main():
    faults = 0
    for what, file, old, new, rule in CASES:
        rules = refusals(file, old, new)
        right = rule in rules if rule else not rules
        faults += not right
        print(f"{'as it should be' if right else 'WRONG'}: {what}: {', '.join(sorted(rules)) or 'passes'}"
              + ("" if right else f"; expected: {rule or 'that it passes'}"))
    return 1 if faults else 0


sys.exit(main())
