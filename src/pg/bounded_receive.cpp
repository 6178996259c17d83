// The program's own recv(): libpq has no hook for reading, but takes this symbol before the C library's. It is the
// plain system call unless a bounded_receive lives on the thread.
#include "pg/bounded_receive.hpp"

#include "pg/held_send.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace basekeeper::pg {
namespace {

// Not state of the program: set and cleared around one call of libpq.
constinit thread_local bounded_receive* innermost = nullptr;

} // namespace

bounded_receive::bounded_receive(int socket, std::size_t most) noexcept : socket_(socket), most_(most)
{
    innermost = this;
}

bounded_receive::~bounded_receive()
{
    innermost = nullptr;
}

std::size_t bounded_receive::allowed(std::size_t wanted) const noexcept
{
    return std::min(wanted, most_ - std::min(most_, received_));
}

bounded_receive* bounded_receive::of(int socket) noexcept
{
    return innermost != nullptr && innermost->socket_ == socket ? innermost : nullptr;
}

} // namespace basekeeper::pg

// Under another C++ name: a hardened build of the C library's headers defines recv() itself.
extern "C" __attribute__((visibility("default"), used)) ssize_t
basekeeper_recv(int socket, void* into, size_t wanted, int flags) __asm__("recv");

extern "C" ssize_t basekeeper_recv(int socket, void* into, size_t wanted, int flags)
{
    // libpq looks for input whenever a send does not go through; that call would be in vain.
    if (basekeeper::pg::held_send::applies_to(socket)) {
        errno = EAGAIN;
        return -1;
    }
    auto* limit = basekeeper::pg::bounded_receive::of(socket);
    if (limit == nullptr)
        return ::recvfrom(socket, into, wanted, flags, nullptr, nullptr);
    wanted = limit->allowed(wanted);
    if (wanted == 0) {
        errno = EAGAIN;
        return -1;
    }
    const auto got = ::recvfrom(socket, into, wanted, flags, nullptr, nullptr);
    if (got > 0)
        limit->count(static_cast<size_t>(got));
    return got;
}
