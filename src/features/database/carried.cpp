// Statements of instances without a connection: one at a time, each in a transaction of its own, reads by proof alone.
#include "features/database/engine.hpp"
#include "features/database/hidden_code.hpp"
#include "features/database/reach.hpp"
#include "json/text.hpp"
#include "sql/check_read.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace basekeeper::database {
namespace {

constexpr std::string_view not_in_a_transaction = "25001";
constexpr std::array<std::string_view, 5> preparable{"SELECT", "INSERT", "UPDATE", "DELETE", "MERGE"};

std::string next_step()
{
    return "publish the port of the pooler or database and set database_url of the instance: a connection can do this";
}

/// What carries the statement takes several for what they are, so a text must be certain to be one.
result<carried_statement> only_one(const query_text& what)
{
    const auto seen = TRY(sql::parse(what.sql));
    if (seen.statements.size() != 1)
        return fail(
            condition::invalid_argument,
            fmt::format("query: must be one statement, and holds {}", seen.statements.size()),
            "send the statements one by one"
        );
    const auto& only = seen.statements.front();
    carried_statement out{.what = TRY(bind(what)), .param_types = what.param_types};
    out.what.sql = what.sql.substr(only.begin, only.end - only.begin);
    const bool can_bind = std::ranges::find(preparable, only.kind) != preparable.end();
    if (!out.what.params.empty() && !can_bind)
        return fail(
            condition::invalid_argument,
            fmt::format("params: through the gateway a {} takes none", only.kind),
            "write the values into the statement"
        );
    if (only.kind == "SELECT" && out.what.params.empty())
        out.how = fetching::by_cursor;
    return out;
}

/// Where backslashes end strings otherwise than here, one statement may be several.
io::task<result<>> same_strings(carrier& by, std::string instance, const std::string& sql, io::deadline until)
{
    if (!sql.contains('\\'))
        co_return result<>{};
    const auto answer = CO_TRY(co_await by.run(
        std::move(instance),
        {.what = {"select pg_catalog.current_setting('standard_conforming_strings')"}},
        pg::caps{},
        until
    ));
    if (!answer.rows.empty() && answer.rows.value(0, 0) == "on")
        co_return result<>{};
    co_return fail(
        condition::denied,
        "query: holds a backslash, and standard_conforming_strings is off there: its statements cannot be told apart",
        "write it without backslashes, or pass such values as params"
    );
}

rows_page page_of(pg::statement_result came, std::string_view note, std::size_t budget)
{
    came.notices.push_back({.severity = "GATEWAY", .sqlstate = {}, .message = std::string(note)});
    return {std::move(came), budget};
}

constexpr std::string_view read_note =
    "read through the API gateway as the login of postgres-meta, not by the narrow login; column types are those that "
    "JSON shows, and of two columns of one name one is lost";
constexpr std::string_view change_note = "ran through the API gateway, which does not tell how many rows a statement "
                                         "without RETURNING changed; column types "
                                         "are those that JSON shows";

} // namespace

bool engine::is_carried(const std::string& instance) const
{
    return carrier_ != nullptr && carrier_->serves(instance);
}

io::task<result<pg::statement_result>>
engine::ask_carried(std::string instance, std::string sql, std::vector<pg::parameter> params, io::deadline until)
{
    co_return co_await carrier_->run(
        std::move(instance), {.what = {std::move(sql), std::move(params)}}, pg::caps::unlimited(), until
    );
}

io::task<result<>> engine::may_read_carried(const std::string& instance, const std::string& sql, io::deadline until)
{
    const auto seen = checks_.check_read(sql);
    if (seen.verdict != sql::verdict::harmless)
        co_return fail(
            condition::denied,
            fmt::format(
                "query_database only reads: {}{}",
                seen.reason,
                seen.verdict == sql::verdict::unproven ? ", and through the gateway there is no narrow login" : ""
            ),
            seen.verdict == sql::verdict::unproven ? next_step() : "to change data use execute_sql"
        );
    auto ask = ask_reach(seen);
    const auto answer = CO_TRY(co_await ask_carried(instance, std::move(ask.sql), std::move(ask.params), until));
    const auto found = read_reach(answer);
    if (const auto& why = found.danger.empty() ? found.doubt : found.danger; !why.empty())
        co_return fail(
            condition::denied,
            fmt::format("query_database only reads: {}, and through the gateway there is no narrow login", why),
            next_step()
        );
    co_return result<>{};
}

io::task<result<rows_page>> engine::query_carried(std::string instance, read_query what, io::deadline until)
{
    auto one = CO_TRY(only_one(what.what));
    CO_TRY(co_await may_read_carried(instance, what.what.sql, until));
    auto came = CO_TRY(co_await carrier_->run(std::move(instance), std::move(one), caps_for(what.max_rows), until));
    co_return page_of(std::move(came), read_note, caps_.result_bytes);
}

io::task<result<std::vector<rows_page>>>
engine::execute_carried(std::string instance, execution what, io::deadline until)
{
    if (what.statements.size() != 1)
        co_return fail(
            condition::invalid_argument,
            "queries: the gateway returns one result only, so several statements do not go through it",
            "send them one by one with query, or as one DO block; " + next_step()
        );
    auto one = CO_TRY(only_one(what.statements.front()));
    const auto effect = checks_.classify(one.what.sql);
    if (effect.transaction_control)
        co_return fail(
            condition::invalid_argument,
            fmt::format("query: {} is not possible through the gateway, each call is a transaction", effect.kind),
            "leave it out; to roll back use dry_run"
        );
    CO_TRY(co_await same_strings(*carrier_, instance, one.what.sql, until));
    one.access = transaction_access::read_write;
    one.end = what.end;
    one.how = fetching::everything;
    one.role = what.role;
    if (what.claims)
        one.claims = json::to_text(*what.claims);
    if (what.end == transaction_end::roll_back && !effect.relations.empty()) {
        auto ask = ask_hidden_code(effect.relations);
        const auto answer = CO_TRY(co_await ask_carried(instance, std::move(ask.sql), std::move(ask.params), until));
        if (const auto found = read_hidden_code(answer); !found.empty())
            co_return fail(
                condition::denied,
                fmt::format("a dry run would leave something behind: {}", found),
                "run it without dry_run if that is wanted"
            );
    }
    auto came = co_await carrier_->run(std::move(instance), std::move(one), caps_for(what.max_rows), until);
    if (!came && came.error().sqlstate == not_in_a_transaction)
        came.error().hint = next_step();
    std::vector<rows_page> out;
    out.push_back(page_of(CO_TRY(std::move(came)), change_note, caps_.result_bytes));
    co_return out;
}

io::task<result<>> engine::parse_carried(std::string instance, query_text what, io::deadline until)
{
    auto one = CO_TRY(only_one(what));
    // PREPARE analyses without running; other statements are not analysed before they run.
    const auto seen = CO_TRY(sql::parse(one.what.sql));
    if (std::ranges::find(preparable, seen.statements.front().kind) == preparable.end())
        co_return result<>{};
    CO_TRY(co_await same_strings(*carrier_, instance, one.what.sql, until));
    one.how = fetching::nothing;
    CO_TRY(co_await carrier_->run(std::move(instance), std::move(one), pg::caps{}, until));
    co_return result<>{};
}

} // namespace basekeeper::database
