// What each kind of statement is called and, by itself, does.
#pragma once

#include "sql/syntax_tree.hpp"

#include <string>

namespace basekeeper::sql {

/// What the kind of a statement alone tells about its effect.
enum class kind_effect
{
    reads,
    writes,
    destroys,
    session,     ///< changes the session only
    transaction, ///< BEGIN, COMMIT, SAVEPOINT ...
    by_content   ///< depends on what it holds: SELECT, EXPLAIN, COPY, ALTER TABLE ...
};

struct statement_kind
{
    std::string words; ///< `DROP TABLE`, as PostgreSQL's command tags spell it
    kind_effect effect = kind_effect::destroys;
};

/// Kinds that this code does not know count as destroying.
statement_kind kind_of(node statement);

/// `OBJECT_MATVIEW` as `MATVIEW`, in words: `MATERIALIZED VIEW`.
std::string object_words(std::string_view object_type);

} // namespace basekeeper::sql
