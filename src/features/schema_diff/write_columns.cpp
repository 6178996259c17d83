// Statements for columns and their defaults.
#include "features/schema_diff/write_columns.hpp"

#include "features/schema_diff/judgement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace basekeeper::schema_diff {
namespace {

template <std::size_t Size>
bool is_one_of(std::string_view name, const std::array<std::string_view, Size>& names)
{
    return std::ranges::find(names, name) != names.end();
}

constexpr std::array<std::string_view, 4> text_types{"text", "character varying", "character", "name"};
constexpr std::array<std::string_view, 3> whole_numbers{"smallint", "integer", "bigint"};
constexpr std::array<std::string_view, 3> fractions{"numeric", "double precision", "real"};
constexpr std::array<std::string_view, 2> moments{"timestamp without time zone", "timestamp with time zone"};

/// The digits in `numeric(10,2)`: before the point and after it; nothing when it is not limited.
struct precision
{
    int whole = 0;
    int scale = 0;
    bool limited = false;
};

precision precision_of(std::string_view type)
{
    precision out;
    const auto open = type.find('(');
    if (open == std::string_view::npos)
        return out;
    out.limited = true;
    int* into = &out.whole;
    for (const char c : type.substr(open + 1)) {
        if (c == ',')
            into = &out.scale;
        else if (c >= '0' && c <= '9')
            *into = *into * 10 + (c - '0');
        else
            break;
    }
    return out;
}

bool rounds(const fact& before, const fact& after)
{
    const auto from = before.at("_base");
    const auto to = after.at("_base");
    if (is_one_of(from, fractions) && is_one_of(to, whole_numbers))
        return true;
    if (is_one_of(from, moments) && (to == "date" || to.starts_with("time without")))
        return true;
    if (from == "double precision" && to == "real")
        return true;
    if (to != "numeric" || !is_one_of(from, fractions))
        return false;
    const auto wanted = precision_of(after.at("type"));
    const auto had = precision_of(before.at("type"));
    return wanted.limited && (!had.limited || wanted.scale < had.scale);
}

/// True when the bytes on disk stay as they are.
bool same_bytes(const fact& before, const fact& after)
{
    const auto from = before.at("_base");
    const auto to = after.at("_base");
    const auto had = precision_of(before.at("type"));
    const auto wanted = precision_of(after.at("type"));
    if (to == "text" && (from == "character varying" || from == "text"))
        return true;
    if (to == "character varying" && (from == "text" || from == to))
        return !wanted.limited || (from == to && had.limited && wanted.whole >= had.whole);
    if (from == to && to == "numeric")
        return !wanted.limited || (had.limited && wanted.scale == had.scale && wanted.whole >= had.whole);
    return from == "cidr" && to == "inet";
}

std::string conversion(const writing& w, const fact& before, const fact& after)
{
    const auto from = before.at("_base");
    const auto to = after.at("_base");
    const auto type = after.at("type");
    if (before.at("type") == type && before.at("collation") == after.at("collation"))
        return fmt::format(" using {}::text::{}", after.id.part, type);
    if (from == to || is_one_of(to, text_types))
        return {};
    if (is_one_of(from, text_types))
        return fmt::format(" using {}::{}", after.id.part, type);
    const auto& casts = w.of.before().casts;
    const auto known = casts.find(fmt::format("{}>{}", from, to));
    if (known == casts.end())
        return fmt::format(" using {}::text::{}", after.id.part, type);
    return known->second ? std::string() : fmt::format(" using {}::{}", after.id.part, type);
}

void write_retype(const writing& w, const fact& before, const fact& after)
{
    auto sql =
        fmt::format("alter table {} alter column {} type {}", after.id.qualified(), after.id.part, after.at("type"));
    if (after.has("collation"))
        sql.append(" collate ").append(after.at("collation"));
    sql += conversion(w, before, after);
    step s{.sql = std::move(sql), .object = describe(after.id), .lock = lock_class::access_exclusive};
    const bool same_type = before.at("type") == after.at("type");
    s.work = !same_type && same_bytes(before, after) ? row_work::none : row_work::rewrite;
    if (rounds(before, after)) {
        s.loses = loss::data;
        s.note = "values are rounded or cut";
    } else if (s.work == row_work::rewrite)
        s.note = "fails when a value does not fit the new type";
    w.to.push_back(std::move(s));
}

/// The number behind a word of `minvalue 1 maxvalue 9 …`.
std::int64_t number_after(std::string_view options, std::string_view word)
{
    const auto at = options.find(word);
    std::int64_t out = 0;
    if (at != std::string_view::npos)
        std::from_chars(options.data() + at + word.size(), options.data() + options.size(), out);
    return out;
}

/// One ALTER COLUMN with what it needs.
struct column_writer
{
    const writing& w;
    const fact& f;

