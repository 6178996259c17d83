// News that clients may have asked for: lists that changed, resources that changed, tasks that moved on.
#pragma once

#include <boost/describe/enum.hpp>

#include <cstddef>
#include <string_view>
#include <vector>

namespace basekeeper::mcp {

class task_record;

enum class list_kind
{
    tools,
    prompts,
    resources
};
BOOST_DESCRIBE_ENUM(list_kind, tools, prompts, resources)

/// Whoever wants to know. Called on the I/O thread; must not wait, and must not publish.
class change_listener
{
public:
    virtual ~change_listener() = default;
    virtual void list_changed(list_kind which) = 0;
    virtual void resource_updated(std::string_view uri) = 0;
    virtual void task_changed(const task_record& task) = 0;
};

/// Tells all listeners. One per server.
class changes
{
public:
    /// The listener must be removed before it is destroyed. Adding it twice is a bug.
    void add(change_listener& one);
    void remove(change_listener& one);

    std::size_t listeners() const { return listeners_.size(); }

    void publish(list_kind which);

    /// `uri`: of the resource that has new content, with its template filled in.
    void publish_update(std::string_view uri);
    void publish_task(const task_record& task);

private:
    std::vector<change_listener*> listeners_;
};

} // namespace basekeeper::mcp
