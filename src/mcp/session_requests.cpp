// Running requests: one coroutine each, questions and answers between rounds, exactly one answer or none.
#include "mcp/session_requests.hpp"

#include <exception>

namespace basekeeper::mcp {
namespace {

constexpr std::int64_t most_rounds = 16;

/// True when a handler can get to ask for input in this round, or has asked in one before.
bool may_ask(const client_profile& from, const boost::json::object& params)
{
    return from.answers_forms || from.opens_urls || from.samples || from.lists_roots || params.contains("requestState");
}

} // namespace

void session::run(job j)
{
    if (running_.size() >= server_.settings().concurrent_requests) {
        rpc_error busy{
            rpc_code::internal_error,
            "Too many requests are running; wait for some of the " + std::to_string(running_.size()) + " to end",
            R"({"retryable":true})"
        };
        return refuse(j.to, j.what.id, std::move(busy), fault::handler);
    }
    const auto id = j.what.id;
    running_.emplace(id, running_request{});
    const bool modern = j.speak.knows().belongs_to() == era::modern;
    auto coroutine = nursery_.spawn(
        j.which == method::listen        ? serve_listen(std::move(j))
        : j.which == method::task_result ? serve_task_result(std::move(j))
        : modern                         ? serve_modern(std::move(j))
                                         : serve_legacy(std::move(j))
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
    co_return mcp::refuse(rpc_code::internal_error, "Internal error");
}

void session::announce(const job& j, session_peer& up)
{
    running_.find(j.what.id)->second.up = &up;
}

io::task<> session::serve_legacy(job j)
{
    legacy_peer up({.out = *j.to.out, .time = server_.time(), .knows = j.speak.knows()}, j.from, j.what.params, asked_);
    announce(j, up);
    auto message = begin_result(j.what.id);
    exchange x{
        .of = server_, .speak = j.speak, .from = *j.who, .declared = j.from, .params = j.what.params, .message = message
    };
    auto came_to = co_await attempt(j.which, x, up);
    if (came_to && x.input_required)
        came_to = mcp::refuse(rpc_code::internal_error, "Internal error: a question was left open");
    conclude(j, x, came_to);
}

io::task<> session::serve_modern(job j)
{
    modern_peer up({.out = *j.to.out, .time = server_.time(), .knows = j.speak.knows()}, j.from, j.what.params);
    announce(j, up);
    auto message = begin_result(j.what.id);
    exchange x{
        .of = server_, .speak = j.speak, .from = *j.who, .declared = j.from, .params = j.what.params, .message = message
    };
    // Before the handler runs: it takes the arguments with it.
    std::string bound_to;
    if (may_ask(j.from, j.what.params))
        bound_to = j.who->who.id + "\n" + key_of(j.who->sees) + "\n" + request_digest(j.what.method, j.what.params);

    auto came_to = resume(up, j.what.params, bound_to);
    if (came_to)
        came_to = co_await attempt(j.which, x, up);
    const bool failed = came_to ? x.failed : came_to.error().code == rpc_code::internal_error;
    if (failed && up.lacking())
        came_to = std::unexpected(capability_missing(*up.lacking()));
    if (came_to && x.input_required)
        ask_client(j, up, bound_to);
    else
        conclude(j, x, came_to);
}

outcome session::resume(modern_peer& up, const boost::json::object& params, std::string_view bound_to)
{
    const auto* state = params.if_contains("requestState");
    if (state == nullptr)
        return {};
    constexpr auto refusal = "Invalid or expired requestState";
    if (!state->is_string())
        return mcp::refuse(rpc_code::invalid_params, refusal);
    auto before = server_.states().redeem(state->get_string(), bound_to);
    if (!before)
        return mcp::refuse(rpc_code::invalid_params, refusal);
    up.resume(*std::move(before), params.if_contains("inputResponses"));
    return {};
}

void session::ask_client(const job& j, const modern_peer& up, std::string_view bound_to)
{
    const auto so_far = up.so_far();
    if (up.open_requests().empty() || so_far.rounds > most_rounds)
        return conclude(j, {rpc_code::internal_error, "Internal error: too many questions, or none"});
    auto message = begin_result(j.what.id);
    server_.modern().finish_input_required(message, up.open_requests(), server_.states().issue(so_far, bound_to));
    conclude(j, std::move(message), {.kind = message_kind::answer});
}

void session::conclude(const job& j, exchange& x, const outcome& came_to)
{
    if (came_to) {
        x.speak.finish_result(x.message, x.traits);
        return conclude(j, std::move(x.message), {.kind = message_kind::answer});
    }
    conclude(j, came_to.error());
}

void session::conclude(const job& j, const rpc_error& why)
{
    conclude(
        j,
        error_response(j.what.id, why),
        {.kind = message_kind::answer, .found_by = fault::handler, .code = why.code, .needed_scope = why.needed_scope}
    );
}

void session::conclude(const job& j, std::string message, message_traits what)
{
    const auto at = running_.find(j.what.id);
    const bool withdrawn = at->second.cancelled;
    running_.erase(at);
    if (withdrawn)
        message.clear();
    deliver(j.to, std::move(message), std::move(what));
    if (withdrawn && !j.to.of)
        j.to.out->withdrawn();
}

void session::refuse(const reply_path& to, std::string_view id, rpc_error why, fault found_by)
{
    auto text = error_response(id, why);
    deliver(
        to,
        std::move(text),
        {.kind = message_kind::answer,
         .found_by = found_by,
         .code = why.code,
         .needed_scope = std::move(why.needed_scope)}
    );
}

void session::deliver(const reply_path& to, std::string message, message_traits what)
{
    if (!to.of) {
        if (!message.empty())
            to.out->send(std::move(message), std::move(what));
        return;
    }
    auto& together = *to.of;
    if (!message.empty()) {
        together.text += together.text.empty() ? '[' : ',';
        together.text += message;
    }
    if (--together.open > 0)
        return;
    if (together.text.empty())
        to.out->withdrawn();
    else
        to.out->send(std::move(together.text) + "]", {.kind = message_kind::answer});
}

} // namespace basekeeper::mcp
