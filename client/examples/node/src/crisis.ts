#!/usr/bin/env node
// Asks a Hotline server about the letters of October 1962, and plays them.
import { parseArgs } from "node:util";

import { create, toJson } from "@bufbuild/protobuf";
import { DurationSchema, TimestampSchema, type Duration, type Timestamp } from "@bufbuild/protobuf/wkt";
import * as grpc from "@grpc/grpc-js";

import { failureOf, isServiceError } from "./failure.js";
import { ArchiveService } from "./gen/hotline/v1/archive_service_pb.js";
import { EventType } from "./gen/hotline/v1/document_pb.js";
import { Certainty } from "./gen/hotline/v1/filter_pb.js";
import { ClosingReason, type TimelineItem } from "./gen/hotline/v1/timeline_pb.js";
import { TimelineService } from "./gen/hotline/v1/timeline_service_pb.js";
import { bidiStream, connect, messages, serviceError, unary } from "./grpc.js";
import { resumingTimeline } from "./resuming_timeline.js";

const USAGE = `usage: crisis [--server=HOST:PORT] COMMAND
  day DAY                  the documents of a day, as in 1962-10-27
  show ID                  a document and what its sources claim about its date, as in kk-09
  search QUERY             the documents that match
  play                     the crisis, with a pause and a jump
  follow [SECONDS_A_DAY]   everything, also when the server dies in the middle
The server is that of --server, else of $HOTLINE_SERVER, else localhost:50051.`;

const print = console.log;

async function day(client: grpc.Client, day: string): Promise<void> {
  let pageToken = "";
  do {
    const page = await unary(client, ArchiveService.method.listDocuments, {
      filter: { window: { firstDay: day, lastDay: day } }, readMask: { paths: ["name", "title"] }, pageToken,
    });
    page.documents.forEach(({ name, title }, i) => {
      print(`${idOf(name)}  ${Certainty[page.certainties[i]!]?.toLowerCase()}  ${title}`);
    });
    pageToken = page.nextPageToken;
    if (!pageToken) print(`${page.totalSize} documents, days of ${page.timeZone}`);
  } while (pageToken);
}

async function show(client: grpc.Client, id: string): Promise<void> {
  const { document } = await unary(client, ArchiveService.method.getDocument, { name: `documents/${id}` });
  print(`${document!.name}  ${document!.title}`);
  document!.dates.forEach(({ date, source }, i) => {
    const interval = `${rfc3339(date!.earliest!)}/${rfc3339(date!.latest!)}`;
    print(`  ${date!.edtf}  ${interval}  ${source}${i === 0 ? "  preferred" : ""}`);
  });
}

async function search(client: grpc.Client, query: string): Promise<void> {
  let pageToken = "";
  do {
    const page = await unary(client, ArchiveService.method.searchDocuments, {
      query, readMask: { paths: ["name", "title"] }, pageToken,
    });
    for (const { document, score } of page.hits) {
      print(`${score.toFixed(2)}  ${idOf(document!.name)}  ${document!.title}`);
    }
    pageToken = page.nextPageToken;
    if (!pageToken) print(`${page.totalSize} hits`);
  } while (pageToken);
}

// Pauses at the first event, then seeks to the end of the crisis and goes on from there, faster.
async function play(client: grpc.Client): Promise<void> {
  const call = bidiStream(client, TimelineService.method.playTimeline);
  call.write({ request: { case: "start", value: {
    selection: { firstDay: "1962-10-26", lastDay: "1962-10-28" },
    from: { case: "fromEvent", value: "documents/kk-08/events/1" },
    pace: { kind: { case: "dayLength", value: seconds(24) } },
  } } });
  let pausing = false;
  let closed = false;
  for await (const { items, content } of messages(call)) {
    for (const item of items) {
      print(lineOf(item));
      if (item.item.case === "event" && !pausing) {
        pausing = true;
        call.write({ request: { case: "control", value: { controlId: 1n, play: false } } });
      }
      if (item.item.case === "endOfTimeline") call.end();
    }
    if (content.case === "controlApplied") {
      const { controlId, code, reason, message, firstOrdinal } = content.value;
      if (code !== 0) throw serviceError(code, `${reason}: ${message}`);
      if (controlId === 1n) {
        print("paused");
        call.write({ request: { case: "control", value: {
          controlId: 2n,
          seek: { case: "seekEvent", value: "documents/kk-12/events/1" },
          pace: { kind: { case: "dayLength", value: seconds(2) }, longestWait: seconds(0.5) },
          play: true,
        } } });
      } else {
        print(`sought: going on at ordinal ${firstOrdinal}`);
      }
    }
    if (content.case === "closing") {
      closed = true;
      print(`closed: ${ClosingReason[content.value.reason]}`);
    }
  }
  if (!closed) throw serviceError(grpc.status.UNAVAILABLE, "the server ended the call without closing the playback");
}

