// Questions to the person behind the client: how they are put, and answers checked against what was asked.
#include "mcp/session_peer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace basekeeper::mcp {
namespace {

using boost::json::object;
using boost::json::value;

std::string_view text_of(const object& from, std::string_view key)
{
    const auto* v = from.if_contains(key);
    return v != nullptr && v->is_string() ? std::string_view(v->get_string()) : std::string_view{};
}

bool is_whole(const value& v)
{
    return v.is_int64() || v.is_uint64() || (v.is_double() && std::trunc(v.get_double()) == v.get_double());
}

bool has_type(const value& v, std::string_view type)
{
    if (type == "string")
        return v.is_string();
    if (type == "boolean")
        return v.is_bool();
    if (type == "integer")
        return is_whole(v);
    if (type == "number")
        return v.is_number();
    if (type == "array")
        return v.is_array() && std::ranges::all_of(v.get_array(), [](const value& item) { return item.is_string(); });
    return false;
}

bool is_among_choices(const value& v, const object& schema)
{
    const auto* choices = schema.if_contains("enum");
    if (choices == nullptr || !choices->is_array())
        return true;
    const auto& all = choices->get_array();
    return std::ranges::find(all, v) != all.end();
}

result<object> read_content(const value* given, const object& schema)
{
    static const object nothing;
    if (given != nullptr && !given->is_object())
        return fail(condition::invalid_argument, "the content of the answer is not an object");
    const auto& content = given != nullptr ? given->get_object() : nothing;
    object accepted;
    if (const auto* properties = schema.if_contains("properties"); properties != nullptr && properties->is_object())
        for (const auto& [name, property] : properties->get_object()) {
            const auto* v = content.if_contains(name);
            if (v == nullptr)
                continue;
            const bool fits = property.is_object() && has_type(*v, text_of(property.get_object(), "type")) &&
                              is_among_choices(*v, property.get_object());
            if (!fits)
                return fail(
                    condition::invalid_argument,
                    fmt::format("{}: the answer is not of the kind asked for", std::string_view(name))
                );
            accepted.emplace(name, *v);
        }
    if (const auto* required = schema.if_contains("required"); required != nullptr && required->is_array())
        for (const auto& name : required->get_array())
            if (!accepted.contains(name.as_string()))
                return fail(
                    condition::invalid_argument,
                    fmt::format("{}: the answer is missing", std::string_view(name.as_string()))
                );
    return accepted;
}

} // namespace

result<answer> read_answer(const value& given, const question& q)
{
    constexpr auto hint = "repeat the call and answer the question as its form asks";
    if (!given.is_object())
        return fail(condition::invalid_argument, "the answer to the question is not an object", hint);
    const auto action = text_of(given.get_object(), "action");
    if (action == "decline")
        return answer{.action = answer_action::decline, .content = {}};
    if (action == "cancel")
        return answer{.action = answer_action::cancel, .content = {}};
    if (action != "accept")
        return fail(condition::invalid_argument, "the action of the answer is not accept, decline or cancel", hint);
    auto content = read_content(given.get_object().if_contains("content"), q.schema);
    if (!content)
        return fail(condition::invalid_argument, std::move(content).error().message, hint);
    return answer{.action = answer_action::accept, .content = *std::move(content)};
}

input_request form_request(question q, const version_traits& knows)
{
    boost::json::object params;
    if (knows.elicitation_mode)
        params.emplace("mode", "form");
    params.emplace("message", std::move(q.message));
    params.emplace("requestedSchema", std::move(q.schema));
    return {.key = std::move(q.key), .kind = input_kind::form, .params = std::move(params)};
}

} // namespace basekeeper::mcp
