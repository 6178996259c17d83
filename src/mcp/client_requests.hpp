// Our own requests to a client and the answers they wait for.
#pragma once

#include "io/event.hpp"
#include "mcp/jsonrpc.hpp"
#include "mcp/outbox.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace basekeeper::mcp {

/// The requests that one session has sent and not seen answered. Must outlive the coroutines that wait in it.
class client_requests
{
public:
    explicit client_requests(io::executor where) : where_(std::move(where)) {}

    /// Sends a request through `out` and waits for the client's answer, be it a result or an error. `params`: JSON text
    /// of an object. When the answer does not come in time or is not wanted any more the client is told so, and this
    /// fails with timeout or cancelled; with unavailable when the client is gone.
    io::task<result<response>> ask(outbox& out, std::string_view method, std::string params, io::deadline until);

    /// Hands an answer to who waits for it; one that nobody waits for is dropped.
    void answer(response r);

    /// Nobody will answer any more.
    void abandon();

    bool abandoned() const { return abandoned_; }

private:
    struct waiting;

    io::executor where_;
    std::uint64_t last_number_ = 0;
    bool abandoned_ = false;
    std::map<std::string, waiting*, std::less<>> waiting_; // on the frames of the coroutines that wait
};

} // namespace basekeeper::mcp
