// The addresses of a host name, looked up on a thread that nobody has to wait for.
#pragma once

#include "base/result.hpp"
#include "io/deadline.hpp"
#include "io/runtime.hpp"
#include "io/task.hpp"

#include <string>
#include <vector>

namespace basekeeper::net {

struct resolved
{
    std::vector<std::string> addresses; ///< IPv4 and IPv6 as text, in the order to try them
    std::string reason;                 ///< the resolver's, when there is none
};

/// An address resolves to itself. Fails with timeout or cancelled; a name that does not exist is no failure here.
io::task<result<resolved>> resolve(io::executor where, io::offload_pool& threads, std::string host, io::deadline until);

} // namespace basekeeper::net
