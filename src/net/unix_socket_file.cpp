// Makes, replaces and removes the files of Unix sockets.
#include "net/unix_socket_file.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>

namespace basekeeper::net {

namespace {

struct unix_address
{
    explicit unix_address(const std::string& path)
    {
        value.sun_family = AF_UNIX;
        std::ranges::copy(path, value.sun_path);
    }

    const sockaddr* generic() const { return reinterpret_cast<const sockaddr*>(&value); }

    sockaddr_un value{};
};

open_socket make_socket()
{
    return open_socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

std::optional<struct stat> look_at(const std::string& path)
{
    struct stat found{};
    return ::lstat(path.c_str(), &found) == 0 ? std::optional(found) : std::nullopt;
}

/// True when the file is a socket whose process is gone: only then does connecting fail with ECONNREFUSED.
bool is_stale(const std::string& path, const unix_address& address)
{
    const auto found = look_at(path);
    if (!found || !S_ISSOCK(found->st_mode))
        return false;
    const auto probe = make_socket();
    return probe.get() >= 0 && ::connect(probe.get(), address.generic(), sizeof address.value) != 0 &&
           errno == ECONNREFUSED;
}

} // namespace

unix_socket_file::unix_socket_file(std::string path) : path_(std::move(path))
{
    if (const auto found = look_at(path_)) {
        device_ = found->st_dev;
        number_ = found->st_ino;
    }
}

unix_socket_file::~unix_socket_file()
{
    if (path_.empty())
        return;
    const auto found = look_at(path_);
    if (found && found->st_dev == device_ && found->st_ino == number_)
        ::unlink(path_.c_str());
}

std::expected<opened_unix_socket, int> open_unix_socket(const std::string& path, int waiting_connections)
{
    const unix_address address(path);
    auto socket = make_socket();
    if (socket.get() < 0)
        return std::unexpected(errno);
    if (::bind(socket.get(), address.generic(), sizeof address.value) != 0) {
        const int number = errno;
        if (number != EADDRINUSE || !is_stale(path, address))
            return std::unexpected(number);
        ::unlink(path.c_str());
        if (::bind(socket.get(), address.generic(), sizeof address.value) != 0)
            return std::unexpected(errno);
    }
    unix_socket_file file(path);
    // Nobody can connect before listen(), so the mode is never too wide.
    if (::chmod(path.c_str(), S_IRUSR | S_IWUSR) != 0 || ::listen(socket.get(), waiting_connections) != 0)
        return std::unexpected(errno);
    return opened_unix_socket{.socket = std::move(socket), .file = std::move(file)};
}

} // namespace basekeeper::net
