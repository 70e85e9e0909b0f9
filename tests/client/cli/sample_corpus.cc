#include "tests/client/cli/sample_corpus.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_split.h"
#include "client/cli/civil_time.h"
#include "client/cli/text_layout.h"
#include "google/protobuf/text_format.h"

namespace hotline::cli {
namespace {

constexpr char kWashington[] = "America/New_York";
constexpr char kMoscow[] = "Europe/Moscow";

constexpr char kCorpus[] = R"pb(
  title: "Kennedy - Khrushchev Correspondence on Cuba Crisis"
  first_day: "1962-10-26"
  last_day: "1962-10-28"
  default_time_zone: "America/New_York"
  document_count: 4
  entry_count: 5
  event_count: 5
  participants {
    name: "participants/kennedy"
    display_name: "John F. Kennedy"
    description: "President of the United States"
    audience: "washington"
  }
  participants { name: "participants/khrushchev" display_name: "Никита Хрущёв" audience: "moscow" }
  participants { name: "participants/u-thant" display_name: "U Thant" }
  sources { name: "sources/frus-6" short_name: "FRUS" title: "Foreign Relations of the United States" }
  sources { name: "sources/finding-aid" short_name: "finding aid" title: "The finding aid" }
  audiences { id: "washington" display_name: "Washington" time_zone: "America/New_York" }
  audiences { id: "moscow" display_name: "Moscow" time_zone: "Europe/Moscow" }
  audiences { id: "public" display_name: "the public" }
)pb";

void Check(bool condition) {
  if (!condition) std::abort();
}

v1::Document Letter(const std::string& id, const std::string& title, const std::string& author,
                    const std::string& recipient) {
  v1::Document document;
  document.set_name("documents/" + id);
  document.set_kind(v1::DOCUMENT_KIND_LETTER);
  document.set_title(title);
  document.add_authors("participants/" + author);
  document.add_recipients("participants/" + recipient);
  return document;
}

void AddClaim(v1::Document& document, v1::HistoricalDate date, const std::string& source, const std::string& note) {
  v1::DateClaim* claim = document.add_dates();
  *claim->mutable_date() = std::move(date);
  claim->set_source("sources/" + source);
  claim->set_note(note);
}

v1::Event& AddEvent(v1::Document& document, v1::EventType type, v1::HistoricalDate date,
                    const std::vector<std::string>& known_to) {
  v1::Event& event = *document.add_events();
  event.set_name(document.name() + "/events/" + std::to_string(document.events_size()));
  event.set_type(type);
  const absl::Time earliest = ToTime(date.earliest());
  const absl::Time middle = earliest + (ToTime(date.latest()) - earliest) / 2;
  event.mutable_time()->set_seconds(absl::ToUnixSeconds(middle));
  *event.mutable_date() = std::move(date);
  for (const std::string& audience : known_to) event.add_known_to(audience);
  event.set_source("sources/frus-6");
  return event;
}

void AddEntry(v1::Document& document, int position, const std::string& number, const std::string& heading) {
  v1::CatalogEntry* entry = document.add_entries();
  entry->set_position(position);
  entry->set_printed_number(number);
  entry->set_heading(heading);
  entry->set_line(position + 10);
}

}  // namespace

google::protobuf::Timestamp At(const std::string& rfc3339) {
  absl::Time time;
  std::string error;
  Check(absl::ParseTime(absl::RFC3339_full, rfc3339, &time, &error));
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(absl::ToUnixSeconds(time));
  return timestamp;
}

v1::HistoricalDate Minute(const std::string& rfc3339, const std::string& zone) {
  v1::HistoricalDate date;
  *date.mutable_earliest() = At(rfc3339);
  *date.mutable_latest() = At(rfc3339);
  date.set_precision(v1::DATE_PRECISION_MINUTE);
  date.set_time_zone(zone);
  date.set_edtf(rfc3339);
  return date;
}

v1::HistoricalDate Day(const std::string& day, const std::string& zone) {
  const absl::TimeZone loaded = *FindZone(zone);
  const absl::CivilDay civil = *ParseDay(day);
  v1::HistoricalDate date;
  date.mutable_earliest()->set_seconds(absl::ToUnixSeconds(absl::FromCivil(civil, loaded)));
  date.mutable_latest()->set_seconds(absl::ToUnixSeconds(absl::FromCivil(civil + 1, loaded)));
  date.set_precision(v1::DATE_PRECISION_DAY);
  date.set_time_zone(zone);
  date.set_edtf(day);
  return date;
}

v1::Corpus SampleCorpus() {
  v1::Corpus corpus;
  Check(google::protobuf::TextFormat::ParseFromString(kCorpus, &corpus));
  return corpus;
}

