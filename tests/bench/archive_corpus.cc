#include "tests/bench/archive_corpus.h"

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"

namespace hotline::bench {
namespace {

// The commonest first.
constexpr absl::string_view kEnglish[] = {
    "the",
    "of",
    "and",
    "to",
    "in",
    "that",
    "a",
    "is",
    "for",
    "missile",
    "on",
    "be",
    "quarantine",
    "with",
    "by",
    "as",
    "which",
    "not",
    "this",
    "government",
    "cuba",
    "we",
    "it",
    "inspection",
    "have",
    "from",
    "are",
    "soviet",
    "your",
    "will",
    "president",
    "chairman",
    "weapons",
    "united",
    "states",
    "nations",
    "peace",
    "war",
    "turkey",
    "bases",
    "ships",
    "letter",
    "message",
    "embassy",
    "telegram",
    "ambassador",
    "withdrawal",
    "agreement",
    "guarantee",
    "invasion",
    "blockade",
    "security",
    "council",
    "offensive",
    "defensive",
    "nuclear",
    "thermonuclear",
    "rockets",
    "aircraft",
    "submarines",
    "negotiation",
    "assurance",
    "settlement",
    "verification",
    "surveillance",
    "photographs",
    "tanker",
    "freighter",
    "interception",
    "harbour",
    "caribbean",
    "atlantic",
    "havana",
    "moscow",
    "washington",
    "berlin",
    "ankara",
    "geneva",
    "nato",
    "warsaw",
    "treaty",
    "test",
    "ban",
    "disarmament",
    "proposal",
    "reply",
    "draft",
    "translation",
    "courier",
    "cipher",
    "teletype",
    "broadcast",
    "radio",
    "press",
    "statement",
    "address",
    "midnight",
    "deadline",
    "restraint",
    "provocation",
    "prudence",
    "catastrophe",
    "humanity",
    "responsibility",
};

constexpr absl::string_view kSyllables[] = {"ba",  "cor", "del", "fen", "gri", "hol", "jus", "kem", "lat", "mon", "nor",
                                            "pel", "qui", "ros", "sed", "tur", "ul",  "ven", "wis", "yar", "zet", "bra",
                                            "clo", "dru", "fla", "gle", "pri", "sta", "tho", "vex", "om",  "ist"};

struct Office {
  absl::string_view audience;
  absl::string_view city;
  absl::string_view zone;
  absl::string_view telegram;
};
constexpr Office kOffices[] = {{"washington", "Washington", "America/New_York", "Deptel"},
                               {"moscow", "Moscow", "Europe/Moscow", "Embtel"},
                               {"london", "London", "Europe/London", "Foreign Office telegram"},
                               {"havana", "Havana", "America/Havana", "cable"}};
constexpr absl::string_view kPosts[] = {"Minister",  "Deputy",   "Secretary", "Counsellor", "Attache",
                                        "Registrar", "Chairman", "Delegate",  "Observer",   "Speaker"};

constexpr absl::CivilMinute kFirstMinute(1961, 1, 20, 17, 0);
constexpr absl::CivilMinute kLastMinute(1963, 11, 22, 18, 0);
constexpr int kListedEvery = 100;
constexpr int kMostListed = 9'999;  // printed numbers have at most four digits
constexpr std::size_t kOpenChains = 16;
constexpr int kChainLength = 8;  // on average
constexpr std::size_t kBuffer = std::size_t{1} << 20;

constexpr char kPreamble[] = R"(# Made for measurements.
default_time_zone: "America/New_York"
finding_aid_source: "finding-aid"
sources { id: "frus-6" short_name: "FRUS" title: "The edition of the foreign ministry" }
sources { id: "edition" short_name: "Edition" title: "The edition of the academy" }
sources { id: "finding-aid" short_name: "finding aid" title: "The finding aid" }
)";

const Office& OfficeOf(int participant) {
  return kOffices[static_cast<std::size_t>(participant) % std::size(kOffices)];
}

// "Washington Minister"
std::string SpellingOf(int participant) {
  return absl::StrCat(OfficeOf(participant).city, " ",
                      kPosts[static_cast<std::size_t>(participant) / std::size(kOffices)]);
}

std::string DocumentId(int number) { return absl::StrCat("letter-", number); }
std::string ParticipantId(int number) { return absl::StrCat("correspondent-", number); }

// Written out in pieces, so that the size of a corpus costs no memory.
class Output {
 public:
  explicit Output(const std::string& path) : path_(path), stream_(path, std::ios::binary) {}

