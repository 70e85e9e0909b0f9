#include "client/cli/marked_text.h"

#include <algorithm>
#include <string>

namespace hotline::cli {
namespace {

constexpr std::string_view kMark = "*";

// One code point of a text.
struct Character {
  std::string text;
  bool marked = false;
  bool blank = false;
};

std::vector<Character> Characters(std::string_view text) {
  std::vector<Character> characters;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0U) == 0x80U && !characters.empty()) {
      characters.back().text += c;
    } else {
      characters.push_back({std::string(1, c), false, c == ' ' || (c >= '\t' && c <= '\r')});
    }
  }
  return characters;
}

// Without colour the marks are characters themselves, which go with the word that they stand at.
void Mark(const TextRanges& ranges, int offset, bool by_colour, std::vector<Character>* characters) {
  const int size = static_cast<int>(characters->size());
  for (const v1::TextRange& range : ranges) {
    const int start = std::clamp(range.start() - offset, 0, size);
    const int end = std::clamp(range.end() - offset, 0, size);
    if (start >= end) continue;
    for (int i = start; i < end; ++i) (*characters)[static_cast<std::size_t>(i)].marked = true;
    if (by_colour) continue;
    Character& first = (*characters)[static_cast<std::size_t>(start)];
    first.text.insert(0, kMark);
    (*characters)[static_cast<std::size_t>(end) - 1].text += kMark;
  }
}

// Lines of words, broken at blanks, and within a word only where it is too long for a line.
class Wrapper {
 public:
  Wrapper(const Page& page, int width, int indent) : page_(page), width_(width), indent_(indent), line_(page) {
    line_.FillTo(indent);
  }

  void AddWord(const std::vector<Character>& word, bool blank_is_marked) {
    if (word.empty()) return;
    int columns = 0;
    for (const Character& character : word) columns += Width(character.text);
    const bool first = line_.width() <= indent_;
    if (!first && line_.width() + 1 + columns > width_) {
      Break();
    } else if (!first) {
      line_.Add(RoleOf(blank_is_marked), " ");
    }
    // In runs of one colour: an escape within one would part a combining mark from its letter.
    std::string run;
    for (std::size_t i = 0; i < word.size(); ++i) {
      const int used = line_.width() + Width(run);
      if (i > 0 && used + Width(word[i].text) > width_ && used > indent_) {
        Add(word[i - 1].marked, &run);
        Break();
      }
      run += word[i].text;
      if (i + 1 == word.size() || word[i + 1].marked != word[i].marked) Add(word[i].marked, &run);
    }
  }

  Block Finish() {
    block_.push_back(line_);
    return block_;
  }

 private:
  // Adds a run to the line and empties it.
  void Add(bool marked, std::string* run) {
    line_.Add(RoleOf(marked), *run);
    run->clear();
  }
  Role RoleOf(bool marked) const { return marked && page_.colour ? Role::kStrong : Role::kPlain; }
  void Break() {
    block_.push_back(line_);
    line_ = Line(page_);
    line_.FillTo(indent_);
  }

  const Page& page_;
  const int width_;
  const int indent_;
  Line line_;
  Block block_;
};

}  // namespace

Block MarkedParagraph(const Page& page, std::string_view text, const TextRanges& ranges, int offset, int width,
                      int indent) {
  std::vector<Character> characters = Characters(text);
  Mark(ranges, offset, page.colour, &characters);
  Wrapper wrapper(page, width, indent);
  std::vector<Character> word;
  bool blank_is_marked = false;
  for (const Character& character : characters) {
    if (!character.blank) {
      word.push_back(character);
      continue;
    }
    wrapper.AddWord(word, blank_is_marked);
    if (!word.empty()) blank_is_marked = character.marked;
    word.clear();
  }
  wrapper.AddWord(word, blank_is_marked);
  return wrapper.Finish();
}

}  // namespace hotline::cli
