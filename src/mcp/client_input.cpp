// Asking the client for input in either era.
#include "json/text.hpp"
#include "mcp/session_peer.hpp"

#include <fmt/format.h>

namespace basekeeper::mcp {

error client_lacks(input_kind kind)
{
    return {
        condition::unavailable,
        kind == input_kind::form ? "the client cannot ask its user"
                                 : fmt::format("the client did not declare {}", needed_capability(kind)),
        kind == input_kind::form ? "use a client that supports elicitation" : "use a client that declares it"
    };
}

io::task<result<answer>> legacy_peer::ask(question q, io::deadline until)
{
    if (!can_ask())
        co_return fail(client_lacks(input_kind::form));
    const auto form = form_request(q, knows());
    auto got = CO_TRY(co_await ask_through_.ask(out(), method_of(form.kind), json::to_text(form.params), until));
    // A client that answers with an error could not show the question; that is no consent.
    if (!got.answer)
        co_return answer{.action = answer_action::cancel, .content = {}};
    co_return read_answer(*got.answer, q);
}

io::task<result<std::vector<boost::json::object>>>
legacy_peer::request(std::vector<input_request> what, io::deadline until)
{
    std::vector<boost::json::object> out_of;
    for (const auto& one : what) {
        if (!can_give(one.kind))
            co_return fail(client_lacks(one.kind));
        auto got = CO_TRY(co_await ask_through_.ask(out(), method_of(one.kind), json::to_text(one.params), until));
        if (!got.answer)
            co_return fail(
                condition::unavailable,
                fmt::format("the client refused {}", method_of(one.kind)),
                "see the client for the reason, then repeat the call"
            );
        if (!got.answer->is_object())
            co_return fail(condition::invalid_argument, "the client's response is not an object");
        out_of.push_back(std::move(got.answer->get_object()));
    }
    co_return out_of;
}

std::unexpected<error> modern_peer::cannot_give(input_kind kind)
{
    lacking_ = kind;
    return fail(client_lacks(kind));
}

io::task<result<answer>> modern_peer::ask(question q, io::deadline)
{
    if (!can_ask())
        co_return cannot_give(input_kind::form);
    if (const auto* given = before_.answers.if_contains(q.key)) {
        auto usable = read_answer(*given, q);
        if (usable)
            co_return usable;
        // What does not fit is asked again, never taken for an answer.
        before_.answers.erase(q.key);
    }
    const auto key = q.key;
    open_.push_back(form_request(std::move(q), knows()));
    co_return fail(condition::input_required, "waiting for the answer to " + key);
}

io::task<result<std::vector<boost::json::object>>> modern_peer::request(std::vector<input_request> what, io::deadline)
{
    std::vector<boost::json::object> given;
    for (auto& one : what) {
        if (!can_give(one.kind))
            co_return cannot_give(one.kind);
        const auto* response = before_.answers.if_contains(one.key);
        if (response != nullptr && response->is_object())
            given.push_back(response->get_object());
        else
            open_.push_back(std::move(one));
    }
    if (!open_.empty())
        co_return fail(condition::input_required, "waiting for input from the client");
    co_return given;
}

void modern_peer::resume(conversation before, const boost::json::value* responses)
{
    before_ = std::move(before);
    if (responses == nullptr || !responses->is_object())
        return;
    for (const auto& key : before_.asked)
        if (const auto* given = responses->get_object().if_contains(key))
            before_.answers.insert_or_assign(key, *given);
}

conversation modern_peer::so_far() const
{
    conversation now{.answers = before_.answers, .asked = {}, .rounds = before_.rounds + 1};
    for (const auto& one : open_)
        now.asked.push_back(one.key);
    return now;
}

} // namespace basekeeper::mcp
