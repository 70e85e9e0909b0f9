#include "server/search/search_index.h"

#include <array>
#include <cstdio>
#include <cstdlib>

#include "absl/strings/string_view.h"
#include "server/search/tokenizer.h"

namespace hotline::server {
namespace {

// In the order of SearchColumn.
constexpr char kCreateSql[] =
    "CREATE VIRTUAL TABLE documents USING fts5("
    "title, summary, headings, participants, identifiers, notes, acts, text, content='', tokenize='hotline')";
constexpr char kInsertSql[] =
    "INSERT INTO documents(rowid, title, summary, headings, participants, identifiers, notes, acts, text) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
// What names a document weighs more than what is said about it.
constexpr char kSelectSql[] =
    "SELECT rowid, bm25(documents, 8.0, 4.0, 4.0, 2.0, 8.0, 1.0, 1.0, 1.0) FROM documents WHERE documents MATCH ? "
    "ORDER BY rowid";
// Terms are gathered in memory up to this size before they become a segment: fewer segments, fewer merges.
constexpr char kGatherMoreSql[] = "INSERT INTO documents(documents, rank) VALUES ('hashsize', 64000000)";
constexpr std::int64_t kMostBytes = std::int64_t{1} << 40;

// An empty database whose bytes are one piece of memory that it owns.
Database OpenInOnePiece() {
  Database database = OpenInMemory();
  const unsigned flags = SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE;
  sqlite3_int64 most = kMostBytes;
  if (sqlite3_deserialize(database.get(), "main", nullptr, 0, 0, flags) != SQLITE_OK ||
      sqlite3_file_control(database.get(), "main", SQLITE_FCNTL_SIZE_LIMIT, &most) != SQLITE_OK) {
    std::fprintf(stderr, "SQLite: cannot make a database of one piece of memory\n");
    std::abort();
  }
  Execute(database.get(), "PRAGMA journal_mode = OFF");
  return database;
}

void BindText(sqlite3_stmt* statement, int parameter, absl::string_view text) {
  sqlite3_bind_text64(statement, parameter, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
}

[[noreturn]] void Die(sqlite3* database) {
  std::fprintf(stderr, "SQLite: %s\n", sqlite3_errmsg(database));
  std::abort();
}

Database OpenForReading(unsigned char* bytes, std::size_t size) {
  Database database = OpenInMemory();
  const auto signed_size = static_cast<sqlite3_int64>(size);
  if (sqlite3_deserialize(database.get(), "main", bytes, signed_size, signed_size, SQLITE_DESERIALIZE_READONLY) !=
      SQLITE_OK) {
    Die(database.get());
  }
  Tokenizer::Register(database.get());
  return database;
}

}  // namespace

SearchIndex::SearchIndex(const Corpus& corpus) : texts_(corpus.summary()), owner_(OpenInOnePiece()) {
  Tokenizer::Register(owner_.get());
  Execute(owner_.get(), kCreateSql);
  Execute(owner_.get(), kGatherMoreSql);
  Execute(owner_.get(), "BEGIN");
  Fill(corpus);
  Execute(owner_.get(), "COMMIT");
  sqlite3_int64 size = 0;
  bytes_ = sqlite3_serialize(owner_.get(), "main", &size, SQLITE_SERIALIZE_NOCOPY);
  if (bytes_ == nullptr) Die(owner_.get());
  size_ = static_cast<std::size_t>(size);
}

void SearchIndex::Fill(const Corpus& corpus) {
  const Statement insert = Prepare(owner_.get(), kInsertSql);
  std::array<std::string, kSearchColumns> columns;
  for (std::size_t i = 0; i < corpus.documents().size(); ++i) {
    for (std::string& column : columns) column.clear();
    texts_.ForEach(corpus.documents()[i], [&columns](SearchColumn column, const TextPath&, absl::string_view text) {
      std::string& texts = columns[static_cast<std::size_t>(column)];
      if (!texts.empty()) texts += kValueSeparator;
      texts.append(text.data(), text.size());
    });
    sqlite3_bind_int64(insert.get(), 1, static_cast<sqlite3_int64>(i));
    for (std::size_t column = 0; column < columns.size(); ++column) {
      BindText(insert.get(), static_cast<int>(column) + 2, columns[column]);
    }
    if (sqlite3_step(insert.get()) != SQLITE_DONE) Die(owner_.get());
    sqlite3_reset(insert.get());
  }
}

Searcher::Searcher(const SearchIndex& index)
    : database_(OpenForReading(index.bytes_, index.size_)), select_(Prepare(database_.get(), kSelectSql)) {}

void Searcher::Search(const std::string& expression, absl::FunctionRef<bool(const Hit&)> take) const {
  sqlite3_stmt* select = select_.get();
  BindText(select, 1, expression);
  int result = SQLITE_ROW;
  while ((result = sqlite3_step(select)) == SQLITE_ROW) {
    // FTS5's bm25() is the better, the smaller.
    const Hit hit = {-sqlite3_column_double(select, 1), static_cast<std::uint32_t>(sqlite3_column_int64(select, 0))};
    if (!take(hit)) break;
  }
  if (result != SQLITE_ROW && result != SQLITE_DONE) Die(database_.get());
  sqlite3_reset(select);
}

}  // namespace hotline::server
