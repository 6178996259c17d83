// The private parts of a session that its source files share.
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

/// Where the answer to a request goes, and what else belongs to it.
struct session::reply_path
{
    std::shared_ptr<outbox> out;          // shared by the requests of one message and the transport
    std::shared_ptr<session::batch> of{}; // shared by the requests of one batch; null outside of batches
};

/// Everything that the coroutine of a request owns.
struct session::job
{
    request what;
    method which;
    const codec& speak;
    std::shared_ptr<const caller> who; // shared with the session, which may turn to another
    client_profile from;
    reply_path to;
};

} // namespace basekeeper::mcp
