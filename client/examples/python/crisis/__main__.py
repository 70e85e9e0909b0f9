"""The Cuban missile crisis from a Hotline server, in five commands."""

import argparse
import asyncio
import datetime
import os
import sys

import grpc
from google.protobuf import duration_pb2, field_mask_pb2
from hotline.v1 import (
    archive_service_pb2,
    archive_service_pb2_grpc,
    document_pb2,
    filter_pb2,
    timeline_pb2,
    timeline_service_pb2,
    timeline_service_pb2_grpc,
)

from . import errors, resuming
from .channel import connect

BRIEF = field_mask_pb2.FieldMask(paths=["name", "title"])


class Defect(Exception):
    """The server broke its contract."""


def say(line):
    print(line, flush=True)


def short(name):
    """documents/kk-09 -> kk-09"""
    return name.removeprefix("documents/")


def seconds(value):
    duration = duration_pb2.Duration()
    duration.FromTimedelta(datetime.timedelta(seconds=value))
    return duration


async def day(archive, date):
    """Lists the documents that may be of a day, with how sure that is."""
    window = filter_pb2.TimeWindow(first_day=date, last_day=date)
    request = archive_service_pb2.ListDocumentsRequest(filter={"window": window}, read_mask=BRIEF)
    while True:
        page = await archive.ListDocuments(request)
        for document, certainty in zip(page.documents, page.certainties):
            sure = filter_pb2.Certainty.Name(certainty).removeprefix("CERTAINTY_").lower()
            say(f"{short(document.name)}  {sure}  {document.title}")
        if not page.next_page_token:
            break
        request.page_token = page.next_page_token
    say(f"{page.total_size} documents, days of {page.time_zone}")


async def show(archive, id):
    """Shows a document with every claim about its date."""
    request = archive_service_pb2.GetDocumentRequest(name=f"documents/{id}")
    document = (await archive.GetDocument(request)).document
    say(f"{document.name}  {document.title}")
    for place, claim in enumerate(document.dates):
        date = claim.date
        interval = f"{date.earliest.ToJsonString()}/{date.latest.ToJsonString()}"
        say(f"  {date.edtf}  {interval}  {claim.source}{'' if place else '  preferred'}")


async def search(archive, query):
    """Searches titles, summaries, notes and texts."""
    request = archive_service_pb2.SearchDocumentsRequest(query=query, read_mask=BRIEF)
    while True:
        page = await archive.SearchDocuments(request)
        for hit in page.hits:
            say(f"{hit.score:.2f}  {short(hit.document.name)}  {hit.document.title}")
        if not page.next_page_token:
            break
        request.page_token = page.next_page_token
    say(f"{page.total_size} hits")


class Printer:
    """Prints items, and sees to it that none is missing."""

    def __init__(self):
        self.expected = None
        self.events = 0

    def seek(self, ordinal):
        self.expected = ordinal

    def print(self, item):
        if self.expected is not None and item.ordinal != self.expected:
            raise Defect(f"item {item.ordinal} came where {self.expected} was due")
        self.expected = item.ordinal + 1
        match item.WhichOneof("item"):
            case "day_started":
                what = f"day {item.day_started.day}, events: {item.day_started.event_count}"
            case "event":
                self.events += 1
                document = item.event.document
                act = document_pb2.EventType.Name(item.event.event.type).removeprefix("EVENT_TYPE_")
                what = f"{short(document.name)} {act}  {document.title}"
            case "end_of_timeline":
                what = "end"
            case other:
                what = f"an item of a kind that this program does not know: {other}"
        say(f"{item.ordinal:3}  {item.time.ToJsonString()}  {what}")


