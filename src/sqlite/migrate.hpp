// Bringing a database to the schema that this program knows.
#pragma once

#include "base/result.hpp"

#include <span>
#include <string_view>

namespace basekeeper::sqlite {

class connection;

/// One step of the schema. Versions count 1, 2, 3, …; a published step never changes.
struct migration
{
    int version;
    std::string_view name; ///< for messages
    std::string_view sql;  ///< one or more statements, without BEGIN or COMMIT
};

/// Applies the steps that `PRAGMA user_version` says are missing, each in a transaction of its own, and returns how
/// many. Several processes may do so at once. A step that fails leaves the database as it was before that step; a
/// database newer than the last step is a conflict and is not touched.
result<int> migrate(connection& db, std::span<const migration> steps);

} // namespace basekeeper::sqlite
