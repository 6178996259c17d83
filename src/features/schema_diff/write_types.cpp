// Statements for enums, composite types, ranges and domains.
#include "features/schema_diff/judgement.hpp"
#include "features/schema_diff/writing.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace basekeeper::schema_diff {
namespace {

constexpr std::string_view moved_suffix = "__replaced";

/// The name inside its quotes with a suffix, cut so that PostgreSQL does not.
std::string moved_name(std::string_view quoted)
{
    constexpr std::size_t longest = 63;
    const bool in_quotes = quoted.starts_with('"');
    auto bare = in_quotes ? quoted.substr(1, quoted.size() - 2) : quoted;
    if (bare.size() + moved_suffix.size() > longest) {
        auto cut = longest - moved_suffix.size();
        while (cut > 0 && (static_cast<unsigned char>(bare[cut]) & 0xC0U) == 0x80U)
            --cut;
        bare = bare.substr(0, cut);
        // Half of a doubled quote must not stay behind.
        const auto quotes = bare.size() - std::min(bare.size(), bare.find_last_not_of('"') + 1);
        if (quotes % 2 == 1)
            bare.remove_suffix(1);
    }
    return in_quotes ? fmt::format("\"{}{}\"", bare, moved_suffix) : fmt::format("{}{}", bare, moved_suffix);
}

std::string definition_of(const fact& f)
{
    const auto name = f.id.qualified();
    switch (f.id.what) {
    case kind::enum_type:
        return fmt::format("create type {} as enum ({})", name, joined(f.at("labels")));
    case kind::composite_type: {
        auto list = joined(f.at("attributes"));
        std::ranges::replace(list, '\x1e', ' ');
        return fmt::format("create type {} as ({})", name, list);
    }
    case kind::range_type:
        return fmt::format("create type {} as range ({})", name, f.at("definition"));
    default: {
        auto sql = fmt::format("create domain {} as {}", name, f.at("type"));
        if (f.has("collation"))
            sql.append(" collate ").append(f.at("collation"));
        if (f.has("default"))
            sql.append(" default ").append(f.at("default"));
        return sql + (f.has("not_null") ? " not null" : "");
    }
    }
}

void comment_attributes(const writing& w, const fact* before, const fact& after)
{
    const auto had = before == nullptr ? std::vector<std::string_view>{} : parts_of(before->at("attribute_comments"));
    const auto wanted = parts_of(after.at("attribute_comments"));
    const auto name_of = [](std::string_view each) { return each.substr(0, each.find('\x1e')); };
    const auto say = [&](std::string_view attribute, std::string_view text) {
        w.to.push_back(
            {.sql = fmt::format("comment on column {}.{} is {}", after.id.qualified(), attribute, text),
             .object = describe(after.id)}
        );
    };
    std::vector<std::string_view> there;
    for (const auto& each : parts_of(after.at("attributes")))
        there.push_back(name_of(each));
    for (const auto& each : had)
        if (std::ranges::find(wanted, name_of(each), name_of) == wanted.end() && holds(there, name_of(each)))
            say(name_of(each), "null");
    for (const auto& each : wanted)
        if (!holds(had, each))
            say(name_of(each), each.substr(each.find('\x1e') + 1));
}

void add_labels(const writing& w, const fact& before, const fact& after)
{
    const auto had = parts_of(before.at("labels"));
    std::string_view last;
    for (const auto& label : parts_of(after.at("labels"))) {
        if (!holds(had, label)) {
            auto sql = fmt::format("alter type {} add value {}", after.id.qualified(), label);
            sql += last.empty() ? (had.empty() ? std::string() : fmt::format(" before {}", had.front()))
                                : fmt::format(" after {}", last);
            w.to.push_back(
                {.sql = std::move(sql),
                 .object = describe(after.id),
                 .mode = transaction_mode::commit_after,
                 .note = "a label cannot be taken away again"}
            );
        }
        last = label;
    }
}

void change_attributes(const writing& w, const fact& before, const fact& after)
{
    const auto had = parts_of(before.at("attributes"));
    const auto wanted = parts_of(after.at("attributes"));
    for (const auto& each : had)
        if (!holds(wanted, each))
            w.to.push_back(
                {.sql = fmt::format(
                     "alter type {} drop attribute {}", after.id.qualified(), each.substr(0, each.find('\x1e'))
                 ),
                 .object = describe(after.id),
                 .lock = lock_class::access_exclusive,
                 .loses = loss::data,
                 .note = "the values of the attribute in columns of this type are lost"}
            );
    for (const auto& each : wanted)
        if (!holds(had, each)) {
            std::string attribute(each);
            std::ranges::replace(attribute, '\x1e', ' ');
            w.to.push_back(
                {.sql = fmt::format("alter type {} add attribute {}", after.id.qualified(), attribute),
                 .object = describe(after.id),
                 .lock = lock_class::access_exclusive}
            );
        }
}

void change_domain(const writing& w, const fact& before, const fact& after)
{
    const auto alter = [&](const std::string& what, row_work work) {
        w.to.push_back(
            {.sql = fmt::format("alter domain {} {}", after.id.qualified(), what),
             .object = describe(after.id),
             .lock = work == row_work::none ? lock_class::none : lock_class::share,
             .work = work}
        );
    };
    if (before.at("default") != after.at("default"))
        alter(
            after.has("default") ? fmt::format("set default {}", after.at("default")) : "drop default", row_work::none
        );
    if (before.at("not_null") != after.at("not_null"))
        alter(
            after.has("not_null") ? "set not null" : "drop not null",
            after.has("not_null") ? row_work::scan : row_work::none
        );
}

} // namespace

