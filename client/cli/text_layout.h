#ifndef HOTLINE_CLIENT_CLI_TEXT_LAYOUT_H_
#define HOTLINE_CLIENT_CLI_TEXT_LAYOUT_H_

#include <string>
#include <string_view>
#include <vector>

namespace hotline::cli {

// What a piece of text is, from which follows how it looks on a terminal.
enum class Role {
  kPlain,
  kHeading,  // of a section
  kStrong,   // what the eye should find first
  kLeft,     // the first capital's
  kRight,    // the second capital's
  kDim,      // what may be skipped
  kDoubt,    // what is not certain
};

// What text is laid out for: the one place that knows whether there is colour.
struct Page {
  // Columns; no line is wider.
  int width = 80;
  // Whether to colour by ANSI escapes. Without it no escape byte is written.
  bool colour = false;
};

// Columns of a terminal that `text`, in UTF-8, takes: none for a combining mark, two for the characters of East Asia
// and for pictographs, one for any other.
int Width(std::string_view text);

// Lines of at most `width` columns, broken at blanks, and within a word only where it is too long for a line. Line
// feeds of the text stay; a run of blanks becomes one. Never empty.
std::vector<std::string> Wrap(std::string_view text, int width);

// A line in the making, which knows its width whatever its colours.
class Line {
 public:
  // `page` must outlive the line.
  explicit Line(const Page& page) : page_(&page) {}

  // Appends text. Control characters, which could command a terminal, become blanks.
  Line& Add(Role role, std::string_view text);
  Line& Add(std::string_view text) { return Add(Role::kPlain, text); }

  // Appends blanks up to `column`, counted from 0; none where the line is there already.
  Line& FillTo(int column);

  // Appends another line with its colours.
  Line& Append(const Line& other);

  // Drops what lies beyond `width` columns.
  Line& CutTo(int width);

  int width() const { return width_; }

  // Without blanks at its end, and without a line feed.
  std::string text() const;

 private:
  const Page* page_;
  std::string text_;
  int width_ = 0;
};

// Lines from top to bottom.
using Block = std::vector<Line>;

// `text` wrapped to `width` columns behind an indent of `indent` blanks, which count.
Block Paragraph(const Page& page, Role role, std::string_view text, int width, int indent = 0);

// `label` at `indent`, then `text` wrapped from `column` on to the page's width.
Block Labelled(const Page& page, std::string_view label, Role role, std::string_view text, int column, int indent = 0);

// A horizontal rule over the page's width with `title` in it: "-- title ----". Without a title, the rule alone.
Line Rule(const Page& page, Role role, std::string_view title = {});

// Puts `more` below `block`.
void AppendTo(Block& block, const Block& more);

// Two blocks side by side, the left one padded to `left_width`, with `separator` between them on every line.
Block SideBySide(const Page& page, const Block& left, int left_width, std::string_view separator, const Block& right);

// One cell of a table.
struct Cell {
  Role role = Role::kPlain;
  std::string text;
};

// A table with a header line. Columns are as wide as their contents, but no wider than `widest` where that is not 0;
// titles and cells are wrapped. The last column gets what is left of the page, at least eight columns; where that is
// less than its words need, the others are narrowed.
struct Column {
  std::string title;
  int widest = 0;
};
Block Table(const Page& page, const std::vector<Column>& columns, const std::vector<std::vector<Cell>>& rows);

// The block as text, each line with its line feed.
std::string ToText(const Block& block);

// "1 event", "3 events".
std::string Counted(long long count, std::string_view singular);

}  // namespace hotline::cli

#endif  // HOTLINE_CLIENT_CLI_TEXT_LAYOUT_H_