async def play(timeline, _):
    """Plays two days: pauses at the first event, then seeks the withdrawal and plays on."""
    call = timeline.PlayTimeline()
    start = timeline_service_pb2.PlaybackStart(
        selection=timeline_pb2.TimelineSelection(first_day="1962-10-26", last_day="1962-10-28"),
        from_event="documents/kk-08/events/1",
        pace=timeline_pb2.Pace(day_length=seconds(24)),
    )
    pause = timeline_service_pb2.PlaybackControl(control_id=1, play=False)
    seek = timeline_service_pb2.PlaybackControl(
        control_id=2,
        seek_event="documents/kk-12/events/1",
        pace=timeline_pb2.Pace(day_length=seconds(2), longest_wait=seconds(0.5)),
        play=True,
    )
    await call.write(timeline_service_pb2.PlayTimelineRequest(start=start))
    printer, paused = Printer(), False
    async for response in call:
        for item in response.items:
            printer.print(item)
            if item.HasField("event") and not paused:
                paused = True
                await call.write(timeline_service_pb2.PlayTimelineRequest(control=pause))
            if item.HasField("end_of_timeline"):
                await call.done_writing()
        match response.WhichOneof("content"):
            case "opened":
                printer.seek(response.opened.first_ordinal)
            case "control_applied":
                applied = response.control_applied
                if applied.code != 0:
                    raise Defect(f"control {applied.control_id}: {applied.reason}: {applied.message}")
                if applied.control_id == pause.control_id:
                    say("paused")
                    await call.write(timeline_service_pb2.PlayTimelineRequest(control=seek))
                else:
                    printer.seek(applied.first_ordinal)
                    say(f"sought: going on at ordinal {applied.first_ordinal}")
            case "closing":
                reason = timeline_pb2.ClosingReason.Name(response.closing.reason)
                say(f"closed: {reason.removeprefix('CLOSING_REASON_')}")


async def follow(timeline, seconds_a_day):
    """Plays everything, also over the death of the server."""
    request = timeline_service_pb2.StreamTimelineRequest(
        pace=timeline_pb2.Pace(day_length=seconds(float(seconds_a_day)), longest_wait=seconds(0.5))
    )
    printer = Printer()

    def tell(cut, wait):
        behind = "the beginning" if printer.expected is None else f"ordinal {printer.expected - 1}"
        print(f"cut ({cut.code}), going on behind {behind} in {wait:.1f} s", file=sys.stderr, flush=True)

    async for response in resuming.play(timeline, request, tell):
        for item in response.items:
            printer.print(item)
    say(f"complete: {printer.events} events")


COMMANDS = {
    "day": (day, "DAY", archive_service_pb2_grpc.ArchiveServiceStub),
    "show": (show, "ID", archive_service_pb2_grpc.ArchiveServiceStub),
    "search": (search, "QUERY", archive_service_pb2_grpc.ArchiveServiceStub),
    "play": (play, None, timeline_service_pb2_grpc.TimelineServiceStub),
    "follow": (follow, "SECONDS_A_DAY", timeline_service_pb2_grpc.TimelineServiceStub),
}


def arguments():
    parser = argparse.ArgumentParser(prog="crisis", description=__doc__)
    parser.add_argument("--server", default=os.environ.get("HOTLINE_SERVER") or "localhost:50051", metavar="HOST:PORT",
                        help="default: $HOTLINE_SERVER, or localhost:50051")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (function, argument, _) in COMMANDS.items():
        command = commands.add_parser(name, help=function.__doc__)
        if name == "follow":
            command.add_argument("argument", nargs="?", default=3.0, type=float, metavar=argument)
        elif argument:
            command.add_argument("argument", metavar=argument)
    return parser.parse_args()


async def main(options):
    function, _, stub = COMMANDS[options.command]
    try:
        async with connect(options.server) as channel:
            await function(stub(channel), getattr(options, "argument", None))
    except grpc.aio.AioRpcError as error:
        print(errors.describe(error), file=sys.stderr)
        return 1
    except (Defect, resuming.Cut) as error:
        print(f"{type(error).__name__.lower()}: {error}", file=sys.stderr)
        return 1
    return 0


def run():
    sys.exit(asyncio.run(main(arguments())))


if __name__ == "__main__":
    run()
