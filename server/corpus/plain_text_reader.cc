#include "server/corpus/plain_text_reader.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "server/corpus/utf8.h"

namespace hotline::server {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Where reading stands. Each Take moves on behind what it takes, and the blanks and comments that follow; where it
// returns false the text is not plain.
class PlainTextReader::Cursor {
 public:
  Cursor(const PlainTextReader& reader, absl::string_view text) : reader_(reader), text_(text) { SkipBlanks(); }

  bool AtEnd() const { return at_ == text_.size(); }
  std::size_t offset() const { return at_; }

  bool TakeChar(char wanted) {
    if (AtEnd() || text_[at_] != wanted) return false;
    ++at_;
    SkipBlanks();
    return true;
  }

  bool TakeWord(absl::string_view* word) {
    const std::size_t begin = at_;
    if (AtEnd() || absl::ascii_isdigit(static_cast<unsigned char>(text_[at_]))) return false;
    while (!AtEnd() && (absl::ascii_isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '_')) ++at_;
    *word = text_.substr(begin, at_ - begin);
    SkipBlanks();
    return !word->empty();
  }

  // One field of `message`, whose type is types_[type]; null where it is not plain. `seen` has a bit for each field of
  // one value that was there before.
  const Field* TakeField(std::size_t type, Message* message, std::uint64_t* seen) {
    absl::string_view name;
    if (!TakeWord(&name)) return nullptr;
    const std::vector<Field>& fields = reader_.types_[type].fields;
    const auto field = std::find_if(fields.begin(), fields.end(), [&](const Field& each) { return each.name == name; });
    if (field == fields.end()) return nullptr;
    const std::uint64_t bit = std::uint64_t{1} << (field - fields.begin());
    if (!field->descriptor->is_repeated() && (*seen & bit) != 0) return nullptr;
    *seen |= bit;
    const bool has_colon = TakeChar(':');
    const bool is_message = field->descriptor->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (is_message ? !TakeMessage(*field, message) : !has_colon || !TakeValues(*field, message)) return nullptr;
    if (!TakeChar(',')) TakeChar(';');
    return &*field;
  }

 private:
  void SkipBlanks() {
    while (!AtEnd()) {
      const char c = text_[at_];
      if (c == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
        ++at_;
      } else {
        return;
      }
    }
  }

  bool TakeMessage(const Field& field, Message* message) {
    if (!field.descriptor->is_repeated() || !TakeChar('{')) return false;
    Message* added = message->GetReflection()->AddMessage(message, field.descriptor);
    std::uint64_t seen = 0;
    while (!TakeChar('}')) {
      if (TakeField(field.type, added, &seen) == nullptr) return false;
    }
    return true;
  }

  bool TakeValues(const Field& field, Message* message) {
    const Reflection& reflection = *message->GetReflection();
    if (!field.descriptor->is_repeated() || !TakeChar('[')) return TakeValue(field, reflection, message);
    do {
      if (!TakeValue(field, reflection, message)) return false;
    } while (TakeChar(','));
    return TakeChar(']');
  }

  bool TakeValue(const Field& field, const Reflection& reflection, Message* message) {
    const FieldDescriptor* descriptor = field.descriptor;
    const bool repeated = descriptor->is_repeated();
    if (descriptor->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      std::string value;
      if (!TakeString(&value)) return false;
      repeated ? reflection.AddString(message, descriptor, std::move(value))
               : reflection.SetString(message, descriptor, std::move(value));
    } else if (descriptor->cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
      absl::string_view name;
      if (!TakeWord(&name)) return false;
      const auto* value = descriptor->enum_type()->FindValueByName(std::string(name));
      if (value == nullptr) return false;
      repeated ? reflection.AddEnum(message, descriptor, value) : reflection.SetEnum(message, descriptor, value);
    } else {
      std::int32_t value = 0;
      if (!TakeNumber(&value)) return false;
      repeated ? reflection.AddInt32(message, descriptor, value) : reflection.SetInt32(message, descriptor, value);
    }
    return true;
  }

