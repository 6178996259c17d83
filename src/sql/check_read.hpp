// Looks at one SQL text that claims to be a read and refuses what is not.
#pragma once

#include "base/result.hpp"
#include "sql/inspect.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::sql {

/// One statement of a text.
struct statement_range
{
    std::string kind; ///< `SELECT`, `DROP TABLE`
    std::size_t begin = 0;
    std::size_t end = 0; ///< bytes of the text, the separating semicolon not included
};

struct parsed
{
    std::vector<statement_range> statements;
};

/// The statements of a text. Fails with invalid_argument for text that is too long or too deep, not UTF-8, holds NUL
/// or is not SQL; the parser's words are in `server_text`.
result<parsed> parse(std::string_view text);

enum class verdict
{
    refused,  ///< certainly not a harmless read, or not readable: do not run it
    unproven, ///< the text alone cannot tell: run it only in a session that could not do harm anyway
    harmless  ///< nothing but built-ins over the listed relations; see read_verdict
};

/// What the check found.
///
/// `harmless` means harmless provided that (a) every relation listed is a plain table, materialised view or system
/// view, for a view may call anything, (b) no schema other than pg_catalog has a function or an operator of a name in
/// `shadowable` or `operators`, for a better match of argument types takes a call over, (c) no domain's CHECK and no
/// implicit cast runs user code, for values take part in both unasked, and (d) the session has
/// standard_conforming_strings on and pg_catalog first in its search_path. It is never a permission by itself.
struct read_verdict
{
    sql::verdict verdict = verdict::refused;
    std::string reason{};                    ///< one sentence; empty when harmless
    std::vector<qualified_name> functions{}; ///< not known built-ins: look them up in pg_proc
    std::vector<qualified_name> relations{}; ///< referenced: look up their relkind; names of CTEs are among them
    std::vector<std::string> shadowable{};   ///< unqualified function names and attribute names
    std::vector<std::string> operators{};    ///< names of operators: unqualified ones and those that are not built in
    std::vector<qualified_name> types{};     ///< not known built-ins: their casts and checks may run code
    bool plans_change = false;               ///< EXPLAIN, without ANALYZE, of what would change data
};

/// Checks one text. Pure; safe to call from any thread.
read_verdict check_read(std::string_view text);

} // namespace basekeeper::sql
