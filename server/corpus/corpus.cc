#include "server/corpus/corpus.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <limits>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "server/corpus/historical_date.h"

namespace hotline::server {
namespace {

constexpr std::size_t kRevisionDigits = 16;

// When a document stands in the timeline; without a date, behind everything.
absl::Time TimelineTime(const v1::Document& document) {
  return document.dates().empty() ? absl::InfiniteFuture() : Middle(document.dates(0).date());
}

// The K of "documents/ID/events/K".
int EventNumber(const v1::Event& event) {
  int number = 0;
  const std::size_t slash = event.name().rfind('/');
  if (slash == std::string::npos || !absl::SimpleAtoi(event.name().substr(slash + 1), &number)) {
    return std::numeric_limits<int>::max();
  }
  return number;
}

void SortEvents(v1::Document* document) {
  auto* events = document->mutable_events();
  std::stable_sort(events->pointer_begin(), events->pointer_end(), [](const v1::Event* a, const v1::Event* b) {
    const absl::Time time_of_a = FromTimestamp(a->time());
    const absl::Time time_of_b = FromTimestamp(b->time());
    return time_of_a == time_of_b ? EventNumber(*a) < EventNumber(*b) : time_of_a < time_of_b;
  });
}

// Hashes what is added, one piece behind the other.
class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) { EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr); }

  void Add(absl::string_view bytes) { EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }

  // A message in its deterministic serialisation, preceded by its length, so that no two lists of messages give the
  // same bytes.
  void Add(const google::protobuf::Message& message) {
    serialised_.clear();
    {
      google::protobuf::io::StringOutputStream stream(&serialised_);
      google::protobuf::io::CodedOutputStream coded(&stream);
      coded.SetSerializationDeterministic(true);
      message.SerializeToCodedStream(&coded);
    }
    Add(absl::StrCat(serialised_.size(), ":"));
    Add(serialised_);
  }

  // Lower-case hexadecimal, of everything; nothing can be added then.
  std::string Hex() {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    EVP_DigestFinal_ex(context_.get(), digest, &size);
    return absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(digest), size));
  }

 private:
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context_;
  std::string serialised_;
};

template <typename Message>
const Message* FindByName(const google::protobuf::RepeatedPtrField<Message>& messages, absl::string_view name) {
  const auto found =
      std::find_if(messages.begin(), messages.end(), [name](const Message& message) { return message.name() == name; });
  return found == messages.end() ? nullptr : &*found;
}

}  // namespace

Corpus::Corpus(v1::Corpus summary, std::vector<v1::Document> documents)
    : summary_(std::move(summary)), default_zone_(*FindZone(summary_.default_time_zone())) {
  TakeDocuments(std::move(documents));
  OrderEvents();
  Summarise();
  // What is long for many documents, at the same time; each reads only what stands above.
  std::thread hashing([this] { revision_ = Revision(); });
  for (std::size_t i = 0; i < documents_.size(); ++i) document_by_name_.insert(static_cast<std::uint32_t>(i));
  for (std::size_t i = 0; i < events_.size(); ++i) event_by_name_.insert(static_cast<std::uint32_t>(i));
  columns_ = Columns(summary_, documents_);
  relations_ = RelationIndex(*this);
  references_ = ReferenceIndex(documents_);
  hashing.join();
}

void Corpus::TakeDocuments(std::vector<v1::Document> documents) {
  std::vector<std::pair<absl::Time, std::size_t>> order;
  order.reserve(documents.size());
  for (v1::Document& document : documents) {
    order.emplace_back(TimelineTime(document), order.size());
    SortEvents(&document);
  }
  std::sort(order.begin(), order.end());
  documents_.reserve(documents.size());
  for (const auto& [time, index] : order) documents_.push_back(std::move(documents[index]));
}

void Corpus::OrderEvents() {
  std::size_t count = 0;
  for (const v1::Document& document : documents_) count += static_cast<std::size_t>(document.events_size());
  events_.reserve(count);
  for (std::size_t i = 0; i < documents_.size(); ++i) {
    for (const v1::Event& event : documents_[i].events()) {
      events_.push_back({FromTimestamp(event.time()), static_cast<std::uint32_t>(i), &event});
    }
  }
  // They are in the order of documents, and each document's own in order of time.
  std::stable_sort(events_.begin(), events_.end(),
                   [](const EventRef& a, const EventRef& b) { return a.time < b.time; });
}

void Corpus::Summarise() {
  summary_.set_document_count(static_cast<std::int32_t>(documents_.size()));
  summary_.set_event_count(static_cast<std::int32_t>(events_.size()));
  int entries = 0;
  for (const v1::Document& document : documents_) entries += document.entries_size();
  summary_.set_entry_count(entries);
  summary_.clear_first_day();
  summary_.clear_last_day();
  if (events_.empty()) return;
  summary_.set_first_day(FormatDay(absl::ToCivilDay(events_.front().time, default_zone_)));
  summary_.set_last_day(FormatDay(absl::ToCivilDay(events_.back().time, default_zone_)));
}

std::string Corpus::Revision() const {
  Sha256 hash;
  hash.Add(summary_);
  for (const v1::Document& document : documents_) hash.Add(document);
  return hash.Hex().substr(0, kRevisionDigits);
}

const v1::Document* Corpus::FindDocument(absl::string_view name) const {
  const auto found = document_by_name_.find(name);
  return found == document_by_name_.end() ? nullptr : &documents_[*found];
}

const EventRef* Corpus::FindEvent(absl::string_view name) const {
  const auto found = event_by_name_.find(name);
  return found == event_by_name_.end() ? nullptr : &events_[*found];
}

const v1::Participant* Corpus::FindParticipant(absl::string_view name) const {
  return FindByName(summary_.participants(), name);
}

const v1::Source* Corpus::FindSource(absl::string_view name) const { return FindByName(summary_.sources(), name); }

const v1::Audience* Corpus::FindAudience(absl::string_view id) const {
  for (const v1::Audience& audience : summary_.audiences()) {
    if (audience.id() == id) return &audience;
  }
  return nullptr;
}

bool IsKnownTo(const v1::Event& event, absl::string_view audience) {
  return std::find(event.known_to().begin(), event.known_to().end(), audience) != event.known_to().end();
}

std::uint64_t Fingerprint(absl::string_view bytes) {
  return std::stoull(Sha256Hex(bytes).substr(0, 16), nullptr, 16);
}

std::string Sha256Hex(absl::string_view bytes) {
  Sha256 hash;
  hash.Add(bytes);
  return hash.Hex();
}

}  // namespace hotline::server
