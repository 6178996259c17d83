// Running statements: alone on a connection, on a shared lane when they are known to be quick reads, or in a
// transaction: one under a role, or several one after the other.
#include "features/database/engine.hpp"
#include "features/database/hidden_code.hpp"
#include "features/database/reach.hpp"
#include "features/database/text_array.hpp"
#include "json/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace basekeeper::database {
namespace {

/// A text that was answered within this time may share a lane: a slow one would delay the others on it.
constexpr std::chrono::milliseconds quick_enough{2};
constexpr std::size_t quick_texts_kept = 512;
constexpr std::size_t quick_text_bytes = 4'096;

/// `{"a",NULL,"{1,2}"}`: items that are arrays nest, others are passed as their text.
std::string array_literal(const boost::json::array& items)
{
    std::string out = "{";
    for (const auto& item : items) {
        if (out.size() > 1)
            out += ',';
        if (item.is_null())
            out += "NULL";
        else if (item.is_array())
            out += array_literal(item.get_array());
        else
            append_quoted(out, item.is_string() ? std::string(item.get_string()) : json::to_text(item));
    }
    return out + "}";
}

result<pg::parameter>
to_parameter(const boost::json::value& v, std::size_t index, const std::vector<std::string>& types)
{
    pg::parameter out;
    if (index < types.size() && !types[index].empty()) {
        out.type = type_from_name(types[index]);
        if (out.type == 0)
            return fail(
                condition::invalid_argument,
                fmt::format("param_types.{}: unknown type \"{}\"; known: {}", index, types[index], known_type_names()),
                fmt::format("leave the type out and write ${}::your_type in the statement", index + 1)
            );
    }
    if (v.is_null())
        return out;
    if (v.is_array() && index < types.size() && types[index].ends_with("[]"))
        out.value = array_literal(v.get_array());
    else
        out.value = v.is_string() ? std::string(v.get_string()) : json::to_text(v);
    if (out.value->contains('\0'))
        return fail(
            condition::invalid_argument,
            fmt::format("params.{}: must not contain the character NUL (\\u0000)", index),
            "PostgreSQL text cannot hold NUL; use bytea"
        );
    return out;
}

/// The failure of one of several statements in a transaction, with its place.
error failed_at(error e, std::size_t index)
{
    return std::move(e).within(fmt::format("queries.{} (the transaction was rolled back)", index));
}

/// The end of a transaction is ours. A text that the grammar here does not know could be such an end, so a dry run,
/// which promises to leave nothing, does not take it.
result<> keep_transaction(const sql::statement_effect& seen, transaction_end end, std::size_t index)
{
    if (seen.transaction_control)
        return fail(
            condition::invalid_argument,
            fmt::format("statement {}: {} is not allowed, the call has its own transaction", index, seen.kind),
            "leave it out; to roll back use dry_run"
        );
    if (end == transaction_end::roll_back && seen.kind == "UNKNOWN")
        return fail(
            condition::invalid_argument,
            fmt::format("statement {}: cannot be read here, so that rolling it back is not certain", index),
            "run it without dry_run, or write it without syntax newer than PostgreSQL 15"
        );
    return {};
}

/// What the text of a dry run does not show cannot be asked about, so it is refused.
io::task<result<>>
refuse_hidden_code(pg::connection& db, const std::vector<sql::qualified_name>& relations, io::deadline until)
{
    const auto answer = CO_TRY(co_await db.query(ask_hidden_code(relations), pg::caps{}, pg::overflow::drain, until));
    if (const auto found = read_hidden_code(answer); !found.empty())
        co_return fail(
            condition::denied,
            fmt::format("a dry run would leave something behind: {}", found),
            "run it without dry_run if that is wanted, or switch the code off first (ALTER TABLE ... DISABLE TRIGGER)"
        );
    co_return result<>{};
}

/// Statements of the caller between our own.
struct transaction_script
{
    std::vector<pg::statement> opening;
    std::vector<pg::statement> work;
    pg::statement ending;
};

std::vector<pg::statement> opening_of(const execution& what)
{
    std::vector<pg::statement> out;
    out.push_back({.sql = "begin"});
    if (what.claims)
        out.push_back(
            {.sql = "select pg_catalog.set_config('request.jwt.claims', $1, true)",
             .params = {{json::to_text(*what.claims)}}}
        );
    // set_config takes the role as a value, so no quoting of an identifier is needed.
    if (!what.role.empty())
        out.push_back({.sql = "select pg_catalog.set_config('role', $1, true)", .params = {{what.role}}});
    return out;
}

using statement_results = std::vector<pg::statement_result>;

/// One statement in its transaction, in one round trip.
io::task<result<statement_results>>
run_at_once(pg::connection& db, transaction_script script, pg::caps keep, io::deadline until)
{
    const auto first = script.opening.size();
    auto all = std::move(script.opening);
    all.push_back(std::move(script.work.front()));
    all.push_back(std::move(script.ending));
    auto ran = CO_TRY(co_await db.run(std::move(all), keep, until));
    if (!ran.ok() && ran.results.size() < first)
        co_return std::unexpected(std::move(*ran.failure).within("setting up the transaction"));
    if (!ran.ok())
        co_return std::unexpected(std::move(*ran.failure));
    statement_results out;
    out.push_back(std::move(ran.results[first]));
    co_return out;
}

/// Several statements in one transaction, each awaited, so that there is something to tell after each.
io::task<result<statement_results>> run_in_steps(
    pg::connection& db,
    transaction_script script,
    pg::caps keep,
    const statement_progress& after_each,
    io::deadline until
)
{
    const auto opened = CO_TRY(co_await db.run(std::move(script.opening), keep, until));
    if (!opened.ok())
        co_return fail(error(*opened.failure).within("setting up the transaction"));
    const auto total = script.work.size();
    statement_results out;
    for (std::size_t i = 0; i < total; ++i) {
        auto ran = co_await db.query(std::move(script.work[i]), keep, pg::overflow::drain, until);
        if (!ran)
            co_return fail(failed_at(std::move(ran).error(), i));
        out.push_back(*std::move(ran));
        if (after_each)
            after_each(i + 1, total);
    }
    // Constraints may be deferred to this point.
    auto ended = co_await db.query(std::move(script.ending), keep, pg::overflow::drain, until);
    if (!ended)
        co_return fail(std::move(ended).error().within("ending the transaction"));
    co_return out;
}

} // namespace

