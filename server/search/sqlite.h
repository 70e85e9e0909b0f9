#ifndef HOTLINE_SERVER_SEARCH_SQLITE_H_
#define HOTLINE_SERVER_SEARCH_SQLITE_H_

#include <sqlite3.h>

#include <memory>

namespace hotline::server {

// SQLite's objects, closed when they go.

struct DatabaseCloser {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
using Database = std::unique_ptr<sqlite3, DatabaseCloser>;

struct StatementFinalizer {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, StatementFinalizer>;

// An empty database in memory, for one thread at a time. Aborts where there is no memory for it, as `new` would.
Database OpenInMemory();

// Compiles a statement. Aborts where `sql`, which is always one of ours, is wrong.
Statement Prepare(sqlite3* database, const char* sql);

// Runs statements that return nothing. Aborts where one fails.
void Execute(sqlite3* database, const char* sql);

// FTS5's table of functions. Aborts where this SQLite was built without FTS5. Lives as long as the connection.
fts5_api* Fts5(sqlite3* database);

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_SEARCH_SQLITE_H_
