#include "server/corpus/chronology.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <thread>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "server/corpus/historical_date.h"
#include "server/corpus/moment.h"
#include "server/corpus/parallel.h"

namespace hotline::server {
namespace {

class Checker {
 public:
  Checker(const Merged& merged, const CurationFile& file, std::vector<Diagnostic>* diagnostics)
      : merged_(merged), file_(file), diagnostics_(diagnostics) {
    for (const curation::Source& source : file.content().sources()) {
      short_name_.emplace(absl::StrCat("sources/", source.id()), source.short_name());
    }
    index_of_name_.reserve(merged.documents.size());
    for (std::size_t i = 0; i < merged.documents.size(); ++i) {
      index_of_name_.emplace(merged.documents[i].document.name(), i);
    }
  }

  void Check() {
    // Circles are found by one thread, so beside the rest.
    std::vector<Diagnostic> circles;
    std::thread finding([&] { FindCircles(&circles); });
    CollectInRuns(merged_.documents.size(), diagnostics_,
                  [this](std::size_t begin, std::size_t end, std::vector<Diagnostic>* found) {
                    for (std::size_t i = begin; i < end; ++i) {
                      NoteDisagreements(merged_.documents[i], found);
                      CheckReceipts(merged_.documents[i], found);
                      CheckAnswers(merged_.documents[i], found);
                    }
                  });
    finding.join();
    std::move(circles.begin(), circles.end(), std::back_inserter(*diagnostics_));
  }

 private:
  static Diagnostic Error(int line, std::string message) {
    return {Diagnostic::Severity::kError, kCurationFile, line, std::move(message)};
  }

  // `document` is one of merged_.documents, which are in the curation's order.
  CurationLines LinesOf(const MergedDocument& document) const {
    return file_.LinesOf(static_cast<int>(&document - merged_.documents.data()));
  }

  std::string Describe(const MergedDocument& document, int claim) const {
    const v1::DateClaim& date = document.document.dates(claim);
    const auto found = short_name_.find(date.source());
    const Place place = PlaceOf(document.claim_origins[static_cast<std::size_t>(claim)], LinesOf(document));
    return absl::StrCat(found == short_name_.end() ? date.source() : found->second, " ", date.date().edtf(), " (",
                        place.file, ":", place.line, ")");
  }

  void NoteDisagreements(const MergedDocument& document, std::vector<Diagnostic>* found) const {
    for (const int claim : Disagreements(document.document)) {
      Place place = PlaceOf(document.claim_origins[static_cast<std::size_t>(claim)], LinesOf(document));
      found->push_back({Diagnostic::Severity::kNote, std::move(place.file), place.line,
                        absl::StrCat("sources disagree about the date of ", document.document.name(), ": ",
                                     Describe(document, 0), " is preferred to ", Describe(document, claim))});
    }
  }

  void CheckReceipts(const MergedDocument& document, std::vector<Diagnostic>* found) const {
    const auto& events = document.document.events();
    const bool has_sending =
        std::any_of(events.begin(), events.end(), [](const v1::Event& event) { return IsSending(event.type()); });
    if (!has_sending) return;
    for (const v1::Event& receipt : events) {
      if (receipt.type() != v1::EVENT_TYPE_RECEIVED) continue;
      const bool too_early = std::all_of(events.begin(), events.end(), [&](const v1::Event& event) {
        return !IsSending(event.type()) || IsWhollyBefore(receipt.date(), event.date());
      });
      if (!too_early) continue;
      const int number = EventNumber(receipt);
      found->push_back(Error(
          LinesOf(document).LineOf(document.curation->events(number - 1), "date"),
          absl::StrCat("received (", receipt.date().edtf(),
                       ") before any sending, handing over, broadcast or release of ", document.document.name())));
    }
  }

  // The K of "documents/ID/events/K", which is the event's place in the curation.
  static int EventNumber(const v1::Event& event) {
    int number = 0;
    return absl::SimpleAtoi(event.name().substr(event.name().rfind('/') + 1), &number) ? number : 1;
  }

