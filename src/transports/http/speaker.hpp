// Who speaks over a connection that outlives its first request: asked again with every message.
#pragma once

#include "io/task.hpp"
#include "mcp/call.hpp"

#include <expected>
#include <functional>
#include <string>

namespace basekeeper::transports {

/// Why a message is not heard.
struct objection
{
    enum class then
    {
        try_later, ///< the message is refused, the connection stays
        leave      ///< whoever speaks may not be here any more
    };

    then what = then::leave;
    std::string message; ///< one sentence for a person
};

/// The one who speaks with the rights of this moment, or why nobody listens. Always of the same id.
using speaker_check = std::function<io::task<std::expected<mcp::principal, objection>>()>;

} // namespace basekeeper::transports
