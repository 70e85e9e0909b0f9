// What is made for operators in server/deploy/, held against what the server exports.

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/rpc/metrics.h"

namespace hotline::server {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;

std::string FileOf(const std::string& name) {
  std::ifstream file(std::string(HOTLINE_SOURCE_DIR "/") + name);
  EXPECT_TRUE(file.good()) << name;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// Every match, with its groups.
std::vector<std::vector<std::string>> All(const std::string& text, const char* pattern) {
  std::vector<std::vector<std::string>> matches;
  const std::regex regex(pattern);
  for (std::sregex_iterator match(text.begin(), text.end(), regex), end; match != end; ++match) {
    matches.emplace_back(match->begin(), match->end());
  }
  return matches;
}

std::vector<std::string> FirstGroups(const std::string& text, const char* pattern) {
  std::vector<std::string> groups;
  for (const std::vector<std::string>& match : All(text, pattern)) groups.push_back(match[1]);
  return groups;
}

// The values of each label of each metric.
using Exported = std::map<std::string, std::map<std::string, std::set<std::string>>>;

Exported ExportedMetrics() {
  Metrics metrics("1.2.3");
  metrics.SetCorpus({"abc", 13, absl::UnixEpoch(), 1});
  Exported exported;
  for (const absl::string_view line : absl::StrSplit(metrics.Text(), '\n', absl::SkipEmpty())) {
    if (absl::StartsWith(line, "#")) continue;
    const std::string series(line);
    auto& labels = exported[series.substr(0, series.find_first_of("{ "))];
    for (const std::vector<std::string>& label : All(series, "([a-z_]+)=\"([^\"]*)\""))
      labels[label[1]].insert(label[2]);
    labels["job"];
    labels["instance"];
  }
  return exported;
}

std::set<std::string> LabelsOf(const Exported& exported) {
  std::set<std::string> labels;
  for (const auto& [metric, its] : exported) {
    for (const auto& [label, values] : its) labels.insert(label);
  }
  return labels;
}

// Everything under a name like "expr", however deep.
void Gather(const google::protobuf::Value& value, const std::set<std::string>& names, std::vector<std::string>* found) {
  for (const google::protobuf::Value& element : value.list_value().values()) Gather(element, names, found);
  for (const auto& [name, field] : value.struct_value().fields()) {
    if (names.count(name) != 0 && field.has_string_value()) found->push_back(field.string_value());
    Gather(field, names, found);
  }
}

std::vector<std::string> DashboardTexts(const std::set<std::string>& names) {
  google::protobuf::Value dashboard;
  EXPECT_TRUE(
      google::protobuf::util::JsonStringToMessage(FileOf("server/deploy/grafana-dashboard.json"), &dashboard).ok());
  std::vector<std::string> texts;
  Gather(dashboard, names, &texts);
  return texts;
}

// What a query asks for that the server does not export: metrics, labels, and values that no label can have.
std::vector<std::string> Missing(const std::string& query, const Exported& exported) {
  std::vector<std::string> missing;
  const std::set<std::string> labels = LabelsOf(exported);
  for (const std::vector<std::string>& selector : All(query, "\\b((?:grpc|hotline|process)_[a-z_]+)(\\{[^}]*\\})?")) {
    const std::string& metric = selector[1];
    if (labels.count(metric) != 0) continue;  // a label that begins like a metric
    const auto found = exported.find(metric);
    if (found == exported.end()) {
      missing.push_back(metric);
      continue;
    }
    for (const std::vector<std::string>& matcher : All(selector[2], "([a-z_]+)(=~|!~|!=|=)\"([^\"]*)\"")) {
      const std::string& label = matcher[1];
      const auto values = found->second.find(label);
      if (values == found->second.end()) {
        missing.push_back(absl::StrCat(metric, ".", label));
        continue;
      }
      if (label == "job" || label == "instance") continue;  // given by Prometheus
      // Each alternative by itself, so that none is there for nothing.
      for (const std::string& alternative : std::vector<std::string>(absl::StrSplit(matcher[3], '|'))) {
        const bool known = std::any_of(values->second.begin(), values->second.end(), [&](const std::string& one) {
          return absl::StrContains(matcher[2], "~") ? std::regex_match(one, std::regex(alternative))
                                                    : one == alternative;
        });
        if (!known) missing.push_back(absl::StrCat(metric, ".", label, "=", alternative));
      }
    }
  }
  for (const std::string& list : FirstGroups(query, "\\b(?:by|on|without) \\(([^)]*)\\)")) {
    for (const std::string& label : std::vector<std::string>(absl::StrSplit(list, ", "))) {
      if (labels.count(label) == 0) missing.push_back("by " + label);
    }
  }
  for (const std::string& label : FirstGroups(query, "\\$labels\\.([a-z_]+)")) {
    if (labels.count(label) == 0) missing.push_back("$labels." + label);
  }
  return missing;
}

TEST(DashboardTest, AsksOnlyForWhatTheServerExports) {
  const Exported exported = ExportedMetrics();
  const std::vector<std::string> queries = DashboardTexts({"expr", "query"});
  EXPECT_GT(queries.size(), 40u);
  for (const std::string& query : queries) EXPECT_THAT(Missing(query, exported), IsEmpty()) << query;
  const std::set<std::string> labels = LabelsOf(exported);
  for (const std::string& legend : DashboardTexts({"legendFormat"})) {
    for (const std::string& label : FirstGroups(legend, "\\{\\{([a-z_]+)\\}\\}")) EXPECT_THAT(labels, Contains(label));
  }
}

TEST(DashboardTest, ShowsEveryMetricOfTheServer) {
  std::set<std::string> shown;
  for (const std::string& query : DashboardTexts({"expr"})) {
    for (const std::string& metric : FirstGroups(query, "\\b((?:grpc|hotline|process)_[a-z_]+)")) shown.insert(metric);
  }
  for (const std::string& family : FirstGroups(Metrics("").Text(), "# TYPE ([a-z_]+) ")) {
    EXPECT_TRUE(shown.count(family) != 0 || shown.count(family + "_bucket") != 0) << family;
  }
}

TEST(DashboardTest, NoPanelLiesOverAnother) {
  google::protobuf::Value dashboard;
  ASSERT_TRUE(
      google::protobuf::util::JsonStringToMessage(FileOf("server/deploy/grafana-dashboard.json"), &dashboard).ok());
  std::set<double> ids;
  std::set<std::pair<double, double>> taken;
  for (const google::protobuf::Value& panel : dashboard.struct_value().fields().at("panels").list_value().values()) {
    const auto& fields = panel.struct_value().fields();
    EXPECT_TRUE(ids.insert(fields.at("id").number_value()).second);
    const auto& place = fields.at("gridPos").struct_value().fields();
    const double x = place.at("x").number_value(), y = place.at("y").number_value();
    EXPECT_LE(x + place.at("w").number_value(), 24);
    for (double column = x; column < x + place.at("w").number_value(); ++column) {
      for (double row = y; row < y + place.at("h").number_value(); ++row) {
        EXPECT_TRUE(taken.emplace(column, row).second) << fields.at("title").string_value();
      }
    }
  }
}

TEST(AlertsTest, AskOnlyForWhatTheServerExports) {
  EXPECT_THAT(Missing(FileOf("server/deploy/alerts.yaml"), ExportedMetrics()), IsEmpty());
}

TEST(AlertsTest, WhatIsNotExportedIsFound) {
  const Exported exported = ExportedMetrics();
  EXPECT_THAT(Missing("rate(hotline_playback_total[5m])", exported), Contains("hotline_playback_total"));
  EXPECT_THAT(Missing("hotline_playbacks{status=\"playing\"}", exported), Contains("hotline_playbacks.status"));
  EXPECT_THAT(Missing("hotline_playbacks{state=~\"playing|stopped\"}", exported),
              Contains("hotline_playbacks.state=stopped"));
  EXPECT_THAT(Missing("sum by (method) (grpc_server_started_total)", exported), Contains("by method"));
  EXPECT_THAT(Missing("{{ $labels.method }}", exported), Contains("$labels.method"));
}

TEST(AlertsTest, EachHasASectionInTheRunbookAndATest) {
  const std::string alerts = FileOf("server/deploy/alerts.yaml");
  const std::vector<std::string> names = FirstGroups(alerts, "- alert: ([A-Za-z]+)");
  EXPECT_GT(names.size(), 15u);
  std::set<std::string> sections;
  for (const std::string& heading : FirstGroups(FileOf("server/deploy/README.md"), "\n### (Hotline[A-Za-z]+)\n")) {
    sections.insert(absl::AsciiStrToLower(heading));
  }
  std::set<std::string> linked;
  for (const std::string& anchor : FirstGroups(alerts, "runbook: \"server/deploy/README\\.md#([a-z]+)\"")) {
    linked.insert(anchor);
  }
  EXPECT_EQ(linked, sections);
  for (const char* field : {"summary: ", "description: ", "runbook: ", "severity: "}) {
    EXPECT_EQ(All(alerts, field).size(), names.size()) << field;
  }
  const std::string tests = FileOf("tests/rpc/alerts_test.yaml");
  for (const std::string& name : names) {
    EXPECT_TRUE(absl::StrContains(tests, absl::StrCat("labels: 'ALERTS{alertname=\"", name, "\""))) << name;
  }
}

TEST(MetricsPageTest, PassesThePrometheusLint) {
  FILE* promtool = popen("'" HOTLINE_PROMTOOL "' check metrics 2>&1", "w");
  ASSERT_NE(promtool, nullptr);
  const std::string page = Metrics("1.2.3").Text();
  EXPECT_EQ(std::fwrite(page.data(), 1, page.size(), promtool), page.size());
  EXPECT_EQ(pclose(promtool), 0);
}

}  // namespace
}  // namespace hotline::server