  // Literals one behind the other are one string.
  bool TakeString(std::string* value) {
    bool is_ascii = true;
    do {
      if (!TakeLiteral(value, &is_ascii)) return false;
    } while (!AtEnd() && (text_[at_] == '"' || text_[at_] == '\''));
    return is_ascii || IsUtf8(*value);
  }

  bool TakeLiteral(std::string* value, bool* is_ascii) {
    if (AtEnd() || (text_[at_] != '"' && text_[at_] != '\'')) return false;
    const char quote = text_[at_++];
    std::size_t begin = at_;
    unsigned char all_bits = 0;
    for (; at_ < text_.size(); ++at_) {
      const unsigned char c = static_cast<unsigned char>(text_[at_]);
      if (c == static_cast<unsigned char>(quote)) {
        Append(text_.substr(begin, at_ - begin), value);
        ++at_;
        SkipBlanks();
        *is_ascii &= all_bits < 0x80;
        return true;
      }
      if (c < 0x20) return false;
      all_bits |= c;
      if (c != '\\') continue;
      Append(text_.substr(begin, at_ - begin), value);
      if (!TakeEscape(value)) return false;
      begin = at_ + 1;
    }
    return false;
  }

  // Leaves the cursor on the escape's last character.
  bool TakeEscape(std::string* value) {
    constexpr absl::string_view kEscapes = "nt\\\"'";
    constexpr absl::string_view kMeanings = "\n\t\\\"'";
    if (++at_ == text_.size()) return false;
    const std::size_t which = kEscapes.find(text_[at_]);
    if (which == absl::string_view::npos) return false;
    value->push_back(kMeanings[which]);
    return true;
  }

  // The first piece is copied, not appended, so that no room for more is kept.
  static void Append(absl::string_view piece, std::string* value) {
    if (value->empty()) {
      *value = std::string(piece);
    } else {
      value->append(piece.data(), piece.size());
    }
  }

  bool TakeNumber(std::int32_t* value) {
    constexpr std::size_t kMostDigits = 9;
    const std::size_t begin = at_;
    while (!AtEnd() && at_ - begin < kMostDigits && absl::ascii_isdigit(static_cast<unsigned char>(text_[at_]))) {
      *value = *value * 10 + (text_[at_++] - '0');
    }
    const std::size_t digits = at_ - begin;
    if (digits == 0 || (digits > 1 && text_[begin] == '0')) return false;  // "0x1F", "017"
    constexpr absl::string_view kEnds = " \n\t\r,;}]#";
    if (!AtEnd() && kEnds.find(text_[at_]) == absl::string_view::npos) return false;
    SkipBlanks();
    return true;
  }

  const PlainTextReader& reader_;
  const absl::string_view text_;
  std::size_t at_ = 0;
};

PlainTextReader::PlainTextReader(const google::protobuf::Descriptor* type) { AddType(type); }

std::size_t PlainTextReader::AddType(const google::protobuf::Descriptor* descriptor) {
  const auto known =
      std::find_if(types_.begin(), types_.end(), [&](const Type& each) { return each.descriptor == descriptor; });
  if (known != types_.end()) return static_cast<std::size_t>(known - types_.begin());
  const std::size_t index = types_.size();
  types_.push_back({descriptor, {}});
  std::vector<Field> fields;
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* field = descriptor->field(i);
    const bool is_message = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    fields.push_back({field->name(), field, is_message ? AddType(field->message_type()) : 0});
  }
  types_[index].fields = std::move(fields);
  return index;
}

bool PlainTextReader::Read(absl::string_view text, int element, Message* message,
                           std::vector<std::size_t>* starts) const {
  Cursor cursor(*this, text);
  std::uint64_t seen = 0;
  while (!cursor.AtEnd()) {
    const std::size_t start = cursor.offset();
    const Field* field = cursor.TakeField(0, message, &seen);
    if (field == nullptr) return false;
    if (field->descriptor->number() == element) starts->push_back(start);
  }
  return true;
}

}  // namespace hotline::server
