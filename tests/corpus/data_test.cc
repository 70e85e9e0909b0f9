// The shipped corpus agrees with itself and with the facts that are documented.

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/corpus/chronology.h"
#include "server/corpus/historical_date.h"
#include "server/corpus/loader.h"

namespace hotline::server {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

class DataTest : public testing::Test {
 protected:
  const v1::Document& Document(const std::string& id) const { return *corpus().FindDocument("documents/" + id); }
  const Corpus& corpus() const { return *result_.corpus; }

  void SetUp() override { ASSERT_NE(result_.corpus, nullptr); }

  // "1962-10-27T01:15:00Z": the first event by which an audience knew a document.
  std::string FirstKnown(const std::string& id, const std::string& audience) const {
    for (const EventRef& ref : corpus().events()) {
      if (corpus().documents()[ref.document].name() != "documents/" + id) continue;
      for (const std::string& known : ref.event->known_to()) {
        if (known == audience) return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", ref.time, absl::UTCTimeZone());
      }
    }
    return "never";
  }

  const LoadResult result_ = LoadCorpus(HOTLINE_DATA_DIR);
};

std::string Day(const v1::Event& event, const std::string& zone) {
  return FormatDay(absl::ToCivilDay(FromTimestamp(event.time()), *FindZone(zone)));
}

TEST_F(DataTest, KeepsTheFindingAidByteForByte) {
  std::ifstream stream(HOTLINE_DATA_DIR "/finding_aid.txt", std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  EXPECT_EQ(Sha256Hex(bytes), "15e12c998e438f4818dc6ab35651fe9b3418d3244acdd443c362df2d7d79a574");
}

TEST_F(DataTest, LoadsWithoutErrorAndWarnsOnlyOfTheTwoRepeatedNumbers) {
  std::vector<std::string> warnings;
  for (const Diagnostic& diagnostic : result_.diagnostics) {
    if (diagnostic.severity != Diagnostic::Severity::kNote) warnings.push_back(diagnostic.ToString());
  }
  EXPECT_THAT(warnings, ElementsAre("finding_aid.txt:26: warning: the printed number 11 stands before an earlier entry "
                                    "too (line 23)",
                                    "finding_aid.txt:28: warning: the printed number 12 stands before an earlier entry "
                                    "too (line 24)"));
}

TEST_F(DataTest, HasThirteenDocumentsOfFourteenEntriesInEightDays) {
  const v1::Corpus& summary = corpus().summary();
  EXPECT_EQ(summary.title(), "Kennedy - Khrushchev Correspondence on Cuba Crisis");
  EXPECT_EQ(summary.document_count(), 13);
  EXPECT_EQ(summary.entry_count(), 14);
  EXPECT_EQ(summary.default_time_zone(), "America/New_York");
  EXPECT_EQ(summary.first_day(), "1962-10-21");
  EXPECT_EQ(summary.last_day(), "1962-10-28");
}

TEST_F(DataTest, GivesEachDocumentItsEntries) {
  std::vector<std::string> positions;
  for (int i = 1; i <= 13; ++i) {
    std::string text;
    for (const v1::CatalogEntry& entry : Document(absl::StrCat("kk-", absl::Dec(i, absl::kZeroPad2))).entries()) {
      absl::StrAppend(&text, text.empty() ? "" : "+", entry.position(), "=", entry.printed_number());
    }
    positions.push_back(text);
  }
  EXPECT_THAT(positions, ElementsAre("1=1", "2=2", "3=3", "4=4", "5=5", "6=6", "7=7", "8=8", "9=9", "10=10", "13=11",
                                     "11=11+14=12", "12=12"));
}

TEST_F(DataTest, HasOneAddressAndTwoStatements) {
  for (const v1::Document& document : corpus().documents()) {
    const bool statement = document.name() == "documents/kk-04" || document.name() == "documents/kk-10";
    EXPECT_EQ(document.kind(), document.name() == "documents/kk-02" ? v1::DOCUMENT_KIND_ADDRESS
                               : statement                          ? v1::DOCUMENT_KIND_STATEMENT
                                                                    : v1::DOCUMENT_KIND_LETTER)
        << document.name();
  }
}

TEST_F(DataTest, KeepsFourDisagreementsWithTheEditionPreferred) {
  std::vector<std::string> found;
  for (const v1::Document& document : corpus().documents()) {
    for (const int claim : Disagreements(document)) {
      found.push_back(absl::StrCat(document.name().substr(10), " ", document.dates(0).source().substr(8), " ",
                                   document.dates(0).date().edtf(), ", ", document.dates(claim).source().substr(8), " ",
                                   document.dates(claim).date().edtf()));
    }
  }
  EXPECT_THAT(found, testing::UnorderedElementsAre("kk-01 frus-6 1962-10-22, finding-aid 1962-10-21",
                                                   "kk-02 frus-6 1962-10-22, finding-aid 1962-10-21",
                                                   "kk-06 frus-6 1962-10-24, finding-aid 1962-10-25",
                                                   "kk-09 frus-6 1962-10-27, finding-aid 1962-10-26"));
}

TEST_F(DataTest, KnowsWhenEachSideKnew) {
  const std::vector<std::vector<std::string>> expected = {
      {"kk-01", "1962-10-21T23:41:00Z", "1962-10-22T22:00:00Z", "never"},
      {"kk-02", "1962-10-22T22:00:00Z", "1962-10-22T22:00:00Z", "1962-10-22T23:00:00Z"},
      {"kk-03", "1962-10-23T15:05:00Z", "1962-10-23T14:00:00Z", "never"},
      {"kk-04", "1962-10-23T09:00:00Z", "1962-10-23T09:00:00Z", "1962-10-23T09:00:00Z"},
      {"kk-05", "1962-10-23T22:51:00Z", "1962-10-24T09:00:00Z", "never"},
      {"kk-06", "1962-10-25T01:22:30Z", "1962-10-24T09:00:00Z", "never"},
      {"kk-07", "1962-10-25T05:45:00Z", "1962-10-25T05:45:00Z", "never"},
      {"kk-08", "1962-10-27T01:15:00Z", "1962-10-26T13:43:00Z", "never"},
      {"kk-09", "1962-10-27T14:00:00Z", "1962-10-27T14:00:00Z", "1962-10-27T14:00:00Z"},
      {"kk-10", "1962-10-27T16:00:00Z", "1962-10-27T16:00:00Z", "1962-10-27T16:00:00Z"},
      {"kk-11", "1962-10-28T00:05:00Z", "1962-10-28T00:05:00Z", "1962-10-28T00:05:00Z"},
      {"kk-12", "1962-10-28T14:00:00Z", "1962-10-28T14:00:00Z", "1962-10-28T14:00:00Z"},
      {"kk-13", "1962-10-28T21:35:00Z", "1962-10-28T21:35:00Z", "1962-10-28T21:35:00Z"},
  };
  for (const std::vector<std::string>& row : expected) {
    EXPECT_THAT((std::vector<std::string>{FirstKnown(row[0], "washington"), FirstKnown(row[0], "moscow"),
                                          FirstKnown(row[0], "public")}),
                ElementsAre(row[1], row[2], row[3]))
        << row[0];
  }
}

TEST_F(DataTest, ReleasesTheLastLetterOnAnotherDayInMoscow) {
  const v1::Event& release = Document("kk-13").events(0);
  EXPECT_EQ(release.type(), v1::EVENT_TYPE_RELEASED);
  EXPECT_EQ(Day(release, "America/New_York"), "1962-10-28");
  EXPECT_EQ(Day(release, "Europe/Moscow"), "1962-10-29");
}

TEST_F(DataTest, BoundsTheTelegramWhoseHourIsNotRecorded) {
  for (const int i : {1, 2}) {
    const v1::Event& event = Document("kk-06").events(i);
    EXPECT_TRUE(event.date().inferred());
    EXPECT_EQ(event.date().precision(), v1::DATE_PRECISION_DAY);
    EXPECT_EQ(FromTimestamp(event.date().earliest()),
              StartOfDay(absl::CivilDay(1962, 10, 25), *FindZone("Europe/Moscow")));
    EXPECT_EQ(FromTimestamp(event.date().latest()), FromTimestamp(Document("kk-07").events(0).time()));
  }
}

TEST_F(DataTest, AnswersInOneChainFromTheFirstLetterToTheLast) {
  std::vector<std::string> answers;
  for (const v1::Document& document : corpus().documents()) {
    for (const v1::Relation& relation : document.relations()) {
      if (relation.type() != v1::RELATION_TYPE_REPLIES_TO) continue;
      answers.push_back(absl::StrCat(document.name().substr(10), ">", relation.document().substr(10)));
    }
  }
  EXPECT_THAT(answers, testing::UnorderedElementsAre("kk-03>kk-01", "kk-05>kk-03", "kk-06>kk-05", "kk-07>kk-06",
                                                     "kk-08>kk-07", "kk-11>kk-08", "kk-12>kk-11", "kk-13>kk-12"));
}

TEST_F(DataTest, SaysOnWhoseWordEverythingRestsAndWhyWhatIsInferred) {
  for (const v1::Document& document : corpus().documents()) {
    EXPECT_THAT(document.authors(), SizeIs(1)) << document.name();
    EXPECT_NE(document.publicity(), v1::PUBLICITY_UNSPECIFIED) << document.name();
    for (const v1::Event& event : document.events()) {
      EXPECT_NE(corpus().FindSource(event.source()), nullptr) << event.name();
      const bool sure = !event.date().inferred() && !event.date().approximate();
      EXPECT_TRUE(sure || !event.note().empty()) << event.name();
    }
    for (const v1::DateClaim& claim : document.dates()) EXPECT_NE(corpus().FindSource(claim.source()), nullptr);
    // What was public was known to the public, and nothing else.
    EXPECT_EQ(FirstKnown(document.name().substr(10), "public") != "never", document.publicity() == v1::PUBLICITY_PUBLIC)
        << document.name();
  }
}

TEST_F(DataTest, LeavesOutTheLetterThatTheFindingAidDoesNotList) {
  for (const v1::Document& document : corpus().documents()) {
    for (const v1::Identifier& identifier : document.identifiers()) EXPECT_NE(identifier.value(), "d70");
  }
}

}  // namespace
}  // namespace hotline::server
