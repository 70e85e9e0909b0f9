#ifndef HOTLINE_TESTS_SUPPORT_SCREEN_H_
#define HOTLINE_TESTS_SUPPORT_SCREEN_H_

#include <string>
#include <string_view>
#include <vector>

namespace hotline::tests {

// What a person would see on a terminal that got certain bytes: a grid of characters, and a second one for full-screen
// programs. It knows the sequences of a VT100 that programs here use, and keeps a list of those that it does not know.
class VirtualScreen {
 public:
  VirtualScreen(int rows, int columns);

  // What the program wrote; it may be cut anywhere.
  void Feed(std::string_view bytes);

  // As when a window is dragged: what does not fit any more is lost.
  void Resize(int rows, int columns);

  // A row, counted from 0, without blanks at its end; and all rows with their line feeds.
  std::string Row(int row) const;
  std::string Text() const;

  // The first row with `wanted` in it; -1 where there is none.
  int RowWith(std::string_view wanted) const;

  // Column of the first place where a row has `wanted`, counted from 0; -1 where there is none, or no such row.
  int ColumnOf(int row, std::string_view wanted) const;

  int rows() const { return rows_; }
  int columns() const { return columns_; }
  bool on_other_screen() const { return other_; }
  bool cursor_visible() const { return cursor_visible_; }
  bool wraps() const { return wraps_; }
  // Whether the next character would be plain.
  bool plain() const { return attributes_.empty(); }
  // Whether any character so far had a colour or another attribute.
  bool saw_attributes() const { return saw_attributes_; }
  const std::vector<std::string>& unknown() const { return unknown_; }

 private:
  // A character with the marks on it; empty behind a wide one.
  using Cells = std::vector<std::vector<std::string>>;

  void Put(const std::string& character);
  void LineFeed();
  void Control(char byte);
  void Obey(const std::string& parameters, char last);
  void SetMode(const std::string& mode, bool on);
  void Erase(int row, int first, int last);

  Cells& cells() { return other_ ? other_cells_ : main_cells_; }
  const Cells& cells() const { return other_ ? other_cells_ : main_cells_; }

  int rows_;
  int columns_;
  Cells main_cells_;
  Cells other_cells_;
  int row_ = 0;
  int column_ = 0;  // `columns_` where the next character would be on the next row
  int saved_row_ = 0;
  int saved_column_ = 0;
  bool other_ = false;
  bool cursor_visible_ = true;
  bool wraps_ = true;
  std::string attributes_;
  bool saw_attributes_ = false;
  std::string begun_;  // of a character or a sequence
  std::vector<std::string> unknown_;
};

}  // namespace hotline::tests

#endif  // HOTLINE_TESTS_SUPPORT_SCREEN_H_
