// Running requests: one coroutine each, questions and answers between rounds, exactly one answer or none.
#include "mcp/session_requests.hpp"

#include <exception>

namespace basekeeper::mcp {
namespace {

constexpr std::int64_t most_rounds = 16;

rpc_error elicitation_missing()
{
    return {
        rpc_code::missing_client_capability,
        "Missing required client capability: elicitation",
        R"({"requiredCapabilities":{"elicitation":{"form":{}}}})"
    };
}

} // namespace

void session::run(job j)
{
    if (running_.size() >= server_.settings().concurrent_requests) {
        const rpc_error busy{
            rpc_code::internal_error,
            "Too many requests are running; wait for some of the " + std::to_string(running_.size()) + " to end",
            R"({"retryable":true})"
        };
        return deliver(j.to, error_response(j.what.id, busy));
    }
    const auto id = j.what.id;
    running_.emplace(id, running_request{});
    auto coroutine = nursery_.spawn(
        j.speak.knows().belongs_to() == era::modern ? serve_modern(std::move(j)) : serve_legacy(std::move(j))
    );
    // It may have ended already, and with it its entry.
    if (const auto at = running_.find(id); at != running_.end())
        at->second.coroutine = std::move(coroutine);
}

io::task<outcome> session::attempt(method m, exchange& x, peer& up)
{
    try {
        co_return co_await answer_later(m, x, up);
    } catch (const std::exception& bug) {
        server_.report_bug(bug.what());
    }
    co_return refuse(rpc_code::internal_error, "Internal error");
}

void session::announce(const job& j, session_peer& up)
{
    running_.find(j.what.id)->second.up = &up;
}

io::task<> session::serve_legacy(job j)
{
    legacy_peer up({.out = out_, .time = server_.time(), .knows = j.speak.knows()}, j.from, j.what.params, asked_);
    announce(j, up);
    auto message = begin_result(j.what.id);
    exchange x{.of = server_, .speak = j.speak, .who = who_, .params = j.what.params, .message = message};
    auto came_to = co_await attempt(j.which, x, up);
    if (came_to && x.input_required)
        came_to = refuse(rpc_code::internal_error, "Internal error: a question was left open");
    conclude(j, complete_message(j, x, came_to));
}

io::task<> session::serve_modern(job j)
{
    modern_peer up({.out = out_, .time = server_.time(), .knows = j.speak.knows()}, j.from, j.what.params);
    announce(j, up);
    auto message = begin_result(j.what.id);
    exchange x{.of = server_, .speak = j.speak, .who = who_, .params = j.what.params, .message = message};
    // Before the handler runs: it takes the arguments with it.
    std::string bound_to;
    if (j.from.answers_forms || j.what.params.contains("requestState"))
        bound_to = who_.id + "\n" + request_digest(j.what.method, j.what.params);

    auto came_to = resume(up, j.what.params, bound_to);
    if (came_to)
        came_to = co_await attempt(j.which, x, up);
    if (came_to && x.failed && up.lacked_elicitation())
        came_to = std::unexpected(elicitation_missing());
    if (came_to && x.input_required)
        conclude(j, ask_client(j, up, bound_to));
    else
        conclude(j, complete_message(j, x, came_to));
}

outcome session::resume(modern_peer& up, const boost::json::object& params, std::string_view bound_to)
{
    const auto* state = params.if_contains("requestState");
    if (state == nullptr)
        return {};
    constexpr auto refusal = "Invalid or expired requestState";
    if (!state->is_string())
        return refuse(rpc_code::invalid_params, refusal);
    auto before = server_.states().redeem(state->get_string(), bound_to);
    if (!before)
        return refuse(rpc_code::invalid_params, refusal);
    up.resume(*std::move(before), params.if_contains("inputResponses"));
    return {};
}

std::string session::ask_client(const job& j, const modern_peer& up, std::string_view bound_to) const
{
    const auto so_far = up.so_far();
    if (!up.open_question() || so_far.rounds > most_rounds)
        return error_response(j.what.id, {rpc_code::internal_error, "Internal error: too many questions, or none"});
    auto message = begin_result(j.what.id);
    server_.modern().finish_input_required(message, *up.open_question(), server_.states().issue(so_far, bound_to));
    return message;
}

std::string session::complete_message(const job& j, exchange& x, const outcome& came_to)
{
    if (!came_to)
        return error_response(j.what.id, came_to.error());
    x.speak.finish_result(x.message, x.traits);
    return std::move(x.message);
}

void session::conclude(const job& j, std::string message)
{
    const auto at = running_.find(j.what.id);
    if (at->second.cancelled)
        message.clear();
    running_.erase(at);
    deliver(j.to, std::move(message));
}

void session::deliver(const answers& to, std::string message)
{
    if (!to) {
        if (!message.empty())
            out_.send(std::move(message));
        return;
    }
    if (!message.empty()) {
        to->text += to->text.empty() ? '[' : ',';
        to->text += message;
    }
    if (--to->open == 0 && !to->text.empty())
        out_.send(std::move(to->text) + "]");
}

} // namespace basekeeper::mcp
