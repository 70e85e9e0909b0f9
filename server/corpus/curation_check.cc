#include "server/corpus/curation_check.h"

#include <cstddef>
#include <initializer_list>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
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

// The ids of one kind, with where each was first given.
struct Ids {
  const char* what;  // "source"
  std::vector<std::string> in_order;
  absl::flat_hash_map<std::string, int> line_of;
};

class Checker {
 public:
  Checker(const CurationFile& file, const FindingAid& aid, std::vector<Diagnostic>* diagnostics)
      : file_(file), curation_(file.content()), aid_(aid), diagnostics_(diagnostics) {}

  void Check() {
    Require(curation_, {"default_time_zone", "finding_aid_source"});
    CollectIds(curation_.sources(), &sources_);
    CollectIds(curation_.participants(), &participants_);
    CollectIds(curation_.audiences(), &audiences_);
    CollectIds(curation_.documents(), &documents_);
    CheckZone(curation_, "default_time_zone", curation_.default_time_zone());
    CheckReference(curation_, "finding_aid_source", 0, curation_.finding_aid_source(), sources_);
    for (const curation::Source& source : curation_.sources()) Require(source, {"short_name", "title"});
    for (const curation::Audience& audience : curation_.audiences()) {
      Require(audience, {"display_name"});
      CheckZone(audience, "time_zone", audience.time_zone());
    }
    for (const curation::Participant& participant : curation_.participants()) CheckParticipant(participant);
    for (const curation::Document& document : curation_.documents()) CheckDocument(document);
    CheckEveryEntryIsPlaced();
  }

 private:
  void Error(const char* file, int line, std::string message) {
    diagnostics_->push_back({Diagnostic::Severity::kError, file, line, std::move(message)});
  }
  void Error(int line, std::string message) { Error(kCurationFile, line, std::move(message)); }

  // Fields of one value that must be there; an enum's value 0 and one without a name count as missing.
  void Require(const Message& message, std::initializer_list<const char*> fields) {
    const google::protobuf::Reflection& reflection = *message.GetReflection();
    for (const char* name : fields) {
      const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
      const bool is_enum = field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM;
      if (reflection.HasField(message, field) &&
          (!is_enum || field->enum_type()->FindValueByNumber(reflection.GetEnumValue(message, field)) != nullptr)) {
        continue;
      }
      Error(file_.LineOf(message, name),
            absl::StrCat("`", name, "` of this ", absl::AsciiStrToLower(message.GetDescriptor()->name()),
                         " is missing or not one of its values; it is required"));
    }
  }

  template <typename Messages>
  void CollectIds(const Messages& messages, Ids* ids) {
    for (const auto& message : messages) {
      const int line = file_.LineOf(message, "id");
      if (!IsIdFormed(message.id())) {
        Error(line, absl::StrCat("the ", ids->what, " id ", Quoted(message.id()), " is not well formed: expected 1 to ",
                                 kLongestId, " of a-z, 0-9 and \"-\", beginning with a letter"));
      }
      const auto [found, is_new] = ids->line_of.emplace(message.id(), line);
      if (is_new) {
        ids->in_order.push_back(message.id());
      } else {
        Error(line, absl::StrCat("the ", ids->what, " id ", Quoted(message.id()), " is taken already (line ",
                                 found->second, ")"));
      }
    }
  }

  void CheckReference(const Message& message, const char* field, int index, const std::string& id, const Ids& ids) {
    if (id.empty() || ids.line_of.contains(id)) return;  // an empty one is Require's
    std::string allowed;
    if (ids.in_order.empty()) {
      allowed = "the curation has none";
    } else if (ids.in_order.size() <= kMostListed) {
      allowed = absl::StrCat("expected one of ", absl::StrJoin(ids.in_order, ", "));
    } else {
      allowed = absl::StrCat("it is none of the ", ids.in_order.size(), " that the curation has");
    }
    Error(file_.LineOf(message, field, index),
          absl::StrCat("`", field, "` names no ", ids.what, ": ", Quoted(id), "; ", allowed));
  }

  template <typename Strings>
  void CheckReferences(const Message& message, const char* field, const Strings& references, const Ids& ids) {
    absl::flat_hash_map<std::string, int> seen;
    for (int i = 0; i < references.size(); ++i) {
      const std::string& id = references.Get(i);
      CheckReference(message, field, i, id, ids);
      if (!seen.emplace(id, i).second || id.empty()) {
        Error(file_.LineOf(message, field, i),
              absl::StrCat("`", field, "` has ", Quoted(id), id.empty() ? ", which names nobody" : " twice"));
      }
    }
  }

