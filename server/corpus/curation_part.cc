#include "server/corpus/curation_part.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/io/zero_copy_stream_impl.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "server/corpus/curation.h"
#include "server/corpus/errors.h"
#include "server/corpus/utf8.h"

namespace hotline::server {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::TextFormat;

// Passes errors on, or drops them, where there are no diagnostics.
class SyntaxErrors : public google::protobuf::io::ErrorCollector {
 public:
  explicit SyntaxErrors(std::vector<Diagnostic>* diagnostics) : diagnostics_(diagnostics) {}

  void AddError(int line, google::protobuf::io::ColumnNumber column, const std::string& message) override {
    if (diagnostics_ == nullptr) return;
    // The message may quote bytes of the file as they stand.
    diagnostics_->push_back({Diagnostic::Severity::kError, kCurationFile, line + 1,
                             absl::StrCat("column ", column + 1, ": ", ToUtf8(message))});
  }

 private:
  std::vector<Diagnostic>* diagnostics_;
};

// Text of any size, which Protobuf's own stream of one array is not for.
class TextStream {
 public:
  explicit TextStream(absl::string_view text) {
    constexpr std::size_t kMost = std::size_t{1} << 30;
    do {
      const absl::string_view piece = text.substr(0, kMost);
      pieces_.push_back(
          std::make_unique<google::protobuf::io::ArrayInputStream>(piece.data(), static_cast<int>(piece.size())));
      text.remove_prefix(piece.size());
    } while (!text.empty());
    for (const auto& piece : pieces_) streams_.push_back(piece.get());
    whole_.emplace(streams_.data(), static_cast<int>(streams_.size()));
  }

  google::protobuf::io::ZeroCopyInputStream* get() { return &*whole_; }

 private:
  std::vector<std::unique_ptr<google::protobuf::io::ArrayInputStream>> pieces_;
  std::vector<google::protobuf::io::ZeroCopyInputStream*> streams_;
  std::optional<google::protobuf::io::ConcatenatingInputStream> whole_;
};

bool Parse(absl::string_view text, Message* message, TextFormat::ParseInfoTree* tree,
           std::vector<Diagnostic>* diagnostics) {
  SyntaxErrors errors(diagnostics);
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&errors);
  if (tree != nullptr) parser.WriteLocationsTo(tree);
  TextStream stream(text);
  return parser.Parse(stream.get(), message);
}

int CountLineFeeds(absl::string_view text) { return static_cast<int>(std::count(text.begin(), text.end(), '\n')); }

}  // namespace

CurationPart::CurationPart(absl::string_view text)
    : text_(text), content_(google::protobuf::Arena::CreateMessage<curation::Curation>(&arena_)) {}

bool CurationPart::Read(const PlainTextReader& plain, std::vector<Diagnostic>* diagnostics) {
  line_feeds_ = CountLineFeeds(text_);
  is_plain_ = plain.Read(text_, curation::Curation::kDocumentsFieldNumber, content_, &starts_);
  if (!is_plain_) {
    content_->Clear();
    if (!Parse(text_, content_, nullptr, diagnostics)) return false;
  }
  documents_ = content_->documents_size();
  return true;
}

void CurationPart::CheckStrings(std::vector<Diagnostic>* diagnostics) const {
  if (!is_plain_) CheckStrings(*content_, diagnostics);
}

void CurationPart::CheckStrings(const Message& message, std::vector<Diagnostic>* diagnostics) const {
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const int count = CountOf(message, field);
    for (int i = 0; i < count; ++i) {
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        CheckStrings(reflection.GetRepeatedMessage(message, field, i), diagnostics);
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
        const std::string value = field->is_repeated() ? reflection.GetRepeatedString(message, field, i)
                                                       : reflection.GetString(message, field);
        if (IsUtf8(value)) continue;
        diagnostics->push_back({Diagnostic::Severity::kError, kCurationFile,
                                LineOf(-1, message, field->name().c_str(), i),
                                absl::StrCat("`", field->name(), "` is not valid UTF-8: ", Quoted(ToUtf8(value)))});
      }
    }
  }
}

int CurationPart::CountOf(const Message& message, const FieldDescriptor* field) const {
  if (!field->is_repeated()) return 1;
  // Other parts' documents may stand behind the own ones.
  return field->message_type() == curation::Document::descriptor() ? documents_
                                                                   : message.GetReflection()->FieldSize(message, field);
}

int CurationPart::Location::LineOf(const FieldDescriptor* field, int index) const {
  if (!field->is_repeated()) index = -1;
  int found = tree->GetLocation(field, index).line;
  while (found < 0 && index > 0) found = tree->GetLocation(field, --index).line;  // of "[a, b]" only the first has one
  return found < 0 ? line : lines_before + found + 1;
}

int CurationPart::LineOf(int document, const Message& message) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return Find(document, message).line;
}

int CurationPart::LineOf(int document, const Message& message, const char* field, int index) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return Find(document, message).LineOf(message.GetDescriptor()->FindFieldByName(field), index);
}

const CurationPart::Location& CurationPart::Find(int document, const Message& message) const {
  auto found = locations_.find(&message);
  if (found == locations_.end()) {
    is_plain_&& document >= 0 ? LocateDocument(document) : LocateAll();
    found = locations_.find(&message);
  }
  if (found == locations_.end()) std::abort();
  return found->second;
}

void CurationPart::LocateDocument(int document) const {
  const std::size_t begin = starts_[static_cast<std::size_t>(document)];
  const std::size_t end = document + 1 < documents_ ? starts_[static_cast<std::size_t>(document) + 1] : text_.size();
  // Documents are mostly asked for in their order, so the lines before are counted on.
  if (begin < counted_to_) counted_to_ = static_cast<std::size_t>(counted_ = 0);
  counted_ += CountLineFeeds(text_.substr(counted_to_, begin - counted_to_));
  counted_to_ = begin;
  const Location piece{&TreeOf(text_.substr(begin, end - begin)), lines_before_ + counted_, 0};
  const FieldDescriptor* field =
      content_->GetDescriptor()->FindFieldByNumber(curation::Curation::kDocumentsFieldNumber);
  Locate(content_->documents(document),
         {piece.tree->GetTreeForNested(field, 0), piece.lines_before, piece.LineOf(field, 0)});
}

void CurationPart::LocateAll() const { Locate(*content_, {&TreeOf(text_), lines_before_, 0}); }

const CurationPart::Tree& CurationPart::TreeOf(absl::string_view piece) const {
  // Only the last one is kept: locations take many times the room of what they are of.
  locations_.clear();
  tree_ = std::make_unique<Tree>();
  curation::Curation content;
  if (!Parse(piece, &content, tree_.get(), nullptr)) std::abort();  // it was read before
  return *tree_;
}

void CurationPart::Locate(const Message& message, Location location) const {
  locations_.emplace(&message, location);
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    for (int i = 0; i < CountOf(message, field); ++i) {
      Locate(reflection.GetRepeatedMessage(message, field, i),
             {location.tree->GetTreeForNested(field, i), location.lines_before, location.LineOf(field, i)});
    }
  }
}

}  // namespace hotline::server
