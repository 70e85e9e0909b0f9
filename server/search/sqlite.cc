#include "server/search/sqlite.h"

#include <cstdio>
#include <cstdlib>

namespace hotline::server {
namespace {

void CheckOk(sqlite3* database, int result, const char* what) {
  if (result == SQLITE_OK) return;
  std::fprintf(stderr, "SQLite: %s: %s\n", what,
               database == nullptr ? sqlite3_errstr(result) : sqlite3_errmsg(database));
  std::abort();
}

}  // namespace

Database OpenInMemory() {
  sqlite3* opened = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX;
  const int result = sqlite3_open_v2(":memory:", &opened, flags, nullptr);
  Database database(opened);
  CheckOk(database.get(), result, "cannot open a database in memory");
  return database;
}

Statement Prepare(sqlite3* database, const char* sql) {
  sqlite3_stmt* statement = nullptr;
  CheckOk(database, sqlite3_prepare_v2(database, sql, -1, &statement, nullptr), sql);
  return Statement(statement);
}

void Execute(sqlite3* database, const char* sql) {
  CheckOk(database, sqlite3_exec(database, sql, nullptr, nullptr, nullptr), sql);
}

fts5_api* Fts5(sqlite3* database) {
  fts5_api* api = nullptr;
  const Statement statement = Prepare(database, "SELECT fts5(?)");
  sqlite3_bind_pointer(statement.get(), 1, &api, "fts5_api_ptr", nullptr);
  sqlite3_step(statement.get());
  if (api == nullptr) CheckOk(nullptr, SQLITE_ERROR, "it has no FTS5");
  return api;
}

}  // namespace hotline::server
