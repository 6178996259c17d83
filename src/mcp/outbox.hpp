// Where a session's messages go: the side of a transport that writes.
#pragma once

#include <string>

namespace basekeeper::mcp {

/// Takes whole messages for one client, in order. Never waits; the transport stops reading when too much is queued.
class outbox
{
public:
    virtual ~outbox() = default;
    virtual void send(std::string message) = 0;

    /// True while the client reads too slowly: what may be dropped (progress, log messages) should be.
    virtual bool is_full() const { return false; }
};

} // namespace basekeeper::mcp
