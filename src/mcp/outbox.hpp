// Where a session's messages go: the side of a transport that writes.
#pragma once

#include "mcp/jsonrpc.hpp"

#include <chrono>
#include <string>

namespace basekeeper::mcp {

enum class message_kind
{
    answer,   ///< to a request of the client; for a batch, all answers in one
    notice,   ///< a notification
    question, ///< a request of ours, in handshake versions
};

/// Who found that a request cannot be answered with a result.
enum class fault
{
    none,
    envelope, ///< text, envelope, version or method: no handler was asked
    handler
};

/// What a transport may need to know of a message without reading it.
struct message_traits
{
    message_kind kind = message_kind::notice;
    fault found_by = fault::none;
    rpc_code code{};            ///< of the error, where there is a fault
    std::string needed_scope{}; ///< what the caller was not granted, for a challenge (RFC 6750 section 3)
};

/// Takes whole messages for one client, in order. Never waits; the transport stops reading when too much is queued.
class outbox
{
public:
    virtual ~outbox() = default;
    virtual void send(std::string message, message_traits what) = 0;

    /// True while the client reads too slowly: what may be dropped (progress, log messages) should be.
    virtual bool is_full() const { return false; }

    /// The client may go away and fetch the rest later, after `retry`; transports that cannot do so ignore it.
    virtual void pause(std::chrono::milliseconds retry) { static_cast<void>(retry); }

    /// A request whose answer goes here was withdrawn and will not be answered: what was sent before is all.
    virtual void withdrawn() {}
};

} // namespace basekeeper::mcp
