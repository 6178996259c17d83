// The encrypted wire; included by the sources of this module only.
#pragma once

#include "net/wire.hpp"

#include <openssl/ssl.h>

#include <memory>

namespace basekeeper::net {

struct ssl_releaser
{
    void operator()(SSL_CTX* p) const noexcept { SSL_CTX_free(p); }

    void operator()(SSL* p) const noexcept { SSL_free(p); }
};

template <class T>
using ssl_owner = std::unique_ptr<T, ssl_releaser>;

/// The server's end of a connection with the settings of `rules`, of which it keeps a share.
std::unique_ptr<wire> make_tls_wire(io::executor where, open_socket connected, SSL_CTX* rules);

} // namespace basekeeper::net
