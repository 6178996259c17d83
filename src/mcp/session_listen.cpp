// subscriptions/listen: a request that stays open and carries news until either side ends it.
#include "mcp/listen.hpp"
#include "mcp/session_requests.hpp"
#include "mcp/task_requests.hpp"

namespace basekeeper::mcp {
namespace {

std::string subscription_member(std::string_view id)
{
    return R"("io.modelcontextprotocol/subscriptionId":)" + std::string(id);
}

} // namespace

/// Writes the news that one listen asked for, until it is withdrawn.
class session::listener final : public change_listener
{
public:
    /// Both must outlive this.
    listener(server& of, outbox& out, listen_filter filter, const job& j, const running_request& entry)
        : server_(of), out_(out), filter_(std::move(filter)),
          meta_(R"("_meta":{)" + subscription_member(j.what.id) + "}}}"), of_(entry)
    {}

    void acknowledge()
    {
        auto text = begin_notification("notifications/subscriptions/acknowledged");
        write_honoured(text, filter_);
        finish(std::move(text));
    }

    void list_changed(list_kind which) override
    {
        if (filter_.lists.contains(which))
            finish(list_changed_notice(which));
    }

    void resource_updated(std::string_view uri) override
    {
        if (filter_.uris.contains(uri))
            finish(resource_updated_notice(uri));
    }

    /// The filter holds tasks of this principal only.
    void task_changed(const task_record& task) override
    {
        if (!filter_.task_ids.contains(task.id()))
            return;
        auto text = begin_notification("notifications/tasks");
        write_task_details(text, task, {.of = server_, .speak = server_.modern()});
        finish(std::move(text));
    }

private:
    void finish(std::string text)
    {
        if (of_.cancelled)
            return; // its coroutine has not heard of that yet
        if (text.back() != '{')
            text += ',';
        out_.send(std::move(text) + meta_, {.kind = message_kind::notice});
    }

    server& server_;
    outbox& out_;
    listen_filter filter_;
    std::string meta_;
    const running_request& of_;
};

io::task<> session::serve_listen(job j)
{
    auto filter = read_listen_filter(j.what.params, server_.offers(), j.from);
    if (!filter)
        co_return conclude(j, filter.error());
    if (server_.news().listeners() >= server_.settings().most_listeners)
        co_return conclude(j, {rpc_code::internal_error, "Subscription limit reached: end another one first"});
    std::erase_if(filter->uris, [&](const std::string& uri) {
        return !may_watch(uri, server_.offers(), server_.rules(), *j.who);
    });
    std::erase_if(filter->task_ids, [&](const std::string& id) { return find_task(server_, *j.who, id) == nullptr; });
    listener one(server_, *j.to.out, *std::move(filter), j, running_.find(j.what.id)->second);
    one.acknowledge();
    server_.news().add(one);
    const auto ended = co_await ending_.wait(io::deadline::never());
    server_.news().remove(one);
    if (!ended)
        co_return conclude(j, {rpc_code::internal_error, "The subscription was ended"});
    auto message = begin_result(j.what.id);
    j.speak.finish_result(message, {.meta = subscription_member(j.what.id)});
    conclude(j, std::move(message), {.kind = message_kind::answer});
}

} // namespace basekeeper::mcp
