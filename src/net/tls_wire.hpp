// The encrypted wire; included by the sources of this module only.
#pragma once

#include "net/quiet_socket.hpp"
#include "net/wire.hpp"

#include <memory>

namespace basekeeper::net {

/// The server's end of a connection with the settings of `rules`, of which it keeps a share.
std::unique_ptr<wire> make_tls_wire(io::executor where, open_socket connected, SSL_CTX* rules);

} // namespace basekeeper::net