  const MergedDocument* Find(const std::string& name) const {
    const auto found = index_of_name_.find(name);
    return found == index_of_name_.end() ? nullptr : &merged_.documents[found->second];
  }

  void CheckAnswers(const MergedDocument& answer, std::vector<Diagnostic>* found) const {
    for (int i = 0; i < answer.document.relations_size(); ++i) {
      const v1::Relation& relation = answer.document.relations(i);
      const MergedDocument* question = Find(relation.document());
      if (relation.type() != v1::RELATION_TYPE_REPLIES_TO || question == nullptr) continue;
      if (answer.document.dates().empty() || question->document.dates().empty()) continue;
      if (!IsWhollyBefore(answer.document.dates(0).date(), question->document.dates(0).date())) continue;
      found->push_back(Error(LinesOf(answer).LineOf(answer.curation->relations(i)),
                             absl::StrCat(answer.document.name(), ", ", Describe(answer, 0), ", cannot answer ",
                                          question->document.name(), ", which is later: ", Describe(*question, 0))));
    }
  }

  // Follows answers to their questions, each document once, without recursion: a chain may be long.
  void FindCircles(std::vector<Diagnostic>* found) const {
    enum class State { kNew, kOnPath, kDone };
    struct Step {
      std::size_t document;
      int next_relation;
    };
    std::vector<State> states(merged_.documents.size(), State::kNew);
    std::vector<Step> path;
    for (std::size_t start = 0; start < states.size(); ++start) {
      if (states[start] != State::kNew) continue;
      path.push_back({start, 0});
      states[start] = State::kOnPath;
      while (!path.empty()) {
        Step& step = path.back();
        const MergedDocument& at = merged_.documents[step.document];
        if (step.next_relation == at.document.relations_size()) {
          states[step.document] = State::kDone;
          path.pop_back();
          continue;
        }
        const int index = step.next_relation++;
        const v1::Relation& relation = at.document.relations(index);
        const auto target = index_of_name_.find(relation.document());
        if (relation.type() != v1::RELATION_TYPE_REPLIES_TO || target == index_of_name_.end()) continue;
        const std::size_t question = target->second;
        if (states[question] == State::kNew) {
          states[question] = State::kOnPath;
          path.push_back({question, 0});
        } else if (states[question] == State::kOnPath && question != step.document) {
          std::vector<std::string> circle;
          for (const Step& each : path) {
            if (each.document == question || !circle.empty()) {
              circle.push_back(merged_.documents[each.document].document.name());
            }
          }
          circle.push_back(relation.document());
          found->push_back(Error(LinesOf(at).LineOf(at.curation->relations(index)),
                                 absl::StrCat("answers in a circle: ", absl::StrJoin(circle, " answers "))));
        }
      }
    }
  }

  const Merged& merged_;
  const CurationFile& file_;
  std::vector<Diagnostic>* diagnostics_;
  absl::flat_hash_map<std::string, std::string> short_name_;
  absl::flat_hash_map<absl::string_view, std::size_t> index_of_name_;
};

}  // namespace

bool IsWhollyBefore(const v1::HistoricalDate& a, const v1::HistoricalDate& b) {
  return FromTimestamp(a.latest()) <= FromTimestamp(b.earliest()) &&
         FromTimestamp(a.earliest()) < FromTimestamp(b.earliest());
}

std::vector<int> Disagreements(const v1::Document& document) {
  std::vector<int> result;
  for (int i = 1; i < document.dates_size(); ++i) {
    const v1::HistoricalDate& preferred = document.dates(0).date();
    const v1::HistoricalDate& other = document.dates(i).date();
    if (IsWhollyBefore(preferred, other) || IsWhollyBefore(other, preferred)) result.push_back(i);
  }
  return result;
}

void CheckChronology(const Merged& merged, const CurationFile& file, std::vector<Diagnostic>* diagnostics) {
  Checker(merged, file, diagnostics).Check();
}

}  // namespace hotline::server
