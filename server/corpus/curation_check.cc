#include "server/corpus/curation_check.h"

#include <cstddef>
#include <initializer_list>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "server/corpus/errors.h"
#include "server/corpus/historical_date.h"
#include "server/corpus/parallel.h"

namespace hotline::server {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr std::size_t kLongestId = 63;
constexpr std::size_t kMostListed = 20;

bool IsIdFormed(absl::string_view id) {
  if (id.empty() || id.size() > kLongestId || !absl::ascii_islower(static_cast<unsigned char>(id.front())))
    return false;
  for (const char c : id) {
    const unsigned char byte = static_cast<unsigned char>(c);
    if (!absl::ascii_islower(byte) && !absl::ascii_isdigit(byte) && c != '-') return false;
  }
  return true;
}

// The ids of one kind, each with the index of the message that first has it.
struct Ids {
  const char* what;  // "source"
  std::vector<absl::string_view> in_order;
  absl::flat_hash_map<absl::string_view, int> owners;
};

// A place in a document's list of positions.
struct ListedAt {
  const curation::Document* document;
  int index;
};

// What documents refer to.
struct Known {
  Ids sources{"source", {}, {}};
  Ids participants{"participant", {}, {}};
  Ids audiences{"audience", {}, {}};
  Ids documents{"document", {}, {}};
  absl::flat_hash_map<int, ListedAt> listed;  // by position, the first to have it
};

// Reports what is wrong with single fields.
class FieldChecker {
 protected:
  FieldChecker(const CurationFile& file, std::vector<Diagnostic>* diagnostics)
      : file_(file), lines_(file.lines()), diagnostics_(diagnostics) {}

  // What is checked from here on is in this document.
  void EnterDocument(int index) { lines_ = file_.LinesOf(index); }

  void Error(const char* file, int line, std::string message) {
    diagnostics_->push_back({Diagnostic::Severity::kError, file, line, std::move(message)});
  }
  void Error(int line, std::string message) { Error(kCurationFile, line, std::move(message)); }

  // Fields of one value that must be there, by number; an enum's value 0 and one without a name count as missing.
  void Require(const Message& message, std::initializer_list<int> fields) {
    const google::protobuf::Reflection& reflection = *message.GetReflection();
    for (const int number : fields) {
      const FieldDescriptor* field = message.GetDescriptor()->FindFieldByNumber(number);
      const bool is_enum = field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM;
      if (reflection.HasField(message, field) &&
          (!is_enum || field->enum_type()->FindValueByNumber(reflection.GetEnumValue(message, field)) != nullptr)) {
        continue;
      }
      Error(lines_.LineOf(message, field->name().c_str()),
            absl::StrCat("`", field->name(), "` of this ", absl::AsciiStrToLower(message.GetDescriptor()->name()),
                         " is missing or not one of its values; it is required"));
    }
  }

  void CheckReference(const Message& message, const char* field, int index, const std::string& id, const Ids& ids) {
    if (id.empty() || ids.owners.contains(id)) return;  // an empty one is Require's
    std::string allowed;
    if (ids.in_order.empty()) {
      allowed = "the curation has none";
    } else if (ids.in_order.size() <= kMostListed) {
      allowed = absl::StrCat("expected one of ", absl::StrJoin(ids.in_order, ", "));
    } else {
      allowed = absl::StrCat("it is none of the ", ids.in_order.size(), " that the curation has");
    }
    Error(lines_.LineOf(message, field, index),
          absl::StrCat("`", field, "` names no ", ids.what, ": ", Quoted(id), "; ", allowed));
  }

  template <typename Strings>
  void CheckReferences(const Message& message, const char* field, const Strings& references, const Ids& ids) {
    absl::flat_hash_set<absl::string_view> seen;
    for (int i = 0; i < references.size(); ++i) {
      const std::string& id = references.Get(i);
      CheckReference(message, field, i, id, ids);
      const bool is_new = references.size() == 1 || seen.insert(id).second;  // most lists have one
      if (!is_new || id.empty()) {
        Error(lines_.LineOf(message, field, i),
              absl::StrCat("`", field, "` has ", Quoted(id), id.empty() ? ", which names nobody" : " twice"));
      }
    }
  }

