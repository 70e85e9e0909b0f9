#include "server/corpus/read_mask.h"

#include <initializer_list>
#include <string>

#include "gmock/gmock.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace hotline::server {
namespace {

using ::google::protobuf::util::MessageDifferencer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

google::protobuf::FieldMask Mask(std::initializer_list<std::string> paths) {
  google::protobuf::FieldMask mask;
  for (const std::string& path : paths) mask.add_paths(path);
  return mask;
}

v1::Document ADocument() {
  v1::Document document;
  document.set_name("documents/a");
  document.set_kind(v1::DOCUMENT_KIND_LETTER);
  document.set_title("A title");
  document.add_authors("participants/ann");
  document.add_authors("participants/bob");
  document.add_events()->set_note("a note");
  document.set_text("The text.");
  return document;
}

v1::Document Copied(std::initializer_list<std::string> paths) {
  v1::Document copy;
  ReadMask::Make(Mask(paths), "read_mask").value().Copy(ADocument(), &copy);
  return copy;
}

TEST(ReadMaskTest, CopiesTheWantedFieldsAndNoOther) {
  v1::Document expected;
  expected.set_title("A title");
  *expected.mutable_authors() = ADocument().authors();
  *expected.mutable_events() = ADocument().events();
  EXPECT_TRUE(MessageDifferencer::Equals(Copied({"events", "title", "authors", "events"}), expected));
}

TEST(ReadMaskTest, AllFieldsAreWantedByDefaultAndByAnAsterisk) {
  EXPECT_TRUE(MessageDifferencer::Equals(Copied({}), ADocument()));
  EXPECT_TRUE(MessageDifferencer::Equals(Copied({"*"}), ADocument()));
  v1::Document copy;
  ReadMask().Copy(ADocument(), &copy);
  EXPECT_TRUE(MessageDifferencer::Equals(copy, ADocument()));
}

TEST(ReadMaskTest, EveryFieldOfADocumentIsAPath) {
  google::protobuf::FieldMask mask;
  const google::protobuf::Descriptor& document = *v1::Document::descriptor();
  for (int i = 0; i < document.field_count(); ++i) {
    mask.add_paths(document.field(i)->name());
    // Otherwise a path could go on behind it, and a name would no longer be the whole path.
    EXPECT_TRUE(document.field(i)->is_repeated() || document.field(i)->message_type() == nullptr) << mask.paths(i);
  }
  const auto all = ReadMask::Make(mask, "read_mask");
  ASSERT_THAT(all, IsOk());
  v1::Document copy;
  all->Copy(ADocument(), &copy);
  EXPECT_TRUE(MessageDifferencer::Equals(copy, ADocument()));
}

TEST(ReadMaskTest, WhatIsNoFieldIsRefusedByItsPlaceWithWhatIsAllowed) {
  for (const char* path : {"", ".", "titel", "Title", "copiedTo", "title.", ".title", "events.note", "events[0]",
                           "events..note", "title.x", "*.title", "document.title", " title", "title,name", "*"}) {
    const absl::Status status = ReadMask::Make(Mask({"name", path}), "selection.read_mask").status();
    EXPECT_THAT(status, IsBadField("selection.read_mask.paths[1]")) << path;
    EXPECT_THAT(status, FailsWith(absl::StatusCode::kInvalidArgument, "INVALID_FIELD")) << path;
  }
  EXPECT_THAT(std::string(ReadMask::Make(Mask({"copiedTo"}), "read_mask").status().message()), HasSubstr("copied_to"));
}

TEST(ReadMaskTest, AtMostAHundredPathsAreTaken) {
  google::protobuf::FieldMask mask;
  for (int i = 0; i < 100; ++i) mask.add_paths("title");
  EXPECT_THAT(ReadMask::Make(mask, "read_mask"), IsOk());
  mask.add_paths("title");
  EXPECT_THAT(ReadMask::Make(mask, "read_mask"), IsBadField("read_mask.paths"));
}

TEST(ReadMaskTest, HasOneFormWhateverTheOrderOfItsPaths) {
  google::protobuf::FieldMask mask = Mask({"title", "name", "title"});
  Canonicalise(&mask);
  EXPECT_THAT(mask.paths(), ElementsAre("name", "title"));
  for (google::protobuf::FieldMask all : {Mask({}), Mask({"*"})}) {
    Canonicalise(&all);
    EXPECT_EQ(all.paths_size(), 0);
  }
}

}  // namespace
}  // namespace hotline::server
