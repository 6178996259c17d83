// The wire without encryption: system calls on a socket.
#include "net/readiness.hpp"
#include "net/wire.hpp"

#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace basekeeper::net {

namespace {

constexpr std::size_t most_pieces = 64;

transfer outcome_of(ssize_t moved)
{
    if (moved > 0)
        return {progress::moved, static_cast<std::size_t>(moved)};
    if (moved == 0)
        return {progress::ended};
    return {errno == EAGAIN || errno == EINTR ? progress::blocked : progress::broken};
}

class plain_wire final : public wire
{
public:
    plain_wire(io::executor where, open_socket connected) : socket_(std::move(where), std::move(connected)) {}

    io::task<result<>> handshake(io::deadline /*until*/) override { co_return result<>{}; }

    void give_up_handshake() override {}

    transfer read_now(std::span<char> into) override
    {
        return outcome_of(::recv(socket_.fd(), into.data(), into.size(), 0));
    }

    transfer write_now(std::span<const std::string_view> pieces) override
    {
        std::array<iovec, most_pieces> parts;
        const auto count = std::min(pieces.size(), parts.size());
        for (std::size_t i = 0; i < count; ++i) {
            // sendmsg only reads, but its structure is shared with recvmsg.
            parts[i].iov_base = const_cast<char*>(pieces[i].data()); // NOLINT(cppcoreguidelines-pro-type-const-cast)
            parts[i].iov_len = pieces[i].size();
        }
        msghdr message{};
        message.msg_iov = parts.data();
        message.msg_iovlen = count;
        return outcome_of(::sendmsg(socket_.fd(), &message, MSG_NOSIGNAL));
    }

    void when_readable(std::function<void()> tell) override { socket_.when_readable(std::move(tell)); }

    void when_writable(std::function<void()> tell) override { socket_.when_writable(std::move(tell)); }

    void end_writing() override { ::shutdown(socket_.fd(), SHUT_WR); }

private:
    readiness socket_;
};

} // namespace

open_socket::~open_socket()
{
    if (fd_ >= 0)
        ::close(fd_);
}

std::unique_ptr<wire> make_plain_wire(io::executor where, open_socket connected)
{
    return std::make_unique<plain_wire>(std::move(where), std::move(connected));
}

} // namespace basekeeper::net
