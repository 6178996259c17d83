// Python: pydantic models of rows, typed dictionaries for what is written, literals for enums.
#include "features/types/generators.hpp"
#include "features/types/names.hpp"
#include "features/types/type_index.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <unordered_map>

namespace basekeeper::types {
namespace {

constexpr std::string_view imports = R"(from __future__ import annotations

import datetime
import uuid
from typing import (
    Annotated,
    Any,
    List,
    Literal,
    Optional,
    TypedDict,
)
from typing_extensions import NotRequired, TypeAlias

from pydantic import BaseModel, Field, JsonValue
)";

struct builtin
{
    std::string_view from;
    std::string_view to;
};

constexpr std::array builtins = {
    builtin{"bool", "bool"},
    builtin{"int2", "int"},
    builtin{"int4", "int"},
    builtin{"int8", "int"},
    builtin{"float4", "float"},
    builtin{"float8", "float"},
    builtin{"numeric", "float"},
    builtin{"bytea", "bytes"},
    builtin{"bpchar", "str"},
    builtin{"varchar", "str"},
    builtin{"string", "str"},
    builtin{"date", "datetime.date"},
    builtin{"text", "str"},
    builtin{"citext", "str"},
    builtin{"time", "datetime.time"},
    builtin{"timetz", "datetime.time"},
    builtin{"timestamp", "datetime.datetime"},
    builtin{"timestamptz", "datetime.datetime"},
    builtin{"uuid", "uuid.UUID"},
    builtin{"vector", "list[Any]"},
    builtin{"interval", "str"},
    builtin{"json", "JsonValue"},
    builtin{"jsonb", "JsonValue"},
    builtin{"int4range", "str"},
    builtin{"int4multirange", "str"},
    builtin{"int8range", "str"},
    builtin{"int8multirange", "str"},
    builtin{"numrange", "str"},
    builtin{"nummultirange", "str"},
    builtin{"tsrange", "str"},
    builtin{"tsmultirange", "str"},
    builtin{"tstzrange", "str"},
    builtin{"tstzmultirange", "str"},
    builtin{"daterange", "str"},
    builtin{"datemultirange", "str"},
    builtin{"void", "None"},
    builtin{"record", "dict[str, Any]"},
};

std::string class_name(std::string_view schema, std::string_view name)
{
    return pascal_case(schema) + pascal_case(name);
}

/// `Weird Col` → `weird_col`; characters in a row that are no letters make one underscore.
std::string attribute_name(std::string_view name)
{
    const auto words = words_of(name);
    std::string out;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const bool at_edge = i == 0 || i + 1 == words.size();
        if (words[i].empty() && !at_edge)
            continue;
        if (i > 0)
            out += '_';
        for (const char c : words[i])
            out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return out;
}

class python_types
{
public:
    explicit python_types(const catalogue& what) : index_(what)
    {
        for (const auto& t : what.types)
            by_name_.emplace(t.schema + "." + t.name, &t);
    }

    const type_index& index() const { return index_; }

    std::string name_of(std::string_view type, std::string_view schema) const
    {
        if (type.starts_with('_'))
            return fmt::format("List[{}]", name_of(type.substr(1), schema));
        const auto found = by_name_.find(fmt::format("{}.{}", schema, type));
        const auto* known = found == by_name_.end() ? nullptr : found->second;
        if (known == nullptr || known->labels.empty())
            if (const auto* simple = std::ranges::find(builtins, type, &builtin::from); simple != builtins.end())
                return std::string(simple->to);
        return known == nullptr ? "Any" : class_name(known->schema, known->name);
    }

    std::string name_of(const attribute& a) const
    {
        const auto* found = index_.by_id(a.type);
        return found == nullptr ? "Any" : name_of(found->name, found->schema);
    }

private:
    type_index index_;
    std::unordered_map<std::string, const type*> by_name_;
};

std::string optional(const std::string& type)
{
    return fmt::format("Optional[{}]", type);
}

std::string type_of(const python_types& types, const column& c)
{
    const auto name = types.name_of(c.type, c.type_schema);
    return c.nullable ? optional(name) : name;
}

std::string class_text(std::string_view name, std::string_view base, const std::vector<std::string>& lines)
{
    return fmt::format(
        "class {}({}):\n{}", name, base, lines.empty() ? "    pass" : fmt::format("{}", fmt::join(lines, "\n"))
    );
}

std::string model_line(std::string_view name, const std::string& type)
{
    return fmt::format("    {}: {} = Field(alias={})", attribute_name(name), type, json_string(name));
}

std::string model_text(const python_types& types, const relation& r)
{
    std::vector<std::string> lines;
    lines.reserve(r.columns.size());
    for (const auto& c : r.columns)
        lines.push_back(model_line(c.name, type_of(types, c)));
    return class_text(class_name(r.schema, r.name), "BaseModel", lines);
}

enum class operation
{
    insert,
    update
};

std::string dictionary_text(const python_types& types, const relation& r, operation what)
{
    std::vector<std::string> lines;
    for (const auto& c : r.columns) {
        const auto value = fmt::format("Annotated[{}, Field(alias={})]", type_of(types, c), json_string(c.name));
        const bool may_be_absent = what == operation::update || c.nullable || c.identity || c.has_default;
        lines.push_back(fmt::format(
            "    {}: {}", attribute_name(c.name), may_be_absent ? fmt::format("NotRequired[{}]", value) : value
        ));
    }
    const auto suffix = what == operation::insert ? "Insert" : "Update";
    return class_text(class_name(r.schema, r.name) + suffix, "TypedDict", lines);
}

std::string composite_text(const python_types& types, const type& t)
{
    std::vector<std::string> lines;
    lines.reserve(t.attributes.size());
    for (const auto& a : t.attributes)
        lines.push_back(model_line(a.name, optional(types.name_of(a))));
    return class_text(class_name(t.schema, t.name), "BaseModel", lines);
}

std::string enum_text(const type& t)
{
    std::vector<std::string> labels;
    labels.reserve(t.labels.size());
    for (const auto& label : t.labels)
        labels.push_back(json_string(label));
    return fmt::format("{}: TypeAlias = Literal[{}]", class_name(t.schema, t.name), fmt::join(labels, ", "));
}

} // namespace

std::string to_python(const catalogue& what)
{
    const python_types types(what);
    std::vector<std::string> enums;
    std::vector<std::string> tables;
    std::vector<std::string> views;
    std::vector<std::string> materialized_views;
    std::vector<std::string> composites;
    for (const auto& t : what.types) {
        // Enums of every schema: a column may use them, and they have no other place.
        if (!t.labels.empty())
            enums.push_back(enum_text(t));
        if (!t.attributes.empty() && types.index().generates(t.schema))
            composites.push_back(composite_text(types, t));
    }
    for (const auto& r : what.relations) {
        if (!types.index().generates(r.schema))
            continue;
        if (r.kind == relation_kind::table) {
            tables.push_back(model_text(types, r));
            for (const auto one : {operation::insert, operation::update})
                tables.push_back(dictionary_text(types, r, one));
        } else if (r.kind == relation_kind::view)
            views.push_back(model_text(types, r));
        else if (r.kind == relation_kind::materialized_view)
            materialized_views.push_back(model_text(types, r));
    }
    std::string out(imports);
    for (const auto& section : {enums, tables, views, materialized_views, composites})
        out += fmt::format("\n{}\n", fmt::join(section, "\n\n"));
    out.erase(out.find_last_not_of('\n') + 1);
    return out;
}

} // namespace basekeeper::types
