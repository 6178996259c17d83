// Questions that wait in a task for whoever answers them.
#include "mcp/task_peer.hpp"

#include <fmt/format.h>

namespace basekeeper::mcp {
namespace {

/// How often an answer that does not fit is asked for again.
constexpr int most_attempts = 16;

std::unexpected<error> refused(input_kind kind)
{
    return fail(
        condition::unavailable,
        fmt::format("the client refused {}", method_of(kind)),
        "see the client for the reason, then repeat the call"
    );
}

} // namespace

void task_peer::progress(double done, std::optional<double> total, std::string_view message)
{
    store_.note(*task_, message);
    if (waiting_ != nullptr)
        waiting_->progress(done, total, message);
}

void task_peer::log(log_level level, std::string_view logger, std::string_view message)
{
    if (waiting_ != nullptr)
        waiting_->log(level, logger, message);
}

std::unexpected<error> task_peer::cannot_give(input_kind kind)
{
    lacking_ = kind;
    return fail(client_lacks(kind));
}

io::task<result<std::optional<boost::json::value>>> task_peer::response_to(std::string key, io::deadline until)
{
    for (;;) {
        if (auto given = store_.take(*task_, key))
            co_return *std::move(given);
        if (task_->ended())
            co_return fail(condition::cancelled, "the task was cancelled");
        if (auto changed = co_await task_->change_after(task_->version(), until); !changed) {
            store_.drop(*task_, key);
            co_return std::unexpected(std::move(changed).error().within("waiting for the client's answer"));
        }
    }
}

io::task<result<answer>> task_peer::ask(question q, io::deadline until)
{
    if (!can_ask())
        co_return cannot_give(input_kind::form);
    for (int attempt = 0; attempt < most_attempts; ++attempt) {
        const auto key = store_.ask(*task_, form_request(q, knows_));
        const auto given = CO_TRY(co_await response_to(key, until));
        // A client that answers with an error could not show the question; that is no consent.
        if (!given)
            co_return answer{.action = answer_action::cancel, .content = {}};
        if (auto usable = read_answer(*given, q))
            co_return usable;
    }
    co_return fail(condition::invalid_argument, fmt::format("the answers to {} did not fit the question", q.key));
}

io::task<result<std::vector<boost::json::object>>>
task_peer::request(std::vector<input_request> what, io::deadline until)
{
    for (const auto& one : what)
        if (!can_give(one.kind))
            co_return cannot_give(one.kind);
    std::vector<std::string> keys;
    keys.reserve(what.size());
    for (const auto& one : what)
        keys.push_back(store_.ask(*task_, one));
    std::vector<boost::json::object> out;
    for (std::size_t i = 0; i < what.size(); ++i) {
        auto given = co_await response_to(keys[i], until);
        for (int attempt = 1; given && *given && !(*given)->is_object() && attempt < most_attempts; ++attempt)
            given = co_await response_to(store_.ask(*task_, what[i]), until);
        if (given && *given && (*given)->is_object()) {
            out.push_back(std::move((*given)->get_object()));
            continue;
        }
        for (const auto& key : keys)
            store_.drop(*task_, key);
        if (!given)
            co_return std::unexpected(std::move(given).error());
        co_return refused(what[i].kind);
    }
    co_return out;
}

} // namespace basekeeper::mcp
