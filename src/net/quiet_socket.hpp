// OpenSSL on a socket without SIGPIPE; included by the sources of this module only.
#pragma once

#include <openssl/bio.h>
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

/// A new session on a connected socket, which the caller goes on to own. Writing to a peer that has left fails and
/// raises no signal: what signals mean is decided elsewhere.
ssl_owner<SSL> make_session(SSL_CTX* rules, int connected);

/// What OpenSSL says of the failure that happened last.
const char* last_tls_reason();

} // namespace basekeeper::net
