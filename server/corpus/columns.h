#ifndef HOTLINE_SERVER_CORPUS_COLUMNS_H_
#define HOTLINE_SERVER_CORPUS_COLUMNS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "hotline/v1/corpus.pb.h"
#include "hotline/v1/document.pb.h"

namespace hotline::server {

// When a document was written, as one source has it.
struct DatedBy {
  std::int64_t earliest_micros;  // since 1970, inclusive
  std::int64_t latest_micros;    // exclusive; equal for an instant
  std::uint32_t source;          // in Columns::source_names()

  absl::Time earliest() const { return absl::FromUnixMicros(earliest_micros); }
  absl::Time latest() const { return absl::FromUnixMicros(latest_micros); }
  absl::Time middle() const { return earliest() + (latest() - earliest()) / 2; }
};

// A list of values for each document, one behind the other.
template <typename Value>
class ListColumn {
 public:
  void Add(Value value) { values_.push_back(value); }
  // The values added since the last call are the next document's.
  void EndDocument() { ends_.push_back(static_cast<std::uint32_t>(values_.size())); }
  void ShrinkToFit() {
    values_.shrink_to_fit();
    ends_.shrink_to_fit();
  }

  absl::Span<const Value> operator[](std::size_t document) const {
    const std::size_t begin = document == 0 ? 0 : ends_[document - 1];
    return absl::MakeConstSpan(values_).subspan(begin, ends_[document] - begin);
  }

 private:
  std::vector<Value> values_;
  std::vector<std::uint32_t> ends_;
};

// What documents are selected and counted by, column by column, so that a million of them are scanned in milliseconds.
// Documents are known by their index in Corpus::documents(), participants and sources by a number.
//
// Threads: const, so any number at once.
class Columns {
 public:
  Columns() = default;
  // Both must live as long as this.
  Columns(const v1::Corpus& summary, absl::Span<const v1::Document> documents);

  v1::DocumentKind kind(std::size_t document) const { return static_cast<v1::DocumentKind>(kinds_[document]); }
  v1::Publicity publicity(std::size_t document) const { return static_cast<v1::Publicity>(publicities_[document]); }
  absl::Span<const std::uint32_t> authors(std::size_t document) const { return authors_[document]; }
  absl::Span<const std::uint32_t> recipients(std::size_t document) const { return recipients_[document]; }
  // The preferred one first.
  absl::Span<const DatedBy> dates(std::size_t document) const { return dates_[document]; }

  // Names by number: those of the vocabulary first, in its order, then any others that a document has.
  absl::Span<const std::string* const> participant_names() const { return participants_.names; }
  absl::Span<const std::string* const> source_names() const { return sources_.names; }
  std::optional<std::uint32_t> FindParticipant(absl::string_view name) const { return participants_.Find(name); }
  std::optional<std::uint32_t> FindSource(absl::string_view name) const { return sources_.Find(name); }

 private:
  // Numbers names in the order in which they come.
  struct Numbers {
    std::vector<const std::string*> names;
    absl::flat_hash_map<absl::string_view, std::uint32_t> by_name;

    std::uint32_t Of(const std::string& name);
    std::optional<std::uint32_t> Find(absl::string_view name) const;
  };

  Numbers participants_;
  Numbers sources_;
  std::vector<std::uint8_t> kinds_;
  std::vector<std::uint8_t> publicities_;
  ListColumn<std::uint32_t> authors_;
  ListColumn<std::uint32_t> recipients_;
  ListColumn<DatedBy> dates_;
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_CORPUS_COLUMNS_H_
