#include "server/corpus/read_mask.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace hotline::server {
namespace {

using google::protobuf::util::MessageDifferencer;

google::protobuf::FieldMask MaskOf(const std::vector<std::string>& paths) {
  google::protobuf::FieldMask mask;
  for (const std::string& path : paths) mask.add_paths(path);
  return mask;
}

v1::Document ADocument() {
  v1::Document document;
  document.set_name("documents/a");
  document.set_title("T");
  document.set_summary("S");
  document.set_kind(v1::DOCUMENT_KIND_LETTER);
  document.add_authors("participants/kennedy");
  document.add_events()->set_note("n");
  return document;
}

v1::Document Masked(const std::vector<std::string>& paths) {
  const auto mask = ReadMask::Make(MaskOf(paths), "read_mask");
  EXPECT_THAT(mask, IsOk());
  v1::Document copied;
  mask->Copy(ADocument(), &copied);
  v1::Document applied = ADocument();
  mask->Apply(&applied);
  EXPECT_TRUE(MessageDifferencer::Equals(copied, applied));
  return copied;
}

TEST(ReadMaskTest, LeavesTheFieldsThatAreNamedAndNoOthers) {
  v1::Document wanted;
  wanted.set_title("T");
  wanted.add_events()->set_note("n");
  EXPECT_TRUE(MessageDifferencer::Equals(Masked({"events", "title", "title"}), wanted));
  EXPECT_TRUE(MessageDifferencer::Equals(Masked({"text"}), v1::Document()));
}

TEST(ReadMaskTest, LeavesAllByDefaultAndByTheWildcard) {
  EXPECT_TRUE(MessageDifferencer::Equals(Masked({}), ADocument()));
  EXPECT_TRUE(MessageDifferencer::Equals(Masked({"*"}), ADocument()));
  EXPECT_TRUE(ReadMask().selects_all());
}

TEST(ReadMaskTest, KnowsEveryFieldOfADocument) {
  const google::protobuf::Descriptor& document = *v1::Document::descriptor();
  for (int i = 0; i < document.field_count(); ++i) {
    EXPECT_THAT(ReadMask::Make(MaskOf({document.field(i)->name()}), "read_mask"), IsOk());
  }
}

TEST(ReadMaskTest, RefusesWhatIsNoFieldAndNamesThePath) {
  for (const char* path :
       {"", "titel", "Title", "copiedTo", "events.note", "title.x", "*", ".", "title,name", "title "}) {
    EXPECT_THAT(ReadMask::Make(MaskOf({"title", path}), "read_mask"), IsBadField("read_mask.paths[1]")) << path;
  }
  const absl::Status status = ReadMask::Make(MaskOf({"titel"}), "read_mask").status();
  EXPECT_THAT(std::string(status.message()),
              testing::HasSubstr("\"titel\" is no field of Document; allowed are name, kind, title"));
  EXPECT_THAT(ReadMask::Make(MaskOf(std::vector<std::string>(101, "title")), "read_mask"),
              IsBadField("read_mask.paths"));
}

}  // namespace
}  // namespace hotline::server
