#include "server/corpus/curation.h"

#include <algorithm>
#include <atomic>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "server/corpus/curation_part.h"
#include "server/corpus/parallel.h"
#include "server/corpus/plain_text_reader.h"

namespace hotline::server {
namespace {

// Parts are of at least so many bytes: enough to be worth a thread's while, and few enough for the threads to end
// together.
constexpr std::size_t kPartBytes = std::size_t{1} << 20;

// Cuts a file into parts that begin with a document. A guess: strings end with their line in this format, so it is
// never within one, but only a reader knows whether a part is whole.
std::vector<absl::string_view> Cut(absl::string_view text) {
  constexpr absl::string_view kBegin = "\ndocuments";
  std::vector<absl::string_view> parts;
  while (!text.empty()) {
    const std::size_t end = text.size() <= kPartBytes ? absl::string_view::npos : text.find(kBegin, kPartBytes);
    parts.push_back(text.substr(0, end == absl::string_view::npos ? end : end + 1));
    text.remove_prefix(parts.back().size());
  }
  if (parts.empty()) parts.push_back(text);
  return parts;
}

bool HasOnlyDocuments(const curation::Curation& content) {
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  content.GetReflection()->ListFields(content, &fields);
  return std::all_of(fields.begin(), fields.end(), [](const google::protobuf::FieldDescriptor* field) {
    return field->number() == curation::Curation::kDocumentsFieldNumber;
  });
}

// "President Kennedy" -> "president-kennedy"; always a well-formed id.
std::string Slug(absl::string_view words) {
  constexpr std::size_t kLongest = 50;  // leaves room for what makes it unique
  std::string slug;
  for (const char c : words) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c))) {
      slug += absl::ascii_tolower(static_cast<unsigned char>(c));
    } else if (!slug.empty() && slug.back() != '-') {
      slug += '-';
    }
  }
  slug.resize(std::min(slug.size(), kLongest));
  while (!slug.empty() && slug.back() == '-') slug.pop_back();
  if (slug.empty() || !absl::ascii_isalpha(static_cast<unsigned char>(slug.front()))) {
    slug = slug.empty() ? "participant" : absl::StrCat("participant-", slug);
  }
  return slug;
}

// Makes participants of the words in headings.
class ParticipantMaker {
 public:
  explicit ParticipantMaker(curation::Curation* curation) : curation_(curation) {}

  // The id of the participant called so; a new one where there is none yet.
  std::string IdOf(const std::string& words) {
    const auto [found, is_new] = id_of_words_.emplace(words, "");
    if (!is_new) return found->second;
    std::string id = Slug(words);
    const int same = ++uses_of_slug_[id];
    if (same > 1) absl::StrAppend(&id, "--", same);  // a slug has no double hyphen
    curation::Participant* participant = curation_->add_participants();
    participant->set_id(id);
    participant->set_display_name(words);
    participant->add_also_written(words);
    found->second = id;
    return id;
  }

 private:
  curation::Curation* curation_;
  absl::flat_hash_map<std::string, std::string> id_of_words_;
  absl::flat_hash_map<std::string, int> uses_of_slug_;
};

}  // namespace

CurationFile::CurationFile() = default;
CurationFile::~CurationFile() {
  ForEachIndex(parts_.size(), [this](std::size_t i) { parts_[i].reset(); });
}

std::unique_ptr<CurationFile> CurationFile::Parse(absl::string_view text, std::vector<Diagnostic>* diagnostics) {
  std::unique_ptr<CurationFile> file(new CurationFile);
  std::vector<std::unique_ptr<CurationPart>>& parts = file->parts_;
  const PlainTextReader plain(curation::Curation::descriptor());
  for (const absl::string_view part : Cut(text)) parts.push_back(std::make_unique<CurationPart>(part));
  std::atomic<bool> whole = true;
  ForEachIndex(parts.size(), [&](std::size_t i) {
    if (!parts[i]->Read(plain, nullptr) || (i > 0 && !HasOnlyDocuments(parts[i]->content()))) whole = false;
  });
  if (!whole) {
    // Something is wrong, or two parts have to be known together, such as those of a field that is there twice.
    parts.clear();
    parts.push_back(std::make_unique<CurationPart>(text));
    if (!parts.front()->Read(plain, diagnostics)) return nullptr;
  }
  file->Join();
  file->has_lines_ = true;
  for (const std::unique_ptr<CurationPart>& part : parts) part->CheckStrings(diagnostics);
  return file;
}

void CurationFile::Join() {
  auto* documents = parts_.front()->mutable_content()->mutable_documents();
  int lines = 0;
  for (const std::unique_ptr<CurationPart>& part : parts_) {
    part->SetBefore(part == parts_.front() ? 0 : documents->size(), lines);
    lines += part->line_feeds();
    if (part == parts_.front()) continue;
    // They stay on their own part's arena.
    for (curation::Document& document : *part->mutable_content()->mutable_documents()) {
      documents->UnsafeArenaAddAllocated(&document);
    }
  }
}

std::unique_ptr<CurationFile> CurationFile::Make(const FindingAid& aid) {
  std::unique_ptr<CurationFile> file(new CurationFile);
  file->parts_.push_back(std::make_unique<CurationPart>(""));
  curation::Curation& curation = *file->parts_.front()->mutable_content();
  curation.set_default_time_zone("UTC");
  curation.set_finding_aid_source("finding-aid");
  curation::Source* source = curation.add_sources();
  source->set_id(curation.finding_aid_source());
  source->set_short_name("finding aid");
  source->set_title(aid.title.empty() ? "The finding aid" : aid.title);

  ParticipantMaker participants(&curation);
  const std::size_t width = absl::StrCat(aid.entries.size()).size();
  for (const FindingAidEntry& entry : aid.entries) {
    curation::Document* document = curation.add_documents();
    const std::string number = absl::StrCat(entry.entry.position());
    document->set_id(absl::StrCat("entry-", std::string(width - number.size(), '0'), number));
    document->add_positions(entry.entry.position());
    if (!entry.heading.author.empty()) document->add_authors(participants.IdOf(entry.heading.author));
    if (!entry.heading.recipient.empty()) document->add_recipients(participants.IdOf(entry.heading.recipient));
  }
  return file;
}

const curation::Curation& CurationFile::content() const { return parts_.front()->content(); }

CurationLines CurationFile::LinesOf(int document) const {
  if (!has_lines_) return {nullptr, document};
  const auto behind = std::upper_bound(
      parts_.begin(), parts_.end(), document,
      [](int wanted, const std::unique_ptr<CurationPart>& part) { return wanted < part->documents_before(); });
  const CurationPart& part = **(behind - 1);
  return {&part, document - part.documents_before()};
}

CurationLines CurationFile::lines() const { return {has_lines_ ? parts_.front().get() : nullptr, -1}; }

int CurationLines::LineOf(const google::protobuf::Message& message) const {
  return part_ == nullptr ? 0 : part_->LineOf(document_, message);
}

int CurationLines::LineOf(const google::protobuf::Message& message, const char* field, int index) const {
  return part_ == nullptr ? 0 : part_->LineOf(document_, message, field, index);
}

}  // namespace hotline::server
