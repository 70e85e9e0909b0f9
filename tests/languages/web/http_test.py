"""What plain HTTP sees of three replicas behind Envoy with server/deploy/envoy-web.yaml.

usage: http_test.py BIN_DIR [TEST...]   (unittest's names, HttpTest.test_cors)
"""

import base64
import contextlib
import json
import os
import pathlib
import random
import re
import signal
import struct
import subprocess
import sys
import time
import unittest
import urllib.parse

from google.protobuf import descriptor_pb2
from google.rpc import error_details_pb2, status_pb2

from web_client import (ARCHIVE, EVENTS, JSON, STREAM, TIMELINE, Response, Stream, connect, curl, documents_of, post,
                        request)
from web_rig import SOURCE, Rig, harness

import readme_blocks  # noqa: E402  (in tests/, which web_rig added)

# Without end, so that whatever comes has come while the stream was open; and over in some seconds.
ENDLESS = {"pace": {"dayLength": "864000s"}, "heartbeatInterval": "1s"}
SECONDS = {"pace": {"dayLength": "1s", "longestWait": "0.1s"}}

rig = None


def setUpModule():
    global rig
    stack = contextlib.ExitStack()
    unittest.addModuleCleanup(stack.close)
    folder = stack.enter_context(harness.new_folder("web"))
    rig = stack.enter_context(Rig(BIN_DIR, folder, ["--drain_window=6s", "--lame_duck=0"]))