    void operator()(std::string_view what, step like = {}) const
    {
        like.sql = fmt::format("alter table only {} alter column {} {}", f.id.qualified(), f.id.part, what);
        like.object = describe(f.id);
        if (like.lock == lock_class::none)
            like.lock = lock_class::access_exclusive;
        w.to.push_back(std::move(like));
    }
};

void write_not_null(const writing& w, const fact& f)
{
    // Not ONLY: what inherits the column must agree.
    w.to.push_back(
        {.sql = fmt::format(
             "alter table {} alter column {} {} not null",
             f.id.qualified(),
             f.id.part,
             f.has("not_null") ? "set" : "drop"
         ),
         .object = describe(f.id),
         .lock = lock_class::access_exclusive,
         .work = f.has("not_null") ? row_work::scan : row_work::none,
         .note = f.has("not_null") ? "fails when a row holds NULL; a valid CHECK (… IS NOT NULL) spares the scan" : ""}
    );
}

std::string identity_sequence_changes(std::string_view options)
{
    // `start with 1 increment by 2 …`: each option has two words and a value, but the last, which has one or two.
    std::string out;
    for (const std::string_view word : {"start with ", "increment by ", "minvalue ", "maxvalue ", "cache "}) {
        const auto at = options.find(word);
        const auto end = options.find(' ', at + word.size());
        out += fmt::format("set {} ", options.substr(at, end - at));
    }
    return out + (options.ends_with("no cycle") ? "set no cycle" : "set cycle");
}

void write_identity(const writing& w, const fact& before, const fact& after)
{
    const column_writer alter{w, after};
    if (!after.has("identity")) {
        alter("drop identity");
        return;
    }
    if (!before.has("identity")) {
        alter(fmt::format("add generated {} as identity ({})", after.at("identity"), after.at("identity_sequence")));
        return;
    }
    std::string what;
    if (before.at("identity") != after.at("identity"))
        what = fmt::format("set generated {}", after.at("identity"));
    if (const auto options = after.at("identity_sequence"); before.at("identity_sequence") != options)
        what.append(what.empty() ? "" : " ")
            .append(identity_sequence_changes(options))
            .append(restart_if_outside(before.at("_last_value"), options, "restart"));
    alter(what);
}

void write_settings(const writing& w, const fact* before, const fact& after)
{
    const column_writer alter{w, after};
    const auto old = [&](std::string_view name) { return before == nullptr ? std::string_view() : before->at(name); };
    if (old("storage") != after.at("storage"))
        alter(fmt::format("set storage {}", after.has("storage") ? after.at("storage") : after.at("_storage")));
    if (before != nullptr && old("compression") != after.at("compression"))
        alter(fmt::format("set compression {}", after.has("compression") ? after.at("compression") : "default"));
    if (old("statistics") != after.at("statistics"))
        alter(
            fmt::format("set statistics {}", after.has("statistics") ? after.at("statistics") : "-1"),
            {.lock = lock_class::share_update_exclusive}
        );
    const auto had = parts_of(old("options"));
    const auto wanted = parts_of(after.at("options"));
    const auto name_of = [](std::string_view option) { return option.substr(0, option.find('=')); };
    for (const auto& option : had)
        if (std::ranges::find(wanted, name_of(option), name_of) == wanted.end())
            alter(fmt::format("reset ({})", name_of(option)), {.lock = lock_class::share_update_exclusive});
    if (!wanted.empty() && old("options") != after.at("options"))
        alter(fmt::format("set ({})", joined(after.at("options"))), {.lock = lock_class::share_update_exclusive});
}

} // namespace

