#ifndef HOTLINE_CLIENT_CLI_COMMAND_LINE_H_
#define HOTLINE_CLIENT_CLI_COMMAND_LINE_H_

#include <string>
#include <variant>

#include "hotline/options.h"
#include "hotline/v1/filter.pb.h"
#include "hotline/v1/timeline_service.pb.h"

namespace hotline::cli {

enum class Command { kCorpus, kList, kShow, kSearch, kCompare, kResolve, kThread, kDays, kExport, kPlay, kHealth };

enum class ExportFormat { kJsonLines, kCsv };

// What the user asked for.
struct CommandLine {
  Command command = Command::kCorpus;
  std::string server;
  bool json = false;
  // TLS as the flags say, the rest as the library has it.
  ConnectionOptions connection;

  // Of show and thread: "documents/kk-09"; of resolve: the reference as it was typed; of health: a service, or "".
  std::string argument;
  // Of list and search.
  v1::DocumentFilter filter;
  // Of search.
  std::string query;
  int most_hits = 0;
  // Of compare: the names of two sources, "sources/frus-6".
  std::string first_source;
  std::string second_source;
  // Of export.
  ExportFormat format = ExportFormat::kJsonLines;
  // Of days and play: what is played, in `--zone`.
  v1::TimelineSelection selection;
  // Of play; its selection is the one above.
  v1::StreamTimelineRequest playback;
};

// Why there is nothing to do: help or version were asked for, or the command line is wrong.
struct ParseEnd {
  // 0: `text` goes to standard output. 2: to standard error; it says what was wrong and what is allowed.
  int exit_code = 0;
  std::string text;
};

// Reads flags, $HOTLINE_SERVER and defaults. Global flags may stand before or behind the command. What only the server
// can know (names, audiences, ranges of numbers) is left to it.
std::variant<CommandLine, ParseEnd> ParseCommandLine(int argc, const char* const* argv);

}  // namespace hotline::cli

#endif  // HOTLINE_CLIENT_CLI_COMMAND_LINE_H_