  std::string& text() { return text_; }
  void FlushIfLarge() {
    if (text_.size() >= kBuffer) Flush();
  }
  void Flush() {
    stream_.write(text_.data(), static_cast<std::streamsize>(text_.size()));
    text_.clear();
    if (stream_.flush()) return;
    std::fprintf(stderr, "cannot write %s\n", path_.c_str());
    std::abort();
  }

 private:
  const std::string path_;
  std::ofstream stream_;
  std::string text_;
};

// An exchange of letters under way.
struct Chain {
  int last = -1;  // the document to answer; none yet
  int author = 0;
  int recipient = 1;
};

class Writer {
 public:
  Writer(const std::string& folder, int documents, std::uint64_t seed)
      : finding_aid_(folder + "/finding_aid.txt"),
        curation_(folder + "/curation.textproto"),
        documents_(documents),
        random_(seed) {}

  void Write() {
    finding_aid_.text() = "A corpus for measurements\n\n";
    WritePreamble();
    for (int i = 0; i < documents_; ++i) WriteDocument(i);
    finding_aid_.Flush();
    curation_.Flush();
  }

 private:
  // From 0 up to `most`, exclusive. Not of <random>, whose distributions differ between libraries.
  int Below(int most) { return static_cast<int>(random_() % static_cast<std::uint64_t>(most)); }
  bool OneIn(int many) { return Below(many) == 0; }

  std::string Words(int count) {
    std::string words;
    for (int i = 0; i < count; ++i) absl::StrAppend(&words, i == 0 ? "" : " ", vocabulary_.Draw(&random_));
    return words;
  }

  void WritePreamble() {
    std::string& text = curation_.text();
    text = kPreamble;
    for (const Office& office : kOffices) {
      absl::StrAppend(&text, "audiences { id: \"", office.audience, "\" display_name: \"", office.city, "\" }\n");
    }
    for (int i = 0; i < kArchiveParticipants; ++i) {
      const Office& office = OfficeOf(i);
      absl::StrAppend(&text, "participants {\n  id: \"", ParticipantId(i), "\" display_name: \"", SpellingOf(i),
                      "\" time_zone: \"", office.zone, "\" audience: \"", office.audience, "\" also_written: \"",
                      SpellingOf(i), "\"\n}\n");
    }
  }

  // The chain that the next document belongs to: it answers the last one, or begins a new one.
  Chain& NextChain() {
    Chain& chain = chains_[static_cast<std::size_t>(Below(kOpenChains))];
    if (chain.last < 0 || OneIn(kChainLength)) {
      chain.last = -1;
      chain.author = Below(kArchiveParticipants);
      chain.recipient = (chain.author + 1 + Below(kArchiveParticipants - 1)) % kArchiveParticipants;
    } else {
      std::swap(chain.author, chain.recipient);
    }
    return chain;
  }

  void WriteDocument(int number) {
    const absl::CivilMinute written =
        kFirstMinute + (kLastMinute - kFirstMinute) * static_cast<absl::civil_diff_t>(number) / documents_;
    Chain& chain = NextChain();
    std::string& text = curation_.text();
    absl::StrAppend(&text, "documents {\n  id: \"", DocumentId(number), "\"");
    const bool listed = number % kListedEvery == 0 && number / kListedEvery < kMostListed;
    if (listed) {
      absl::StrAppend(&text, " positions: ", number / kListedEvery + 1);
      ListInFindingAid(number / kListedEvery + 1, chain, absl::CivilDay(written));
    }
    const int kind = Below(20);  // of which one is an address and two are statements
    absl::StrAppend(&text, "\n  kind: DOCUMENT_KIND_",
                    kind == 0   ? "ADDRESS"
                    : kind <= 2 ? "STATEMENT"
                                : "LETTER",
                    "\n  title: \"", SpellingOf(chain.author), " to ", SpellingOf(chain.recipient), ": ", Words(5),
                    "\"\n  authors: \"", ParticipantId(chain.author), "\"\n  recipients: \"",
                    ParticipantId(chain.recipient), "\"\n  publicity: PUBLICITY_", kind <= 2 ? "PUBLIC" : "PRIVATE",
                    "\n");
    WriteClaims(written);
    WriteEvents(chain, written);
    if (chain.last >= 0) {
      absl::StrAppend(&text, "  relations { type: RELATION_TYPE_REPLIES_TO document: \"", DocumentId(chain.last),
                      "\" source: \"frus-6\" }\n");
    }
    absl::StrAppend(&text, "  identifiers { value: \"d", number, "\" aliases: \"FRUS 1961-63 VI ", number,
                    "\" source: \"frus-6\" }\n}\n");
    chain.last = number;
    curation_.FlushIfLarge();
    finding_aid_.FlushIfLarge();
  }

