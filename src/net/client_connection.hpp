// A client's connection that begins plain and may become encrypted, for protocols that ask and wait for the answer.
#pragma once

#include "net/dial.hpp"
#include "net/peer_certificate.hpp"

#include <memory>
#include <span>
#include <string_view>

namespace basekeeper::net {

/// One coroutine at a time. Lives on the I/O thread; the connection is closed with the object.
class client_connection
{
public:
    /// Fails like `dial`.
    static io::task<result<client_connection>>
    open(io::executor where, io::offload_pool& threads, host_and_port to, io::deadline until);

    ~client_connection();
    client_connection(client_connection&&) noexcept;
    client_connection& operator=(client_connection&&) noexcept;

    /// Encrypts from here on (TLS 1.2 or 1.3). It is up to the caller to send nothing when the certificate is not
    /// trusted. `host` is what the certificate has to be made for. Fails as `read_peer_certificate` says.
    io::task<result<peer_certificate>> start_tls(std::string host, tls_trust trust, io::deadline until);

    bool is_encrypted() const;

    /// `TLSv1.3`; empty without encryption.
    std::string tls_version() const;

    /// What has come, at least one byte, at most the buffer; 0 at the end. Fails with timeout, cancelled, unavailable.
    io::task<result<std::size_t>> read_some(std::span<char> into, io::deadline until);

    /// Writes everything. Fails with timeout, cancelled, or unavailable when the other side is gone.
    io::task<result<>> write_all(std::string_view bytes, io::deadline until);

private:
    struct state;
    explicit client_connection(std::unique_ptr<state> opened);
    std::unique_ptr<state> state_;
};

} // namespace basekeeper::net
