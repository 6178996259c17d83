// The program's own send(), found by libpq before the C library's: the plain system call unless a held_send lives on
// the thread.
#include "pg/held_send.hpp"

#include <sys/socket.h>

#include <cerrno>

namespace basekeeper::pg {
namespace {

// Not state of the program: set and cleared around one call of libpq.
constinit thread_local int held_socket = -1;

} // namespace

held_send::held_send(int socket) noexcept
{
    held_socket = socket;
}

held_send::~held_send()
{
    held_socket = -1;
}

bool held_send::applies_to(int socket) noexcept
{
    return held_socket >= 0 && held_socket == socket;
}

} // namespace basekeeper::pg

// Under another C++ name, as for recv() in bounded_receive.cpp.
extern "C" __attribute__((visibility("default"), used)) ssize_t
basekeeper_send(int socket, const void* from, size_t size, int flags) __asm__("send");

extern "C" ssize_t basekeeper_send(int socket, const void* from, size_t size, int flags)
{
    if (basekeeper::pg::held_send::applies_to(socket)) {
        errno = EAGAIN;
        return -1;
    }
    return ::sendto(socket, from, size, flags, nullptr, 0);
}