bool create_type(const writing& w, const change& c)
{
    const auto& f = w.after(c);
    switch (f.id.what) {
    case kind::domain_constraint:
        w.to.push_back(
            {.sql =
                 fmt::format("alter domain {} add constraint {} {}", f.id.qualified(), f.id.part, f.at("definition")),
             .object = describe(f.id),
             .lock = lock_class::share,
             .work = f.at("definition").ends_with("NOT VALID") ? row_work::none : row_work::scan}
        );
        dress(w, f);
        return true;
    case kind::enum_type:
    case kind::composite_type:
    case kind::range_type:
    case kind::domain:
        w.to.push_back({.sql = definition_of(f), .object = describe(f.id)});
        dress(w, f);
        if (f.id.what == kind::composite_type)
            comment_attributes(w, nullptr, f);
        return true;
    default:
        return false;
    }
}

bool alter_type(const writing& w, const change& c)
{
    const auto& before = w.before(c);
    const auto& after = w.after(c);
    switch (after.id.what) {
    case kind::enum_type:
        add_labels(w, before, after);
        break;
    case kind::composite_type:
        change_attributes(w, before, after);
        comment_attributes(w, &before, after);
        break;
    case kind::range_type:
        break;
    case kind::domain:
        change_domain(w, before, after);
        break;
    case kind::domain_constraint:
        if (before.at("definition") != after.at("definition"))
            w.to.push_back(
                {.sql = fmt::format("alter domain {} validate constraint {}", after.id.qualified(), after.id.part),
                 .object = describe(after.id),
                 .lock = lock_class::share_update_exclusive,
                 .work = row_work::scan}
            );
        break;
    default:
        return false;
    }
    redress(w, c);
    return true;
}

void move_type_away(const writing& w, const change& c)
{
    const auto& f = w.before(c);
    const auto object = describe(f.id);
    const auto rename = [&](std::string_view word, std::string_view what, std::string_view name) {
        w.to.push_back({.sql = fmt::format("alter {} {} rename to {}", word, what, moved_name(name)), .object = object}
        );
    };
    if (const auto many = f.at("_multirange"); !many.empty()) {
        // The constructors do not follow the name of their type.
        const auto dot = many.starts_with('"') ? many.find("\".") + 1 : many.find('.');
        const auto many_name = many.substr(dot + 1);
        const auto one = f.id.qualified();
        const auto of = f.at("_subtype");
        rename("function", fmt::format("{0}({1}, {1})", one, of), f.id.name);
        rename("function", fmt::format("{0}({1}, {1}, text)", one, of), f.id.name);
        rename("function", fmt::format("{}()", many), many_name);
        rename("function", fmt::format("{}({})", many, one), many_name);
        rename("function", fmt::format("{}({}[])", many, one), many_name);
        rename("type", many, many_name);
    }
    rename(f.id.what == kind::domain ? "domain" : "type", f.id.qualified(), f.id.name);
}

void drop_moved_type(const writing& w, const change& c)
{
    const auto& f = w.before(c);
    const std::string_view word = f.id.what == kind::domain ? "domain" : "type";
    w.to.push_back(
        {.sql = fmt::format("drop {} {}.{}", word, f.id.schema, moved_name(f.id.name)), .object = describe(f.id)}
    );
}

} // namespace basekeeper::schema_diff
