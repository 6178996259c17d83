// Listing and comparing: nothing here writes.
#include "features/database/text_array.hpp"
#include "features/migrations/engine.hpp"
#include "sql/object_changes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace basekeeper::migrations {
namespace {

constexpr std::string_view missing_sql = R"(
select u.name from pg_catalog.unnest($1::pg_catalog.text[]) with ordinality as u(name, n)
where pg_catalog.to_regclass(u.name) is null order by u.n)";

/// The history is read for its objects up to this many statements' bytes; a longer one is not looked at further.
constexpr std::size_t most_statement_bytes = std::size_t{32} << 20U;

listed one_of(const std::string& version, const records& all)
{
    const auto row = all.history.find(version);
    const auto own = all.own.find(version);
    listed out{.version = version, .name = {}, .state = std::string(state_applied)};
    if (row != all.history.end()) {
        out.name = row->second.name;
        out.can_roll_back = row->second.rollback.has_value() && !row->second.rollback->empty();
    }
    if (own == all.own.end())
        return out;
    const auto& known = own->second;
    if (out.name.empty())
        out.name = known.name;
    out.can_roll_back = out.can_roll_back || known.down.has_value();
    if (known.state != state_applied)
        out.state = fmt::format("{} ({} of {} statements)", known.state, known.done, known.statements);
    else if (row == all.history.end())
        out.state = "missing in the history";
    if (!known.finished_at.empty())
        out.applied_at = known.finished_at;
    out.applied_by = known.applied_by;
    return out;
}

/// All versions that anything is recorded about, newest first.
std::vector<std::string> versions_of(const records& all)
{
    std::vector<std::string> out;
    out.reserve(all.history.size() + all.own.size());
    for (const auto& [version, row] : all.history)
        out.push_back(version);
    for (const auto& [version, own] : all.own)
        if (!all.history.contains(version))
            out.push_back(version);
    std::ranges::sort(out, std::greater{});
    return out;
}

/// Tables, views and sequences that the history made and that are not there.
io::task<result<std::vector<drift>>> drift_of_schema(pg::connection& db, const records& all, io::deadline until)
{
    sql::object_ledger ledger;
    std::map<std::string, std::string> made_by; // name: version
    std::size_t bytes = 0;
    for (const auto& [version, row] : all.history) {
        ledger.begin_script();
        for (const auto& text : CO_TRY(co_await read_statements(db, version, until))) {
            bytes += text.size();
            ledger.add(text);
        }
        for (const auto& name : ledger.made())
            made_by.try_emplace(sql::to_text(name), version);
        if (bytes > most_statement_bytes)
            break;
    }
    std::vector<std::string> names;
    for (const auto& name : ledger.made())
        names.push_back(sql::to_text(name));
    std::vector<drift> out;
    if (names.empty() || bytes > most_statement_bytes)
        co_return out;
    std::vector<pg::parameter> params{{database::text_array(names)}};
    const auto missing = CO_TRY(co_await db.query(std::string(missing_sql), std::move(params), until));
    for (std::size_t r = 0; r < missing.rows.size(); ++r) {
        const std::string name(missing.rows.value(r, 0).value_or(""));
        out.push_back({drift_kind::missing_object, made_by[name], name + " was made by it and is not in the database"});
    }
    co_return out;
}

} // namespace

io::task<result<migration_page>> engine::list(std::string instance, list_request what, io::deadline until)
{
    if (!what.before.empty())
        CO_TRY(check_version(what.before));
    const auto open = CO_TRY(co_await open_.of(std::move(instance)));
    auto lease = CO_TRY(co_await open->owner.acquire(until));
    const auto all = CO_TRY(co_await read_records(*lease, until));
    migration_page out;
    for (const auto& version : versions_of(all)) {
        if (!what.before.empty() && !is_before(version, what.before))
            continue;
        if (out.migrations.size() == what.limit) {
            out.next_before = out.migrations.back().version;
            break;
        }
        out.migrations.push_back(one_of(version, all));
    }
    out.drift = drift_of_records(all);
    if (what.look == depth::schema)
        std::ranges::move(CO_TRY(co_await drift_of_schema(*lease, all, until)), std::back_inserter(out.drift));
    out.drift.resize(std::min(out.drift.size(), what.limit));
    co_return out;
}

io::task<result<status_report>> engine::status(std::string instance, const folder& with, io::deadline until)
{
    const auto open = CO_TRY(co_await open_.of(std::move(instance)));
    auto lease = CO_TRY(co_await open->owner.acquire(until));
    const auto all = CO_TRY(co_await read_records(*lease, until));
    status_report out{.pending = {}, .applied = all.history.size(), .drift = drift_of_folder(all, with)};
    for (const auto& file : with.files)
        if (!all.history.contains(file.version))
            out.pending.push_back(file.version);
    std::ranges::move(drift_of_records(all), std::back_inserter(out.drift));
    std::ranges::move(CO_TRY(co_await drift_of_schema(*lease, all, until)), std::back_inserter(out.drift));
    co_return out;
}

} // namespace basekeeper::migrations
