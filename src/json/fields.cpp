// The sentences in which the decoder refuses an argument.
#include "json/fields.hpp"

#include "base/text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace basekeeper::json {
namespace detail {
namespace {

error refused(std::string message)
{
    return {condition::invalid_argument, std::move(message), "correct the argument and call again"};
}

std::string range(bounds b)
{
    if (b.min == bounds::no_min)
        return b.max == bounds::no_max ? "a number that fits 64 bits" : fmt::format("at most {}", b.max);
    return b.max == bounds::no_max ? fmt::format("at least {}", b.min) : fmt::format("between {} and {}", b.min, b.max);
}

} // namespace

std::string received(const boost::json::value& v)
{
    if (v.is_object())
        return "an object";
    if (v.is_array())
        return "an array";
    auto text = to_text(v);
    if (text.size() > 60)
        text = std::string(utf8_prefix(text, 57)) + "...";
    return text;
}

error mismatch(std::string_view path, std::string_view expected, const boost::json::value& got)
{
    return refused(fmt::format("{}: must be {}, not {}", path, expected, received(got)));
}

error out_of_bounds(std::string_view path, bounds b, std::string_view what, const std::string& got)
{
    return refused(fmt::format("{}: must be {}{}{}, not {}", path, range(b), what.empty() ? "" : " ", what, got));
}

error missing(std::string_view path, std::string_view name, std::string_view doc)
{
    return refused(fmt::format("{}: required{}{}", join(path, name), doc.empty() ? "" : ": ", doc));
}

error unknown(std::string_view path, std::string_view name, const std::vector<std::string_view>& allowed)
{
    const auto shown = join(path, utf8_prefix(name, 60));
    if (allowed.empty())
        return refused(fmt::format("{}: unknown argument; this takes none", shown));
    const auto meant = nearest(name, allowed);
    return refused(fmt::format(
        "{}: unknown argument{}; allowed: {}",
        shown,
        meant.empty() ? "" : fmt::format(", did you mean {}?", meant),
        fmt::join(allowed, ", ")
    ));
}

boost::json::object any_value_schema()
{
    boost::json::array types;
    for (const auto* type : {"string", "number", "boolean", "null", "array", "object"})
        types.push_back(boost::json::object{{"type", type}});
    return {{"anyOf", std::move(types)}};
}

void add_bounds(boost::json::object& schema, bounds b, std::string_view min_key, std::string_view max_key)
{
    // No length is below zero: to say so in every schema would only cost its readers.
    const bool says_something = b.min > 0 || (b.min != bounds::no_min && min_key == "minimum");
    if (says_something)
        schema[min_key] = b.min;
    if (b.max != bounds::no_max)
        schema[max_key] = b.max;
}

std::string join(std::string_view path, std::string_view name)
{
    return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
}

result<std::string> decode_text(const boost::json::value& v, std::string_view path, bounds b)
{
    if (!v.is_string())
        return std::unexpected(mismatch(path, "a string", v));
    const auto& text = v.get_string();
    if (!b.hold(text.size()))
        return std::unexpected(out_of_bounds(path, b, "bytes long", std::to_string(text.size())));
    if (text.find('\0') != boost::json::string::npos)
        return std::unexpected(refused(fmt::format("{}: must not contain the character NUL (\\u0000)", path)));
    return std::string(text);
}

} // namespace detail

namespace {

// Shortens every object inside `schema`, which is `depth` levels below the result.
void shorten(boost::json::object& schema, int depth)
{
    if (auto* items = schema.if_contains("items"))
        return shorten(items->as_object(), depth);
    if (depth > 0)
        schema.erase("required");
    if (depth > 1)
        schema.erase("properties");
    else if (auto* members = schema.if_contains("properties"))
        for (auto& member : members->as_object())
            shorten(member.value().as_object(), depth + 1);
}

} // namespace

boost::json::object outline(boost::json::object schema)
{
    shorten(schema, 0);
    return schema;
}

} // namespace basekeeper::json
