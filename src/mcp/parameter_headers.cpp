// Finding annotated properties in a schema and comparing headers with arguments.
#include "mcp/parameter_headers.hpp"

#include "json/text.hpp"
#include "mcp/header_value.hpp"
#include "mcp/tool.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace basekeeper::mcp {
namespace {

using boost::json::object;
using boost::json::value;

constexpr std::string_view header_prefix = "Mcp-Param-";

/// RFC 9110 section 5.6.2.
bool is_token(std::string_view s)
{
    return !s.empty() && std::ranges::all_of(s, [](char c) {
        const bool letter_or_digit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        return letter_or_digit || std::string_view("!#$%&'*+-.^_`|~").contains(c);
    });
}

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_in_any_case(std::string_view a, std::string_view b)
{
    return std::ranges::equal(a, b, {}, lower, lower);
}

std::optional<parameter_type> type_of(const object& property)
{
    const auto* type = property.if_contains("type");
    if (type == nullptr || !type->is_string())
        return std::nullopt;
    const std::string_view name = type->get_string();
    if (name == "string")
        return parameter_type::text;
    if (name == "integer")
        return parameter_type::integer;
    return name == "boolean" ? std::optional(parameter_type::boolean) : std::nullopt;
}

/// Keywords whose values are data, not schemas.
bool holds_data(std::string_view keyword)
{
    return keyword == "const" || keyword == "enum" || keyword == "default" || keyword == "examples";
}

/// True when an annotation stands anywhere in a schema.
bool is_annotated(const value& schema)
{
    if (schema.is_array())
        return std::ranges::any_of(schema.get_array(), is_annotated);
    if (!schema.is_object())
        return false;
    return std::ranges::any_of(schema.get_object(), [](const auto& member) {
        const std::string_view key = member.key();
        if (holds_data(key))
            return false;
        return (key == header_annotation && member.value().is_string()) || is_annotated(member.value());
    });
}

class annotations
{
public:
    result<> visit(const object& schema)
    {
        for (const auto& [key, inner] : schema) {
            if (key == header_annotation)
                TRY(add(inner, schema));
            else if (key == "properties" && inner.is_object())
                TRY(visit_properties(inner.get_object()));
            else if (!holds_data(key) && is_annotated(inner))
                return refused(fmt::format("it stands below {}, where only properties may lead to it", std::string(key))
                );
        }
        return {};
    }

    std::vector<parameter_header> found;

private:
    result<> visit_properties(const object& properties)
    {
        for (const auto& [name, property] : properties) {
            path_.emplace_back(name);
            if (property.is_object())
                TRY(visit(property.get_object()));
            path_.pop_back();
        }
        return {};
    }

    result<> add(const value& annotation, const object& property)
    {
        if (!annotation.is_string() || !is_token(annotation.get_string()))
            return refused("its value is not the name of a header");
        if (path_.empty())
            return refused("the arguments as a whole have no header");
        const auto type = type_of(property);
        if (!type)
            return refused("the type is not string, integer or boolean");
        auto name = std::string(header_prefix).append(annotation.get_string());
        if (std::ranges::any_of(found, [&](const auto& other) { return same_in_any_case(other.name, name); }))
            return refused(fmt::format("another property has the header {}", name));
        found.push_back({std::move(name), path_, *type});
        return {};
    }

    std::unexpected<error> refused(std::string why) const
    {
        return fail(
            condition::invalid_argument,
            fmt::format("{} of \"{}\" is not allowed: {}", header_annotation, fmt::join(path_, "."), why),
            "correct the input schema of the tool: clients leave such a tool out"
        );
    }

    std::vector<std::string> path_;
};

/// Null when the value is absent or null.
const value* argument_at(const object& arguments, const std::vector<std::string>& path)
{
    const object* in = &arguments;
    const value* found = nullptr;
    for (const auto& name : path) {
        found = in != nullptr ? in->if_contains(name) : nullptr;
        if (found == nullptr)
            return nullptr;
        in = found->if_object();
    }
    return found->is_null() ? nullptr : found;
}

/// Whole numbers up to 2^53 are exact as doubles, and those beyond must not be sent.
bool says_number(std::string_view header, const value& v)
{
    constexpr double largest = 9'007'199'254'740'991;
    const auto said = json::read(header);
    if (!said || !said->is_number())
        return false;
    const auto number = said->to_number<double>();
    return std::abs(number) <= largest && number == v.to_number<double>();
}

/// By the value's own type: whether it is the one that the schema wants is for the decoder to say.
bool says(std::string_view header, const value& v)
{
    if (v.is_bool())
        return header == (v.get_bool() ? "true" : "false");
    if (v.is_number())
        return says_number(header, v);
    return v.is_string() && header == std::string_view(v.get_string());
}

} // namespace

result<std::vector<parameter_header>> find_parameter_headers(const object& input_schema)
{
    annotations all;
    TRY(all.visit(input_schema));
    return std::move(all.found);
}

result<> check_parameter_headers(const tool& t, const object& arguments, const header_lookup& header)
{
    for (const auto& one : t.headers) {
        const auto* v = argument_at(arguments, one.path);
        const auto given = header(one.name);
        if (v == nullptr && !given)
            continue;
        const auto argument = fmt::format("{}", fmt::join(one.path, "."));
        if (!given)
            return fail(
                condition::invalid_argument,
                fmt::format("the header {} is missing", one.name),
                fmt::format("send it with the value of the argument {}", argument)
            );
        if (v == nullptr)
            return fail(
                condition::invalid_argument,
                fmt::format("the header {} is there, the argument {} is not", one.name, argument),
                "send both or neither"
            );
        auto said = decode_header_value(*given);
        if (!said)
            return fail(std::move(said).error().within(one.name));
        if (!says(*said, *v))
            return fail(
                condition::invalid_argument,
                fmt::format("the header {} differs from the argument {}", one.name, argument),
                "send the same value in both"
            );
    }
    return {};
}

} // namespace basekeeper::mcp
