// Both kinds of refusal share their form.
#include "transports/http/refusal.hpp"

namespace basekeeper::transports {

http::response refusal(unsigned status, std::string_view id, const mcp::rpc_error& why)
{
    http::response out{.status = status};
    out.headers.add("Content-Type", "application/json");
    out.body = mcp::error_response(id, why);
    return out;
}

http::response refusal(unsigned status, std::string message)
{
    return refusal(status, {}, {mcp::rpc_code::invalid_request, std::move(message)});
}

} // namespace basekeeper::transports
