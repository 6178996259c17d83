// Swift: one enum per schema as its namespace, structs for what is read and written, enums for enums.
#include "base/text.hpp"
#include "features/types/generators.hpp"
#include "features/types/names.hpp"
#include "features/types/type_index.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace basekeeper::types {
namespace {

struct builtin
{
    std::string_view from;
    std::string_view to;
};

constexpr std::array builtins = {
    builtin{"bool", "Bool"},          builtin{"int2", "Int16"},      builtin{"int4", "Int32"},
    builtin{"int8", "Int64"},         builtin{"float4", "Float"},    builtin{"float8", "Double"},
    builtin{"numeric", "Decimal"},    builtin{"decimal", "Decimal"}, builtin{"uuid", "UUID"},
    builtin{"bytea", "String"},       builtin{"bpchar", "String"},   builtin{"varchar", "String"},
    builtin{"date", "String"},        builtin{"text", "String"},     builtin{"citext", "String"},
    builtin{"time", "String"},        builtin{"timetz", "String"},   builtin{"timestamp", "String"},
    builtin{"timestamptz", "String"}, builtin{"interval", "String"}, builtin{"vector", "String"},
    builtin{"json", "AnyJSON"},       builtin{"jsonb", "AnyJSON"},   builtin{"void", "Void"},
    builtin{"record", "JSONObject"},
};

constexpr std::array keywords = {"in", "default", "case"};

enum class operation
{
    select,
    insert,
    update
};

std::string capitalised(std::string_view name)
{
    return name.starts_with('_') ? "_" + pascal_case(name.substr(1)) : pascal_case(name);
}

/// `weird col` → `weirdCol`.
std::string property_name(std::string_view name)
{
    std::string out;
    const auto words = words_of(name);
    for (std::size_t i = 0; i < words.size(); ++i) {
        std::string word;
        for (const char c : words[i])
            word += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        out += i == 0 ? word : pascal_case(word);
    }
    return std::ranges::find(keywords, out) == keywords.end() ? out : "`" + out + "`";
}

std::string string_literal(std::string_view text)
{
    std::string out = "\"";
    while (!text.empty()) {
        const auto character = text.substr(0, std::max<std::size_t>(1, utf8_sequence_length(text)));
        text.remove_prefix(character.size());
        const char c = character.front();
        if (c == '\\' || c == '"')
            (out += '\\') += c;
        else if (c == '\t' || c == '\n' || c == '\r')
            out += c == '\t' ? "\\t" : c == '\n' ? "\\n" : "\\r";
        else if (character.size() == 1 && (static_cast<unsigned char>(c) < 0x20 || c == 0x7F))
            out += fmt::format("\\u{{{:x}}}", static_cast<unsigned>(c));
        else if (character == "\u2028" || character == "\u2029")
            out += character == "\u2028" ? "\\u{2028}" : "\\u{2029}";
        else
            out += character;
    }
    return out + '"';
}

std::string type_name(const type_index& index, std::string_view name)
{
    if (const auto* known = std::ranges::find(builtins, name, &builtin::from); known != builtins.end())
        return std::string(known->to);
    if (name.starts_with('_'))
        return fmt::format("[{}]", type_name(index, name.substr(1)));
    if (index.enum_named(name) != nullptr)
        return capitalised(name);
    // Anything else with a name is taken for a row, as the reference generator does.
    return index.has_type(name) ? capitalised(name) + "Select" : "AnyJSON";
}

struct property
{
    std::string name;
    std::string type;
    std::string raw_name;
};

bool may_be_nil(const column& c, operation what)
{
    if (what == operation::update)
        return true;
    return c.nullable || (what == operation::insert && (c.identity || c.has_default));
}

/// Writes lines, two spaces deeper for each level.
class writer
{
public:
    void line(std::size_t level, std::string_view words)
    {
        if (!out_.empty())
            out_ += '\n';
        out_.append(level * 2, ' ').append(words);
    }

