// tasks/get, tasks/list, tasks/update and tasks/cancel: what clients ask about tasks and are told at once.
#include "mcp/task_requests.hpp"

#include <vector>

namespace basekeeper::mcp {
namespace {

outcome list_tasks(exchange& x)
{
    std::vector<list_item> items;
    for (const auto& t : x.of.tasks().of(x.from.who.id)) {
        if (!shows_task(x.of, x.from, *t))
            continue;
        std::string json = "{";
        write_task(json, *t, {.of = x.of, .speak = x.speak});
        json += '}';
        items.push_back({t->id(), std::move(json)});
    }
    return write_page(x.message, items, {.name = "tasks", .size = x.of.settings().page_size}, x.params);
}

outcome update_task(exchange& x, task_record& t)
{
    const auto* responses = x.params.if_contains("inputResponses");
    if (responses == nullptr || !responses->is_object())
        return refuse(rpc_code::invalid_params, "Invalid params: inputResponses must be an object");
    for (const auto& [key, response] : responses->get_object())
        x.of.tasks().answer(t, key, response);
    return {};
}

outcome cancel_task(exchange& x, task_record& t)
{
    const bool modern = x.speak.knows().belongs_to() == era::modern;
    if (t.ended() && !modern)
        return refuse(rpc_code::invalid_params, "The task has ended and cannot be cancelled");
    x.of.tasks().cancel(t, "the client cancelled it");
    if (!modern)
        write_task(x.message, t, {.of = x.of, .speak = x.speak});
    return {};
}

} // namespace

bool shows_task(const server& of, const caller& from, const task_record& t)
{
    const auto* tool = of.offers().find_tool(t.of().tool);
    return t.owner() == from.who.id && tool != nullptr && of.rules().shows_work(*tool, t.of().instance, from);
}

std::shared_ptr<task_record> find_task(server& of, const caller& from, std::string_view id)
{
    auto t = of.tasks().find(id, from.who.id);
    return t != nullptr && shows_task(of, from, *t) ? t : nullptr;
}

outcome answer_about_tasks(method m, exchange& x)
{
    const bool modern = x.speak.knows().belongs_to() == era::modern;
    if (modern && !x.declared.takes_tasks)
        return std::unexpected(tasks_not_declared());
    if (m == method::list_tasks)
        return list_tasks(x);
    const auto id = text_parameter(x.params, "taskId");
    if (!id)
        return refuse(rpc_code::invalid_params, "Invalid params: taskId must be a string");
    const auto t = find_task(x.of, x.from, *id);
    if (t == nullptr)
        return std::unexpected(no_such_task());
    if (m == method::update_task)
        return update_task(x, *t);
    if (m == method::cancel_task)
        return cancel_task(x, *t);
    if (modern)
        write_task_details(x.message, *t, {.of = x.of, .speak = x.speak});
    else
        write_task(x.message, *t, {.of = x.of, .speak = x.speak});
    return {};
}

} // namespace basekeeper::mcp
