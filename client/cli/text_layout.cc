#include "client/cli/text_layout.h"

#include <algorithm>
#include <cstddef>

namespace hotline::cli {
namespace {

constexpr char kResetEscape[] = "\x1b[0m";
constexpr int kColumnGap = 2;
constexpr int kNarrowestLastColumn = 8;

const char* EscapeOf(Role role) {
  switch (role) {
    case Role::kPlain:
      return "";
    case Role::kHeading:
      return "\x1b[1m";
    case Role::kStrong:
      return "\x1b[1m";
    case Role::kLeft:
      return "\x1b[36m";
    case Role::kRight:
      return "\x1b[31m";
    case Role::kDim:
      return "\x1b[2m";
    case Role::kDoubt:
      return "\x1b[33m";
  }
  return "";
}

bool StartsCodePoint(char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }

// Length in bytes of the first `code_points` code points of `text`.
std::size_t PrefixBytes(std::string_view text, int code_points) {
  std::size_t at = 0;
  while (at < text.size()) {
    if (StartsCodePoint(text[at]) && code_points-- == 0) break;
    ++at;
  }
  return at;
}

// Replaces what a terminal could take for a command: C0 and DEL, and C1 (U+0080 to U+009F, in UTF-8 C2 80 to C2 9F).
std::string WithoutControls(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20U || byte == 0x7FU) {
      clean += ' ';
    } else if (byte == 0xC2U && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0U) {
      clean += ' ';
      ++i;
    } else {
      clean += text[i];
    }
  }
  return clean;
}

// The pieces of `text` between any of `separators`, empty ones too.
std::vector<std::string_view> Split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> pieces;
  for (;;) {
    const std::size_t end = text.find_first_of(separators);
    pieces.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return pieces;
    text.remove_prefix(end + 1);
  }
}

void WrapOneLine(std::string_view text, int width, std::vector<std::string>& lines) {
  std::string line;
  for (std::string_view word : Split(text, " \t\r")) {
    if (word.empty()) continue;
    if (!line.empty() && Width(line) + 1 + Width(word) <= width) {
      line += ' ';
      line += word;
      continue;
    }
    if (!line.empty()) lines.push_back(std::move(line));
    while (Width(word) > width) {
      const std::size_t bytes = PrefixBytes(word, width);
      lines.emplace_back(word.substr(0, bytes));
      word.remove_prefix(bytes);
    }
    line = std::string(word);
  }
  lines.push_back(std::move(line));
}

// Width of the widest piece between `separators` in a column.
int WidestPiece(const std::vector<std::vector<Cell>>& rows, std::size_t column, std::string_view separators) {
  int widest = 0;
  for (const std::vector<Cell>& row : rows) {
    for (std::string_view piece : Split(row[column].text, separators)) widest = std::max(widest, Width(piece));
  }
  return widest;
}

// Narrows the widest of the columns that are wider than their floors, again and again, until `left` is `wanted`.
void Narrow(std::vector<int>& widths, const std::vector<int>& floors, int wanted, int& left) {
  for (; left < wanted; ++left) {
    int* widest = nullptr;
    for (std::size_t c = 0; c < widths.size(); ++c) {
      if (widths[c] > floors[c] && (widest == nullptr || widths[c] > *widest)) widest = &widths[c];
    }
    if (widest == nullptr) return;
    --*widest;
  }
}

std::vector<int> ColumnWidths(const Page& page, const std::vector<Column>& columns,
                              const std::vector<std::vector<Cell>>& rows) {
  const std::size_t last = columns.size() - 1;
  std::vector<int> widths;
  std::vector<int> words;
  int left = page.width;
  for (std::size_t c = 0; c < last; ++c) {
    int width = WidestPiece(rows, c, "\n");
    if (columns[c].widest > 0) width = std::min(width, columns[c].widest);
    widths.push_back(width);
    words.push_back(WidestPiece(rows, c, " \n"));
    left -= width + kColumnGap;
  }
  // Without cutting words if that is enough; but a very long one of the last column, such as an address, is cut.
  Narrow(widths, words, std::min(WidestPiece(rows, last, " \n"), page.width / 3), left);
  Narrow(widths, std::vector<int>(last, 1), kNarrowestLastColumn, left);
  widths.push_back(left);
  return widths;
}

}  // namespace

int Width(std::string_view text) { return static_cast<int>(std::count_if(text.begin(), text.end(), StartsCodePoint)); }

std::vector<std::string> Wrap(std::string_view text, int width) {
  std::vector<std::string> lines;
  for (std::string_view line : Split(text, "\n")) WrapOneLine(line, std::max(width, 1), lines);
  return lines;
}

Line& Line::Add(Role role, std::string_view text) {
  if (text.empty()) return *this;
  const std::string clean = WithoutControls(text);
  width_ += Width(clean);
  // Blanks at its end stay outside of the colour, so that text() can drop them.
  const std::size_t coloured = clean.find_last_not_of(' ') + 1;
  if (page_->colour && role != Role::kPlain && coloured > 0) {
    text_ += EscapeOf(role) + clean.substr(0, coloured) + kResetEscape + clean.substr(coloured);
  } else {
    text_ += clean;
  }
  return *this;
}

Line& Line::FillTo(int column) {
  if (column > width_) {
    text_.append(static_cast<std::size_t>(column - width_), ' ');
    width_ = column;
  }
  return *this;
}

Line& Line::Append(const Line& other) {
  text_ += other.text_;
  width_ += other.width_;
  return *this;
}

std::string Line::text() const { return text_.substr(0, text_.find_last_not_of(' ') + 1); }

Block Paragraph(const Page& page, Role role, std::string_view text, int width, int indent) {
  Block block;
  for (const std::string& line : Wrap(text, width - indent)) {
    block.push_back(Line(page).FillTo(indent).Add(role, line));
  }
  return block;
}

Block Labelled(const Page& page, std::string_view label, Role role, std::string_view text, int column, int indent) {
  Block block;
  for (const std::string& line : Wrap(text, page.width - column)) {
    Line labelled = Line(page).FillTo(indent);
    if (block.empty()) labelled.Add(Role::kDim, label);
    if (labelled.width() > column) labelled.Add(" ");
    block.push_back(labelled.FillTo(column).Add(role, line));
  }
  return block;
}

Line Rule(const Page& page, Role role, std::string_view title) {
  std::string text;
  if (!title.empty()) text = "── " + std::string(title) + " ";
  for (int column = Width(text); column < page.width; ++column) text += "─";
  return Line(page).Add(role, text);
}

void AppendTo(Block& block, const Block& more) { block.insert(block.end(), more.begin(), more.end()); }

Block SideBySide(const Page& page, const Block& left, int left_width, std::string_view separator, const Block& right) {
  Block block;
  for (std::size_t row = 0; row < std::max(left.size(), right.size()); ++row) {
    Line line(page);
    if (row < left.size()) line.Append(left[row]);
    line.FillTo(left_width).Add(Role::kDim, separator);
    if (row < right.size()) line.Append(right[row]);
    block.push_back(line);
  }
  return block;
}

Block Table(const Page& page, const std::vector<Column>& columns, const std::vector<std::vector<Cell>>& rows) {
  std::vector<std::vector<Cell>> all(1);
  for (const Column& column : columns) all.front().push_back({Role::kDim, column.title});
  all.insert(all.end(), rows.begin(), rows.end());
  const std::vector<int> widths = ColumnWidths(page, columns, all);
  Block table;
  for (const std::vector<Cell>& row : all) {
    std::vector<std::vector<std::string>> wrapped;
    std::size_t height = 1;
    for (std::size_t c = 0; c < columns.size(); ++c) {
      wrapped.push_back(Wrap(row[c].text, widths[c]));
      height = std::max(height, wrapped.back().size());
    }
    for (std::size_t y = 0; y < height; ++y) {
      Line line(page);
      int start = 0;
      for (std::size_t c = 0; c < columns.size(); ++c) {
        if (y < wrapped[c].size()) line.FillTo(start).Add(row[c].role, wrapped[c][y]);
        start += widths[c] + kColumnGap;
      }
      table.push_back(line);
    }
  }
  return table;
}

std::string ToText(const Block& block) {
  std::string text;
  for (const Line& line : block) text += line.text() + "\n";
  return text;
}

std::string Counted(long long count, std::string_view singular) {
  return std::to_string(count) + " " + std::string(singular) + (count == 1 ? "" : "s");
}

}  // namespace hotline::cli