    void write_enum(std::size_t level, const std::string& head, const std::vector<property>& cases)
    {
        line(level, fmt::format("internal enum {} {{", head));
        for (const auto& c : cases)
            line(level + 1, fmt::format("case {} = {}", c.name, string_literal(c.raw_name)));
        line(level, "}");
    }

    void write_struct(const std::string& name, const std::vector<property>& all, const property* identity)
    {
        line(
            1,
            fmt::format(
                "internal struct {}: Codable, Hashable, Sendable{} {{",
                name,
                identity == nullptr ? "" : ", Identifiable"
            )
        );
        if (identity != nullptr && identity->name != "id")
            line(2, fmt::format("internal var id: {} {{ {} }}", identity->type, identity->name));
        for (const auto& p : all)
            line(2, fmt::format("internal let {}: {}", p.name, p.type));
        if (!all.empty())
            write_enum(2, "CodingKeys: String, CodingKey", all);
        line(1, "}");
    }

    std::string take() && { return std::move(out_); }

private:
    std::string out_;
};

void write_relation(writer& out, const type_index& index, const relation& r, operation what)
{
    std::vector<property> all;
    std::optional<std::size_t> identity;
    for (const auto& c : r.columns) {
        if (c.identity && !identity)
            identity = all.size();
        all.push_back({property_name(c.name), type_name(index, c.type) + (may_be_nil(c, what) ? "?" : ""), c.name});
    }
    const auto suffix = what == operation::select ? "Select" : what == operation::insert ? "Insert" : "Update";
    out.write_struct(capitalised(r.name) + suffix, all, identity ? &all[*identity] : nullptr);
}

void write_relations(writer& out, const type_index& index, std::string_view schema)
{
    for (const auto& r : index.of().relations)
        if (r.schema == schema && (r.kind == relation_kind::table || r.kind == relation_kind::foreign_table))
            for (const auto what : {operation::select, operation::insert, operation::update})
                write_relation(out, index, r, what);
    for (const auto& r : index.of().relations)
        if (r.schema == schema && (r.kind == relation_kind::view || r.kind == relation_kind::materialized_view))
            write_relation(out, index, r, operation::select);
}

void write_composite(writer& out, const type_index& index, const type& t)
{
    std::vector<property> all;
    for (const auto& a : t.attributes) {
        const auto* found = index.by_id(a.type);
        all.push_back({capitalised(a.name), found == nullptr ? "AnyJSON" : type_name(index, found->shown), a.name});
    }
    out.write_struct(capitalised(t.name), all, nullptr);
}

void write_schema(writer& out, const type_index& index, const std::string& schema)
{
    out.line(0, fmt::format("internal enum {}Schema {{", capitalised(schema)));
    for (const auto& t : index.of().types) {
        if (t.schema != schema || t.labels.empty())
            continue;
        std::vector<property> cases;
        cases.reserve(t.labels.size());
        for (const auto& label : t.labels)
            cases.push_back({property_name(label), {}, label});
        out.write_enum(1, capitalised(t.name) + ": String, Codable, Hashable, Sendable", cases);
    }
    write_relations(out, index, schema);
    for (const auto& t : index.of().types)
        if (t.schema == schema && !t.attributes.empty())
            write_composite(out, index, t);
    out.line(0, "}");
}

} // namespace

std::string to_swift(const catalogue& what)
{
    const type_index index(what);
    writer out;
    out.line(0, "import Foundation");
    out.line(0, "import Supabase");
    out.line(0, "");
    for (const auto& schema : what.schemas)
        write_schema(out, index, schema);
    return std::move(out).take();
}

std::string generate(const catalogue& what, language into)
{
    switch (into) {
    case language::typescript:
        return to_typescript(what);
    case language::go:
        return to_go(what);
    case language::swift:
        return to_swift(what);
    case language::python:
        break;
    }
    return to_python(what);
}

} // namespace basekeeper::types
