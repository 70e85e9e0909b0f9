// `hotline export`, as the programs are shipped.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"
#include "hotline/v1/archive_service.pb.h"
#include "server/corpus/loader.h"
#include "tests/client/cli/sample_corpus.h"
#include "tests/client/cli/server.h"
#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"

namespace hotline::cli {
namespace {

using ::hotline::tests::Process;
using ::hotline::tests::TemporaryFolder;

constexpr char kOddCuration[] = R"(
default_time_zone: "UTC"
finding_aid_source: "aid"
sources { id: "aid" short_name: "aid" title: "The, \"aid\"" }
participants { id: "a" display_name: "Ä\n\"B\", C" also_written: "A" }
participants { id: "b" display_name: "🚀\342\200\250B" also_written: "B" }
documents {
  id: "odd" positions: 1 kind: DOCUMENT_KIND_LETTER title: "=1+1, \"quoted\"\r\nand\tso on 🚀\342\200\250\177"
  text: "first line\nsecond, \"line\"\n"
  events { type: EVENT_TYPE_SENT date: "1962-10-26T10:00Z" source: "aid" note: "a\n\"b\",c\r" known_to: [] }
  events { type: EVENT_TYPE_RECEIVED date: "1962-10-26" source: "aid" place: "," }
}
documents { id: "second" kind: DOCUMENT_KIND_STATEMENT title: "at the same time" authors: "b"
  claims { date: "1962-10-26" source: "aid" }
  events { type: EVENT_TYPE_SENT date: "1962-10-26T10:00Z" source: "aid" }
  relations { type: RELATION_TYPE_REPLIES_TO document: "odd" source: "aid" }
}
documents { id: "undated" kind: DOCUMENT_KIND_STATEMENT title: "-" authors: "b" }
)";

std::string Export(const Server& server, const std::string& format) {
  Process client({HOTLINE_PROGRAM, "export", "--format=" + format}, server.environment());
  EXPECT_EQ(client.Wait(absl::Seconds(60)), 0) << client.standard_error();
  EXPECT_EQ(client.standard_error(), "");
  return client.standard_output();
}

// The revision of a corpus that is rebuilt from the lines of an export, which are told to be of `told`.
std::string Rebuilt(const std::string& lines, std::string* told) {
  v1::Corpus summary;
  std::vector<v1::Document> documents;
  for (const std::string& line : LinesOf(lines)) {
    if (told->empty()) {
      v1::GetCorpusResponse corpus;
      EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(line, &corpus).ok()) << line;
      *told = corpus.revision();
      summary = corpus.corpus();
      continue;
    }
    v1::GetDocumentResponse document;
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(line, &document).ok()) << line;
    EXPECT_EQ(document.revision(), *told);
    documents.push_back(document.document());
  }
  return server::Corpus(summary, std::move(documents)).revision();
}

// Reads RFC 4180 strictly: every line ends in CRLF, and a quote stands nowhere but around a value or doubled within.
std::vector<std::vector<std::string>> ReadCsv(const std::string& text) {
  std::vector<std::vector<std::string>> records(1);
  std::string value;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quoted) {
      if (text[i] != '"') {
        value += text[i];
      } else if (i + 1 < text.size() && text[i + 1] == '"') {
        value += text[i++];
      } else {
        quoted = false;
        EXPECT_TRUE(text[i + 1] == ',' || text[i + 1] == '\r') << "behind the quote at " << i;
      }
    } else if (text[i] == '"') {
      EXPECT_EQ(value, "") << "a quote within a value at " << i;
      quoted = true;
    } else if (text[i] == ',') {
      records.back().push_back(std::exchange(value, ""));
    } else if (text[i] == '\r') {
      EXPECT_EQ(text[++i], '\n');
      records.back().push_back(std::exchange(value, ""));
      records.emplace_back();
    } else {
      EXPECT_NE(text[i], '\n') << "a bare line feed at " << i;
      value += text[i];
    }
  }
  EXPECT_TRUE(records.back().empty() && value.empty() && !quoted) << "the last line has no end";
  records.pop_back();
  return records;
}

// A server of a corpus made of odd texts.
class OddServer {
 public:
  OddServer() {
    folder_.Write("finding_aid.txt", "Letters\n\n1. A to B, 26 October 1962\n");
    folder_.Write("curation.textproto", kOddCuration);
    server_ = std::make_unique<Server>("127.0.0.1:0", std::vector<std::string>{"--corpus=" + folder_.path()});
  }
  const Server& server() const { return *server_; }

 private:
  TemporaryFolder folder_;
  std::unique_ptr<Server> server_;
};

TEST(ExportProgramTest, JsonLinesRebuildTheShippedCorpus) {
  const Server server;
  std::string told;
  const std::string rebuilt = Rebuilt(Export(server, "jsonl"), &told);
  EXPECT_EQ(rebuilt, told);
}

TEST(ExportProgramTest, JsonLinesRebuildACorpusOfOddTextsAndTies) {
  const OddServer odd;
  const std::string lines = Export(odd.server(), "jsonl");
  EXPECT_EQ(LinesOf(lines).size(), 4U);
  std::string told;
  const std::string rebuilt = Rebuilt(lines, &told);
  EXPECT_EQ(rebuilt, told);
}

TEST(ExportProgramTest, CsvHasARowAnEventAndKeepsOddTexts) {
  const OddServer odd;
  const std::vector<std::vector<std::string>> records = ReadCsv(Export(odd.server(), "csv"));
  ASSERT_EQ(records.size(), 5U);  // a header; two events, one event, and a document without any
  for (const std::vector<std::string>& record : records) EXPECT_EQ(record.size(), records[0].size());
  EXPECT_EQ(records[0][1], "title");
  EXPECT_EQ(records[1][0], "odd");
  EXPECT_EQ(records[1][1], "=1+1, \"quoted\"\r\nand\tso on 🚀\342\200\250\177");
  EXPECT_EQ(records[1].back(), "a\n\"b\",c\r");
  EXPECT_EQ(records[3][0], "second");
  EXPECT_EQ(records[4][0], "undated");
}

TEST(ExportProgramTest, CsvOfTheShippedCorpusHasEveryEvent) {
  const Server server;
  EXPECT_EQ(ReadCsv(Export(server, "csv")).size(), 1U + 28U);
}

TEST(ExportProgramTest, AnExportThatFailsSaysThatItIsNotComplete) {
  Process client({HOTLINE_PROGRAM, "--server=127.0.0.1:1", "export"});
  EXPECT_EQ(client.Wait(absl::Seconds(60)), 64 + 14);
  EXPECT_THAT(client.standard_error(), testing::HasSubstr("the export is not complete"));
}

}  // namespace
}  // namespace hotline::cli
