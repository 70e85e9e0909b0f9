// The page: the letters of a day, one letter, and the crisis as it happened.
import { timestampDate, type Timestamp } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";

import { BadRequestSchema, ErrorInfoSchema } from "./gen/google/rpc/error_details_pb";
import { ArchiveService } from "./gen/hotline/v1/archive_service_pb";
import { EventType } from "./gen/hotline/v1/document_pb";
import { Certainty } from "./gen/hotline/v1/filter_pb";
import { ClosingReason, type TimelineItem } from "./gen/hotline/v1/timeline_pb";
import { TimelineService } from "./gen/hotline/v1/timeline_service_pb";
import { resumingTimeline, type Cut } from "./resuming_timeline";

const UNARY = { timeoutMs: 5_000 };

// Where Envoy listens: ?server=... of the page's address, else what index.html says.
const server = new URLSearchParams(location.search).get("server")
  ?? document.querySelector<HTMLMetaElement>("meta[name=hotline-server]")!.content;
const transport = createGrpcWebTransport({ baseUrl: server });
const archive = createClient(ArchiveService, transport);
const timeline = createClient(TimelineService, transport);

function byId<T extends HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

// An element with text, which is never read as HTML.
function element(tag: string, text: string, className = ""): HTMLElement {
  const made = document.createElement(tag);
  made.textContent = text;
  made.className = className;
  return made;
}

// What went wrong: code, reason, words and, for a bad request, the fields.
function describe(thrown: unknown): HTMLElement {
  const error = ConnectError.from(thrown);
  const reason = error.findDetails(ErrorInfoSchema)[0]?.reason;
  const box = element("div", "", "error");
  box.append(element("strong", [codeName(error.code), reason].filter(Boolean).join(" ")), ` ${error.rawMessage}`);
  const fields = error.findDetails(BadRequestSchema).flatMap((bad) => bad.fieldViolations).map(({ field }) => field);
  if (fields.length > 0) box.append(element("div", `field: ${fields.join(", ")}`));
  return box;
}

// As gRPC writes it, NOT_FOUND.
function codeName(code: Code): string {
  return Code[code].replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
}

function idOf(name: string): string {
  return name.split("/")[1] ?? name;
}

function clock(time: Timestamp | undefined, timeZone: string): string {
  if (!time) return "";
  return timestampDate(time).toLocaleString("en-GB", {
    timeZone, day: "numeric", month: "short", hour: "2-digit", minute: "2-digit",
  });
}

async function listDay(day: string): Promise<void> {
  const rows: HTMLElement[] = [];
  let total = 0;
  let zone = "";
  try {
    for (let pageToken = "", more = true; more; more = pageToken !== "") {
      const page = await archive.listDocuments({
        filter: { window: { firstDay: day, lastDay: day } }, readMask: { paths: ["name", "title"] }, pageToken,
      }, UNARY);
      page.documents.forEach(({ name, title }, index) => {
        const row = element("li", "");
        const certainty = Certainty[page.certainties[index] ?? Certainty.UNSPECIFIED]!.toLowerCase();
        row.append(element("b", idOf(name)), ` ${title} `, element("small", certainty));
        rows.push(row);
      });
      ({ nextPageToken: pageToken, totalSize: total, timeZone: zone } = page);
    }
    rows.push(element("li", `${total} letters and addresses, days of ${zone}`, "note"));
    byId("day-list").replaceChildren(...rows);
  } catch (thrown) {
    byId("day-list").replaceChildren(describe(thrown));
  }
}

async function showLetter(id: string): Promise<void> {
  try {
    const { document: letter } = await archive.getDocument({ name: `documents/${id}` }, UNARY);
    const claims = element("ul", "");
    for (const [index, { date, source, note }] of letter!.dates.entries()) {
      const whose = index === 0 ? `${source} (preferred)` : source;
      claims.append(element("li", [`${date?.edtf}: ${whose}`, note].filter(Boolean).join(". ")));
    }
    byId("letter").replaceChildren(element("h3", letter!.title), element("p", letter!.summary), claims);
  } catch (thrown) {
    byId("letter").replaceChildren(describe(thrown));
  }
}

function rowOf(item: TimelineItem): HTMLElement {
  const row = element("tr", "");
  row.dataset.ordinal = String(item.ordinal);
  row.dataset.kind = item.item.case;
  if (item.item.case === "event") {
    const { event, document: letter } = item.item.value;
    row.dataset.document = idOf(letter?.name ?? "");
    row.append(
      element("td", clock(item.time, "America/New_York")), element("td", clock(item.time, "Europe/Moscow")),
      element("td", idOf(letter?.name ?? ""), "id"),
      element("td", EventType[event?.type ?? EventType.UNSPECIFIED]!.toLowerCase().replaceAll("_", " ")),
      element("td", letter?.title ?? ""));
    return row;
  }
  const text = item.item.case === "dayStarted" ? item.item.value.day : "the end";
  const heading = element("th", text) as HTMLTableCellElement;
  heading.colSpan = 5;
  row.append(heading);
  return row;
}

let playing: AbortController | undefined;

async function play(secondsADay: number): Promise<void> {
  playing?.abort();
  const mine = playing = new AbortController();
  const rows = byId("items");
  rows.replaceChildren();
  byId("cuts").replaceChildren();
  byId("last").textContent = "";
  byId("state").textContent = "playing";
  let events = 0;
  let last: TimelineItem | undefined;
  const request = {
    pace: {
      kind: { case: "dayLength" as const, value: durationOf(secondsADay) }, longestWait: durationOf(0.5),
    },
  };
  const onCut = ({ error, lastOrdinal, waitMs }: Cut) => byId("cuts").append(element("li",
    `cut (${codeName(error.code)}), going on behind item ${lastOrdinal} in ${Math.round(waitMs)} ms`));
  try {
    for await (const { items, content } of resumingTimeline(timeline, request, { signal: mine.signal, onCut })) {
      for (const item of items) {
        rows.append(rowOf(item));
        if (item.item.case === "event") {
          events += 1;
          last = item;
        }
      }
      if (items.length > 0) rows.lastElementChild!.scrollIntoView({ block: "nearest" });
      if (content.case === "closing" && content.value.reason === ClosingReason.END) {
        byId("state").textContent = `complete: ${events} events`;
        byId("last").textContent = last?.item.case === "event"
          ? `The last was ${idOf(last.item.value.document?.name ?? "")}: ${last.item.value.document?.title}.` : "";
      }
    }
  } catch (thrown) {
    if (mine.signal.aborted) {
      if (playing === mine) byId("state").textContent = "stopped";
    } else {
      byId("state").textContent = "failed";
      byId("cuts").append(describe(thrown));
    }
  }
}

function durationOf(seconds: number) {
  return { seconds: BigInt(Math.floor(seconds)), nanos: Math.round(seconds % 1 * 1e9) };
}

function onSubmit(form: string, action: (value: string) => Promise<void>): void {
  byId<HTMLFormElement>(form).addEventListener("submit", (event) => {
    event.preventDefault();
    void action(byId<HTMLInputElement>(`${form}-input`).value);
  });
}

onSubmit("day", listDay);
onSubmit("show", showLetter);
onSubmit("play", (value) => play(Number(value)));
byId("stop").addEventListener("click", () => playing?.abort());
byId("server").textContent = server;