  void CheckZone(const Message& message, const char* field, const std::string& zone) {
    if (zone.empty()) return;
    const absl::StatusOr<absl::TimeZone> found = FindZone(zone);
    if (found.ok()) return;
    Error(file_.LineOf(message, field), absl::StrCat("`", field, "`: ", found.status().message()));
  }

  void CheckParticipant(const curation::Participant& participant) {
    Require(participant, {"display_name"});
    CheckZone(participant, "time_zone", participant.time_zone());
    CheckReference(participant, "audience", 0, participant.audience(), audiences_);
    for (int i = 0; i < participant.also_written_size(); ++i) {
      const std::string& spelling = participant.also_written(i);
      const auto [owner, is_new] = owner_of_spelling_.emplace(spelling, participant.id());
      if (is_new) continue;
      Error(file_.LineOf(participant, "also_written", i),
            absl::StrCat(Quoted(spelling), " is also written for ", Quoted(owner->second), " already"));
    }
  }

  void CheckDocument(const curation::Document& document) {
    CheckPositions(document);
    if (document.positions().empty()) Require(document, {"kind", "title"});
    CheckReferences(document, "authors", document.authors(), participants_);
    CheckReferences(document, "recipients", document.recipients(), participants_);
    CheckReferences(document, "copied_to", document.copied_to(), participants_);
    for (const curation::Claim& claim : document.claims()) {
      Require(claim, {"date", "source"});
      CheckReference(claim, "source", 0, claim.source(), sources_);
    }
    for (const curation::Event& event : document.events()) {
      Require(event, {"type", "date", "source"});
      CheckReference(event, "source", 0, event.source(), sources_);
      CheckReferences(event, "known_to", event.known_to(), audiences_);
    }
    for (const curation::Relation& relation : document.relations()) {
      Require(relation, {"type", "document", "source"});
      CheckReference(relation, "document", 0, relation.document(), documents_);
      CheckReference(relation, "source", 0, relation.source(), sources_);
      if (!relation.document().empty() && relation.document() == document.id()) {
        Error(file_.LineOf(relation, "document"),
              absl::StrCat("the document ", Quoted(document.id()), " has a relation to itself"));
      }
    }
    for (const curation::Identifier& identifier : document.identifiers()) {
      Require(identifier, {"value", "source"});
      CheckReference(identifier, "source", 0, identifier.source(), sources_);
    }
  }

  void CheckPositions(const curation::Document& document) {
    for (int i = 0; i < document.positions_size(); ++i) {
      const int position = document.positions(i);
      const int line = file_.LineOf(document, "positions", i);
      if (position < 1 || static_cast<std::size_t>(position) > aid_.entries.size()) {
        Error(line, absl::StrCat("position ", position, " does not exist: the finding aid has entries 1 to ",
                                 aid_.entries.size()));
        continue;
      }
      const auto [owner, is_new] = owner_of_position_.emplace(position, document.id());
      if (is_new) continue;
      Error(line, absl::StrCat("position ", position, " is in the documents ", Quoted(owner->second), " and ",
                               Quoted(document.id()), "; an entry belongs to one"));
    }
  }

  void CheckEveryEntryIsPlaced() {
    for (const FindingAidEntry& entry : aid_.entries) {
      if (owner_of_position_.contains(entry.entry.position())) continue;
      Error(kFindingAidFile, entry.entry.line(),
            absl::StrCat("the entry at position ", entry.entry.position(),
                         " is in no document of the curation: ", Quoted(entry.entry.heading())));
    }
  }

  const CurationFile& file_;
  const curation::Curation& curation_;
  const FindingAid& aid_;
  std::vector<Diagnostic>* diagnostics_;
  Ids sources_{"source", {}, {}};
  Ids participants_{"participant", {}, {}};
  Ids audiences_{"audience", {}, {}};
  Ids documents_{"document", {}, {}};
  absl::flat_hash_map<std::string, std::string> owner_of_spelling_;
  absl::flat_hash_map<int, std::string> owner_of_position_;
};

}  // namespace

void CheckCuration(const CurationFile& file, const FindingAid& aid, std::vector<Diagnostic>* diagnostics) {
  Checker(file, aid, diagnostics).Check();
}

}  // namespace hotline::server