result<pg::statement> bind(const query_text& what)
{
    if (what.param_types.size() > what.params.size())
        return fail(
            condition::invalid_argument,
            fmt::format("param_types: {} types for {} params", what.param_types.size(), what.params.size()),
            "give at most one type for each parameter"
        );
    pg::statement out{.sql = what.sql};
    out.params.reserve(what.params.size());
    for (std::size_t i = 0; i < what.params.size(); ++i)
        out.params.push_back(TRY(to_parameter(what.params[i], i, what.param_types)));
    return out;
}

engine::quick_texts::standing engine::quick_texts::of(std::string_view text) const
{
    const auto known = known_.find(text);
    return known == known_.end() ? standing::unknown : known->second.is;
}

void engine::quick_texts::note(std::string_view text, std::chrono::steady_clock::duration took, standing at_best)
{
    const auto known = known_.find(text);
    if (known != known_.end()) {
        if (took <= quick_enough) {
            known->second.is = std::max(known->second.is, at_best);
            return;
        }
        const auto place = known->second.place;
        known_.erase(known);
        order_.erase(place);
        return;
    }
    if (took > quick_enough || text.size() > quick_text_bytes)
        return;
    if (order_.size() == quick_texts_kept) {
        known_.erase(order_.front());
        order_.pop_front();
    }
    const auto place = order_.insert(order_.end(), std::string(text));
    known_.emplace(*place, known_text{place, at_best});
}

engine::engine(instances::connections& open, limits caps, carrier* without_connection)
    : open_(open), caps_(caps), carrier_(without_connection)
{}

const sql::statement_effect& engine::assess(std::string_view text)
{
    return checks_.classify(text);
}

pg::caps engine::caps_for(std::optional<std::size_t> max_rows) const
{
    return {
        .max_rows = std::min(max_rows.value_or(caps_.default_rows), caps_.most_rows),
        .max_bytes = caps_.result_bytes,
    };
}

io::deadline engine::deadline_for(std::optional<std::chrono::milliseconds> timeout, io::deadline until) const
{
    return until.capped(timeout.value_or(caps_.statement_timeout));
}

