#include "server/corpus/curation.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/message.h"
#include "server/corpus/errors.h"
#include "server/corpus/utf8.h"

namespace hotline::server {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::TextFormat;

class SyntaxErrors : public google::protobuf::io::ErrorCollector {
 public:
  explicit SyntaxErrors(std::vector<Diagnostic>* diagnostics) : diagnostics_(diagnostics) {}

  void AddError(int line, google::protobuf::io::ColumnNumber column, const std::string& message) override {
    // The message may quote bytes of the file as they stand.
    diagnostics_->push_back({Diagnostic::Severity::kError, kCurationFile, line + 1,
                             absl::StrCat("column ", column + 1, ": ", ToUtf8(message))});
  }

 private:
  std::vector<Diagnostic>* diagnostics_;
};

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

std::unique_ptr<CurationFile> CurationFile::Parse(absl::string_view text, std::vector<Diagnostic>* diagnostics) {
  std::unique_ptr<CurationFile> file(new CurationFile);
  SyntaxErrors errors(diagnostics);
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&errors);
  parser.WriteLocationsTo(&file->tree_);
  google::protobuf::io::ArrayInputStream input(text.data(), static_cast<int>(text.size()));
  if (!parser.Parse(&input, &file->content_)) return nullptr;
  file->Visit(file->content_, {&file->tree_, 0}, diagnostics);
  return file;
}

std::unique_ptr<CurationFile> CurationFile::Make(const FindingAid& aid) {
  std::unique_ptr<CurationFile> file(new CurationFile);
  curation::Curation& curation = file->content_;
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

void CurationFile::Visit(const Message& message, Location location, std::vector<Diagnostic>* diagnostics) {
  locations_.emplace(&message, location);
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const int count = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
    int line = location.line;
    for (int i = 0; i < count; ++i) {
      const int index = field->is_repeated() ? i : -1;
      const int found = location.tree->GetLocation(field, index).line;
      if (found >= 0) line = found + 1;                             // of "[a, b]" only the first has one
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {  // all of them repeated
        Visit(reflection.GetRepeatedMessage(message, field, i), {location.tree->GetTreeForNested(field, index), line},
              diagnostics);
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
        const std::string value = field->is_repeated() ? reflection.GetRepeatedString(message, field, i)
                                                       : reflection.GetString(message, field);
        if (IsUtf8(value)) continue;
        diagnostics->push_back({Diagnostic::Severity::kError, kCurationFile, line,
                                absl::StrCat("`", field->name(), "` is not valid UTF-8: ", Quoted(ToUtf8(value)))});
      }
    }
  }
}

int CurationFile::LineOf(const Message& message) const {
  const auto found = locations_.find(&message);
  return found == locations_.end() ? 0 : found->second.line;
}

int CurationFile::LineOf(const Message& message, const char* field, int index) const {
  const auto found = locations_.find(&message);
  if (found == locations_.end()) return 0;
  const FieldDescriptor* descriptor = message.GetDescriptor()->FindFieldByName(field);
  if (!descriptor->is_repeated()) index = -1;
  int line = found->second.tree->GetLocation(descriptor, index).line;
  while (line < 0 && index > 0) line = found->second.tree->GetLocation(descriptor, --index).line;  // "[a, b]"
  return line < 0 ? found->second.line : line + 1;
}

}  // namespace hotline::server
