// Something that happens, and coroutines that wait for it; a pause.
#pragma once

#include "io/deadline.hpp"
#include "io/task.hpp"

#include <list>

namespace basekeeper::io {

/// A flag that coroutines wait for. Lives on the I/O thread; must outlive its waiters.
class event
{
public:
    explicit event(io::executor where);
    ~event();
    event(const event&) = delete;
    event& operator=(const event&) = delete;

    /// Sets the flag and wakes all who wait.
    void set();

    void reset() { set_ = false; }

    bool is_set() const { return set_; }

    /// Returns when the flag is set. Fails with timeout or, when the waiting coroutine is cancelled, cancelled.
    task<result<>> wait(deadline until);

private:
    struct waiter;
    io::executor where_;
    bool set_ = false;
    std::list<waiter*> waiters_;
};

/// Waits for `d`. Fails with cancelled.
task<result<>> sleep(std::chrono::milliseconds d);

/// True when somebody has asked this coroutine to stop; it stays true. What cannot be interrupted (`offload`) swallows
/// the moment of a cancellation: whoever goes on to wait for something long after it asks here first.
task<bool> was_cancelled();

/// Lets others run; for loops that may go on without ever suspending.
task<> yield();

} // namespace basekeeper::io
