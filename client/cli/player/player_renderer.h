#ifndef HOTLINE_CLIENT_CLI_PLAYER_PLAYER_RENDERER_H_
#define HOTLINE_CLIENT_CLI_PLAYER_PLAYER_RENDERER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "client/cli/item_renderer.h"
#include "client/cli/player/clock_face.h"
#include "client/cli/player/player_model.h"
#include "client/cli/text_layout.h"
#include "client/cli/vocabulary.h"

namespace hotline::cli {

// Size of a terminal.
struct ScreenSize {
  int rows = 24;
  int columns = 80;
};

// Draws the player: clocks of both capitals, what happened in two lanes, the progress bar, how things stand, the keys.
//
// Where there is less room, in this order: the lanes shrink, the figures of the clocks become plain text, then title,
// marks and days of the bar, keys, lanes and bar are left out; the clocks stay to the last.
class PlayerRenderer {
 public:
  // `audience` is whose view is played, empty for everything. What is passed by reference must outlive it.
  PlayerRenderer(bool colour, const Vocabulary& vocabulary, const Documents& documents, std::string audience);
  ~PlayerRenderer();
  PlayerRenderer(const PlayerRenderer&) = delete;
  PlayerRenderer& operator=(const PlayerRenderer&) = delete;

  // At most `size.rows` lines, none wider than `size.columns`; they are valid as long as this. It remembers the lanes
  // as they were drawn, so that the next frame costs less.
  Block Render(const PlayerView& view, ScreenSize size);

 private:
  class History;

  // How many rows each part gets.
  struct Layout {
    int title = 0;
    int clocks = 0;
    ClockSize clock_size = ClockSize::kSmall;
    int above_lanes = 0;
    int lanes = 0;
    int days = 0;
    int marks = 0;
    int bar = 0;
    int state = 0;
    int notice = 0;
    int keys = 0;
  };
  Layout Divide(int rows, int notice_rows) const;

  Line Title() const;
  Block Clocks(const PlayerView& view, const Layout& layout) const;
  Line PlainClocks(const PlayerView& view) const;
  Block Bar(const PlayerView& view, const Layout& layout) const;
  Line State(const PlayerView& view, bool notice_elsewhere) const;
  Line Keys(const PlayerView& view) const;
  bool HasLanes() const;

  const bool colour_;
  const Vocabulary& vocabulary_;
  const Documents& documents_;
  const std::string audience_;

  // Of the frame.
  Page page_;
  std::unique_ptr<History> history_;  // of this width
};

}  // namespace hotline::cli

#endif  // HOTLINE_CLIENT_CLI_PLAYER_PLAYER_RENDERER_H_
