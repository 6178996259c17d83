// Questions to the person behind the client: asked in either era, answers checked against what was asked.
#include "mcp/codec.hpp"
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

io::task<result<answer>> legacy_peer::ask(question q, io::deadline until)
{
    if (!can_ask())
        co_return fail(
            condition::unavailable, "the client cannot ask its user", "use a client that supports elicitation"
        );
    std::string params = "{";
    write_question(params, q, knows());
    auto got = CO_TRY(co_await ask_through_.ask("elicitation/create", params.substr(1), until));
    // A client that answers with an error could not show the question; that is no consent.
    if (!got.answer)
        co_return answer{.action = answer_action::cancel, .content = {}};
    co_return read_answer(*got.answer, q);
}

io::task<result<answer>> modern_peer::ask(question q, io::deadline)
{
    if (!can_ask()) {
        lacked_elicitation_ = true;
        co_return fail(
            condition::unavailable, "the client cannot ask its user", "use a client that supports elicitation"
        );
    }
    if (const auto* given = before_.answers.if_contains(q.key)) {
        auto usable = read_answer(*given, q);
        if (usable)
            co_return usable;
        // What does not fit is asked again, never taken for an answer.
        before_.answers.erase(q.key);
    }
    const auto key = q.key;
    open_ = std::move(q);
    co_return fail(condition::input_required, "waiting for the answer to " + key);
}

void modern_peer::resume(conversation before, const value* responses)
{
    before_ = std::move(before);
    if (responses == nullptr || !responses->is_object())
        return;
    if (const auto* given = responses->get_object().if_contains(before_.asked))
        before_.answers.insert_or_assign(before_.asked, *given);
}

conversation modern_peer::so_far() const
{
    return {.answers = before_.answers, .asked = open_ ? open_->key : std::string{}, .rounds = before_.rounds + 1};
}

} // namespace basekeeper::mcp
