#include "server/corpus/plain_text_reader.h"

#include <random>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "server/corpus/curation.pb.h"
#include "server/corpus/utf8.h"
#include "tests/corpus/small_corpus.h"

namespace hotline::server {
namespace {

using ::testing::ElementsAre;

class Silent : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int, google::protobuf::io::ColumnNumber, const std::string&) override {}
};

bool ReadByProtobuf(const std::string& text, curation::Curation* content) {
  Silent silent;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&silent);
  return parser.ParseFromString(text, content);
}

class PlainTextReaderTest : public testing::Test {
 protected:
  bool Read(const std::string& text) {
    content_.Clear();
    starts_.clear();
    return reader_.Read(text, curation::Curation::kDocumentsFieldNumber, &content_, &starts_);
  }

  const PlainTextReader reader_{curation::Curation::descriptor()};
  curation::Curation content_;
  std::vector<std::size_t> starts_;
};

// Whatever it takes for plain, Protobuf reads to the same content.
void ExpectSame(const std::string& text, const curation::Curation& content) {
  curation::Curation expected;
  ASSERT_TRUE(ReadByProtobuf(text, &expected)) << text;
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(content, expected)) << text;
}

TEST_F(PlainTextReaderTest, ReadsWhatIsPlain) {
  for (const std::string& text : {
           std::string(kSmallCuration),
           std::string(),
           std::string(" # only a comment"),
           std::string("title: 'It\\'s \\\\ \\n\\t \\\"so\\\"' # comment\n \"and on\"\n'.' default_time_zone:\"UTC\""),
           std::string("title: \"\u041A\u0443\u0431\u0430 #1 {\";"),
           std::string("documents { positions: [1, 20,300] positions: 4 kind: DOCUMENT_KIND_LETTER }, sources: { }"),
           std::string("documents{events{known_to:[\"a\",'b']}events{}}"),
           std::string("documents { id: \"\" } title: \"\""),
       }) {
    ASSERT_TRUE(Read(text)) << text;
    ExpectSame(text, content_);
  }
}

TEST_F(PlainTextReaderTest, LeavesToProtobufWhatIsNotPlain) {
  for (const char* text : {
           "title",
           "title:",
           "title \"a\"",
           "title: \"a",
           "title: \"a\nb\"",
           "title: \"a\tb\"",
           "title: \"\\x41\"",
           "title: \"\\",
           "title: \"\xFF\"",
           "title: 1",
           "title: \"a\" title: \"b\"",
           "title: [\"a\"]",
           "headline: \"a\"",
           "documents <>",
           "documents {",
           "documents { } }",
           "documents: [{ }, { }]",
           "documents { positions: 0x1F }",
           "documents { positions: 017 }",
           "documents { positions: -1 }",
           "documents { positions: 4294967296 }",
           "documents { positions: 1.5 }",
           "documents { positions: 1a }",
           "documents { positions: [1, ] }",
           "documents { positions: [] }",
           "documents { kind: 1 }",
           "documents { kind: DOCUMENT_KIND_SONG }",
           "documents { kind: }",
           "[a.b]: 1",
           "title: \"a\";; ",
           "\xEF\xBB\xBFtitle: \"a\"",
       }) {
    EXPECT_FALSE(Read(text)) << text;
  }
}

TEST_F(PlainTextReaderTest, TellsWhereDocumentsBegin) {
  ASSERT_TRUE(Read("title: 'documents { }' documents { id: 'a' }\n# documents\ndocuments: {}; sources {}"));
  EXPECT_THAT(starts_, ElementsAre(23, 57));
}

TEST_F(PlainTextReaderTest, NeverDiffersFromProtobufOnDamagedText) {
  const std::string text = kSmallCuration;
  const std::string bits = "{}[]<>:;,\"'\\#\n 0a_-\x80\xC3";
  std::mt19937 random(1962);
  int plain = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string damaged = text;
    for (int j = 0; j < 1 + i % 3; ++j) {
      const std::size_t at = random() % damaged.size();
      const char bit = bits[random() % bits.size()];
      switch (random() % 3) {
        case 0:
          damaged[at] = bit;
          break;
        case 1:
          damaged.insert(at, 1, bit);
          break;
        default:
          damaged.erase(at, 1 + random() % 5);
      }
    }
    if (!Read(damaged)) continue;
    ++plain;
    ExpectSame(damaged, content_);
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(plain, 2'000);
  EXPECT_LT(plain, 18'000);
}

}  // namespace
}  // namespace hotline::server
