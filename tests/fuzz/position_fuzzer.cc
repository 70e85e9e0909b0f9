// The first byte of an input says what the others are, so that those that nobody who does not know the outer form could
// make up are tried too:
//   t  a token
//   s  what a token has inside, to be sealed
//   p  a `token::Position`, which gets the timelines' fingerprint

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/escaping.h"
#include "server/corpus/errors.h"
#include "server/corpus/utf8.h"
#include "server/timeline/player.h"
#include "server/timeline/position.h"
#include "server/timeline/token.h"
#include "server/timeline/token.pb.h"
#include "tests/fuzz/require.h"
#include "tests/timeline/tiny_timelines.h"

namespace hotline::server {
namespace {

const std::vector<std::shared_ptr<const Timeline>>& Timelines() {
  static const auto& timelines = *[] {
    auto* all = new std::vector<std::shared_ptr<const Timeline>>{EverySecond()};
    for (const NamedTimeline& each : NamedTimelines()) all->push_back(each.timeline);
    return all;
  }();
  return timelines;
}

void CheckRefusal(const absl::Status& status, const std::vector<std::string>& reasons) {
  Require(status.code() == absl::StatusCode::kInvalidArgument, "a bad token is an invalid argument");
  Require(absl::c_linear_search(reasons, ReasonOf(status)), "a refusal has one of the documented reasons");
  Require(IsUtf8(status.message()), "a message is text");
}

// Goes on from a place for a while.
void Play(const std::shared_ptr<const Timeline>& timeline, const Cursor& cursor) {
  SteadyTime now;
  Player player(timeline, cursor, {}, now);
  std::size_t next = cursor.next;
  for (int i = 0; i < 100; ++i) {
    const Player::Action action = player.Next(now);
    if (std::holds_alternative<Player::Finished>(action)) return;
    if (const auto* wait = std::get_if<Player::WaitUntil>(&action)) {
      Require(wait->time > now, "a wait ends later");
      now = wait->time;
    } else {
      const auto& message = std::get<Player::Message>(action);
      if (message.content == Player::Message::Content::kItems) {
        Require(message.first == next && message.cursor.next > next, "no item is left out or repeated");
      }
      next = message.cursor.next;
      Require(next <= timeline->size(), "no item is made up");
      player.OnWriteDone(now);
    }
  }
}

void CheckCursor(const Cursor& cursor, const std::shared_ptr<const Timeline>& timeline) {
  Require(cursor.next <= timeline->size(), "the next item is in the timeline");
  const absl::Time not_before = cursor.next == 0 ? timeline->start() : timeline->time(cursor.next - 1);
  const absl::Time not_after = cursor.next == timeline->size() ? timeline->end() : timeline->time(cursor.next);
  Require(cursor.clock >= not_before && cursor.clock <= not_after, "the clock is between the items around it");
  const std::string token = EncodePosition(*timeline, cursor);
  Require(token.size() <= kMostTokenBytes, "a position is short");
  const auto position = DecodePosition(token, "p");
  Require(position.ok(), "a position that was given is read");
  const auto again = ResumeAt(*position, *timeline, "p");
  Require(again.ok() && again->next == cursor.next && again->clock == cursor.clock && again->pace == cursor.pace &&
              again->playing == cursor.playing,
          "a position that was given leads to its place");
  Play(timeline, cursor);
}

void TryPosition(const token::Position& position) {
  const std::vector<std::string> reasons = {"SELECTION_MISMATCH", "POSITION_INCONSISTENT"};
  for (const auto& timeline : Timelines()) {
    for (const auto& cursor : {ResumeAt(position, *timeline, "p"), ContinueAt(position, *timeline, "p")}) {
      if (cursor.ok()) {
        CheckCursor(*cursor, timeline);
      } else {
        CheckRefusal(cursor.status(), reasons);
      }
    }
  }
}

void TryToken(absl::string_view token) {
  const auto position = DecodePosition(token, "p");
  if (position.ok()) {
    TryPosition(*position);
  } else {
    CheckRefusal(position.status(), {"POSITION_TOO_LONG", "POSITION_DAMAGED", "POSITION_VERSION_UNKNOWN"});
  }
  token::Page page;
  const absl::Status status = OpenToken(token, "page_token", "PAGE_TOKEN", &page);
  if (!status.ok()) CheckRefusal(status, {"PAGE_TOKEN_TOO_LONG", "PAGE_TOKEN_DAMAGED", "PAGE_TOKEN_VERSION_UNKNOWN"});
}

// The outer form, whatever is inside.
std::string Seal(absl::string_view inside) {
  std::string bytes = "\x01";
  bytes.append(inside.data(), inside.size());
  const auto sum = static_cast<std::uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
  for (int shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<char>(sum >> shift & 0xFF));
  return absl::WebSafeBase64Escape(bytes);
}

void TryInput(absl::string_view input) {
  if (input.empty()) return;
  const absl::string_view rest = input.substr(1);
  if (input.front() == 't') TryToken(rest);
  if (input.front() == 's') TryToken(Seal(rest));
  token::Position position;
  if (input.front() == 'p' && position.ParseFromArray(rest.data(), static_cast<int>(rest.size()))) {
    position.set_fingerprint(Timelines().front()->origin().fingerprint);
    TryPosition(position);
  }
}

}  // namespace
}  // namespace hotline::server

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  hotline::server::TryInput(absl::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
