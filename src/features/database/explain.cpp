// Plans: EXPLAIN around one statement, by the same rules as a read; also with indexes that do not exist.
#include "features/database/engine.hpp"
#include "features/database/text_array.hpp"
#include "sql/column_uses.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace basekeeper::database {
namespace {

constexpr std::array<std::string_view, 5> explainable{"SELECT", "INSERT", "UPDATE", "DELETE", "MERGE"};

/// The one statement that a text holds, without what stands around it.
result<sql::statement_range> only_statement(const std::string& text)
{
    auto seen = TRY(sql::parse(text));
    if (seen.statements.size() != 1 ||
        std::ranges::find(explainable, seen.statements.front().kind) == explainable.end())
        return fail(
            condition::invalid_argument,
            "query: must be one SELECT, INSERT, UPDATE, DELETE or MERGE",
            "pass the statement itself, without EXPLAIN"
        );
    return std::move(seen.statements.front());
}

} // namespace

io::task<result<std::string>> engine::explain(std::string instance, query_text what, measure how, io::deadline until)
{
    const auto only = CO_TRY(only_statement(what.sql));
    const bool reads = only.kind == "SELECT";
    if (how == measure::analyze && !reads)
        co_return fail(
            condition::denied,
            "analyze: would execute the statement, and it changes data",
            "leave analyze out to get the estimated plan"
        );
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

namespace {

constexpr std::string_view explain_words = "explain (format json) ";

// The schema comes quoted from the server.
constexpr std::string_view hypopg_sql = R"(
select pg_catalog.quote_ident(n.nspname), pg_catalog.has_schema_privilege(n.oid, 'usage'),
  pg_catalog.quote_ident(current_user)
from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace where e.extname = 'hypopg')";

constexpr std::string_view imagine_sql = R"(
select made.indexname, {0}.hypopg_relation_size(made.indexrelid)
from pg_catalog.unnest($1::text[]) with ordinality asked(definition, place)
cross join lateral {0}.hypopg_create_index(asked.definition) made
order by asked.place)";

error hypopg_missing()
{
    return {
        condition::not_found,
        "the extension hypopg, which plans with indexes that do not exist, is not in this database",
        "run: create extension hypopg (Debian package postgresql-15-hypopg; Supabase has it), or create the index in a "
        "branch or copy and explain there"
    };
}

/// The schema of hypopg, quoted. Fails when it is missing or closed to this login.
io::task<result<std::string>> find_hypopg(pg::connection& db, io::deadline until)
{
    const auto found = CO_TRY(co_await db.query(std::string(hypopg_sql), {}, until));
    if (found.rows.empty())
        co_return fail(hypopg_missing());
    std::string schema(found.rows.value(0, 0).value_or(""));
    if (found.rows.value(0, 1) != "t")
        co_return fail(
            condition::denied,
            "the login that reads may not use the schema of hypopg",
            fmt::format("run: grant usage on schema {} to {}", schema, found.rows.value(0, 2).value_or(""))
        );
    co_return schema;
}

std::string nulls(std::size_t count)
{
    std::string out;
    for (std::size_t i = 0; i < count; ++i)
        out += i == 0 ? "(null" : ", null";
    return count == 0 ? out : out + ")";
}

/// The statements that plan `text`, the plan in the one numbered `at`.
struct planning
{
    std::vector<pg::statement> script;
    std::size_t at = 0;
};

result<planning> plan_of(const query_text& what, std::string_view text, parameter_values values)
{
    planning out;
    if (values == parameter_values::given) {
        auto asked = TRY(bind(what));
        asked.sql = fmt::format("{}{}", explain_words, text);
        out.script.push_back(std::move(asked));
        return out;
    }
    const auto count = TRY(sql::columns_of(text)).parameters;
    out.script.push_back({.sql = "select pg_catalog.set_config('plan_cache_mode', 'force_generic_plan', true)"});
    out.script.push_back({.sql = fmt::format("prepare basekeeper_plan as {}", text)});
    out.script.push_back({.sql = fmt::format("{}execute basekeeper_plan{}", explain_words, nulls(count))});
    out.script.push_back({.sql = "deallocate basekeeper_plan"});
    out.at = 2;
    return out;
}

} // namespace

io::task<result<imagined_plan>> engine::imagine(
    std::string instance,
    query_text what,
    std::vector<sql::index_definition> indexes,
    parameter_values values,
    io::deadline until
)
{
    until = deadline_for(std::nullopt, until);
    const auto only = CO_TRY(only_statement(what.sql));
    const auto text = what.sql.substr(only.begin, only.end - only.begin);
    auto plan = CO_TRY(plan_of(what, text, values));
    auto begun = CO_TRY(co_await begin_read(std::move(instance), fmt::format("{}{}", explain_words, text), until));
    // Indexes and the prepared statement are of the session: only when all was cleared away may others have it.
    const auto schema = co_await find_hypopg(*begun.lease, until);
    if (!schema) {
        co_await end_read(begun, until);
        co_return std::unexpected(schema.error());
    }
    std::vector<std::string> definitions;
    definitions.reserve(indexes.size());
    for (const auto& index : indexes)
        definitions.push_back(sql::to_text(index));
    std::vector<pg::statement> script;
    script.push_back({.sql = fmt::format("select {}.hypopg_reset()", *schema)});
    script.push_back({.sql = fmt::format(fmt::runtime(imagine_sql), *schema), .params = {{text_array(definitions)}}});
    std::ranges::move(plan.script, std::back_inserter(script));
    script.push_back({.sql = fmt::format("select {}.hypopg_reset()", *schema)});
    auto ran = co_await begun.lease->run(std::move(script), caps_for(std::nullopt), until);
    if (!ran || !ran->ok())
        begun.lease.discard();
    co_await end_read(begun, until);
    if (!ran)
        co_return std::unexpected(std::move(ran).error());
    if (!ran->ok())
        co_return std::unexpected(std::move(*ran->failure).within("planning with indexes that do not exist"));
    imagined_plan out;
    const auto& made = ran->results[1].rows;
    for (std::size_t r = 0; r < made.size(); ++r) {
        out.names.emplace_back(made.value(r, 0).value_or(""));
        out.bytes.push_back(made.integer(r, 1).value_or(0));
    }
    const auto& planned = ran->results[2 + plan.at].rows;
    if (planned.empty() || out.names.size() != indexes.size())
        co_return fail(
            condition::invalid_argument,
            "query: its plan is larger than a result may be",
            "explain a part of the statement"
        );
    out.plan = planned.value(0, 0).value_or("[]");
    co_return out;
}

} // namespace basekeeper::database