std::string restart_if_outside(std::string_view last_value, std::string_view options, std::string_view word)
{
    const auto last = number_after(last_value, "");
    const bool outside = last < number_after(options, "minvalue ") || last > number_after(options, "maxvalue ");
    return outside ? fmt::format(" {}", word) : std::string();
}

std::string column_definition(const fact& column, std::string_view default_expression)
{
    auto sql = fmt::format("{} {}", column.id.part, column.at("type"));
    if (column.has("compression"))
        sql.append(" compression ").append(column.at("compression"));
    if (column.has("collation"))
        sql.append(" collate ").append(column.at("collation"));
    if (column.has("generated"))
        sql += fmt::format(" generated always as ({}) stored", column.at("generated"));
    else if (column.has("identity"))
        sql += fmt::format(" generated {} as identity ({})", column.at("identity"), column.at("identity_sequence"));
    else if (!default_expression.empty())
        sql.append(" default ").append(default_expression);
    return sql + (column.has("not_null") ? " not null" : "");
}

void dress_column(const writing& w, const fact& column)
{
    write_settings(w, nullptr, column);
    redress_column(w, nullptr, column);
}

void create_column(const writing& w, const fact& f, std::string_view default_expression)
{
    step s{
        .sql = fmt::format("alter table {} add column {}", f.id.qualified(), column_definition(f, default_expression)),
        .object = describe(f.id),
        .lock = lock_class::access_exclusive
    };
    if (f.has("generated") || f.has("identity"))
        s.work = row_work::rewrite;
    else if (!default_expression.empty())
        s.note = "rewrites the table when the default is volatile";
    else if (f.has("not_null"))
        s.note = "fails when the table holds rows: there is no default";
    w.to.push_back(std::move(s));
    dress_column(w, f);
}

void alter_column(const writing& w, const change& c)
{
    const auto& before = w.before(c);
    const auto& after = w.after(c);
    const auto d = differences(before, after, w.of.rules());
    const auto differs = [&](std::string_view name) { return holds(d, name); };
    if (differs("generated"))
        column_writer{w, after}("drop expression");
    if (differs("identity") && !after.has("identity"))
        write_identity(w, before, after);
    const bool by_parent = after.has("_inherited") && before.has("_inherited");
    if (c.retyped && !by_parent)
        write_retype(w, before, after);
    if (differs("not_null"))
        write_not_null(w, after);
    if (after.has("identity") && (differs("identity") || differs("identity_sequence")))
        write_identity(w, before, after);
    write_settings(w, &before, after);
    redress_column(w, &before, after);
}

void drop_column(const writing& w, const change& c)
{
    const auto& f = w.before(c);
    const bool derived = f.has("generated");
    w.to.push_back(
        {.sql = fmt::format("alter table {} drop column {}", f.id.qualified(), f.id.part),
         .object = describe(f.id),
         .lock = lock_class::access_exclusive,
         .loses = derived ? loss::none : loss::data,
         .note = derived ? "its values are computed" : "the values of the column are lost"}
    );
}

void write_default(const writing& w, const fact& f, std::string_view expression)
{
    const auto what = expression.empty() ? std::string("drop default") : fmt::format("set default {}", expression);
    w.to.push_back(
        {.sql = fmt::format("alter table only {} alter column {} {}", f.id.qualified(), f.id.part, what),
         .object = describe(f.id),
         .lock = lock_class::access_exclusive}
    );
}

} // namespace basekeeper::schema_diff
