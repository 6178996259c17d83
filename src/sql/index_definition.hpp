// The index that a CREATE INDEX on plain columns asks for: read from SQL, and written as SQL with every name quoted.
#pragma once

#include "base/result.hpp"
#include "sql/qualified_name.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::sql {

struct index_key
{
    std::string column;
    bool descending = false;
    qualified_name operator_class{}; ///< empty: the default

    bool operator==(const index_key&) const = default;
};

/// An index without expressions and predicates: planning with it runs no code of the database.
struct index_definition
{
    qualified_name table;
    std::string method = "btree";
    std::vector<index_key> keys;
    std::vector<std::string> included{};

    bool operator==(const index_definition&) const = default;
};

/// Reads exactly one `create index on t (a, b desc) include (c)`; its name, UNIQUE and CONCURRENTLY are ignored. Fails
/// with invalid_argument for anything else, expressions and WHERE among it.
result<index_definition> read_index(std::string_view text);

/// `create index on "public"."t" using "btree" ("a", "b" desc)`.
std::string to_text(const index_definition& index);

} // namespace basekeeper::sql
