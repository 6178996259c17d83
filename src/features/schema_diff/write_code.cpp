// Statements for functions, aggregates, views, rules, triggers and event triggers.
#include "features/schema_diff/judgement.hpp"
#include "features/schema_diff/writing.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace basekeeper::schema_diff {
namespace {

lock_class lock_of_creation(kind k)
{
    if (k == kind::trigger)
        return lock_class::share_row_exclusive;
    return k == kind::rule ? lock_class::access_exclusive : lock_class::none;
}

std::string view_sql(const fact& f, std::string_view create)
{
    auto sql = fmt::format("{} {} {}", create, kind_name(f.id.what), f.id.qualified());
    if (f.has("options"))
        sql += fmt::format(" with ({})", joined(f.at("options")));
    sql.append(" as\n").append(f.at("definition"));
    if (f.has("_empty"))
        sql += "\nwith no data";
    return sql;
}

std::string creation_of(const fact& f)
{
    switch (f.id.what) {
    case kind::aggregate:
        return fmt::format(
            "create aggregate {}({}) {}",
            f.id.qualified(),
            f.at("_arguments") == "*" ? "*" : f.at("arguments"),
            f.at("definition")
        );
    case kind::view:
    case kind::materialized_view:
        return view_sql(f, "create");
    case kind::event_trigger:
        return fmt::format("create event trigger {}{}", f.id.name, f.at("definition"));
    default:
        return std::string(f.at("definition"));
    }
}

void set_state(const writing& w, const fact& f)
{
    const auto state = f.has("state") ? f.at("state") : std::string_view("enable");
    auto sql = f.id.what == kind::event_trigger
                   ? fmt::format("alter event trigger {} {}", f.id.name, state)
                   : fmt::format("alter table {} {} {} {}", f.id.qualified(), state, kind_name(f.id.what), f.id.part);
    w.to.push_back(
        {.sql = std::move(sql),
         .object = describe(f.id),
         .lock = f.id.what == kind::event_trigger ? lock_class::none : lock_class::share_row_exclusive}
    );
}

bool is_code(kind k)
{
    switch (k) {
    case kind::function:
    case kind::aggregate:
    case kind::view:
    case kind::materialized_view:
    case kind::view_column:
    case kind::rule:
    case kind::trigger:
    case kind::event_trigger:
        return true;
    default:
        return false;
    }
}

void alter_definition(const writing& w, const fact& after)
{
    switch (after.id.what) {
    case kind::view:
        w.to.push_back(
            {.sql = view_sql(after, "create or replace"),
             .object = describe(after.id),
             .lock = lock_class::access_exclusive}
        );
        break;
    case kind::rule: {
        constexpr std::string_view create = "CREATE RULE";
        auto sql = std::string(after.at("definition"));
        sql.replace(0, create.size(), "CREATE OR REPLACE RULE");
        w.to.push_back({.sql = std::move(sql), .object = describe(after.id), .lock = lock_class::access_exclusive});
        break;
    }
    default: // pg_get_functiondef says CREATE OR REPLACE
        w.to.push_back({.sql = std::string(after.at("definition")), .object = describe(after.id)});
    }
}

} // namespace

bool create_code(const writing& w, const change& c)
{
    const auto& f = w.after(c);
    if (!is_code(f.id.what))
        return false;
    if (f.id.what == kind::view_column) {
        redress_column(w, nullptr, f);
        return true;
    }
    w.to.push_back(
        {.sql = creation_of(f),
         .object = describe(f.id),
         .lock = lock_of_creation(f.id.what),
         .work = f.id.what == kind::materialized_view && !f.has("_empty") ? row_work::build : row_work::none}
    );
    if (f.has("state"))
        set_state(w, f);
    dress(w, f);
    return true;
}

bool alter_code(const writing& w, const change& c)
{
    const auto& before = w.before(c);
    const auto& after = w.after(c);
    if (!is_code(after.id.what))
        return false;
    if (after.id.what == kind::view_column) {
        redress_column(w, &before, after);
        return true;
    }
    const auto d = differences(before, after, w.of.rules());
    if (holds(d, "definition"))
        alter_definition(w, after);
    if (holds(d, "options"))
        change_options(w, after, before.at("options"), after.at("options"), {.lock = lock_class::access_exclusive});
    if (holds(d, "state"))
        set_state(w, after);
    redress(w, c);
    return true;
}

bool drop_code(const writing& w, const change& c)
{
    const auto& f = w.before(c);
    if (!is_code(f.id.what))
        return false;
    const bool again = c.what == action::replace;
    if (f.id.what == kind::view_column) {
        // The view stays: only the words about its column and their grants go.
        if (!again) {
            const fact bare{.id = f.id, .attributes = {}};
            redress_column(w, &f, bare);
        }
        return true;
    }
    step s{.sql = "drop " + phrase(f), .object = describe(f.id)};
    const bool in_table = f.id.what == kind::trigger || f.id.what == kind::rule;
    if (f.id.what != kind::function && f.id.what != kind::aggregate && f.id.what != kind::event_trigger)
        s.lock = lock_class::access_exclusive;
    s.loses = again || in_table ? loss::none : loss::definition;
    w.to.push_back(std::move(s));
    return true;
}

} // namespace basekeeper::schema_diff