  // The preferred claim is never wrong, so that no answer is earlier than what it answers.
  void WriteClaims(absl::CivilMinute written) {
    const absl::CivilDay day(written);
    std::string& text = curation_.text();
    absl::StrAppend(&text, "  claims { date: \"");
    if (OneIn(20)) {
      absl::StrAppend(&text, absl::FormatCivilTime(absl::CivilMonth(day)), "~\" time_zone: \"UTC");
    } else {
      absl::StrAppend(&text, absl::FormatCivilTime(written), "Z");
    }
    absl::StrAppend(&text, "\" source: \"frus-6\" }\n");
    if (!OneIn(3)) return;
    absl::StrAppend(&text, "  claims { date: \"", absl::FormatCivilTime(OneIn(10) ? day + 2 + Below(3) : day),
                    "\" source: \"edition\" note: \"", Words(6), "\" }\n");
  }

  void WriteEvents(const Chain& chain, absl::CivilMinute written) {
    const Office& from = OfficeOf(chain.author);
    const Office& to = OfficeOf(chain.recipient);
    std::string& text = curation_.text();
    absl::StrAppend(&text, "  events {\n    type: EVENT_TYPE_SENT\n    date: \"", absl::FormatCivilTime(written),
                    "Z\"\n    place: \"", from.city, "\"\n    channel: \"", from.telegram, " ", Below(5000),
                    "\"\n    known_to: \"", from.audience, "\"\n    source: \"frus-6\"\n    note: \"", Words(12),
                    "\"\n  }\n");
    absl::StrAppend(&text, "  events {\n    type: EVENT_TYPE_RECEIVED\n    date: \"",
                    absl::FormatCivilTime(written + 30 + Below(900)), "Z\"\n    place: \"", to.city,
                    "\"\n    channel: \"courier\"\n    known_to: \"", to.audience,
                    "\"\n    source: \"edition\"\n    note: \"", Words(12), "\"\n  }\n");
  }

  void ListInFindingAid(int position, const Chain& chain, absl::CivilDay day) {
    constexpr std::array<absl::string_view, 12> kMonths = {"January",   "February", "March",    "April",
                                                           "May",       "June",     "July",     "August",
                                                           "September", "October",  "November", "December"};
    if (OneIn(5)) day -= 1 + Below(3);
    absl::StrAppend(&finding_aid_.text(), position, ". ", SpellingOf(chain.author), " to ", SpellingOf(chain.recipient),
                    ", ", day.day(), " ", kMonths[static_cast<std::size_t>(day.month()) - 1], " ", day.year(),
                    "\nConcerns ", Words(12), ".\n");
  }

  Output finding_aid_;
  Output curation_;
  const int documents_;
  std::mt19937_64 random_;
  const Vocabulary vocabulary_;
  std::array<Chain, kOpenChains> chains_;
};

}  // namespace

Vocabulary::Vocabulary() {
  absl::flat_hash_set<std::string> taken;
  for (const absl::string_view word : kEnglish) {
    words_.emplace_back(word);
    taken.insert(words_.back());
  }
  for (std::size_t number = std::size(kSyllables); words_.size() < kSize; ++number) {
    std::string word;
    for (std::size_t rest = number; rest > 0; rest /= std::size(kSyllables)) {
      absl::StrAppend(&word, kSyllables[rest % std::size(kSyllables)]);
    }
    if (taken.insert(word).second) words_.push_back(std::move(word));
  }
}

const std::string& Vocabulary::Draw(std::mt19937_64* random) const {
  constexpr double kSteps = 1 << 24;
  const double share = static_cast<double>((*random)() >> 40) / kSteps;
  const double rank = std::exp(share * std::log(static_cast<double>(kSize)));
  return word(static_cast<int>(rank) - 1);
}

std::string ArchiveDocumentName(int number) { return absl::StrCat("documents/", DocumentId(number)); }
std::string ArchiveParticipantName(int number) { return absl::StrCat("participants/", ParticipantId(number)); }

void WriteArchiveCorpus(const std::string& folder, int documents, std::uint64_t seed) {
  Writer(folder, documents, seed).Write();
}

}  // namespace hotline::bench