async function follow(client: grpc.Client, secondsADay: number): Promise<void> {
  let events = 0;
  const timeline = resumingTimeline(client, {
    pace: { kind: { case: "dayLength", value: seconds(secondsADay) }, longestWait: seconds(0.5) },
  }, {
    onCut: ({ failure, lastOrdinal, wait }) => {
      console.error(`cut (${failure.code}), going on behind ordinal ${lastOrdinal} in ${(wait / 1000).toFixed(1)} s`);
    },
  });
  for await (const { items } of timeline) {
    for (const item of items) {
      print(lineOf(item));
      if (item.item.case === "event") ++events;
    }
  }
  print(`complete: ${events} events`);
}

function lineOf({ ordinal, time, item }: TimelineItem): string {
  const what = () => {
    switch (item.case) {
      case "dayStarted":
        return `day ${item.value.day}, events: ${item.value.eventCount}`;
      case "event": {
        const { event, document } = item.value;
        return `${idOf(document!.name)} ${EventType[event!.type]}  ${document!.title}`;
      }
      case "endOfTimeline":
        return "end";
      default:
        return "an item of a kind that is newer than this program";
    }
  };
  return `${String(ordinal).padStart(3)}  ${rfc3339(time!)}  ${what()}`;
}

function idOf(name: string): string {
  return name.replace("documents/", "");
}

// Not by way of Date, which knows milliseconds only.
function rfc3339(time: Timestamp): string {
  return toJson(TimestampSchema, time);
}

function seconds(value: number): Duration {
  const whole = Math.trunc(value);
  return create(DurationSchema, { seconds: BigInt(whole), nanos: Math.round((value - whole) * 1e9) });
}

function report(error: unknown): void {
  if (!isServiceError(error)) {
    console.error(error instanceof Error ? error.message : error);
    return;
  }
  const { code, reason, message, fields } = failureOf(error);
  console.error(`${code}${reason && ` ${reason}`}: ${message}`);
  for (const { field, description } of fields) console.error(`  ${field}: ${description}`);
}

function commandOf([name, argument, ...more]: string[]): ((client: grpc.Client) => Promise<void>) | undefined {
  if (more.length > 0) return undefined;
  if (argument === undefined) {
    if (name === "play") return play;
    if (name === "follow") return (client) => follow(client, 3);
    return undefined;
  }
  if (name === "day") return (client) => day(client, argument);
  if (name === "show") return (client) => show(client, argument);
  if (name === "search") return (client) => search(client, argument);
  if (name === "follow" && Number(argument) > 0) return (client) => follow(client, Number(argument));
  return undefined;
}

function parse() {
  try {
    const { values, positionals } = parseArgs({ options: { server: { type: "string" } }, allowPositionals: true });
    return { server: values.server ?? process.env["HOTLINE_SERVER"], command: commandOf(positionals) };
  } catch {
    return { server: undefined, command: undefined };
  }
}

// A reader that has had enough, such as `head`.
process.stdout.on("error", () => process.exit(1));

const { server, command } = parse();
if (command) {
  const client = connect(server || "localhost:50051");
  try {
    await command(client);
  } catch (error) {
    report(error);
    process.exitCode = 1;
  } finally {
    client.close();
  }
} else {
  console.error(USAGE);
  process.exitCode = 2;
}
