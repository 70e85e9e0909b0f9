#ifndef HOTLINE_TESTS_SEARCH_SEARCHED_TABLE_H_
#define HOTLINE_TESTS_SEARCH_SEARCHED_TABLE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "server/search/sqlite.h"
#include "server/search/tokenizer.h"

namespace hotline::server {

// A table of FTS5 with one column, through the service's tokenizer.
class SearchedTable {
 public:
  explicit SearchedTable(const std::vector<std::string>& texts) : database_(OpenInMemory()) {
    Tokenizer::Register(database_.get());
    Execute(database_.get(), "CREATE VIRTUAL TABLE texts USING fts5(text, content='', tokenize='hotline')");
    const Statement insert = Prepare(database_.get(), "INSERT INTO texts(rowid, text) VALUES (?, ?)");
    for (std::size_t i = 0; i < texts.size(); ++i) {
      sqlite3_reset(insert.get());
      sqlite3_bind_int64(insert.get(), 1, static_cast<sqlite3_int64>(i));
      sqlite3_bind_text(insert.get(), 2, texts[i].data(), static_cast<int>(texts[i].size()), SQLITE_STATIC);
      sqlite3_step(insert.get());
    }
    select_ = Prepare(database_.get(), "SELECT rowid FROM texts WHERE texts MATCH ? ORDER BY rowid");
  }

  // Which of the texts an expression of FTS5 matches, in order; or FTS5's complaint about it.
  absl::StatusOr<std::vector<std::size_t>> Match(const std::string& expression) const {
    std::vector<std::size_t> found;
    sqlite3_bind_text(select_.get(), 1, expression.data(), static_cast<int>(expression.size()), SQLITE_STATIC);
    int result = sqlite3_step(select_.get());
    for (; result == SQLITE_ROW; result = sqlite3_step(select_.get())) {
      found.push_back(static_cast<std::size_t>(sqlite3_column_int64(select_.get(), 0)));
    }
    sqlite3_reset(select_.get());
    if (result != SQLITE_DONE) {
      return absl::InternalError(absl::StrCat(expression, ": ", sqlite3_errmsg(database_.get())));
    }
    return found;
  }

 private:
  const Database database_;
  Statement select_;
};

}  // namespace hotline::server

#endif  // HOTLINE_TESTS_SEARCH_SEARCHED_TABLE_H_
