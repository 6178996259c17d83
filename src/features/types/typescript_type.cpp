// From types of PostgreSQL to types of TypeScript, and from these to text.
#include "features/types/typescript_type.hpp"

#include "features/types/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace basekeeper::types {
namespace {

using kind = typescript_type::kind;

struct builtin
{
    std::string_view from;
    std::string_view to;
};

constexpr std::array builtins = {
    builtin{"bool", "boolean"},     builtin{"int2", "number"},        builtin{"int4", "number"},
    builtin{"int8", "number"},      builtin{"float4", "number"},      builtin{"float8", "number"},
    builtin{"numeric", "number"},   builtin{"bytea", "string"},       builtin{"bpchar", "string"},
    builtin{"varchar", "string"},   builtin{"date", "string"},        builtin{"text", "string"},
    builtin{"citext", "string"},    builtin{"time", "string"},        builtin{"timetz", "string"},
    builtin{"timestamp", "string"}, builtin{"timestamptz", "string"}, builtin{"uuid", "string"},
    builtin{"vector", "string"},    builtin{"interval", "string"},    builtin{"json", "Json"},
    builtin{"jsonb", "Json"},       builtin{"void", "undefined"},
};

typescript_type one_of(std::vector<typescript_type> items)
{
    if (items.size() == 1)
        return std::move(items.front());
    return {.is = kind::any_of, .items = std::move(items)};
}

typescript_type array_of(typescript_type item)
{
    typescript_type out{.is = kind::array};
    out.items.push_back(std::move(item));
    return out;
}

/// `Database["public"]["Enums"]["mood"]`.
std::string reference(std::string_view schema, std::string_view group, std::string_view name)
{
    return fmt::format("Database[{}][\"{}\"][{}]", quoted(schema), group, quoted(name));
}

typescript_type user_type(const type_index& index, std::string_view name, std::string_view schema)
{
    if (const auto* found = index.enum_named(name, schema)) {
        if (index.generates(found->schema))
            return plain_type(reference(found->schema, "Enums", found->name));
        std::vector<typescript_type> labels;
        labels.reserve(found->labels.size());
        for (const auto& label : found->labels)
            labels.push_back(plain_type(quoted(label)));
        return one_of(std::move(labels));
    }
    if (const auto* found = index.composite_named(name, schema))
        return plain_type(
            index.generates(found->schema) ? reference(found->schema, "CompositeTypes", found->name) : "unknown"
        );
    if (const auto* found = index.relation_named(name, schema); found != nullptr && index.generates(found->schema)) {
        const bool is_table = found->kind == relation_kind::table || found->kind == relation_kind::foreign_table;
        return plain_type(reference(found->schema, is_table ? "Tables" : "Views", found->name) + "[\"Row\"]");
    }
    return plain_type("unknown");
}

document member_separator()
{
    return sequence({choice(text(""), text(";")), line()});
}

document object_document(const typescript_type& type)
{
    if (type.members.empty())
        return text("{}");
    const bool tall = type.is == kind::tall;
    std::vector<document> members;
    members.reserve(type.members.size());
    for (const auto& m : type.members)
        members.push_back(to_document(m));
    auto edge = tall ? hard_line() : line();
    return group({
        text("{"),
        indented({edge, joined(std::move(members), tall ? hard_line() : member_separator())}),
        edge,
        text("}"),
    });
}

/// `{ … } | null` keeps its braces where an object alone would have them.
bool hugs(const typescript_type& type)
{
    const auto is_object = [](const auto& t) { return t.is == kind::object || t.is == kind::tall; };
    const auto is_null = [](const auto& t) { return t.is == kind::plain && t.text == "null"; };
    return std::ranges::count_if(type.items, is_object) == 1 &&
           std::ranges::count_if(type.items, is_null) + 1 == std::ssize(type.items);
}

/// The alternatives, each behind a bar where they stand on lines of their own; `edge` is the new line before the first.
document alternatives(const typescript_type& type, document edge)
{
    std::vector<document> items;
    items.reserve(type.items.size());
    for (const auto& item : type.items)
        items.push_back(indented({to_document(item)}));
    return indented({
        choice(sequence({std::move(edge), text("| ")}), text("")),
        joined(std::move(items), sequence({line(), text("| ")})),
    });
}

document union_document(const typescript_type& type)
{
    if (!hugs(type))
        return group({alternatives(type, line())});
    std::vector<document> items;
    items.reserve(type.items.size());
    for (const auto& item : type.items)
        items.push_back(to_document(item));
    return joined(std::move(items), text(" | "));
}

document array_document(const typescript_type& item)
{
    if (item.is != kind::any_of)
        return sequence({to_document(item), text("[]")});
    return sequence({text("("), group({alternatives(item, soft_line()), soft_line()}), text(")[]")});
}

} // namespace

