#ifndef HOTLINE_SERVER_SEARCH_SEARCHED_TEXTS_H_
#define HOTLINE_SERVER_SEARCH_SEARCHED_TEXTS_H_

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "hotline/v1/corpus.pb.h"
#include "hotline/v1/document.pb.h"

namespace hotline::server {

// A column of the full-text index; what it holds weighs alike in the score.
enum class SearchColumn { kTitle, kSummary, kHeadings, kParticipants, kIdentifiers, kNotes, kActs, kText };
inline constexpr int kSearchColumns = 8;

// Where a text stands in a document, as `FieldMatch.field` has it: "events[2].note".
struct TextPath {
  const char* field;
  int index = -1;             // within `field`; -1 where that is no list
  const char* subfield = "";  // of the element; may be empty
  int subindex = -1;          // within `subfield`
  std::string ToString() const;
};

// Knows the texts of documents that are searched.
//
// Threads: const, so any number at once. Lifetime: the corpus's summary outlives it.
class SearchedTexts {
 public:
  using Visit = absl::FunctionRef<void(SearchColumn column, const TextPath& path, absl::string_view text)>;

  explicit SearchedTexts(const v1::Corpus& summary);

  // Calls `visit` for each text that is not empty, in the order of the fields of `Document`. The texts live as long as
  // the document and the summary.
  void ForEach(const v1::Document& document, Visit visit) const;

 private:
  void ForEachParticipant(const char* field, const google::protobuf::RepeatedPtrField<std::string>& names,
                          Visit visit) const;

  absl::flat_hash_map<absl::string_view, absl::string_view> display_names_;  // by resource name
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_SEARCH_SEARCHED_TEXTS_H_