  void CheckZone(const Message& message, const char* field, const std::string& zone) {
    if (zone.empty()) return;
    const absl::StatusOr<absl::TimeZone> found = FindZone(zone);
    if (found.ok()) return;
    Error(lines_.LineOf(message, field), absl::StrCat("`", field, "`: ", found.status().message()));
  }

  const CurationFile& file_;
  CurationLines lines_;

 private:
  std::vector<Diagnostic>* diagnostics_;
};

// Checks single documents.
class DocumentChecker : private FieldChecker {
 public:
  DocumentChecker(const CurationFile& file, const FindingAid& aid, const Known& known,
                  std::vector<Diagnostic>* diagnostics)
      : FieldChecker(file, diagnostics), aid_(aid), known_(known) {}

  void Check(int index) {
    using Document = curation::Document;
    const Document& document = file_.content().documents(index);
    EnterDocument(index);
    CheckPositions(document);
    if (document.positions().empty()) Require(document, {Document::kKindFieldNumber, Document::kTitleFieldNumber});
    CheckReferences(document, "authors", document.authors(), known_.participants);
    CheckReferences(document, "recipients", document.recipients(), known_.participants);
    CheckReferences(document, "copied_to", document.copied_to(), known_.participants);
    for (const curation::Claim& claim : document.claims()) {
      Require(claim, {curation::Claim::kDateFieldNumber, curation::Claim::kSourceFieldNumber});
      CheckReference(claim, "source", 0, claim.source(), known_.sources);
    }
    for (const curation::Event& event : document.events()) {
      Require(event, {curation::Event::kTypeFieldNumber, curation::Event::kDateFieldNumber,
                      curation::Event::kSourceFieldNumber});
      CheckReference(event, "source", 0, event.source(), known_.sources);
      CheckReferences(event, "known_to", event.known_to(), known_.audiences);
    }
    for (const curation::Relation& relation : document.relations()) {
      Require(relation, {curation::Relation::kTypeFieldNumber, curation::Relation::kDocumentFieldNumber,
                         curation::Relation::kSourceFieldNumber});
      CheckReference(relation, "document", 0, relation.document(), known_.documents);
      CheckReference(relation, "source", 0, relation.source(), known_.sources);
      if (!relation.document().empty() && relation.document() == document.id()) {
        Error(lines_.LineOf(relation, "document"),
              absl::StrCat("the document ", Quoted(document.id()), " has a relation to itself"));
      }
    }
    for (const curation::Identifier& identifier : document.identifiers()) {
      Require(identifier, {curation::Identifier::kValueFieldNumber, curation::Identifier::kSourceFieldNumber});
      CheckReference(identifier, "source", 0, identifier.source(), known_.sources);
    }
  }

 private:
  void CheckPositions(const curation::Document& document) {
    for (int i = 0; i < document.positions_size(); ++i) {
      const int position = document.positions(i);
      const auto listed = known_.listed.find(position);
      if (listed == known_.listed.end()) {
        Error(lines_.LineOf(document, "positions", i),
              absl::StrCat("position ", position, " does not exist: the finding aid has entries 1 to ",
                           aid_.entries.size()));
      } else if (listed->second.document != &document || listed->second.index != i) {
        Error(lines_.LineOf(document, "positions", i),
              absl::StrCat("position ", position, " is in the documents ", Quoted(listed->second.document->id()),
                           " and ", Quoted(document.id()), "; an entry belongs to one"));
      }
    }
  }

  const FindingAid& aid_;
  const Known& known_;
};

class Checker : private FieldChecker {
 public:
  Checker(const CurationFile& file, const FindingAid& aid, std::vector<Diagnostic>* diagnostics)
      : FieldChecker(file, diagnostics), curation_(file.content()), aid_(aid), diagnostics_(diagnostics) {}

