#include "client/cli/command_line.h"

#include <CLI/CLI.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "client/cli/civil_time.h"
#include "client/cli/text_layout.h"
#include "hotline/version.h"

namespace hotline::cli {
namespace {

constexpr int kUsageError = 2;
constexpr int kHelpWidth = 80;
constexpr int kHelpColumn = 26;
constexpr int kDefaultHits = 20;

constexpr char kPlayerKeys[] =
    "Prints line by line; but on a terminal, where it is neither unpaced nor JSON, it\n"
    "is a player with these keys:\n"
    "  space        pause, play; at the end: again from the beginning\n"
    "  left, right  an hour back, on\n"
    "  down, up     a day back, on, to the same time of day\n"
    "  .            pause, and go to the next event\n"
    "  - +          half, double the pace, and with it the longest wait\n"
    "  Home, End    to the beginning, the end\n"
    "  q, Ctrl-C    quit\n"
    "  Ctrl-D       no more keys: play to the end, then quit\n";

// CLI11's own help, with descriptions wrapped.
class HelpFormatter : public CLI::Formatter {
 public:
  HelpFormatter() {
    column_width(kHelpColumn);
    label("SUBCOMMAND", "COMMAND");
    label("OPTIONS", "FLAGS");
    label("Positionals", "Arguments");
  }

