// The file of a Unix socket: made for its owner only, removed at the end; included by this module only.
#pragma once

#include "net/wire.hpp"

#include <sys/types.h>

#include <expected>
#include <string>
#include <utility>

namespace basekeeper::net {

/// Removes the file with the object, unless somebody else has put another one in its place.
class unix_socket_file
{
public:
    unix_socket_file() = default;

    /// Takes charge of the file that is there now.
    explicit unix_socket_file(std::string path);
    ~unix_socket_file();

    unix_socket_file(unix_socket_file&& other) noexcept { swap(other); }

    unix_socket_file& operator=(unix_socket_file&& other) noexcept
    {
        unix_socket_file taken(std::move(other));
        swap(taken);
        return *this;
    }

private:
    void swap(unix_socket_file& other) noexcept
    {
        path_.swap(other.path_);
        std::swap(device_, other.device_);
        std::swap(number_, other.number_);
    }

    std::string path_;
    dev_t device_ = 0;
    ino_t number_ = 0;
};

struct opened_unix_socket
{
    open_socket socket;
    unix_socket_file file;
};

/// Listens at `path` with mode 0600. A socket there that nobody answers is replaced; anything else is EADDRINUSE.
/// Returns errno when it fails.
std::expected<opened_unix_socket, int> open_unix_socket(const std::string& path, int waiting_connections);

} // namespace basekeeper::net
