// Go: one struct per relation and operation, fields aligned as gofmt does, names kept in tags.
#include "features/types/generators.hpp"
#include "features/types/names.hpp"
#include "features/types/type_index.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace basekeeper::types {
namespace {

struct go_type
{
    std::string_view from;
    std::string_view to;
    std::string_view nullable;
};

constexpr std::string_view anything = "interface{}";
constexpr std::string_view any_object = "map[string]interface{}";

constexpr std::array builtins = {
    go_type{"bool", "bool", "*bool"},
    go_type{"int2", "int16", "*int16"},
    go_type{"int4", "int32", "*int32"},
    go_type{"int8", "int64", "*int64"},
    go_type{"float4", "float32", "*float32"},
    go_type{"float8", "float64", "*float64"},
    go_type{"numeric", "float64", "*float64"},
    go_type{"bytea", "[]byte", "[]byte"},
    go_type{"json", anything, anything},
    go_type{"jsonb", anything, anything},
    go_type{"void", anything, anything},
    go_type{"record", any_object, any_object},
};

constexpr std::array strings = {
    "bpchar",    "varchar",        "date",        "text",           "citext",         "time",
    "timetz",    "timestamp",      "timestamptz", "interval",       "uuid",           "vector",
    "int4range", "int4multirange", "int8range",   "int8multirange", "numrange",       "nummultirange",
    "tsrange",   "tsmultirange",   "tstzrange",   "daterange",      "datemultirange", "tstzmultirange",
};

enum class operation
{
    select,
    insert,
    update
};

enum class nil
{
    never,
    possible
};

/// Without an index only built-in types are known.
std::string type_name(std::string_view name, nil value, const type_index* index)
{
    const std::string_view string_type = value == nil::possible ? "*string" : "string";
    if (index != nullptr && index->enum_named(name) != nullptr)
        return std::string(string_type);
    if (const auto* known = std::ranges::find(builtins, name, &go_type::from); known != builtins.end())
        return std::string(value == nil::possible ? known->nullable : known->to);
    if (std::ranges::find(strings, name) != strings.end())
        return std::string(string_type);
    if (index != nullptr && index->composite_named(name) != nullptr)
        return std::string(any_object);
    if (name.starts_with('_'))
        return fmt::format("[]{} ", type_name(name.substr(1), value, index));
    return std::string(anything);
}

/// `json:"name"` between backticks, or as a string in a string where the name has one.
std::string tag_for(std::string_view name)
{
    const auto tag = "json:" + json_string(name);
    return tag.contains('`') ? json_string(tag) : "`" + tag + "`";
}

struct field
{
    std::string name;
    std::string type;
    std::string tag;
};

std::string struct_text(const std::string& name, const std::vector<field>& fields)
{
    std::size_t name_width = 0;
    std::size_t type_width = 0;
    for (const auto& f : fields) {
        name_width = std::max(name_width, f.name.size());
        type_width = std::max(type_width, f.type.size());
    }
    std::vector<std::string> lines;
    lines.reserve(fields.size());
    for (const auto& f : fields)
        lines.push_back(fmt::format("  {:<{}} {:<{}} {}", f.name, name_width, f.type, type_width, f.tag));
    return fmt::format("type {} struct {{\n{}\n}}", name, fmt::join(lines, "\n"));
}

nil value_of(const column& c, operation what)
{
    const bool may_be_left_out = what == operation::insert && (c.identity || c.has_default);
    return what == operation::update || c.nullable || may_be_left_out ? nil::possible : nil::never;
}

std::string relation_text(const type_index& index, const relation& r, operation what)
{
    std::vector<field> fields;
    fields.reserve(r.columns.size());
    for (const auto& c : r.columns)
        fields.push_back({pascal_case(c.name), type_name(c.type, value_of(c, what), &index), tag_for(c.name)});
    const auto suffix = what == operation::select ? "Select" : what == operation::insert ? "Insert" : "Update";
    return struct_text(pascal_case(r.schema) + pascal_case(r.name) + suffix, fields);
}

/// The reference generator looks attributes up by the name that people see, so that `integer` is unknown to it.
std::string composite_text(const type_index& index, const type& t)
{
    std::vector<field> fields;
    for (const auto& a : t.attributes) {
        const auto* found = index.by_id(a.type);
        auto name = found == nullptr ? std::string(anything) : type_name(found->shown, nil::never, nullptr);
        fields.push_back({pascal_case(a.name), std::move(name), tag_for(a.name)});
    }
    return struct_text(pascal_case(t.schema) + pascal_case(t.name), fields);
}

} // namespace

std::string to_go(const catalogue& what)
{
    const type_index index(what);
    std::vector<std::string> tables;
    std::vector<std::string> views;
    std::vector<std::string> materialized_views;
    std::vector<std::string> composites;
    for (const auto& r : what.relations) {
        if (!index.generates(r.schema))
            continue;
        if (r.kind == relation_kind::table)
            for (const auto one : {operation::select, operation::insert, operation::update})
                tables.push_back(relation_text(index, r, one));
        else if (r.kind == relation_kind::view)
            views.push_back(relation_text(index, r, operation::select));
        else if (r.kind == relation_kind::materialized_view)
            materialized_views.push_back(relation_text(index, r, operation::select));
    }
    for (const auto& t : what.types)
        if (!t.attributes.empty() && index.generates(t.schema))
            composites.push_back(composite_text(index, t));
    auto out = fmt::format(
        "package database\n\n{}\n\n{}\n\n{}\n\n{}",
        fmt::join(tables, "\n\n"),
        fmt::join(views, "\n\n"),
        fmt::join(materialized_views, "\n\n"),
        fmt::join(composites, "\n\n")
    );
    out.erase(out.find_last_not_of('\n') + 1);
    return out;
}

} // namespace basekeeper::types
