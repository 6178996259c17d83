// Plans: EXPLAIN around one statement, by the same rules as a read.
#include "features/database/engine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace basekeeper::database {
namespace {

constexpr std::array<std::string_view, 5> explainable{"SELECT", "INSERT", "UPDATE", "DELETE", "MERGE"};

} // namespace

io::task<result<std::string>> engine::explain(std::string instance, query_text what, measure how, io::deadline until)
{
    const auto seen = CO_TRY(sql::parse(what.sql));
    if (seen.statements.size() != 1 ||
        std::ranges::find(explainable, seen.statements.front().kind) == explainable.end())
        co_return fail(
            condition::invalid_argument,
            "query: must be one SELECT, INSERT, UPDATE, DELETE or MERGE",
            "pass the statement itself, without EXPLAIN"
        );
    const bool reads = seen.statements.front().kind == "SELECT";
    if (how == measure::analyze && !reads)
        co_return fail(
            condition::denied,
            "analyze: would execute the statement, and it changes data",
            "leave analyze out to get the estimated plan"
        );
    const auto& only = seen.statements.front();
    query_text asked = std::move(what);
    asked.sql = (how == measure::analyze ? "explain (analyze, buffers, format json) " : "explain (format json) ") +
                asked.sql.substr(only.begin, only.end - only.begin);
    auto page = CO_TRY(co_await query(std::move(instance), {.what = std::move(asked)}, until));
    if (page.outcome.rows.empty())
        co_return fail(
            condition::invalid_argument,
            "query: its plan is larger than a result may be",
            "explain a part of the statement"
        );
    co_return std::string(page.outcome.rows.value(0, 0).value_or("[]"));
}

} // namespace basekeeper::database
