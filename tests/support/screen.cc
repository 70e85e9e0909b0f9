#include "tests/support/screen.h"

#include <locale.h>
#include <wchar.h>

#include <algorithm>
#include <cstdlib>
#include <cwchar>

namespace hotline::tests {
namespace {

constexpr char kEscape = '\x1b';

// Length of a character by its first byte.
std::size_t LengthOf(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  return byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

// As the C library has it, whose locale is changed for this moment and this thread alone.
int ColumnsOf(const std::string& character) {
  static const locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  const locale_t before = uselocale(utf8);
  wchar_t code_point = 0;
  std::mbstate_t state{};
  const std::size_t length = std::mbrtowc(&code_point, character.data(), character.size(), &state);
  const int columns = length == character.size() ? wcwidth(code_point) : -1;
  uselocale(before);
  return columns;
}

int NumberAt(const std::string& parameters, std::size_t index, int otherwise) {
  std::size_t begin = 0;
  for (; index > 0; --index) {
    begin = parameters.find(';', begin);
    if (begin == std::string::npos) return otherwise;
    ++begin;
  }
  const int number = std::atoi(parameters.c_str() + begin);
  return number == 0 ? otherwise : number;
}

}  // namespace

VirtualScreen::VirtualScreen(int rows, int columns) : rows_(0), columns_(0) { Resize(rows, columns); }

void VirtualScreen::Resize(int rows, int columns) {
  rows_ = rows;
  columns_ = columns;
  for (Cells* cells : {&main_cells_, &other_cells_}) {
    cells->resize(static_cast<std::size_t>(rows));
    for (std::vector<std::string>& row : *cells) row.resize(static_cast<std::size_t>(columns), " ");
  }
  row_ = std::min(row_, rows - 1);
  column_ = std::min(column_, columns);
}

void VirtualScreen::Feed(std::string_view bytes) {
  for (const char byte : bytes) {
    if (begun_.empty() && static_cast<unsigned char>(byte) < 0x20 && byte != kEscape) {
      Control(byte);
      continue;
    }
    begun_ += byte;
    if (begun_[0] != kEscape) {
      if (begun_.size() == LengthOf(begun_[0])) {
        Put(begun_);
        begun_.clear();
      }
    } else if (begun_.size() == 2 && byte != '[') {
      unknown_.push_back(begun_);
      begun_.clear();
    } else if (begun_.size() > 2 && byte >= '@' && byte <= '~') {
      Obey(begun_.substr(2, begun_.size() - 3), byte);
      begun_.clear();
    }
  }
}

void VirtualScreen::Control(char byte) {
  if (byte == '\n') {
    LineFeed();
  } else if (byte == '\r') {
    column_ = 0;
  } else if (byte == '\b') {
    column_ = std::max(0, column_ - 1);
  } else if (byte != '\a') {
    unknown_.push_back(std::string(1, byte));
  }
}

void VirtualScreen::Put(const std::string& character) {
  const int width = ColumnsOf(character);
  if (width < 0) {
    unknown_.push_back(character);
    return;
  }
  if (!attributes_.empty()) saw_attributes_ = true;
  if (column_ + width > columns_) {
    if (wraps_) {
      column_ = 0;
      LineFeed();
    } else {
      column_ = std::max(0, columns_ - width);
    }
  }
  std::vector<std::string>& row = cells()[static_cast<std::size_t>(row_)];
  if (width == 0) {
    if (column_ > 0) row[static_cast<std::size_t>(column_ - 1)] += character;
    return;
  }
  row[static_cast<std::size_t>(column_)] = character;
  if (width == 2 && column_ + 1 < columns_) row[static_cast<std::size_t>(column_ + 1)] = "";
  column_ += width;
}

void VirtualScreen::LineFeed() {
  if (row_ + 1 < rows_) {
    ++row_;
    return;
  }
  cells().erase(cells().begin());
  cells().emplace_back(static_cast<std::size_t>(columns_), " ");
}

void VirtualScreen::Obey(const std::string& parameters, char last) {
  if (last == 'H') {
    row_ = std::clamp(NumberAt(parameters, 0, 1), 1, rows_) - 1;
    column_ = std::clamp(NumberAt(parameters, 1, 1), 1, columns_) - 1;
  } else if (last == 'J' && parameters == "2") {
    for (int row = 0; row < rows_; ++row) Erase(row, 0, columns_);
  } else if (last == 'J' && parameters.empty()) {
    Erase(row_, column_, columns_);
    for (int row = row_ + 1; row < rows_; ++row) Erase(row, 0, columns_);
  } else if (last == 'K' && parameters.empty()) {
    // Behind the last column the cursor is still on it, and so it is erased.
    Erase(row_, std::min(column_, columns_ - 1), columns_);
  } else if (last == 'm') {
    attributes_ = parameters == "0" ? "" : attributes_ + parameters;
  } else if ((last == 'h' || last == 'l') && !parameters.empty() && parameters[0] == '?') {
    SetMode(parameters.substr(1), last == 'h');
  } else {
    unknown_.push_back("[" + parameters + last);
  }
}

void VirtualScreen::SetMode(const std::string& mode, bool on) {
  if (mode == "25") {
    cursor_visible_ = on;
  } else if (mode == "7") {
    wraps_ = on;
  } else if (mode == "1049" && on) {
    if (!other_) {
      saved_row_ = row_;
      saved_column_ = column_;
    }
    other_ = true;
    for (int row = 0; row < rows_; ++row) Erase(row, 0, columns_);
  } else if (mode == "1049") {
    if (!other_) return;
    other_ = false;
    row_ = std::min(saved_row_, rows_ - 1);
    column_ = std::min(saved_column_, columns_);
  } else if (mode != "2004") {  // bracketed paste, of shells
    unknown_.push_back("[?" + mode + (on ? "h" : "l"));
  }
}

void VirtualScreen::Erase(int row, int first, int last) {
  std::vector<std::string>& erased = cells()[static_cast<std::size_t>(row)];
  std::fill(erased.begin() + first, erased.begin() + last, " ");
}

std::string VirtualScreen::Row(int row) const {
  std::string text;
  for (const std::string& cell : cells()[static_cast<std::size_t>(row)]) text += cell;
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

std::string VirtualScreen::Text() const {
  std::string text;
  for (int row = 0; row < rows_; ++row) text += Row(row) + "\n";
  return text;
}

int VirtualScreen::RowWith(std::string_view wanted) const {
  for (int row = 0; row < rows_; ++row) {
    if (Row(row).find(wanted) != std::string::npos) return row;
  }
  return -1;
}

int VirtualScreen::ColumnOf(int row, std::string_view wanted) const {
  if (row < 0 || row >= rows_) return -1;
  const std::size_t at = Row(row).find(wanted);
  if (at == std::string::npos) return -1;
  std::size_t bytes = 0;
  for (int column = 0; column < columns_; ++column) {
    if (bytes == at) return column;
    bytes += cells()[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)].size();
  }
  return -1;
}

}  // namespace hotline::tests
