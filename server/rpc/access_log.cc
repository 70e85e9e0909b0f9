#include "server/rpc/access_log.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace hotline::server {
namespace {

// Longer values were made up to fill the log.
constexpr std::size_t kMostValueBytes = 256;

bool IsLowerHex(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return absl::ascii_isdigit(c) || (c >= 'a' && c <= 'f'); });
}

bool IsAllZero(absl::string_view text) { return text.find_first_not_of('0') == text.npos; }

// What may stand in a line as it is: between quotes, and without them.
struct Plainness {
  bool quoted = false;
  bool bare = false;
};

constexpr std::array<Plainness, 256> MakePlainness() {
  std::array<Plainness, 256> table = {};
  for (std::size_t c = ' '; c <= '~'; ++c) {
    table[c].quoted = c != '"' && c != '\\';
    table[c].bare = table[c].quoted && c != ' ' && c != '=';
  }
  return table;
}
constexpr std::array<Plainness, 256> kPlainness = MakePlainness();

bool IsBare(char c) { return kPlainness[static_cast<unsigned char>(c)].bare; }
bool IsPlainInQuotes(char c) { return kPlainness[static_cast<unsigned char>(c)].quoted; }

// As a JSON string, quotes included: printable ASCII as it is. Header values may hold nothing else by HTTP, so what
// else comes is shown byte by byte.
void AppendQuoted(absl::string_view value, std::string* line) {
  value = value.substr(0, kMostValueBytes);
  line->push_back('"');
  while (!value.empty()) {
    const auto plain_end = std::find_if_not(value.begin(), value.end(), IsPlainInQuotes);
    line->append(value.begin(), plain_end);
    value.remove_prefix(static_cast<std::size_t>(plain_end - value.begin()));
    if (value.empty()) break;
    if (value[0] == '"' || value[0] == '\\') {
      line->push_back('\\');
      line->push_back(value[0]);
    } else {
      absl::StrAppend(line, "\\u", absl::Hex(static_cast<unsigned char>(value[0]), absl::kZeroPad4));
    }
    value.remove_prefix(1);
  }
  line->push_back('"');
}

// `number`, which has no more, in so many digits.
void AppendDigits(std::uint64_t number, int digits, std::string* line) {
  const std::size_t begin = line->size();
  line->append(static_cast<std::size_t>(digits), '0');
  for (int i = digits - 1; i >= 0; --i, number /= 10) {
    (*line)[begin + static_cast<std::size_t>(i)] = static_cast<char>('0' + number % 10);
  }
}

void AppendNumber(std::uint64_t number, std::string* line) {
  int digits = 1;
  for (std::uint64_t rest = number; rest >= 10; rest /= 10) ++digits;
  AppendDigits(number, digits, line);
}

// Microseconds are exact enough.
void AppendSeconds(absl::Duration duration, std::string* line) {
  const std::int64_t microseconds = absl::ToInt64Microseconds(duration);
  if (microseconds < 0) line->push_back('-');
  const std::uint64_t magnitude = static_cast<std::uint64_t>(std::abs(microseconds));
  AppendNumber(magnitude / 1'000'000, line);
  line->push_back('.');
  AppendDigits(magnitude % 1'000'000, 6, line);
}

// Writes "name=value" or "name":"value".
class Fields {
 public:
  Fields(AccessLog::Format format, std::string* line) : json_(format == AccessLog::Format::kJson), line_(line) {}

  void Text(absl::string_view name, absl::string_view value) {
    if (value.empty()) return;
    Name(name);
    if (json_ || value.size() > kMostValueBytes || !std::all_of(value.begin(), value.end(), IsBare)) {
      AppendQuoted(value, line_);
    } else {
      line_->append(value.data(), value.size());
    }
  }
  void Number(absl::string_view name, std::uint64_t value) {
    Name(name);
    AppendNumber(value, line_);
  }
  void Seconds(absl::string_view name, absl::Duration value) {
    Name(name);
    AppendSeconds(value, line_);
  }

 private:
  void Name(absl::string_view name) {
    line_->append(json_ ? ",\"" : " ");
    line_->append(name.data(), name.size());
    line_->append(json_ ? "\":" : "=");
  }

  const bool json_;
  std::string* const line_;
};

}  // namespace

void AccessLog::Write(const EndedCall& call) {
  writer_->Add(LogWriter::Urgency::kCanWait, [&](std::string* line) { Append(call, line); });
}

void AccessLog::Append(const EndedCall& call, std::string* line) {
  const absl::Time second = absl::FromUnixSeconds(absl::ToUnixSeconds(call.ended_at));
  if (second != second_) {
    second_ = second;
    second_text_ = absl::FormatTime("%Y-%m-%dT%H:%M:%S", second, absl::UTCTimeZone());
  }
  const auto milliseconds = static_cast<std::uint64_t>(absl::ToInt64Milliseconds(call.ended_at - second));
  const bool json = format_ == Format::kJson;
  line->append(json ? "{\"time\":\"" : "");
  line->append(second_text_);
  line->push_back('.');
  AppendDigits(milliseconds, 3, line);
  line->append(json ? "Z\",\"level\":\"info\",\"event\":\"call\"" : "Z info call");
  Fields fields(format_, line);
  fields.Text("method", call.method);
  fields.Text("code", call.code);
  fields.Seconds("duration_s", call.took);
  fields.Text("peer", call.peer);
  fields.Text("request_id", call.request_id);
  fields.Text("reason", call.reason);
  fields.Text("fields", call.fields);
  fields.Text("cause", call.cause);
  fields.Number("received", call.received);
  fields.Number("sent", call.sent);
  fields.Text("trace_id", call.trace_id);
  fields.Text("parent_span_id", call.parent_span_id);
  fields.Text("name", call.name);
  fields.Text("attempt", call.attempt);
  if (call.deadline_left.has_value()) fields.Seconds("deadline_left_s", *call.deadline_left);
  fields.Text("user_agent", call.user_agent);
  line->append(json ? "}\n" : "\n");
}

std::optional<TraceParent> ParseTraceParent(absl::string_view header) {
  // 2 hex of the version, 32 of the trace, 16 of the span, 2 of flags. A later version may add to the end.
  constexpr std::size_t kSize = 55;
  if (header.size() < kSize || header[2] != '-' || header[35] != '-' || header[52] != '-') return std::nullopt;
  const absl::string_view version = header.substr(0, 2);
  const TraceParent parsed = {header.substr(3, 32), header.substr(36, 16)};
  if (!IsLowerHex(version) || version == "ff" || !IsLowerHex(header.substr(53, 2))) return std::nullopt;
  if (version == "00" ? header.size() != kSize : header.size() > kSize && header[kSize] != '-') return std::nullopt;
  if (!IsLowerHex(parsed.trace_id) || IsAllZero(parsed.trace_id)) return std::nullopt;
  if (!IsLowerHex(parsed.parent_span_id) || IsAllZero(parsed.parent_span_id)) return std::nullopt;
  return parsed;
}

}  // namespace hotline::server