io::task<result<std::vector<rows_page>>> engine::execute(std::string instance, execution what, io::deadline until)
{
    until = deadline_for(what.timeout, until);
    const auto keep = caps_for(what.max_rows);
    std::optional<catalogue_cache::change> change;
    if (std::ranges::any_of(what.statements, [&](const auto& s) { return !checks_.classify(s.sql).plain_read; }))
        change.emplace(catalogue_, instance);
    if (is_carried(instance))
        co_return co_await execute_carried(std::move(instance), std::move(what), until);
    const auto open = CO_TRY(co_await open_.of(instance));
    auto on = platform_work_of(what);
    if (on.schema.empty())
        co_return co_await execute_as_login(open->owner, std::move(what), keep, until);
    co_return co_await execute_on_platform(std::move(instance), *open, std::move(what), std::move(on), keep, until);
}

io::task<result<std::vector<rows_page>>>
engine::execute_alone(pg::pool& db, pg::statement s, pg::caps keep, io::deadline until)
{
    const auto& effect = checks_.classify(s.sql);
    const bool plain_read = effect.plain_read;
    const bool touches_session = effect.touches_session;
    const std::string text = plain_read ? s.sql : std::string();
    std::vector<rows_page> out;
    if (plain_read && quick_.of(text) == quick_texts::standing::proven) {
        const auto began = std::chrono::steady_clock::now();
        auto outcome = co_await db.run_shared(std::move(s), keep, until);
        quick_.note(text, std::chrono::steady_clock::now() - began, quick_texts::standing::proven);
        out.push_back(rows_page{CO_TRY(std::move(outcome)), caps_.result_bytes});
        co_return out;
    }
    auto lease = CO_TRY(co_await db.acquire(until));
    // What only looks like a read may touch the session through a view, a policy or a name of another schema.
    bool proven = plain_read && names_nothing(checks_.check_read(text));
    if (touches_session || (plain_read && !proven))
        lease.reset_before_reuse();
    const auto began = std::chrono::steady_clock::now();
    out.push_back(
        rows_page{CO_TRY(co_await lease->query(std::move(s), keep, pg::overflow::drain, until)), caps_.result_bytes}
    );
    if (!plain_read)
        co_return out;
    const auto took = std::chrono::steady_clock::now() - began;
    auto standing = proven ? quick_texts::standing::proven : quick_texts::standing::quick;
    if (!proven && took <= quick_enough && quick_.of(text) == quick_texts::standing::quick)
        standing = co_await leaves_session_alone(*lease, checks_.check_read(text), until)
                       ? quick_texts::standing::proven
                       : quick_texts::standing::restless;
    quick_.note(text, took, standing);
    co_return out;
}

io::task<bool> engine::leaves_session_alone(pg::connection& db, sql::read_verdict seen, io::deadline until)
{
    const auto answer = co_await db.query(ask_reach(seen), pg::caps{}, pg::overflow::drain, until);
    co_return answer&& read_reach(*answer).doubt.empty();
}

io::task<result<std::vector<rows_page>>>
engine::execute_in_transaction(pg::pool& db, execution what, pg::caps keep, io::deadline until)
{
    transaction_script script{.opening = opening_of(what), .work = {}, .ending = {}};
    script.ending.sql = what.end == transaction_end::commit ? "commit" : "rollback";
    bool leaves_something = false;
    std::vector<sql::qualified_name> relations;
    for (std::size_t i = 0; i < what.statements.size(); ++i) {
        const auto& seen = checks_.classify(what.statements[i].sql);
        CO_TRY(keep_transaction(seen, what.end, i));
        leaves_something |= !seen.outlasts.empty();
        relations.insert(relations.end(), seen.relations.begin(), seen.relations.end());
        script.work.push_back(CO_TRY(bind(what.statements[i])));
    }
    const auto share = what.statements.size();
    keep.max_bytes /= share;
    auto lease = CO_TRY(co_await db.acquire(until));
    lease.reset_before_reuse();
    // A lock of the session outlives the rollback: after a dry run nobody may have to wait for the next call to end it.
    if (leaves_something && what.end == transaction_end::roll_back)
        lease.discard();
    if (!relations.empty() && what.end == transaction_end::roll_back)
        CO_TRY(co_await refuse_hidden_code(*lease, relations, until));
    auto ran = share == 1 ? co_await run_at_once(*lease, std::move(script), keep, until)
                          : co_await run_in_steps(*lease, std::move(script), keep, what.after_each, until);
    if (!ran) {
        lease.discard();
        co_return std::unexpected(std::move(ran).error());
    }
    std::vector<rows_page> out;
    for (auto& outcome : *ran)
        out.push_back(rows_page{std::move(outcome), caps_.result_bytes / share});
    co_return out;
}

} // namespace basekeeper::database