  void Check() {
    using Curation = curation::Curation;
    Require(curation_, {Curation::kDefaultTimeZoneFieldNumber, Curation::kFindingAidSourceFieldNumber});
    const auto in_no_document = [this](int) { return lines_; };
    CollectIds(curation_.sources(), in_no_document, &known_.sources);
    CollectIds(curation_.participants(), in_no_document, &known_.participants);
    CollectIds(curation_.audiences(), in_no_document, &known_.audiences);
    CollectIds(
        curation_.documents(), [this](int index) { return file_.LinesOf(index); }, &known_.documents);
    CollectPositions();
    CheckZone(curation_, "default_time_zone", curation_.default_time_zone());
    CheckReference(curation_, "finding_aid_source", 0, curation_.finding_aid_source(), known_.sources);
    for (const curation::Source& source : curation_.sources()) {
      Require(source, {curation::Source::kShortNameFieldNumber, curation::Source::kTitleFieldNumber});
    }
    for (const curation::Audience& audience : curation_.audiences()) {
      Require(audience, {curation::Audience::kDisplayNameFieldNumber});
      CheckZone(audience, "time_zone", audience.time_zone());
    }
    for (const curation::Participant& participant : curation_.participants()) CheckParticipant(participant);
    CollectInRuns(static_cast<std::size_t>(curation_.documents_size()), diagnostics_,
                  [&](std::size_t begin, std::size_t end, std::vector<Diagnostic>* found) {
                    DocumentChecker checker(file_, aid_, known_, found);
                    for (std::size_t i = begin; i < end; ++i) checker.Check(static_cast<int>(i));
                  });
    CheckEveryEntryIsPlaced();
  }

 private:
  // `lines(i)` are those of the message at index i.
  template <typename Messages, typename Lines>
  void CollectIds(const Messages& messages, const Lines& lines, Ids* ids) {
    const auto line_of = [&](int index) { return lines(index).LineOf(messages.Get(index), "id"); };
    ids->owners.reserve(static_cast<std::size_t>(messages.size()));
    for (int i = 0; i < messages.size(); ++i) {
      const std::string& id = messages.Get(i).id();
      if (!IsIdFormed(id)) {
        Error(line_of(i), absl::StrCat("the ", ids->what, " id ", Quoted(id), " is not well formed: expected 1 to ",
                                       kLongestId, " of a-z, 0-9 and \"-\", beginning with a letter"));
      }
      const auto [owner, is_new] = ids->owners.emplace(id, i);
      if (is_new) {
        ids->in_order.push_back(id);
      } else {
        Error(line_of(i), absl::StrCat("the ", ids->what, " id ", Quoted(id), " is taken already (line ",
                                       line_of(owner->second), ")"));
      }
    }
  }

  // Without those that do not exist.
  void CollectPositions() {
    for (const curation::Document& document : curation_.documents()) {
      for (int i = 0; i < document.positions_size(); ++i) {
        const int position = document.positions(i);
        if (position < 1 || static_cast<std::size_t>(position) > aid_.entries.size()) continue;
        known_.listed.emplace(position, ListedAt{&document, i});
      }
    }
  }

  void CheckParticipant(const curation::Participant& participant) {
    Require(participant, {curation::Participant::kDisplayNameFieldNumber});
    CheckZone(participant, "time_zone", participant.time_zone());
    CheckReference(participant, "audience", 0, participant.audience(), known_.audiences);
    for (int i = 0; i < participant.also_written_size(); ++i) {
      const std::string& spelling = participant.also_written(i);
      const auto [owner, is_new] = owner_of_spelling_.emplace(spelling, participant.id());
      if (is_new) continue;
      Error(lines_.LineOf(participant, "also_written", i),
            absl::StrCat(Quoted(spelling), " is also written for ", Quoted(owner->second), " already"));
    }
  }

  void CheckEveryEntryIsPlaced() {
    for (const FindingAidEntry& entry : aid_.entries) {
      if (known_.listed.contains(entry.entry.position())) continue;
      Error(kFindingAidFile, entry.entry.line(),
            absl::StrCat("the entry at position ", entry.entry.position(),
                         " is in no document of the curation: ", Quoted(entry.entry.heading())));
    }
  }

  const curation::Curation& curation_;
  const FindingAid& aid_;
  std::vector<Diagnostic>* diagnostics_;
  Known known_;
  absl::flat_hash_map<std::string, std::string> owner_of_spelling_;
};

}  // namespace

void CheckCuration(const CurationFile& file, const FindingAid& aid, std::vector<Diagnostic>* diagnostics) {
  Checker(file, aid, diagnostics).Check();
}

}  // namespace hotline::server