Vocabulary SampleVocabulary() { return *Vocabulary::Make(SampleCorpus()); }

std::vector<v1::Document> SampleDocuments() {
  v1::Document kk08 = Letter("kk-08", "Khrushchev to Kennedy: the long private letter", "khrushchev", "kennedy");
  kk08.set_publicity(v1::PUBLICITY_PRIVATE);
  AddClaim(kk08, Day("1962-10-26", kMoscow), "frus-6", "");
  v1::Event& sent = AddEvent(kk08, v1::EVENT_TYPE_SENT, Minute("1962-10-26T19:00:00+03:00", kMoscow), {"moscow"});
  sent.set_channel("Embtel 1101");
  AddEvent(kk08, v1::EVENT_TYPE_RECEIVED, Minute("1962-10-26T21:15:00-04:00", kWashington), {"washington"});
  AddEntry(kk08, 8, "8", "Khrushchev to Kennedy, 26 October 1962");

  v1::Document kk09 = Letter("kk-09", "Khrushchev to Kennedy: the public letter", "khrushchev", "kennedy");
  kk09.set_publicity(v1::PUBLICITY_PUBLIC);
  kk09.set_summary(
      "Publicly released text that offered to make a deal on U.S. missiles in Turkey for Soviet missiles.");
  AddClaim(kk09, Day("1962-10-27", kMoscow), "frus-6", "The day of the broadcast.");
  AddClaim(kk09, Day("1962-10-26", kMoscow), "finding-aid", "");
  kk09.mutable_dates(1)->mutable_date()->set_as_written("26 October 1962");
  AddEvent(kk09, v1::EVENT_TYPE_BROADCAST, Minute("1962-10-27T17:00:00+03:00", kMoscow),
           {"washington", "moscow", "public"});
  AddEntry(kk09, 9, "9", "Khrushchev to Kennedy, 26 October 1962");
  v1::Identifier* identifier = kk09.add_identifiers();
  identifier->set_value("d66");
  identifier->add_aliases("FRUS 1961-63 VI 66");
  identifier->set_source("sources/frus-6");

  v1::Document kk10;
  kk10.set_name("documents/kk-10");
  kk10.set_kind(v1::DOCUMENT_KIND_STATEMENT);
  kk10.set_title("White House statement");
  kk10.set_publicity(v1::PUBLICITY_PUBLIC);
  AddClaim(kk10, Day("1962-10-27", kWashington), "frus-6", "");
  AddEvent(kk10, v1::EVENT_TYPE_RELEASED, Day("1962-10-27", kWashington), {"washington", "moscow", "public"})
      .set_place("Moscow and Washington");
  AddEntry(kk10, 10, "10", "White House public statement, 27 October 1962");

  v1::Document kk13 = Letter("kk-13", "Kennedy to Khrushchev: the answer to the withdrawal", "kennedy", "khrushchev");
  kk13.set_publicity(v1::PUBLICITY_PUBLIC);
  AddClaim(kk13, Day("1962-10-28", kWashington), "frus-6", "");
  AddEvent(kk13, v1::EVENT_TYPE_RELEASED, Minute("1962-10-28T16:35:00-05:00", kWashington),
           {"washington", "moscow", "public"});
  v1::Relation* relation = kk13.add_relations();
  relation->set_type(v1::RELATION_TYPE_REPLIES_TO);
  relation->set_document("documents/kk-08");
  relation->set_source("sources/frus-6");
  AddEntry(kk13, 12, "12", "Kennedy to Khrushchev - 28 October");
  AddEntry(kk13, 14, "12", "Kennedy to Khrushchev, 28 October 1962");
  return {kk08, kk09, kk10, kk13};
}

Documents SampleDocumentsByName() {
  Documents documents;
  for (const v1::Document& document : SampleDocuments()) documents.emplace(document.name(), document);
  return documents;
}

v1::Document SampleDocument(const std::string& id) {
  for (const v1::Document& document : SampleDocuments()) {
    if (IdOf(document.name()) == id) return document;
  }
  std::abort();
}

std::vector<std::string> LinesOf(const std::string& text) {
  std::vector<std::string> lines = absl::StrSplit(text, '\n');
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

std::string WithoutEscapes(const std::string& text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x1b') {
      i = text.find('m', i);
    } else {
      plain += text[i];
    }
  }
  return plain;
}

int WidestLine(const std::string& text) {
  int widest = 0;
  for (const std::string& line : LinesOf(WithoutEscapes(text))) widest = std::max(widest, Width(line));
  return widest;
}

}  // namespace hotline::cli
