// tasks/result of 2025-11-25, which waits and meanwhile puts the task's questions to the client; notices of tasks.
#include "json/text.hpp"
#include "mcp/session_requests.hpp"
#include "mcp/task_requests.hpp"

#include <boost/asio/this_coro.hpp>

#include <memory>
#include <optional>

namespace basekeeper::mcp {
namespace {

constexpr std::string_view related_task = "io.modelcontextprotocol/related-task";

/// Puts one question of a task to the client of a session and tells the task what came back.
io::task<> put_question(
    client_requests& through, outbox& out, task_store& tasks, std::shared_ptr<task_record> t, input_request what
)
{
    auto meta = what.params["_meta"].is_object() ? what.params["_meta"].as_object() : boost::json::object{};
    meta[related_task] = boost::json::object{{"taskId", t->id()}};
    what.params["_meta"] = std::move(meta);
    // It ends with the task, whose work has a deadline.
    auto got = co_await through.ask(out, method_of(what.kind), json::to_text(what.params), io::deadline::never());
    if (!got)
        tasks.release(*t, what.key); // the task waits for somebody who can answer
    else if (!got->answer)
        tasks.answer(*t, what.key, std::nullopt);
    else
        tasks.answer(*t, what.key, *std::move(got->answer));
}

/// Writes the end of a task as the call would have been answered.
outcome write_end(exchange& x, const task_record& t)
{
    if (!t.end())
        return refuse(rpc_code::internal_error, "The task was cancelled: " + t.message());
    if (!*t.end())
        return std::unexpected(t.end()->error());
    write_result(x, **t.end());
    auto& meta = x.traits.meta;
    meta.append("\"").append(related_task).append(R"(":{"taskId":)");
    json::write_string(meta, t.id());
    meta += '}';
    return {};
}

} // namespace

io::task<> session::serve_task_result(job j)
{
    auto message = begin_result(j.what.id);
    exchange x{
        .of = server_, .speak = j.speak, .from = *j.who, .declared = j.from, .params = j.what.params, .message = message
    };
    const auto id = text_parameter(j.what.params, "taskId");
    const auto t = id ? find_task(server_, *j.who, *id) : nullptr;
    if (t == nullptr)
        co_return conclude(j, no_such_task());
    auto& tasks = server_.tasks();
    io::nursery asking(co_await boost::asio::this_coro::executor, [this](const std::exception_ptr&) {
        server_.report_bug("asking for a task ended by a bug");
    });
    result<> waited;
    // A cancellation that comes while a change is being delivered fails no wait: the entry knows of it.
    const auto withdrawn = [&] { return !waited || running_.find(j.what.id)->second.cancelled; };
    while (!t->ended() && !withdrawn()) {
        const auto seen = t->version();
        for (const auto& one : std::vector(t->open()))
            if (j.from.gives(one.kind) && !asked_.abandoned() && tasks.claim(*t, one.key))
                asking.spawn(put_question(asked_, *j.to.out, tasks, t, one));
        waited = co_await t->change_after(seen, io::deadline::never());
    }
    asking.cancel_all();
    co_await asking.join(io::deadline::never()); // its children only wait, and were told to stop
    if (withdrawn())
        co_return conclude(j, {rpc_code::internal_error, "The request was cancelled"});
    conclude(j, x, write_end(x, *t));
}

void session::task_changed(const task_record& task)
{
    if (!shows_task(server_, *from_, task) || !legacy_voice().knows().core_tasks)
        return;
    auto text = begin_notification("notifications/tasks/status");
    write_task(text, task, {.of = server_, .speak = legacy_voice()});
    out_.send(std::move(text) + "}}", {.kind = message_kind::notice});
}

} // namespace basekeeper::mcp
