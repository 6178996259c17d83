// The line that describes inputs, the coercions, and the words of refusals.
#include "features/rehearsal/inputs.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>

namespace basekeeper::rehearsal {
namespace {

constexpr std::string_view letters_and_digits = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

input_kind kind_named(std::string_view name)
{
    constexpr std::array<std::pair<std::string_view, input_kind>, 9> kinds{{
        {"text", input_kind::text},
        {"word", input_kind::word},
        {"since", input_kind::since},
        {"search", input_kind::search},
        {"host", input_kind::host},
        {"truth", input_kind::truth},
        {"number", input_kind::number},
        {"integer", input_kind::integer},
        {"anything", input_kind::anything},
    }};
    const auto* found = std::ranges::find(kinds, name, &std::pair<std::string_view, input_kind>::first);
    if (found == kinds.end())
        throw std::logic_error("no kind of input: " + std::string(name));
    return found->second;
}

std::vector<std::string_view> split(std::string_view text, char at)
{
    std::vector<std::string_view> out;
    while (true) {
        const auto end = text.find(at);
        if (const auto piece = text.substr(0, end); !piece.empty())
            out.push_back(piece);
        if (end == std::string_view::npos)
            return out;
        text.remove_prefix(end + 1);
    }
}

std::optional<double> number_in(std::string_view text)
{
    while (text.starts_with(' '))
        text.remove_prefix(1);
    while (text.ends_with(' '))
        text.remove_suffix(1);
    double out = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (failed != std::errc{} || end != text.data() + text.size() || !std::isfinite(out))
        return std::nullopt;
    return out;
}

input parse_input(std::string_view word)
{
    input out;
    const auto colon = word.find(':');
    auto name = word.substr(0, colon);
    auto kind = colon == std::string_view::npos ? std::string_view("text") : word.substr(colon + 1);
    out.required = name.ends_with('!');
    out.name = name.substr(0, name.size() - (out.required ? 1 : 0));
    out.nullable = kind.ends_with('?');
    if (out.nullable)
        kind.remove_suffix(1);
    if (kind.starts_with('{')) {
        out.kind = input_kind::choice;
        for (const auto one : split(kind.substr(1, kind.size() - 2), ','))
            out.choices.emplace_back(one);
        return out;
    }
    const auto bracket = kind.find('(');
    out.kind = kind_named(kind.substr(0, bracket));
    if (bracket == std::string_view::npos)
        return out;
    const auto limits = split(kind.substr(bracket + 1, kind.size() - bracket - 2), ',');
    out.least = number_in(limits.at(0));
    if (limits.size() > 1)
        out.most = number_in(limits.at(1));
    return out;
}

/// What JavaScript calls the type of a value.
std::string_view type_of(const boost::json::value& v)
{
    if (v.is_string())
        return "string";
    if (v.is_number())
        return "number";
    if (v.is_bool())
        return "boolean";
    if (v.is_null())
        return "null";
    return v.is_array() ? "array" : "object";
}

void refuse(refused_input& into, const std::string& name, row issue, std::string_view message)
{
    issue["path"] = name.empty() ? boost::json::array{} : boost::json::array{boost::json::value(name)};
    issue["message"] = message;
    into.issues.emplace_back(std::move(issue));
}

void refuse_type(refused_input& into, const std::string& name, std::string_view expected, std::string_view received)
{
    refuse(
        into,
        name,
        {{"code", "invalid_type"}, {"expected", expected}},
        fmt::format("Invalid input: expected {}, received {}", expected, received)
    );
}

bool has_form(std::string_view text, input_kind kind)
{
    const auto of = [&](std::string_view alphabet) {
        return text.find_first_not_of(alphabet) == std::string_view::npos;
    };
    switch (kind) {
    case input_kind::word:
        return !text.empty() && of(std::string(letters_and_digits) + "._-");
    case input_kind::search:
        return text.size() <= 500 && of(std::string(letters_and_digits) + " ._-");
    case input_kind::since:
        return text == "all" || (text.size() > 1 && std::string_view("smhd").contains(text.back()) &&
                                 text.substr(0, text.size() - 1).find_first_not_of("0123456789") == text.npos);
    case input_kind::host:
        return !text.empty() && text.size() < 254 && of(std::string(letters_and_digits) + "-.") &&
               !text.starts_with('.') && !text.starts_with('-') && !text.ends_with('.') && !text.ends_with('-') &&
               !text.contains("..");
    default:
        return true;
    }
}

bool fits_text(const input& wanted, std::string_view text, refused_input& refused)
{
    // Lengths count in UTF-16 there; for what is tested here bytes are as good.
    const auto length = static_cast<double>(text.size());
    if (wanted.least && length < *wanted.least) {
        refuse(
            refused,
            wanted.name,
            {{"origin", "string"}, {"code", "too_small"}, {"minimum", *wanted.least}, {"inclusive", true}},
            fmt::format("Too small: expected string to have >={} characters", *wanted.least)
        );
        return false;
    }
    if (wanted.most && length > *wanted.most) {
        refuse(
            refused,
            wanted.name,
            {{"origin", "string"}, {"code", "too_big"}, {"maximum", *wanted.most}, {"inclusive", true}},
            fmt::format("Too big: expected string to have <={} characters", *wanted.most)
        );
        return false;
    }
    if (!has_form(text, wanted.kind)) {
        refuse(
            refused,
            wanted.name,
            {{"origin", "string"}, {"code", "invalid_format"}, {"format", "regex"}},
            wanted.kind == input_kind::host ? "Invalid hostname" : "Invalid string: must match pattern"
        );
        return false;
    }
    return true;
}

std::optional<boost::json::value>
read_choice(const input& wanted, const boost::json::value& given, refused_input& refused)
{
    const auto text = given.is_string() ? std::string(given.get_string()) : std::string{};
    if (given.is_string() && std::ranges::find(wanted.choices, text) != wanted.choices.end())
        return given;
    boost::json::array values;
    for (const auto& one : wanted.choices)
        values.emplace_back(one);
    refuse(
        refused,
        wanted.name,
        {{"code", "invalid_value"}, {"values", std::move(values)}},
        fmt::format("Invalid option: expected one of \"{}\"", fmt::join(wanted.choices, "\"|\""))
    );
    return std::nullopt;
}

/// `Boolean(value)`: every text but the empty one is true.
bool coerced_truth(const boost::json::value& given)
{
    if (given.is_bool())
        return given.get_bool();
    if (given.is_string())
        return !given.get_string().empty();
    if (given.is_number())
        return given.to_number<double>() != 0;
    return !given.is_null();
}

/// `Number(value)`; nothing where that is NaN.
std::optional<double> coerced_number(const boost::json::value& given)
{
    if (given.is_number())
        return given.to_number<double>();
    if (given.is_bool())
        return given.get_bool() ? 1 : 0;
    if (given.is_null())
        return 0;
    if (!given.is_string())
        return std::nullopt;
    return given.get_string().empty() ? 0 : number_in(given.get_string());
}

std::optional<boost::json::value>
read_number(const input& wanted, const boost::json::value& given, refused_input& refused)
{
    const auto number = coerced_number(given);
    if (!number || (wanted.kind == input_kind::integer && std::floor(*number) != *number)) {
        refuse_type(refused, wanted.name, number ? "int" : "number", number ? "number" : "NaN");
        return std::nullopt;
    }
    const bool small = wanted.least && *number < *wanted.least;
    if (small || (wanted.most && *number > *wanted.most)) {
        const auto limit = small ? *wanted.least : *wanted.most;
        refuse(
            refused,
            wanted.name,
            {{"origin", "number"}, {"code", small ? "too_small" : "too_big"}, {small ? "minimum" : "maximum", limit}},
            fmt::format("Too {}: expected number to be {}={}", small ? "small" : "big", small ? '>' : '<', limit)
        );
        return std::nullopt;
    }
    if (std::floor(*number) == *number)
        return boost::json::value(static_cast<std::int64_t>(*number));
    return boost::json::value(*number);
}

std::optional<boost::json::value>
read_value(const input& wanted, const boost::json::value& given, refused_input& refused)
{
    if (given.is_null() && wanted.nullable)
        return given;
    switch (wanted.kind) {
    case input_kind::truth:
        return boost::json::value(coerced_truth(given));
    case input_kind::number:
    case input_kind::integer:
        return read_number(wanted, given, refused);
    case input_kind::choice:
        return read_choice(wanted, given, refused);
    case input_kind::anything:
        return given;
    default:
        break;
    }
    if (!given.is_string()) {
        refuse_type(refused, wanted.name, "string", type_of(given));
        return std::nullopt;
    }
    if (!fits_text(wanted, given.get_string(), refused))
        return std::nullopt;
    return given;
}

void read_missing(const input& wanted, row& into, refused_input& refused)
{
    if (!wanted.required)
        return;
    if (wanted.kind == input_kind::truth)
        into[wanted.name] = false;
    else if (wanted.kind == input_kind::number || wanted.kind == input_kind::integer)
        refuse_type(refused, wanted.name, "number", "NaN");
    else if (wanted.kind == input_kind::choice)
        read_choice(wanted, nullptr, refused);
    else
        refuse_type(refused, wanted.name, wanted.kind == input_kind::anything ? "object" : "string", "undefined");
}

} // namespace

std::vector<input> parse_inputs(std::string_view line)
{
    std::vector<input> out;
    for (const auto word : split(line, ' '))
        out.push_back(parse_input(word));
    return out;
}

std::optional<row> read_body(const boost::json::value& body, const std::vector<input>& wanted, refused_input& refused)
{
    if (!body.is_object()) {
        refuse_type(refused, "", "object", type_of(body));
        return std::nullopt;
    }
    row out;
    for (const auto& one : wanted) {
        const auto* given = body.get_object().if_contains(one.name);
        if (given == nullptr) {
            read_missing(one, out, refused);
            continue;
        }
        if (auto value = read_value(one, *given, refused))
            out[one.name] = *std::move(value);
    }
    if (!refused.issues.empty())
        return std::nullopt;
    return out;
}

std::optional<row> read_query(const query_parameters& query, const std::vector<input>& wanted, refused_input& refused)
{
    row given;
    for (const auto& [name, value] : query) {
        if (value.empty())
            continue;
        auto* before = given.if_contains(name);
        if (before == nullptr)
            given[name] = value;
        else if (before->is_array())
            before->get_array().emplace_back(value);
        else
            given[name] = boost::json::array{*before, boost::json::value(value)};
    }
    return read_body(given, wanted, refused);
}

} // namespace basekeeper::rehearsal