  std::string make_option_desc(const CLI::Option* option) const override {
    return absl::StrJoin(Wrap(CLI::Formatter::make_option_desc(option), kHelpWidth - kHelpColumn), "\n");
  }
};

// What the flags say before it is made into requests.
struct Flags {
  std::string output = "text";
  std::string zone;
  std::string day, from, to, kind, source;
  std::vector<std::string> words;
  std::string format = "jsonl";
  bool only_public = false, definite = false;
  std::string day_length, longest_wait, audience, first_day, last_day, position, retry_time;
  std::optional<double> speed;
  bool unpaced = false;
};

std::string CheckDay(const std::string& value) {
  return ParseDay(value) ? "" : absl::StrCat("\"", value, "\" is not a day; write it as 1962-10-27");
}

std::string CheckZone(const std::string& value) {
  return FindZone(value) ? ""
                         : absl::StrCat("\"", value, "\" is not a time zone known here; write an IANA name such as ",
                                        "Europe/Moscow");
}

std::string CheckDuration(const std::string& value) {
  absl::Duration duration;
  if (absl::ParseDuration(value, &duration) && absl::AbsDuration(duration) != absl::InfiniteDuration()) return "";
  return absl::StrCat("\"", value, "\" is not a duration; write it as 3s, 1500ms or 2m");
}

// Whether Protobuf takes the text: well-formed UTF-8, without surrogates.
bool IsUtf8(const std::string& text) {
  constexpr std::uint32_t kFirstOfLength[] = {0, 0, 0x80, 0x800, 0x10000};
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xC0 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (length == 0 || lead >= 0xF8 || length > text.size() - i) return false;
    std::uint32_t code_point = length == 1 ? lead : lead & (0x7FU >> length);
    for (std::size_t k = 1; k < length; ++k) {
      const auto byte = static_cast<unsigned char>(text[i + k]);
      if ((byte & 0xC0U) != 0x80U) return false;
      code_point = code_point << 6U | (byte & 0x3FU);
    }
    if (code_point < kFirstOfLength[length] || code_point > 0x10FFFF) return false;
    if (code_point >= 0xD800 && code_point <= 0xDFFF) return false;
    i += length;
  }
  return true;
}

// What every argument of free text must be.
std::string CheckText(const std::string& value) {
  if (value.empty()) return "must not be empty";
  return IsUtf8(value) ? "" : "must be UTF-8";
}

absl::Duration DurationOf(const std::string& checked) {
  absl::Duration duration;
  absl::ParseDuration(checked, &duration);
  return duration;
}

// "kk-09" and "documents/kk-09" are the same.
std::string InCollection(const std::string& collection, const std::string& name) {
  return name.find('/') == std::string::npos ? absl::StrCat(collection, "/", name) : name;
}

void AddGlobalFlags(CLI::App& app, CommandLine& line, Flags& flags) {
  app.add_option("--server", line.server, "Where hotlined listens; default $HOTLINE_SERVER, else localhost:50051")
      ->envname("HOTLINE_SERVER")
      ->option_text("HOST:PORT")
      ->check(CheckText);
  app.add_option("--output", flags.output, "text (default), or json: one response a line")
      ->option_text("FORMAT")
      ->check(CLI::IsMember({"text", "json"}));
  app.add_option(
         "--zone", flags.zone,
         "Of days, play, search and list --day: where days begin at midnight, Europe/Moscow; default the corpus's own "
         "zone")
      ->option_text("ZONE")
      ->check(CheckZone);
  app.add_flag("--tls", line.connection.tls, "The server must show a certificate");
  app.add_option("--tls-ca", line.connection.ca_file, "Authorities to trust (PEM); implies --tls; default the system's")
      ->option_text("FILE");
  CLI::Option* cert = app.add_option("--tls-cert", line.connection.cert_file,
                                     "This client's certificate (PEM); implies --tls, needs --tls-key")
                          ->option_text("FILE");
  CLI::Option* key = app.add_option("--tls-key", line.connection.key_file,
                                    "The certificate's key (PEM); implies --tls, needs --tls-cert")
                         ->option_text("FILE");
  cert->needs(key);
  key->needs(cert);
  app.set_version_flag("--version", absl::StrCat("hotline ", absl::string_view(kVersion.data(), kVersion.size())),
                       "Print the version");
  app.set_help_flag("--help,-h", "Print this help");
}

CLI::App* AddCommand(CLI::App& app, const std::string& name, const std::string& description) {
  CLI::App* command = app.add_subcommand(name, description);
  command->group("Commands");
  command->fallthrough();
  command->footer("Global flags (--server, --output, --zone, --tls...): see hotline --help");
  return command;
}

void AddOneArgument(CLI::App& app, const std::string& name, const std::string& description, const std::string& argument,
                    const std::string& meaning, CommandLine& line) {
  // The text is a blank since CLI11 would print the argument's type.
  AddCommand(app, name, description)
      ->add_option(argument, line.argument, meaning)
      ->option_text(" ")
      ->required()
      ->check(CheckText);
}

// Which documents: of list and search.
void AddFilter(CLI::App* command, Flags& flags) {
  CLI::Option* day = command->add_option("--day", flags.day, "Only those that may be of this day, 1962-10-27")
                         ->option_text("DAY")
                         ->check(CheckDay);
  command->add_option("--first-day", flags.first_day, "Only those that may be of this day or a later one")
      ->option_text("DAY")
      ->check(CheckDay)
      ->excludes(day);
  command->add_option("--last-day", flags.last_day, "Only those that may be of this day or an earlier one")
      ->option_text("DAY")
      ->check(CheckDay)
      ->excludes(day);
  command->add_flag("--definite", flags.definite, "Only those that must be of the day or days")->option_text(" ");
  command
      ->add_option("--source", flags.source,
                   "Whose dates count: finding-aid, frus-6, or any; default what is preferred for each document")
      ->option_text("SOURCE")
      ->check(CheckText);
  command->add_option("--from", flags.from, "Only those written by this participant, kennedy")
      ->option_text("WHO")
      ->check(CheckText);
  command->add_option("--to", flags.to, "Only those addressed to this participant, khrushchev")
      ->option_text("WHO")
      ->check(CheckText);
  command->add_option("--kind", flags.kind, "Only letter, statement or address")
      ->option_text("KIND")
      ->check(CLI::IsMember({"letter", "statement", "address"}));
  command->add_flag("--public", flags.only_public, "Only what the world could read when it was sent");
}

void AddSearch(CLI::App& app, CommandLine& line, Flags& flags) {
  CLI::App* search = AddCommand(app, "search", "Documents in which words stand, the best first");
  search
      ->add_option(
          "QUERY", flags.words,
          "Words, all of which must stand there; \"a phrase\", -not, begin*. In the quotes of the shell; behind -- "
          "where it begins with a '-'")
      ->option_text(" ")
      ->required()
      ->check(CheckText);
  AddFilter(search, flags);
  search->add_option("--limit", line.most_hits, "How many to show, 1 to 1000; default 20")
      ->option_text("NUMBER")
      ->check(CLI::Range(1, 1000));
}

void AddCompare(CLI::App& app, CommandLine& line) {
  CLI::App* compare = AddCommand(app, "compare", "What two sources say about the dates");
  compare->add_option("FIRST", line.first_source, "A source, finding-aid")
      ->option_text(" ")
      ->required()
      ->check(CheckText);
  compare->add_option("SECOND", line.second_source, "Another one, frus-6")
      ->option_text(" ")
      ->required()
      ->check(CheckText);
}

void AddExport(CLI::App& app, Flags& flags) {
  CLI::App* command = AddCommand(app, "export", "The whole corpus, to be rebuilt or for a spreadsheet");
  command
      ->add_option(
          "--format", flags.format,
          "jsonl (default): the corpus, then a document a line, complete; csv: a row an event, without full texts")
      ->option_text("FORMAT")
      ->check(CLI::IsMember({"jsonl", "csv"}));
}

void AddPlay(CLI::App& app, Flags& flags) {
  CLI::App* play = AddCommand(app, "play", "Plays October 1962 back");
  CLI::Option* day_length =
      play->add_option("--day-length", flags.day_length,
                       "How long a day of history lasts, 3s; 8.64ms to 2400h; excludes --speed and --unpaced")
          ->option_text("DURATION")
          ->check(CheckDuration);
  CLI::Option* speed = play->add_option("--speed", flags.speed,
                                        "Seconds of history a second, 0.01 to 10000000; default 3600, an hour a "
                                        "second; excludes --day-length and --unpaced")
                           ->option_text("NUMBER");
  CLI::Option* unpaced =
      play->add_flag("--unpaced", flags.unpaced,
                     "As fast as it can be read, without a clock; excludes --day-length, --speed and --longest-wait")
          ->option_text(" ");
  day_length->excludes(speed)->excludes(unpaced);
  speed->excludes(unpaced);
  play->add_option(
          "--longest-wait", flags.longest_wait,
          "Run faster through a gap that would last longer than this, 1ms to 24h; default none; excludes --unpaced")
      ->option_text("DURATION")
      ->check(CheckDuration)
      ->excludes(unpaced);
  play->add_option("--audience", flags.audience, "Only what this side knew, when it learnt of it: washington")
      ->option_text("AUDIENCE")
      ->check(CheckText);
  play->add_option("--first-day", flags.first_day, "First day, 1962-10-22; default the corpus's first")
      ->option_text("DAY")
      ->check(CheckDay);
  play->add_option("--last-day", flags.last_day, "Last day, inclusive; default the corpus's last")
      ->option_text("DAY")
      ->check(CheckDay);
  play->add_option("--position", flags.position, "Go on behind this place, with the flags it was made with")
      ->option_text("POSITION")
      ->check(CheckText);
  play->add_option("--retry-time", flags.retry_time,
                   "How long to try to go on after the server was lost, 1ms to 24h; default 2m")
      ->option_text("DURATION")
      ->check(CheckDuration);
  play->footer(absl::StrCat(kPlayerKeys, "\n", play->get_footer()));
}

void AddHealth(CLI::App& app, CommandLine& line) {
  AddCommand(app, "health", "Whether the server serves; exit code 0 if so")
      ->add_option("--service", line.argument,
                   "Only this service, hotline.v1.TimelineService; default the whole server")
      ->option_text("NAME")
      ->check(CheckText);
}

void FillFilter(const Flags& flags, v1::DocumentFilter& filter) {
  if (!flags.from.empty()) filter.add_authors(InCollection("participants", flags.from));
  if (!flags.to.empty()) filter.add_recipients(InCollection("participants", flags.to));
  if (flags.kind == "letter") filter.add_kinds(v1::DOCUMENT_KIND_LETTER);
  if (flags.kind == "statement") filter.add_kinds(v1::DOCUMENT_KIND_STATEMENT);
  if (flags.kind == "address") filter.add_kinds(v1::DOCUMENT_KIND_ADDRESS);
  if (flags.only_public) filter.set_publicity(v1::PUBLICITY_PUBLIC);
  if (!flags.source.empty()) filter.set_source(InCollection("sources", flags.source == "any" ? "-" : flags.source));
  const bool by_days = !flags.day.empty() || !flags.first_day.empty() || !flags.last_day.empty();
  if (!by_days && flags.zone.empty()) return;
  v1::TimeWindow* window = filter.mutable_window();
  window->set_first_day(flags.day.empty() ? flags.first_day : flags.day);
  window->set_last_day(flags.day.empty() ? flags.last_day : flags.day);
  window->set_time_zone(flags.zone);
  if (flags.definite) window->set_match(v1::CERTAINTY_DEFINITE);
}

void FillPlayback(const Flags& flags, CommandLine& line) {
  line.selection.set_first_day(flags.first_day);
  line.selection.set_last_day(flags.last_day);
  line.selection.set_time_zone(flags.zone);
  line.selection.set_audience(flags.audience);
  *line.playback.mutable_selection() = line.selection;
  if (!flags.position.empty()) line.playback.set_from_position(flags.position);
  if (!flags.retry_time.empty()) line.connection.stream_retry_time = DurationOf(flags.retry_time);
  // A pace that is not named is left to the server: the position's, or an hour a second.
  if (flags.speed) line.playback.mutable_pace()->set_speed(*flags.speed);
  if (flags.unpaced) line.playback.mutable_pace()->set_unpaced(true);
  if (!flags.day_length.empty()) {
    *line.playback.mutable_pace()->mutable_day_length() = ToProto(DurationOf(flags.day_length));
  }
  if (!flags.longest_wait.empty()) {
    *line.playback.mutable_pace()->mutable_longest_wait() = ToProto(DurationOf(flags.longest_wait));
  }
}

Command CommandOf(const std::string& name) {
  if (name == "list") return Command::kList;
  if (name == "show") return Command::kShow;
  if (name == "search") return Command::kSearch;
  if (name == "compare") return Command::kCompare;
  if (name == "export") return Command::kExport;
  if (name == "resolve") return Command::kResolve;
  if (name == "thread") return Command::kThread;
  if (name == "days") return Command::kDays;
  if (name == "play") return Command::kPlay;
  if (name == "health") return Command::kHealth;
  return Command::kCorpus;
}

ParseEnd WrongUsage(const std::string& what, const CLI::App& app) {
  std::string command;
  for (const CLI::App* parsed : app.get_subcommands()) command = parsed->get_name() + " ";
  return {kUsageError, absl::StrCat("hotline: ", what, "\n'hotline ", command, "--help' says what is allowed.\n")};
}

}  // namespace

