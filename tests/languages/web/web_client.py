"""Plain HTTP to Envoy with the files for the web: requests, and streams message by message."""

import http.client
import json
import subprocess

from web_rig import EnvoyWeb

ARCHIVE = "/hotline.v1.ArchiveService/"
TIMELINE = "/hotline.v1.TimelineService/"
STREAM = TIMELINE + "StreamTimeline"
JSON = {"content-type": "application/json"}
EVENTS = {"accept": "text/event-stream", **JSON}


class Response:
    """An answer that is complete."""

    def __init__(self, response):
        self.status, self.headers, self.body = response.status, response.headers, response.read()

    @property
    def json(self):
        return json.loads(self.body)

    def detail(self, kind):
        return next((detail for detail in self.json["details"] if detail["@type"].endswith("google.rpc." + kind)), {})

    @property
    def reason(self):
        return self.detail("ErrorInfo").get("reason")

    @property
    def fields(self):
        return [violation["field"] for violation in self.detail("BadRequest").get("fieldViolations", [])]


def connect():
    host, port = EnvoyWeb.target.split(":")
    return http.client.HTTPConnection(host, int(port), timeout=20)


def request(verb, path, body=None, headers=None):
    connection = connect()
    try:
        connection.request(verb, path, body, headers or {})
        return Response(connection.getresponse())
    finally:
        connection.close()


def post(path, body, headers=None):
    """`body` is JSON as bytes or text, or what becomes it."""
    if not isinstance(body, (bytes, str)):
        body = json.dumps(body)
    return request("POST", path, body.encode() if isinstance(body, str) else body, headers or JSON)


class Stream:
    """A StreamTimeline that is read message by message, as it comes."""

    def __init__(self, body, headers=None, path=STREAM):
        self.connection = connect()
        self.connection.request("POST", path, json.dumps(body), headers or JSON)
        self.response = self.connection.getresponse()
        self.type = self.response.headers["content-type"]
        self.messages, self.cut = [], False

    def __iter__(self):
        # A message is complete with its line, or with the empty line behind it. What comes after the last is cut.
        begin, end = (b"data: ", b"\n\n") if self.type == "text/event-stream" else (b"", b"\n")
        rest = b""
        while True:
            try:
                piece = self.response.read1(1_000_000)
            except (http.client.IncompleteRead, ConnectionError):
                self.cut = True
                return
            *complete, rest = (rest + piece).split(end)
            for message in complete:
                assert message.startswith(begin), message
                self.messages.append(json.loads(message[len(begin):]))
                yield self.messages[-1]
            if not piece:
                assert not rest, rest
                return

    def read(self):
        for _ in self:
            pass
        return self

    @property
    def closing(self):
        return self.messages[-1].get("closing", {})

    @property
    def items(self):
        return [item for message in self.messages for item in message.get("items", [])]

    @property
    def ordinals(self):
        return [int(item.get("ordinal", 0)) for item in self.items]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()


def documents_of(items):
    return [item["event"]["document"]["name"] for item in items if "event" in item]


def curl(*arguments):
    """Exit code and output."""
    done = subprocess.run(["curl", "-sS", "--max-time", "30", *arguments], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout
