#include "client/cli/text_layout.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

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

// One character of a text, and how it is shown.
struct Character {
  std::size_t bytes = 1;
  int columns = 1;
};

struct CodePointRange {
  char32_t first;
  char32_t last;
};

// Marks that sit on the character before them, of the scripts that letters of this century are in, and invisible ones.
constexpr CodePointRange kNoColumn[] = {{0x300, 0x36F},   {0x483, 0x489},   {0x591, 0x5BD},   {0x610, 0x61A},
                                        {0x64B, 0x65F},   {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200B, 0x200F},
                                        {0x202A, 0x202E}, {0x2060, 0x2064}, {0x20D0, 0x20F0}, {0x3099, 0x309A},
                                        {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}, {0xE0100, 0xE01EF}};

// Unicode's East Asian Width "wide" and "fullwidth", in blocks.
constexpr CodePointRange kTwoColumns[] = {{0x1100, 0x115F}, {0x2E80, 0x303E},   {0x3041, 0xA4CF},   {0xA960, 0xA97C},
                                          {0xAC00, 0xD7A3}, {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF01, 0xFF60},
                                          {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};

template <std::size_t N>
bool Contains(const CodePointRange (&ranges)[N], char32_t code_point) {
  return std::any_of(std::begin(ranges), std::end(ranges), [code_point](const CodePointRange& range) {
    return range.first <= code_point && code_point <= range.last;
  });
}

// The first character of `text`, which is not empty. Bytes that are no UTF-8 are characters of their own.
Character FirstCharacter(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t bytes = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (bytes == 1 || bytes > text.size()) return {};
  char32_t code_point = lead & (0x7FU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) code_point = code_point << 6U | (static_cast<unsigned char>(text[i]) & 0x3FU);
  if (Contains(kNoColumn, code_point)) return {bytes, 0};
  return {bytes, Contains(kTwoColumns, code_point) ? 2 : 1};
}

// Length in bytes of as much of `text` as fits into `width` columns.
std::size_t PrefixBytes(std::string_view text, int width) {
  std::size_t at = 0;
  while (at < text.size()) {
    const Character character = FirstCharacter(text.substr(at));
    width -= character.columns;
    if (width < 0) break;
    at += character.bytes;
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
      // At least one character, however narrow the line is.
      const std::size_t bytes = std::max(PrefixBytes(word, width), FirstCharacter(word).bytes);
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

int Width(std::string_view text) {
  int width = 0;
  for (std::size_t at = 0; at < text.size();) {
    const Character character = FirstCharacter(text.substr(at));
    width += character.columns;
    at += character.bytes;
  }
  return width;
}

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

Line& Line::CutTo(int width) {
  if (width_ <= width) return *this;
  std::string_view rest = text_;
  std::string kept;
  width_ = 0;
  while (!rest.empty()) {
    const bool escape = rest[0] == '\x1b';
    const Character character = escape ? Character{rest.find('m') + 1, 0} : FirstCharacter(rest);
    if (width_ + character.columns > width) break;
    kept += rest.substr(0, character.bytes);
    width_ += character.columns;
    rest.remove_prefix(character.bytes);
  }
  text_ = std::move(kept);
  if (page_->colour) text_ += kResetEscape;
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
