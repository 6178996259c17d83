// Callbacks for when a socket can be read or written; included by the sources of this module only.
#pragma once

#include "io/task.hpp"
#include "net/wire.hpp"

#include <functional>
#include <memory>

namespace basekeeper::net {

/// Owns a non-blocking socket and watches it. Callbacks are dropped with the object, also those on their way.
class readiness
{
public:
    readiness(io::executor where, open_socket watched);
    ~readiness();
    readiness(const readiness&) = delete;
    readiness& operator=(const readiness&) = delete;

    int fd() const;

    /// As in `wire`.
    void when_readable(std::function<void()> tell);
    void when_writable(std::function<void()> tell);

    /// Calls what `when_readable` was given in the next turn of the event loop, whatever the socket says.
    void when_readable_at_once(std::function<void()> tell);

private:
    struct state;
    std::shared_ptr<state> state_; // shared with the handlers of waits under way
};

} // namespace basekeeper::net
