#include "tests/bench/corpus_files.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace hotline::bench {
namespace {

constexpr char kFindingAid[] = "A corpus for measurements\n\n1. Kennedy to Khrushchev, 1 January 1962\n";

constexpr char kPreamble[] = R"(
default_time_zone: "UTC"
finding_aid_source: "finding-aid"
sources { id: "finding-aid" short_name: "finding aid" title: "The finding aid" }
participants {
  id: "kennedy" display_name: "John F. Kennedy" time_zone: "UTC" audience: "washington" also_written: "Kennedy"
}
participants {
  id: "khrushchev" display_name: "Nikita S. Khrushchev" time_zone: "UTC" audience: "moscow" also_written: "Khrushchev"
}
audiences { id: "washington" display_name: "Washington" }
audiences { id: "moscow" display_name: "Moscow" }
)";

constexpr char kNote[] =
    "The telegraph office noted the hour at which the last sheet went out; the embassy's log has the hour at which the "
    "messenger left the building. Neither says when it was read, and the two clocks were not compared. A copy came by "
    "courier on the following day; it lacks the last paragraph, and its pages are numbered by another hand. Where "
    "the edition and the log differ, the edition is followed here.";

void AppendEvent(absl::CivilMinute minute, std::string* text) {
  absl::StrAppend(text, "  events { type: EVENT_TYPE_SENT date: \"", absl::FormatCivilTime(minute), "Z\" ",
                  "place: \"Washington, Department of State\" actor: \"Department of State\" channel: \"Deptel 961\" ",
                  "known_to: \"washington\" source: \"finding-aid\" note: \"", kNote, "\" }\n");
}

}  // namespace

void WriteCorpus(const std::string& folder, int documents, int events_each) {
  std::ofstream(folder + "/finding_aid.txt") << kFindingAid;
  std::ofstream file(folder + "/curation.textproto");
  file << kPreamble;
  absl::CivilMinute minute(1962, 1, 1);
  for (int i = 0; i < documents; ++i) {
    std::string text = absl::StrFormat(
        "documents {\n  id: \"letter-%d\" %s kind: DOCUMENT_KIND_LETTER title: \"Kennedy to Khrushchev: letter %d\"\n"
        "  authors: \"kennedy\" recipients: \"khrushchev\" publicity: PUBLICITY_PRIVATE\n",
        i, i == 0 ? "positions: 1" : "", i);
    for (int j = 0; j < events_each; ++j) AppendEvent(minute++, &text);
    file << text << "}\n";
  }
  if (!file.flush()) {
    std::fprintf(stderr, "cannot write a corpus into %s\n", folder.c_str());
    std::abort();
  }
}

}  // namespace hotline::bench
