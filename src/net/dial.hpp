// A connection to a server: name looked up, its addresses tried in turn, all within the deadline.
#pragma once

#include "io/runtime.hpp"
#include "net/host_and_port.hpp"
#include "net/wire.hpp"

namespace basekeeper::net {

/// A connected, non-blocking socket. Fails with invalid_argument (no host name), not_found (the name has no address),
/// unavailable (refused, no route), timeout (also when packets are swallowed) or cancelled; the message names the
/// server.
io::task<result<open_socket>> dial(io::executor where, io::offload_pool& threads, host_and_port to, io::deadline until);

} // namespace basekeeper::net
