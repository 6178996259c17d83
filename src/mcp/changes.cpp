// Telling listeners.
#include "mcp/changes.hpp"

#include <algorithm>

namespace basekeeper::mcp {

void changes::add(change_listener& one)
{
    listeners_.push_back(&one);
}

void changes::remove(change_listener& one)
{
    std::erase(listeners_, &one);
}

void changes::publish(list_kind which)
{
    for (auto* one : listeners_)
        one->list_changed(which);
}

void changes::publish_update(std::string_view uri)
{
    for (auto* one : listeners_)
        one->resource_updated(uri);
}

void changes::publish_task(const task_record& task)
{
    for (auto* one : listeners_)
        one->task_changed(task);
}

} // namespace basekeeper::mcp
