#include "client/cli/export.h"

#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "client/cli/civil_time.h"
#include "client/cli/vocabulary.h"

namespace hotline::cli {
namespace {

constexpr char kListSeparator[] = "; ";
constexpr const char* kDocumentColumns[] = {"document",   "title",           "kind",     "publicity", "authors",
                                            "recipients", "copied_to",       "dates",    "relations", "identifiers",
                                            "positions",  "printed_numbers", "headings", "summary"};
constexpr const char* kEventColumns[] = {
    "event",       "event_type", "time_utc", "edtf",  "earliest_utc", "latest_utc", "precision",    "time_zone",
    "approximate", "inferred",   "place",    "actor", "channel",      "known_to",   "event_source", "event_note"};

std::string Utc(const google::protobuf::Timestamp& time) {
  return absl::FormatTime("%E4Y-%m-%dT%H:%M:%E*SZ", ToTime(time), absl::UTCTimeZone());
}

std::string Ids(const google::protobuf::RepeatedPtrField<std::string>& names) {
  return absl::StrJoin(names, kListSeparator, [](std::string* out, const std::string& name) { *out += IdOf(name); });
}

// The name of an enum's value without what all of them begin with.
std::string Word(const std::string& name, absl::string_view prefix) { return name.substr(prefix.size()); }

std::vector<std::string> DocumentValues(const v1::Document& document) {
  std::vector<std::string> dates;
  for (const v1::DateClaim& claim : document.dates()) {
    dates.push_back(absl::StrCat(claim.date().edtf(), " (", IdOf(claim.source()), ")"));
  }
  std::vector<std::string> relations;
  for (const v1::Relation& relation : document.relations()) {
    relations.push_back(absl::StrCat(Word(v1::RelationType_Name(relation.type()), "RELATION_TYPE_"), " ",
                                     IdOf(relation.document()), " (", IdOf(relation.source()), ")"));
  }
  std::vector<std::string> positions;
  std::vector<std::string> printed;
  std::vector<std::string> headings;
  for (const v1::CatalogEntry& entry : document.entries()) {
    positions.push_back(absl::StrCat(entry.position()));
    printed.push_back(entry.printed_number());
    headings.push_back(entry.heading());
  }
  std::vector<std::string> identifiers;
  for (const v1::Identifier& identifier : document.identifiers()) identifiers.push_back(identifier.value());
  return {IdOf(document.name()),
          document.title(),
          Word(v1::DocumentKind_Name(document.kind()), "DOCUMENT_KIND_"),
          Word(v1::Publicity_Name(document.publicity()), "PUBLICITY_"),
          Ids(document.authors()),
          Ids(document.recipients()),
          Ids(document.copied_to()),
          absl::StrJoin(dates, kListSeparator),
          absl::StrJoin(relations, kListSeparator),
          absl::StrJoin(identifiers, kListSeparator),
          absl::StrJoin(positions, kListSeparator),
          absl::StrJoin(printed, kListSeparator),
          absl::StrJoin(headings, kListSeparator),
          document.summary()};
}

std::vector<std::string> EventValues(const v1::Event& event) {
  const v1::HistoricalDate& date = event.date();
  return {IdOf(event.name()),
          Word(v1::EventType_Name(event.type()), "EVENT_TYPE_"),
          Utc(event.time()),
          date.edtf(),
          Utc(date.earliest()),
          Utc(date.latest()),
          Word(v1::DatePrecision_Name(date.precision()), "DATE_PRECISION_"),
          date.time_zone(),
          date.approximate() ? "true" : "false",
          date.inferred() ? "true" : "false",
          event.place(),
          event.actor(),
          event.channel(),
          absl::StrJoin(event.known_to(), kListSeparator),
          IdOf(event.source()),
          event.note()};
}

}  // namespace

std::string CsvRecord(const std::vector<std::string>& values) {
  std::string record;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) record += ',';
    if (values[i].find_first_of(",\"\r\n") == std::string::npos) {
      record += values[i];
    } else {
      absl::StrAppend(&record, "\"", absl::StrReplaceAll(values[i], {{"\"", "\"\""}}), "\"");
    }
  }
  return record + "\r\n";
}

std::vector<std::string> CsvHeader() {
  std::vector<std::string> header(std::begin(kDocumentColumns), std::end(kDocumentColumns));
  header.insert(header.end(), std::begin(kEventColumns), std::end(kEventColumns));
  return header;
}

std::vector<std::vector<std::string>> CsvRows(const v1::Document& document) {
  const std::vector<std::string> own = DocumentValues(document);
  std::vector<std::vector<std::string>> rows;
  for (const v1::Event& event : document.events()) {
    rows.push_back(own);
    const std::vector<std::string> values = EventValues(event);
    rows.back().insert(rows.back().end(), values.begin(), values.end());
  }
  if (rows.empty()) {
    rows.push_back(own);
    rows.back().resize(CsvHeader().size());
  }
  return rows;
}

}  // namespace hotline::cli