class HttpTest(unittest.TestCase):
    def setUp(self):
        rig.settle()

    def tearDown(self):
        self.assertNotIn("script log", rig.envoy.process.error, "the Lua filter failed")

    # JSON.

    def test_unary(self):
        response = post(ARCHIVE + "GetDocument", {"name": "documents/kk-09"})
        self.assertEqual((response.status, response.headers["content-type"]), (200, "application/json"))
        document = response.json["document"]
        self.assertEqual(document["title"], "Khrushchev to Kennedy: the public letter on Turkey")
        self.assertEqual(document["dates"][0]["date"]["earliest"], "1962-10-26T21:00:00Z")
        self.assertEqual(document["kind"], "DOCUMENT_KIND_LETTER")

    def test_errors_of_the_server(self):
        for path, body, status, code, reason, fields, resource in [
            (ARCHIVE + "GetDocument", {"name": "documents/kk-99"}, 404, 5, "DOCUMENT_NOT_FOUND", [], "documents/kk-99"),
            (ARCHIVE + "ListDocuments", {"pageSize": -1}, 400, 3, "INVALID_FIELD", ["page_size"], None),
            (ARCHIVE + "SearchDocuments", {"query": "a AND b"}, 400, 3, "INVALID_QUERY", [], None),
            (STREAM, {"fromEvent": "documents/kk-99/events/1"}, 404, 5, "EVENT_NOT_FOUND", [],
             "documents/kk-99/events/1"),
            (STREAM, {"pace": {"speed": 0}}, 400, 3, "INVALID_FIELD", ["pace.speed"], None),
        ]:
            for headers in (JSON, EVENTS):
                with self.subTest(path=path, body=body, headers=headers):
                    response = post(path, body, headers)
                    self.assertEqual((response.status, response.headers["content-type"]), (status, "application/json"))
                    self.assertEqual((response.json["code"], response.reason), (code, reason))
                    self.assertEqual(response.fields[:len(fields)], fields)
                    self.assertEqual(response.detail("ResourceInfo").get("resourceName"), resource)

    def test_unknown_fields_are_refused(self):
        deep = '{"selection": {"filter": {"window": {"start": "1962-10-26T00:00:00Z", %s}}}}'
        for path, body, field in [
            (ARCHIVE + "GetCorpus", '{"nope": 3}', "nope"),
            (ARCHIVE + "GetDocument", '{"name": "documents/kk-09", "nope": null}', "nope"),
            (ARCHIVE + "GetDocument", '{"nope": {"a": [1, {"b": 2}]}, "name": "documents/kk-09"}', "nope"),
            (ARCHIVE + "GetDocument", '{"nope": "\\"}", "name": "documents/kk-09"}', "nope"),
            (ARCHIVE + "GetDocument", '{"": 1}', ""),
            (ARCHIVE + "GetDocument", '{"Name": "documents/kk-09"}', "Name"),
            (ARCHIVE + "GetDocument", '{"name ": "documents/kk-09"}', "name "),
            (ARCHIVE + "GetDocument", '{"read-mask": "name"}', "read-mask"),
            (ARCHIVE + "GetDocument", '{"[hotline.v1.ext]": 1}', "[hotline.v1.ext]"),
            (ARCHIVE + "GetDocument", '{"@type": "x"}', "@type"),
            (ARCHIVE + "GetDocument", '{"1": "documents/kk-09"}', "1"),
            # Right where it stands in another message, and in a response.
            (ARCHIVE + "GetDocument", '{"page_size": 1}', "page_size"),
            (ARCHIVE + "GetDocument", '{"document": {}}', "document"),
            (ARCHIVE + "ListDocuments", '{"filter": {"page_size": 1}}', "filter.page_size"),
            # An escape may spell a name, but nobody writes so, and it is not looked into.
            (ARCHIVE + "GetDocument", r'{"\u006eame": "documents/kk-09"}', r"\u006eame"),
            (ARCHIVE + "GetDocument", '{"имя": "documents/kk-09"}', urllib.parse.quote("имя")),
            (ARCHIVE + "GetDocument", b'{"\xff": "documents/kk-09"}', "%FF"),
            (STREAM, deep % '"nope": 1', "selection.filter.window.nope"),
            (STREAM, deep % '"lastDay": "1962-10-28", "last_days": ""', "selection.filter.window.last_days"),
            (STREAM, '{"selection": {"filter": {"window": {}, "nope": 1}}}', "selection.filter.nope"),
            (STREAM, '{"pace": {"unpaced": true}, "selection": {"event_types": [1, 2], "nope": []}}', "selection.nope"),
            (STREAM, '{"pace": {"day_length": {"seconds": 3, "nope": 1}}}', "pace.day_length.nope"),
            (STREAM, '\n\t{ "pace" : { "unpaced" : true } ,\r\n"nope" : true } ', "nope"),
            (STREAM, '{"pace": {"unpaced": true}, "pace": {"nope": 1}}', "pace"),
            # One field by its two names.
            (ARCHIVE + "GetDocument", '{"name": "documents/kk-09", "name": "documents/kk-08"}', "name"),
            (ARCHIVE + "ListDocuments", '{"pageSize": 1, "page_size": 2}', "page_size"),
            # Where nothing is looked into, nothing may hide.
            (ARCHIVE + "GetDocument", '{"name": {"nope": 1}}', "name"),
            (ARCHIVE + "GetDocument", '{"name": ["documents/kk-09"]}', "name"),
            (ARCHIVE + "ListDocuments", '{"filter": [{"nope": 1}]}', "filter"),
            (ARCHIVE + "ListDocuments", '{"filter": {"kinds": [[1]]}}', "filter.kinds[0]"),
            (ARCHIVE + "ListDocuments", '{"filter": {"kinds": [1, {"nope": 1}]}}', "filter.kinds[1]"),
        ]:
            for headers in (JSON, EVENTS, {"content-type": "text/plain"}, {"content-type": "application/grpc-json"}):
                with self.subTest(body=body, headers=headers):
                    response = post(path, body, headers)
                    self.assertEqual((response.status, response.json["code"]), (400, 3), response.body)
                    self.assertEqual((response.reason, response.fields), ("INVALID_FIELD", [field]))

    def test_the_error_says_what_is_allowed(self):
        response = post(ARCHIVE + "ListDocuments", {"filter": {"window": {"day": "1962-10-27"}}})
        self.assertEqual(response.json["message"],
                         "filter.window.day: no field of hotline.v1.TimeWindow; allowed are: start, end, first_day, "
                         "last_day, time_zone, match")

    def test_the_error_is_short(self):
        """Whatever of the request it repeats."""
        for body in [{"a" * 60_000: 1}, {"page_size": '"' * 30_000}, {"filter": {"\x01" * 9_000: 1}}]:
            response = post(ARCHIVE + "ListDocuments", body)
            self.assertEqual((response.status, response.reason), (400, "INVALID_FIELD"))
            self.assertLess(len(response.body), 10_000)

    def test_what_looks_like_an_unknown_field_and_is_none(self):
        for path, body in [
            (ARCHIVE + "GetCorpus", ""),
            (ARCHIVE + "GetCorpus", "{}"),
            (ARCHIVE + "GetCorpus", " {\n} "),
            (ARCHIVE + "SearchDocuments", r'{"query": "\"turkey\"", "readMask": "name,title"}'),
            (ARCHIVE + "SearchDocuments", r'{"query": "\u0074urkey\t"}'),
            (ARCHIVE + "SearchDocuments", '{"query": "turkey \\"a,b:c\\""}'),
            (ARCHIVE + "SearchDocuments", '{"query": "\u0442 -ракеты turkey"}'),
            (ARCHIVE + "ResolveReference", r'{"reference": "\\{\"nope\":3}kk-08"}'),
            (ARCHIVE + "ListDocuments", '{"filter": null, "pageSize": null, "read_mask": null}'),
            (ARCHIVE + "ListDocuments", '{"filter":{"kinds": [], "authors": ["participants/kennedy"]},"pageSize":"2"}'),
            (ARCHIVE + "ListDocuments", '{"filter":{"window":{"start":"1962-10-26T00:00:00.5Z"}},"page_size":2.0e0}'),
            (STREAM, '{"pace": {"unpaced": true}, "heartbeatInterval": "1.5s", "lag_policy": 1}'),
            (STREAM, '{"pace": {"unpaced":true}, "until": "1962-10-26T00:00:00Z", "lagPolicy": "LAG_POLICY_CATCH_UP"}'),
            (STREAM, '{"pace": {"unpaced": true}, "selection": {"readMask":"name", "eventTypes":["EVENT_TYPE_SENT"]}}'),
        ]:
            with self.subTest(body=body):
                response = post(path, body)
                # The reference is none of the corpus; that is for the server to say.
                self.assertEqual(response.status, 404 if path.endswith("Reference") else 200, response.body)

    def test_what_is_no_json(self):
        for body in ["{", "}", "[]", "null", "3", '"{}"', " ", "{}{}", "{} x", "{,}", '{"name"}', '{"name":}',
                     '{"name" 1}', '{"name": "documents/kk-09",}', '{"name": "documents/kk-09" "nope": 1}',
                     '{"name": "documents/kk-09"', '{"name": "documents/kk-09}', "{name: 'documents/kk-09'}",
                     "{'name': 'documents/kk-09'}",
                     '{name: "documents/kk-09"}', r'{"name": "\x41"}', r'{"name": "\u00"}', '{"name": "a\nb"}',
                     '{"name": "a\0b"}', '{"name": tru}', '{"name": /**/ "a"}', '{"name": "a"} // nope', '{"name": [}',
                     '{"filter": {"kinds": [1,]}}', '{"filter": {"kinds": [1 2]}}', '{"filter": {"kinds": [1}}',
                     "{" * 60_000, '{"filter":' * 6_000, "[" * 60_000, '\ufeff{"name": "documents/kk-09"}',
                     '{"name": "documents/kk-09"}\0', '{"name":\x0b"documents/kk-09"}', b'{"name": "\xff"}',
                     b'{"name": "\xc0\xaf"}', r'{"name": "\ud800"}']:
            with self.subTest(body=body[:40]):
                response = post(ARCHIVE + ("ListDocuments" if "filter" in str(body) else "GetDocument"), body)
                self.assertEqual((response.status, response.json["code"]), (400, 3), response.body)
                self.assertIn(response.reason, ("REQUEST_DAMAGED", "INVALID_FIELD"))

    def test_random_requests(self):
        """Requests made of the descriptors pass, and with one name changed they do not."""
        schema = descriptor_pb2.FileDescriptorSet.FromString(rig.descriptors.read_bytes())
        types = {f".{file.package}.{message.name}": message for file in schema.file for message in file.message_type}
        field_type = descriptor_pb2.FieldDescriptorProto
        chance = random.Random(1962)

        def value(field):
            if field.type == field_type.TYPE_MESSAGE and not field.type_name.startswith(".google."):
                return message(types[field.type_name])
            return chance.choice(["", "x", '{"nope":1}', 'a\\"b', "\u043f", 0, -1, 1.5, True, None, 10**20])

        def message(descriptor):
            made = {}
            for field in descriptor.field:
                if chance.random() < 0.5:
                    made[chance.choice([field.name, field.json_name])] = (
                        [value(field) for _ in range(chance.randrange(3))]
                        if field.label == field_type.LABEL_REPEATED else value(field))
            return made

        def objects(made):
            if isinstance(made, dict):
                yield made
                for member in made.values():
                    yield from objects(member)

        methods = [(f"/{file.package}.{service.name}/{method.name}", types[method.input_type])
                   for file in schema.file for service in file.service if file.package == "hotline.v1"
                   for method in service.method if not method.client_streaming and not method.server_streaming]
        self.assertGreater(len(methods), 7)
        refused = 0
        for _ in range(600):
            path, descriptor = chance.choice(methods)
            body = message(descriptor)
            spoilt = chance.random() < 0.5
            if spoilt:
                chance.choice(list(objects(body)))[chance.choice(["nope", "Name", "page__size", "filters", "x.y"])] = 1
            response = post(path, json.dumps(body, ensure_ascii=chance.random() < 0.5, indent=chance.choice([None, 1])))
            said = response.status == 400 and ": no field of " in response.json["message"]
            self.assertEqual(said, spoilt, (path, body, response.body))
            refused += said
        self.assertGreater(refused, 200)

    def test_a_body_in_small_pieces(self):
        for body, status in [('{"name": "documents/kk-09"}', 200), ('{"name": "documents/kk-09", "nope": 1}', 400)]:
            connection = connect()
            self.addCleanup(connection.close)
            connection.request("POST", ARCHIVE + "GetDocument", (bytes([byte]) for byte in body.encode()), JSON,
                               encode_chunked=True)
            self.assertEqual(Response(connection.getresponse()).status, status)

    def test_a_large_body(self):
        def of_size(size):
            return '{"name": "%s"}' % ("a" * (size - len('{"name": ""}')))

        response = post(ARCHIVE + "GetDocument", of_size(65_536))
        self.assertEqual((response.status, response.fields), (400, ["name"]))
        for size in (65_537, 100_000):
            response = post(ARCHIVE + "GetDocument", of_size(size))
            self.assertEqual((response.status, response.json), (413, {
                "code": 8, "message": "the request is too large; allowed are 64 KiB", "details": []}))
        # Envoy answers, and closes, while such a client still sends.
        code, output = curl("-H", "transfer-encoding: chunked", "-d", of_size(100_000),
                            rig.url + ARCHIVE + "GetDocument")
        self.assertEqual((code, json.loads(output)["code"]), (0, 8))

    def test_values_that_the_transcoder_refuses(self):
        for body, field in [('{"page_size": "abc"}', "page_size"), ('{"pageSize": 99999999999}', "page_size"),
                            ('{"filter": {"kinds": ["NOPE"]}}', "filter.kinds[0]"), ('{"filter": "x"}', "filter"),
                            ('{"filter": {"window": {"start": "yesterday"}}}', "filter.window.start")]:
            with self.subTest(body=body):
                response = post(ARCHIVE + "ListDocuments", body)
                self.assertEqual((response.status, response.json["code"], response.reason, response.fields),
                                 (400, 3, "INVALID_FIELD", [field]))
        response = post(STREAM, {"fromEvent": "documents/kk-08/events/1", "fromTime": "1962-10-26T00:00:00Z"})
        self.assertEqual((response.status, response.reason), (400, "INVALID_FIELD"))

    def test_a_request_in_the_query(self):
        query = "filter.window.first_day=1962-10-27&pageSize=2&read_mask=name"
        response = request("GET", f"{ARCHIVE}ListDocuments?{query}")
        self.assertEqual([document["name"] for document in response.json["documents"]],
                         ["documents/kk-09", "documents/kk-10"])
        self.assertEqual(response.status, 200)
        # As an EventSource asks.
        connection = connect()
        self.addCleanup(connection.close)
        connection.request("GET", STREAM + "?pace.unpaced=true&selection.first_day=1962-10-28", headers={
            "accept": "text/event-stream", "cache-control": "no-cache"})
        response = connection.getresponse()
        self.assertEqual((response.status, response.headers["content-type"]), (200, "text/event-stream"))
        self.assertIn(b'"closing":{"reason":"CLOSING_REASON_END"}', response.read())
        for query, field in [("nope=1", "nope"), ("filter.nope=1", "nope"), ("page_size=%FF%22", "page_size")]:
            response = request("GET", f"{ARCHIVE}ListDocuments?{query}")
            self.assertEqual((response.status, response.reason, response.fields), (400, "INVALID_FIELD", [field]))
        response = request("POST", ARCHIVE + "ListDocuments?page_size=2", '{"page_size": 1}', JSON)
        self.assertEqual((response.status, response.reason), (400, "REQUEST_DAMAGED"))

    def test_what_is_not_there(self):
        for verb, path, status in [
            ("POST", "/", 404), ("POST", ARCHIVE + "Nope", 404), ("POST", "/hotline.v1.Nope/GetDocument", 404),
            # The transcoder would take this one, and its body would not have been looked at.
            ("POST", ARCHIVE + "GetDocument/", 404), ("POST", ARCHIVE + "Get%44ocument", 404),
            ("POST", "/grpc.health.v1.Health/Check", 404),
            ("POST", "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", 404),
            ("PUT", ARCHIVE + "GetDocument", 405), ("DELETE", ARCHIVE + "GetDocument", 405),
            ("POST", TIMELINE + "PlayTimeline", 501), ("GET", TIMELINE + "PlayTimeline", 501),
        ]:
            with self.subTest(verb=verb, path=path):
                response = request(verb, path, '[{"start": {}}]', JSON)
                self.assertEqual((response.status, response.json["code"]), (status, 12))
                self.assertEqual(response.headers["content-type"], "application/json")

    def test_a_binary_header_harms_nobody(self):
        with Stream(ENDLESS) as stream:
            messages = iter(stream)
            next(messages)
            for _ in range(10):
                self.assertEqual(post(ARCHIVE + "GetCorpus", {}, {**JSON, "bad-bin": "*!*"}).status, 200)
            for _ in range(3):
                next(messages)
            self.assertFalse(stream.cut)

    # Streams.

    def test_a_stream_comes_live_and_whole(self):
        for headers, kind in [(JSON, "application/x-ndjson"), (EVENTS, "text/event-stream"),
                              ({**JSON, "accept": "text/html, text/event-stream;q=0.9"}, "text/event-stream")]:
            with self.subTest(kind=kind):
                with Stream(ENDLESS, headers) as stream:
                    self.assertEqual((stream.response.status, stream.type), (200, kind))
                    messages = iter(stream)
                    self.assertEqual(next(messages)["opened"]["itemCount"], "37")
                    self.assertEqual(next(messages)["items"][0]["dayStarted"]["day"], "1962-10-21")
                    self.assertEqual(next(messages)["heartbeat"]["state"], "PLAYBACK_STATE_PLAYING")
                with Stream(SECONDS, headers) as stream:
                    stream.read()
                self.assertFalse(stream.cut)
                self.assertEqual(stream.closing, {"reason": "CLOSING_REASON_END"})
                self.assertEqual(stream.ordinals, list(range(37)))
                self.assertEqual(documents_of(stream.items)[-1], "documents/kk-13")

    def test_a_stream_that_was_killed(self):
        for headers, version, code in [(JSON, "--http1.1", 18), (EVENTS, "--http1.1", 18),
                                       (JSON, "--http2-prior-knowledge", 92)]:
            with self.subTest(headers=headers, version=version):
                rig.settle()
                with Stream(SECONDS, headers) as stream:
                    client = subprocess.Popen(
                        ["curl", "-sS", "--no-buffer", version, "-H", "accept: " + headers.get("accept", "*/*"), "-d",
                         json.dumps(SECONDS), rig.url + STREAM], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
                    self.addCleanup(client.stdout.close)
                    first = client.stdout.readline()
                    for message in stream:
                        if "event" in str(message.get("items")):
                            for replica in rig.replicas:
                                replica.kill()
                    self.assertTrue(stream.cut)
                    self.assertEqual(stream.closing, {})
                    self.assertNotIn(b'"closing"', first + client.stdout.read())
                    self.assertEqual(client.wait(10), code)
                rig.settle()
                self.check_rest(stream, headers)

    def test_a_stream_that_was_drained(self):
        """Ends as if it were whole, but for its closing."""
        for headers in (JSON, EVENTS):
            with self.subTest(headers=headers):
                rig.settle()
                with Stream(SECONDS, headers) as stream:
                    for message in stream:
                        if "event" in str(message.get("items")):
                            replica = rig.serving()
                            replica.begin_drain()
                    self.assertFalse(stream.cut)
                    self.assertEqual(stream.closing["reason"], "CLOSING_REASON_DRAINING")
                replica.await_drained(10)
                self.check_rest(stream, headers)

    def check_rest(self, stream, headers):
        """What a stream left is what one from its last position plays."""
        with Stream({**SECONDS, "fromPosition": stream.messages[-1]["position"]}, headers) as rest:
            rest.read()
        self.assertEqual(rest.closing, {"reason": "CLOSING_REASON_END"})
        events = [int(item["ordinal"]) for item in stream.items + rest.items if "event" in item]
        self.assertEqual(len(events), 28)
        ordinals = stream.ordinals + rest.ordinals
        self.assertEqual(ordinals, list(range(ordinals[0], ordinals[0] + len(ordinals))))

    def test_large_answers(self):
        """A document of 3 MB, of signs that JSON makes longer."""
        folder = pathlib.Path(rig.envoy.folder)
        corpus = harness.write_corpus(folder / "large", events=20)
        curation = corpus / "curation.textproto"
        text = '\\"missile\\" ' * 300_000
        authors = '  authors: "kennedy"'
        curation.write_text(curation.read_text().replace(authors, f'  text: "{text}"\n{authors}', 1))
        before = [replica.process for replica in rig.replicas]
        for replica in rig.replicas:
            shipped = harness.write_corpus(folder / f"kept-{replica.name}")
            for name in ("finding_aid.txt", "curation.textproto"):
                (shipped / name).write_text((pathlib.Path(replica.corpus) / name).read_text())
            self.addCleanup(self.restart_with, replica, shipped)
            replica.reload(corpus)
        self.assertEqual(before, [replica.process for replica in rig.replicas])
        response = post(ARCHIVE + "GetDocument", {"name": "documents/letter-0"})
        self.assertEqual((response.status, len(response.json["document"]["text"])), (200, 3_000_000))
        for headers in (JSON, EVENTS):
            with Stream({"pace": {"unpaced": True}, "selection": {"view": "TIMELINE_VIEW_FULL"}}, headers) as stream:
                stream.read()
            self.assertFalse(stream.cut)
            self.assertEqual(stream.closing, {"reason": "CLOSING_REASON_END"})
            self.assertEqual([len(item["event"]["document"]["text"]) for item in stream.items
                              if "text" in item.get("event", {}).get("document", {})], [3_000_000] * 10)

    def restart_with(self, replica, corpus):
        replica.kill()
        replica.put_corpus(corpus)
        replica.start()

    # What Envoy does by itself.

    def test_one_replica_less_harms_no_unary_call(self):
        connection = connect()
        self.addCleanup(connection.close)
        for number in range(300):
            if number == 100:
                rig.replicas[0].kill()
            connection.request("POST", ARCHIVE + "GetCorpus", "{}", JSON)
            response = Response(connection.getresponse())
            self.assertEqual(response.status, 200, response.body)

    def test_no_replica(self):
        for replica in rig.replicas:
            replica.kill()
        for healthy in (None, 0):
            if healthy is not None:
                rig.envoy.await_healthy(healthy)
            for path in (ARCHIVE + "GetCorpus", STREAM):
                response = post(path, {})
                self.assertEqual((response.status, response.json["code"]), (503, 14))

    def test_a_frozen_replica_harms_no_unary_call(self):
        """Asked of another one after a second."""
        rig.replicas[0].freeze()
        self.addCleanup(rig.replicas[0].thaw)
        begun = time.monotonic()
        statuses = [post(ARCHIVE + "GetCorpus", {}).status for _ in range(6)]
        self.assertEqual(statuses, [200] * 6)
        self.assertLess(time.monotonic() - begun, 10)
        rig.replicas[0].thaw()

    # Browsers. What they do with it is seen by browser_test.py.

    def test_cors(self):
        def preflight(origin):
            return request("OPTIONS", ARCHIVE + "GetDocument", headers={
                "origin": origin, "access-control-request-method": "POST",
                "access-control-request-headers": "content-type,grpc-timeout,x-grpc-web,x-user-agent"})

        for origin in ("https://hotline.example", "http://localhost:5173", "http://127.0.0.1:8000", "http://localhost"):
            headers = preflight(origin).headers
            self.assertEqual(headers["access-control-allow-origin"], origin)
            self.assertLessEqual({"content-type", "grpc-timeout", "x-grpc-web", "x-user-agent", "authorization"},
                                 set(headers["access-control-allow-headers"].split(", ")))
            self.assertIn("POST", headers["access-control-allow-methods"])
            self.assertEqual(headers["access-control-max-age"], "7200")
        # Also errors can be read, and what carries those of gRPC-Web.
        for path, body, status in [("GetDocument", {"name": "documents/kk-09"}, 200), ("GetDocument", {}, 400),
                                   ("GetDocument", {"nope": 1}, 400), ("Nope", {}, 404)]:
            response = post(ARCHIVE + path, body, {**JSON, "origin": "http://localhost:5173"})
            self.assertEqual((response.status, response.headers["access-control-allow-origin"]),
                             (status, "http://localhost:5173"))
            self.assertLessEqual({"grpc-status", "grpc-message", "grpc-status-details-bin"},
                                 set(response.headers["access-control-expose-headers"].split(", ")))
            self.assertNotIn("access-control-allow-credentials", response.headers)
        for origin in ("http://hotline.example", "https://hotline.example.evil.example",
                       "http://localhost.evil.example", "http://127.0.0.1:80.evil.example", "http://127.0.0.5:8000",
                       "null", "http://127x0x0x1"):
            self.assertNotIn("access-control-allow-origin", preflight(origin).headers, origin)
            response = post(ARCHIVE + "GetCorpus", {}, {**JSON, "origin": origin})
            self.assertNotIn("access-control-allow-origin", response.headers, origin)

    # What the README shows.

    def test_readme(self):
        environment = dict(os.environ, HOTLINE_WEB=rig.url)
        count = 0
        for kind, body in readme_blocks.blocks((SOURCE / "README.md").read_text()):
            for command, expected in readme_blocks.commands(body) if kind == "console" else ():
                if "$HOTLINE_WEB" in command:
                    count += 1
                    actual = readme_blocks.run(command, SOURCE, environment)
                    self.assertTrue(readme_blocks.matches(expected, actual), f"$ {command}\nprints\n{actual}")
        self.assertGreater(count, 0)

    # gRPC-Web, frame by frame.

    def grpc_web(self, path, message=b"", kind="application/grpc-web+proto"):
        """Returns the answer's messages, and its trailers."""
        frame = b"\0" + struct.pack(">I", len(message)) + message
        text = kind.startswith("application/grpc-web-text")
        response = post(path, base64.b64encode(frame) if text else frame,
                        {"content-type": kind, "accept": kind, "x-grpc-web": "1"})
        self.assertEqual(response.headers["content-type"], kind)
        # The text is of several pieces, each with its padding.
        body = b"".join(map(base64.b64decode, re.findall(b"[^=]+=*", response.body))) if text else response.body
        messages, trailers = [], {name: response.headers[name] for name in response.headers if name.startswith("grpc-")}
        while body:
            flag, size = struct.unpack(">BI", body[:5])
            if flag == 0x80:
                trailers.update(line.split(":", 1) for line in body[5:5 + size].decode().split("\r\n") if line)
            else:
                messages.append(body[5:5 + size])
            body = body[5 + size:]
        return messages, trailers

    def test_grpc_web(self):
        for kind in ("application/grpc-web+proto", "application/grpc-web-text+proto"):
            messages, trailers = self.grpc_web(ARCHIVE + "GetCorpus", kind=kind)
            self.assertEqual((len(messages), trailers["grpc-status"]), (1, "0"))
            self.assertIn(b"Kennedy - Khrushchev Correspondence on Cuba Crisis", messages[0])

            messages, trailers = self.grpc_web(ARCHIVE + "GetDocument", b"\x0a\x0fdocuments/kk-99", kind=kind)
            self.assertEqual((messages, trailers["grpc-status"]), ([], "5"))
            details = trailers["grpc-status-details-bin"].strip()
            status = status_pb2.Status.FromString(base64.b64decode(details + "=" * (-len(details) % 4)))
            info = error_details_pb2.ErrorInfo()
            self.assertTrue(any(detail.Unpack(info) for detail in status.details))
            self.assertEqual(info.reason, "DOCUMENT_NOT_FOUND")

            # pace { unpaced: true }
            messages, trailers = self.grpc_web(STREAM, b"\x32\x02\x18\x01", kind=kind)
            self.assertEqual((len(messages), trailers["grpc-status"]), (3, "0"))
            # PlayTimeline, whose client can say but one thing: start { pace { unpaced: true } }
            messages, trailers = self.grpc_web(TIMELINE + "PlayTimeline", b"\x0a\x04\x32\x02\x18\x01", kind=kind)
            self.assertEqual((len(messages), trailers["grpc-status"]), (3, "0"))

            _, trailers = self.grpc_web("/grpc.health.v1.Health/Watch", kind=kind)
            self.assertEqual(trailers["grpc-status"], "12")


BIN_DIR = pathlib.Path(sys.argv.pop(1))

if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # and so ends what it started
    unittest.main(verbosity=2)
