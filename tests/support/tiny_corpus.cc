#include "tests/support/tiny_corpus.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/corpus/historical_date.h"

namespace hotline::server {
namespace {

constexpr char kZone[] = "America/New_York";

v1::Corpus Summary() {
  v1::Corpus summary;
  summary.set_title("A corpus for tests");
  summary.set_default_time_zone(kZone);
  for (const auto& [id, audience, zone] :
       {std::tuple("kennedy", "washington", kZone), std::tuple("khrushchev", "moscow", "Europe/Moscow")}) {
    v1::Participant* participant = summary.add_participants();
    participant->set_name(absl::StrCat("participants/", id));
    participant->set_audience(audience);
    participant->set_time_zone(zone);
    v1::Audience* added = summary.add_audiences();
    added->set_id(audience);
    added->set_time_zone(zone);
  }
  summary.add_sources()->set_name("sources/edition");
  summary.add_sources()->set_name("sources/aid");
  return summary;
}

v1::Document MakeDocument(const TinyDocument& tiny) {
  v1::Document document;
  document.set_name(absl::StrCat("documents/", tiny.id));
  document.set_kind(tiny.kind);
  document.set_title(absl::StrCat("title of ", tiny.id));
  document.set_publicity(tiny.publicity);
  document.set_text(tiny.text);
  document.add_authors(absl::StrCat("participants/", tiny.author));
  document.add_recipients(absl::StrCat("participants/", tiny.recipient));
  if (!tiny.date.empty()) {
    v1::DateClaim* claim = document.add_dates();
    *claim->mutable_date() = ParseDate(tiny.date, kZone).value();
    claim->set_source("sources/edition");
  }
  for (const TinyDocument::TinyEvent& event : tiny.events) {
    v1::Event* added = document.add_events();
    added->set_name(absl::StrCat(document.name(), "/events/", document.events_size()));
    added->set_type(event.type);
    *added->mutable_date() = ParseDate(event.date, kZone).value();
    *added->mutable_time() = ToTimestamp(event.time.value_or(Middle(added->date())));
    for (const std::string& audience : event.known_to) added->add_known_to(audience);
  }
  for (const std::string& id : tiny.replies_to) {
    v1::Relation* relation = document.add_relations();
    relation->set_type(v1::RELATION_TYPE_REPLIES_TO);
    relation->set_document(absl::StrCat("documents/", id));
    relation->set_source("sources/edition");
  }
  return document;
}

}  // namespace

std::shared_ptr<const Corpus> TinyCorpus(const std::vector<TinyDocument>& documents) {
  std::vector<v1::Document> made;
  for (const TinyDocument& tiny : documents) made.push_back(MakeDocument(tiny));
  return std::make_shared<const Corpus>(Summary(), std::move(made));
}

}  // namespace hotline::server
