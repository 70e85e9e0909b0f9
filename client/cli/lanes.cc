#include "client/cli/lanes.h"

#include <algorithm>

namespace hotline::cli {
namespace {

constexpr std::string_view kSeparator = " │ ";
constexpr int kSeparatorWidth = 3;

}  // namespace

int Lanes::width() const { return count() == 1 ? page_.width : (page_.width - kSeparatorWidth) / 2; }

Block Lanes::Header() const {
  const std::vector<Capital>& capitals = vocabulary_.capitals();
  return Place(0, Paragraph(page_, role(0), capitals.front().name, width()),
               Paragraph(page_, role(1), capitals.back().name, width()));
}

Block Lanes::Place(std::size_t lane, const Block& own, const Block& other) const {
  if (count() == 1) return own;
  return SideBySide(page_, lane == 0 ? own : other, width(), kSeparator, lane == 0 ? other : own);
}

const v1::Event* FirstKnownTo(const v1::Document& document, const std::string& audience) {
  for (const v1::Event& event : document.events()) {
    if (std::find(event.known_to().begin(), event.known_to().end(), audience) != event.known_to().end()) return &event;
  }
  return nullptr;
}

}  // namespace hotline::cli
