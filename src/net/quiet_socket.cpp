// A BIO like OpenSSL's own for sockets, with another way of writing.
#include "net/quiet_socket.hpp"

#include <openssl/err.h>
#include <sys/socket.h>

#include <cerrno>
#include <stdexcept>

namespace basekeeper::net {
namespace {

int fd_of(BIO* of)
{
    return static_cast<int>(BIO_get_fd(of, nullptr));
}

int send_quietly(BIO* to, const char* bytes, int size)
{
    BIO_clear_retry_flags(to);
    const auto sent = ::send(fd_of(to), bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR))
        BIO_set_retry_write(to);
    return static_cast<int>(sent);
}

/// OpenSSL's socket BIO, but its writes raise no SIGPIPE: what signals mean is decided elsewhere.
BIO_METHOD* make_quiet_method()
{
    BIO_METHOD* const out = BIO_meth_new(BIO_TYPE_SOCKET, "socket without SIGPIPE");
    const BIO_METHOD* const plain = BIO_s_socket();
    if (out == nullptr)
        throw std::runtime_error("OpenSSL failed: making a BIO method");
    BIO_meth_set_read(out, BIO_meth_get_read(plain));
    BIO_meth_set_ctrl(out, BIO_meth_get_ctrl(plain));
    BIO_meth_set_create(out, BIO_meth_get_create(plain));
    BIO_meth_set_destroy(out, BIO_meth_get_destroy(plain));
    BIO_meth_set_write(out, send_quietly);
    return out;
}

const BIO_METHOD* quiet_method()
{
    static BIO_METHOD* const method = make_quiet_method(); // lives as long as the library
    return method;
}

} // namespace

ssl_owner<SSL> make_session(SSL_CTX* rules, int connected)
{
    ssl_owner<SSL> session(SSL_new(rules));
    BIO* const transport = BIO_new(quiet_method());
    if (!session || transport == nullptr) {
        BIO_free(transport);
        throw std::runtime_error("OpenSSL failed: making a TLS session");
    }
    BIO_set_fd(transport, connected, BIO_NOCLOSE);
    SSL_set_bio(session.get(), transport, transport);
    return session;
}

const char* last_tls_reason()
{
    const char* const text = ERR_reason_error_string(ERR_peek_last_error());
    return text != nullptr ? text : "the connection was closed";
}

} // namespace basekeeper::net
