// The private parts of a session that its two source files share.
#pragma once

#include "mcp/session.hpp"

namespace basekeeper::mcp {

/// A request whose coroutine has not ended.
struct session::running_request
{
    std::weak_ptr<io::nursery::child> coroutine{};
    session_peer* up = nullptr; ///< on the frame of that coroutine
    bool cancelled = false;     ///< withdrawn: it is not answered any more
};

/// The answers of a batch, sent together when the last one is there.
struct session::batch
{
    std::string text;
    std::size_t open = 0;
};

/// Everything that the coroutine of a request owns.
struct session::job
{
    request what;
    method which;
    const codec& speak;
    client_profile from;
    answers to;
};

} // namespace basekeeper::mcp