std::variant<CommandLine, ParseEnd> ParseCommandLine(int argc, const char* const* argv) {
  CommandLine line;
  line.server = "localhost:50051";
  line.most_hits = kDefaultHits;
  Flags flags;
  CLI::App app("The Kennedy-Khrushchev correspondence of October 1962, from a hotlined server.", "hotline");
  app.formatter(std::make_shared<HelpFormatter>());
  app.option_defaults()->group("Flags");
  app.footer("Begin with: hotline play --day-length 3s --longest-wait 2s");
  app.require_subcommand(0, 1);
  AddGlobalFlags(app, line, flags);

  AddCommand(app, "corpus", "What the server holds");
  AddFilter(AddCommand(app, "list", "A table of documents"), flags);
  AddOneArgument(app, "show", "One document: claims, life and answers", "NAME", "The document, kk-09", line);
  AddSearch(app, line, flags);
  AddCompare(app, line);
  AddOneArgument(app, "resolve", "All that a reference may mean", "REFERENCE",
                 "A name, a printed number, an edition's id: 11, d65, Embtel 1101", line);
  AddOneArgument(app, "thread", "An exchange: who answers what, what crossed", "NAME", "A document of it, kk-09", line);
  AddCommand(app, "days", "The days with a bar for each");
  AddExport(app, flags);
  AddPlay(app, flags);
  AddHealth(app, line);

  // CLI11 would take the argument behind it for the value.
  for (int i = 1; i < argc; ++i) {
    const absl::string_view argument = argv[i];
    if (absl::StartsWith(argument, "--") && argument.find('=') == argument.size() - 1) {
      return WrongUsage(absl::StrCat(argument, " needs a value"), app);
    }
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return ParseEnd{0, app.help()};
  } catch (const CLI::CallForVersion& version) {
    return ParseEnd{0, absl::StrCat(version.what(), "\n")};
  } catch (const CLI::ParseError& error) {
    return WrongUsage(error.what(), app);
  }

  if (app.get_subcommands().empty()) return WrongUsage("a command is needed", app);
  if (!flags.first_day.empty() && !flags.last_day.empty() && *ParseDay(flags.first_day) > *ParseDay(flags.last_day)) {
    return WrongUsage("--first-day is later than --last-day", app);
  }
  line.command = CommandOf(app.get_subcommands().front()->get_name());
  const bool by_days = !flags.day.empty() || !flags.first_day.empty() || !flags.last_day.empty();
  const bool has_days =
      line.command == Command::kDays || line.command == Command::kPlay || line.command == Command::kSearch || by_days;
  if (!flags.zone.empty() && !has_days) {
    return WrongUsage("--zone says where days begin: only with days, play, search, and list by days", app);
  }
  if (flags.definite && !by_days) return WrongUsage("--definite needs --day, --first-day or --last-day", app);
  // The days that a search counts are those of the source, too.
  if (!flags.source.empty() && !by_days && line.command == Command::kList) {
    return WrongUsage("--source says whose dates count for --day, --first-day or --last-day: it needs one of them",
                      app);
  }
  line.json = flags.output == "json";
  if (line.json && line.command == Command::kExport) {
    return WrongUsage("--output=json is not for export; its --format says what it writes", app);
  }
  line.format = flags.format == "csv" ? ExportFormat::kCsv : ExportFormat::kJsonLines;
  line.query = absl::StrJoin(flags.words, " ");
  if (line.command == Command::kCompare) {
    line.first_source = InCollection("sources", line.first_source);
    line.second_source = InCollection("sources", line.second_source);
  }
  if (line.command == Command::kShow || line.command == Command::kThread) {
    line.argument = InCollection("documents", line.argument);
  }
  FillFilter(flags, line.filter);
  FillPlayback(flags, line);
  return line;
}

}  // namespace hotline::cli
