// Owns background coroutines: they are started here, cancelled here, and waited for here.
#pragma once

#include "io/event.hpp"
#include "io/task.hpp"

#include <functional>
#include <list>
#include <memory>

namespace basekeeper::io {

/// Coroutines that outlive the call that started them. The owner must `co_await join()` before it is destroyed.
/// An exception that leaves a child is a bug and is given to `on_bug`.
class nursery
{
public:
    using bug_handler = std::function<void(std::exception_ptr)>;

    nursery(io::executor where, bug_handler on_bug);
    ~nursery();
    nursery(const nursery&) = delete;
    nursery& operator=(const nursery&) = delete;

    class child;

    /// Starts `work` at once, up to its first suspension. The handle cancels that one child and may be dropped.
    std::weak_ptr<child> spawn(task<> work);

    /// Asks one child, or all, to stop: their current waits fail with cancelled.
    static void cancel(const std::weak_ptr<child>& one);
    void cancel_all();

    std::size_t size() const { return children_.size(); }

    /// Waits until all children ended.
    task<result<>> join(deadline until);

private:
    io::executor where_;
    bug_handler on_bug_;
    std::list<std::shared_ptr<child>> children_; // shared with the handles, which only observe
    event empty_;
};

} // namespace basekeeper::io