typescript_type plain_type(std::string text)
{
    return {.text = std::move(text)};
}

typescript_type object_type(typescript_type::kind is, std::vector<typescript_member> members)
{
    return {.is = is, .members = std::move(members)};
}

typescript_type type_of(const type_index& index, std::string_view name, std::string_view schema)
{
    if (const auto* known = std::ranges::find(builtins, name, &builtin::from); known != builtins.end())
        return plain_type(std::string(known->to));
    if (name == "record")
        return {.is = kind::record};
    if (name.starts_with('_'))
        return array_of(type_of(index, name.substr(1), schema));
    return user_type(index, name, schema);
}

typescript_type type_of(const type_index& index, pg::oid id)
{
    const auto* found = index.by_id(id);
    return found == nullptr ? plain_type("unknown") : type_of(index, found->name, found->schema);
}

typescript_type with_nullness(typescript_type type, nullness null)
{
    const bool is_plain = type.is == kind::plain;
    if (is_plain && type.text == "Json" && null == nullness::never_null)
        return plain_type("NonNullable<Json>");
    if (null == nullness::never_null || (is_plain && type.text == "unknown"))
        return type;
    std::vector<typescript_type> items;
    if (type.is == kind::any_of)
        items = std::move(type.items);
    else
        items.push_back(std::move(type));
    items.push_back(plain_type("null"));
    return one_of(std::move(items));
}

typescript_type with_brackets(typescript_type type)
{
    if (type.is != kind::any_of && type.is != kind::both_of)
        return array_of(std::move(type));
    type.items.back() = array_of(std::move(type.items.back()));
    return type;
}

std::string quoted(std::string_view text)
{
    auto doubled = json_string(text);
    if (std::ranges::count(text, '"') <= std::ranges::count(text, '\''))
        return doubled;
    std::string out = "'";
    for (std::size_t i = 1; i + 1 < doubled.size(); ++i) {
        const char c = doubled[i];
        if (c == '\'')
            out += "\\'";
        else if (c != '\\')
            out += c;
        else if (const char escaped = doubled[++i]; escaped == '"')
            out += escaped;
        else
            out.append({c, escaped});
    }
    return out + "'";
}

std::string member_name(std::string_view name)
{
    return is_identifier(name) ? std::string(name) : quoted(name);
}

document to_document(const typescript_member& member)
{
    return sequence({
        text(member_name(member.name) + (member.may_be_absent ? "?: " : ": ")),
        to_document(member.type),
    });
}

document to_document(const typescript_type& type)
{
    switch (type.is) {
    case kind::record:
        return sequence({
            text("Record<"),
            group({indented({soft_line(), text("string,"), line(), text("unknown")}), soft_line()}),
            text(">"),
        });
    case kind::array:
        return array_document(type.items.front());
    case kind::any_of:
        return union_document(type);
    case kind::object:
    case kind::tall:
        return object_document(type);
    case kind::both_of:
        return sequence({to_document(type.items[0]), text(" & "), to_document(type.items[1])});
    case kind::plain:
        break;
    }
    return text(type.text);
}

document list_of_strings(const std::vector<std::string>& items)
{
    if (items.empty())
        return text("[]");
    std::vector<document> strings;
    strings.reserve(items.size());
    for (const auto& item : items)
        strings.push_back(text(quoted(item)));
    return group({
        text("["),
        indented({soft_line(), joined(std::move(strings), sequence({text(","), line()}))}),
        choice(text(","), text("")),
        soft_line(),
        text("]"),
    });
}

} // namespace basekeeper::types
