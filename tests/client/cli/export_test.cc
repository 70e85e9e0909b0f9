#include "client/cli/export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "tests/client/cli/sample_corpus.h"

namespace hotline::cli {
namespace {

// A row by the names of its columns.
std::map<std::string, std::string> Named(const std::vector<std::string>& row) {
  const std::vector<std::string> header = CsvHeader();
  EXPECT_EQ(row.size(), header.size());
  std::map<std::string, std::string> named;
  for (std::size_t i = 0; i < std::min(row.size(), header.size()); ++i) named[header[i]] = row[i];
  return named;
}

TEST(CsvTest, QuotesWhatRfc4180SaysMustBe) {
  EXPECT_EQ(CsvRecord({"plain", "a,b", "say \"no\"", "two\nlines", "cr\r", "", " blank "}),
            "plain,\"a,b\",\"say \"\"no\"\"\",\"two\nlines\",\"cr\r\",, blank \r\n");
}

TEST(CsvTest, HasARowForEachEvent) {
  const v1::Document document = SampleDocument("kk-08");
  const std::vector<std::vector<std::string>> rows = CsvRows(document);
  ASSERT_EQ(rows.size(), static_cast<std::size_t>(document.events_size()));
  const auto row = Named(rows[0]);
  EXPECT_EQ(row.at("document"), "kk-08");
  EXPECT_EQ(row.at("kind"), "LETTER");
  EXPECT_EQ(row.at("publicity"), "PRIVATE");
  EXPECT_EQ(row.at("event_type"), v1::EventType_Name(document.events(0).type()).substr(sizeof("EVENT_TYPE_") - 1));
  EXPECT_THAT(row.at("time_utc"), testing::MatchesRegex("1962-10-2[0-9]T[0-9:]+Z"));
  EXPECT_EQ(row.at("edtf"), document.events(0).date().edtf());
  EXPECT_EQ(row.at("place"), document.events(0).place());
}

TEST(CsvTest, YearsHaveFourDigits) {
  v1::Document document;
  document.add_events()->mutable_time()->set_seconds(-61'000'000'000);
  EXPECT_EQ(Named(CsvRows(document)[0]).at("time_utc"), "0036-12-26T11:33:20Z");
}

TEST(CsvTest, ADocumentWithoutEventsIsOneRowAndNothingIsLostOfIt) {
  v1::Document document;
  document.set_name("documents/a");
  document.set_title("A");
  for (const auto& [edtf, source] :
       std::map<std::string, std::string>{{"1962-10-26", "aid"}, {"1962-10-27", "frus-6"}}) {
    v1::DateClaim* claim = document.add_dates();
    claim->mutable_date()->set_edtf(edtf);
    claim->set_source("sources/" + source);
  }
  v1::Relation* relation = document.add_relations();
  relation->set_type(v1::RELATION_TYPE_REPLIES_TO);
  relation->set_document("documents/b");
  relation->set_source("sources/aid");
  document.add_copied_to("participants/c");
  document.add_copied_to("participants/d");
  document.add_identifiers()->set_value("d65");
  document.add_entries()->set_heading("1. A, to B");
  document.mutable_entries(0)->set_position(1);
  document.mutable_entries(0)->set_printed_number("l1");
  const std::vector<std::vector<std::string>> rows = CsvRows(document);
  ASSERT_EQ(rows.size(), 1U);
  const auto row = Named(rows[0]);
  EXPECT_EQ(row.at("dates"), "1962-10-26 (aid); 1962-10-27 (frus-6)");
  EXPECT_EQ(row.at("relations"), "REPLIES_TO b (aid)");
  EXPECT_EQ(row.at("copied_to"), "c; d");
  EXPECT_EQ(row.at("identifiers"), "d65");
  EXPECT_EQ(row.at("positions"), "1");
  EXPECT_EQ(row.at("printed_numbers"), "l1");
  EXPECT_EQ(row.at("headings"), "1. A, to B");
  EXPECT_EQ(row.at("event"), "");
  EXPECT_EQ(row.at("event_note"), "");
}

}  // namespace
}  // namespace hotline::cli
