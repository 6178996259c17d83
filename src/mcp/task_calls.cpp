// Calls that become tasks: when, how their work runs, and what the call itself is answered with.
#include "mcp/task_requests.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>

namespace basekeeper::mcp {
namespace {

/// What the work of a task holds on to. The client, its session and its request may be gone.
struct task_work
{
    server& of;
    const codec& speak;
    caller from;
    std::shared_ptr<task_record> record; // shared with the store
    std::shared_ptr<task_peer> up;       // shared with the request, as long as that waits
    io::deadline until;
};

task_work work_for(exchange& x, std::shared_ptr<task_record> record)
{
    auto up = std::make_shared<task_peer>(x.of.tasks(), record, x.declared, x.speak.knows());
    const auto longest = std::min(x.of.rules().settings().longest_task, record->ttl());
    return {
        .of = x.of,
        .speak = x.speak,
        .from = x.from,
        .record = std::move(record),
        .up = std::move(up),
        .until = io::deadline::after(longest),
    };
}

task_end end_of(const task_work& w, const call& c, const tool_reply& reply)
{
    if (!c.needed_scope().empty())
        return std::unexpected(scope_missing(c, reply.text));
    if (reply.failed && w.up->lacking() && w.speak.knows().belongs_to() == era::modern)
        return std::unexpected(capability_missing(*w.up->lacking()));
    return to_task_result(reply, w.speak.knows());
}

// Both begin with a yield: the client knows of the task before it hears what becomes of it.

io::task<> do_whole(task_work w, const tool& t, boost::json::object arguments)
{
    co_await io::yield();
    if (w.record->ended())
        co_return; // nothing was looked at yet, there is nothing to record
    call c(w.from, *w.up, w.until);
    const auto reply = co_await w.of.rules().run(t, std::move(arguments), c);
    w.of.tasks().end(
        *w.record,
        reply ? end_of(w, c, *reply) : refuse(rpc_code::internal_error, "Internal error: a question was left open")
    );
}

io::task<> do_admitted(task_work w, admitted_call go, std::string instance)
{
    call c(w.from, *w.up, w.until);
    c.select_instance(std::move(instance));
    co_await io::yield();
    if (w.record->ended()) {
        static_cast<void>(w.of.rules().refuse(go, error(condition::cancelled, "cancelled before it began"), c));
        co_return;
    }
    const auto reply = co_await w.of.rules().finish(std::move(go), c);
    w.of.tasks().end(*w.record, end_of(w, c, reply));
}

/// Waits until the work has ended or asks something. False when it does neither in time.
io::task<result<>> settled(std::shared_ptr<task_record> t, io::deadline until)
{
    while (!t->ended() && t->open().empty())
        CO_TRY(co_await t->change_after(t->version(), until));
    co_return result<>{};
}

rpc_error too_many(const server& of)
{
    return {
        rpc_code::internal_error,
        "Too many tasks: at most " + std::to_string(of.settings().tasks.most_per_principal) + " of a client and " +
            std::to_string(of.settings().tasks.most) + " together are kept until their time to live is over",
        R"({"retryable":true})"
    };
}

std::expected<task_wish, rpc_error> read_task_parameter(const boost::json::value& given)
{
    if (!given.is_object())
        return refuse(rpc_code::invalid_params, "Invalid params: task must be an object");
    task_wish wish{.as_task = true};
    const auto* ttl = given.get_object().if_contains("ttl");
    if (ttl == nullptr || ttl->is_null())
        return wish;
    boost::system::error_code unfit;
    const auto ms = ttl->is_number() ? ttl->to_number<std::int64_t>(unfit) : -1;
    if (unfit || ms < 0)
        return refuse(rpc_code::invalid_params, "Invalid params: task.ttl must be a number of milliseconds");
    wish.ttl = std::chrono::milliseconds(ms);
    return wish;
}

} // namespace

std::expected<task_wish, rpc_error> wish_for_task(const exchange& x, const tool& t)
{
    const auto support = t.about.as_task;
    const auto& knows = x.speak.knows();
    if (knows.belongs_to() == era::modern) {
        if (support == task_support::forbidden)
            return task_wish{};
        if (!x.declared.takes_tasks) {
            if (support == task_support::required)
                return std::unexpected(tasks_not_declared());
            return task_wish{};
        }
        if (support == task_support::optional)
            return task_wish{.as_task = true, .ttl = {}, .patience = x.of.settings().tasks.patience};
        return task_wish{.as_task = true};
    }
    const auto* asked = knows.core_tasks ? x.params.if_contains("task") : nullptr;
    if (asked == nullptr) {
        if (support == task_support::required)
            return refuse(rpc_code::method_not_found, "This tool runs as a task only: call it with task");
        return task_wish{};
    }
    if (support != task_support::forbidden)
        return read_task_parameter(*asked);
    // A server that offers no tasks at all does not know the parameter.
    if (x.of.offers().has_tasks())
        return refuse(rpc_code::method_not_found, "This tool does not run as a task: call it without task");
    return task_wish{};
}

io::task<outcome> start_whole_task(exchange& x, const tool& t, boost::json::object arguments, task_wish wish)
{
    auto& tasks = x.of.tasks();
    if (!tasks.has_room(x.from.who.id))
        co_return std::unexpected(too_many(x.of));
    task_call of{t.about.name, x.of.rules().instance_of(t, arguments, x.from)};
    const auto record = tasks.create(x.from.who.id, std::move(of), wish.ttl, co_await boost::asio::this_coro::executor);
    tasks.publish(record);
    begin_member(x.message, "task");
    x.message += '{';
    write_task(x.message, *record, {.of = x.of, .speak = x.speak});
    x.message += '}';
    tasks.start(record, do_whole(work_for(x, record), t, std::move(arguments)));
    co_return outcome{};
}

io::task<outcome> start_admitted_task(exchange& x, admitted_call go, call& c, task_wish wish)
{
    auto& tasks = x.of.tasks();
    if (!tasks.has_room(x.from.who.id)) {
        if (go.what.about.as_task == task_support::required) {
            const error full(condition::unavailable, "too many tasks");
            static_cast<void>(x.of.rules().refuse(go, full, c)); // audited; the answer is another
            co_return std::unexpected(too_many(x.of));
        }
        write_result(x, to_task_result(co_await x.of.rules().finish(std::move(go), c), x.speak.knows()));
        co_return outcome{};
    }
    task_call of{go.what.about.name, c.instance()};
    const auto record = tasks.create(x.from.who.id, std::move(of), wish.ttl, co_await boost::asio::this_coro::executor);
    auto work = work_for(x, record);
    const auto up = work.up;
    if (!wish.patience)
        tasks.publish(record);
    else
        up->attach(&c.client());
    tasks.start(record, do_admitted(std::move(work), std::move(go), c.instance()));
    if (wish.patience) {
        const auto came = co_await settled(record, io::deadline::after(*wish.patience));
        up->attach(nullptr);
        const bool withdrawn = !came && came.error().code == condition::cancelled;
        if (withdrawn || record->ended()) {
            tasks.discard(record);
            if (!record->end())
                co_return refuse(rpc_code::internal_error, "The call was cancelled");
            if (!*record->end())
                co_return std::unexpected(record->end()->error());
            write_result(x, **record->end());
            co_return outcome{};
        }
        tasks.publish(record);
    }
    x.traits.type = "task";
    write_task(x.message, *record, {.of = x.of, .speak = x.speak});
    co_return outcome{};
}

} // namespace basekeeper::mcp
