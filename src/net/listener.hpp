// A place where connections arrive: a TCP port or a Unix socket.
#pragma once

#include "io/descriptor.hpp"
#include "net/endpoint.hpp"
#include "net/wire.hpp"

#include <functional>
#include <memory>
#include <string>

namespace basekeeper::net {

/// A connection that has just arrived; its socket is non-blocking and closed on exec.
struct arrival
{
    open_socket socket;
    std::string ip; ///< of the other side, IPv4 in IPv6 as IPv4; empty for a Unix socket
};

/// Listens from `open` until `close` or its end, which also removes the file of a Unix socket.
class listener
{
public:
    /// Fails with conflict when the place is in use, denied, or invalid_argument when the machine has no such address.
    /// A Unix socket gets mode 0600; a file left there by a process that is gone is replaced.
    static result<listener> open(io::executor where, const endpoint& at);

    ~listener();
    listener(listener&&) noexcept;
    listener& operator=(listener&&) noexcept;

    /// Where it listens, with the port the kernel chose.
    const endpoint& local() const;

    /// Called when connections cannot be taken for a moment, e.g. because no descriptors are left.
    void on_trouble(std::function<void(const error&)> tell);

    /// The next connection. Out of descriptors or memory, waits and tries again, at most a second apart. Fails with
    /// cancelled after `close`, or unavailable when the socket itself is broken.
    io::task<result<arrival>> accept();

    /// Takes no more connections: clients are refused, another process may listen there. Wakes who waits in `accept`.
    void close();

private:
    struct state;
    explicit listener(std::unique_ptr<state> opened);
    std::unique_ptr<state> state_;
};

} // namespace basekeeper::net
