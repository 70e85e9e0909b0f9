#include "client/cli/player/clock_face.h"

#include <array>
#include <string>

namespace hotline::cli {
namespace {

constexpr int kDotRows = 5;
constexpr int kDotColumns = 3;

// Rows of three dots, from top to bottom; the lowest bit of each is the right one.
using Figure = std::array<unsigned, kDotRows>;

constexpr std::array<Figure, 10> kDigits = {{{7, 5, 5, 5, 7},
                                             {2, 6, 2, 2, 7},
                                             {7, 1, 7, 4, 7},
                                             {7, 1, 7, 1, 7},
                                             {5, 5, 7, 1, 1},
                                             {7, 4, 7, 1, 7},
                                             {7, 4, 7, 5, 7},
                                             {7, 1, 1, 1, 1},
                                             {7, 5, 7, 5, 7},
                                             {7, 5, 7, 1, 7}}};
constexpr Figure kColon = {0, 2, 0, 2, 0};
constexpr Figure kBlank = {};

const Figure& FigureOf(char c) {
  if (c >= '0' && c <= '9') return kDigits[static_cast<std::size_t>(c - '0')];
  return c == ':' ? kColon : kBlank;
}

bool HasDot(const Figure& figure, int row, int column) {
  return row < kDotRows && (figure[static_cast<std::size_t>(row)] >> (kDotColumns - 1 - column) & 1U) != 0;
}

std::string SmallRow(std::string_view time, int row) {
  std::string text;
  for (const char c : time) {
    if (!text.empty()) text += " ";
    for (int column = 0; column < kDotColumns; ++column) {
      const bool upper = HasDot(FigureOf(c), 2 * row, column);
      const bool lower = HasDot(FigureOf(c), 2 * row + 1, column);
      text += upper && lower ? "█" : upper ? "▀" : lower ? "▄" : " ";
    }
  }
  return text;
}

std::string LargeRow(std::string_view time, int row) {
  std::string text;
  for (const char c : time) {
    if (!text.empty()) text += "  ";
    for (int column = 0; column < kDotColumns; ++column) text += HasDot(FigureOf(c), row, column) ? "██" : "  ";
  }
  return text;
}

}  // namespace

int FaceHeight(ClockSize size) { return size == ClockSize::kSmall ? (kDotRows + 1) / 2 : kDotRows; }

int FaceWidth(std::string_view time, ClockSize size) {
  const int columns_of_dot = size == ClockSize::kSmall ? 1 : 2;
  const int figures = static_cast<int>(time.size());
  return time.empty() ? 0 : columns_of_dot * (figures * (kDotColumns + 1) - 1);
}

Block ClockFace(const Page& page, Role role, std::string_view time, ClockSize size) {
  Block block;
  for (int row = 0; row < FaceHeight(size); ++row) {
    block.push_back(Line(page).Add(role, size == ClockSize::kSmall ? SmallRow(time, row) : LargeRow(time, row)));
  }
  return block;
}

}  // namespace hotline::cli
